//! One attempt to move money, from creation to a final state: through a link that a buyer pays by
//! card (here), or between wallets and the outside ([`wallet`]). One status, one history for both.
//!
//! | from \ action     | reserve    | ask challenge  | settle ok | settle declined | expire  | cancel   |
//! |-------------------|------------|----------------|-----------|-----------------|---------|----------|
//! | pending           | processing | -              | -         | -               | expired | canceled |
//! | processing        | -          | requires action| succeeded | failed, pending | -       | -        |
//! | requires action   | -          | -              | succeeded | failed, pending | -       | -        |
//! | all others        | -          | -              | -         | -               | -       | -        |
//!
//! A decline is final when no attempt is left; else the link is pending again, or expired where a
//! tenant's own link is past its time ([`attempts`]).
//!
//! Every change adds its event to the intent's history; there is no other way to change a status.

mod attempts;
pub mod status;
pub mod wallet;

pub use attempts::{Buyer, DECLINES, DECLINES_WINDOW_S, DeclinedAttempt, MAX_DECLINED};
pub use status::{Status, StatusName, Success, Work};
pub use wallet::WalletTerms;

use super::{
    Amounts, Money, Scope, Surface, Time,
    card::{CardSummary, FailureReason},
    event::{EventDetail, EventType, History, PaymentDetail},
    id::{
        AttemptId, CustomerId, MerchantAccountId, PaymentIntentId, PaymentLinkId, PaymentMethodId,
        TransactionId,
    },
    metadata::Metadata,
    origin::Origin,
};

/// How long a charge may take before the reconciler asks the processor what became of it.
pub const RESERVATION_S: i64 = 30;

/// How long a buyer has to pass a challenge.
pub const CHALLENGE_S: i64 = 15 * 60;

/// A payment intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentIntent {
    /// Its id.
    pub id: PaymentIntentId,
    /// Whose record.
    pub scope: Scope,
    /// Through which API it was made.
    pub surface: Surface,
    /// Who pays, or starts the payment; a link that asks for nobody has none until it is paid.
    pub customer: Option<CustomerId>,
    /// What moves, recorded here and never read from a browser. The subtotal is fixed at creation;
    /// the tax by the submit that succeeds.
    pub amounts: Amounts,
    /// What it is for, in words that the buyer sees; empty on the platform surface.
    pub description: String,
    /// From where to where, and on which conditions.
    pub terms: Terms,
    /// The caller's own data.
    pub metadata: Option<Metadata>,
    /// Where it stands. Ask [`PaymentIntent::status_at`] when the clock matters.
    pub status: Status,
    /// What happened so far.
    pub history: History,
    /// When it was created.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// Rises with every write.
    pub version: u64,
}

/// From where to where money moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Terms {
    /// A buyer pays through a link, by card.
    Link(LinkTerms),
    /// Between wallets and the outside.
    Wallet(WalletTerms),
}

/// Terms of a payment through a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTerms {
    /// Who charges: frozen at creation.
    pub account: ChargingAccount,
    /// What the page needs, frozen at creation.
    pub link: Link,
    /// Submits left before a decline is final.
    pub attempts_left: u32,
    /// Attempts that took no money and left the link payable, oldest first: the last
    /// [`MAX_DECLINED`] of them.
    pub declined: Vec<DeclinedAttempt>,
    /// What made a tenant's own link; none on the platform surface.
    pub request: Option<LinkRequest>,
}

/// What the request for a link said, as far as the payment would not keep it otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRequest {
    /// Its idempotency key, which receivers of events are told.
    pub idempotency_key: Option<String>,
    /// The customer it was made for; who pays one that was made for nobody stands in the payment.
    pub customer: Option<CustomerId>,
    /// What is sold, for tax.
    pub tax_code: Option<String>,
    /// The link of the links surface that a buyer opened.
    pub payment_link: Option<PaymentLinkId>,
}

/// Submits of a card that a tenant's own link takes: as many as it needs.
pub const UNLIMITED_ATTEMPTS: u32 = u32::MAX;

/// Stands for the payment's id in a return address.
pub const PAYMENT_ID_PLACEHOLDER: &str = "{PAYMENT_ID}";

impl LinkTerms {
    /// Submits so far.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        match &self.request {
            Some(_) => UNLIMITED_ATTEMPTS - self.attempts_left,
            None => 1_u32.saturating_sub(self.attempts_left),
        }
    }
}

