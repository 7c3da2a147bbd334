//! How a sale is taxed, as payments and previews show it.

use crate::{
    http::view::Described,
    model::tax::{TaxLine, TaxRecord, place::Country, tax_id::TaxIdStatus},
};
use derive::View;
use serde::Serialize;
use serde_json::{Value, json};

/// How a payment is taxed.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum TaxView {
    /// Nobody has paid yet, and no country is known.
    Unknown {
        /// `unknown`
        status: &'static str,
    },
    /// It is decided, or would be like this now.
    Decided(Box<DecidedTaxView>),
}

/// Tax that is decided, or would be like this now.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct DecidedTaxView {
    /// `estimated` while amounts may still change, `final` once the payment has succeeded.
    pub status: &'static str,
    /// `taxed`, `reverse_charge`, `exempt`, `zero_rated`, `not_collected` or `out_of_scope`.
    pub treatment: &'static str,
    /// The name of the rule that decided.
    pub reason: &'static str,
    /// The tax code of what is sold, such as `digital`.
    pub tax_code: String,
    /// The country of the billing address, which decides; null where none is known.
    pub country: Option<String>,
    /// The region of that country, where tax depends on it; null for none.
    pub region: Option<String>,
    /// Every tax, each with the amount that it is taken of.
    pub lines: Vec<TaxLineView>,
    /// The buyer's tax id, as it was understood.
    pub tax_id: Option<String>,
    /// What its form says: no register is asked.
    pub tax_id_status: Option<&'static str>,
    /// What speaks for the country: each piece of evidence, with the country it names.
    pub evidence: Vec<EvidenceView>,
    /// Whether some of it speaks for another country: recorded, never a refusal.
    pub evidence_conflict: bool,
    /// The version of the built-in rules that decided.
    pub rules: String,
    /// The version of your own tax settings that decided.
    pub settings_version: u64,
    /// When it was decided, in RFC 3339.
    pub decided_at: String,
}

/// One tax with its base.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct TaxLineView {
    /// Who levies the tax: a country or a region of ISO 3166, such as `DE` or `CA-QC`.
    pub jurisdiction: String,
    /// The tax's name on documents, such as `VAT` or `GST`.
    pub name: String,
    /// The rate in percent, as decimal text.
    pub rate: String,
    /// Minor units it is taken of.
    pub taxable_amount: i64,
    /// The amount in minor units of the currency, such as cents.
    pub tax_amount: i64,
    /// The category code of EN 16931.
    pub category: &'static str,
}

/// Something that speaks for a country.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct EvidenceView {
    /// What it is: `billing_address`, `card_country` or `tax_id`.
    pub kind: &'static str,
    /// The country that it speaks for, two letters of ISO 3166-1.
    pub country: String,
    /// The tax id, of that kind.
    pub id: Option<String>,
}

impl TaxView {
    /// Nothing is known.
    pub const fn unknown() -> Self {
        Self::Unknown { status: "unknown" }
    }

    /// A decision that is fixed, or not yet. The card's country is evidence where it is known.
    pub fn decided(record: &TaxRecord, fixed: bool, card: Option<Country>) -> Self {
        let evidence = evidence(record, card);
        let here = record.country.map(|country| country.code().to_owned());
        let elsewhere = |one: &EvidenceView| Some(&one.country) != here.as_ref();
        let status = record.tax_id.as_ref().map(|id| id.status);
        Self::Decided(Box::new(DecidedTaxView {
            status: if fixed { "final" } else { "estimated" },
            treatment: record.treatment.as_str(),
            reason: record.reason.as_str(),
            tax_code: record.tax_code.clone(),
            evidence_conflict: here.is_some() && evidence.iter().any(elsewhere),
            country: here,
            region: record.region.clone(),
            lines: record.lines.iter().map(line).collect(),
            tax_id: record.tax_id.as_ref().map(|id| id.value.clone()),
            tax_id_status: status.map(TaxIdStatus::as_str),
            evidence,
            rules: record.rules.clone(),
            settings_version: record.settings_version,
            decided_at: record.decided_at.rfc3339_ms(),
        }))
    }
}

fn evidence(record: &TaxRecord, card: Option<Country>) -> Vec<EvidenceView> {
    let of =
        |kind, country: Country, id| EvidenceView { kind, country: country.code().to_owned(), id };
    let address = record.country.map(|country| of("billing_address", country, None));
    let card = card.map(|country| of("card_country", country, None));
    let id = record.tax_id.as_ref().filter(|id| id.status == TaxIdStatus::FormatValid);
    let id = id.zip(record.country);
    let id = id.map(|(id, country)| of("tax_id", country, Some(id.value.clone())));
    address.into_iter().chain(card).chain(id).collect()
}

fn line(line: &TaxLine) -> TaxLineView {
    TaxLineView {
        jurisdiction: line.jurisdiction.clone(),
        name: line.name.clone(),
        rate: line.rate.to_string(),
        taxable_amount: line.taxable,
        tax_amount: line.tax,
        category: line.category.as_str(),
    }
}

impl Described for TaxView {
    fn schema() -> Value {
        let unknown = json!({
            "type": "object",
            "properties": {"status": {"type": "string", "enum": ["unknown"]}},
            "required": ["status"],
        });
        json!({"oneOf": [unknown, DecidedTaxView::schema()]})
    }
}
