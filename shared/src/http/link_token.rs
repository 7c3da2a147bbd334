//! The token in `/pay/{token}`: says which intent, and proves that we made it.
//!
//! `version(1) key number(1) mode(1) tenant(16) intent(16) mac(16)`, base64url: 68 characters.
//! The 128-bit MAC makes it unguessable although ids are not secret, a forged token costs no read,
//! and nothing about it is stored.

use crate::{
    digest::same,
    model::{Mode, Scope, id::Id, id::PaymentIntentId},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use uuid::Uuid;

const VERSION: u8 = 1;

/// Length of what is signed, and of the whole.
const SIGNED: usize = 35;
const WHOLE: usize = SIGNED + 16;

/// A link key with its number.
pub type NumberedKey = (u8, hmac::Key);

/// Makes the token of an intent.
#[must_use]
pub fn encode(key: &NumberedKey, scope: Scope, id: PaymentIntentId) -> String {
    let mode = match scope.mode {
        Mode::Test => 0,
        Mode::Live => 1,
    };
    let mut bytes = vec![VERSION, key.0, mode];
    bytes.extend_from_slice(scope.tenant.uuid().as_bytes());
    bytes.extend_from_slice(id.uuid().as_bytes());
    let mac = hmac::sign(&key.1, &bytes);
    bytes.extend(mac.as_ref().iter().take(WHOLE - SIGNED));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The number of the key a token claims to be made with; `None` for what cannot be a token.
#[must_use]
pub fn key_number(token: &str) -> Option<u8> {
    let bytes = bytes(token)?;
    bytes.get(1).copied()
}

/// The intent a token stands for, if it was made with this key.
#[must_use]
pub fn decode(key: &hmac::Key, token: &str) -> Option<(Scope, PaymentIntentId)> {
    let bytes = bytes(token)?;
    let (signed, mac) = bytes.split_at_checked(SIGNED)?;
    let expected = hmac::sign(key, signed);
    let expected = expected.as_ref().get(..WHOLE - SIGNED)?;
    if !same(expected, mac) {
        return None;
    }
    let mode = match signed.get(2)? {
        0 => Mode::Test,
        1 => Mode::Live,
        _ => return None,
    };
    let id = |range| Uuid::from_slice(signed.get(range)?).ok();
    let scope = Scope { tenant: Id::from_uuid(id(3..19)?), mode };
    Some((scope, Id::from_uuid(id(19..SIGNED)?)))
}

fn bytes(token: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(token.get(..token.len().min(100))?).ok()?;
    (bytes.len() == WHOLE && bytes.first() == Some(&VERSION)).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Time, id::TenantId};

    fn key(number: u8) -> NumberedKey {
        (number, hmac::Key::new(hmac::HMAC_SHA256, &[number; 32]))
    }

    #[test]
    fn a_token_leads_back_to_its_intent() {
        let scope = Scope { tenant: TenantId::mint(Time::from_ms(9), [1; 10]), mode: Mode::Live };
        let id = PaymentIntentId::mint(Time::from_ms(9), [2; 10]);
        let token = encode(&key(3), scope, id);
        assert_eq!(token.len(), 68);
        assert_eq!(key_number(&token), Some(3));
        assert_eq!(decode(&key(3).1, &token), Some((scope, id)));
        assert_eq!(decode(&key(4).1, &token), None);
    }

    #[test]
    fn any_changed_character_makes_a_token_worthless() {
        let scope = Scope { tenant: TenantId::mint(Time::from_ms(9), [1; 10]), mode: Mode::Test };
        let token = encode(&key(1), scope, PaymentIntentId::mint(Time::from_ms(9), [2; 10]));
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(decode(&key(1).1, &forged), None, "{at}");
        }
        for text in ["", "x", &token[..67], &format!("{token}A"), &"é".repeat(60)] {
            assert_eq!(decode(&key(1).1, text), None);
        }
    }
}
