//! One attempt to move money, from creation to a final state.
//!
//! | from \ action     | reserve    | ask challenge  | settle ok | settle declined | expire  | cancel   |
//! |-------------------|------------|----------------|-----------|-----------------|---------|----------|
//! | pending           | processing | -              | -         | -               | expired | canceled |
//! | processing        | -          | requires action| succeeded | failed, pending | -       | -        |
//! | requires action   | -          | -              | succeeded | failed, pending | -       | -        |
//! | succeeded, failed | -          | -              | -         | -               | -       | -        |
//! | expired, canceled | -          | -              | -         | -               | -       | -        |
//!
//! Every change adds its event to the intent's history; there is no other way to change a status.

use super::{
    Money, Scope, Time,
    card::{CardSummary, FailureReason},
    event::{EventType, History},
    id::{AttemptId, CustomerId, MerchantAccountId, PaymentIntentId, PaymentMethodId},
    metadata::Metadata,
    origin::Origin,
};

/// How long a charge may take before the reconciler asks the processor what became of it.
pub const RESERVATION_S: i64 = 30;

/// How long a buyer has to pass a challenge.
pub const CHALLENGE_S: i64 = 15 * 60;

/// A payment intent and the link that a buyer pays it through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentIntent {
    /// Its id.
    pub id: PaymentIntentId,
    /// Whose record.
    pub scope: Scope,
    /// Who pays.
    pub customer: CustomerId,
    /// What is charged; recorded here once and never read from a browser.
    pub amount: Money,
    /// Who charges: frozen at creation.
    pub account: ChargingAccount,
    /// What the page needs, frozen at creation.
    pub link: Link,
    /// The caller's own data.
    pub metadata: Option<Metadata>,
    /// Where it stands. Ask [`PaymentIntent::status_at`] when the clock matters.
    pub status: Status,
    /// Submits left before a decline is final.
    pub attempts_left: u32,
    /// What happened so far.
    pub history: History,
    /// When it was created.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// Rises with every write.
    pub version: u64,
}

/// The merchant account a link was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargingAccount {
    /// Its id.
    pub id: MerchantAccountId,
    /// Its adapter.
    pub processor: String,
}

/// What the buyer's page needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The tenant's display name.
    pub payee: String,
    /// No charge starts at or after this moment.
    pub expires_at: Time,
    /// Who may embed the page.
    pub allowed_origins: Vec<Origin>,
    /// Where the buyer may go afterwards.
    pub return_url: Option<String>,
}

/// Where an intent stands, with what belongs to that state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Nobody has paid yet.
    Pending,
    /// A charge is under way, or its outcome is not known yet.
    Processing {
        /// The submit.
        attempt: Attempt,
        /// From then on the reconciler looks after it.
        until: Time,
    },
    /// The buyer has to pass a challenge.
    RequiresAction {
        /// The submit.
        attempt: Attempt,
        /// Not passed by then: failed.
        until: Time,
    },
    /// Money was taken.
    Succeeded {
        /// The submit.
        attempt: Attempt,
        /// The processor's reference.
        charge: String,
        /// The card that was saved, where the buyer asked for it.
        payment_method: Option<PaymentMethodId>,
    },
    /// No money was taken and none will be.
    Failed {
        /// The submit.
        attempt: Attempt,
        /// Why.
        reason: FailureReason,
    },
    /// Nobody paid in time.
    Expired,
    /// Called off before anybody paid.
    Canceled,
}

/// The name of a status, without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusName {
    /// See [`Status::Pending`].
    Pending,
    /// See [`Status::Processing`].
    Processing,
    /// See [`Status::RequiresAction`].
    RequiresAction,
    /// See [`Status::Succeeded`].
    Succeeded,
    /// See [`Status::Failed`].
    Failed,
    /// See [`Status::Expired`].
    Expired,
    /// See [`Status::Canceled`].
    Canceled,
}

/// One submit of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The idempotency key the processor sees.
    pub id: AttemptId,
    /// The card, as people recognise it.
    pub card: CardSummary,
    /// Whether the buyer ticked "save card".
    pub save_card: bool,
}

/// What a processor made of a charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Money was taken.
    Approved {
        /// The processor's reference.
        charge: String,
        /// The card, where it is saved in the same commit.
        payment_method: Option<PaymentMethodId>,
    },
    /// No money was taken.
    Declined(FailureReason),
}

