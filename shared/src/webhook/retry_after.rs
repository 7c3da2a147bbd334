//! `Retry-After`: when a receiver wants to be asked again.

use crate::model::Time;
use std::time::UNIX_EPOCH;

/// Seconds from `now` that the header asks for: a number of seconds, or a date in one of
/// the three forms that HTTP knows (RFC 9110, 5.6.7). What cannot be read asks for nothing, and a
/// date that is over for no time.
pub fn seconds(header: &str, now: Time) -> Option<i64> {
    let text = header.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.parse().unwrap_or(i64::MAX));
    }
    let at = date(text)?;
    Some(at.ms_since(now).max(0).saturating_add(999) / 1000)
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, or one of the two older forms.
fn date(text: &str) -> Option<Time> {
    let at = httpdate::parse_http_date(text).ok()?;
    // A day that its month does not have is read as one of the next month.
    let shown = httpdate::fmt_http_date(at);
    if !text.contains(shown.get(8..11)?) {
        return None;
    }
    let ms = at.duration_since(UNIX_EPOCH).ok()?.as_millis();
    Some(Time::from_ms(i64::try_from(ms).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_nothing_else() {
        let now = Time::parse("2026-11-21T10:00:00.250Z").unwrap();
        for (header, expected) in [
            ("0", Some(0)),
            ("120", Some(120)),
            (" 120 ", Some(120)),
            ("99999999999999999999", Some(i64::MAX)),
            ("Sat, 21 Nov 2026 10:02:00 GMT", Some(120)),
            ("Sat, 21 Nov 2026 09:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("Sat, 21 Nov 2026 10:02:00 CET", None),
            ("Sat, 31 Nov 2026 10:02:00 GMT", None),
            ("Saturday, 21-Nov-26 10:02:00 GMT", Some(120)),
            ("Sat Nov 21 10:02:00 2026", Some(120)),
            ("Saturday, 31-Nov-26 10:02:00 GMT", None),
            ("2026-11-21T10:02:00Z", None),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(seconds(header, now), expected, "{header:?}");
        }
    }
}
