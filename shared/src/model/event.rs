//! Events: what happened to an object, in the order in which it happened.
//!
//! An aggregate carries its own events ([`History`]), so they commit with the change they report.

use super::{
    Invalid, Time,
    card::{CardSummary, FailureReason},
    id::{CustomerId, EventId, PaymentMethodId},
    payment_intent::StatusName,
    webhook_endpoint::DisabledReason,
};
use std::str::FromStr;

/// Types of events this system emits. The names are part of the contract with receivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventType {
    /// A payment intent was made; nobody has paid yet.
    PaymentIntentCreated,
    /// A charge is under way.
    PaymentIntentProcessing,
    /// The buyer has to pass a challenge.
    PaymentIntentRequiresAction,
    /// Money was taken.
    PaymentIntentSucceeded,
    /// No money was taken, and none will be.
    PaymentIntentFailed,
    /// Nobody paid in time.
    PaymentIntentExpired,
    /// Called off before anybody paid.
    PaymentIntentCanceled,
    /// A payment waits for somebody to review it.
    PaymentIntentPendingReview,
    /// Money was taken into escrow.
    PaymentIntentHeld,
    /// Money in escrow, all or part of it, went to the receiver.
    PaymentIntentReleased,
    /// The money has arrived for good.
    PaymentIntentSettled,
    /// A bank sent a payment back.
    PaymentIntentReturned,
    /// The audit found a balance that its journal does not explain.
    LedgerDifferenceFound,
    /// One try failed; the link can be tried again.
    PaymentLinkFailed,
    /// A card was saved for a customer.
    CardAdded,
    /// Asked for by the tenant to try its endpoint.
    WebhookTest,
    /// An endpoint has been failing for days, and will be disabled if that goes on.
    WebhookEndpointFailing,
    /// An endpoint was disabled: events are kept back until it is set up again.
    WebhookEndpointDisabled,
    /// A refund was asked for; the processor is asked.
    RefundCreated,
    /// Money went back to a buyer.
    RefundSucceeded,
    /// A refund did not work; no money went back.
    RefundFailed,
}

impl EventType {
    /// Types that stand in histories already and have no payload yet; they move to
    /// [`EventType::ALL`] with it.
    const WITHOUT_PAYLOAD: [Self; 3] =
        [Self::RefundCreated, Self::RefundSucceeded, Self::RefundFailed];

    /// Every type, for documents and tests.
    pub const ALL: [Self; 18] = [
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
        Self::WebhookTest,
        Self::WebhookEndpointFailing,
        Self::WebhookEndpointDisabled,
    ];

    /// The name receivers see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PaymentIntentCreated => "payment_intent.created",
            Self::PaymentIntentProcessing => "payment_intent.processing",
            Self::PaymentIntentRequiresAction => "payment_intent.requires_action",
            Self::PaymentIntentSucceeded => "payment_intent.succeeded",
            Self::PaymentIntentFailed => "payment_intent.failed",
            Self::PaymentIntentExpired => "payment_intent.expired",
            Self::PaymentIntentCanceled => "payment_intent.canceled",
            Self::PaymentIntentPendingReview => "payment_intent.pending_review",
            Self::PaymentIntentHeld => "payment_intent.held",
            Self::PaymentIntentReleased => "payment_intent.released",
            Self::PaymentIntentSettled => "payment_intent.settled",
            Self::PaymentIntentReturned => "payment_intent.returned",
            Self::LedgerDifferenceFound => "ledger.difference_found",
            Self::PaymentLinkFailed => "payment_link.failed",
            Self::CardAdded => "card.added",
            Self::WebhookTest => "webhook.test",
            Self::WebhookEndpointFailing => "webhook_endpoint.failing",
            Self::WebhookEndpointDisabled => "webhook_endpoint.disabled",
            Self::RefundCreated => "refund.created",
            Self::RefundSucceeded => "refund.succeeded",
            Self::RefundFailed => "refund.failed",
        }
    }
}

impl FromStr for EventType {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut all = Self::ALL.into_iter().chain(Self::WITHOUT_PAYLOAD);
        let found = all.find(|kind| kind.as_str() == text);
        found.ok_or_else(|| Invalid::new("is not an event type"))
    }
}

