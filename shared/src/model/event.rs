//! Events: what happened to an object, in the order in which it happened.
//!
//! An aggregate carries its own events ([`History`]), so they commit with the change they report.

mod filter;
mod history;

use super::{
    Invalid, Time,
    card::{CardSummary, FailureReason},
    customer::Profile,
    id::{CustomerId, EventId, PaymentMethodId},
    invoice::InvoiceRef,
    payment_intent::StatusName,
    refund::Standing,
    webhook_endpoint::DisabledReason,
};
use strum::{EnumString, IntoStaticStr, VariantArray};

pub use filter::EventFilter;
pub use history::{History, MAX_ENTRIES};

/// Types of events this system emits. The names are part of the contract with receivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(parse_err_ty = Invalid, parse_err_fn = EventType::unknown)]
pub enum EventType {
    /// A payment intent was made; nobody has paid yet.
    #[strum(serialize = "payment_intent.created")]
    PaymentIntentCreated,
    /// A charge is under way.
    #[strum(serialize = "payment_intent.processing")]
    PaymentIntentProcessing,
    /// The buyer has to pass a challenge.
    #[strum(serialize = "payment_intent.requires_action")]
    PaymentIntentRequiresAction,
    /// Money was taken.
    #[strum(serialize = "payment_intent.succeeded")]
    PaymentIntentSucceeded,
    /// No money was taken, and none will be.
    #[strum(serialize = "payment_intent.failed")]
    PaymentIntentFailed,
    /// Nobody paid in time.
    #[strum(serialize = "payment_intent.expired")]
    PaymentIntentExpired,
    /// Called off before anybody paid.
    #[strum(serialize = "payment_intent.canceled")]
    PaymentIntentCanceled,
    /// A payment waits for somebody to review it.
    #[strum(serialize = "payment_intent.pending_review")]
    PaymentIntentPendingReview,
    /// Money was taken into escrow.
    #[strum(serialize = "payment_intent.held")]
    PaymentIntentHeld,
    /// Money in escrow, all or part of it, went to the receiver.
    #[strum(serialize = "payment_intent.released")]
    PaymentIntentReleased,
    /// The money has arrived for good.
    #[strum(serialize = "payment_intent.settled")]
    PaymentIntentSettled,
    /// A bank sent a payment back.
    #[strum(serialize = "payment_intent.returned")]
    PaymentIntentReturned,
    /// The audit found a balance that its journal does not explain.
    #[strum(serialize = "ledger.difference_found")]
    LedgerDifferenceFound,
    /// One try failed; the link can be tried again.
    #[strum(serialize = "payment_link.failed")]
    PaymentLinkFailed,
    /// A link was paid as often as it may be.
    #[strum(serialize = "payment_link.exhausted")]
    PaymentLinkExhausted,
    /// A link's time is over.
    #[strum(serialize = "payment_link.expired")]
    PaymentLinkExpired,
    /// A card was saved for a customer.
    #[strum(serialize = "card.added")]
    CardAdded,
    /// Asked for by the tenant to try its endpoint.
    #[strum(serialize = "webhook.test")]
    WebhookTest,
    /// An endpoint has been failing for days, and will be disabled if that goes on.
    #[strum(serialize = "webhook_endpoint.failing")]
    WebhookEndpointFailing,
    /// An endpoint was disabled: events are kept back until it is set up again.
    #[strum(serialize = "webhook_endpoint.disabled")]
    WebhookEndpointDisabled,
    /// A customer was made.
    #[strum(serialize = "customer.created")]
    CustomerCreated,
    /// A customer was changed.
    #[strum(serialize = "customer.updated")]
    CustomerUpdated,
    /// A refund was asked for; the processor is asked.
    #[strum(serialize = "refund.created")]
    RefundCreated,
    /// Money went back to a buyer.
    #[strum(serialize = "refund.succeeded")]
    RefundSucceeded,
    /// A refund did not work; no money went back.
    #[strum(serialize = "refund.failed")]
    RefundFailed,
    /// A buyer's bank takes a payment back.
    #[strum(serialize = "dispute.opened")]
    DisputeOpened,
    /// A dispute was decided for the seller: the money is back.
    #[strum(serialize = "dispute.won")]
    DisputeWon,
    /// A dispute was decided for the buyer: the money is gone.
    #[strum(serialize = "dispute.lost")]
    DisputeLost,
    /// What of a payment went back, or is on its way back, or is disputed, has changed.
    #[strum(serialize = "payment_intent.refunds_changed")]
    PaymentIntentRefundsChanged,
    /// A payment has its invoice.
    #[strum(serialize = "payment_intent.invoiced")]
    PaymentIntentInvoiced,
    /// A payment has no invoice though it succeeded a while ago: nobody waits for it any longer.
    #[strum(serialize = "payment_intent.invoice_late")]
    PaymentIntentInvoiceLate,
    /// An invoice was made.
    #[strum(serialize = "invoice.created")]
    InvoiceCreated,
    /// An invoice was taken back.
    #[strum(serialize = "invoice.voided")]
    InvoiceVoided,
    /// A credit note was made.
    #[strum(serialize = "credit_note.created")]
    CreditNoteCreated,
}

