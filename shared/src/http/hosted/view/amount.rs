//! Amounts as buyers read them, before the page's script writes them in the buyer's language.

/// `12.50` and `USD` as buyers write it: `$12.50`. Currencies without a sign of their own keep
/// their code, before the amount. `money.js` writes it anew in the buyer's language.
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
pub fn in_words(amount: &str, currency: &str) -> Option<String> {
    let (whole, decimals) = amount.split_once('.').filter(|(_, decimals)| decimals.len() == 3)?;
    let (unit, part) = match currency {
        "TND" => ("dinar", "millime"),
        "LYD" => ("dinar", "dirham"),
        "OMR" => ("rial", "baisa"),
        "BHD" | "IQD" | "JOD" | "KWD" => ("dinar", "fils"),
        _ => return None,
    };
    let decimals = match decimals.trim_start_matches('0') {
        "" => "0",
        decimals => decimals,
    };
    let plural = |number: &str, name: &str| if number == "1" || name == "fils" { "" } else { "s" };
    let (units, parts) = (plural(whole, unit), plural(decimals, part));
    Some(format!("{whole} {unit}{units} and {decimals} {part}{parts}"))
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