/// An event as the receivers of one surface know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedEvent {
    /// Its id there.
    pub id: EventId,
    /// What happened.
    pub kind: EventType,
    /// Its name there.
    pub name: &'static str,
    /// Whether only endpoints that name it get it.
    pub only_when_named: bool,
}

impl NamedEvent {
    /// An event under its own id and name, as the platform surface tells it.
    #[must_use]
    pub const fn plain(id: EventId, kind: EventType) -> Self {
        Self { id, kind, name: kind.as_str(), only_when_named: false }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// What.
    pub kind: EventType,
    /// When.
    pub at: Time,
    /// What it says, once its object says something else; `None` while the object still says the
    /// same.
    pub detail: Option<Box<EventDetail>>,
}

impl Occurrence {
    /// What happened now; its object says the rest.
    #[must_use]
    pub const fn new(kind: EventType, at: Time) -> Self {
        Self { kind, at, detail: None }
    }
}

/// What an event says that may change in its object later: fixed in the commit that makes the event,
/// whenever it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventDetail {
    /// Of a payment.
    Payment(PaymentDetail),
    /// Of a webhook endpoint.
    Endpoint(EndpointDetail),
}

/// A payment right after an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentDetail {
    /// Where it stood.
    pub status: StatusName,
    /// Who pays, where that was known.
    pub customer: Option<CustomerId>,
    /// Minor units, tax included.
    pub total: i64,
    /// Why it had failed.
    pub failure: Option<FailureReason>,
    /// The card used.
    pub card: Option<CardSummary>,
    /// The card that was saved.
    pub payment_method: Option<PaymentMethodId>,
    /// Escrow: minor units released and given back so far, and its end.
    pub hold: Option<(i64, i64, Time)>,
}

/// An endpoint right after an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointDetail {
    /// Where it was.
    pub url: String,
    /// Since when everything failed.
    pub failing_since: Option<Time>,
    /// Why it was disabled.
    pub reason: Option<DisabledReason>,
}

/// What happened to one object, oldest first. Sequence numbers start at 1 and have no gaps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// How many occurrences were dropped from the front.
    pub dropped: u64,
    /// What is left.
    pub entries: Vec<Occurrence>,
    /// Everything up to this number is known to be published: only that may be dropped. Written
    /// down from time to time.
    pub published: u64,
}

/// Published occurrences kept with an object. What is not known to be published is kept however
/// much it is.
pub const MOST_ENTRIES: usize = 20;

/// So many occurrences may be published without that being written down.
const MOST_UNMARKED: u64 = 10;

impl History {
    /// A history that begins.
    #[must_use]
    pub fn starting(kind: EventType, at: Time) -> Self {
        Self { dropped: 0, entries: vec![Occurrence::new(kind, at)], published: 0 }
    }

    /// The same with one more, and with the oldest dropped that are published when there are too
    /// many.
    #[must_use]
    pub fn and(&self, kind: EventType, at: Time) -> Self {
        let mut next = self.clone();
        next.entries.push(Occurrence::new(kind, at));
        while next.entries.len() > MOST_ENTRIES && next.dropped < next.published {
            next.entries.remove(0);
            next.dropped = next.dropped.saturating_add(1);
        }
        next
    }

    /// The same where each event says of itself what it says now, if `changes` says that its object
    /// will say something else.
    #[must_use]
    pub fn fixed(&self, changes: impl Fn(EventType) -> Option<EventDetail>) -> Self {
        let mut next = self.clone();
        for entry in next.entries.iter_mut().filter(|entry| entry.detail.is_none()) {
            entry.detail = changes(entry.kind).map(Box::new);
        }
        next
    }

    /// The number up to which it is worth looking what is published, to write that down; `None`
    /// while little has come since that was last done.
    #[must_use]
    pub fn unmarked(&self) -> Option<u64> {
        let last = self.last_sequence();
        let long = self.entries.len() >= MOST_ENTRIES / 2;
        (long && last.saturating_sub(self.published) >= MOST_UNMARKED).then_some(last)
    }

    /// Sequence number of the newest occurrence; 0 when there is none.
    #[must_use]
    pub fn last_sequence(&self) -> u64 {
        self.dropped.saturating_add(u64::try_from(self.entries.len()).unwrap_or(0))
    }