impl EventType {
    /// Types of links that are paid many times: they happen to a link and stand in no history.
    pub const OF_LINKS: [Self; 2] = [Self::PaymentLinkExhausted, Self::PaymentLinkExpired];

    /// Types that the platform surface does not know.
    pub const ELSEWHERE: [Self; 3] =
        [Self::CustomerCreated, Self::CustomerUpdated, Self::PaymentIntentRefundsChanged];

    /// Every type that receivers of the platform surface hear of, for documents and tests.
    pub const ALL: [Self; 24] = [
        Self::PaymentIntentCreated,
        Self::PaymentIntentProcessing,
        Self::PaymentIntentRequiresAction,
        Self::PaymentIntentSucceeded,
        Self::PaymentIntentFailed,
        Self::PaymentIntentExpired,
        Self::PaymentIntentCanceled,
        Self::PaymentIntentPendingReview,
        Self::PaymentIntentHeld,
        Self::PaymentIntentReleased,
        Self::PaymentIntentSettled,
        Self::PaymentIntentReturned,
        Self::LedgerDifferenceFound,
        Self::PaymentLinkFailed,
        Self::CardAdded,
        Self::RefundCreated,
        Self::RefundSucceeded,
        Self::RefundFailed,
        Self::DisputeOpened,
        Self::DisputeWon,
        Self::DisputeLost,
        Self::WebhookTest,
        Self::WebhookEndpointFailing,
        Self::WebhookEndpointDisabled,
    ];

    /// The name receivers see.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("is not an event type")
    }
}

/// An event as the receivers of one surface know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedEvent {
    /// The id that receivers of that surface see.
    pub id: EventId,
    /// The type of the event.
    pub kind: EventType,
    /// What that surface calls it: on the platform surface the name of its type.
    pub name: &'static str,
    /// Whether only endpoints that name it get it.
    pub only_when_named: bool,
}

impl NamedEvent {
    /// An event under its own id and name, as the platform surface tells it.
    pub fn plain(id: EventId, kind: EventType) -> Self {
        Self { id, kind, name: kind.as_str(), only_when_named: false }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// The type of the event.
    pub kind: EventType,
    /// The moment of the change that it reports, not of its publication.
    pub at: Time,
    /// What it says, once its object says something else; `None` while the object still says the
    /// same.
    pub detail: Option<Box<EventDetail>>,
}

impl Occurrence {
    /// What happened now; its object says the rest.
    pub const fn new(kind: EventType, at: Time) -> Self {
        Self { kind, at, detail: None }
    }
}

/// What an event says that may change in its object later: fixed in the commit that makes the event,
/// whenever it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventDetail {
    /// What an event about a payment says.
    Payment(PaymentDetail),
    /// Of a webhook endpoint.
    Endpoint(EndpointDetail),
    /// What an event about a customer says.
    Customer(Box<CustomerDetail>),
    /// Of a payment that money of goes back.
    Refunds(RefundsDetail),
}

/// What of a payment went back, is on its way back, and may still go back: before and after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundsDetail {
    /// What stood right before the event.
    pub before: Standing,
    /// What stood right after the event.
    pub after: Standing,
}

/// A customer right after an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerDetail {
    /// The full name at that time; empty where nobody had said it.
    pub name: String,
    /// The e-mail address at that time, in lower case.
    pub email: String,
    /// What else callers keep.
    pub profile: Profile,
}

/// A payment right after an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentDetail {
    /// The status that the payment had with this event.
    pub status: StatusName,
    /// Who pays, where that was known.
    pub customer: Option<CustomerId>,
    /// Minor units, tax included.
    pub total: i64,
    /// Why it had failed.
    pub failure: Option<FailureReason>,
    /// The card that was tried, without fingerprint and country; `None` before any was.
    pub card: Option<CardSummary>,
    /// The card that was saved.
    pub payment_method: Option<PaymentMethodId>,
    /// Escrow: minor units released and given back so far, and its end.
    pub hold: Option<(i64, i64, Time)>,
    /// What receivers are told of a payment that is complete.
    pub receipt: Option<Box<PaymentReceipt>>,
}

/// What is told of a complete payment that its own record does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PaymentReceipt {
    /// The address of whoever paid.
    pub email: Option<String>,
    /// The caller's own id of the customer.
    pub customer_own_id: Option<String>,
    /// The invoice; none where it is late.
    pub invoice: Option<InvoiceRef>,
    /// Whether receivers were told before, without an invoice.
    pub told: bool,
}

/// An endpoint right after an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointDetail {
    /// The address that events were sent to at that time; it may have changed since.
    pub url: String,
    /// Since when everything failed.
    pub failing_since: Option<Time>,
    /// Why it was disabled.
    pub reason: Option<DisabledReason>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types_read_back() {
        for kind in EventType::VARIANTS {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
        assert!("payment_intent.done".parse::<EventType>().is_err());
    }
}
