//! Submits of a card that took no money and left their link payable.

use super::{
    Attempt, CardSuccess, ChargeOutcome, ChargeRefusal, PayingCustomer, PaymentIntent, Status,
    Success, Terms,
};
use crate::model::{
    Amounts, Surface, Time,
    card::FailureReason,
    event::{EventDetail, EventType, History},
    id::{AttemptId, PaymentLinkId},
    tax::{AttemptTax, TaxRecord, place::Country},
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
    /// The e-mail address in lower case.
    pub email: String,
    /// Full name, where the page asked for it.
    pub name: Option<String>,
}

/// What a buyer typed about an invoice: believed for this payment only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Billing {
    /// The name of the company; `None` where none was typed.
    pub company: Option<String>,
    /// Street and number; `None` where none was typed.
    pub line1: Option<String>,
    /// The town; `None` where none was typed.
    pub city: Option<String>,
    /// As written on letters.
    pub postal_code: Option<String>,
    /// The part of ISO 3166-2 behind the hyphen.
    pub region: Option<String>,
    /// The country of the billing address.
    pub country: Option<Country>,
}

/// An attempt that took no money and left its link payable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclinedAttempt {
    /// The attempt, without the buyer and without the tax's record.
    pub attempt: Attempt,
    /// Why no money was taken.
    pub reason: FailureReason,
    /// When that was written down: the time of its event.
    pub at: Time,
}

impl PaymentIntent {
    /// Why the last attempt took no money, while another card may be tried.
    pub fn last_failure(&self) -> Option<&DeclinedAttempt> {
        self.declined_attempts().last().filter(|_| self.status == Status::Pending)
    }

    /// Attempts that took no money and were not the last, oldest first.
    pub fn declined_attempts(&self) -> &[DeclinedAttempt] {
        match &self.terms {
            Terms::Link(terms) => &terms.declined,
            Terms::Charge(terms) => &terms.declined,
            Terms::Wallet(_) => &[],
        }
    }

    /// The decline that an event of `at` reports.
    pub fn declined_at(&self, at: Time) -> Option<&DeclinedAttempt> {
        self.declined_attempts().iter().rev().find(|declined| declined.at == at)
    }

    /// The same without who paid, once that is decided; `None` where nobody is named. What a tax
    /// rests on stays: the law wants it.
    pub fn without_buyer(&self) -> Option<Self> {
        let attempt = self.status.attempt();
        let named = attempt.is_some_and(|one| one.buyer.is_some() || one.billing.is_some());
        let history = without_addresses(&self.history);
        if !named && history == self.history {
            return None;
        }
        let blank = |attempt: &Attempt| Attempt { buyer: None, billing: None, ..attempt.clone() };
        let status = match &self.status {
            Status::Succeeded(Success::Card(paid)) => {
                let attempt = blank(&paid.attempt);
                Status::Succeeded(Success::Card(CardSuccess { attempt, ..paid.clone() }))
            }
            Status::Failed { attempt: Some(attempt), reason } => {
                Status::Failed { attempt: Some(blank(attempt)), reason: *reason }
            }
            Status::Processing { .. } | Status::RequiresAction { .. } => return None,
            Status::Pending
            | Status::PendingReview
            | Status::Held
            | Status::Succeeded(Success::Moved { .. })
            | Status::Settled
            | Status::Failed { attempt: None, .. }
            | Status::Expired
            | Status::Canceled => self.status.clone(),
        };
        Some(Self { status, history, version: self.version + 1, ..self.clone() })
    }

    /// Whether a card was ever submitted.
    pub fn is_attempted(&self) -> bool {
        self.link_terms()
            .is_some_and(|terms| terms.link.attempts.made > 0 || !terms.declined.is_empty())
            || self.status.attempt().is_some()
    }

    /// Whether a submit has to say who pays.
    pub const fn needs_buyer(&self) -> bool {
        matches!(self.surface, Surface::Payments) && self.customer.is_none()
    }

    /// The shared link of which each charge takes a use.
    pub fn payment_link(&self) -> Option<PaymentLinkId> {
        self.link_terms()?.request.as_ref()?.payment_link
    }

    /// How the submit that is under way, or decided the outcome, is taxed.
    pub fn tax(&self) -> Option<&TaxRecord> {
        self.status.attempt()?.charged.as_ref()?.record.as_ref()
    }

    /// Until when no submit is taken, since too many were declined in a short time. Links of the
    /// platform surface have few attempts, and know no such time.
    pub fn slow_until(&self) -> Option<Time> {
        // Links that are paid many times look at the networks that cards are submitted from.
        let elsewhere = self.payment_link().is_some() || self.link_terms().is_none();
        if self.surface == Surface::Platform || elsewhere {
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
        payer: Option<PayingCustomer>,
        id: AttemptId,
        outcome: &ChargeOutcome,
        now: Time,
    ) -> Result<Self, ChargeRefusal> {
        let settled = self.settle(id, outcome, now)?;
        let (payer, customer_own_id) =
            payer.map_or((None, None), |payer| (Some(payer.id), payer.own_id));
        if settled.customer == payer {
            return Ok(settled);
        }
        // Events from before keep saying that nobody was known.
        let next = Self { customer: payer, customer_own_id, ..settled };
        Ok(next.with_events(self, &[EventType::PaymentIntentSucceeded], now))
    }

    /// What a tenant's own link would cost whom it was made for, by what was known then.
    pub fn estimate(&self) -> Option<&AttemptTax> {
        self.link_terms()?.request.as_ref()?.estimate.as_deref()
    }

    /// Its amounts while nobody tries to pay: without tax, unless that was known from the start.
    pub fn untried_amounts(&self) -> Amounts {
        let untaxed = || Amounts::untaxed(self.amounts.subtotal());
        self.estimate().map_or_else(untaxed, |estimate| estimate.amounts)
    }

    /// After a decline that is not final: payable with another card, or out of time. The platform
    /// surface tells of expiry by its sweep alone, one event a commit.
    pub(super) fn declined(&self, attempt: Attempt, reason: FailureReason, now: Time) -> Self {
        let over = self.surface != Surface::Platform && self.link_is_over(now);
        // A declined attempt freezes nothing: what tenants asked for on the payments surface is as it
        // was made, and a checkout's amounts are computed by each submit anew.
        let amounts = match self.surface {
            Surface::Payments => self.untried_amounts(),
            Surface::Platform | Surface::Links => self.amounts,
        };
        let mut next = Self {
            amounts,
            status: if over { Status::Expired } else { Status::Pending },
            updated_at: now,
            version: self.version.saturating_add(1),
            ..self.clone()
        };
        if let Some(terms) = next.link_terms_mut() {
            let amounts = |charged: Box<AttemptTax>| AttemptTax { record: None, ..*charged };
            let charged = attempt.charged.map(|charged| Box::new(amounts(charged)));
            let attempt = Attempt { buyer: None, billing: None, charged, ..attempt };
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

/// Events as they were told, without the address that receivers of a complete payment were told.
fn without_addresses(history: &History) -> History {
    let mut next = history.clone();
    for entry in &mut next.entries {
        if let Some(EventDetail::Payment(detail)) = entry.detail.as_deref_mut()
            && let Some(receipt) = detail.receipt.as_deref_mut()
        {
            receipt.email = None;
        }
    }
    next
}

#[cfg(test)]
mod tests;
