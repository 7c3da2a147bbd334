//! `POST /payments`: what it takes.

use super::field::{CurrencyCode, CustomerName, MinorUnits, SuccessUrl};
use crate::{
    http::{
        Request, Result, body::Fields, field::Text, idempotency, payments::Payments,
        surface::Surface, tax_fields::TaxCode,
    },
    model::{Scope, Time, id::PaymentIntentId, metadata::Metadata, payment_link::MAX_LIFE_DAYS},
    operations::{
        FieldError, Problem,
        tenant_links::{self, NewTenantLink},
    },
};
use derive::Body;

/// A new payment: a page on which a buyer pays a fixed amount by card.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct CreatePayment {
    /// What is charged before tax, in minor units of the currency: 25000 for EUR 250.00.
    pub amount: MinorUnits,
    /// The currency, ISO 4217 in upper or lower case.
    pub currency: CurrencyCode,
    /// What it is for: stands on the page, the invoice and the receipt.
    pub description: Text<1, 500>,
    /// A customer by `cus_...` or your own id; without one the page asks for an e-mail address.
    pub customer_id: Option<CustomerName>,
    /// Where the buyer may go after paying; `{PAYMENT_ID}` in it is replaced.
    pub success_url: Option<SuccessUrl>,
    /// Any JSON object up to 4 KB; comes back in payments and webhooks.
    pub metadata: Option<Metadata>,
    /// When the page stops working: at most five years ahead; never, when absent.
    pub expires_at: Option<Time>,
    /// What is sold, for tax: `digital`, `service`, `exempt`, `zero` or a code of your own; your
    /// usual one when absent.
    pub tax_code: Option<TaxCode>,
}

/// The link that a request asks for. Everything that is wrong with its fields is told at once, a
/// time that does not fit `now` included. `random` makes its id where there is no idempotency key.
///
/// # Errors
/// 413, 415, 400 for what is no JSON object, for the header `Idempotency-Key`, and for fields.
pub fn read(req: &Request, scope: Scope, random: [u8; 10], now: Time) -> Result<NewTenantLink> {
    let mut fields = req.fields()?.with_unknown(Payments::UNKNOWN_FIELDS);
    let key = idempotency::in_header(req)?;
    let body = read_body(&mut fields, now)?;
    let link = body.command(tenant_links::id(scope, key, random, now), key);
    let [nonce @ .., _, _] = random;
    Ok(NewTenantLink { nonce: i64::from_be_bytes(nonce), ..link })
}

fn read_body(fields: &mut Fields, now: Time) -> Result<CreatePayment> {
    let end = fields.text("expiresAt").and_then(|text| Time::parse(&text).ok());
    let refused = end.filter(|end| *end <= now || *end > now.plus_days(MAX_LIFE_DAYS));
    let refused = refused.map(|_| FieldError {
        field: "expiresAt".to_owned(),
        message: "must be later than now, and at most five years ahead".to_owned(),
    });
    match (fields.read(), refused) {
        (read, None) => read,
        (Err(Problem::Invalid(mut errors)), Some(refused)) => {
            // Only the tax code stands behind it.
            let behind = usize::from(errors.last().is_some_and(|error| error.field == "taxCode"));
            errors.insert(errors.len() - behind, refused);
            Err(Problem::Invalid(errors))
        }
        (Ok(_), Some(refused)) => Err(Problem::Invalid(vec![refused])),
        (Err(problem), Some(_)) => Err(problem),
    }
}

