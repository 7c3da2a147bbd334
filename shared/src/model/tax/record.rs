//! What is kept of a decision with the payment it was made for.

use super::{
    Decision, Exemption, Reason, SaleBuyer, TaxLine, Treatment,
    place::{BuyerPlace, Country},
    tax_id::TaxId,
};
use crate::model::{Amounts, Time};

/// A buyer as far as tax is concerned: typed on a page, or taken from a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaxBuyer {
    /// The country of the billing address; `None` until it is known.
    pub country: Option<Country>,
    /// The part of ISO 3166-2 behind the hyphen.
    pub region: Option<String>,
    /// As typed, so spaces may stand around it; `None` until it is known.
    pub postal_code: Option<String>,
    /// As typed; its form is judged when it is read as a [`TaxId`].
    pub tax_id: Option<String>,
    /// Whether the tenant exempts it.
    pub exemption: Exemption,
    /// Why; printed on the invoice.
    pub exemption_reason: Option<String>,
}

/// The tax of a payment as it was decided: these rates, lines and this place stay, whatever changes
/// later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRecord {
    /// Whether tax is collected, and what is done instead where it is not.
    pub treatment: Treatment,
    /// Why it is taxed like this.
    pub reason: Reason,
    /// Every tax with its base.
    pub lines: Vec<TaxLine>,
    /// The code of what is sold; of the first line, where there are several.
    pub tax_code: String,
    /// The country of the billing address; `None` when it was not known.
    pub country: Option<Country>,
    /// Its region, as far as it is known.
    pub region: Option<String>,
    /// The buyer's tax id, as it was understood, with what its form says.
    pub tax_id: Option<TaxId>,
    /// Why the buyer is exempt.
    pub exemption_reason: Option<String>,
    /// The version of the rules that decided; the built-in table's is a day.
    pub rules: String,
    /// The version of the seller's settings.
    pub settings_version: u64,
    /// When it was decided.
    pub decided_at: Time,
}

/// What one submit charges, and how that is taxed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptTax {
    /// Subtotal, tax and total of this very submit.
    pub amounts: Amounts,
    /// The decision; kept while the attempt is open, and for good where it succeeds.
    pub record: Option<TaxRecord>,
}

/// What a decision rests on besides the sale.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    /// The code of what is sold.
    pub tax_code: &'a str,
    /// The version of the rules that decide; the built-in table's is a day.
    pub rules: &'a str,
    /// The version of the seller's settings.
    pub settings_version: u64,
    /// When it is decided.
    pub at: Time,
}

impl TaxBuyer {
    /// Where the buyer is, once a country is known.
    pub fn place(&self) -> Option<BuyerPlace<'_>> {
        let (region, postal_code) = (self.region.as_deref(), self.postal_code.as_deref());
        self.country.map(|country| BuyerPlace { country, region, postal_code })
    }

    /// The tax id, read as one of the billing country: another country's grants nothing.
    pub fn read_tax_id(&self) -> Option<TaxId> {
        let text = self.tax_id.as_deref().filter(|text| !text.trim().is_empty())?;
        Some(TaxId::read(self.country?, text))
    }

    /// What was typed, completed from what is known of the customer where the country agrees.
    /// Whether tax is collected is the tenant's word alone.
    pub fn completed(self, known: &Self) -> Self {
        let country = self.country.or(known.country);
        let agrees = country == known.country;
        let or = |typed: Option<String>, known: &Option<String>| {
            typed.or_else(|| known.clone().filter(|_| agrees))
        };
        Self {
            country,
            region: or(self.region, &known.region),
            postal_code: or(self.postal_code, &known.postal_code),
            tax_id: or(self.tax_id, &known.tax_id),
            exemption: known.exemption,
            exemption_reason: known.exemption_reason.clone(),
        }
    }

    /// The buyer as the rules see it.
    pub fn for_tax(&self, tax_id: Option<&TaxId>) -> SaleBuyer<'_> {
        let status = tax_id.map(|id| id.status);
        SaleBuyer { place: self.place(), tax_id: status, exemption: self.exemption }
    }
}

impl TaxRecord {
    /// The record of a decision.
    pub fn of(decision: &Decision, buyer: &TaxBuyer, basis: Basis<'_>) -> Self {
        let exempt = decision.reason == Reason::CustomerExempt;
        let region = buyer.place().and_then(|place| place.tax_region().map(str::to_owned));
        Self {
            treatment: decision.treatment,
            reason: decision.reason,
            lines: decision.lines.clone(),
            tax_code: basis.tax_code.to_owned(),
            country: buyer.country,
            region,
            tax_id: buyer.read_tax_id(),
            exemption_reason: buyer.exemption_reason.clone().filter(|_| exempt),
            rules: basis.rules.to_owned(),
            settings_version: basis.settings_version,
            decided_at: basis.at,
        }
    }

    /// The record of a payment whose seller had no settings of tax.
    pub fn unconfigured(tax_code: Option<&str>, at: Time) -> Self {
        Self {
            treatment: Treatment::NotCollected,
            reason: Reason::NotConfigured,
            lines: Vec::new(),
            tax_code: tax_code.unwrap_or(super::BUILT_IN_CODES[0]).to_owned(),
            country: None,
            region: None,
            tax_id: None,
            exemption_reason: None,
            rules: super::rates::VERSION.to_owned(),
            settings_version: 0,
            decided_at: at,
        }
    }
}
