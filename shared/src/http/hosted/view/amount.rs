//! Amounts as buyers read them, before the page's script writes them in the page's language.

use super::says::filled;
use crate::http::hosted::words::{self, Locale};

/// `12.50` and `USD` as buyers write it: `$12.50`. Currencies without a sign of their own keep
/// their code, before the amount. `money.js` writes it anew in the page's language.
pub fn show_money(amount: &str, currency: &str) -> String {
    let (whole, cents) = amount.split_once('.').map_or((amount, None), |(w, c)| (w, Some(c)));
    let mut text = String::with_capacity(amount.len() + 8);
    match sign(currency) {
        Some(sign) => text.push_str(sign),
        None => {
            text.push_str(currency);
            text.push('\u{a0}');
        }
    }
    let digits = whole.chars().count();
    // A single comma with three digits behind it divides in half of the world: a space does not.
    let group = if cents.is_none() && digits < 7 { '\u{202f}' } else { ',' };
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (digits - i).is_multiple_of(3) {
            text.push(group);
        }
        text.push(digit);
    }
    if let Some(cents) = cents {
        text.push('.');
        text.push_str(cents);
    }
    text
}

/// `1.500` dinars read as fifteen hundred where a dot groups digits, and `1,500` where a comma
/// does: three decimals are named beside the number.
pub fn in_words(amount: &str, currency: &str, locale: Locale) -> Option<String> {
    let (whole, decimals) = amount.split_once('.').filter(|(_, decimals)| decimals.len() == 3)?;
    let words = words::money(locale);
    let dinar = (words.dinar_one, words.dinar_other);
    let (unit, part) = match currency {
        "TND" => (dinar, (words.millime_one, words.millime_other)),
        "LYD" => (dinar, (words.dirham_one, words.dirham_other)),
        "OMR" => ((words.rial_one, words.rial_other), (words.baisa_one, words.baisa_other)),
        "BHD" | "IQD" | "JOD" | "KWD" => (dinar, (words.fils_one, words.fils_other)),
        _ => return None,
    };
    let decimals = match decimals.trim_start_matches('0') {
        "" => "0",
        decimals => decimals,
    };
    // Languages with more forms than two name the unit first: `dinars: 2`.
    let named = |number: &str, (one, other): (&str, &str)| {
        filled(if number == "1" { one } else { other }, &[("n", number)])
    };
    let (whole, part) = (named(whole, unit), named(decimals, part));
    Some(filled(words.and, &[("whole", &whole), ("part", &part)]))
}

/// The style class that keeps an amount on one line.
pub fn length_class(money: &str) -> &'static str {
    // Letters are wider than digits.
    let width = money.chars().count() + money.chars().filter(|c| c.is_alphabetic()).count();
    match width {
        ..10 => "",
        10..15 => "long",
        15..21 => "longer",
        21.. => "longest",
    }
}

fn sign(currency: &str) -> Option<&'static str> {
    match currency {
        "USD" => Some("$"),
        "EUR" => Some("€"),
        "GBP" => Some("£"),
        "JPY" => Some("¥"),
        "CNY" => Some("CN¥"),
        "INR" => Some("₹"),
        "KRW" => Some("₩"),
        "ILS" => Some("₪"),
        "PHP" => Some("₱"),
        "VND" => Some("₫"),
        "AUD" => Some("A$"),
        "BRL" => Some("R$"),
        "CAD" => Some("CA$"),
        "HKD" => Some("HK$"),
        "MXN" => Some("MX$"),
        "NZD" => Some("NZ$"),
        "SGD" => Some("S$"),
        "TWD" => Some("NT$"),
        _ => None,
    }
}
