//! Tax ids, judged by an independent library beside ours.
//!
//! `PAYLINK_TAX_IDS=200 cargo test -p tests tax_ids` looks at many more; `PAYLINK_SEED` at others.

use shared::model::tax::tax_id::{TaxId, TaxIdStatus};
use std::{collections::BTreeMap, path::Path, process::Command};

fn number(variable: &str, default: u32) -> u32 {
    std::env::var(variable).ok().map_or(default, |text| text.parse().unwrap())
}

#[test]
fn an_independent_library_says_the_same_of_random_tax_ids() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (seed, count) = (number("PAYLINK_SEED", 1), number("PAYLINK_TAX_IDS", 4));
    let judged = Command::new(root.join("target/local/venv/bin/python"))
        .arg(root.join("tests/judges/tax_ids.py"))
        .args([seed.to_string(), count.to_string()])
        .output()
        .expect("the virtual environment of `make start`");
    assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stderr));
    let (mut right, mut differing) = (BTreeMap::new(), Vec::new());
    for line in String::from_utf8(judged.stdout).unwrap().lines() {
        let [country, text, verdict] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let id = TaxId::read(country.parse().unwrap(), text);
        if (id.status == TaxIdStatus::FormatValid) != (verdict == "1") {
            differing.push(format!("{line}: {}", id.status.as_str()));
        }
        *right.entry(country.to_owned()).or_insert(0) += i32::from(verdict == "1");
    }
    let first = differing.first();
    assert!(first.is_none(), "seed {seed}: {} differ, first {first:?}", differing.len());
    assert!(right.len() >= 38 && right.values().all(|count| *count > 0), "{right:?}");
}