impl CreatePayment {
    fn command(self, id: PaymentIntentId, key: Option<&str>) -> NewTenantLink {
        NewTenantLink {
            nonce: 0,
            id,
            idempotency_key: key.map(str::to_owned),
            amount: self.amount.money(self.currency),
            description: self.description.0,
            customer: self.customer_id.map(CustomerName::command),
            success_url: self.success_url.map(|url| url.0),
            metadata: self.metadata,
            expires_at: self.expires_at,
            tax_code: self.tax_code.map(|code| code.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::tenant_links::LinkCustomer;
    use crate::{
        http::gateway,
        model::{Mode, id::TenantId},
    };
    use serde_json::json;

    const NOW: i64 = 1_795_255_200_000;

    fn asked(body: &str, key: Option<&str>) -> Result<NewTenantLink> {
        let mut headers = json!({"content-type": "application/json"});
        if let Some(key) = key {
            headers["idempotency-key"] = key.into();
        }
        let event = json!({"httpMethod": "POST", "headers": headers, "body": body});
        let req = gateway::request(event).unwrap();
        let now = Time::from_ms(NOW);
        let scope = Scope { tenant: TenantId::mint(now, [1; 10]), mode: Mode::Test };
        read(&req, scope, [7; 10], now)
    }

    fn broken(body: &str) -> Vec<String> {
        let Err(Problem::Invalid(errors)) = asked(body, None) else { panic!("{body}") };
        errors.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn what_is_asked_for_is_read_whole() {
        let link = asked(
            r#"{"amount": 1e2, "currency": "Eur", "description": "Annual report", "ammount": 3,
                "metadata": {"order": "A-17"}, "expiresAt": "2026-11-22T00:00:00+01:00",
                "customerId": "user/1", "successUrl": "https://shop.example/{PAYMENT_ID}"}"#,
            Some("order-A-17"),
        );
        let link = link.unwrap();
        assert_eq!((link.amount.minor(), link.amount.currency().code()), (100, "EUR"));
        assert_eq!(link.description, "Annual report");
        assert_eq!(link.idempotency_key.as_deref(), Some("order-A-17"));
        assert_eq!(link.expires_at.unwrap().rfc3339(), "2026-11-21T23:00:00Z");
        assert!(matches!(link.customer, Some(LinkCustomer::Own(own)) if own == "user/1"));
        assert_eq!(link.success_url.as_deref(), Some("https://shop.example/{PAYMENT_ID}"));
    }

    #[test]
    fn one_key_makes_one_id_and_no_key_makes_a_new_one() {
        let body = r#"{"amount": 1, "currency": "eur", "description": "x"}"#;
        let id = |key| asked(body, key).unwrap().id;
        assert_eq!(id(Some("a")), id(Some("a")));
        assert_ne!(id(Some("a")), id(Some("b")));
        assert_ne!(id(None), id(Some("a")));
    }

    #[test]
    fn every_broken_field_is_named_in_the_order_of_the_table() {
        assert_eq!(broken("{}"), ["amount", "currency", "description"]);
        let all = r#"{"taxCode": "X", "expiresAt": "2026-11-20T00:00:00Z", "metadata": [],
            "successUrl": "x", "customerId": "", "description": "  ", "currency": "dem",
            "amount": 0.5}"#;
        let names = [
            "amount",
            "currency",
            "description",
            "customerId",
            "successUrl",
            "metadata",
            "expiresAt",
            "taxCode",
        ];
        assert_eq!(broken(all), names);
    }

    #[test]
    fn a_link_ends_later_than_now_and_within_five_years() {
        let with = |end: &str| {
            format!(r#"{{"amount":1,"currency":"eur","description":"x","expiresAt":"{end}"}}"#)
        };
        for end in ["2026-11-21T10:00:00Z", "2020-01-01T00:00:00Z", "2033-01-01T00:00:00Z"] {
            assert_eq!(broken(&with(end)), ["expiresAt"], "{end}");
        }
        assert_eq!(broken(&with("2026-11-30")), ["expiresAt"]);
        assert!(asked(&with("2026-11-21T10:00:00.001Z"), None).is_ok());
    }

    #[test]
    fn a_key_is_printable_ascii() {
        let body = r#"{"amount": 1, "currency": "eur", "description": "x"}"#;
        for key in ["", "a\tb", &"k".repeat(256)] {
            let Err(Problem::Invalid(errors)) = asked(body, Some(key)) else { panic!("{key}") };
            assert_eq!(errors[0].field, "Idempotency-Key");
        }
    }
}
