//! How a tenant collects tax: who sells, where it is registered, and its own codes and rates.

use super::{place::Country, rate::Rate, rates::RateClass};
use crate::model::Time;

/// Most registrations of one tenant.
pub const MAX_REGISTRATIONS: usize = 100;

/// Most overrides of one tenant.
pub const MAX_OVERRIDES: usize = 200;

/// Where tax is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Collect {
    /// Nowhere: prices are what buyers pay.
    #[default]
    Never,
    /// Where the tenant is registered.
    Registered,
    /// Wherever the table has a rate: a merchant of record.
    Everywhere,
}

/// How a registration works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// An ordinary registration in one country or region.
    Standard,
    /// The European Union's one-stop shop: consumers in all its members.
    Oss,
    /// A country's simplified scheme for sellers abroad.
    Simplified,
}

/// One registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The country that taxes.
    pub country: Country,
    /// Its region; needed in the United States.
    pub region: Option<String>,
    /// How it works.
    pub scheme: Scheme,
    /// The seller's id there.
    pub tax_id: Option<String>,
    /// Since when; always, when absent.
    pub from: Option<Time>,
    /// Until when, that moment excluded; open, when absent.
    pub until: Option<Time>,
    /// The rate, where the table has none: needed in the United States.
    pub rate: Option<Rate>,
    /// Rates by the beginning of the postal code; the longest that fits counts.
    pub postal_rates: Vec<(String, Rate)>,
}

/// What an override makes of a tax code at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverrideEffect {
    /// This rate.
    Rate(Rate),
    /// The place's own rate of this class.
    Class(RateClass),
    /// Exempt.
    Exempt,
    /// Taxed at 0 %.
    Zero,
}

/// An own rule for a tax code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The code it is about.
    pub tax_code: String,
    /// Where; everywhere, when absent.
    pub country: Option<Country>,
    /// In which region; in all, when absent.
    pub region: Option<String>,
    /// What holds.
    pub effect: OverrideEffect,
    /// What the tax is called there, where it has a name of its own.
    pub name: Option<String>,
    /// Since when; always, when absent.
    pub from: Option<Time>,
}

/// Everything a decision about tax rests on, besides the sale.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// The seller's country; nothing is collected without one.
    pub seller: Option<Country>,
    /// Where tax is collected.
    pub collect: Collect,
    /// Where the tenant is registered.
    pub registrations: Vec<Registration>,
    /// The tenant's own rules.
    pub overrides: Vec<Override>,
    /// The code of a sale that names none; `digital` when empty.
    pub default_tax_code: String,
    /// Rises with each change, so that a decision can say which settings it rests on.
    pub version: i64,
}

impl Collect {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Never, Self::Registered, Self::Everywhere];

    /// Its name in settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Registered => "registered",
            Self::Everywhere => "everywhere",
        }
    }
}

impl Scheme {
    /// Every scheme.
    pub const ALL: [Self; 3] = [Self::Standard, Self::Oss, Self::Simplified];

    /// Its name in settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Oss => "oss",
            Self::Simplified => "simplified",
        }
    }
}

impl Registration {
    /// Whether it is in force.
    #[must_use]
    pub fn holds_at(&self, at: Time) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }

    /// The rate at a postal code, where the registration brings one.
    #[must_use]
    pub fn rate_at(&self, postal_code: Option<&str>) -> Option<Rate> {
        let postal = postal_code.unwrap_or_default().trim();
        let fitting = self.postal_rates.iter().filter(|(prefix, _)| postal.starts_with(prefix));
        let longest = fitting.max_by_key(|(prefix, _)| prefix.len());
        longest.map(|(_, rate)| *rate).or(self.rate)
    }
}

impl Settings {
    /// The registrations in force for a country.
    pub fn registered_in(&self, country: Country, at: Time) -> impl Iterator<Item = &Registration> {
        self.registrations.iter().filter(move |registration| {
            registration.country.tax_territory() == country.tax_territory()
                && registration.scheme != Scheme::Oss
                && registration.holds_at(at)
        })
    }

    /// Whether the one-stop shop's registration is in force.
    #[must_use]
    pub fn uses_oss(&self, at: Time) -> bool {
        let mut registrations = self.registrations.iter();
        registrations.any(|known| known.scheme == Scheme::Oss && known.holds_at(at))
    }

    /// The override for a code at a place: the most special one, then the latest.
    #[must_use]
    pub fn override_for(
        &self,
        tax_code: &str,
        country: Country,
        region: Option<&str>,
        at: Time,
    ) -> Option<&Override> {
        let fitting = self.overrides.iter().filter(|rule| {
            rule.tax_code == tax_code
                && rule.country.is_none_or(|wanted| wanted.tax_territory() == country)
                && rule.region.as_deref().is_none_or(|wanted| Some(wanted) == region)
                && rule.from.is_none_or(|from| from <= at)
        });
        fitting.max_by_key(|rule| {
            let from = rule.from.unwrap_or(Time::EPOCH);
            (rule.region.is_some(), rule.country.is_some(), from)
        })
    }

    /// Whether a code means something: built in, or named by an override.
    #[must_use]
    pub fn knows_code(&self, tax_code: &str) -> bool {
        super::BUILT_IN_CODES.contains(&tax_code)
            || self.overrides.iter().any(|rule| rule.tax_code == tax_code)
    }
}
