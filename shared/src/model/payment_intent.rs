//! One attempt to move money, from creation to a final state: through a link that a buyer pays by
//! card ([`card`]), from a saved card with nobody there ([`charge`]), or between wallets and the
//! outside ([`wallet`]). One status, one history for all.
//!
//! Every change adds its event to the intent's history; there is no other way to change a status.

mod attempts;
pub mod card;
pub mod charge;
mod events;
mod invoicing;
pub mod status;
pub mod terms;
pub mod wallet;

pub use attempts::{Billing, Buyer, DECLINES, DECLINES_WINDOW_S, DeclinedAttempt, MAX_DECLINED};
pub use card::{Attempt, CHALLENGE_S, ChargeOutcome, ChargeRefusal, RESERVATION_S};
pub use charge::{
    ChargeAnswer, ChargeRequest, ChargeStanding, ChargeTerms, LEASE_S, MAX_RETRIES,
    RETRIES_WINDOW_DAYS, RetryRefusal,
};
pub use invoicing::INVOICE_LATE_S;
pub use status::{CardSuccess, Invoicing, Status, StatusName, Success, Work};
pub use terms::{
    ChargingAccount, LinkRequest, LinkTerms, PAYMENT_ID_PLACEHOLDER, Terms, TokenHome,
};
pub use wallet::WalletTerms;

use super::{
    Amounts, Money, Scope, Surface, Time,
    checkout_session::with_outcome,
    event::{EventType, History},
    id::{CheckoutSessionId, CustomerId, PaymentIntentId},
    metadata::Metadata,
    refund::Refundable,
};

/// Which payment, and whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentRef {
    /// The tenant and its mode.
    pub scope: Scope,
    /// The payment within that scope.
    pub id: PaymentIntentId,
}

/// The customer who pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayingCustomer {
    /// Our own id of the customer.
    pub id: CustomerId,
    /// The tenant's own id of the customer, where it gave one.
    pub own_id: Option<String>,
}

/// One attempt to move money: its status, its terms, and the history of its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentIntent {
    /// Its id; where a checkout made it, the checkout's session has the same UUID.
    pub id: PaymentIntentId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Through which API it was made.
    pub surface: Surface,
    /// Who pays, or starts the payment; a link that asks for nobody has none until it is paid.
    pub customer: Option<CustomerId>,
    /// The caller's own id of that customer, as it was when the payment learned who pays: what
    /// receivers of events are told instead of ours.
    pub customer_own_id: Option<String>,
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
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// Who has to look at an intent when nothing else happens, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// The sweep, which lets it expire.
    Expire(Time),
    /// The reconciler, which asks the processor.
    Reconcile(Time),
    /// Whoever tells of a payment whose invoice is late.
    TellWithoutInvoice(Time),
}

impl PaymentIntent {
    /// The status by the clock: a pending intent past its time is expired from that very moment,
    /// whether or not the sweep has been there.
    pub fn status_at(&self, now: Time) -> StatusName {
        match self.over_since(now) {
            Some(_) => StatusName::Expired,
            None => self.status.name(),
        }
    }

    /// When it last changed, expiry by the clock included.
    pub fn updated_at(&self, now: Time) -> Time {
        self.over_since(now).unwrap_or(self.updated_at)
    }

    /// What moves in all, tax included.
    pub const fn amount(&self) -> Money {
        self.amounts.total()
    }

    /// Where the buyer may go after paying, with the payment's id where a tenant's own link asks
    /// for it, and with the order and its status where the links surface sold.
    pub fn return_url(&self) -> Option<String> {
        let url = self.link_terms()?.link.return_url.as_ref()?;
        Some(match self.surface {
            Surface::Payments => url.replace(PAYMENT_ID_PLACEHOLDER, &self.id.payments_form()),
            Surface::Platform => url.clone(),
            Surface::Links => {
                with_outcome(url, CheckoutSessionId::from_uuid(*self.id.uuid()), "paid")
            }
        })
    }

