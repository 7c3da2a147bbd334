//! Refunds of card payments: what requests say of them, and how they are shown.

use crate::{
    http::{
        field::{Amount, Text},
        meaning,
    },
    model::{
        Scope,
        actor::Actor,
        card::FailureReason,
        id::PaymentIntentId,
        metadata::Metadata,
        refund::{Refund, RefundStatus},
    },
    operations::{
        Resource,
        refunds::{AskedAmount, RefundWish},
    },
};
use derive::{Body, View};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Money that is to go back to the buyer.
#[derive(Body)]
pub struct RefundPayment {
    /// How much, in major units of the payment's currency; all that is left when absent.
    pub amount: Option<Amount>,
    /// Why it goes back, in your words, 1 to 500 characters.
    pub reason: Option<Text<1, 500>>,
    /// Any JSON object up to 4 KB; comes back in webhooks.
    pub metadata: Option<Metadata>,
    /// Makes repeating the request harmless, as the header `Idempotency-Key` does: the two must
    /// agree.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// A refund. Its payment keeps its status; `refund.succeeded` or `refund.failed` follows where the
/// refund is `processing`.
#[derive(View)]
pub struct RefundView {
    /// The refund's id.
    pub refund_id: String,
    /// The id of the payment that is refunded.
    pub payment_intent_id: String,
    /// `processing` while the processor has not answered, then `succeeded` or `failed`.
    pub status: &'static str,
    /// Who gets the money, where that is known.
    pub user_id: Option<String>,
    /// What goes back, in major units of the payment's currency.
    pub amount: String,
    /// The currency's code, as in ISO 4217.
    pub currency: String,
    /// The reason as it was given with the request; null for none.
    pub reason: Option<String>,
    /// Why it failed, in a code; null unless it did.
    pub failure_reason: Option<&'static str>,
    /// Your own data, returned as you sent it.
    pub metadata: Option<Box<RawValue>>,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it last changed, as an RFC 3339 time.
    pub updated_at: String,
}

impl RefundPayment {
    /// The refund that is asked for.
    pub fn command(self, scope: Scope, payment: PaymentIntentId) -> RefundWish {
        RefundWish {
            scope,
            payment,
            transaction: None,
            named: Resource::Payment,
            amount: self.amount.map_or(AskedAmount::Rest, |amount| AskedAmount::Major(amount.0)),
            say: |money| meaning::number(&money.major()),
            reason: self.reason.map(|reason| reason.0),
            metadata: self.metadata,
            requested_by: Actor::Client,
            at_most: BTreeMap::new(),
        }
    }
}

/// A refund as this surface shows it.
pub fn view(refund: &Refund) -> RefundView {
    let failure = match refund.status {
        RefundStatus::Failed { reason } => Some(reason),
        RefundStatus::Succeeded { .. } | RefundStatus::Processing { .. } => None,
    };
    RefundView {
        refund_id: refund.id.to_string(),
        payment_intent_id: refund.payment.to_string(),
        status: refund.status.name().as_str(),
        user_id: refund.customer.map(|id| id.to_string()),
        amount: refund.amount.major(),
        currency: refund.amount.currency().code().to_owned(),
        reason: refund.reason.clone(),
        failure_reason: failure.map(FailureReason::as_str),
        metadata: refund.metadata.as_ref().and_then(|m| m.raw().map(ToOwned::to_owned)),
        created_at: refund.created_at.rfc3339(),
        updated_at: refund.updated_at.rfc3339(),
    }
}