impl Attempt {
    /// The transaction that callers see of it.
    #[must_use]
    pub const fn transaction(&self) -> TransactionId {
        TransactionId::from_uuid(*self.id.uuid())
    }
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
    /// No charge starts at or after this moment; [`Time::NEVER`] for a link without an end.
    pub expires_at: Time,
    /// Who may embed the page.
    pub allowed_origins: Vec<Origin>,
    /// Where the buyer may go afterwards.
    pub return_url: Option<String>,
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
    /// Who pays, as typed, where the link was made for nobody.
    pub buyer: Option<Buyer>,
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
    /// The link was made for nobody, and the submit does not say who pays.
    NoBuyer,
    /// Too many declines in a short time.
    Slow {
        /// From when the next submit is taken.
        until: Time,
    },
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
        match self.over_since(now) {
            Some(_) => StatusName::Expired,
            None => self.status.name(),
        }
    }

    /// When it last changed, expiry by the clock included.
    #[must_use]
    pub fn updated_at(&self, now: Time) -> Time {
        self.over_since(now).unwrap_or(self.updated_at)
    }

    /// What moves in all, tax included.
    #[must_use]
    pub const fn amount(&self) -> Money {
        self.amounts.total()
    }

    /// Where the buyer may go after paying, with the payment's id where a tenant's own link asks
    /// for it.
    #[must_use]
    pub fn return_url(&self) -> Option<String> {
        let url = self.link_terms()?.link.return_url.as_ref()?;
        Some(match self.surface {
            Surface::Payments => url.replace(PAYMENT_ID_PLACEHOLDER, &self.id.payments_form()),
            Surface::Platform | Surface::Links => url.clone(),
        })
    }

    /// The link's terms, for a payment through a link.
    #[must_use]
    pub const fn link_terms(&self) -> Option<&LinkTerms> {
        match &self.terms {
            Terms::Link(terms) => Some(terms),
            Terms::Wallet(_) => None,
        }
    }

    /// The link's terms, to change them.
    #[must_use]
    pub const fn link_terms_mut(&mut self) -> Option<&mut LinkTerms> {
        match &mut self.terms {
            Terms::Link(terms) => Some(terms),
            Terms::Wallet(_) => None,
        }
    }

    /// The wallets' terms, for a payment between wallets and the outside.
    #[must_use]
    pub const fn wallet_terms(&self) -> Option<&WalletTerms> {
        match &self.terms {
            Terms::Wallet(terms) => Some(terms),
            Terms::Link(_) => None,
        }
    }

    /// When what waits here ends by the clock: a link nobody has paid, a hold nobody has released.
    #[must_use]
    pub fn expires_at(&self) -> Option<Time> {
        match (&self.terms, &self.status) {
            (Terms::Link(terms), Status::Pending) => {
                Some(terms.link.expires_at).filter(|end| *end < Time::NEVER)
            }
            (Terms::Wallet(terms), Status::Held) => terms.hold.as_ref().map(|hold| hold.expires_at),
            (Terms::Link(_) | Terms::Wallet(_), _) => None,
        }
    }

    fn over_since(&self, now: Time) -> Option<Time> {
        self.expires_at().filter(|end| *end <= now)
    }

    fn link_is_over(&self, now: Time) -> bool {
        self.link_terms().is_none_or(|terms| now >= terms.link.expires_at)
    }

    /// Submits left before a decline is final; none where there is no link.
    #[must_use]
    pub fn attempts_left(&self) -> u32 {
        self.link_terms().map_or(0, |terms| terms.attempts_left)
    }

    /// Takes the link for one submit.
    ///
    /// # Errors
    /// In this order: [`Refusal::Canceled`], [`Refusal::Used`], [`Refusal::Expired`],
    /// [`Refusal::NoBuyer`], [`Refusal::Slow`].
    pub fn reserve(&self, attempt: Attempt, now: Time) -> Result<Self, Refusal> {
        if self.status != Status::Pending {
            return Err(self.no_longer_pending());
        }
        if self.link_is_over(now) {
            return Err(Refusal::Expired);
        }
        if self.attempts_left() == 0 || self.was_declined_with(attempt.id) {
            return Err(Refusal::Used);
        }
        if self.needs_buyer() && attempt.buyer.is_none() {
            return Err(Refusal::NoBuyer);
        }
        if let Some(until) = self.slow_until().filter(|until| now < *until) {
            return Err(Refusal::Slow { until });
        }
        let until = now.plus_seconds(RESERVATION_S);
        let status = Status::Processing { work: Work::Card(attempt), until };
        let mut next = self.moved_to(status, EventType::PaymentIntentProcessing, now);
        if let Some(terms) = next.link_terms_mut() {
            terms.attempts_left -= 1;
        }
        Ok(next)
    }

    /// Why somebody who came too late cannot pay, or call it off.
    fn no_longer_pending(&self) -> Refusal {
        if self.status == Status::Canceled {
            Refusal::Canceled
        } else if self.status == Status::Expired {
            Refusal::Expired
        } else {
            Refusal::Used
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
                let status = Status::Succeeded(Success::Card { attempt, charge, payment_method });
                self.moved_to(status, EventType::PaymentIntentSucceeded, now)
            }
            Outcome::Declined(reason) if self.attempts_left() == 0 => {
                let status = Status::Failed { attempt: Some(attempt), reason: *reason };
                self.moved_to(status, EventType::PaymentIntentFailed, now)
            }
            Outcome::Declined(reason) => self.declined(attempt, *reason, now),
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
        let status = Status::Processing { work: Work::Card(attempt), until };
        Ok(Self { status, version, ..self.clone() })
    }

    /// Writes down that nobody paid in time.
    ///
    /// # Errors
    /// [`Refusal::NotDue`] before the time, or when it is not pending.
    pub fn expire(&self, now: Time) -> Result<Self, Refusal> {
        if self.status == Status::Pending && self.link_is_over(now) {
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
        if self.status != Status::Pending {
            return Err(self.no_longer_pending());
        }
        if self.link_is_over(now) {
            return Err(Refusal::Expired);
        }
        Ok(self.moved_to(Status::Canceled, EventType::PaymentIntentCanceled, now))
    }

    /// The attempt whose outcome is still open, if it is this one.
    #[must_use]
    pub fn open_attempt(&self, id: AttemptId) -> Option<&Attempt> {
        self.status.open().filter(|attempt| attempt.id == id)
    }

    /// Whether the buyer can still pass a challenge.
    #[must_use]
    pub fn awaits_challenge(&self, now: Time) -> bool {
        matches!(&self.status, Status::RequiresAction { until, .. } if now < *until)
    }

    /// Whether this attempt is under way, decided the outcome, or was declined.
    #[must_use]
    pub fn was_attempted_with(&self, id: AttemptId) -> bool {
        let last = self.status.attempt().is_some_and(|attempt| attempt.id == id);
        last || self.was_declined_with(id)
    }

    /// Who has to look at it when nothing else happens. Final states need nobody.
    #[must_use]
    pub fn due(&self) -> Option<Due> {
        match &self.status {
            Status::Pending | Status::Held => self.expires_at().map(Due::Expire),
            Status::Processing { until, .. } | Status::RequiresAction { until, .. } => {
                Some(Due::Reconcile(*until))
            }
            Status::Succeeded(Success::Moved { settles }) => settles.map(Due::Reconcile),
            Status::Succeeded(Success::Card { .. })
            | Status::PendingReview
            | Status::Settled
            | Status::Failed { .. }
            | Status::Expired
            | Status::Canceled => None,
        }
    }

    fn being_charged(&self, id: AttemptId) -> Result<&Attempt, Refusal> {
        let Status::Processing { work: Work::Card(attempt), .. } = &self.status else {
            return Err(Refusal::NotUnderWay);
        };
        Some(attempt).filter(|attempt| attempt.id == id).ok_or(Refusal::NotUnderWay)
    }

    fn moved_to(&self, status: Status, event: EventType, now: Time) -> Self {
        let next = Self {
            status,
            updated_at: now,
            version: self.version.saturating_add(1),
            ..self.clone()
        };
        next.with_events(self, &[event], now)
    }

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
    #[must_use]
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
            .map(|attempt| CardSummary { fingerprint: String::new(), ..attempt.card.clone() });
        let hold = self.wallet_terms().and_then(|terms| terms.hold);
        EventDetail::Payment(PaymentDetail {
            // A release may be followed by the next one, or be the last.
            status: status::after(kind).unwrap_or(self.status.name()),
            customer: self.customer,
            total: self.amount().minor(),
            failure: declined
                .map(|declined| declined.reason)
                .or_else(|| self.status.failure().filter(|_| failed)),
            card,
            payment_method: self.status.saved_method().filter(|_| succeeded),
            hold: hold.map(|hold| (hold.released, hold.given_back, hold.expires_at)),
        })
    }
}

#[cfg(test)]
mod tests;