    /// The link's terms, for a payment through a link.
    pub const fn link_terms(&self) -> Option<&LinkTerms> {
        match &self.terms {
            Terms::Link(terms) => Some(terms),
            Terms::Charge(_) | Terms::Wallet(_) => None,
        }
    }

    /// The link's terms, to change them.
    pub const fn link_terms_mut(&mut self) -> Option<&mut LinkTerms> {
        match &mut self.terms {
            Terms::Link(terms) => Some(terms),
            Terms::Charge(_) | Terms::Wallet(_) => None,
        }
    }

    /// Whether a card pays: through a link, or a saved one.
    pub const fn is_by_card(&self) -> bool {
        self.charging_account().is_some()
    }

    /// Who is paid, in the words that a buyer sees; `None` for payments between wallets.
    pub fn payee(&self) -> Option<&str> {
        match &self.terms {
            Terms::Link(terms) => Some(&terms.link.payee),
            Terms::Charge(terms) => Some(&terms.payee),
            Terms::Wallet(_) => None,
        }
    }

    /// The idempotency key of the request that made it, where receivers of events are told.
    pub fn idempotency_key(&self) -> Option<&str> {
        match &self.terms {
            Terms::Link(terms) => terms.request.as_ref()?.idempotency_key.as_deref(),
            Terms::Charge(terms) => terms.request.idempotency_key.as_deref(),
            Terms::Wallet(_) => None,
        }
    }

    /// The merchant account that charges the card, for a payment by card.
    pub const fn charging_account(&self) -> Option<&ChargingAccount> {
        match &self.terms {
            Terms::Link(terms) => Some(&terms.link.account),
            Terms::Charge(terms) => Some(&terms.account),
            Terms::Wallet(_) => None,
        }
    }

    /// The charge of a card that paid it; `None` while none has, and for payments between wallets.
    pub const fn charged(&self) -> Option<&CardSuccess> {
        self.status.charged()
    }

    /// What of it went back to the buyer and may still go back; none unless a card was charged.
    pub fn refundable(&self) -> Option<&Refundable> {
        self.charged().map(|paid| &paid.refundable)
    }

    /// The wallets' terms, for a payment between wallets and the outside.
    pub const fn wallet_terms(&self) -> Option<&WalletTerms> {
        match &self.terms {
            Terms::Wallet(terms) => Some(terms),
            Terms::Link(_) | Terms::Charge(_) => None,
        }
    }

    /// When what waits here ends by the clock: a link nobody has paid, a hold nobody has released.
    pub fn expires_at(&self) -> Option<Time> {
        match (&self.terms, &self.status) {
            (Terms::Link(terms), Status::Pending) => terms.link.expires_at,
            (Terms::Wallet(terms), Status::Held) => terms.hold.as_ref().map(|hold| hold.expires_at),
            (Terms::Link(_) | Terms::Charge(_) | Terms::Wallet(_), _) => None,
        }
    }

    fn over_since(&self, now: Time) -> Option<Time> {
        self.expires_at().filter(|end| *end <= now)
    }

    fn link_is_over(&self, now: Time) -> bool {
        self.link_terms().is_none_or(|terms| terms.link.is_over(now))
    }

    /// Submits left before a decline is final; none where there is no link.
    pub fn attempts_left(&self) -> u32 {
        self.link_terms().map_or(0, |terms| terms.link.attempts.left())
    }

    /// Who has to look at it when nothing else happens. Final states need nobody.
    pub fn due(&self) -> Option<Due> {
        match &self.status {
            Status::Pending | Status::Held => self.expires_at().map(Due::Expire),
            Status::Processing { until, .. } | Status::RequiresAction { until, .. } => {
                Some(Due::Reconcile(*until))
            }
            Status::Succeeded(Success::Moved { settles }) => settles.map(Due::Reconcile),
            Status::Succeeded(Success::Card(_)) => self.told_without_invoice_at(),
            Status::PendingReview
            | Status::Settled
            | Status::Failed { .. }
            | Status::Expired
            | Status::Canceled => None,
        }
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
}

#[cfg(test)]
mod tests;
