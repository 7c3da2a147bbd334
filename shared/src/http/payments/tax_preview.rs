//! What a sale would cost with tax, asked on the payments surface before anybody pays.

use super::{
    field::{CurrencyCode, CustomerName, MinorUnits},
    tax_view::TaxView,
};
use crate::{
    http::{
        Result,
        field::Text,
        payments::livemode,
        tax_fields::{CountryName, Name, TaxCode},
    },
    model::{
        Amounts, Invalid, Mode, Money, Time,
        address::region_if_any,
        tax::{Exemption, Need, SaleLine, TaxBuyer},
    },
    operations::{
        Problem,
        tax::{Computed, Preview, PreviewBuyer},
    },
};
use derive::{Body, View};

/// A sale whose tax is wanted: of a customer, or of whoever is at a place.
#[derive(Body)]
#[body(
    rename_all = "camelCase",
    check = customer_or_place(customer_id, country, tax_id, tax_exempt)
)]
pub struct PreviewTax {
    /// What would be charged before tax, in minor units.
    pub amount: MinorUnits,
    /// The currency, ISO 4217 in upper or lower case.
    pub currency: CurrencyCode,
    /// What is sold; your usual code when absent.
    pub tax_code: Option<TaxCode>,
    /// A customer by `cus_...` or your own id: its address, tax id and exemption.
    pub customer_id: Option<CustomerName>,
    /// The buyer's country, two letters of ISO 3166-1.
    pub country: Option<CountryName>,
    /// The part of ISO 3166-2 behind the hyphen.
    pub region: Option<Text<0, 20>>,
    /// The postal code as it is written on letters.
    pub postal_code: Option<Text<1, 20>>,
    /// The buyer's tax id. No register is asked.
    pub tax_id: Option<Text<1, 64>>,
    /// Whether tax is collected: `none` (as usual), `exempt`, or `reverse` for a business that pays
    /// the tax itself.
    #[body(default = Name(Exemption::None))]
    pub tax_exempt: Option<Name<Exemption>>,
    /// When it would be sold; now, when absent.
    pub at: Option<Time>,
}

fn customer_or_place(
    customer: Option<&CustomerName>,
    country: Option<&CountryName>,
    tax_id: Option<&Text<1, 64>>,
    exempt: Option<&Name<Exemption>>,
) -> std::result::Result<(), Invalid> {
    let place = country.is_some() || tax_id.is_some() || exempt.is_some();
    if customer.is_some() && place {
        return Err(Invalid::new("stands for a place, so give one of them"));
    }
    Ok(())
}

impl PreviewTax {
    /// The sale that is asked about; at `now`, where the request names no moment.
    ///
    /// # Errors
    /// A region that is none of the country.
    pub fn command(self, now: Time) -> Result<Preview> {
        let code = self.tax_code.map(|code| code.0).unwrap_or_default();
        let country = self.country.map(|country| country.0);
        let part = region_if_any(country, self.region.as_ref().map(|part| part.0.as_str()));
        let part = part.map_err(|why| Problem::field("region", why.0))?;
        let buyer = match self.customer_id {
            Some(name) => PreviewBuyer::Customer(name.command()),
            None => PreviewBuyer::Anybody(TaxBuyer {
                country,
                region: part,
                postal_code: self.postal_code.map(|text| text.0),
                tax_id: self.tax_id.map(|text| text.0),
                exemption: self.tax_exempt.map(|exempt| exempt.0).unwrap_or_default(),
                exemption_reason: None,
            }),
        };
        Ok(Preview {
            line: SaleLine { tax_code: code, own_rate: None, amount: self.amount.0 },
            currency: self.currency.0,
            buyer,
            at: self.at.unwrap_or(now),
        })
    }
}

/// What a sale would cost.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct TaxPreviewView {
    /// The kind of object: always `tax_preview`.
    pub object: &'static str,
    /// The amount before tax, in minor units of the currency.
    pub subtotal: i64,
    /// Minor units of tax; 0 while something is needed.
    pub tax_amount: i64,
    /// What the buyer would pay, in minor units of the currency.
    pub total: i64,
    /// The currency of the amounts, ISO 4217 in lower case.
    pub currency: String,
    /// How it would be taxed, and which rule decides.
    pub tax: TaxView,
    /// What has to be known first, by the names of fields; empty when all is known.
    pub needs: Vec<String>,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// What a sale would cost, as this surface shows it.
pub fn preview_view(computed: &Computed, asked: &Preview, mode: Mode) -> TaxPreviewView {
    let (amounts, tax, needs): (_, _, &[Need]) = match computed {
        Computed::Known(taxed) => {
            (taxed.amounts, TaxView::decided(&taxed.record, false, None), &[])
        }
        Computed::Needs(needs) => {
            let subtotal = Money::from_minor(asked.line.amount, asked.currency);
            (Amounts::untaxed(subtotal), TaxView::unknown(), needs)
        }
    };
    let of = match asked.buyer {
        PreviewBuyer::Anybody(_) => "",
        PreviewBuyer::Customer(_) => "address.",
    };
    TaxPreviewView {
        object: "tax_preview",
        subtotal: amounts.subtotal().minor(),
        tax_amount: amounts.tax().minor(),
        total: amounts.total().minor(),
        currency: asked.currency.code().to_ascii_lowercase(),
        tax,
        needs: needs.iter().map(|need| format!("{of}{}", need.as_str())).collect(),
        livemode: livemode(mode),
    }
}
