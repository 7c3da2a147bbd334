//! What an intent's events say, fixed in the commit that makes them.

use super::{PaymentIntent, Status, status};
use crate::model::{
    Surface, Time,
    card::CardSummary,
    event::{EventDetail, EventType, PaymentDetail},
};

impl PaymentIntent {
    /// The intent with more events, after it was `before`. Events that it would tell otherwise from
    /// now on keep what they said; while it is pending all do, since the next submit writes to it
    /// without reading it.
    pub(super) fn with_events(mut self, before: &Self, events: &[EventType], now: Time) -> Self {
        let unread = self.status == Status::Pending;
        self.history = before.history.fixed(|kind| {
            let said = before.detail(kind);
            let forgotten = unread && kind != EventType::PaymentIntentCreated;
            (forgotten || self.detail(kind) != said).then_some(said)
        });
        for event in events {
            self.history = self.history.and(*event, now);
        }
        if unread {
            let detail = self
                .history
                .fixed(|kind| (kind != EventType::PaymentIntentCreated).then(|| self.detail(kind)));
            self.history = detail;
        }
        self
    }

    /// What an event says of this intent as it is.
    pub fn detail(&self, kind: EventType) -> EventDetail {
        // What decided the outcome belongs to the events that report it.
        let failed =
            matches!(kind, EventType::PaymentIntentFailed | EventType::PaymentIntentReturned);
        let created = kind == EventType::PaymentIntentCreated;
        let succeeded = kind == EventType::PaymentIntentSucceeded;
        // Receivers of the platform surface are not told why a link was declined and left payable.
        let declined = self
            .declined_attempts()
            .last()
            .filter(|_| kind == EventType::PaymentLinkFailed && self.surface != Surface::Platform);
        let card = declined
            .map(|declined| &declined.attempt)
            .or_else(|| self.status.attempt())
            .filter(|_| !created)
            .map(|attempt| CardSummary {
                fingerprint: String::new(),
                country: None,
                ..attempt.card.clone()
            });
        let tried = declined.and_then(|declined| declined.attempt.charged.as_ref());
        let hold = self.wallet_terms().and_then(|terms| terms.hold);
        EventDetail::Payment(PaymentDetail {
            // A release may be followed by the next one, or be the last.
            status: status::after(kind).unwrap_or(self.status.name()),
            customer: self.customer,
            total: tried.map_or(self.amount(), |tried| tried.amounts.total()).minor(),
            failure: declined
                .map(|declined| declined.reason)
                .or_else(|| self.status.failure().filter(|_| failed)),
            card,
            payment_method: self.status.saved_method().filter(|_| succeeded),
            hold: hold.map(|hold| (hold.released, hold.given_back, hold.expires_at)),
            receipt: None,
        })
    }
}
