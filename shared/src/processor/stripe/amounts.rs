//! Amounts as Stripe counts them: its smallest unit is not always the currency's own.

use crate::{
    model::{Currency, Invalid, Money, money::LARGEST_MINOR},
    processor::PageUnits,
};

/// Currencies that Stripe counts in whole units, by <https://docs.stripe.com/currencies>. All but
/// `MGA` have no decimals in ISO 4217 either.
const WHOLE: [&str; 15] = [
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
];

/// Currencies without decimals that Stripe counts in hundredths all the same, always whole ones.
const WHOLE_IN_HUNDREDTHS: [&str; 2] = ["ISK", "UGX"];

/// Currencies with three decimals, whose last digit has to be zero.
const THOUSANDTHS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

/// The least that Stripe charges in a currency, in its own units, by
/// <https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts>. It counts by the currency of
/// the bank account, too: what is too little by that, Stripe refuses itself.
const LEAST: [(&str, i64); 23] = [
    ("AED", 200),
    ("AUD", 50),
    ("BRL", 50),
    ("CAD", 50),
    ("CHF", 50),
    ("CZK", 15_00),
    ("DKK", 2_50),
    ("EUR", 50),
    ("GBP", 30),
    ("HKD", 4_00),
    ("HUF", 17_500),
    ("INR", 50),
    ("JPY", 50),
    ("MXN", 10_00),
    ("MYR", 2_00),
    ("NOK", 3_00),
    ("NZD", 50),
    ("PLN", 2_00),
    ("RON", 2_00),
    ("SEK", 3_00),
    ("SGD", 50),
    ("THB", 10_00),
    ("USD", 50),
];

/// The most that Stripe charges: eight digits.
const MOST: i64 = 99_999_999;

/// Currencies of small units, in which it takes more digits; how many more, it says itself.
const MORE_DIGITS: [&str; 9] = ["COP", "HUF", "IDR", "INR", "JPY", "KRW", "LBP", "TWD", "VND"];

/// An amount that Stripe charges, in its unit of the currency.
///
/// # Errors
/// As [`to_stripe`]; less or more than Stripe charges.
pub fn to_charge(amount: Money) -> Result<i64, Invalid> {
    let (units, currency) = (to_stripe(amount)?, amount.currency());
    let code = currency.code();
    let least = LEAST.iter().find(|(known, _)| *known == code).map_or(1, |(_, least)| *least);
    if units < least {
        return Err(Invalid::new(format!("must be at least {}", own(amount, least))));
    }
    if units > MOST && !MORE_DIGITS.contains(&code) {
        return Err(Invalid::new(format!("must be at most {}", own(amount, MOST))));
    }
    Ok(units)
}

/// A number of Stripe's units, as people write the currency.
fn own(like: Money, units: i64) -> String {
    let (PageUnits { times, by }, currency) = (ratio(like.currency()), like.currency());
    let minor = units.saturating_mul(by).checked_div(times).unwrap_or(units);
    format!("{} {}", Money::from_minor(minor, currency).major(), currency.code())
}

/// How Stripe counts a currency.
pub fn ratio(currency: Currency) -> PageUnits {
    let code = currency.code();
    match currency.exponent() {
        0 if WHOLE_IN_HUNDREDTHS.contains(&code) => PageUnits { times: 100, by: 1 },
        2 if WHOLE.contains(&code) => PageUnits { times: 1, by: 100 },
        _ => PageUnits { times: 1, by: 1 },
    }
}

/// An amount in Stripe's unit of its currency.
///
/// # Errors
/// Stripe cannot charge exactly this amount, or does not know the currency.
pub fn to_stripe(amount: Money) -> Result<i64, Invalid> {
    let (minor, currency) = (amount.minor(), amount.currency());
    let code = currency.code();
    let whole = WHOLE.contains(&code);
    match currency.exponent() {
        0 if whole => Ok(minor),
        0 if WHOLE_IN_HUNDREDTHS.contains(&code) => {
            minor.checked_mul(100).ok_or_else(|| Invalid::new("is too large"))
        }
        2 if whole => exact(minor, 100, "must be a whole number of units"),
        2 => Ok(minor),
        3 if THOUSANDTHS.contains(&code) => exact(minor, 10, "must end in a zero").map(|_| minor),
        _ => Err(Invalid::new(format!("cannot be charged in {code}"))),
    }
}

