//! Amounts as text, by integers alone.

use crate::document::Currency;

/// `1234.50`: what XML and the figures of a page begin with.
pub fn plain(amount: i64, currency: Currency) -> String {
    let decimals = usize::try_from(currency.decimals).unwrap_or(0);
    let digits = format!("{:0>width$}", amount.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let sign = if amount < 0 { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// `1 234.50`, with no-break spaces between thousands, so that no figure is broken over lines.
pub fn grouped(amount: i64, currency: Currency) -> String {
    let plain = plain(amount, currency);
    let (whole, fraction) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let (sign, digits) = whole.split_at(whole.len() - whole.trim_start_matches('-').len());
    let mut text = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text + fraction
}

/// `EUR 1 234.50`, always with the currency's own decimals.
pub fn shown(amount: i64, currency: Currency) -> String {
    format!("{}\u{a0}{}", currency.code(), grouped(amount, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_their_currencys_decimals() {
        let currency = |code: &[u8; 3], decimals| Currency { code: *code, decimals };
        for (amount, code, decimals, expected) in [
            (123_450, b"EUR", 2, "EUR 1 234.50"),
            (0, b"EUR", 2, "EUR 0.00"),
            (5, b"EUR", 2, "EUR 0.05"),
            (1_000, b"JPY", 0, "JPY 1 000"),
            (1_500, b"KWD", 3, "KWD 1.500"),
            (100_000_000, b"EUR", 2, "EUR 1 000 000.00"),
            (-99_999, b"EUR", 2, "EUR -999.99"),
            (i64::MAX, b"EUR", 2, "EUR 92 233 720 368 547 758.07"),
        ] {
            let text = shown(amount, currency(code, decimals));
            assert_eq!(text.replace('\u{a0}', " "), expected);
        }
    }
}
