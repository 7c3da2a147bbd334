//! What a processor's news mean for a payment between wallets and the outside.

use super::{Leg, Payment, PaymentIntent, Status, Step, StepRefusal, Success, Work};
use crate::model::{
    Time,
    card::FailureReason,
    event::EventType,
    ledger::Movement,
    progress::{Progress, Receipt},
    route::IntentType,
};

impl Payment<'_> {
    /// News about an order whose outcome is open.
    ///
    /// # Errors
    /// [`StepRefusal::OutOfTurn`] for what says nothing about an order.
    pub(super) fn moved(&self, leg: Leg, news: &Progress, now: Time) -> Result<Step, StepRefusal> {
        let relay = self.terms.kind == IntentType::Relay;
        match (leg, news) {
            (_, Progress::Accepted { ask_at }) => Ok(self.wait(leg, *ask_at, now)),
            (Leg::Pull, Progress::Succeeded(Receipt { settles: Some(then), .. })) if relay => {
                Ok(self.wait(leg, *then, now))
            }
            (Leg::Pull, Progress::Succeeded(_) | Progress::Settled) if relay => {
                let intent = self.moving(Leg::Push, now);
                Ok(Step { intent, movement: Some(self.post_pull()) })
            }
            (Leg::Pull, Progress::Succeeded(receipt)) => {
                let early = self.terms.spends_early() || receipt.settles.is_none();
                Ok(self.succeed(receipt.settles, early.then(|| self.post_pull()), now))
            }
            (Leg::Push, Progress::Succeeded(receipt)) => {
                Ok(self.succeed(receipt.settles, Some(self.post_push()), now))
            }
            // Nobody heard of the success in between: it is written down first.
            (Leg::Pull, Progress::Settled) => {
                let early = self.terms.spends_early();
                Ok(self.succeed(Some(now), early.then(|| self.post_pull()), now))
            }
            (Leg::Push, Progress::Settled) => {
                Ok(self.succeed(Some(now), Some(self.post_push()), now))
            }
            (Leg::Pull, Progress::Declined(reason) | Progress::Returned(reason)) => {
                Ok(Step { intent: self.fail(*reason, now), movement: self.void_pull() })
            }
            (Leg::Push, Progress::Declined(reason) | Progress::Returned(reason)) => {
                let reason = if relay { FailureReason::PayoutLegFailed } else { *reason };
                Ok(Step { intent: self.fail(reason, now), movement: Some(self.void_push()) })
            }
            (_, Progress::ChallengeNeeded | Progress::Absent | Progress::Unknown) => {
                Err(StepRefusal::OutOfTurn)
            }
        }
    }

    /// News about an order that succeeded and may still come back.
    ///
    /// # Errors
    /// [`StepRefusal::OutOfTurn`] for what is known already, or says nothing about an order.
    pub(super) fn done(
        &self,
        news: &Progress,
        available: i64,
        now: Time,
    ) -> Result<Step, StepRefusal> {
        let funding = self.terms.kind == IntentType::Funding;
        match news {
            Progress::Settled => {
                let late = funding && !self.terms.spends_early();
                let intent = self.to(Status::Settled, &[EventType::PaymentIntentSettled], now);
                Ok(Step { intent, movement: late.then(|| self.post_pull()) })
            }
            Progress::Returned(reason) | Progress::Declined(reason) => {
                Ok(self.returned(*reason, available, now))
            }
            Progress::Accepted { ask_at }
            | Progress::Succeeded(Receipt { settles: Some(ask_at), .. }) => {
                let status = Status::Succeeded(Success::Moved { settles: Some(*ask_at) });
                let version = self.intent.version.saturating_add(1);
                Ok(Step {
                    intent: PaymentIntent { status, version, ..self.intent.clone() },
                    movement: None,
                })
            }
            Progress::Succeeded(Receipt { settles: None, .. })
            | Progress::ChallengeNeeded
            | Progress::Absent
            | Progress::Unknown => Err(StepRefusal::OutOfTurn),
        }
    }

    /// The bank has sent back what had succeeded.
    fn returned(&self, reason: FailureReason, available: i64, now: Time) -> Step {
        let early = self.terms.spends_early();
        let (reason, movement) = match (self.terms.kind, early) {
            (IntentType::Funding, true) => (reason, Some(self.return_pull(available))),
            (IntentType::Funding, false) => (reason, self.void_pull()),
            (IntentType::Relay, _) => (FailureReason::PayoutLegFailed, Some(self.return_push())),
            (IntentType::Payout | IntentType::Transfer, _) => (reason, Some(self.return_push())),
        };
        let events = [EventType::PaymentIntentReturned, EventType::PaymentIntentFailed];
        let status = Status::Failed { attempt: None, reason };
        Step { intent: self.to(status, &events, now), movement }
    }

    /// The provider is at work: no news for anybody, only a later time to ask.
    fn wait(&self, leg: Leg, until: Time, now: Time) -> Step {
        let status = Status::Processing { work: Work::Order { leg, accepted: true }, until };
        let version = self.intent.version.saturating_add(1);
        let updated_at = now;
        Step {
            intent: PaymentIntent { status, version, updated_at, ..self.intent.clone() },
            movement: None,
        }
    }

    fn succeed(&self, settles: Option<Time>, movement: Option<Movement>, now: Time) -> Step {
        let events = [EventType::PaymentIntentSucceeded];
        Step {
            intent: self.to(Status::Succeeded(Success::Moved { settles }), &events, now),
            movement,
        }
    }
}
