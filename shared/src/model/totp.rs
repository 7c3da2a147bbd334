//! One-time codes of authenticator apps (RFC 6238), and codes for whoever has lost the app.
//!
//! SHA-1 with six digits every thirty seconds is what all apps know. A code is good one step early and
//! one step late, and each step once: whoever looks over a shoulder comes too late.

use super::{Time, password::Pepper};
use crate::digest::{first_of, hex, same};
use ring::hmac;

/// Bytes of a secret: as many as the hash has (RFC 4226, section 4).
pub const SECRET_LEN: usize = 20;

/// Seconds for which one code is good: what authenticator apps expect (RFC 6238).
const STEP_S: i64 = 30;

/// Steps that a clock may be off, either way.
const DRIFT: i64 = 1;

/// How many codes for recovery there are.
pub const RECOVERY_CODES: usize = 10;

/// Letters and digits that nobody mistakes for each other: 32 of them, five bits each.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstvwxyz0123456789";

/// Characters of a code for recovery: 50 bits.
const RECOVERY_LEN: usize = 10;

/// RFC 4648, as authenticator apps read secrets.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step in which a moment lies.
fn step_at(now: Time) -> i64 {
    now.seconds().div_euclid(STEP_S)
}

/// The step whose code this is, at `now`: after the last one that was used.
pub fn matching_step(secret: &[u8], typed: &str, last_used: Option<i64>, now: Time) -> Option<i64> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let current = step_at(now);
    let mut found = None;
    // Every step is looked at, whatever matches: time tells nothing.
    for step in current - DRIFT..=current + DRIFT {
        let right = same(code(secret, step).as_bytes(), digits.as_bytes());
        if right && last_used.is_none_or(|used| used < step) {
            found = Some(step);
        }
    }
    found
}

/// The code of a step.
pub fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag.last().copied().unwrap_or(0) & 0x0f);
    let four: [u8; 4] = first_of(tag.get(offset..).unwrap_or_default());
    let number = (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000;
    format!("{number:06}")
}

/// A secret as apps take it.
pub fn base32(secret: &[u8]) -> String {
    letters(secret, BASE32)
}

fn letters(bytes: &[u8], alphabet: &[u8; 32]) -> String {
    let bits = bytes.len() * 8;
    let bit = |at: usize| {
        let byte = bytes.get(at / 8).copied().unwrap_or(0);
        usize::from(byte >> (7 - at % 8) & 1)
    };
    let groups = (0..bits).step_by(5);
    groups
        .map(|start| {
            let index = (start..start + 5)
                .fold(0, |index, at| index * 2 + if at < bits { bit(at) } else { 0 });
            alphabet.get(index).copied().map_or('?', char::from)
        })
        .collect()
}

/// The address that apps read as a picture.
pub fn otpauth_url(secret: &[u8], issuer: &str, account: &str) -> String {
    let (issuer, account) = (escaped(issuer), escaped(account));
    let secret = base32(secret);
    format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}\
         &algorithm=SHA1&digits=6&period={STEP_S}"
    )
}

/// All but unreserved characters as percent and hex (RFC 3986).
fn escaped(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    });
    bytes.collect()
}

/// A code for recovery out of random bytes: `xxxxx-xxxxx`.
pub fn recovery_code(random: [u8; 7]) -> String {
    let letters: String = letters(&random, ALPHABET).chars().take(RECOVERY_LEN).collect();
    let (one, other) = letters.split_at(RECOVERY_LEN / 2);
    format!("{one}-{other}")
}

/// A code for recovery as people type it, in one form: capitals, spaces and hyphens do not matter.
/// `None` for what can be none.
pub fn typed_recovery_code(typed: &str) -> Option<String> {
    let letters = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let letters: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    let known = |c: char| u8::try_from(c).is_ok_and(|c| ALPHABET.contains(&c));
    (letters.len() == RECOVERY_LEN && letters.chars().all(known)).then_some(letters)
}

