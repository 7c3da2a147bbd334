//! Tax on a sale: whether it is due, whose, at which rate, and how much.
//!
//! [`calculate()`] is pure and offline: settings, buyer, lines and a moment in, a decision out. The
//! dated rates stand in [`rates`]; [`tax_id`] judges ids by their form.

pub mod place;
pub mod rate;
pub mod rates;
pub mod settings;
pub mod tax_id;

mod calculate;

pub use calculate::calculate;

use super::{Currency, Invalid, Time};
use place::{Country, Place};
use rate::Rate;
use std::str::FromStr;
use tax_id::TaxIdStatus;

/// Tax codes that every tenant has.
pub const BUILT_IN_CODES: [&str; 4] = ["digital", "service", "exempt", "zero"];

/// Whether prices have tax in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Pricing {
    /// Tax comes on top.
    #[default]
    Exclusive,
    /// The price is what a consumer pays.
    Inclusive,
}

impl Pricing {
    /// The name on the wire of the links surface and in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exclusive => "TAX_EXCLUSIVE",
            Self::Inclusive => "TAX_INCLUSIVE",
        }
    }
}

impl FromStr for Pricing {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "TAX_EXCLUSIVE" => Ok(Self::Exclusive),
            "TAX_INCLUSIVE" => Ok(Self::Inclusive),
            _ => Err(Invalid::new("must be TAX_EXCLUSIVE or TAX_INCLUSIVE")),
        }
    }
}

/// What is sold, in one place of a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleLine {
    /// Its tax code.
    pub tax_code: String,
    /// A rate of its own, which replaces the table's wherever the line is taxed.
    pub own_rate: Option<Rate>,
    /// Minor units: net or gross, as the sale's pricing says.
    pub amount: i64,
}

/// Whether a buyer is taxed like everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Exemption {
    /// Like everybody.
    #[default]
    None,
    /// Never, for a reason the tenant keeps.
    Exempt,
    /// A business that owes the tax itself, by the tenant's word.
    Reverse,
}

/// Who buys, as far as tax is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buyer<'a> {
    /// Where; `None` until a country is known.
    pub place: Option<Place<'a>>,
    /// The status of a tax id of that very country.
    pub tax_id: Option<TaxIdStatus>,
    /// Whether it is exempt.
    pub exemption: Exemption,
}

/// A sale whose tax is wanted.
#[derive(Debug, Clone)]
pub struct Sale<'a> {
    /// Who buys.
    pub buyer: Buyer<'a>,
    /// What.
    pub lines: &'a [SaleLine],
    /// Whether prices have tax in them.
    pub pricing: Pricing,
    /// One currency for all lines.
    pub currency: Currency,
    /// The moment whose rates and registrations count.
    pub at: Time,
}

/// What is done about tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// It is collected.
    Taxed,
    /// The buyer owes it.
    ReverseCharge,
    /// Buyer or goods are exempt.
    Exempt,
    /// The goods are taxed at 0 %.
    ZeroRated,
    /// Nobody collects it.
    NotCollected,
    /// No tax that the tenant is registered for.
    OutOfScope,
}

/// Which rule decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The tenant collects no tax.
    NotConfigured,
    /// The customer is exempt.
    CustomerExempt,
    /// The tax code is exempt.
    CodeExempt,
    /// The tax code is zero-rated.
    CodeZero,
    /// Seller and buyer are in one country.
    Domestic,
    /// A business in another member of the European Union.
    EuB2b,
    /// Taxed where the buyer is.
    Destination,
    /// Taxed where the seller is.
    Origin,
    /// A business abroad, in a country that knows the reverse charge.
    B2b,
    /// The tenant is not registered for the place.
    NotRegistered,
    /// The place has no rate.
    NoRate,
}

/// The category code of EN 16931.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// Standard rate, or any other above zero.
    S,
    /// Zero-rated.
    Z,
    /// Exempt.
    E,
    /// Reverse charge.
    AE,
    /// Outside the scope of tax.
    O,
}

/// One tax of a sale, over all its lines of one rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxLine {
    /// Who levies it: `DE`, `CA-QC`.
    pub jurisdiction: String,
    /// What it is called.
    pub name: String,
    /// Its rate.
    pub rate: Rate,
    /// Minor units it is taken of.
    pub taxable: i64,
    /// Minor units.
    pub tax: i64,
    /// Its category.
    pub category: Category,
}

/// A decision about the tax of a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What is done; of the first line that is taxed, where lines differ.
    pub treatment: Treatment,
    /// Why.
    pub reason: Reason,
    /// Every tax with its base.
    pub lines: Vec<TaxLine>,
    /// Minor units without tax.
    pub subtotal: i64,
    /// Minor units of tax.
    pub tax: i64,
    /// Minor units to pay.
    pub total: i64,
}

/// What a calculator says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaxAnswer {
    /// The tax is known.
    Decided(Decision),
    /// It cannot be known without these: `country`, `region`, `postalCode`.
    Needs(Vec<Need>),
}

/// What a decision still needs from the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The billing country.
    Country,
    /// Its region.
    Region,
    /// The postal code.
    PostalCode,
}

impl Treatment {
    /// Every treatment.
    pub const ALL: [Self; 6] = [
        Self::Taxed,
        Self::ReverseCharge,
        Self::Exempt,
        Self::ZeroRated,
        Self::NotCollected,
        Self::OutOfScope,
    ];

    /// Its name in answers and records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Taxed => "taxed",
            Self::ReverseCharge => "reverse_charge",
            Self::Exempt => "exempt",
            Self::ZeroRated => "zero_rated",
            Self::NotCollected => "not_collected",
            Self::OutOfScope => "out_of_scope",
        }
    }
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 11] = [
        Self::NotConfigured,
        Self::CustomerExempt,
        Self::CodeExempt,
        Self::CodeZero,
        Self::Domestic,
        Self::EuB2b,
        Self::Destination,
        Self::Origin,
        Self::B2b,
        Self::NotRegistered,
        Self::NoRate,
    ];

    /// Its name in answers and records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotConfigured => "not_configured",
            Self::CustomerExempt => "customer_exempt",
            Self::CodeExempt => "code_exempt",
            Self::CodeZero => "code_zero",
            Self::Domestic => "domestic",
            Self::EuB2b => "eu_b2b",
            Self::Destination => "destination",
            Self::Origin => "origin",
            Self::B2b => "b2b",
            Self::NotRegistered => "not_registered",
            Self::NoRate => "no_rate",
        }
    }
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 5] = [Self::S, Self::Z, Self::E, Self::AE, Self::O];

    /// Its code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::Z => "Z",
            Self::E => "E",
            Self::AE => "AE",
            Self::O => "O",
        }
    }
}

/// Countries whose businesses owe the tax on what sellers abroad sell them, besides the European
/// Union's. Not Switzerland, Liechtenstein, South Africa and Mexico: a registered seller charges
/// businesses there too.
const REVERSE_CHARGE: [&str; 13] =
    ["GB", "NO", "IS", "AU", "NZ", "SG", "KR", "JP", "IN", "TR", "AE", "SA", "CA"];

fn knows_reverse_charge(country: Country) -> bool {
    country.is_eu() || REVERSE_CHARGE.contains(&country.tax_territory().code())
}

#[cfg(test)]
mod tests;
