//! Money given back to a buyer, in whole or in parts, for all surfaces.
//!
//! | from \ action | succeed | fail | ask again |
//! |---|---|---|---|
//! | processing | succeeded | failed | processing, later |
//! | succeeded, failed | - | - | - |
//!
//! What may still be refunded stands beside the payment ([`Refundable`]): the commit that makes a
//! refund lowers it, the one that fails it raises it again, so refunds side by side never pass the
//! total. A refund is money out: an order that the processor does not know is sent again under the
//! same key while that key lives, and has failed only then.

use super::{
    Money, Scope, Surface, Time,
    actor::Actor,
    card::FailureReason,
    dispute::Disputed,
    event::{EventType, History},
    id::{CustomerId, InvoiceId, PaymentIntentId, PaymentLinkId, RefundId, TransactionId},
    invoice::CreditNoteRef,
    metadata::Metadata,
};
use strum::{IntoStaticStr, VariantArray};

mod reading;
mod refundable;

pub use reading::RefundReading;
pub use refundable::{BookedFact, RefundRefusal, Refundable, split_tax};

/// How long a refund may take before the reconciler asks the processor what became of it.
pub const RESERVATION_S: i64 = 30;

/// How long a processor recognises a key it has seen, in seconds from the refund's beginning. It is
/// a day at the processors we know; one hour less is on the safe side.
pub const KEY_LIVES_S: i64 = 23 * 3600;

/// The reasons that the payments surface knows; the others take any text.
pub const REASONS: [&str; 3] = ["duplicate", "fraudulent", "requested_by_customer"];

/// A reason that the payments surface knows; nothing for the free text of another surface.
pub fn listed_reason(text: &str) -> Option<&'static str> {
    REASONS.into_iter().find(|reason| *reason == text)
}

/// Most refunds of one payment, failed ones included.
pub const MAX_REFUNDS: u32 = 100;

/// A refund. Its id is the key that the processor sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// The processor sees it as the key of the order, so an order sent twice refunds once.
    pub id: RefundId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Where the payment was made: its endpoints hear of the refund.
    pub surface: Surface,
    /// The payment whose money goes back.
    pub payment: PaymentIntentId,
    /// The submit that took the money.
    pub transaction: TransactionId,
    /// The link that was paid, for its statistics.
    pub link: Option<PaymentLinkId>,
    /// Who gets the money, where the payment has a customer.
    pub customer: Option<CustomerId>,
    /// What goes back, tax included.
    pub amount: Money,
    /// The processor's reference of the charge.
    pub charge: String,
    /// The name of the adapter that moves the money.
    pub processor: String,
    /// Why, in the caller's words; the payments surface takes [`REASONS`] only.
    pub reason: Option<String>,
    /// Who asked for it.
    pub requested_by: Actor,
    /// The caller's own data.
    pub metadata: Option<Metadata>,
    /// Where it stands now; succeeded and failed are final.
    pub status: RefundStatus,
    /// The payment's invoice, as far as there was one when the refund was asked for, or credited.
    pub invoice: Option<InvoiceId>,
    /// Whether its payment gets an invoice, so that it gets a credit note.
    pub invoiced: bool,
    /// Its credit note, where there is one.
    pub credit_note: Option<CreditNoteRef>,
    /// Whether the payment had no invoice yet when it was asked for, and has one since it was credited.
    pub invoiced_later: bool,
    /// Where it stood when the request for it was answered; none until it was.
    pub first: Option<RefundStatusName>,
    /// How the payment stood right after the refund was asked for.
    pub began: Standing,
    /// How the payment stood right after the refund ended.
    pub ended: Option<Standing>,
    /// What happened so far.
    pub history: History,
    /// When it was asked for.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// What of a payment went back, is on its way back, and may still go back, at one moment: minor
/// units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// What has gone back, tax included.
    pub refunded: i64,
    /// What refunds hold whose outcome is not known yet.
    pub pending: i64,
    /// What neither went back nor is on its way; what was lost in disputes is still in it.
    pub left: i64,
    /// What banks hold, or have taken for good.
    pub disputed: Disputed,
}

impl Standing {
    /// What may still go back to the buyer once no dispute is open.
    pub fn refundable(&self) -> i64 {
        (self.left - self.disputed.lost).max(0)
    }
}

/// Where a refund stands, with what belongs to that state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundStatus {
    /// The processor is asked, or its answer is not known yet.
    Processing {
        /// From then on the reconciler looks after it.
        until: Time,
    },
    /// The money is on its way back. Final.
    Succeeded {
        /// The processor's own reference of the refund.
        reference: String,
        /// The part of the amount that is tax, decided in the order in which refunds succeed.
        tax: Money,
        /// When the money went back.
        at: Time,
    },
    /// No money went back. Final.
    Failed {
        /// Why the processor refused.
        reason: FailureReason,
    },
}

/// The name of a refund's status, without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum RefundStatusName {
    /// See [`RefundStatus::Processing`].
    Processing,
    /// See [`RefundStatus::Succeeded`].
    Succeeded,
    /// See [`RefundStatus::Failed`].
    Failed,
}

