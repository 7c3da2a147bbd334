//! Whether an event was sent by Stripe: `Stripe-Signature`, by
//! <https://docs.stripe.com/webhooks#verify-manually>.

use crate::{
    digest::hex,
    model::{
        Time,
        secret::{Secret, kind},
    },
};
use ring::hmac;
use std::fmt::Write as _;

/// Proves to us that Stripe speaks: `whsec_...`, used as it is shown.
pub type StripeWebhookSecret = Secret<kind::StripeWebhook>;

/// How far Stripe's clock and ours may be apart, in seconds; older events are somebody's who kept one.
const TOLERANCE_S: i64 = 5 * 60;

/// Signatures that are looked at: one for each secret that is in use.
const MAX_SIGNATURES: usize = 8;

/// Why an event is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unproven {
    /// There is no header, or nobody can read it.
    Unreadable,
    /// It was signed too long ago, or too far ahead.
    Stale,
    /// None of its signatures is by one of these secrets.
    Foreign,
}

/// Checks the header of an event against its body, byte by byte as it came. While a secret is being
/// replaced there are two.
///
/// # Errors
/// See [`Unproven`].
pub fn verify(
    header: &str,
    body: &[u8],
    secrets: &[StripeWebhookSecret],
    now: Time,
) -> Result<(), Unproven> {
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let at = parts().find(|(name, _)| *name == "t").map(|(_, value)| value);
    let at = at.ok_or(Unproven::Unreadable)?;
    let seconds: i64 = at.parse().map_err(|_| Unproven::Unreadable)?;
    let given: Vec<Vec<u8>> = parts()
        .filter(|(name, _)| *name == "v1")
        .filter_map(|(_, value)| from_hex(value))
        .take(MAX_SIGNATURES)
        .collect();
    if given.is_empty() {
        return Err(Unproven::Unreadable);
    }
    let signed = [at.as_bytes(), b".", body].concat();
    let proven = secrets.iter().any(|secret| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
        given.iter().any(|given| hmac::verify(&key, &signed, given).is_ok())
    });
    if !proven {
        return Err(Unproven::Foreign);
    }
    let apart = now.seconds().checked_sub(seconds).map(i64::unsigned_abs);
    if apart.is_none_or(|apart| apart > TOLERANCE_S.unsigned_abs()) {
        return Err(Unproven::Stale);
    }
    Ok(())
}

/// The header as Stripe writes it: for stand-ins.
pub fn sign(body: &[u8], secret: &StripeWebhookSecret, now: Time) -> String {
    let at = now.seconds().to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
    let tag = hmac::sign(&key, &[at.as_bytes(), b".", body].concat());
    let mut header = format!("t={at},v1=");
    // Writing to a text cannot fail.
    let _ = header.write_str(&hex(tag.as_ref()));
    header
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let pairs = text.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Time {
        Time::from_ms(1_795_255_200_000)
    }

    fn secret(text: &str) -> StripeWebhookSecret {
        StripeWebhookSecret::new(text.to_owned())
    }

    #[test]
    fn a_signature_is_good_for_its_bytes_and_its_time() {
        let secrets = [secret("whsec_old"), secret("whsec_new")];
        let body = br#"{"id": "evt_1"}"#;
        for by in &secrets {
            let header = sign(body, by, now());
            assert_eq!(verify(&header, body, &secrets, now()), Ok(()));
            let other = br#"{"id":"evt_1"}"#;
            assert_eq!(verify(&header, other, &secrets, now()), Err(Unproven::Foreign));
            for (seconds, fine) in [(300, true), (301, false), (-300, true), (-301, false)] {
                let told = verify(&header, body, &secrets, now().plus_seconds(seconds));
                assert_eq!(told, if fine { Ok(()) } else { Err(Unproven::Stale) }, "{seconds}");
            }
        }
        let foreign = sign(body, &secret("whsec_x"), now());
        assert_eq!(verify(&foreign, body, &secrets, now()), Err(Unproven::Foreign));
        assert_eq!(verify(&foreign, body, &[], now()), Err(Unproven::Foreign));
    }

    #[test]
    fn one_good_signature_among_others_is_enough() {
        let (by, body) = (secret("whsec_new"), b"{}");
        let header = sign(body, &by, now());
        let (at, tag) = header.split_once(",v1=").unwrap();
        let mixed = format!("{at}, v0={tag}, v1=00ff, v1={tag}");
        assert_eq!(verify(&mixed, body, &[by], now()), Ok(()));
    }

    /// Computed by OpenSSL: `printf '1795255200.{}' | openssl dgst -sha256 -hmac whsec_test`.
    #[test]
    fn others_sign_alike() {
        let header = sign(b"{}", &secret("whsec_test"), now());
        assert_eq!(
            header,
            "t=1795255200,v1=4e0dabf1d6e9844bd1b9e4178bd038546e894343a12f70e776860a8abef05fb2"
        );
    }

    #[test]
    fn what_nobody_can_read_proves_nothing() {
        for header in ["", "t=", "t=x,v1=00", "v1=00", "t=1", "t=1,v1=", "t=1,v1=0", "t=1,v1=zz"] {
            let told = verify(header, b"{}", &[secret("whsec_test")], now());
            assert!(told.is_err(), "{header}");
        }
        let huge = format!("t={},v1=00", i64::MIN);
        assert!(verify(&huge, b"{}", &[secret("whsec_test")], now()).is_err());
    }
}
