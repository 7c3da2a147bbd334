//! The built-in rates. A new rate is a new row, ahead of its day; rows are never edited.
//!
//! This is data for software, not advice. Local rates of the United States, goods, thresholds and
//! returns are out of its scope.

use super::{place::Place, rate::Rate};
use crate::model::Time;

/// The table's version: its day.
pub const VERSION: &str = "2026-11-26";

/// Which of a country's rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RateClass {
    /// What holds where nothing else does.
    Standard,
    /// The higher reduced rate.
    Reduced1,
    /// The lower reduced rate.
    Reduced2,
    /// Below both.
    SuperReduced,
}

impl RateClass {
    /// Every class.
    pub const ALL: [Self; 4] = [Self::Standard, Self::Reduced1, Self::Reduced2, Self::SuperReduced];

    /// Its name in settings and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Reduced1 => "reduced_1",
            Self::Reduced2 => "reduced_2",
            Self::SuperReduced => "super_reduced",
        }
    }
}

/// One rate of one place from one moment on.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Its country.
    pub country: &'static str,
    /// Its region; empty for the whole country.
    pub region: &'static str,
    /// What the tax is called.
    pub tax: &'static str,
    /// Which of the place's rates.
    pub class: RateClass,
    /// In percent.
    pub rate: &'static str,
    /// Since when, with the place's own offset; `None` means before 2023.
    pub from: Option<&'static str>,
    /// Where the figure comes from.
    pub source: &'static str,
    /// The day it was written down.
    pub recorded: &'static str,
}

/// A tax that is due somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceTax {
    /// What it is called.
    pub name: String,
    /// Who levies it: `DE`, `CA-QC`.
    pub jurisdiction: String,
    /// How much.
    pub rate: Rate,
}

impl Row {
    fn holds_at(&self, at: Time) -> bool {
        self.starts() <= at
    }

    /// When it begins to hold.
    #[must_use]
    pub fn starts(&self) -> Time {
        self.from.map_or(Time::EPOCH, |text| Time::parse(text).unwrap_or(Time::EPOCH))
    }
}

/// The taxes of a place at a moment: one, or two in some Canadian provinces, or none where the
/// table has no rate. A class that a place does not have is its standard rate.
#[must_use]
pub fn taxes(place: &Place<'_>, class: RateClass, at: Time) -> Vec<PlaceTax> {
    let country = place.country.tax_territory();
    let region = place.tax_region().unwrap_or_default();
    let find = |tax: &str, region: &str, class: RateClass| {
        let rows = ROWS.iter().filter(|row| {
            row.country == country.code()
                && row.region == region
                && row.tax == tax
                && row.class == class
                && row.holds_at(at)
        });
        rows.max_by_key(|row| row.starts())
    };
    let best = |tax: &str| {
        let classes = [class, RateClass::Standard];
        let places = [region, ""];
        let mut tries = classes.iter().flat_map(|class| places.map(|region| (region, *class)));
        tries.find_map(|(region, class)| find(tax, region, class))
    };
    let shown = |row: &Row| {
        let jurisdiction = match row.region {
            "" => country.code().to_owned(),
            region => format!("{country}-{region}"),
        };
        let rate = row.rate.parse().unwrap_or(Rate::ZERO);
        PlaceTax { name: row.tax.to_owned(), jurisdiction, rate }
    };
    let national = match best("HST") {
        Some(harmonised) => Some(harmonised),
        None => best("VAT").or_else(|| best("GST")),
    };
    let provincial = best("QST").or_else(|| best("PST"));
    national.into_iter().chain(provincial).map(shown).collect()
}

/// Every row that holds at a moment: what `tax-rates` lists.
pub fn rows_at(at: Time) -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(move |row| row.holds_at(at) && !is_replaced(row, at))
}

fn is_replaced(row: &Row, at: Time) -> bool {
    ROWS.iter().any(|other| {
        (other.country, other.region, other.tax, other.class)
            == (row.country, row.region, row.tax, row.class)
            && other.starts() > row.starts()
            && other.holds_at(at)
    })
}

