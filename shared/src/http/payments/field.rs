//! Kinds of values that only this surface has.

use crate::{
    http::{
        event_filters,
        field::{Field, Text, WebUrl},
        meaning, reply,
    },
    model::{
        Currency, Invalid, Money,
        event::EventFilter,
        id::CustomerId,
        money::LARGEST_MINOR,
        payment_intent::PAYMENT_ID_PLACEHOLDER,
        tax::{Exemption, place::Country},
    },
    operations::tenant_links::LinkCustomer,
    webhook::payload::payments::{API_VERSION, NAMES},
};
use serde_json::{Value, json};

/// An amount in minor units: a whole number in any form that JSON has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinorUnits(pub i64);

/// A whole number from `MIN` to `MAX`, in any form that JSON has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Integer<const MIN: i64, const MAX: i64>(pub i64);

/// An amount in minor units that is not nothing: negative for a credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedMinorUnits(pub i64);

/// A currency that must be said.
#[derive(Debug, Clone, Copy)]
pub struct CurrencyCode(pub Currency);

/// A customer by Paylink's id or by the caller's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomerName {
    /// `cus_...`; `None` for what starts like one and is none.
    Id(Option<CustomerId>),
    /// The caller's own id.
    Own(String),
}

/// A caller's own id for a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnId(pub String);

/// Whether tax is collected from a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExemptionName(pub Exemption);

/// A time zone's name, as the IANA writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeZone(pub String);

/// A country of ISO 3166-1 in two letters of any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountryCode(pub Country);

/// Where a buyer goes after paying; `{PAYMENT_ID}` in it stands for the payment's id.
#[derive(Debug, Clone)]
pub struct SuccessUrl(pub String);

/// A version of the API: any date stands for the only one.
#[derive(Debug, Clone, Copy)]
pub struct VersionDate;

/// Which events an endpoint of this surface wants.
#[derive(Debug, Clone)]
pub struct PaymentsEvents(pub Vec<EventFilter>);

impl CustomerName {
    /// How operations name it.
    pub fn command(self) -> LinkCustomer {
        match self {
            Self::Id(Some(id)) => LinkCustomer::Known(id),
            Self::Id(None) => LinkCustomer::Nobody,
            Self::Own(own) => LinkCustomer::Own(own),
        }
    }
}

impl MinorUnits {
    /// The amount in a currency.
    pub const fn money(self, currency: CurrencyCode) -> Money {
        Money::from_minor(self.0, currency.0)
    }
}

fn too_large() -> Invalid {
    Invalid::new(format!("must be at most {LARGEST_MINOR}"))
}

impl Field for MinorUnits {
    fn read(json: &str) -> Result<Self, Invalid> {
        let amount = meaning::whole(json).filter(|amount| (1..=LARGEST_MINOR).contains(amount));
        amount.map(Self).ok_or_else(|| match meaning::is_whole(json) {
            true if !meaning::number(json).starts_with('0') => too_large(),
            _ => Invalid::new("must be an integer of at least 1"),
        })
    }

    fn schema() -> Value {
        json!({"type": "integer", "minimum": 1, "maximum": LARGEST_MINOR})
    }

    fn meaning(&self) -> String {
        self.0.to_string()
    }
}

impl Field for SignedMinorUnits {
    fn read(json: &str) -> Result<Self, Invalid> {
        let (sign, digits) = json.strip_prefix('-').map_or((1, json), |digits| (-1, digits));
        let amount = meaning::whole(digits).filter(|amount| (1..=LARGEST_MINOR).contains(amount));
        let amount = amount.map(|amount| Self(sign * amount));
        amount.ok_or_else(|| match meaning::is_whole(digits) {
            true if !meaning::number(digits).starts_with('0') => too_large(),
            _ => Invalid::new("must be an integer other than 0"),
        })
    }

    fn schema() -> Value {
        json!({
            "type": "integer", "minimum": -LARGEST_MINOR, "maximum": LARGEST_MINOR,
            "not": {"const": 0},
        })
    }

    fn meaning(&self) -> String {
        self.0.to_string()
    }
}