/// Why an intent cannot do what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The link's time is over.
    Expired,
    /// The link was called off.
    Canceled,
    /// The link was used: its one attempt is under way or over.
    Used,
    /// The attempt is not the one under way.
    NotUnderWay,
    /// It is not due yet.
    NotDue,
}

/// Who has to look at an intent when nothing else happens, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// The sweep, which lets it expire.
    Expire(Time),
    /// The reconciler, which asks the processor.
    Reconcile(Time),
}

impl PaymentIntent {
    /// The status by the clock: a pending intent past its time is expired from that very moment,
    /// whether or not the sweep has been there.
    #[must_use]
    pub fn status_at(&self, now: Time) -> StatusName {
        let out_of_time = self.status == Status::Pending && now >= self.link.expires_at;
        if out_of_time { StatusName::Expired } else { self.status.name() }
    }

    /// When it last changed, expiry by the clock included.
    #[must_use]
    pub fn updated_at(&self, now: Time) -> Time {
        let out_of_time = self.status == Status::Pending && now >= self.link.expires_at;
        if out_of_time { self.link.expires_at } else { self.updated_at }
    }

    /// Takes the link for one submit.
    ///
    /// # Errors
    /// In this order: [`Refusal::Canceled`], [`Refusal::Used`], [`Refusal::Expired`].
    pub fn reserve(&self, attempt: Attempt, now: Time) -> Result<Self, Refusal> {
        match &self.status {
            Status::Canceled => Err(Refusal::Canceled),
            Status::Processing { .. }
            | Status::RequiresAction { .. }
            | Status::Succeeded { .. }
            | Status::Failed { .. } => Err(Refusal::Used),
            Status::Expired => Err(Refusal::Expired),
            Status::Pending if now >= self.link.expires_at => Err(Refusal::Expired),
            Status::Pending if self.attempts_left == 0 => Err(Refusal::Used),
            Status::Pending => {
                let until = now.plus_seconds(RESERVATION_S);
                let status = Status::Processing { attempt, until };
                let next = self.moved_to(status, EventType::PaymentIntentProcessing, now);
                Ok(Self { attempts_left: self.attempts_left.saturating_sub(1), ..next })
            }
        }
    }

    /// The processor wants a challenge for the charge under way.
    ///
    /// # Errors
    /// [`Refusal::NotUnderWay`] unless this very attempt is being charged.
    pub fn ask_challenge(&self, id: AttemptId, now: Time) -> Result<Self, Refusal> {
        let attempt = self.being_charged(id)?.clone();
        let status = Status::RequiresAction { attempt, until: now.plus_seconds(CHALLENGE_S) };
        Ok(self.moved_to(status, EventType::PaymentIntentRequiresAction, now))
    }

    /// Records what became of the charge under way. A decline is final when no attempt is left.
    ///
    /// # Errors
    /// [`Refusal::NotUnderWay`] unless this very attempt is open.
    pub fn settle(&self, id: AttemptId, outcome: &Outcome, now: Time) -> Result<Self, Refusal> {
        let attempt = self.open_attempt(id).ok_or(Refusal::NotUnderWay)?.clone();
        Ok(match outcome {
            Outcome::Approved { charge, payment_method } => {
                let (charge, payment_method) = (charge.clone(), *payment_method);
                let status = Status::Succeeded { attempt, charge, payment_method };
                self.moved_to(status, EventType::PaymentIntentSucceeded, now)
            }
            Outcome::Declined(reason) if self.attempts_left == 0 => {
                let status = Status::Failed { attempt, reason: *reason };
                self.moved_to(status, EventType::PaymentIntentFailed, now)
            }
            Outcome::Declined(_) => {
                self.moved_to(Status::Pending, EventType::PaymentLinkFailed, now)
            }
        })
    }

    /// Nothing is known yet: the reconciler asks again after `wait_s` seconds.
    ///
    /// # Errors
    /// [`Refusal::NotUnderWay`] unless this very attempt is being charged.
    pub fn ask_again_in(&self, id: AttemptId, wait_s: i64, now: Time) -> Result<Self, Refusal> {
        let attempt = self.being_charged(id)?.clone();
        let until = now.plus_seconds(wait_s);
        let version = self.version.saturating_add(1);
        let status = Status::Processing { attempt, until };
        Ok(Self { status, version, ..self.clone() })
    }

    /// Writes down that nobody paid in time.
    ///
    /// # Errors
    /// [`Refusal::NotDue`] before the time, or when it is not pending.
    pub fn expire(&self, now: Time) -> Result<Self, Refusal> {
        if self.status == Status::Pending && now >= self.link.expires_at {
            Ok(self.moved_to(Status::Expired, EventType::PaymentIntentExpired, now))
        } else {
            Err(Refusal::NotDue)
        }
    }