/// The refund is over: somebody else has written its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundOver;

impl Refund {
    /// Writes down that the money went back; `tax` is the share that [`Refundable::settle`] gave.
    ///
    /// # Errors
    /// [`RefundOver`] unless it is processing.
    pub fn succeed(&self, reference: String, tax: Money, now: Time) -> Result<Self, RefundOver> {
        let status = RefundStatus::Succeeded { reference, tax, at: now };
        self.moved_to(status, EventType::RefundSucceeded, now)
    }

    /// Writes down that no money went back.
    ///
    /// # Errors
    /// [`RefundOver`] unless it is processing.
    pub fn fail(&self, reason: FailureReason, now: Time) -> Result<Self, RefundOver> {
        self.moved_to(RefundStatus::Failed { reason }, EventType::RefundFailed, now)
    }

    /// Nothing is known yet: the reconciler asks again after `wait_s` seconds.
    ///
    /// # Errors
    /// [`RefundOver`] unless it is processing.
    pub fn ask_again_in(&self, wait_s: i64, now: Time) -> Result<Self, RefundOver> {
        self.open()?;
        let status = RefundStatus::Processing { until: now.plus_seconds(wait_s) };
        Ok(Self { status, version: self.version + 1, ..self.clone() })
    }

    /// The same with the answer to its request fixed, if there is none yet.
    pub fn answered(self) -> Self {
        Self { first: self.first.or(Some(self.status.name())), ..self }
    }

    /// The refund as the request for it was answered: one that ended later was still processing, and
    /// none had a credit note, which is made after the answer.
    pub fn as_answered(self) -> Self {
        let invoice = self.invoice.filter(|_| !self.invoiced_later);
        match (self.first, &self.status) {
            (Some(RefundStatusName::Succeeded), RefundStatus::Succeeded { at, .. }) => {
                Self { updated_at: *at, invoice, credit_note: None, ..self }
            }
            (Some(RefundStatusName::Succeeded | RefundStatusName::Failed), _)
            | (_, RefundStatus::Processing { .. }) => self,
            (
                Some(RefundStatusName::Processing) | None,
                RefundStatus::Succeeded { .. } | RefundStatus::Failed { .. },
            ) => Self {
                status: RefundStatus::Processing {
                    until: self.created_at.plus_seconds(RESERVATION_S),
                },
                history: History::starting(EventType::RefundCreated, self.created_at),
                updated_at: self.created_at,
                invoice,
                credit_note: None,
                ended: None,
                version: 1,
                ..self
            },
        }
    }

    /// Its reason, where the payments surface knows it.
    pub fn listed_reason(&self) -> Option<&'static str> {
        listed_reason(self.reason.as_deref()?)
    }

    /// When the money went back; `None` unless it did.
    pub const fn succeeded_at(&self) -> Option<Time> {
        match self.status {
            RefundStatus::Succeeded { at, .. } => Some(at),
            RefundStatus::Processing { .. } | RefundStatus::Failed { .. } => None,
        }
    }

    /// Whether the order may be sent again where the processor does not know it.
    pub fn may_be_sent_again(&self, now: Time) -> bool {
        now < self.created_at.plus_seconds(KEY_LIVES_S)
    }

    /// The tax in it, where it succeeded and should have a credit note that it has not: refunds of
    /// payments that get invoices get one.
    pub const fn awaits_credit_note(&self) -> Option<Money> {
        match (self.invoiced, &self.status, &self.credit_note) {
            (true, RefundStatus::Succeeded { tax, .. }, None) => Some(*tax),
            _ => None,
        }
    }

    /// When the reconciler has to look at it; final states need nobody.
    pub const fn due(&self) -> Option<Time> {
        match self.status {
            RefundStatus::Processing { until } => Some(until),
            RefundStatus::Succeeded { .. } | RefundStatus::Failed { .. } => None,
        }
    }

    fn open(&self) -> Result<(), RefundOver> {
        match self.status {
            RefundStatus::Processing { .. } => Ok(()),
            RefundStatus::Succeeded { .. } | RefundStatus::Failed { .. } => Err(RefundOver),
        }
    }

    fn moved_to(
        &self,
        status: RefundStatus,
        event: EventType,
        now: Time,
    ) -> Result<Self, RefundOver> {
        self.open()?;
        Ok(Self {
            status,
            history: self.history.and(event, now),
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        })
    }
}

impl RefundStatus {
    /// The status without the data that belongs to it.
    pub const fn name(&self) -> RefundStatusName {
        match self {
            Self::Processing { .. } => RefundStatusName::Processing,
            Self::Succeeded { .. } => RefundStatusName::Succeeded,
            Self::Failed { .. } => RefundStatusName::Failed,
        }
    }
}

impl RefundStatusName {
    /// Every status, in the order in which they are declared.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name in the table and in the domain's events.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The status with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|status| status.as_str() == name)
    }
}

#[cfg(test)]
mod tests;
