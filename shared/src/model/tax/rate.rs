//! Rates in percent, and the rounding of tax to whole minor units.

use crate::model::Invalid;
use rust_decimal::Decimal;
use std::{fmt, str::FromStr};

/// A rate, in ten-thousandths of a percent: 19 % is 190,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u32);

/// Ten-thousandths of a percent in a whole.
const WHOLE: i128 = 1_000_000;

/// The name of the rounding rule, kept with every decision.
pub const ROUNDING: &str = "half_up_per_rate";

impl Rate {
    /// A rate of 0 %.
    pub const ZERO: Self = Self(0);

    /// Tax on a net amount, in minor units: half up on the amount without its sign, once.
    pub fn of(self, net: i64) -> i64 {
        divided(i128::from(net) * i128::from(self.0), WHOLE)
    }

    /// The net part of a gross amount that has all these rates in it.
    pub fn net_of(gross: i64, rates: &[Self]) -> i64 {
        let sum: i128 = rates.iter().map(|rate| i128::from(rate.0)).sum();
        divided(i128::from(gross) * WHOLE, WHOLE + sum)
    }
}

/// A quotient, rounded half up on the amount without its sign. Both come from amounts below 2^63,
/// so the quotient fits wherever the divisor is a whole or more.
fn divided(amount: i128, by: i128) -> i64 {
    let half_up = (amount.abs() * 2 + by) / (by * 2);
    i64::try_from(half_up * amount.signum()).unwrap_or(i64::MAX)
}

impl FromStr for Rate {
    type Err = Invalid;

    /// A decimal percentage of 0 to 100 with at most 4 decimals.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new("must be a percentage of 0 to 100 such as 8.875");
        let plain = text.len() <= 12
            && text.starts_with(|c: char| c.is_ascii_digit())
            && text.ends_with(|c: char| c.is_ascii_digit())
            && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let rate = Some(text).filter(|_| plain).and_then(|t| Decimal::from_str_exact(t).ok());
        let rate = rate.ok_or_else(invalid)?.normalize();
        if rate.scale() > 4 || rate > Decimal::ONE_HUNDRED {
            return Err(invalid());
        }
        let units = rate * Decimal::from(10_000);
        u32::try_from(units).map(Self).map_err(|_| invalid())
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::new(i64::from(self.0), 4).normalize().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    #[test]
    fn rates_are_read_and_shown_exactly() {
        for (text, shown) in
            [("19", "19"), ("19.00", "19"), ("9.975", "9.975"), ("8.8750", "8.875"), ("0", "0")]
        {
            assert_eq!(rate(text).to_string(), shown);
        }
        for bad in ["", "-1", "100.0001", "101", "1.23456", "1e1", "+5", ".5", "5.", "NaN", "1,5"] {
            assert!(bad.parse::<Rate>().is_err(), "{bad}");
        }
    }

    #[test]
    fn tax_is_rounded_half_up_without_its_sign() {
        assert_eq!(rate("19").of(25_000), 4_750);
        assert_eq!(rate("19").of(15), 3);
        assert_eq!(rate("10").of(5), 1);
        assert_eq!(rate("10").of(4), 0);
        assert_eq!(rate("10").of(-5), -1);
        assert_eq!(rate("100").of(crate::model::money::LARGEST_MINOR), 9_007_199_254_740_991);
    }

    #[test]
    fn an_inclusive_price_is_split_exactly() {
        assert_eq!(10_000 - Rate::net_of(10_000, &[rate("25")]), 2_000);
        assert_eq!(10_000 - Rate::net_of(10_000, &[rate("17")]), 1_453);
        assert_eq!(Rate::net_of(11_498, &[rate("5"), rate("9.975")]), 10_000);
    }
}
