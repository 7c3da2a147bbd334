//! What a payment costs, as the page asks for it and shows it.
#![expect(non_snake_case, reason = "the page's fields are published in camelCase")]

use crate::{
    http::{
        Result,
        field::{Text, Whole},
        tax_fields::CountryName,
    },
    model::{
        Amounts, Money,
        address::region,
        money::LARGEST_MINOR,
        tax::{Need, TaxBuyer, TaxLine, TaxRecord, Treatment, tax_id::TaxIdStatus},
    },
    operations::{
        Problem,
        sales::{Shown, Typed},
        tax::{Computed, Taxed},
    },
};
use derive::{Body, View};

/// Where the buyer is, and as whom.
#[derive(Body)]
pub struct QuoteTax {
    /// The country's two letters, as in ISO 3166-1.
    pub country: Option<CountryName>,
    /// The part of ISO 3166-2 behind the hyphen.
    pub region: Option<Text<0, 20>>,
    /// The postal code as it is written on letters.
    pub postalCode: Option<Text<0, 20>>,
    /// Whether the buyer buys for a business.
    #[body(default = false)]
    pub business: Option<bool>,
    /// The business's tax id. No register is asked.
    pub taxId: Option<Text<0, 64>>,
}

/// What the page has shown, in minor units.
#[derive(Body)]
pub struct ShownBody {
    /// The tax that is due on the sale.
    pub tax: Whole<0, LARGEST_MINOR>,
    /// What the buyer pays: subtotal and tax.
    pub total: Whole<0, LARGEST_MINOR>,
}

impl ShownBody {
    /// The same for the operation.
    pub const fn command(&self) -> Shown {
        Shown { tax: self.tax.0, total: self.total.0 }
    }
}

impl QuoteTax {
    /// What was typed.
    ///
    /// # Errors
    /// A region that is none of the country.
    pub fn command(self) -> Result<Typed> {
        let text = |text: Option<Text<0, 20>>| {
            text.map(|text| text.0.trim().to_owned()).filter(|text| !text.is_empty())
        };
        let country = self.country.map(|country| country.0);
        let part = country.zip(text(self.region)).map(|(country, part)| region(country, &part));
        let part = part.transpose().map_err(|why| Problem::field("region", why.0))?;
        Ok(Typed {
            buyer: TaxBuyer {
                country,
                region: part.flatten(),
                postal_code: text(self.postalCode),
                tax_id: self.taxId.map(|id| id.0).filter(|id| !id.trim().is_empty()),
                ..TaxBuyer::default()
            },
            business: self.business == Some(true),
            ..Typed::default()
        })
    }
}

/// What a payment costs. Amounts are minor units; `display` has them in major ones.
#[derive(View)]
pub struct QuoteView {
    /// What the sale costs without tax.
    pub subtotal: i64,
    /// The tax that is due on the sale.
    pub tax: i64,
    /// What the buyer pays in major units: subtotal and tax.
    pub total: i64,
    /// The currency's code, as in ISO 4217.
    pub currency: String,
    /// Every tax that is charged, each with its rate; empty where there is none.
    pub lines: Vec<QuoteLineView>,
    /// What is done about tax; null while something is needed.
    pub treatment: Option<&'static str>,
    /// A sentence that the buyer can read; null where there is nothing to say.
    pub note: Option<&'static str>,
    /// What has to be known first, by the names of fields.
    pub needs: Vec<&'static str>,
    /// What the form of the tax id says.
    pub taxIdStatus: Option<&'static str>,
    /// The same amounts in major units, as the page writes them.
    pub display: QuoteDisplay,
}

/// One tax.
#[derive(View)]
pub struct QuoteLineView {
    /// What it is called: `VAT 19 % (DE)`.
    pub name: String,
    /// The rate in percent, as decimal text.
    pub rate: String,
    /// The amount in minor units of the currency, such as cents.
    pub amount: i64,
    /// The same amount in major units, as the page writes it.
    pub display: String,
}

/// Amounts in major units.
#[derive(View)]
pub struct QuoteDisplay {
    /// What the sale costs without tax.
    pub subtotal: String,
    /// The tax that is due on the sale.
    pub tax: String,
    /// What the buyer pays: subtotal and tax.
    pub total: String,
}

/// What is known of a payment's price.
pub fn view(computed: &Computed, amounts: Amounts, typed: &TaxBuyer) -> QuoteView {
    match computed {
        Computed::Known(taxed) => known(taxed),
        Computed::Needs(needs) => {
            let status = typed.read_tax_id().map(|id| id.status.as_str());
            let needs = needs.iter().map(|need| Need::as_str(*need)).collect();
            QuoteView { needs, taxIdStatus: status, ..priced(Amounts::untaxed(amounts.subtotal())) }
        }
    }
}

/// A price that is known.
pub fn known(taxed: &Taxed) -> QuoteView {
    let record = &taxed.record;
    let currency = taxed.amounts.currency();
    let lines = record.lines.iter().filter(|line| line.tax != 0);
    let status = record.tax_id.as_ref().map(|id| id.status);
    QuoteView {
        lines: lines.map(|line| line_view(line, Money::from_minor(line.tax, currency))).collect(),
        treatment: Some(record.treatment.as_str()),
        note: note(record),
        taxIdStatus: status.map(TaxIdStatus::as_str),
        ..priced(taxed.amounts)
    }
}

fn priced(amounts: Amounts) -> QuoteView {
    let (subtotal, tax, total) = (amounts.subtotal(), amounts.tax(), amounts.total());
    QuoteView {
        subtotal: subtotal.minor(),
        tax: tax.minor(),
        total: total.minor(),
        currency: amounts.currency().code().to_owned(),
        lines: Vec::new(),
        treatment: None,
        note: None,
        needs: Vec::new(),
        taxIdStatus: None,
        display: QuoteDisplay {
            subtotal: subtotal.major(),
            tax: tax.major(),
            total: total.major(),
        },
    }
}

/// A tax as the buyer reads it: `VAT 19 % (DE)`.
pub fn name(line: &TaxLine) -> String {
    format!("{} {} % ({})", line.name, line.rate, line.jurisdiction)
}

fn line_view(line: &TaxLine, tax: Money) -> QuoteLineView {
    QuoteLineView {
        name: name(line),
        rate: line.rate.to_string(),
        amount: tax.minor(),
        display: tax.major(),
    }
}

/// What the buyer should know beside the amounts.
pub const fn note(record: &TaxRecord) -> Option<&'static str> {
    match record.treatment {
        Treatment::ReverseCharge => Some("Reverse charge: your business owes the tax itself."),
        Treatment::Exempt => Some("Exempt from tax."),
        Treatment::ZeroRated => Some("Taxed at 0 %."),
        Treatment::Taxed | Treatment::NotCollected | Treatment::OutOfScope => None,
    }
}