    /// Calls a payment off that nobody has started.
    ///
    /// # Errors
    /// The refusal a buyer would get now.
    pub fn cancel(&self, now: Time) -> Result<Self, Refusal> {
        match &self.status {
            Status::Pending if now < self.link.expires_at => {
                Ok(self.moved_to(Status::Canceled, EventType::PaymentIntentCanceled, now))
            }
            Status::Pending | Status::Expired => Err(Refusal::Expired),
            Status::Canceled => Err(Refusal::Canceled),
            Status::Processing { .. }
            | Status::RequiresAction { .. }
            | Status::Succeeded { .. }
            | Status::Failed { .. } => Err(Refusal::Used),
        }
    }

    /// The attempt whose outcome is still open, if it is this one.
    #[must_use]
    pub fn open_attempt(&self, id: AttemptId) -> Option<&Attempt> {
        self.status.open().filter(|attempt| attempt.id == id)
    }

    /// Whether the buyer can still pass a challenge.
    #[must_use]
    pub fn awaits_challenge(&self, now: Time) -> bool {
        match &self.status {
            Status::RequiresAction { until, .. } => now < *until,
            Status::Pending
            | Status::Processing { .. }
            | Status::Succeeded { .. }
            | Status::Failed { .. }
            | Status::Expired
            | Status::Canceled => false,
        }
    }

    /// Whether this attempt is under way, or decided the outcome.
    #[must_use]
    pub fn was_attempted_with(&self, id: AttemptId) -> bool {
        self.status.attempt().is_some_and(|attempt| attempt.id == id)
    }

    /// Who has to look at it when nothing else happens. Final states need nobody.
    #[must_use]
    pub fn due(&self) -> Option<Due> {
        match &self.status {
            Status::Pending => Some(Due::Expire(self.link.expires_at)),
            Status::Processing { until, .. } | Status::RequiresAction { until, .. } => {
                Some(Due::Reconcile(*until))
            }
            Status::Succeeded { .. }
            | Status::Failed { .. }
            | Status::Expired
            | Status::Canceled => None,
        }
    }

    fn being_charged(&self, id: AttemptId) -> Result<&Attempt, Refusal> {
        let Status::Processing { attempt, .. } = &self.status else {
            return Err(Refusal::NotUnderWay);
        };
        Some(attempt).filter(|attempt| attempt.id == id).ok_or(Refusal::NotUnderWay)
    }

    fn moved_to(&self, status: Status, event: EventType, now: Time) -> Self {
        Self {
            status,
            history: self.history.and(event, now),
            updated_at: now,
            version: self.version.saturating_add(1),
            ..self.clone()
        }
    }
}

impl Status {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> StatusName {
        match self {
            Self::Pending => StatusName::Pending,
            Self::Processing { .. } => StatusName::Processing,
            Self::RequiresAction { .. } => StatusName::RequiresAction,
            Self::Succeeded { .. } => StatusName::Succeeded,
            Self::Failed { .. } => StatusName::Failed,
            Self::Expired => StatusName::Expired,
            Self::Canceled => StatusName::Canceled,
        }
    }

    /// The attempt whose outcome is still open.
    #[must_use]
    pub const fn open(&self) -> Option<&Attempt> {
        match self {
            Self::Processing { attempt, .. } | Self::RequiresAction { attempt, .. } => {
                Some(attempt)
            }
            Self::Pending
            | Self::Succeeded { .. }
            | Self::Failed { .. }
            | Self::Expired
            | Self::Canceled => None,
        }
    }

    /// The attempt that is under way or decided the outcome.
    #[must_use]
    pub const fn attempt(&self) -> Option<&Attempt> {
        match self {
            Self::Processing { attempt, .. }
            | Self::RequiresAction { attempt, .. }
            | Self::Succeeded { attempt, .. }
            | Self::Failed { attempt, .. } => Some(attempt),
            Self::Pending | Self::Expired | Self::Canceled => None,
        }
    }
}

impl StatusName {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Processing,
        Self::RequiresAction,
        Self::Succeeded,
        Self::Failed,
        Self::Expired,
        Self::Canceled,
    ];

    /// The name in the table and in events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::RequiresAction => "requires_action",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Canceled => "canceled",
        }
    }
}

#[cfg(test)]
mod tests;
