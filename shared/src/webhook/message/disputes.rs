//! What messages say of disputes.

use super::refunds::is_zero;
use crate::model::{
    dispute::{Dispute, DisputeStatus},
    event::{EventType, Occurrence},
};
use serde::{Deserialize, Serialize};

/// A dispute right after the event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DisputeFacts {
    /// The dispute's id, a UUID with hyphens.
    pub id: String,
    /// The id of the payment that is taken back.
    pub payment: String,
    /// The submit that took the money.
    pub transaction: String,
    /// Whether the payment came through a link.
    pub by_link: bool,
    /// Who paid, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The caller's own id of whoever paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_own_id: Option<String>,
    /// The payment's invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<String>,
    /// The invoice's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_number: Option<String>,
    /// `open`, `won` or `lost`.
    pub status: String,
    /// What is taken back, in minor units of the currency.
    pub amount_minor: i64,
    /// What the dispute has taken for good, in minor units.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lost_minor: i64,
    /// The currency's code in ISO 4217.
    pub currency: String,
    /// Why, in the processor's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The name of the adapter that told of it.
    pub processor: String,
    /// When the bank opened it, in milliseconds since 1970.
    pub opened_at_ms: i64,
}

/// A dispute at one of its events: as it was opened, or as it ended.
pub(super) fn dispute_facts(dispute: &Dispute, event: &Occurrence) -> DisputeFacts {
    let opened = event.kind == EventType::DisputeOpened;
    let status = if opened { DisputeStatus::Open } else { dispute.status };
    let lost = if opened { 0 } else { dispute.weight().lost };
    DisputeFacts {
        id: dispute.id.to_string(),
        payment: dispute.payment.to_string(),
        transaction: dispute.transaction.to_string(),
        by_link: dispute.by_link,
        customer: dispute.customer.map(|id| id.to_string()),
        customer_own_id: dispute.customer_own_id.clone(),
        invoice: dispute.invoice.as_ref().map(|invoice| invoice.id.to_string()),
        invoice_number: dispute.invoice.as_ref().map(|invoice| invoice.number.clone()),
        status: status.as_str().to_owned(),
        amount_minor: dispute.amount.minor(),
        lost_minor: lost,
        currency: dispute.amount.currency().code().to_owned(),
        reason: dispute.reason.clone(),
        processor: dispute.processor.clone(),
        opened_at_ms: dispute.opened_at.ms(),
    }
}
