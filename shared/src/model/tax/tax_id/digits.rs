//! Arithmetic of check digits.

/// The digits of a text that has nothing else.
pub fn digits(text: &str) -> Option<Vec<u64>> {
    text.chars().map(|c| c.to_digit(10).map(u64::from)).collect()
}

/// The digits of a text of exactly this length.
pub fn digits_of(text: &str, count: usize) -> Option<Vec<u64>> {
    digits(text).filter(|digits| digits.len() == count)
}

/// Products of digits and weights, summed; what has no partner counts nothing.
pub fn weighted(digits: &[u64], weights: &[u64]) -> u64 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// All digits but the last, and the last.
pub fn split(digits: &[u64]) -> Option<(&[u64], u64)> {
    digits.split_last().map(|(last, body)| (body, *last))
}

/// The sum of Luhn's algorithm, modulo `base`: 0 for a number with its check digit.
pub fn luhn(values: &[u64], base: u64) -> u64 {
    let doubled = |value: u64| value * 2 / base + value * 2 % base;
    let values = values.iter().rev().enumerate();
    values.map(|(at, value)| if at % 2 == 1 { doubled(*value) } else { *value }).sum::<u64>() % base
}

/// Whether ISO 7064 MOD 11,10 holds.
pub fn mod_11_10(digits: &[u64]) -> bool {
    let step = |check: u64, digit: &u64| {
        let doubled = (if check == 0 { 10 } else { check }) * 2 % 11;
        (doubled + digit) % 10
    };
    digits.iter().fold(5, step) == 1
}

/// Whether a day exists, in the Gregorian calendar.
pub const fn day_exists(year: u64, month: u64, day: u64) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    day >= 1 && day <= last
}

/// A number of digits at a place of a text.
pub fn number(text: &str, range: std::ops::Range<usize>) -> Option<u64> {
    let part = text.get(range)?;
    part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
}

/// A decimal number of any length, modulo `divisor`.
pub fn remainder(digits: &[u64], divisor: u64) -> u64 {
    digits.iter().fold(0, |rest, digit| (rest * 10 + digit) % divisor)
}

/// Where a character stands in an alphabet.
pub fn index_in(alphabet: &str, wanted: char) -> Option<u64> {
    alphabet.chars().position(|c| c == wanted).and_then(|at| u64::try_from(at).ok())
}

/// The character of an alphabet at a place.
pub fn char_at(alphabet: &str, at: u64) -> Option<char> {
    alphabet.chars().nth(usize::try_from(at).ok()?)
}
