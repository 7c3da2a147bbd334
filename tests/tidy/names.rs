//! What a name promises: a field that is called a secret is one to its type, and a type's name means
//! one thing.

use super::files;
use std::collections::BTreeMap;

/// Names of fields that hold a secret.
const SECRETS: [&str; 8] = [
    "secret",
    "secret_key",
    "private_key",
    "api_key",
    "raw_key",
    "password",
    "token",
    "passphrase",
];

/// How longer names of such fields end.
const SECRET_ENDINGS: [&str; 4] = ["_secret", "_token", "_password", "_api_key"];

/// Types that print and keep whatever they hold.
const OPEN_TYPES: [&str; 5] = ["String", "str", "Text", "Line", "Value"];

/// The fields of each struct and enum of a file: its line, name and type.
fn fields(text: &str) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    let mut end = None;
    for (at, line) in text.lines().enumerate() {
        let code = line.trim_start();
        let bare = code.strip_prefix("pub(super) ").or_else(|| code.strip_prefix("pub(crate) "));
        let bare = bare.or_else(|| code.strip_prefix("pub ")).unwrap_or(code);
        if end.as_deref() == Some(line) {
            end = None;
        } else if end.is_some() {
            if let Some((name, kind)) = bare.split_once(": ") {
                found.push((at + 1, name.trim_start_matches("r#").to_owned(), kind.to_owned()));
            }
        } else if (bare.starts_with("struct ") || bare.starts_with("enum ")) && line.ends_with('{')
        {
            end = Some(format!("{}}}", " ".repeat(line.len() - code.len())));
        }
    }
    found
}

fn words(kind: &str) -> impl Iterator<Item = &str> {
    kind.split(|c: char| !c.is_alphanumeric() && c != '_')
}

#[test]
fn a_field_that_holds_a_secret_has_a_type_that_keeps_it() {
    let mut seen = 0;
    let mut open = Vec::new();
    let sources = [files("shared/src", &[".rs"]), files("functions", &[".rs"])].concat();
    for (path, text) in sources.iter().filter(|(path, _)| !path.ends_with("tests.rs")) {
        for (line, name, kind) in fields(text) {
            let secret = SECRETS.contains(&name.as_str())
                || SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending));
            seen += usize::from(secret);
            if secret && words(&kind).any(|word| OPEN_TYPES.contains(&word)) {
                open.push(format!("{path}:{line}: {name}: {kind}"));
            }
        }
    }
    assert!(seen > 25, "only {seen} fields were recognised");
    assert!(open.is_empty(), "see model/secret.rs:\n{}", open.join("\n"));
}

#[test]
fn only_one_file_writes_a_secret_into_an_answer() {
    // The cookie of a session is a header, and bodies compare what was sent.
    let may = ["http/revealed.rs", "http/links/session.rs", "http/operators/answers.rs"];
    for (path, text) in files("shared/src/http", &[".rs"]) {
        let code = text.split("#[cfg(test)]").next().unwrap();
        let mut lines = code.lines().filter(|line| line.contains(".reveal()"));
        let own = may.iter().any(|file| path.ends_with(file));
        let meaning = "self.0.reveal().to_owned()";
        let other = lines.find(|line| !own && line.trim() != meaning);
        assert_eq!(other, None, "{path} reveals a secret; http/revealed.rs shows it instead");
    }
}

/// Folders whose types may have the names of other surfaces' types: a view of the same thing has the
/// same name on each surface. Within one of them a name stands once.
const SURFACES: [&str; 3] = ["http/links/", "http/payments/", "http/platform/"];

/// Names that stand in several places on purpose, each with its reason.
const SHARED: [(&str, &str); 4] = [
    ("Result", "each layer's own, as the standard library has it"),
    ("ApiKey", "the record, and the identity of whoever shows one"),
    ("Surface", "which one, and how it speaks"),
    ("Session", "the record, and the identity of whoever shows one"),
];

/// The types that a file declares for others. What has no values marks kinds of ids and secrets, and
/// is named like what it marks.
fn declared(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    code.lines().map(str::trim_start).filter(|line| !line.ends_with(" {}")).filter_map(|line| {
        let line = line.strip_prefix("pub")?;
        let line =
            line.strip_prefix("(super)").or_else(|| line.strip_prefix("(crate)")).unwrap_or(line);
        let mut words = line.split_whitespace();
        let kind = words.next()?;
        let is_type = ["struct", "enum", "trait", "type", "union"].contains(&kind);
        let name = words.next().filter(|_| is_type)?;
        name.split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            .filter(|name| !name.is_empty())
    })
}

#[test]
fn a_types_name_means_one_thing() {
    let mut places: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
    for (path, text) in files("shared/src", &[".rs"]) {
        if path.ends_with("tests.rs") {
            continue;
        }
        let surface = SURFACES.into_iter().find(|folder| path.contains(folder)).unwrap_or_default();
        for name in declared(&text) {
            places.entry((surface, name.to_owned())).or_default().push(path.clone());
        }
    }
    assert!(places.len() > 900, "only {} types were recognised", places.len());
    let twice = places.iter().filter(|(_, paths)| paths.len() > 1);
    let twice = twice.filter(|((_, name), _)| !SHARED.iter().any(|(shared, _)| shared == name));
    let twice: Vec<String> = twice.map(|((_, name), paths)| format!("{name}: {paths:?}")).collect();
    assert!(twice.is_empty(), "say in the name what is meant:\n{}", twice.join("\n"));
}

#[test]
fn bounds_are_called_maximum_and_times_timeout() {
    let sources = ["shared", "functions", "tests"].map(|folder| files(folder, &[".rs"])).concat();
    for (path, text) in sources.iter().filter(|(path, _)| !path.contains("/baselines/")) {
        for line in text.lines().map(str::trim_start) {
            let line = line.trim_start_matches("pub ").trim_start_matches("pub(super) ");
            let Some(name) = line.strip_prefix("const ") else { continue };
            let other = ["MOST_", "LONGEST_", "PATIENCE"].iter().any(|word| name.starts_with(word));
            assert!(!other, "{path}: {line}");
        }
    }
}
