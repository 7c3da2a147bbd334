//! Parameters have names: a tuple hides how many a function takes, and what each of them is.

use super::files;

/// The parameters of every function, as (name, parameters), closures and macros aside.
fn functions(code: &str) -> Vec<(&str, Vec<&str>)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|before| before.is_alphanumeric() || before == '_') {
            continue;
        }
        let rest = &code[at + 3..];
        let Some(end) = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')) else { continue };
        let (name, rest) = rest.split_at(end);
        let rest = match rest.starts_with('<') {
            true => &rest[closing(rest)..],
            false => rest,
        };
        if rest.starts_with('(') && !name.is_empty() {
            found.push((name, split(&rest[1..closing(rest) - 1])));
        }
    }
    found
}

/// Where the bracket that the text begins with is closed, behind it.
fn closing(text: &str) -> usize {
    let (mut depth, mut last) = (0, ' ');
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' | '<' => depth += 1,
            '>' if matches!(last, '-' | '=') => {}
            ')' | ']' | '}' | '>' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
        last = c;
    }
    text.len()
}

/// The parts between commas of this level.
fn split(list: &str) -> Vec<&str> {
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    while at < list.len() {
        let rest = &list[at..];
        match rest.chars().next().unwrap() {
            '(' | '[' | '{' | '<' => at += closing(rest),
            ',' => {
                parts.push(list[start..at].trim());
                at += 1;
                start = at;
            }
            other => at += other.len_utf8(),
        }
    }
    parts.push(list[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// Whether a parameter is a tuple of several, borrowed or optional or as it is.
fn is_tuple(parameter: &str) -> bool {
    let Some((pattern, of)) = parameter.split_once(':') else { return false };
    let mut of = of.trim();
    loop {
        let rest = of.trim_start_matches('&').trim_start();
        let rest = rest.strip_prefix("mut ").unwrap_or(rest);
        let rest = rest.strip_prefix("Option<").unwrap_or(rest);
        let lifetime = rest.strip_prefix('\'').and_then(|rest| rest.split_once(' '));
        let rest = lifetime.map_or(rest, |(_, rest)| rest).trim_start();
        if rest == of {
            break;
        }
        of = rest;
    }
    let several = |text: &str| split(&text[1..closing(text) - 1]).len() > 1;
    of.starts_with('(') && several(of) || pattern.starts_with('(') && several(pattern)
}

#[test]
fn no_parameter_is_a_tuple() {
    let mut tuples = Vec::new();
    for folder in ["shared", "functions", "tests"] {
        for (path, text) in files(folder, &[".rs"]) {
            // Docs and comments may hold any bracket.
            let code: String = text.split_inclusive('\n').map(without_comment).collect();
            for (name, parameters) in functions(&code) {
                let of = parameters.into_iter().filter(|parameter| is_tuple(parameter));
                tuples.extend(of.map(|parameter| format!("{path}: {name}: {parameter}")));
            }
        }
    }
    assert!(tuples.is_empty(), "name these, or put them into a struct:\n{}", tuples.join("\n"));
}

fn without_comment(line: &str) -> &str {
    match line.trim_start().starts_with("//") {
        true => "\n",
        false => line,
    }
}

#[test]
fn a_tuple_is_seen_however_it_is_passed() {
    // `F` stands for the keyword, so that the test above does not see these.
    let code = "
        F plain(a: A, b: &[(A, B)], c: impl Fn(A, B) -> (A, B)) {}
        pub async F hidden<T: Fn(A) -> B>(store: &Table, (a, b): (A, &B), c: C) {}
        const F named(pair: &(A, B), one: (A,), none: ()) {}
        F maybe(&self, pair: Option<&'a (A, B)>) {}
    "
    .replace("F ", "fn ");
    let count = |parameters: Vec<&str>| parameters.iter().filter(|one| is_tuple(one)).count();
    let counted: Vec<(&str, usize)> =
        functions(&code).into_iter().map(|(name, parameters)| (name, count(parameters))).collect();
    assert_eq!(counted, [("plain", 0), ("hidden", 1), ("named", 1), ("maybe", 1)]);
}
