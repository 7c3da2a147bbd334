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
    event::{EventType, History},
    id::{CustomerId, PaymentIntentId, PaymentLinkId, RefundId, TransactionId},
    metadata::Metadata,
};

/// How long a refund may take before the reconciler asks the processor what became of it.
pub const RESERVATION_S: i64 = 30;

/// How long a processor recognises a key it has seen, in seconds from the refund's beginning. It is
/// a day at the processors we know; one hour less is on the safe side.
pub const KEY_LIVES_S: i64 = 23 * 3600;

/// Most refunds of one payment, failed ones included.
pub const MAX_REFUNDS: u32 = 100;

/// A refund. Its id is the key that the processor sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// Whose record.
    pub scope: Scope,
    /// Where the payment was made: its endpoints hear of the refund.
    pub surface: Surface,
    /// What is refunded.
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
    /// Which adapter.
    pub processor: String,
    /// The caller's words.
    pub reason: Option<String>,
    /// Who asked for it.
    pub requested_by: Actor,
    /// The caller's own data.
    pub metadata: Option<Metadata>,
    /// Where it stands.
    pub status: RefundStatus,
    /// What happened so far.
    pub history: History,
    /// When it was asked for.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// Rises with every write.
    pub version: u64,
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
        /// The processor's reference.
        reference: String,
        /// The part of the amount that is tax, decided in the order in which refunds succeed.
        tax: Money,
        /// When.
        at: Time,
    },
    /// No money went back. Final.
    Failed {
        /// Why.
        reason: FailureReason,
    },
}

/// The name of a refund's status, without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

    /// Whether the order may be sent again where the processor does not know it.
    #[must_use]
    pub fn may_be_sent_again(&self, now: Time) -> bool {
        now < self.created_at.plus_seconds(KEY_LIVES_S)
    }

    /// When the reconciler has to look at it; final states need nobody.
    #[must_use]
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
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> RefundStatusName {
        match self {
            Self::Processing { .. } => RefundStatusName::Processing,
            Self::Succeeded { .. } => RefundStatusName::Succeeded,
            Self::Failed { .. } => RefundStatusName::Failed,
        }
    }
}

impl RefundStatusName {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Processing, Self::Succeeded, Self::Failed];

    /// The name in the table and in the domain's events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }

    /// The status with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// What of a succeeded payment went back, may still go back, and is on its way. In minor units of
/// the payment's currency; stored beside the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refundable {
    /// What was charged, and how much of it was tax.
    pub amounts: Amounts,
    /// What a new refund may take.
    pub left: i64,
    /// What refunds hold whose outcome is not known yet.
    pub pending: i64,
    /// What went back.
    pub refunded: i64,
    /// How much of what went back was tax.
    pub refunded_tax: i64,
    /// How many refunds were asked for, failed ones included.
    pub count: u32,
}

/// Why nothing, or not that much, can be refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundRefusal {
    /// The payment took no money.
    NotSucceeded,
    /// A buyer's bank disputes the payment.
    Disputed,
    /// All of it went back already.
    AlreadyRefunded,
    /// All that is left is held by refunds whose outcome is not known yet.
    InProgress,
    /// More than this many minor units were asked for.
    ExceedsRest {
        /// What is left.
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
    /// By how much it went beyond what was left, and so into what pending refunds hold: not 0 is a
    /// matter for an alarm.
    pub collision: i64,
}

impl Refundable {
    /// A payment that has just succeeded: all of it may go back.
    #[must_use]
    pub const fn all_of(amounts: Amounts) -> Self {
        let left = amounts.total().minor();
        Self { amounts, left, pending: 0, refunded: 0, refunded_tax: 0, count: 0 }
    }

    /// Holds an amount for a refund. `None` asks for all that is left.
    ///
    /// # Errors
    /// See [`RefundRefusal`]; the amount taken stands beside the result.
    pub fn reserve(&self, amount: Option<i64>) -> Result<(Self, i64), RefundRefusal> {
        if self.left == 0 {
            return Err(match self.pending {
                0 => RefundRefusal::AlreadyRefunded,
                _ => RefundRefusal::InProgress,
            });
        }
        let amount = amount.unwrap_or(self.left);
        if !(1..=self.left).contains(&amount) {
            return Err(RefundRefusal::ExceedsRest { left: self.left });
        }
        if self.count >= MAX_REFUNDS {
            return Err(RefundRefusal::TooMany);
        }
        let (left, pending) = (self.left - amount, self.pending + amount);
        Ok((Self { left, pending, count: self.count + 1, ..*self }, amount))
    }

    /// A pending refund has failed: its amount may be refunded again.
    #[must_use]
    pub const fn give_back(&self, amount: i64) -> Self {
        Self { left: self.left + amount, pending: self.pending - amount, ..*self }
    }

    /// A pending refund has succeeded; gives its share of the tax. The shares of all refunds end
    /// exactly at the tax that was paid.
    #[must_use]
    pub fn settle(&self, amount: i64) -> (Self, i64) {
        self.went_back(amount, self.left, self.pending - amount)
    }

    /// Books a refund that was made at the processor. It is a fact, so nothing refuses it.
    #[must_use]
    pub fn book_fact(&self, amount: i64) -> BookedFact {
        let taken = amount.min(self.left);
        let (refundable, tax) = self.went_back(amount, self.left - taken, self.pending);
        let count = self.count + 1;
        let refundable = Self { count, ..refundable };
        BookedFact { refundable, tax, collision: amount - taken }
    }

    fn went_back(&self, amount: i64, left: i64, pending: i64) -> (Self, i64) {
        let refunded = self.refunded + amount;
        let due = share(self.amounts.tax().minor(), refunded, self.amounts.total().minor());
        let tax = (due - self.refunded_tax).clamp(0, amount);
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
#[must_use]
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
