//! What a buyer pays: subtotal, tax and total of one currency.

use super::{Currency, Money};

/// A subtotal without tax, the tax on it, and their sum. The total is never stated on its own, so
/// the three always agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    subtotal: Money,
    tax: Money,
    total: Money,
}

impl Amounts {
    /// Tax added on top of a subtotal; `None` when the currencies differ, one is negative, or the
    /// total cannot be named.
    pub fn new(subtotal: Money, tax: Money) -> Option<Self> {
        let total = subtotal.plus(tax)?;
        let fine = subtotal.minor() >= 0 && tax.minor() >= 0;
        fine.then_some(Self { subtotal, tax, total })
    }

    /// An amount on which no tax is charged, or none is known yet.
    pub const fn untaxed(subtotal: Money) -> Self {
        let tax = Money::from_minor(0, subtotal.currency());
        Self { subtotal, tax, total: subtotal }
    }

    /// A total that contains its tax; `None` when the currencies differ, one is negative, or the
    /// tax is more than the total.
    pub fn inclusive(total: Money, tax: Money) -> Option<Self> {
        let left = total.minor().checked_sub(tax.minor())?;
        Self::new(Money::from_minor(left, total.currency()), tax)
    }

    /// The total less the tax, also where prices contain their tax.
    pub const fn subtotal(&self) -> Money {
        self.subtotal
    }

    /// The part of the total that is tax; zero where none is charged or none is known yet.
    pub const fn tax(&self) -> Money {
        self.tax
    }

    /// What the buyer is charged: subtotal and tax together.
    pub const fn total(&self) -> Money {
        self.total
    }

    /// The currency of all three.
    pub const fn currency(&self) -> Currency {
        self.subtotal.currency()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::money::LARGEST_MINOR;

    fn usd(minor: i64) -> Money {
        Money::from_minor(minor, Currency::USD)
    }

    #[test]
    fn the_total_is_always_subtotal_plus_tax() {
        for amounts in [
            Amounts::new(usd(25_000), usd(4_750)).unwrap(),
            Amounts::untaxed(usd(29_750)),
            Amounts::inclusive(usd(29_750), usd(4_750)).unwrap(),
        ] {
            assert_eq!(amounts.subtotal().plus(amounts.tax()), Some(amounts.total()));
            assert_eq!((amounts.total(), amounts.currency()), (usd(29_750), Currency::USD));
        }
    }

    #[test]
    fn amounts_that_do_not_go_together_are_refused() {
        let jpy = Money::from_minor(1, "JPY".parse().unwrap());
        for (subtotal, tax) in
            [(usd(1), jpy), (usd(-1), usd(0)), (usd(1), usd(-1)), (usd(LARGEST_MINOR), usd(1))]
        {
            assert_eq!(Amounts::new(subtotal, tax), None);
        }
        assert_eq!(Amounts::inclusive(usd(100), usd(101)), None);
    }
}
