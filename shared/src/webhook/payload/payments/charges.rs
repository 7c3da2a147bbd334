//! What this surface's events say of saved cards, and of charges of them that took no money.

use super::{documents::customer, failure_message};
use crate::{
    model::{
        card::FailureReason,
        id::{PaymentIntentId, PaymentMethodId, TransactionId},
    },
    webhook::message::{CardFacts, IntentFacts, Message, MethodFacts},
};
use serde::Serialize;

/// A charge that took no money.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedData<'a> {
    payment_id: String,
    payment_transaction_id: Option<String>,
    invoice_id: (),
    invoice_number: (),
    customer_id: Option<String>,
    subscription_id: (),
    failure_code: Option<&'static str>,
    failure_message: Option<&'static str>,
    recovery_url: (),
    sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<&'a str>,
}

/// A card that was saved.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttachedData<'a> {
    subscription_id: (),
    customer_id: Option<String>,
    payment_method_id: String,
    card: CardData<'a>,
    sequence: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CardData<'a> {
    brand: &'a str,
    last4: &'a str,
    exp_month: u8,
    exp_year: u16,
}

pub(super) fn failed<'a>(message: &Message, facts: &'a IntentFacts) -> Option<FailedData<'a>> {
    let reason: Option<FailureReason> =
        facts.failure_reason.as_deref().and_then(|reason| reason.parse().ok());
    let transaction = facts.attempt.as_deref().and_then(|id| id.parse().ok());
    Some(FailedData {
        payment_id: facts.id.parse::<PaymentIntentId>().ok()?.payments_form(),
        payment_transaction_id: transaction.map(|id: TransactionId| id.payments_form()),
        invoice_id: (),
        invoice_number: (),
        customer_id: customer(facts.customer.as_deref(), facts.customer_own_id.as_deref()),
        subscription_id: (),
        failure_code: reason.map(FailureReason::as_str),
        failure_message: reason.map(failure_message),
        recovery_url: (),
        sequence: message.sequence,
        idempotency_key: facts.idempotency_key.as_deref(),
    })
}

pub(super) fn attached<'a>(message: &Message, facts: &'a MethodFacts) -> Option<AttachedData<'a>> {
    let CardFacts { brand, last4, exp_month, exp_year } = facts.card.as_ref()?;
    Some(AttachedData {
        subscription_id: (),
        customer_id: customer(Some(&facts.customer), facts.customer_own_id.as_deref()),
        payment_method_id: facts.id.parse::<PaymentMethodId>().ok()?.payments_form(),
        card: CardData { brand, last4, exp_month: *exp_month, exp_year: *exp_year },
        sequence: message.sequence,
    })
}
