//! The buyer's details, as every checkout of the links surface takes them.

use super::field::{CountryCode, Line};
use crate::{
    http::{Result, field::Email},
    model::{
        address::region,
        checkout_session::Payer,
        tax::tax_id::{TaxId, TaxIdStatus},
    },
    operations::Problem,
};
use derive::Body;

/// Who buys, and where: tax depends on it.
#[derive(Body)]
pub struct BuyerDetails {
    /// The country where the buyer is, two letters of ISO 3166-1. Tax depends on it.
    pub billing_country: CountryCode,
    /// The postal code, 1 to 12 characters. Required for `US`, where tax depends on it.
    pub billing_postal_code: Option<Line<1, 12>>,
    /// The region of that country: the part of ISO 3166-2 after the hyphen, such as `CA` of
    /// `US-CA`.
    pub billing_region: Option<Line<1, 10>>,
    /// The buyer's given name.
    pub billing_first_name: Line<1, 100>,
    /// The buyer's family name.
    pub billing_last_name: Line<1, 100>,
    /// The buyer's e-mail address, where the receipt goes.
    pub billing_email: Email,
    /// The buyer's telephone number as it was typed, 5 to 20 characters; its form is not checked.
    pub billing_phone: Option<Line<5, 20>>,
    /// The company that the buyer buys for, where it is not a person who buys.
    pub billing_company: Option<Line<1, 100>>,
    /// The company's, whose form is checked.
    pub billing_tax_id: Option<Line<1, 40>>,
}

impl BuyerDetails {
    /// The buyer who pays.
    ///
    /// # Errors
    /// No postal code where one is needed; a tax id that breaks its country's rules.
    pub fn payer(self) -> Result<Payer> {
        let country = self.billing_country.0;
        if country.code() == "US" && self.billing_postal_code.is_none() {
            return Err(Problem::field("billing_postal_code", "is required"));
        }
        let tax_id = self.billing_tax_id.map(|text| TaxId::read(country, &text.0));
        if tax_id.as_ref().is_some_and(|id| id.status == TaxIdStatus::FormatInvalid) {
            return Err(Problem::field("billing_tax_id", "is no tax id of this country"));
        }
        let part = self.billing_region.map(|part| region(country, &part.0)).transpose();
        let part = part.map_err(|why| Problem::field("billing_region", why.0))?;
        Ok(Payer {
            first_name: self.billing_first_name.0,
            last_name: self.billing_last_name.0,
            email: self.billing_email.0,
            phone: self.billing_phone.map(|text| text.0),
            company: self.billing_company.map(|text| text.0),
            tax_id: tax_id.map(|id| id.value),
            country: country.code().to_owned(),
            region: part.flatten(),
            postal_code: self.billing_postal_code.map(|text| text.0),
        })
    }
}
