//! A charge of a saved card, with nobody there: from the request to its outcome, and tried again.
//!
//! | from \ action | retry      | settle ok | settle declined |
//! |---------------|------------|-----------|-----------------|
//! | processing    | -          | succeeded | failed          |
//! | failed        | processing | -         | -               |
//! | succeeded     | -          | -         | -               |
//!
//! A charge begins as processing: its record and its first attempt are one commit. There is no link
//! and no page, so nothing expires and no challenge waits for anybody.

use super::{
    Attempt, CardSuccess, ChargingAccount, DeclinedAttempt, Invoicing, MAX_DECLINED, PaymentIntent,
    RESERVATION_S, Status, Success, Terms, Work,
};
use crate::model::{
    Amounts, Time,
    card::FailureReason,
    event::EventType,
    id::{AttemptId, PaymentMethodId},
    refund::Refundable,
};

/// How often a charge that was declined may be tried again within [`RETRIES_WINDOW_DAYS`].
pub const MAX_RETRIES: usize = 4;

/// The window of [`MAX_RETRIES`], in days.
pub const RETRIES_WINDOW_DAYS: i64 = 30;

/// How long a request may be at work before the same one, sent again, is answered as it stands, in
/// seconds.
pub const LEASE_S: i64 = 60;

/// Terms of a charge of a saved card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeTerms {
    /// Who charges: frozen at creation.
    pub account: ChargingAccount,
    /// The tenant's display name.
    pub payee: String,
    /// The saved card of the last attempt.
    pub method: PaymentMethodId,
    /// What the request said, as far as the payment would not keep it otherwise.
    pub request: ChargeRequest,
    /// Attempts before the last one, oldest first: none of them took money.
    pub declined: Vec<DeclinedAttempt>,
    /// What the requests behind the attempts were answered first, oldest first.
    pub answers: Vec<ChargeAnswer>,
}

/// What the request for a charge said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeRequest {
    /// Its idempotency key, which receivers of events are told.
    pub idempotency_key: Option<String>,
    /// The saved card, where the request named one.
    pub method: Option<PaymentMethodId>,
    /// What is sold, for tax.
    pub tax_code: Option<String>,
}

/// What the request behind an attempt was answered: fixed once, for requests that come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChargeAnswer {
    /// The attempt that the request started.
    pub attempt: AttemptId,
    /// What was known of the attempt when the request was answered.
    pub said: ChargeStanding,
    /// When it was said.
    pub at: Time,
}

/// What is known of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChargeStanding {
    /// It is not known yet whether it took the money.
    Open,
    /// It took the money.
    Paid,
    /// It took no money.
    Declined(FailureReason),
}

/// Why a charge is not tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryRefusal {
    /// An attempt is under way.
    UnderWay,
    /// It is no charge, or not its last attempt, or that must not be made again, or was too often.
    Never,
}

