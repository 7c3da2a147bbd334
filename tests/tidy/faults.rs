//! Every row of `tests/faults.md` names tests that are there.

use super::{files, read};
use std::collections::BTreeSet;

/// How many rows each part has.
const PARTS: [(char, u32); 5] = [('A', 14), ('B', 15), ('C', 13), ('D', 7), ('E', 2)];

/// The names of all functions that are tests or bodies of tests, in Rust and in Python.
fn defined() -> BTreeSet<String> {
    let mut all = files("tests", &[".rs", ".py"]);
    all.extend(files("shared/src", &[".rs"]));
    let mut names = BTreeSet::new();
    for (_, text) in all {
        for line in text.lines().map(str::trim_start) {
            let rest = ["async fn ", "fn ", "def "].iter().find_map(|word| line.strip_prefix(word));
            if let Some(name) = rest.and_then(|rest| rest.split(['(', '<']).next()) {
                names.insert(name.to_owned());
            }
        }
    }
    names
}

#[test]
fn every_kind_of_fault_has_tests_by_name() {
    let (table, defined) = (read("tests/faults.md"), defined());
    let mut rows = table.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
        let row = cells.next().filter(|row| row.len() <= 3 && row.ends_with(char::is_numeric))?;
        Some((row, cells.nth(1)?))
    });
    for (part, count) in PARTS {
        for number in 1..=count {
            let (row, tests) = rows.next().unwrap_or_else(|| panic!("no row {part}{number}"));
            assert_eq!(row, format!("{part}{number}"), "rows stand in their order");
            let names: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
            assert!(!names.is_empty(), "{row} has no test");
            for name in names {
                assert!(defined.contains(name), "{row}: there is no test {name}");
            }
        }
    }
    assert!(rows.next().is_none(), "a row that no part has");
}
