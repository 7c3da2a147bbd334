//! Decimal numbers as texts, exactly, whatever their size.

/// A decimal number as its digits and a power of ten: `125e-1` for `12.5`, `12.50` and `1250e-2`.
/// `None` for what is no number.
pub fn exact(text: &str) -> Option<String> {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (rest, 0),
    };
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{decimals}");
    if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    let plain = digits.trim_end_matches('0');
    if plain.is_empty() {
        return Some("0".to_owned());
    }
    let trimmed = i64::try_from(digits.len() - plain.len()).ok()?;
    let shifted = i64::try_from(decimals.len()).ok()?;
    let exponent = exponent.checked_add(trimmed)?.checked_sub(shifted)?;
    Some(format!("{sign}{plain}e{exponent}"))
}
