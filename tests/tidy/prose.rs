//! Docs and attributes say something or are left out: `#[must_use]` names what is lost, and an
//! `# Errors` section names a rule, since every call of the table can fail.

use super::files;

/// What every `Result` of the store, the queues and the keys means already.
const SAID_BY_THE_TYPE: [&str; 5] = [
    "cannot be reached",
    "cannot be opened",
    "is corrupt",
    "cannot have made",
    "cannot have written",
];

fn sources() -> Vec<(String, String)> {
    let mut sources = files("shared", &[".rs"]);
    sources.extend(files("functions", &[".rs"]));
    sources
}

#[test]
fn what_must_be_used_says_what_is_lost() {
    for (path, text) in sources() {
        assert!(!text.contains("#[must_use]"), "{path}: #[must_use] without a message");
    }
}

#[test]
fn a_section_of_errors_names_a_rule() {
    let mut empty = Vec::new();
    for (path, text) in sources() {
        let mut lines = text.lines().map(str::trim).enumerate();
        while let Some((number, line)) = lines.next() {
            if line != "/// # Errors" {
                continue;
            }
            let section: Vec<&str> = lines
                .by_ref()
                .map_while(|(_, line)| line.strip_prefix("///"))
                .take_while(|line| !line.starts_with(" #"))
                .collect();
            let section = section.join("");
            let clauses: Vec<&str> = section.split(';').map(str::trim).collect();
            let nothing = |clause: &&str| {
                let said = clause.trim_end_matches('.');
                said.is_empty() || SAID_BY_THE_TYPE.iter().any(|known| said.ends_with(known))
            };
            if clauses.iter().all(nothing) {
                empty.push(format!("{path}:{}: {}", number + 1, section.trim()));
            }
        }
    }
    assert!(empty.is_empty(), "these say what the type says:\n{}", empty.join("\n"));
}