    /// When the occurrence right before number `sequence` was; `None` when that was the first, or
    /// is too long ago.
    #[must_use]
    pub fn time_before(&self, sequence: u64) -> Option<Time> {
        let at = sequence.checked_sub(self.dropped)?.checked_sub(2)?;
        self.entries.get(usize::try_from(at).ok()?).map(|occurrence| occurrence.at)
    }

    /// Occurrences after `sequence`, each with its own number.
    pub fn after(&self, sequence: u64) -> impl Iterator<Item = (u64, Occurrence)> + '_ {
        let numbered = (self.dropped.saturating_add(1)..).zip(self.entries.iter().cloned());
        numbered.filter(move |(number, _)| *number > sequence)
    }
}

/// Names a subscription may use besides those emitted today: the contract's full list, so that an
/// endpoint set up now also receives what later versions emit.
const ANNOUNCED: [&str; 10] = [
    "payment_link.created",
    "payment_link.completed",
    "payment_link.canceled",
    "payment_link.expired",
    "payment_link.exhausted",
    "payment.received",
    "payment.refunded",
    "invoice.created",
    "transaction.status_changed",
    "refund.status_changed",
];

/// One entry of an endpoint's `events`: a type (`card.added`) or a family (`payment_intent.*`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFilter(String);

impl EventFilter {
    /// As it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether an event of this type is wanted.
    #[must_use]
    pub fn wants(&self, kind: EventType) -> bool {
        self.wants_name(kind.as_str())
    }

    /// Whether an event of this name is wanted.
    #[must_use]
    pub fn wants_name(&self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(family) => name.starts_with(family),
            None => name == self.0,
        }
    }

    /// A filter as it was kept.
    #[must_use]
    pub const fn kept(text: String) -> Self {
        Self(text)
    }

    /// A name out of `names`, or a family of them.
    ///
    /// # Errors
    /// There is no such name or family.
    pub fn among<'a>(
        text: &str,
        mut names: impl Iterator<Item = &'a str>,
    ) -> Result<Self, Invalid> {
        let known = match text.strip_suffix(".*") {
            Some(family) => names
                .any(|name| name.strip_prefix(family).is_some_and(|rest| rest.starts_with('.'))),
            None => names.any(|name| name == text),
        };
        if known {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(format!("{text:?} is not an event type")))
        }
    }
}

impl FromStr for EventFilter {
    type Err = Invalid;

    /// A name of the platform surface.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::among(text, EventType::ALL.iter().map(|kind| kind.as_str()).chain(ANNOUNCED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_have_no_gaps_when_old_entries_are_dropped() {
        let mut history = History::starting(EventType::PaymentIntentCreated, Time::from_ms(0));
        for _ in 0..30 {
            history = history.and(EventType::PaymentLinkFailed, Time::from_ms(1));
        }
        assert_eq!(history.entries.len(), MOST_ENTRIES);
        assert_eq!(history.last_sequence(), 31);
        let numbers: Vec<u64> = history.after(28).map(|(number, _)| number).collect();
        assert_eq!(numbers, [29, 30, 31]);
        assert_eq!(history.time_before(13), Some(Time::from_ms(1)));
        assert_eq!(history.time_before(12), None, "the eleventh was dropped");
        let first = History::starting(EventType::CardAdded, Time::from_ms(7));
        assert_eq!((first.time_before(1), first.time_before(2)), (None, Some(Time::from_ms(7))));
    }

    #[test]
    fn filters_name_a_type_or_a_family() {
        let family: EventFilter = "payment_intent.*".parse().unwrap();
        assert!(family.wants(EventType::PaymentIntentFailed));
        assert!(!family.wants(EventType::CardAdded));
        let one: EventFilter = "card.added".parse().unwrap();
        assert!(one.wants(EventType::CardAdded));
        for text in
            ["", "*", "payment", "payment_intent", "payment_intent.", "paymentintent.*", ".*"]
        {
            assert!(text.parse::<EventFilter>().is_err(), "{text}");
        }
    }

    #[test]
    fn names_of_types_read_back() {
        for kind in EventType::ALL.into_iter().chain(EventType::WITHOUT_PAYLOAD) {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
    }
}
