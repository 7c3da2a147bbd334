//! Amounts: whole minor units of one currency. Never a binary float.

use super::{Currency, Invalid};
use rust_decimal::Decimal;

/// An amount of one currency in its minor units (cents). There is no `Add`: see [`Money::plus`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// The largest amount that every client can read exactly: 2^53 - 1 minor units.
pub const LARGEST_MINOR: i64 = 9_007_199_254_740_991;

/// The most decimals that a currency has.
const MAX_DECIMALS: u32 = 3;

/// Longest decimal text that can be an amount; anything longer is not read at all.
const MAX_TEXT: usize = 40;

impl Money {
    /// From minor units, as read from our own records.
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Minor units: 1250 for 12.50 USD.
    pub const fn minor(&self) -> i64 {
        self.minor
    }

    /// The currency whose minor units [`Self::minor`] counts.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The sum, if both are of one currency and it can be named.
    pub fn plus(self, other: Self) -> Option<Self> {
        let minor = self.minor.checked_add(other.minor)?;
        (self.currency == other.currency && minor.abs() <= LARGEST_MINOR)
            .then_some(Self { minor, ..self })
    }

    /// Reads a positive amount in major units (`12.50`), exactly.
    ///
    /// # Errors
    /// Not a decimal number, zero or less, more decimals than the currency has (never rounded), or
    /// more than [`LARGEST_MINOR`].
    pub fn parse_major(text: &str, currency: Currency) -> Result<Self, Invalid> {
        let amount = positive(text)?;
        let exponent = currency.exponent();
        if amount.scale() > exponent {
            return Err(Invalid::new(match exponent {
                0 => format!("{currency} has no decimals"),
                n => format!("{currency} has {n} decimals, this amount has more"),
            }));
        }
        let minor = Decimal::from(10_i64.pow(exponent))
            .checked_mul(amount)
            .and_then(|minor| i64::try_from(minor).ok())
            .filter(|minor| *minor <= LARGEST_MINOR)
            .ok_or_else(|| {
                let most = Self { minor: LARGEST_MINOR, currency };
                Invalid::new(format!("must be at most {}", most.major()))
            })?;
        Ok(Self { minor, currency })
    }

    /// Reads an amount in major units of no certain currency, to which amounts of every currency are
    /// compared: at most [`MAX_DECIMALS`].
    ///
    /// # Errors
    /// As [`Self::parse_major`].
    pub fn parse_limit(text: &str) -> Result<Decimal, Invalid> {
        let limit = positive(text)?;
        if limit.scale() > MAX_DECIMALS {
            let why = format!("no currency has more than {MAX_DECIMALS} decimals, this amount has");
            return Err(Invalid::new(why));
        }
        Ok(limit)
    }

    /// The same amount in major units, exactly: 12.50 for 1250 minor units of USD.
    pub fn decimal(&self) -> Decimal {
        Decimal::new(self.minor, self.currency.exponent())
    }

    /// Major units with exactly the currency's decimals: `12.50`, `1000` for JPY.
    pub fn major(&self) -> String {
        let exponent = self.currency.exponent();
        let (unit, width) = (10_u64.pow(exponent), usize::try_from(exponent).unwrap_or(0));
        let (sign, minor) = (if self.minor < 0 { "-" } else { "" }, self.minor.unsigned_abs());
        match exponent {
            0 => format!("{sign}{minor}"),
            _ => format!("{sign}{}.{:0width$}", minor / unit, minor % unit),
        }
    }
}

/// A number above zero, without zeros at the end of its decimals.
fn positive(text: &str) -> Result<Decimal, Invalid> {
    let Some(amount) = decimal(text) else {
        return Err(Invalid::new(
            "must be an amount in major units, for example 12.50: digits and at most one dot, \
             without a plus sign, spaces or separators",
        ));
    };
    if amount <= Decimal::ZERO {
        return Err(Invalid::new("must be greater than 0"));
    }
    Ok(amount.normalize())
}

