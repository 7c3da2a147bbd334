//! How far a new route reaches: the files that name an existing one are those that adding it took.
//! What it does stands in one operation, and its body and answer beside its surface's others.

use super::files;
use std::collections::BTreeSet;

/// One route of each surface: its function, and the type that states it.
const SAMPLES: [(&str, &str, &str); 3] = [
    ("platform", "get-user", "GetUser"),
    ("payments", "get-payment", "GetPayment"),
    ("links", "get-me", "GetMe"),
];

/// The files outside the tests and the generated ones that name a route: by its function, or within
/// the surface by its type.
fn naming(surface: &str, verb: &str, route: &str) -> BTreeSet<String> {
    let function = format!("{surface}-{verb}");
    let own = [format!("functions/{surface}/"), format!("shared/src/http/{surface}/")];
    let mut found = BTreeSet::new();
    for folder in ["functions", "shared/src", "events"] {
        for (path, text) in files(folder, &[".rs", ".toml", ".yaml", ".json"]) {
            let is_own = own.iter().any(|folder| path.starts_with(folder.as_str()));
            let typed = is_own && path.ends_with(".rs") && has_word(&text, route);
            let generated = path == "functions/api.yaml" || path.ends_with("openapi.json");
            let event = path == format!("events/{function}.json");
            let ends = ["\"", "}"].map(|end| format!("{function}{end}"));
            let named = !generated && ends.iter().any(|end| text.contains(end.as_str()));
            if event || named || typed {
                found.insert(path);
            }
        }
    }
    found
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word)
}

#[test]
fn one_more_route_changes_five_files_of_its_surface_beside_its_operation() {
    for (surface, verb, route) in SAMPLES {
        let file = verb.replace('-', "_");
        let mut expected: BTreeSet<String> = [
            format!("events/{surface}-{verb}.json"),
            "functions/Cargo.toml".to_owned(),
            format!("functions/{surface}/{file}.rs"),
            format!("functions/{surface}/template.yaml"),
            format!("shared/src/http/{surface}/routes.rs"),
        ]
        .into();
        // This surface has so many that each kind of thing has a file of its own below `routes.rs`.
        if surface == "platform" {
            expected.insert("shared/src/http/platform/routes/users.rs".to_owned());
        }
        assert_eq!(naming(surface, verb, route), expected, "{surface}-{verb}");
    }
}
