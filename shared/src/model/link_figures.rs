//! What came of a link, as it was last counted. A cache of a query, so it says as of when it is.

use super::{Currency, Money, Time, payment_intent::PaymentIntent};
use std::collections::BTreeMap;

/// What came of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkFigures {
    /// Checkouts that buyers started.
    pub starts: u32,
    /// Of these, with at least one card submitted.
    pub attempted: u32,
    /// Payments that were paid, at the time at which they were.
    pub paid: u32,
    /// Of the checkouts that buyers started, those that were paid, whenever that was.
    pub converted: u32,
    /// Submits of a card that took no money; a checkout may have several.
    pub failed_attempts: u32,
    /// The same submits, counted by the reason of each.
    pub declines: BTreeMap<String, u32>,
    /// What was paid, in minor units.
    pub gross: BTreeMap<Currency, i64>,
    /// What was given back, in minor units.
    pub refunded: BTreeMap<Currency, i64>,
    /// The tax in what was paid, in minor units.
    pub tax_collected: BTreeMap<Currency, i64>,
    /// When it was last paid.
    pub last_paid_at: Option<Time>,
    /// When it was counted: later payments are not in it.
    pub as_of: Time,
}

impl LinkFigures {
    /// Nothing came of it until now.
    pub const fn none(as_of: Time) -> Self {
        Self {
            starts: 0,
            attempted: 0,
            paid: 0,
            converted: 0,
            failed_attempts: 0,
            declines: BTreeMap::new(),
            gross: BTreeMap::new(),
            refunded: BTreeMap::new(),
            tax_collected: BTreeMap::new(),
            last_paid_at: None,
            as_of,
        }
    }

    /// The sum of parts, as of the newest of them; nothing, as of the beginning of time, where there
    /// are none.
    pub fn sum<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sum = Self::none(Time::EPOCH);
        for part in parts {
            sum.add(part);
        }
        sum
    }

    fn add(&mut self, part: &Self) {
        self.starts += part.starts;
        self.attempted += part.attempted;
        self.paid += part.paid;
        self.converted += part.converted;
        self.failed_attempts += part.failed_attempts;
        for (reason, count) in &part.declines {
            *self.declines.entry(reason.clone()).or_default() += count;
        }
        let sums = [
            (&mut self.gross, &part.gross),
            (&mut self.refunded, &part.refunded),
            (&mut self.tax_collected, &part.tax_collected),
        ];
        for (sum, amounts) in sums {
            for (currency, minor) in amounts {
                *sum.entry(*currency).or_default() += minor;
            }
        }
        self.last_paid_at = self.last_paid_at.max(part.last_paid_at);
        self.as_of = self.as_of.max(part.as_of);
    }

    /// Whether the same was counted, whenever that was.
    pub fn counts_as(&self, other: &Self) -> bool {
        *self == Self { as_of: self.as_of, ..other.clone() }
    }

    /// Whether nothing was counted.
    pub fn are_none(&self) -> bool {
        self.counts_as(&Self::none(self.as_of))
    }

    /// Counts a checkout that was made.
    pub const fn count_start(&mut self) {
        self.starts += 1;
    }

    /// Counts that a checkout which was counted as a start was paid.
    pub const fn count_conversion(&mut self) {
        self.converted += 1;
    }

    /// Counts a payment for which a card was submitted, with all submits that were declined.
    pub fn count_attempted(&mut self, payment: &PaymentIntent) {
        self.attempted += 1;
        let declined = payment.declined_attempts().iter().map(|declined| declined.reason);
        let last = payment.status.failure().filter(|_| payment.status.attempt().is_some());
        for reason in declined.chain(last) {
            self.failed_attempts += 1;
            *self.declines.entry(reason.as_str().to_owned()).or_default() += 1;
        }
    }

    /// Counts a payment that was paid at a moment.
    pub fn count_paid(&mut self, payment: &PaymentIntent, at: Time) {
        self.paid += 1;
        let currency = payment.amounts.currency();
        *self.gross.entry(currency).or_default() += payment.amount().minor();
        *self.tax_collected.entry(currency).or_default() += payment.amounts.tax().minor();
        self.last_paid_at = self.last_paid_at.max(Some(at));
    }

    /// Counts money that went back.
    pub fn count_refund(&mut self, amount: Money) {
        *self.refunded.entry(amount.currency()).or_default() += amount.minor();
    }

    /// What was paid less what was given back, by currency; negative where more went back.
    pub fn revenue(&self) -> BTreeMap<Currency, i64> {
        let mut revenue = self.gross.clone();
        for (currency, minor) in &self.refunded {
            *revenue.entry(*currency).or_default() -= minor;
        }
        revenue
    }

    /// Paid per start, with four decimals, half up; `None` without starts. Only what buyers started
    /// counts, on the day on which they did: sales without a start, and payments of what was started
    /// on another day, would make it more than one.
    pub fn conversion(&self) -> Option<String> {
        let starts = u64::from(self.starts);
        let ratio = (u64::from(self.converted) * 20_000 + starts).checked_div(starts * 2)?;
        Some(format!("{}.{:04}", ratio / 10_000, ratio % 10_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversion_has_four_decimals_and_is_nothing_without_starts() {
        let of = |converted, starts| {
            let paid = 9;
            let figures = LinkFigures::none(Time::EPOCH);
            LinkFigures { converted, starts, paid, ..figures }.conversion()
        };
        assert_eq!(of(12, 61).as_deref(), Some("0.1967"));
        assert_eq!(of(2, 3).as_deref(), Some("0.6667"));
        assert_eq!(of(1, 1).as_deref(), Some("1.0000"));
        assert_eq!(of(0, 0), None);
    }

    #[test]
    fn sums_add_up_by_reason_and_currency_and_are_as_old_as_their_newest_part() {
        let part = |paid, at| LinkFigures {
            paid,
            declines: [("card_declined".to_owned(), 1)].into(),
            gross: [(Currency::USD, 500)].into(),
            last_paid_at: Some(Time::from_ms(at)),
            ..LinkFigures::none(Time::from_ms(at))
        };
        let sum = LinkFigures::sum(&[part(1, 7), part(2, 5)]);
        assert_eq!((sum.paid, sum.declines["card_declined"]), (3, 2));
        assert_eq!(sum.gross, [(Currency::USD, 1_000)].into());
        assert_eq!((sum.last_paid_at, sum.as_of), (Some(Time::from_ms(7)), Time::from_ms(7)));
        assert!(part(1, 7).counts_as(&LinkFigures { as_of: Time::EPOCH, ..part(1, 7) }));
        assert!(!part(1, 7).counts_as(&part(2, 7)) && !part(1, 7).are_none());
        assert!(LinkFigures::sum([]).are_none());
    }

    #[test]
    fn revenue_may_be_negative() {
        let figures = LinkFigures {
            gross: [(Currency::USD, 500)].into(),
            refunded: [(Currency::USD, 700)].into(),
            ..LinkFigures::none(Time::EPOCH)
        };
        assert_eq!(figures.revenue(), [(Currency::USD, -200)].into());
    }
}
