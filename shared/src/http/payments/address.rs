//! Postal addresses: what requests say of them, and how they are shown.

use super::field::CountryCode;
use crate::{
    http::field::{Field, Text},
    model::{
        Invalid,
        address::{Address, region},
    },
};
use derive::{Body, View};
use serde_json::{Value, json};

/// A postal address, always as a whole.
#[derive(Body)]
#[body(rename_all = "camelCase", check = of_country(region, country))]
pub struct AddressBody {
    /// Street and number.
    pub line1: Text<1, 200>,
    /// What the address has besides the street: floor, flat or department.
    pub line2: Option<Text<0, 200>>,
    /// The town or city.
    pub city: Text<1, 100>,
    /// State or province, as it is written on letters.
    pub state: Option<Text<0, 100>>,
    /// As it is written on letters.
    pub postal_code: Text<1, 20>,
    /// ISO 3166-1, two letters in any case.
    pub country: CountryCode,
    /// The part of ISO 3166-2 behind the hyphen: `CA`, `QC`; `US-CA` is taken, too.
    pub region: Option<RegionPart>,
}

/// A region, with or without its country before it.
#[derive(Debug)]
pub struct RegionPart(String);

impl Field for RegionPart {
    fn read(json: &str) -> Result<Self, Invalid> {
        Text::<0, 20>::read(json).map(|text| Self(text.0))
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^[A-Za-z0-9]{0,3}$"})
    }

    fn meaning(&self) -> String {
        let part = self.0.trim().to_uppercase();
        part.rsplit_once('-').map_or(part.clone(), |(_, part)| part.to_owned())
    }
}

/// A postal address.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct AddressView {
    /// Street and number.
    pub line1: String,
    /// What the address has besides the street: floor, flat or department.
    pub line2: Option<String>,
    /// The town or city.
    pub city: String,
    /// The state or province: the part of ISO 3166-2 after the hyphen, such as `NY`; null for none.
    pub state: Option<String>,
    /// As it is written on letters.
    pub postal_code: String,
    /// The country, two letters of ISO 3166-1 in upper case.
    pub country: String,
    /// The part of ISO 3166-2 behind the hyphen.
    pub region: Option<String>,
}

/// A check of bodies: the region is one that its country may have.
///
/// # Errors
/// As [`region`].
pub fn of_country(text: Option<&RegionPart>, country: &CountryCode) -> Result<(), Invalid> {
    text.map_or(Ok(()), |text| region(country.0, &text.0).map(|_| ()))
}

impl AddressBody {
    /// The address. Its region was checked with the body.
    pub fn address(&self) -> Address {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.trim().is_empty());
        let country = self.country.0;
        let part = self.region.as_ref();
        Address {
            line1: self.line1.0.clone(),
            line2: self.line2.as_ref().and_then(|line| text(&line.0)),
            city: self.city.0.clone(),
            state: self.state.as_ref().and_then(|state| text(&state.0)),
            postal_code: self.postal_code.0.clone(),
            country,
            region: part.and_then(|part| region(country, &part.0).unwrap_or_default()),
        }
    }
}

/// An address as it is shown.
pub fn view(address: &Address) -> AddressView {
    AddressView {
        line1: address.line1.clone(),
        line2: address.line2.clone(),
        city: address.city.clone(),
        state: address.state.clone(),
        postal_code: address.postal_code.clone(),
        country: address.country.code().to_owned(),
        region: address.region.clone(),
    }
}
