//! A card payment of any surface as the links surface tells of it: a *transaction*.

use super::{
    Money, Surface, Time,
    card::{CardSummary, FailureReason},
    checkout_session::CheckoutSession,
    event::EventType,
    id::{PaymentLinkId, TransactionId},
    payment_intent::{PaymentIntent, StatusName},
    refund::{Refund, Refundable, Standing},
    tax::{TaxRecord, Treatment},
};
use rust_decimal::Decimal;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// A payment with what its buyer typed and bought, where that is kept.
#[derive(Debug)]
pub struct Transaction {
    /// The payment itself, whichever surface made it.
    pub intent: PaymentIntent,
    /// The checkout; none for payments of other surfaces.
    pub session: Option<CheckoutSession>,
    /// What was given back, newest first, where it was looked for.
    pub refunds: Vec<Refund>,
}

/// Where a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum TransactionStatus {
    /// Nobody has paid yet, or an answer is awaited.
    Processing,
    /// Money was taken; a part of it may have gone back.
    Paid,
    /// Money was taken, and some of it is on its way back.
    RefundPending,
    /// Money was taken, and all of it went back.
    Refunded,
    /// Money was taken, and the buyer's bank takes it back until that is decided.
    Disputed,
    /// No money was taken, and none will be; or it was sent back.
    Failed,
    /// Its time is over, or it was called off.
    Canceled,
}

/// Through what a transaction was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum TransactionOrigin {
    /// A link of the links surface.
    Links,
    /// An API key of the links surface.
    Api,
    /// A request to the payments surface.
    Payments,
    /// A request to the platform surface.
    Platform,
}

/// One submit of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepositAttempt<'a> {
    /// The same UUID as that of the submit, which is the key that the processor sees.
    pub id: TransactionId,
    /// What became of it.
    pub status: AttemptStatus,
    /// When that was known.
    pub at: Time,
    /// Why no money was taken.
    pub failure: Option<FailureReason>,
    /// The card that was submitted, as people recognise it.
    pub card: &'a CardSummary,
}

/// What became of a submit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum AttemptStatus {
    /// The processor's answer is not known yet.
    Processing,
    /// The buyer's bank asks the buyer to confirm the payment.
    RequiresAction,
    /// Declined; another card may be tried.
    RequiresPaymentMethod,
    /// This submit took the money, whatever was refunded later.
    Succeeded,
    /// It took no money, and the payment has failed for good.
    Failed,
}

/// What a list of transactions is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct TransactionFilter {
    /// By status at the time of listing.
    pub status: Option<TransactionStatus>,
    /// Only what was started from this link; `None` takes every link.
    pub link: Option<PaymentLinkId>,
    /// Through what it was started.
    pub origin: Option<TransactionOrigin>,
    /// In one currency, by its ISO code.
    pub currency: Option<super::Currency>,
    /// At least this much, in major units of the transaction's own currency.
    pub least: Option<Decimal>,
    /// At most this much, in major units of the transaction's own currency.
    pub most: Option<Decimal>,
    /// E-mail, order, reference, or last four digits, exactly.
    pub search: Option<String>,
}

impl TransactionStatus {
    /// The status of a transaction that took money, by what of it went back.
    pub const fn of_paid(standing: &Standing) -> Self {
        if standing.disputed.open > 0 {
            Self::Disputed
        } else if standing.pending > 0 {
            Self::RefundPending
        } else if standing.left == 0 && standing.refunded > 0 {
            Self::Refunded
        } else {
            Self::Paid
        }
    }
}

impl Transaction {
    /// Where it stands at `now`.
    pub fn status_at(&self, now: Time) -> TransactionStatus {
        match self.intent.status_at(now) {
            StatusName::Pending
            | StatusName::PendingReview
            | StatusName::Processing
            | StatusName::RequiresAction
            | StatusName::Held => TransactionStatus::Processing,
            StatusName::Succeeded | StatusName::Settled => {
                let standing = self.intent.refundable().map(Refundable::standing);
                standing.map_or(TransactionStatus::Paid, |all| TransactionStatus::of_paid(&all))
            }
            StatusName::Failed => TransactionStatus::Failed,
            StatusName::Expired | StatusName::Canceled => TransactionStatus::Canceled,
        }
    }