/// An amount of Stripe's in the currency's own minor units; `None` where it is not one that Stripe can
/// have charged: nothing, less than nothing, or more than a payment can be.
pub fn from_stripe(amount: i64, currency: &str) -> Option<Money> {
    if !(1..=LARGEST_MINOR).contains(&amount) {
        return None;
    }
    let currency: Currency = currency.to_ascii_uppercase().parse().ok()?;
    let code = currency.code();
    let minor = match currency.exponent() {
        0 if WHOLE_IN_HUNDREDTHS.contains(&code) => exact(amount, 100, "").ok()?,
        2 if WHOLE.contains(&code) => amount.checked_mul(100)?,
        _ => amount,
    };
    let money = Money::from_minor(minor, currency);
    to_stripe(money).is_ok_and(|said| said == amount).then_some(money)
}

/// The quotient of an amount that a unit divides without a rest.
fn exact(minor: i64, unit: i64, otherwise: &str) -> Result<i64, Invalid> {
    if minor % unit == 0 { Ok(minor / unit) } else { Err(Invalid::new(otherwise)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(minor: i64, code: &str) -> Result<i64, Invalid> {
        to_stripe(Money::from_minor(minor, code.parse().unwrap()))
    }

    #[test]
    fn most_currencies_are_counted_alike() {
        for (minor, code) in [(1_250, "USD"), (1, "EUR"), (99_999_999, "HUF"), (500, "TWD")] {
            assert_eq!(of(minor, code), Ok(minor), "{code}");
        }
    }

    #[test]
    fn whole_units_stay_whole() {
        for code in ["JPY", "KRW", "CLP", "XPF", "VND"] {
            assert_eq!(of(1_250, code), Ok(1_250), "{code}");
        }
        // Ariary have two decimals in ISO 4217 and none at Stripe.
        assert_eq!(of(125_000, "MGA"), Ok(1_250));
        assert!(of(125_001, "MGA").is_err(), "never rounded");
    }

    #[test]
    fn crowns_of_iceland_and_shillings_of_uganda_are_counted_in_hundredths() {
        for code in ["ISK", "UGX"] {
            assert_eq!(of(1_250, code), Ok(125_000), "{code}");
            assert!(of(i64::MAX, code).is_err());
        }
    }

    #[test]
    fn what_stripe_says_is_read_back() {
        for (minor, code) in
            [(1_250, "USD"), (1_250, "JPY"), (125_000, "MGA"), (1_250, "ISK"), (12_340, "KWD")]
        {
            let money = Money::from_minor(minor, code.parse().unwrap());
            let said = to_stripe(money).unwrap();
            assert_eq!(from_stripe(said, &code.to_ascii_lowercase()), Some(money), "{code}");
        }
        for (amount, code) in [
            (150, "isk"),
            (12_345, "kwd"),
            (1, "xxx"),
            (1, ""),
            (0, "usd"),
            (-500, "usd"),
            (i64::MIN, "usd"),
            (i64::MAX, "usd"),
        ] {
            assert_eq!(from_stripe(amount, code), None, "{code}");
        }
    }

    #[test]
    fn thousandths_end_in_a_zero() {
        for code in ["KWD", "BHD", "JOD", "OMR", "TND"] {
            assert_eq!(of(12_340, code), Ok(12_340), "{code}");
            assert!(of(12_345, code).is_err(), "{code}: never rounded");
        }
        for code in ["IQD", "LYD"] {
            assert!(of(12_340, code).is_err(), "{code}: Stripe does not know it");
        }
    }

    #[test]
    fn what_is_too_little_or_too_much_is_said_in_the_currencys_own_words() {
        let charge = |minor, code: &str| to_charge(Money::from_minor(minor, code.parse().unwrap()));
        for (minor, code, units) in
            [(50, "USD", 50), (99_999_999, "USD", 99_999_999), (50, "JPY", 50), (1, "ISK", 100)]
        {
            assert_eq!(charge(minor, code), Ok(units), "{code}");
        }
        assert_eq!(charge(49, "USD"), Err(Invalid::new("must be at least 0.50 USD")));
        assert_eq!(charge(49, "JPY"), Err(Invalid::new("must be at least 50 JPY")));
        assert_eq!(charge(100_000_000, "USD"), Err(Invalid::new("must be at most 999999.99 USD")));
        assert_eq!(charge(1_000_000, "ISK"), Err(Invalid::new("must be at most 999999 ISK")));
        assert!(charge(100_000_000, "JPY").is_ok(), "Stripe itself says how much is too much");
    }

    #[test]
    fn browsers_count_as_the_server_does() {
        for (minor, code) in
            [(1_250, "USD"), (1_250, "JPY"), (125_000, "MGA"), (1_250, "ISK"), (12_340, "KWD")]
        {
            let PageUnits { times, by } = ratio(code.parse().unwrap());
            assert_eq!(of(minor, code), Ok(minor * times / by), "{code}");
        }
    }
}
