//! `POST /payments/charge` and its retry: what they take, and what they answer.

use super::{
    field::{CurrencyCode, CustomerName, MinorUnits},
    livemode,
    payment::PaymentView,
};
use crate::{
    http::{
        Reply, Request, Result, field::Text, idempotency, payments::Payments, surface::Surface,
        tax_fields::TaxCode,
    },
    model::{Scope, Time, id::PaymentMethodId, metadata::Metadata, payment_intent::StatusName},
    operations::charges::{self, Charged, ChosenCard, NewCharge},
};
use derive::{Body, View};

/// A charge of a customer's saved card, with nobody there.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct CreateCharge {
    /// Whose card: `cus_...` or your own id.
    pub customer_id: CustomerName,
    /// What is charged before tax, in minor units of the currency: 25000 for EUR 250.00.
    pub amount: MinorUnits,
    /// The currency, ISO 4217 in upper or lower case.
    pub currency: CurrencyCode,
    /// What it is for: stands on the invoice and the receipt.
    pub description: Text<1, 500>,
    /// Any JSON object up to 4 KB; comes back in payments and webhooks.
    pub metadata: Option<Metadata>,
    /// Which saved card; the customer's default when absent.
    pub payment_method_id: Option<Text<1, 255>>,
    /// What is sold, for tax: `digital`, `service`, `exempt`, `zero` or a code of your own; your
    /// usual one when absent.
    pub tax_code: Option<TaxCode>,
}

/// An attempt that was made again.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct RetriedView {
    /// The id of the new transaction, `txn_...`.
    pub id: String,
    /// `succeeded`, or `processing` while nobody knows.
    pub status: &'static str,
    /// The id of its payment, `pay_...`.
    pub payment_id: String,
    /// The kind of object: always `transaction`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// The charge that a request asks for. `random` makes its id where there is no idempotency key.
///
/// # Errors
/// 413, 415, 400 for what is no JSON object, for the header `Idempotency-Key`, and for fields.
pub fn read(req: &Request, scope: Scope, random: [u8; 10], now: Time) -> Result<NewCharge> {
    let mut fields = req.fields()?.with_unknown(Payments::UNKNOWN_FIELDS);
    let key = idempotency::in_header(req)?;
    let body: CreateCharge = fields.read()?;
    Ok(NewCharge {
        id: charges::id(scope, key, random, now),
        idempotency_key: key.map(str::to_owned),
        amount: body.amount.money(body.currency),
        description: body.description.0,
        customer: body.customer_id.command(),
        card: match body.payment_method_id {
            None => ChosenCard::Default,
            Some(Text(id)) => PaymentMethodId::from_payments_form(&id)
                .map_or(ChosenCard::Nothing, ChosenCard::Named),
        },
        metadata: body.metadata,
        tax_code: body.tax_code.map(|code| code.0),
    })
}

/// A charge as it is answered: something came to be, whether or not its outcome is known.
///
/// # Errors
/// 404 for what is no payment by card.
pub fn charged(charged: &Charged, now: Time) -> Result {
    let view: PaymentView = super::payment::view(&charged.payment, String::new(), now)?;
    Ok(Reply::data(&view).replayed(charged.replayed).allowing(charged.allowance))
}

/// A retry as it is answered: otherwise than done while its outcome is not known.
pub fn retried(retried: &Charged) -> Reply {
    let known = retried.payment.status.name() != StatusName::Processing;
    let reply = Reply::data(&RetriedView {
        id: retried.transaction.payments_form(),
        status: if known { "succeeded" } else { "processing" },
        payment_id: retried.payment.id.payments_form(),
        object: "transaction",
        livemode: livemode(retried.payment.scope.mode),
    });
    let reply = if known { reply } else { reply.otherwise() };
    reply.replayed(retried.replayed).allowing(retried.allowance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        http::gateway,
        model::{Mode, id::TenantId},
        operations::{Problem, tenant_links::LinkCustomer},
    };
    use serde_json::json;

    fn asked(body: &str) -> Result<NewCharge> {
        let headers = json!({"content-type": "application/json", "idempotency-key": "k"});
        let event = json!({"httpMethod": "POST", "headers": headers, "body": body});
        let now = Time::from_ms(1_795_255_200_000);
        let scope = Scope { tenant: TenantId::mint(now, [1; 10]), mode: Mode::Test };
        read(&gateway::request(event).unwrap(), scope, [7; 10], now)
    }

    #[test]
    fn what_is_asked_for_is_read_whole() {
        let body = r#"{"customerId": "user 1", "amount": 1e2, "currency": "Eur",
            "description": "Tokens", "paymentMethodId": "pm_1", "ammount": 3, "taxCode": "service"}"#;
        let charge = asked(body).unwrap();
        assert_eq!((charge.amount.minor(), charge.amount.currency().code()), (100, "EUR"));
        assert!(matches!(charge.customer, LinkCustomer::Own(own) if own == "user 1"));
        assert_eq!(charge.card, ChosenCard::Nothing, "no id of a card names none");
        assert_eq!(charge.tax_code.as_deref(), Some("service"));
        assert_eq!(charge.idempotency_key.as_deref(), Some("k"));
    }

    #[test]
    fn every_broken_field_is_named() {
        let broken = |body: &str| match asked(body) {
            Err(Problem::Invalid(errors)) => {
                errors.into_iter().map(|error| error.field).collect::<Vec<_>>()
            }
            other => panic!("{body}: {:?}", other.map(|_| ())),
        };
        assert_eq!(broken("{}"), ["customerId", "amount", "currency", "description"]);
        let all = r#"{"customerId": "", "amount": 0, "currency": "dem", "description": " ",
            "metadata": [], "paymentMethodId": "", "taxCode": "X"}"#;
        let names = [
            "customerId",
            "amount",
            "currency",
            "description",
            "metadata",
            "paymentMethodId",
            "taxCode",
        ];
        assert_eq!(broken(all), names);
    }
}