/// A number as JSON writes it, exactly: `12.50`, `1.25E+1`.
fn decimal(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let plain = text.len() <= MAX_TEXT
        && mantissa.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-')
        && mantissa.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && mantissa.ends_with(|c: char| c.is_ascii_digit());
    let mantissa = Some(mantissa).filter(|_| plain);
    let mut number = Decimal::from_str_exact(mantissa?).ok()?.normalize();
    let scale = i32::try_from(number.scale()).ok()?.checked_sub(exponent)?;
    if let Ok(scale) = u32::try_from(scale) {
        number.set_scale(scale).ok()?;
        return Some(number);
    }
    number.set_scale(0).ok()?;
    let power = 10_i64.checked_pow(scale.unsigned_abs())?;
    number.checked_mul(Decimal::from(power))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minor(text: &str, currency: &str) -> Result<i64, Invalid> {
        Money::parse_major(text, currency.parse().unwrap()).map(|money| money.minor())
    }

    #[test]
    fn amounts_are_read_exactly() {
        for (text, currency, expected) in [
            ("12.50", "USD", 1250),
            ("12.5", "USD", 1250),
            ("12.5000", "USD", 1250),
            ("0.01", "USD", 1),
            ("1", "USD", 100),
            ("1e1", "USD", 1000),
            ("1E+1", "USD", 1000),
            ("1250e-2", "USD", 1250),
            ("0.00125e4", "USD", 1250),
            ("1e3", "JPY", 1000),
            ("1000", "JPY", 1000),
            ("1.234", "KWD", 1234),
            ("90071992547409.91", "USD", LARGEST_MINOR),
        ] {
            assert_eq!(minor(text, currency), Ok(expected), "{text} {currency}");
        }
    }

    #[test]
    fn amounts_that_are_not_exact_are_refused() {
        for (text, currency) in [
            ("0", "USD"),
            ("-1", "USD"),
            ("0.00", "USD"),
            ("0.001", "USD"),
            ("12.505", "USD"),
            ("1.5", "JPY"),
            ("1e400", "USD"),
            ("1e-3", "USD"),
            ("1e", "USD"),
            ("e1", "USD"),
            ("1e1.5", "USD"),
            ("1e9999999999", "USD"),
            ("1e-2147483648", "USD"),
            ("0e400", "USD"),
            ("NaN", "USD"),
            ("Infinity", "USD"),
            ("", "USD"),
            (".5", "USD"),
            ("5.", "USD"),
            ("+5", "USD"),
            ("1,000", "USD"),
            ("1 000", "USD"),
            ("0x10", "USD"),
            ("1.2.3", "USD"),
            ("--1", "USD"),
            ("１", "USD"),
            ("90071992547409.92", "USD"),
            ("99999999999999999999999999999999999999999", "USD"),
        ] {
            assert!(minor(text, currency).is_err(), "{text} {currency}");
        }
    }

    #[test]
    fn amounts_are_written_with_the_currencys_decimals() {
        for (value, currency, text) in
            [(1250, "USD", "12.50"), (5, "USD", "0.05"), (7, "JPY", "7"), (-1234, "KWD", "-1.234")]
        {
            let money = Money::from_minor(value, currency.parse().unwrap());
            assert_eq!(money.major(), text);
        }
    }

    #[test]
    fn amounts_of_every_currency_compare_with_a_limit_in_major_units() {
        let limit = Money::parse_limit("120.00").unwrap();
        for (minor, currency, reaches) in [
            (12_000, "USD", true),
            (11_999, "USD", false),
            (120, "JPY", true),
            (119, "JPY", false),
            (12_000, "KWD", false),
            (120_000, "KWD", true),
        ] {
            let money = Money::from_minor(minor, currency.parse().unwrap());
            assert_eq!(money.decimal() >= limit, reaches, "{minor} {currency}");
        }
        assert!(Money::parse_limit("0.125").is_ok(), "as much as KWD can be");
        for text in ["0", "-1", "0.1255", "1,00", "+5", ""] {
            assert!(Money::parse_limit(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sums_need_one_currency_and_room() {
        let usd = |minor| Money::from_minor(minor, Currency::USD);
        assert_eq!(usd(1).plus(usd(2)), Some(usd(3)));
        assert_eq!(usd(1).plus(Money::from_minor(1, "EUR".parse().unwrap())), None);
        assert_eq!(usd(LARGEST_MINOR).plus(usd(1)), None);
    }
}