impl<const MIN: i64, const MAX: i64> Field for Integer<MIN, MAX> {
    fn read(json: &str) -> Result<Self, Invalid> {
        let number = meaning::whole(json).filter(|number| (MIN..=MAX).contains(number));
        number
            .map(Self)
            .ok_or_else(|| Invalid::new(format!("must be an integer from {MIN} to {MAX}")))
    }

    fn schema() -> Value {
        json!({"type": "integer", "minimum": MIN, "maximum": MAX})
    }

    fn meaning(&self) -> String {
        self.0.to_string()
    }
}

impl Field for CurrencyCode {
    fn read(json: &str) -> Result<Self, Invalid> {
        Currency::read(json).map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": 3, "maxLength": 3, "examples": ["eur"]})
    }

    fn meaning(&self) -> String {
        self.0.code().to_owned()
    }
}

impl Field for CustomerName {
    fn read(json: &str) -> Result<Self, Invalid> {
        let Text(text) = Text::<1, 255>::read(json)?;
        if text.starts_with("cus_") {
            return Ok(Self::Id(CustomerId::from_payments_form(&text)));
        }
        if text.starts_with(' ') || text.ends_with(' ') {
            return Err(Invalid::new("must not start or end with a space"));
        }
        Ok(Self::Own(text))
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": 1, "maxLength": 255})
    }

    fn meaning(&self) -> String {
        match self {
            Self::Id(Some(id)) => id.payments_form(),
            Self::Id(None) => "cus_".to_owned(),
            Self::Own(own) => own.clone(),
        }
    }
}

impl Field for OwnId {
    fn read(json: &str) -> Result<Self, Invalid> {
        match CustomerName::read(json)? {
            CustomerName::Own(own) => Ok(Self(own)),
            CustomerName::Id(_) => Err(Invalid::new("must not start with cus_")),
        }
    }

    fn schema() -> Value {
        json!({
            "type": "string", "minLength": 1, "maxLength": 255,
            "pattern": "^(?!cus_)[^ ]([\\s\\S]*[^ ])?$",
        })
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl Field for ExemptionName {
    fn read(json: &str) -> Result<Self, Invalid> {
        Text::<1, 20>::read(json)?.0.parse().map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": Exemption::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>()})
    }

    fn meaning(&self) -> String {
        self.0.as_str().to_owned()
    }
}

impl Field for TimeZone {
    fn read(json: &str) -> Result<Self, Invalid> {
        let Text(text) = Text::<1, 64>::read(json)?;
        let part = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_alphabetic())
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+-".contains(&b))
        };
        if text.split('/').all(part) {
            return Ok(Self(text));
        }
        Err(Invalid::new("must be a time zone such as Europe/Berlin"))
    }