impl ChargeTerms {
    /// Attempts so far, the last one included: at least 1.
    pub fn attempts(&self) -> u32 {
        u32::try_from(self.declined.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// What the request behind an attempt was answered, once it was.
    pub fn answer(&self, attempt: AttemptId) -> Option<&ChargeAnswer> {
        self.answers.iter().find(|answer| answer.attempt == attempt)
    }

    fn fix(&mut self, answer: ChargeAnswer) {
        if self.answer(answer.attempt).is_some() {
            return;
        }
        self.answers.push(answer);
        if self.answers.len() > MAX_DECLINED {
            self.answers.remove(0);
        }
    }
}

impl PaymentIntent {
    /// The charge's terms, for a charge of a saved card.
    pub const fn charge_terms(&self) -> Option<&ChargeTerms> {
        match &self.terms {
            Terms::Charge(terms) => Some(terms),
            Terms::Link(_) | Terms::Wallet(_) => None,
        }
    }

    /// Tries a charge again that was declined, with another amount of tax where that has changed.
    /// `named` is the attempt that the caller means.
    ///
    /// # Errors
    /// [`RetryRefusal::UnderWay`], then [`RetryRefusal::Never`].
    pub fn retry(
        &self,
        named: AttemptId,
        attempt: Attempt,
        method: PaymentMethodId,
        now: Time,
    ) -> Result<Self, RetryRefusal> {
        let last = self.may_retry(named, now)?.clone();
        let Some(reason) = self.status.failure() else { return Err(RetryRefusal::Never) };
        let amounts = attempt.charged.as_ref().map(|charged| charged.amounts);
        let amounts = amounts.unwrap_or_else(|| Amounts::untaxed(self.amounts.subtotal()));
        let until = now.plus_seconds(RESERVATION_S);
        let status = Status::Processing { work: Work::Card(attempt), until };
        let mut next = self.moved_to(status, EventType::PaymentIntentProcessing, now);
        next.amounts = amounts;
        if let Terms::Charge(terms) = &mut next.terms {
            terms.declined.push(DeclinedAttempt { attempt: last, reason, at: self.updated_at });
            if terms.declined.len() > MAX_DECLINED {
                terms.declined.remove(0);
            }
            terms.method = method;
        }
        Ok(next)
    }

    /// The last attempt, where it may be made again at `now`: few of them in a month, and only after
    /// declines that may pass.
    ///
    /// # Errors
    /// As [`Self::retry`].
    pub fn may_retry(&self, named: AttemptId, now: Time) -> Result<&Attempt, RetryRefusal> {
        let Some(terms) = self.charge_terms() else { return Err(RetryRefusal::Never) };
        if self.status.open().is_some() {
            return Err(RetryRefusal::UnderWay);
        }
        let Status::Failed { attempt: Some(last), reason } = &self.status else {
            return Err(RetryRefusal::Never);
        };
        let since = now.plus_days(-RETRIES_WINDOW_DAYS);
        let again = terms.declined.iter().skip(1).map(|declined| declined.at);
        let last_retry = Some(self.updated_at).filter(|_| !terms.declined.is_empty());
        let retries = again.chain(last_retry).filter(|at| *at > since).count();
        if last.id != named || !reason.may_be_tried_again() || retries >= MAX_RETRIES {
            return Err(RetryRefusal::Never);
        }
        Ok(last)
    }

    /// The charge once the request behind its attempt has been answered that nothing is known yet.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn answered_open(&self, attempt: AttemptId, now: Time) -> Self {
        let version = self.version.saturating_add(1);
        Self { version, ..self.clone() }.with_answer(attempt, ChargeStanding::Open, now)
    }

    /// The same with what the request behind an attempt is answered, where that is not fixed.
    pub(super) fn with_answer(
        mut self,
        attempt: AttemptId,
        said: ChargeStanding,
        at: Time,
    ) -> Self {
        if let Terms::Charge(terms) = &mut self.terms {
            terms.fix(ChargeAnswer { attempt, said, at });
        }
        self
    }

    /// The charge as the request behind an attempt was answered; `None` before it was.
    pub fn as_answered(&self, id: AttemptId) -> Option<Self> {
        let terms = self.charge_terms()?;
        let answer = *terms.answer(id)?;
        let before: Vec<DeclinedAttempt> =
            terms.declined.iter().take_while(|known| known.attempt.id != id).cloned().collect();
        let known = terms.declined.iter().find(|known| known.attempt.id == id);
        let attempt = known.map(|known| &known.attempt).or_else(|| self.status.attempt())?;
        let amounts = attempt.charged.as_ref().map(|charged| charged.amounts);
        let amounts = amounts.unwrap_or_else(|| Amounts::untaxed(self.amounts.subtotal()));
        let attempt = attempt.clone();
        let status = match answer.said {
            ChargeStanding::Open => {
                Status::Processing { work: Work::Card(attempt), until: answer.at }
            }
            ChargeStanding::Declined(reason) => Status::Failed { attempt: Some(attempt), reason },
            ChargeStanding::Paid => {
                let paid = self.charged()?;
                Status::Succeeded(Success::Card(CardSuccess {
                    attempt,
                    charge: paid.charge.clone(),
                    payment_method: paid.payment_method,
                    invoicing: Invoicing::default(),
                    refundable: Refundable::all_of(amounts),
                }))
            }
        };
        let updated_at = match answer.said {
            ChargeStanding::Open => self.last_submit_before(answer.at),
            ChargeStanding::Paid | ChargeStanding::Declined(_) => answer.at,
        };
        let terms = Terms::Charge(ChargeTerms { declined: before, ..terms.clone() });
        Some(Self { amounts, status, terms, updated_at, ..self.clone() })
    }

    fn last_submit_before(&self, end: Time) -> Time {
        let submits = self.history.entries.iter().rev();
        let mut submits = submits.filter(|entry| entry.kind == EventType::PaymentIntentProcessing);
        submits.find(|entry| entry.at <= end).map_or(self.created_at, |entry| entry.at)
    }
}

#[cfg(test)]
mod tests;
