//! The built-in rates, judged by a data set that others keep.

use shared::model::{
    Time,
    tax::rates::{self, RateClass, Row},
};
use std::{collections::BTreeMap, collections::BTreeSet, path::Path, process::Command};

/// Countries whose rates are judged: the European Union's, and five more that the data set keeps.
const JUDGED: [&str; 33] = [
    "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU",
    "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
    "TR",
];

/// Rates that the data set has besides, and why the table has not.
const BESIDES: [(&str, &[&str], &str); 4] = [
    ("AT", &["19"], "the standard rate of Jungholz and Mittelberg, two valleys without an own row"),
    ("FR", &["0.9", "1.05", "8.5", "13"], "rates of Corsica and the overseas departments"),
    ("GR", &["4", "17"], "rates of some islands in the Aegean"),
    (
        "PT",
        &["16", "22"],
        "the standard rates of the Azores and Madeira, which have rows of their own",
    ),
];

/// The standard rate and all others.
type Rates = (String, BTreeSet<String>);

fn kept_by_others() -> BTreeMap<String, Rates> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let judged = Command::new(root.join("target/local/venv/bin/python"))
        .arg(root.join("tests/judges/tax_rates.py"))
        .output()
        .expect("the virtual environment of `make start`");
    assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stderr));
    let lines = String::from_utf8(judged.stdout).unwrap();
    let rates = lines.lines().map(|line| {
        let [country, standard, others] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let others = others.split(',').filter(|rate| *rate != "-").map(str::to_owned);
        (country.to_owned(), (standard.to_owned(), others.collect()))
    });
    rates.collect()
}

fn ours(country: &str) -> Rates {
    let at = Time::parse(&format!("{}T00:00:00Z", rates::VERSION)).unwrap();
    let rows = rates::rows_at(at).filter(|row| row.country == country && row.region.is_empty());
    let (standard, others): (Vec<&Row>, Vec<&Row>) =
        rows.partition(|row| row.class == RateClass::Standard);
    assert_eq!(standard.len(), 1, "{country}");
    (standard[0].rate.to_owned(), others.iter().map(|row| row.rate.to_owned()).collect())
}

#[test]
fn an_independent_data_set_has_the_same_rates_or_we_say_why_not() {
    let theirs = kept_by_others();
    for country in JUDGED {
        let (standard, mut others) = theirs[country].clone();
        if let Some((_, besides, _)) = BESIDES.iter().find(|(known, ..)| *known == country) {
            for rate in *besides {
                assert!(others.remove(*rate), "{country} has no {rate} any more");
            }
        }
        assert_eq!(ours(country), (standard, others), "{country}");
    }
}
