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
    Amounts, Money, Scope, Surface, Time,
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

pub use reading::RefundReading;

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
    /// Rises with every write.
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

/// What of a succeeded payment went back, may still go back, and is on its way. In minor units of
/// the payment's currency; stored beside the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refundable {
    /// What was charged, and how much of it was tax.
    pub amounts: Amounts,
    /// What neither went back nor is on its way; see [`Refundable::free`].
    pub left: i64,
    /// What refunds hold whose outcome is not known yet.
    pub pending: i64,
    /// What has gone back, tax included.
    pub refunded: i64,
    /// How much of what went back was tax.
    pub refunded_tax: i64,
    /// How many refunds were asked for, failed ones included.
    pub count: u32,
    /// What banks hold, or have taken for good.
    pub disputed: Disputed,
}

/// Why nothing, or not that much, can be refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundRefusal {
    /// The payment took no money, or what is left of it was lost in a dispute.
    NotSucceeded,
    /// A buyer's bank disputes the payment.
    Disputed,
    /// All of it went back already.
    AlreadyRefunded,
    /// All that is left is held by refunds whose outcome is not known yet.
    InProgress,
    /// More than this many minor units were asked for.
    ExceedsRest {
        /// What a refund may still take, in minor units.
        left: i64,
    },
    /// There are [`MAX_REFUNDS`] already.
    TooMany,
}

/// A refund that the processor made without us, booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookedFact {
    /// What is refundable now.
    pub refundable: Refundable,
    /// The share of it that is tax.
    pub tax: i64,
    /// By how much it went beyond what was left, and so into what pending refunds hold or disputes
    /// took: not 0 is a matter for an alarm.
    pub collision: i64,
}

impl Refundable {
    /// How the payment stands.
    pub const fn standing(&self) -> Standing {
        Standing {
            refunded: self.refunded,
            pending: self.pending,
            left: self.left,
            disputed: self.disputed,
        }
    }

    /// A payment that has just succeeded: all of it may go back.
    pub const fn all_of(amounts: Amounts) -> Self {
        let left = amounts.total().minor();
        let disputed = Disputed { open: 0, lost: 0 };
        Self { amounts, left, pending: 0, refunded: 0, refunded_tax: 0, count: 0, disputed }
    }

    /// What a new refund may take.
    pub fn free(&self) -> i64 {
        self.standing().refundable()
    }

    /// Whether a bank holds any of it, or has taken some for good.
    pub const fn is_touched_by_banks(&self) -> bool {
        !self.disputed.is_none()
    }

    /// Whether a refund was ever asked for, or made without us.
    pub const fn has_refunds(&self) -> bool {
        self.count > 0 || self.refunded > 0
    }

    /// Holds an amount for a refund. `None` asks for all that is left.
    ///
    /// # Errors
    /// See [`RefundRefusal`]; the amount taken stands beside the result.
    pub fn reserve(&self, amount: Option<i64>) -> Result<(Self, i64), RefundRefusal> {
        if self.disputed.open > 0 {
            return Err(RefundRefusal::Disputed);
        }
        let free = self.free();
        if free == 0 {
            return Err(match (self.left, self.pending) {
                (0, 0) => RefundRefusal::AlreadyRefunded,
                (0, _) => RefundRefusal::InProgress,
                _ => RefundRefusal::NotSucceeded,
            });
        }
        let amount = amount.unwrap_or(free);
        if !(1..=free).contains(&amount) {
            return Err(RefundRefusal::ExceedsRest { left: free });
        }
        if self.count >= MAX_REFUNDS {
            return Err(RefundRefusal::TooMany);
        }
        let (left, pending) = (self.left - amount, self.pending + amount);
        Ok((Self { left, pending, count: self.count + 1, ..*self }, amount))
    }

    /// A pending refund has failed: its amount may be refunded again.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub const fn give_back(&self, amount: i64) -> Self {
        Self { left: self.left + amount, pending: self.pending - amount, ..*self }
    }

    /// A pending refund has succeeded; gives its share of the tax. The shares of all refunds end
    /// exactly at the tax that was paid.
    pub fn settle(&self, amount: i64) -> (Self, i64) {
        self.went_back(amount, self.left, self.pending - amount)
    }

    /// The same after one dispute weighs differently.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub const fn disputed(&self, before: Disputed, after: Disputed) -> Self {
        Self { disputed: self.disputed.moved(before, after), ..*self }
    }

    /// Books a refund that was made at the processor. It is a fact, so nothing refuses it.
    pub fn book_fact(&self, amount: i64) -> BookedFact {
        let taken = amount.min(self.left);
        let (refundable, tax) = self.went_back(amount, self.left - taken, self.pending);
        let count = self.count + 1;
        let refundable = Self { count, ..refundable };
        BookedFact { refundable, tax, collision: amount - amount.min(self.free()) }
    }

    fn went_back(&self, amount: i64, left: i64, pending: i64) -> (Self, i64) {
        let refunded = self.refunded + amount;
        let due = share(self.amounts.tax().minor(), refunded, self.amounts.total().minor());
        let tax = (due - self.refunded_tax).clamp(0, amount.max(0));
        let refunded_tax = self.refunded_tax + tax;
        (Self { left, pending, refunded, refunded_tax, ..*self }, tax)
    }
}

/// `part` of `whole` of an amount, rounded half up; all of it where more than the whole went back.
fn share(amount: i64, part: i64, whole: i64) -> i64 {
    if part >= whole {
        return amount;
    }
    let twice = 2 * i128::from(amount) * i128::from(part) + i128::from(whole);
    i64::try_from(twice / (2 * i128::from(whole))).unwrap_or(amount)
}

/// Splits the tax of one refund over the lines of the tax that was paid, in proportion to what is
/// still unrefunded of each: whole units down, the rest by largest remainder, ties by line order.
/// Never negative, never above what is left of a line; the refund that takes the last of the tax
/// takes the last of every line. A `tax` above the sum of the lines is cut to it.
pub fn split_tax(tax: i64, unrefunded: &[i64]) -> Vec<i64> {
    let whole: i128 = unrefunded.iter().map(|line| i128::from(*line)).sum();
    let tax = i128::from(tax).clamp(0, whole);
    if whole == 0 {
        return vec![0; unrefunded.len()];
    }
    let exact = unrefunded.iter().map(|line| tax * i128::from(*line));
    let mut parts: Vec<i128> = exact.clone().map(|exact| exact / whole).collect();
    let mut order: Vec<(i128, usize)> = exact.map(|exact| exact % whole).zip(0..).collect();
    order.sort_by_key(|(rest, line)| (std::cmp::Reverse(*rest), *line));
    let missing = usize::try_from(tax - parts.iter().sum::<i128>()).unwrap_or(0);
    for (_, line) in order.into_iter().take(missing) {
        if let Some(part) = parts.get_mut(line) {
            *part += 1;
        }
    }
    parts.into_iter().map(|part| i64::try_from(part).unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests;
