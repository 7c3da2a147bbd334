//! How a tenant collects tax: who sells, where it is registered, and its own codes and rates; what
//! its page asks for, and how its invoices look.

mod change;
mod invoicing;

pub use change::TaxChange;
pub use invoicing::{InvoicingSettings, LANGUAGES};

use super::{
    place::{BuyerPlace, Country},
    rate::Rate,
    rates::{self, RateClass},
};
use crate::model::{Invalid, Time, address::Address};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Most registrations of one tenant.
pub const MAX_REGISTRATIONS: usize = 100;

/// Most overrides of one tenant.
pub const MAX_OVERRIDES: usize = 200;

/// Where tax is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = Collect::unknown)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = Scheme::unknown)]
pub enum Scheme {
    /// An ordinary registration in one country or region.
    Standard,
    /// The European Union's one-stop shop: consumers in all its members.
    Oss,
    /// A country's simplified scheme for sellers abroad.
    Simplified,
}

/// Where the seller is registered to collect tax, since when, and at which rates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The country in which the tenant is registered.
    pub country: Country,
    /// Its region; needed in the United States.
    pub region: Option<String>,
    /// Whether it is an ordinary registration, the one-stop shop, or a simplified one.
    pub scheme: Scheme,
    /// The tax id that came with the registration.
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
    /// This rate instead of the place's own.
    Rate(Rate),
    /// The place's own rate of this class.
    Class(RateClass),
    /// No tax, since the code is exempt there.
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
    /// What holds instead of the usual rule.
    pub effect: OverrideEffect,
    /// What the tax is called there, where it has a name of its own.
    pub name: Option<String>,
    /// Since when; always, when absent.
    pub from: Option<Time>,
}

/// Who sells, as invoices name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SellerDetails {
    /// The seller's registered name, as invoices print it.
    pub legal_name: String,
    /// Where the seller is established: the country whose tax law is its own.
    pub address: Address,
    /// Its tax id there, as [`TaxId`](super::tax_id::TaxId) reads it.
    pub tax_id: Option<String>,
    /// In the register of companies.
    pub registration_number: Option<String>,
    /// With the tax office, where that differs from the tax id.
    pub tax_number: Option<String>,
    /// E-mail address that invoices show; `None` when they show none.
    pub email: Option<String>,
    /// Web site that invoices show; `None` when they show none.
    pub website: Option<String>,
}

/// Whether a buyer's tax id of the right form makes a business of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = BusinessIds::unknown)]
pub enum BusinessIds {
    /// It does; no register is asked.
    #[default]
    Trust,
    /// It never does: ids are only printed.
    Never,
}

/// Which address the page asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = AskAddress::unknown)]
pub enum AskAddress {
    /// As much of the address as deciding the tax needs.
    #[default]
    Auto,
    /// The whole address, whether the tax needs it or not.
    Full,
}

/// Whether the page asks businesses for a tax id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = AskTaxId::unknown)]
pub enum AskTaxId {
    /// It does, and buyers may leave it out.
    #[default]
    Optional,
    /// It does not ask.
    Never,
}

/// Whether a paid card is kept for later charges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = SaveCard::unknown)]
pub enum SaveCard {
    /// Always; the page says so beside the button.
    #[default]
    Always,
    /// Where the buyer ticks a box.
    Ask,
    /// No paid card is kept.
    Never,
}

/// A tenant's settings of tax in one mode, one record for all surfaces: everything a decision about
/// tax rests on besides the sale, and what pages and invoices take from there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Who sells; nothing is collected before it is known.
    pub seller: Option<SellerDetails>,
    /// Where tax is collected.
    pub collect: Collect,
    /// Where the tenant is registered.
    pub registrations: Vec<Registration>,
    /// The tenant's own rules, which go before the built-in tables.
    pub overrides: Vec<Override>,
    /// The code of a sale that names none; `digital` when empty.
    pub default_tax_code: String,
    /// What a buyer's tax id of the right form means.
    pub business_ids: BusinessIds,
    /// How invoices are numbered and written.
    pub invoice: InvoicingSettings,
    /// Which address the page asks for.
    pub ask_address: AskAddress,
    /// Whether the page asks businesses for a tax id.
    pub ask_tax_id: AskTaxId,
    /// Whether paid cards are kept.
    pub save_card: SaveCard,
    /// When they last changed; never, where nothing was set.
    pub updated_at: Option<Time>,
    /// Rises with each change, so that a decision can say which settings it rests on; 0 before the
    /// first.
    pub version: u64,
}