const fn row(
    (country, region, tax): (&'static str, &'static str, &'static str),
    class: RateClass,
    rate: &'static str,
    from: Option<&'static str>,
) -> Row {
    let source = "Paylink's table of consumption taxes, 2026-11-26";
    Row { country, region, tax, class, rate, from, source, recorded: VERSION }
}

const fn vat(country: &'static str, class: RateClass, rate: &'static str) -> Row {
    row((country, "", "VAT"), class, rate, None)
}

const fn vat_from(
    country: &'static str,
    class: RateClass,
    rate: &'static str,
    from: &'static str,
) -> Row {
    row((country, "", "VAT"), class, rate, Some(from))
}

const fn gst(country: &'static str, class: RateClass, rate: &'static str) -> Row {
    row((country, "", "GST"), class, rate, None)
}

const fn part(
    place: (&'static str, &'static str, &'static str),
    class: RateClass,
    rate: &'static str,
) -> Row {
    row(place, class, rate, None)
}

use RateClass::{Reduced1 as R1, Reduced2 as R2, Standard as S, SuperReduced as SR};

/// The table. The United States and Brazil have no built-in rate.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    vat("AT", S, "20"), vat("AT", R1, "13"), vat("AT", R2, "10"), vat("AT", SR, "4.9"),
    vat("BE", S, "21"), vat("BE", R1, "12"), vat("BE", R2, "6"),
    vat("BG", S, "20"), vat("BG", R1, "9"),
    vat("HR", S, "25"), vat("HR", R1, "13"), vat("HR", R2, "5"),
    vat("CY", S, "19"), vat("CY", R1, "9"), vat("CY", R2, "5"), vat("CY", SR, "3"),
    vat("CZ", S, "21"), vat("CZ", R1, "12"),
    vat("DK", S, "25"),
    vat("EE", S, "20"), vat_from("EE", S, "22", "2024-01-01T00:00:00+02:00"),
    vat_from("EE", S, "24", "2025-07-01T00:00:00+03:00"), vat("EE", R1, "13"), vat("EE", R2, "9"),
    vat("FI", S, "24"), vat_from("FI", S, "25.5", "2024-09-01T00:00:00+03:00"),
    vat("FI", R1, "13.5"), vat("FI", R2, "10"),
    vat("FR", S, "20"), vat("FR", R1, "10"), vat("FR", R2, "5.5"), vat("FR", SR, "2.1"),
    vat("DE", S, "19"), vat_from("DE", S, "16", "2020-07-01T00:00:00+02:00"),
    vat_from("DE", S, "19", "2021-01-01T00:00:00+01:00"), vat("DE", R1, "7"),
    vat("GR", S, "24"), vat("GR", R1, "13"), vat("GR", R2, "6"),
    vat("HU", S, "27"), vat("HU", R1, "18"), vat("HU", R2, "5"),
    vat("IE", S, "23"), vat("IE", R1, "13.5"), vat("IE", R2, "9"),
    vat("IT", S, "22"), vat("IT", R1, "10"), vat("IT", R2, "5"), vat("IT", SR, "4"),
    vat("LV", S, "21"), vat("LV", R1, "12"), vat("LV", R2, "5"),
    vat("LT", S, "21"), vat("LT", R1, "12"), vat("LT", R2, "5"),
    vat("LU", S, "17"), vat("LU", R1, "14"), vat("LU", R2, "8"), vat("LU", SR, "3"),
    vat("MT", S, "18"), vat("MT", R1, "12"), vat("MT", R2, "7"), vat("MT", SR, "5"),
    vat("NL", S, "21"), vat("NL", R1, "9"),
    vat("PL", S, "23"), vat("PL", R1, "8"), vat("PL", R2, "5"),
    vat("PT", S, "23"), vat("PT", R1, "13"), vat("PT", R2, "6"),
    part(("PT", "30", "VAT"), S, "22"), part(("PT", "30", "VAT"), R1, "12"), part(("PT", "30", "VAT"), R2, "4"),
    part(("PT", "20", "VAT"), S, "16"), part(("PT", "20", "VAT"), R1, "9"), part(("PT", "20", "VAT"), R2, "4"),
    vat("RO", S, "19"), vat_from("RO", S, "21", "2025-08-01T00:00:00+03:00"), vat("RO", R1, "11"),
    vat("SK", S, "20"), vat_from("SK", S, "23", "2025-01-01T00:00:00+01:00"),
    vat("SK", R1, "19"), vat("SK", R2, "5"),
    vat("SI", S, "22"), vat("SI", R1, "9.5"), vat("SI", R2, "5"),
    vat("ES", S, "21"), vat("ES", R1, "10"), vat("ES", R2, "4"),
    vat("SE", S, "25"), vat("SE", R1, "12"), vat("SE", R2, "6"),
    vat("GB", S, "20"), vat("GB", R1, "5"),
    vat("CH", S, "7.7"), vat_from("CH", S, "8.1", "2024-01-01T00:00:00+01:00"),
    vat("CH", R1, "3.8"), vat("CH", R2, "2.6"),
    vat("LI", S, "7.7"), vat_from("LI", S, "8.1", "2024-01-01T00:00:00+01:00"),
    vat("LI", R1, "3.8"), vat("LI", R2, "2.6"),
    vat("NO", S, "25"), vat("NO", R1, "15"), vat("NO", R2, "12"),
    vat("IS", S, "24"), vat("IS", R1, "11"),
    vat("TR", S, "20"), vat("TR", R1, "10"), vat("TR", R2, "1"),
    gst("AU", S, "10"),
    gst("NZ", S, "15"),
    vat("JP", S, "10"), vat("JP", R1, "8"),
    vat("KR", S, "10"),
    row(("SG", "", "GST"), S, "8", Some("2023-01-01T00:00:00+08:00")),
    row(("SG", "", "GST"), S, "9", Some("2024-01-01T00:00:00+08:00")),
    // India's 40 % on luxuries has no class of its own: an override names it.
    gst("IN", S, "18"), gst("IN", R1, "5"),
    vat("AE", S, "5"),
    vat("SA", S, "15"),
    vat("ZA", S, "15"),
    vat("MX", S, "16"), vat("MX", R1, "8"),
    gst("CA", S, "5"),
    part(("CA", "ON", "HST"), S, "13"), part(("CA", "NB", "HST"), S, "15"),
    part(("CA", "NL", "HST"), S, "15"), part(("CA", "PE", "HST"), S, "15"),
    part(("CA", "NS", "HST"), S, "15"),
    row(("CA", "NS", "HST"), S, "14", Some("2025-04-01T00:00:00-03:00")),
    part(("CA", "QC", "QST"), S, "9.975"), part(("CA", "BC", "PST"), S, "7"),
    part(("CA", "SK", "PST"), S, "6"), part(("CA", "MB", "PST"), S, "7"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    fn shown(country: &str, region: Option<&str>, class: RateClass, when: &str) -> Vec<String> {
        let place = Place { country: country.parse().unwrap(), region, postal_code: None };
        let taxes = taxes(&place, class, at(when));
        taxes.iter().map(|tax| format!("{} {} {}", tax.jurisdiction, tax.name, tax.rate)).collect()
    }

    #[test]
    fn every_row_has_a_source_a_rate_a_country_and_a_moment_that_exists() {
        for row in ROWS {
            assert!(!row.source.is_empty() && !row.recorded.is_empty(), "{row:?}");
            assert!(row.rate.parse::<Rate>().is_ok(), "{row:?}");
            assert!(row.country.parse::<super::super::place::Country>().is_ok(), "{row:?}");
            assert!(row.from.is_none_or(|from| Time::parse(from).is_ok()), "{row:?}");
        }
    }

    #[test]
    fn no_two_rows_say_the_same_of_one_moment() {
        let keys: Vec<_> = ROWS
            .iter()
            .map(|row| (row.country, row.region, row.tax, row.class, row.from))
            .collect();
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
}