    fn schema() -> Value {
        let part = "[A-Za-z][A-Za-z0-9_+-]*";
        let pattern = format!("^{part}(/{part})*$");
        json!({
            "type": "string", "maxLength": 64, "pattern": pattern, "examples": ["Europe/Berlin"],
        })
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl Field for CountryCode {
    fn read(json: &str) -> Result<Self, Invalid> {
        Text::<1, 60>::read(json)?.0.parse().map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": 2, "maxLength": 2, "examples": ["DE"]})
    }

    fn meaning(&self) -> String {
        self.0.code().to_owned()
    }
}

impl Field for SuccessUrl {
    fn read(json: &str) -> Result<Self, Invalid> {
        let Text(text) = Text::<1, 2048>::read(json)?;
        // The placeholder is no part of a URL by itself; what takes its place is.
        WebUrl::read(&reply::json(&text.replace(PAYMENT_ID_PLACEHOLDER, "pay_0")))?;
        Ok(Self(text))
    }

    fn schema() -> Value {
        let examples = ["https://shop.example/paid?id={PAYMENT_ID}"];
        let pattern = "^https?://";
        json!({"type": "string", "pattern": pattern, "maxLength": 2048, "examples": examples})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl Field for VersionDate {
    fn read(json: &str) -> Result<Self, Invalid> {
        let text: String = serde_json::from_str(json).unwrap_or_default();
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let lengths: Vec<usize> = text.split('-').map(str::len).collect();
        if lengths == [4, 2, 2] && text.split('-').all(digits) {
            return Ok(Self);
        }
        Err(Invalid::new("must be a date such as 2026-07-11"))
    }

    fn schema() -> Value {
        json!({"type": "string", "format": "date"})
    }

    fn meaning(&self) -> String {
        API_VERSION.to_owned()
    }
}

impl Field for PaymentsEvents {
    fn read(json: &str) -> Result<Self, Invalid> {
        event_filters::read(json, NAMES.into_iter()).map(Self)
    }

    fn schema() -> Value {
        event_filters::schema(NAMES.into_iter())
    }

    fn meaning(&self) -> String {
        reply::json(&self.0.iter().map(EventFilter::as_str).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;

    #[test]
    fn an_amount_is_a_whole_number_in_any_form() {
        for (text, minor) in [
            ("1", 1),
            ("100", 100),
            ("100.0", 100),
            ("1e2", 100),
            ("1E+2", 100),
            ("1000e-1", 100),
            ("9007199254740991", LARGEST_MINOR),
        ] {
            assert_eq!(MinorUnits::read(text), Ok(MinorUnits(minor)), "{text}");
        }
        for text in [
            "0",
            "0.0",
            "-1",
            "0.5",
            "\"100\"",
            "1e400",
            "9007199254740992",
            "1e16",
            "true",
            "[100]",
            "{}",
            "1e99999999999999999999",
            "123456789012345678901234567890",
        ] {
            assert!(MinorUnits::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_adjustment_is_anything_but_nothing() {
        for (text, minor) in [("1", 1), ("-1", -1), ("-1e2", -100), ("100.0", 100)] {
            assert_eq!(SignedMinorUnits::read(text), Ok(SignedMinorUnits(minor)), "{text}");
        }
        for text in ["0", "-0", "0.5", "-0.5", "\"1\"", "--1", "- 1", "9007199254740992", "null"] {
            assert!(SignedMinorUnits::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_integer_has_bounds_and_any_form() {
        for (text, number) in [("0", 0), ("0.0", 0), ("36e1", 360), ("3650", 3650)] {
            assert_eq!(Integer::<0, 3650>::read(text), Ok(Integer(number)), "{text}");
        }
        for text in ["-1", "3651", "0.5", "\"1\"", "true"] {
            assert!(Integer::<0, 3650>::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_customer_is_named_by_either_id() {
        let id = CustomerId::mint(Time::from_ms(1_795_255_200_000), [3; 10]);
        let text = reply::json(&id.payments_form());
        assert_eq!(CustomerName::read(&text), Ok(CustomerName::Id(Some(id))));
        assert_eq!(CustomerName::read(r#""cus_1""#), Ok(CustomerName::Id(None)));
        let own = "user 12/3 %".to_owned();
        assert_eq!(CustomerName::read(&reply::json(&own)), Ok(CustomerName::Own(own)));
        for text in [r#""""#, r#"" a""#, r#""a ""#, "5", r#""\u0000""#] {
            assert!(CustomerName::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_may_name_the_payments_id() {
        assert!(SuccessUrl::read(r#""https://shop.example/paid?id={PAYMENT_ID}&x=1""#).is_ok());
        for text in [
            r#""https://shop.example/{ID}""#,
            r#""ftp://shop.example/""#,
            r#""https://me@shop.example/""#,
            r#""/paid""#,
            "5",
        ] {
            assert!(SuccessUrl::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn events_are_those_of_this_surface() {
        let read = |json: &str| PaymentsEvents::read(json);
        assert_eq!(read(r#"["payment_link.*", "invoice.created"]"#).unwrap().0.len(), 2);
        assert!(read("[]").unwrap().0.is_empty());
        let refused = read(r#"["payment_link.*", "payment_intent.succeeded"]"#).unwrap_err();
        assert!(refused.0.contains("payment_intent.succeeded"), "{refused:?}");
    }

    #[test]
    fn any_date_is_a_version() {
        assert!(VersionDate::read(r#""2020-01-01""#).is_ok());
        for text in [r#""latest""#, r#""2026-7-110""#, "20260711", r#""2026/07/11""#] {
            assert!(VersionDate::read(text).is_err(), "{text}");
        }
    }
}
