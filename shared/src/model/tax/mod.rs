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
mod calculator;
mod record;

pub use calculate::calculate;
pub use calculator::{BuiltIn, Calculated, Calculator};
pub use record::{AttemptTax, Basis, TaxBuyer, TaxRecord};

use super::{Amounts, Currency, Invalid, Money, Time};
use place::{BuyerPlace, Country};
use rate::Rate;
use strum::{EnumString, IntoStaticStr, VariantArray};
use tax_id::TaxIdStatus;

/// Tax codes that every tenant has.
pub const BUILT_IN_CODES: [&str; 4] = ["digital", "service", "exempt", "zero"];

/// Whether prices have tax in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, IntoStaticStr, EnumString)]
#[strum(parse_err_ty = Invalid, parse_err_fn = Pricing::unknown)]
pub enum Pricing {
    /// Prices are without tax, which comes on top.
    #[default]
    #[strum(serialize = "TAX_EXCLUSIVE")]
    Exclusive,
    /// The price is what a consumer pays.
    #[strum(serialize = "TAX_INCLUSIVE")]
    Inclusive,
}

impl Pricing {
    /// What the lines of a sale sum up to, at the prices they were sold for.
    pub const fn sum_of_lines(self, amounts: &Amounts) -> Money {
        match self {
            Self::Exclusive => amounts.subtotal(),
            Self::Inclusive => amounts.total(),
        }
    }
}

impl Pricing {
    /// The name on the wire of the links surface and in the table.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("must be TAX_EXCLUSIVE or TAX_INCLUSIVE")
    }
}

/// What is sold, in one place of a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleLine {
    /// The code that says what is sold; exemptions and rates are looked up by it.
    pub tax_code: String,
    /// A rate of its own, which replaces the table's wherever the line is taxed.
    pub own_rate: Option<Rate>,
    /// Minor units: net or gross, as the sale's pricing says.
    pub amount: i64,
}

/// Whether a buyer is taxed like everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = Exemption::unknown)]
pub enum Exemption {
    /// Taxed by the usual rules.
    #[default]
    None,
    /// Never, for a reason the tenant keeps.
    Exempt,
    /// A business that owes the tax itself, by the tenant's word.
    Reverse,
}

impl Exemption {
    /// Every kind, in the order in which they are declared.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name in requests, answers and records.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether a tenant has to say why.
    pub const fn needs_reason(self) -> bool {
        match self {
            Self::Exempt => true,
            Self::None | Self::Reverse => false,
        }
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("must be one of none, exempt, reverse")
    }
}

/// Who buys, as far as tax is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SaleBuyer<'a> {
    /// Where; `None` until a country is known.
    pub place: Option<BuyerPlace<'a>>,
    /// The status of a tax id of that very country.
    pub tax_id: Option<TaxIdStatus>,
    /// How tax is collected from the buyer: as usual, not at all, or by the buyer itself.
    pub exemption: Exemption,
}

/// A sale whose tax is wanted.
#[derive(Debug, Clone)]
pub struct TaxSale<'a> {
    /// The buyer, as far as tax asks.
    pub buyer: SaleBuyer<'a>,
    /// The lines of what is sold.
    pub lines: &'a [SaleLine],
    /// Whether prices have tax in them.
    pub pricing: Pricing,
    /// One currency for all lines.
    pub currency: Currency,
    /// The moment whose rates and registrations count.
    pub at: Time,
}

/// What is done about tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Treatment {
    /// The seller collects it from the buyer.
    Taxed,
    /// The buyer, a business, declares and pays it: the seller collects nothing.
    ReverseCharge,
    /// Buyer or goods are exempt.
    Exempt,
    /// The goods are taxed at 0 %.
    ZeroRated,
    /// Nobody collects it: the tenant collects no tax, or the place has no rate.
    NotCollected,
    /// No tax that the tenant is registered for.
    OutOfScope,
}

/// Which rule decided; they are tried in order, and the first that fits counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Category {
    /// Standard rate, or any other above zero.
    S,
    /// Taxed at 0 %.
    Z,
    /// Buyer or goods are exempt.
    E,
    /// Reverse charge: the buyer owes the tax.
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
    /// The rate that all its lines share.
    pub rate: Rate,
    /// Minor units it is taken of.
    pub taxable: i64,
    /// Minor units of tax, rounded once for all its lines.
    pub tax: i64,
    /// The category code of EN 16931 for lines that are treated so.
    pub category: Category,
}

/// A decision about the tax of a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What is done; of the first line that is taxed, where lines differ.
    pub treatment: Treatment,
    /// Why it is taxed like this.
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
    /// Whoever computes it is out of reach.
    Unavailable,
}

/// What a decision still needs from the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The country of the billing address.
    Country,
    /// The region of that country; asked for in the United States and Canada.
    Region,
    /// The postal code; asked for where a registration's rates depend on it.
    PostalCode,
}

impl Need {
    /// Its name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Region => "region",
            Self::PostalCode => "postalCode",
        }
    }
}

impl Treatment {
    /// Every treatment, in the order in which they are declared.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name in answers and records.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Treatment {
    /// The category code of a sale that is treated so.
    pub const fn category(self) -> Category {
        match self {
            Self::Taxed => Category::S,
            Self::ReverseCharge => Category::AE,
            Self::Exempt => Category::E,
            Self::ZeroRated => Category::Z,
            Self::NotCollected | Self::OutOfScope => Category::O,
        }
    }
}

impl Reason {
    /// Every reason, in the order in which they are declared.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name in answers and records.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Category {
    /// Every category, in the order in which they are declared.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The code as EN 16931 writes it: one or two capital letters.
    pub fn as_str(self) -> &'static str {
        self.into()
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
