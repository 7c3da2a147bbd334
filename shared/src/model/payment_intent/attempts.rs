//! Submits of a card that took no money and left their link payable.

use super::{Attempt, Outcome, PaymentIntent, Refusal, Status};
use crate::model::{
    Surface, Time,
    card::FailureReason,
    event::EventType,
    id::{AttemptId, CustomerId, PaymentLinkId},
};

/// Declined attempts that an intent remembers: what callers are shown, and what a submit that
/// arrives again is compared with.
pub const MAX_DECLINED: usize = 50;

/// Declines within [`DECLINES_WINDOW_S`] after which a tenant's own link takes no submit for a while.
pub const DECLINES: usize = 5;

/// The window of [`DECLINES`], in seconds.
pub const DECLINES_WINDOW_S: i64 = 15 * 60;

/// Who pays, as typed on the page: believed for this payment only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buyer {
    /// In lower case.
    pub email: String,
    /// Full name, where the page asked for it.
    pub name: Option<String>,
}

/// An attempt that took no money and left its link payable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclinedAttempt {
    /// The attempt, without the buyer.
    pub attempt: Attempt,
    /// Why no money was taken.
    pub reason: FailureReason,
    /// When that was written down: the time of its event.
    pub at: Time,
}

impl PaymentIntent {
    /// Why the last attempt took no money, while another card may be tried.
    #[must_use]
    pub fn last_failure(&self) -> Option<&DeclinedAttempt> {
        self.declined_attempts().last().filter(|_| self.status == Status::Pending)
    }

    /// Attempts that took no money and left the link payable, oldest first.
    #[must_use]
    pub fn declined_attempts(&self) -> &[DeclinedAttempt] {
        self.link_terms().map(|terms| terms.declined.as_slice()).unwrap_or_default()
    }

    /// The decline that an event of `at` reports.
    #[must_use]
    pub fn declined_at(&self, at: Time) -> Option<&DeclinedAttempt> {
        self.declined_attempts().iter().rev().find(|declined| declined.at == at)
    }

    /// Whether a submit has to say who pays.
    #[must_use]
    pub const fn needs_buyer(&self) -> bool {
        matches!(self.surface, Surface::Payments) && self.customer.is_none()
    }

    /// The shared link of which each charge takes a use.
    #[must_use]
    pub fn payment_link(&self) -> Option<PaymentLinkId> {
        self.link_terms()?.request.as_ref()?.payment_link
    }

    /// Until when no submit is taken, since too many were declined in a short time. Links of the
    /// platform surface have few attempts, and know no such time.
    #[must_use]
    pub fn slow_until(&self) -> Option<Time> {
        if self.surface == Surface::Platform {
            return None;
        }
        let mut newest = self.declined_attempts().iter().rev();
        let last = newest.next()?.at;
        let first = newest.nth(DECLINES - 2)?.at;
        let until = first.plus_seconds(DECLINES_WINDOW_S);
        Some(until).filter(|until| last < *until)
    }

    pub(super) fn was_declined_with(&self, id: AttemptId) -> bool {
        self.declined_attempts().iter().any(|declined| declined.attempt.id == id)
    }

    /// Records an approved charge of whoever has paid, who may not have been known before.
    ///
    /// # Errors
    /// As [`PaymentIntent::settle`].
    pub fn settle_for(
        &self,
        payer: Option<CustomerId>,
        id: AttemptId,
        outcome: &Outcome,
        now: Time,
    ) -> Result<Self, Refusal> {
        let settled = self.settle(id, outcome, now)?;
        if settled.customer == payer {
            return Ok(settled);
        }
        // Events from before keep saying that nobody was known.
        let next = Self { customer: payer, ..settled };
        Ok(next.with_events(self, &[EventType::PaymentIntentSucceeded], now))
    }

    /// After a decline that is not final: payable with another card, or out of time. The platform
    /// surface tells of expiry by its sweep alone, one event a commit.
    pub(super) fn declined(&self, attempt: Attempt, reason: FailureReason, now: Time) -> Self {
        let over = self.surface != Surface::Platform && self.link_is_over(now);
        let mut next = Self {
            status: if over { Status::Expired } else { Status::Pending },
            updated_at: now,
            version: self.version.saturating_add(1),
            ..self.clone()
        };
        if let Some(terms) = next.link_terms_mut() {
            let attempt = Attempt { buyer: None, ..attempt };
            terms.declined.push(DeclinedAttempt { attempt, reason, at: now });
            if terms.declined.len() > MAX_DECLINED {
                terms.declined.remove(0);
            }
        }
        let events = [EventType::PaymentLinkFailed, EventType::PaymentIntentExpired];
        let (alone, _) = events.split_at(1);
        next.with_events(self, if over { &events } else { alone }, now)
    }
}

#[cfg(test)]
mod tests;
