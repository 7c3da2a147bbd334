//! Rates of tax in force, as the payments surface lists them.

use crate::{
    http::{field::Text, payments::livemode, tax_fields::CountryName},
    model::{
        Invalid, Mode, Time,
        address::{region, region_if_any},
        tax::{place::Country, settings::OverrideEffect},
    },
    operations::tax::ListedRate,
};
use derive::{Body, View};

/// The query for rates of tax.
#[derive(Body)]
#[body(check = part_of_country(region, country))]
pub struct ListTaxRates {
    /// Only rates of this country, two letters of ISO 3166-1.
    pub country: Option<CountryName>,
    /// Of this part of the country.
    pub region: Option<Text<1, 20>>,
    /// In force at this moment; now, when absent.
    pub at: Option<Time>,
}

fn part_of_country(
    part: Option<&Text<1, 20>>,
    country: Option<&CountryName>,
) -> std::result::Result<(), Invalid> {
    let (country, part) = (country.map(|country| country.0), part.map(|part| part.0.as_str()));
    region_if_any(country, part).map(|_| ())
}

impl ListTaxRates {
    /// The country and its part that are asked for.
    pub fn place(&self) -> (Option<Country>, Option<String>) {
        let country = self.country.map(|country| country.0);
        let part = country.zip(self.region.as_ref());
        (country, part.and_then(|(country, part)| region(country, &part.0).ok().flatten()))
    }
}

/// A rate in force.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct TaxRateView {
    /// ISO 3166-1; null for an own rule that holds everywhere.
    pub country: Option<String>,
    /// The part of ISO 3166-2 behind the hyphen; null: all of the country.
    pub region: Option<String>,
    /// What the tax is called; null where an own rule gives no name.
    pub tax: Option<String>,
    /// The code that an own rule is about; null for rows of the table.
    pub tax_code: Option<String>,
    /// `standard`, `reduced_1` (the higher), `reduced_2` or `super_reduced`.
    pub class: Option<&'static str>,
    /// Percent; null where an own rule names a class or a treatment.
    pub rate: Option<String>,
    /// `exempt` or `zero`, by an own rule.
    pub treatment: Option<&'static str>,
    /// Since when, in the place's own time; null: before 2023, or always.
    pub from: Option<String>,
    /// Where the figure comes from, such as the authority that publishes it.
    pub source: &'static str,
    /// The day it was written down; null for own rules.
    pub recorded: Option<&'static str>,
    /// Whether it is an own rule of yours.
    pub r#override: bool,
    /// The kind of object: always `tax_rate`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// A rate as this surface shows it.
pub fn rate_view(rate: &ListedRate<'_>, mode: Mode) -> TaxRateView {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    match rate {
        ListedRate::BuiltIn(row) => TaxRateView {
            country: some(row.country),
            region: some(row.region),
            tax: some(row.tax),
            tax_code: None,
            class: Some(row.class.as_str()),
            rate: some(row.rate),
            treatment: None,
            from: row.from.and_then(some),
            source: row.source,
            recorded: Some(row.recorded),
            r#override: false,
            object: "tax_rate",
            livemode: livemode(mode),
        },
        ListedRate::Own(rule) => {
            let (rate, class, treatment) = match rule.effect {
                OverrideEffect::Rate(rate) => (Some(rate.to_string()), None, None),
                OverrideEffect::Class(class) => (None, Some(class.as_str()), None),
                OverrideEffect::Exempt => (None, None, Some("exempt")),
                OverrideEffect::Zero => (None, None, Some("zero")),
            };
            TaxRateView {
                country: rule.country.map(|country| country.code().to_owned()),
                region: rule.region.clone(),
                tax: rule.name.clone(),
                tax_code: Some(rule.tax_code.clone()),
                class,
                rate,
                treatment,
                from: rule.from.map(Time::rfc3339_ms),
                source: "your settings",
                recorded: None,
                r#override: true,
                object: "tax_rate",
                livemode: livemode(mode),
            }
        }
    }
}
