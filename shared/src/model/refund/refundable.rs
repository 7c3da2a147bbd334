//! What of a payment went back, is on its way back, and may still go back; and how much of it is tax.

use super::{
    super::{Amounts, dispute::Disputed},
    MAX_REFUNDS, Standing,
};

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
