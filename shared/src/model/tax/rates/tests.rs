use super::*;

fn at(text: &str) -> Time {
    Time::parse(text).unwrap()
}

fn shown(country: &str, region: Option<&str>, class: RateClass, when: &str) -> Vec<String> {
    let place = BuyerPlace { country: country.parse().unwrap(), region, postal_code: None };
    let taxes = taxes(&place, class, at(when));
    taxes.iter().map(|tax| format!("{} {} {}", tax.jurisdiction, tax.name, tax.rate)).collect()
}

#[test]
fn every_row_has_a_source_a_rate_a_country_and_a_moment_that_exists() {
    for row in ROWS {
        assert!(!row.source.is_empty() && !row.recorded.is_empty(), "{row:?}");
        assert!(row.rate.parse::<Rate>().is_ok(), "{row:?}");
        assert!(row.country.parse::<Country>().is_ok(), "{row:?}");
        assert!(row.from.is_none_or(|from| Time::parse(from).is_ok()), "{row:?}");
    }
}

#[test]
fn no_two_rows_say_the_same_of_one_moment() {
    let keys: Vec<_> =
        ROWS.iter().map(|row| (row.country, row.region, row.tax, row.class, row.from)).collect();
    let unique: std::collections::HashSet<_> = keys.iter().collect();
    assert_eq!(unique.len(), keys.len());
}

#[test]
fn a_rate_changes_at_its_countrys_own_midnight() {
    for (before, after, country, old, new) in [
        ("2025-06-30T20:59:59.999Z", "2025-06-30T21:00:00Z", "EE", "EE VAT 22", "EE VAT 24"),
        ("2025-07-31T20:59:59Z", "2025-07-31T21:00:00Z", "RO", "RO VAT 19", "RO VAT 21"),
        ("2020-12-31T22:59:59Z", "2020-12-31T23:00:00Z", "DE", "DE VAT 16", "DE VAT 19"),
        ("2023-12-31T15:59:59Z", "2023-12-31T16:00:00Z", "SG", "SG GST 8", "SG GST 9"),
    ] {
        assert_eq!(shown(country, None, S, before), [old]);
        assert_eq!(shown(country, None, S, after), [new]);
    }
}

#[test]
fn provinces_and_islands_have_their_own() {
    let now = "2026-11-26T00:00:00Z";
    assert_eq!(shown("CA", Some("QC"), S, now), ["CA GST 5", "CA-QC QST 9.975"]);
    assert_eq!(shown("CA", Some("ON"), S, now), ["CA-ON HST 13"]);
    assert_eq!(shown("CA", Some("NS"), S, now), ["CA-NS HST 14"]);
    assert_eq!(shown("CA", Some("AB"), S, now), ["CA GST 5"]);
    assert_eq!(shown("PT", Some("30"), R2, now), ["PT-30 VAT 4"]);
    assert_eq!(shown("MC", None, S, now), ["FR VAT 20"]);
    assert_eq!(shown("DK", None, R1, now), ["DK VAT 25"]);
    assert!(shown("US", Some("NY"), S, now).is_empty());
    assert!(shown("SG", None, S, "2022-12-31T00:00:00Z").is_empty());
}

#[test]
fn what_holds_now_is_listed_once() {
    let now = at("2026-11-26T00:00:00Z");
    let german: Vec<_> =
        rows_at(now).filter(|row| row.country == "DE").map(|row| row.rate).collect();
    assert_eq!(german, ["19", "7"]);
}

/// The contract's list: country or province, standard rate, the others from the highest down.
const LIST: &str = "AT 20 13 10 4.9 | BE 21 12 6 | BG 20 9 | HR 25 13 5 | CY 19 9 5 3 | \
    CZ 21 12 | DK 25 | EE 24 13 9 | FI 25.5 13.5 10 | FR 20 10 5.5 2.1 | DE 19 7 | \
    GR 24 13 6 | HU 27 18 5 | IE 23 13.5 9 | IT 22 10 5 4 | LV 21 12 5 | LT 21 12 5 | \
    LU 17 14 8 3 | MT 18 12 7 5 | NL 21 9 | PL 23 8 5 | PT 23 13 6 | PT-30 22 12 4 | \
    PT-20 16 9 4 | RO 21 11 | SK 23 19 5 | SI 22 9.5 5 | ES 21 10 4 | SE 25 12 6 | \
    GB 20 5 | CH 8.1 3.8 2.6 | LI 8.1 3.8 2.6 | NO 25 15 12 | IS 24 11 | TR 20 10 1 | \
    AU 10 | NZ 15 | JP 10 8 | KR 10 | SG 9 | IN 18 5 | AE 5 | SA 15 | ZA 15 | MX 16 8 | \
    CA 5 | CA-ON 13 | CA-NB 15 | CA-NL 15 | CA-PE 15 | CA-NS 14 | CA-QC 9.975 | CA-BC 7 | \
    CA-SK 6 | CA-MB 7";

#[test]
fn the_table_is_the_contracts_list_row_for_row() {
    let mut listed: Vec<(String, &str, String)> = Vec::new();
    for place in LIST.split(" | ") {
        let mut words = place.split(' ');
        let place = words.next().unwrap();
        for (class, rate) in RateClass::ALL.iter().zip(words) {
            listed.push((place.to_owned(), class.as_str(), rate.to_owned()));
        }
    }
    let mut ours: Vec<_> = rows_at(at("2026-11-26T00:00:00Z"))
        .map(|row| {
            let place = [row.country, row.region].join("-");
            (place.trim_end_matches('-').to_owned(), row.class.as_str(), row.rate.to_owned())
        })
        .collect();
    listed.sort();
    ours.sort();
    assert_eq!(ours, listed);
}

#[test]
fn earlier_rates_are_those_that_the_contract_names() {
    for (country, when, rate) in [
        ("EE", "2023-12-31T21:59:59Z", "EE VAT 20"),
        ("EE", "2025-06-30T20:59:59Z", "EE VAT 22"),
        ("FI", "2024-08-31T20:59:59Z", "FI VAT 24"),
        ("DE", "2020-06-30T21:59:59Z", "DE VAT 19"),
        ("DE", "2020-06-30T22:00:00Z", "DE VAT 16"),
        ("SK", "2024-12-31T22:59:59Z", "SK VAT 20"),
        ("CH", "2023-12-31T22:59:59Z", "CH VAT 7.7"),
        ("LI", "2023-12-31T22:59:59Z", "LI VAT 7.7"),
    ] {
        assert_eq!(shown(country, None, S, when), [rate], "{country} {when}");
    }
    assert_eq!(shown("CA", Some("NS"), S, "2025-04-01T02:59:59Z"), ["CA-NS HST 15"]);
}

#[test]
fn the_table_has_countries_without_a_rate_too() {
    for code in ["DE", "MC", "US", "BR", "CA"] {
        assert!(knows(code.parse().unwrap()), "{code}");
    }
    assert!(!knows("CN".parse().unwrap()));
}
