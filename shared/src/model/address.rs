//! Postal addresses of sellers and buyers.

use super::{
    Invalid,
    tax::place::{BuyerPlace, Country},
};

/// Longest part of ISO 3166-2 behind the hyphen.
const MAX_REGION: usize = 3;

/// A postal address; its country, region and postal code also decide the place for tax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Street and number.
    pub line1: String,
    /// Floor, flat or department; `None` where there is no second line.
    pub line2: Option<String>,
    /// The town, as it is written on letters.
    pub city: String,
    /// State or province, as it is written on letters.
    pub state: Option<String>,
    /// As it is written on letters.
    pub postal_code: String,
    /// The country of ISO 3166-1; it decides which regions and whose tax rules apply.
    pub country: Country,
    /// The part of ISO 3166-2 behind the hyphen: `CA`, `QC`.
    pub region: Option<String>,
}

impl Address {
    /// Where it is for tax.
    pub fn place(&self) -> BuyerPlace<'_> {
        let (region, postal_code) = (self.region.as_deref(), Some(self.postal_code.as_str()));
        BuyerPlace { country: self.country, region, postal_code }
    }
}

/// Parts of countries whose tax depends on them, as in ISO 3166-2: a part that does not exist would be
/// taxed as if nothing were due there.
const PARTS: [(&str, &str); 2] = [
    ("CA", "AB BC MB NB NL NS NT NU ON PE QC SK YT"),
    (
        "US",
        "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ \
         NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR UM VI",
    ),
];

/// Whether a country has such a part, as far as its parts are known here.
fn has_part(country: Country, part: &str) -> bool {
    let known = PARTS.iter().find(|(code, _)| *code == country.code());
    known.is_none_or(|(_, parts)| parts.split(' ').any(|one| one == part))
}

/// A region as it is kept: upper case, without its country (`US-CA` is `CA`). `None` for an empty
/// text.
///
/// # Errors
/// No part of ISO 3166-2 of this country.
pub fn region(country: Country, text: &str) -> Result<Option<String>, Invalid> {
    let upper = text.trim().to_uppercase();
    let own = upper.strip_prefix(country.code()).and_then(|rest| rest.strip_prefix('-'));
    let part = own.unwrap_or(&upper);
    if part.is_empty() && own.is_none() {
        return Ok(None);
    }
    let fits = (1..=MAX_REGION).contains(&part.len())
        && part.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        && has_part(country, part);
    let invalid = || Invalid::new("must be a part of ISO 3166-2 such as CA or QC");
    fits.then(|| Some(part.to_owned())).ok_or_else(invalid)
}

/// The same where the country need not be known: a region alone is nowhere.
///
/// # Errors
/// As [`region`]; a region without its country.
pub fn region_if_any(
    country: Option<Country>,
    text: Option<&str>,
) -> Result<Option<String>, Invalid> {
    match (country, text.filter(|text| !text.trim().is_empty())) {
        (Some(country), Some(text)) => region(country, text),
        (None, Some(_)) => Err(Invalid::new("needs a country")),
        (_, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_read_with_and_without_their_country() {
        let us: Country = "US".parse().unwrap();
        for text in ["CA", "ca", "US-CA", " us-ca "] {
            assert_eq!(region(us, text).unwrap().as_deref(), Some("CA"), "{text}");
        }
        assert_eq!(region(us, " "), Ok(None));
        assert_eq!(region("FI".parse().unwrap(), "01").unwrap().as_deref(), Some("01"));
        assert_eq!(region("CA".parse().unwrap(), "ca-on").unwrap().as_deref(), Some("ON"));
        assert!(region("CA".parse().unwrap(), "ZZ").is_err());
        for text in ["CA-QC", "ZZ", "California", "US-", "Ä", "C A"] {
            assert!(region(us, text).is_err(), "{text}");
        }
    }
}