/// What every choice of the settings can do besides reading itself.
macro_rules! choice {
    ($choice:ident, $names:literal) => {
        impl $choice {
            /// Every choice, in the order in which they are declared.
            pub const ALL: &[Self] = Self::VARIANTS;

            /// Its name in settings.
            pub fn as_str(self) -> &'static str {
                self.into()
            }

            fn unknown(_: &str) -> Invalid {
                Invalid::new(concat!("must be one of ", $names))
            }
        }
    };
}

choice!(Collect, "never, registered, everywhere");
choice!(Scheme, "standard, oss, simplified");
choice!(BusinessIds, "trust, never");
choice!(AskAddress, "auto, full");
choice!(AskTaxId, "optional, never");
choice!(SaveCard, "always, ask, never");

impl Registration {
    /// Whether it is in force.
    pub fn holds_at(&self, at: Time) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }

    /// The rate at a postal code, where the registration brings one.
    pub fn rate_at(&self, postal_code: Option<&str>) -> Option<Rate> {
        let postal = postal_code.unwrap_or_default().trim();
        let fitting = self.postal_rates.iter().filter(|(prefix, _)| postal.starts_with(prefix));
        let longest = fitting.max_by_key(|(prefix, _)| prefix.len());
        longest.map(|(_, rate)| *rate).or(self.rate)
    }
}

impl Settings {
    /// Whether tax is looked at: a seller is known, and it collects.
    pub fn collects(&self) -> bool {
        self.seller.is_some() && self.collect != Collect::Never
    }

    /// Where the seller is.
    pub fn seller_place(&self) -> Option<BuyerPlace<'_>> {
        self.seller.as_ref().map(|seller| seller.address.place())
    }

    /// The code of a sale that names none.
    pub fn default_code(&self) -> &str {
        match self.default_tax_code.as_str() {
            "" => super::BUILT_IN_CODES[0],
            code => code,
        }
    }

    /// Whether tax may be collected in a country: the seller is registered there, or is a merchant
    /// of record and the table has the country.
    pub fn is_registered(&self, country: Country, at: Time) -> bool {
        match self.collect {
            Collect::Never => false,
            Collect::Registered => self.registered_in(country, at).next().is_some(),
            Collect::Everywhere => rates::knows(country),
        }
    }

    /// The registrations in force for a country.
    pub fn registered_in(&self, country: Country, at: Time) -> impl Iterator<Item = &Registration> {
        self.registrations.iter().filter(move |registration| {
            registration.country.tax_territory() == country.tax_territory()
                && registration.scheme != Scheme::Oss
                && registration.holds_at(at)
        })
    }

    /// Whether the one-stop shop's registration is in force.
    pub fn uses_oss(&self, at: Time) -> bool {
        let mut registrations = self.registrations.iter();
        registrations.any(|known| known.scheme == Scheme::Oss && known.holds_at(at))
    }

    /// The override for a code at a place: the most special one, then the latest.
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

    /// Whether an override counts at a moment: no later one of the same code and place does.
    pub fn in_force(&self, rule: &Override, at: Time) -> bool {
        let starts = |rule: &Override| rule.from.unwrap_or(Time::EPOCH);
        let mut others = self.overrides.iter().filter(|other| {
            let key = |rule: &Override| (rule.tax_code.clone(), rule.country, rule.region.clone());
            key(other) == key(rule) && starts(other) <= at
        });
        starts(rule) <= at && others.all(|other| starts(other) <= starts(rule))
    }

    /// Every tax code: the built-in ones, then the tenant's own.
    pub fn codes(&self) -> Vec<&str> {
        let mut codes = super::BUILT_IN_CODES.to_vec();
        for rule in &self.overrides {
            if !codes.contains(&rule.tax_code.as_str()) {
                codes.push(&rule.tax_code);
            }
        }
        codes
    }

    /// Whether a code means something: built in, or named by an override.
    pub fn knows_code(&self, tax_code: &str) -> bool {
        super::BUILT_IN_CODES.contains(&tax_code)
            || self.overrides.iter().any(|rule| rule.tax_code == tax_code)
    }
}