    /// Why it was not paid: `expired`, `canceled`, or the processor's reason once that is final.
    pub fn failure_code(&self, now: Time) -> Option<&'static str> {
        match self.intent.status_at(now) {
            StatusName::Expired => Some("expired"),
            StatusName::Canceled => Some("canceled"),
            StatusName::Failed => self.intent.status.failure().map(FailureReason::as_str),
            StatusName::Pending
            | StatusName::PendingReview
            | StatusName::Processing
            | StatusName::RequiresAction
            | StatusName::Held
            | StatusName::Succeeded
            | StatusName::Settled => None,
        }
    }

    /// Through what it was started.
    pub fn origin(&self) -> TransactionOrigin {
        match self.intent.surface {
            Surface::Links if self.link().is_some() => TransactionOrigin::Links,
            Surface::Links => TransactionOrigin::Api,
            Surface::Payments => TransactionOrigin::Payments,
            Surface::Platform => TransactionOrigin::Platform,
        }
    }

    /// The link that it was started from.
    pub fn link(&self) -> Option<PaymentLinkId> {
        self.intent.payment_link()
    }

    /// Whether it stands in lists: once a card was submitted, or from the start where a key made it.
    pub fn is_listed(&self) -> bool {
        self.origin() != TransactionOrigin::Links || self.is_attempted()
    }

    /// Whether a card was ever submitted.
    pub fn is_attempted(&self) -> bool {
        self.intent.is_attempted()
    }

    /// Its submits, newest first: all that are kept.
    pub fn attempts(&self) -> Vec<DepositAttempt<'_>> {
        let declined = self.intent.declined_attempts().iter().map(|declined| DepositAttempt {
            id: declined.attempt.transaction(),
            status: AttemptStatus::RequiresPaymentMethod,
            at: declined.at,
            failure: Some(declined.reason),
            card: &declined.attempt.card,
        });
        let newest = self.intent.status.attempt().map(|attempt| {
            let (status, kind) = self.newest();
            DepositAttempt {
                id: attempt.transaction(),
                status,
                at: self.time_of(kind),
                failure: self.intent.status.failure(),
                card: &attempt.card,
            }
        });
        declined.chain(newest).rev().collect()
    }

    /// What became of the newest submit that was not declined, and the event that told it.
    fn newest(&self) -> (AttemptStatus, EventType) {
        match self.intent.status.name() {
            StatusName::RequiresAction => {
                (AttemptStatus::RequiresAction, EventType::PaymentIntentRequiresAction)
            }
            StatusName::Succeeded | StatusName::Settled => {
                (AttemptStatus::Succeeded, EventType::PaymentIntentSucceeded)
            }
            StatusName::Failed => (AttemptStatus::Failed, EventType::PaymentIntentFailed),
            StatusName::Pending
            | StatusName::PendingReview
            | StatusName::Processing
            | StatusName::Held
            | StatusName::Expired
            | StatusName::Canceled => {
                (AttemptStatus::Processing, EventType::PaymentIntentProcessing)
            }
        }
    }

    /// Whether a refund was ever asked for.
    pub fn has_refunds(&self) -> bool {
        self.intent.refundable().is_some_and(Refundable::has_refunds)
    }

    /// When money was taken.
    pub fn paid_at(&self) -> Option<Time> {
        self.intent.succeeded_at()
    }

    /// The decision behind the tax that it shows: the one of the submit, and before that the one of the
    /// start.
    pub fn tax_record(&self) -> Option<&TaxRecord> {
        let session = self.session.as_ref();
        let started = session.filter(|session| session.amounts == self.intent.amounts);
        self.intent.tax().or_else(|| started?.tax.as_ref())
    }

    /// How the sale is taxed; before it is paid, as far as its amounts tell.
    pub fn tax_treatment(&self) -> Treatment {
        match self.tax_record() {
            Some(record) => record.treatment,
            None if self.intent.amounts.tax().minor() > 0 => Treatment::Taxed,
            None => Treatment::NotCollected,
        }
    }

    fn time_of(&self, kind: EventType) -> Time {
        let told = self.intent.history.entries.iter().rev().find(|entry| entry.kind == kind);
        told.map_or(self.intent.updated_at, |entry| entry.at)
    }

    /// The buyer's address, as far as it is known.
    pub fn payer_email(&self) -> Option<&str> {
        let typed = self.session.as_ref().map(|session| session.payer.email.as_str());
        let named = self.intent.status.attempt().and_then(|attempt| attempt.buyer.as_ref());
        typed.or(named.map(|buyer| buyer.email.as_str())).filter(|email| !email.is_empty())
    }

    /// No charge starts at or after this moment; never where that is open.
    pub fn expires_at(&self) -> Option<Time> {
        self.intent.link_terms()?.link.expires_at
    }
}

impl TransactionFilter {
    /// Whether a transaction is wanted.
    pub fn wants(&self, transaction: &Transaction, now: Time) -> bool {
        let amount: Money = transaction.intent.amount();
        transaction.is_listed()
            && self.status.is_none_or(|status| status == transaction.status_at(now))
            && self.link.is_none_or(|link| Some(link) == transaction.link())
            && self.origin.is_none_or(|origin| origin == transaction.origin())
            && self.currency.is_none_or(|currency| currency == amount.currency())
            && self.least.is_none_or(|least| amount.decimal() >= least)
            && self.most.is_none_or(|most| amount.decimal() <= most)
            && self.search.as_deref().is_none_or(|text| transaction.is_named(text))
    }
}

impl Transaction {
    /// Whether a text is one of the names that it is searched by.
    fn is_named(&self, text: &str) -> bool {
        let order = self.session.as_ref().map(|session| session.id.links_form());
        let reference = self.session.as_ref().and_then(|s| s.client_reference.as_deref());
        self.payer_email().is_some_and(|email| email.eq_ignore_ascii_case(text))
            || order.is_some_and(|order| order.eq_ignore_ascii_case(text))
            || self.intent.id.links_form().eq_ignore_ascii_case(text)
            || reference == Some(text)
            || self.attempts().iter().any(|attempt| attempt.card.last4 == text)
    }
}

/// An address that shows whose it is only to those who know it: `a***@example.com`.
pub fn masked_email(email: &str) -> String {
    let (name, host) = email.rsplit_once('@').unwrap_or((email, ""));
    let first: String = name.chars().take(1).collect();
    if host.is_empty() { format!("{first}***") } else { format!("{first}***@{host}") }
}

/// A name or a number of which only the beginning is shown.
pub fn masked(text: &str) -> String {
    let first: String = text.chars().take(1).collect();
    format!("{first}***")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hard_case_51_masked_buyers_show_one_letter() {
        assert_eq!(masked_email("ada@example.com"), "a***@example.com");
        assert_eq!(masked_email("=cmd@x@example.com"), "=***@example.com");
        assert_eq!(masked_email(""), "***");
        assert_eq!(masked("Ödön"), "Ö***");
        assert_eq!(masked_email("寛@例え.jp"), "寛***@例え.jp");
    }
}
