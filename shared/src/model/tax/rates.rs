//! The built-in rates. A new rate is a new row, ahead of its day; rows are never edited.
//!
//! This is data for software, not advice. Local rates of the United States, goods, thresholds and
//! returns are out of its scope.

use super::{
    place::{BuyerPlace, Country},
    rate::Rate,
};
use crate::model::{Invalid, Time};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// The table's version: its day.
pub const VERSION: &str = "2026-11-26";

/// Which of a country's rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(parse_err_ty = Invalid, parse_err_fn = RateClass::unknown)]
pub enum RateClass {
    /// What holds where nothing else does.
    #[strum(serialize = "standard")]
    Standard,
    /// The higher reduced rate.
    #[strum(serialize = "reduced_1")]
    Reduced1,
    /// The lower reduced rate.
    #[strum(serialize = "reduced_2")]
    Reduced2,
    /// The rate below both reduced rates, where a country has one.
    #[strum(serialize = "super_reduced")]
    SuperReduced,
}

impl RateClass {
    /// Every class, in the order in which they are declared.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name in settings and answers.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl RateClass {
    fn unknown(_: &str) -> Invalid {
        Invalid::new("must be one of standard, reduced_1, reduced_2, super_reduced")
    }
}

/// One rate of one place from one moment on.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The country, by its two upper-case letters of ISO 3166-1.
    pub country: &'static str,
    /// Its region; empty for the whole country.
    pub region: &'static str,
    /// What the tax is called.
    pub tax: &'static str,
    /// Which of the place's rates.
    pub class: RateClass,
    /// In percent, as a decimal number: `21`.
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
    /// The rate in percent.
    pub rate: Rate,
}

impl Row {
    /// Whether it has begun to hold.
    fn holds_at(&self, at: Time) -> bool {
        self.starts() <= at
    }

    /// When it begins to hold.
    pub fn starts(&self) -> Time {
        self.from.map_or(Time::EPOCH, |text| Time::parse(text).unwrap_or(Time::EPOCH))
    }
}

/// The taxes of a place at a moment: one, or two in some Canadian provinces, or none where the
/// table has no rate. A class that a place does not have is its standard rate.
pub fn taxes(place: &BuyerPlace<'_>, class: RateClass, at: Time) -> Vec<PlaceTax> {
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

/// Countries of the table that have no built-in rate: registrations and overrides bring one.
const WITHOUT_RATE: [&str; 2] = ["US", "BR"];

/// Whether the table has a country, with or without a rate.
pub fn knows(country: Country) -> bool {
    let territory = country.tax_territory();
    let code = territory.code();
    WITHOUT_RATE.contains(&code) || ROWS.iter().any(|row| row.country == code)
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
    country: &'static str,
    region: &'static str,
    tax: &'static str,
    class: RateClass,
    rate: &'static str,
    from: Option<&'static str>,
) -> Row {
    let source = "Paylink's table of consumption taxes, 2026-11-26";
    Row { country, region, tax, class, rate, from, source, recorded: VERSION }
}

const fn vat(country: &'static str, class: RateClass, rate: &'static str) -> Row {
    row(country, "", "VAT", class, rate, None)
}

const fn vat_from(
    country: &'static str,
    class: RateClass,
    rate: &'static str,
    from: &'static str,
) -> Row {
    row(country, "", "VAT", class, rate, Some(from))
}

const fn gst(country: &'static str, class: RateClass, rate: &'static str) -> Row {
    row(country, "", "GST", class, rate, None)
}

const fn part(
    country: &'static str,
    region: &'static str,
    tax: &'static str,
    class: RateClass,
    rate: &'static str,
) -> Row {
    row(country, region, tax, class, rate, None)
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
    part("PT", "30", "VAT", S, "22"), part("PT", "30", "VAT", R1, "12"), part("PT", "30", "VAT", R2, "4"),
    part("PT", "20", "VAT", S, "16"), part("PT", "20", "VAT", R1, "9"), part("PT", "20", "VAT", R2, "4"),
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
    row("SG", "", "GST", S, "8", Some("2023-01-01T00:00:00+08:00")),
    row("SG", "", "GST", S, "9", Some("2024-01-01T00:00:00+08:00")),
    // India's 40 % on luxuries has no class of its own: an override names it.
    gst("IN", S, "18"), gst("IN", R1, "5"),
    vat("AE", S, "5"),
    vat("SA", S, "15"),
    vat("ZA", S, "15"),
    vat("MX", S, "16"), vat("MX", R1, "8"),
    gst("CA", S, "5"),
    part("CA", "ON", "HST", S, "13"), part("CA", "NB", "HST", S, "15"),
    part("CA", "NL", "HST", S, "15"), part("CA", "PE", "HST", S, "15"),
    part("CA", "NS", "HST", S, "15"),
    row("CA", "NS", "HST", S, "14", Some("2025-04-01T00:00:00-03:00")),
    part("CA", "QC", "QST", S, "9.975"), part("CA", "BC", "PST", S, "7"),
    part("CA", "SK", "PST", S, "6"), part("CA", "MB", "PST", S, "7"),
];

#[cfg(test)]
mod tests;