/// What is kept of a code for recovery: an HMAC under the pepper, after the pepper's number.
pub fn recovery_hash(pepper: Pepper<'_>, letters: &str) -> String {
    hash(pepper.number, pepper.key, letters)
}

/// Which of the kept hashes is that of a code.
pub fn find_recovery(pepper: Pepper<'_>, letters: &str, kept: &[String]) -> Option<usize> {
    let older = pepper.older.iter().map(|(number, key)| hash(*number, key, letters));
    let hashes: Vec<String> =
        std::iter::once(recovery_hash(pepper, letters)).chain(older).collect();
    kept.iter().position(|kept| hashes.iter().any(|hash| same(hash.as_bytes(), kept.as_bytes())))
}

fn hash(number: u8, key: &[u8], letters: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let tag = hmac::sign(&key, format!("recovery#{letters}").as_bytes());
    format!("{number}.{}", hex(tag.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> Time {
        Time::from_ms(seconds * 1_000)
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, step_at(at(seconds))), expected, "{seconds}");
        }
        assert_eq!(base32(SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn hard_case_34_a_code_is_good_once_and_for_clocks_that_are_half_a_minute_off() {
        let now = at(1_795_255_200);
        let step = step_at(now);
        for off in [-25, 0, 25] {
            let shown = code(SECRET, step_at(now.plus_seconds(off)));
            let found = matching_step(SECRET, &shown, None, now);
            assert_eq!(found, Some(step_at(now.plus_seconds(off))), "{off} seconds off");
        }
        let shown = code(SECRET, step);
        let spaced = format!(" {} {} ", &shown[..3], &shown[3..]);
        assert_eq!(matching_step(SECRET, &spaced, None, now), Some(step));
        assert_eq!(matching_step(SECRET, &shown, Some(step), now), None, "used");
        assert_eq!(matching_step(SECRET, &shown, Some(step - 1), now), Some(step));
        let early = code(SECRET, step - 1);
        assert_eq!(matching_step(SECRET, &early, Some(step), now), None, "older than the last");
        for old in [code(SECRET, step - 2), code(SECRET, step + 2), String::new()] {
            assert_eq!(matching_step(SECRET, &old, None, now), None);
        }
    }

    #[test]
    fn hard_case_34_codes_for_recovery_are_read_as_people_type_them() {
        let code = recovery_code([0xff, 0, 0x5a, 0x13, 7, 0xa0, 0x55]);
        assert_eq!(code.len(), 11);
        let letters = typed_recovery_code(&code).unwrap();
        for typed in [code.to_uppercase(), format!(" {} ", code.replace('-', " ")), letters.clone()]
        {
            assert_eq!(typed_recovery_code(&typed).as_deref(), Some(letters.as_str()), "{typed}");
        }
        for none in ["", "123456", "abcde-fghi", "abcde-fghil", "äbcde-fghjk"] {
            assert_eq!(typed_recovery_code(none), None, "{none}");
        }
        let older = [(1_u8, std::sync::Arc::new(vec![1; 32]))];
        let before = Pepper { number: 1, key: &[1; 32], older: &[] };
        let now = Pepper { number: 2, key: &[2; 32], older: &older };
        let kept = [recovery_hash(now, "0000000000"), recovery_hash(before, &letters)];
        assert_eq!(find_recovery(now, &letters, &kept), Some(1));
        assert_eq!(find_recovery(now, "1111111111", &kept), None);
    }

    #[test]
    fn an_app_reads_issuer_and_account_whatever_they_are_called() {
        let url = otpauth_url(SECRET, "Ada & Söhne", "ada@example.com");
        let begins = "otpauth://totp/Ada%20%26%20S%C3%B6hne:ada%40example.com?secret=GEZDGNBV";
        assert!(url.starts_with(begins), "{url}");
        assert!(url.ends_with("&algorithm=SHA1&digits=6&period=30"));
    }
}
