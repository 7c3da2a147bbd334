//! The token in `/pay/{token}`: says which intent, and proves that we made it.
//!
//! `version(1) key number(1) mode(1) tenant(16) intent(16) mac(16)`, base64url: 68 characters.
//! The 128-bit MAC makes it unguessable although ids are not secret, a forged token costs no read,
//! and nothing about it is stored.
//!
//! A receipt is the same with the submit in the intent's place, and a version of its own. It is for
//! the browser whose submit it was: a submit's id alone opens nothing, since webhooks and lists name
//! it.

use crate::{
    digest::same,
    model::{
        Mode, Scope,
        id::{AttemptId, Id, PaymentIntentId},
        payment_intent::PaymentRef,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use uuid::Uuid;

const LINK: u8 = 1;
const RECEIPT: u8 = 3;

/// Length of what is signed, and of the whole.
const SIGNED: usize = 35;
const WHOLE: usize = SIGNED + 16;

/// A key of the deployment's ring for links.
pub struct LinkKey {
    /// Its number in the ring: a token that it made says so.
    pub number: u8,
    /// What tokens are signed with.
    pub signing: hmac::Key,
}

/// Makes the token of an intent.
pub fn encode(key: &LinkKey, scope: Scope, id: PaymentIntentId) -> String {
    token(LINK, key, scope, id.uuid())
}

/// Makes the receipt of a submit.
pub fn encode_receipt(key: &LinkKey, scope: Scope, submit: AttemptId) -> String {
    token(RECEIPT, key, scope, submit.uuid())
}

fn token(version: u8, key: &LinkKey, scope: Scope, id: &Uuid) -> String {
    let mode = match scope.mode {
        Mode::Test => 0,
        Mode::Live => 1,
    };
    let mut bytes = vec![version, key.number, mode];
    bytes.extend_from_slice(scope.tenant.uuid().as_bytes());
    bytes.extend_from_slice(id.as_bytes());
    let mac = hmac::sign(&key.signing, &bytes);
    bytes.extend(mac.as_ref().iter().take(WHOLE - SIGNED));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The number of the key a token claims to be made with; `None` for what cannot be a token.
pub fn key_number(token: &str) -> Option<u8> {
    let bytes = bytes(token)?;
    bytes.get(1).copied()
}

/// The intent a token stands for, if it was made with this key.
pub fn decode(key: &hmac::Key, token: &str) -> Option<PaymentRef> {
    let (scope, id) = read(LINK, key, token)?;
    Some(PaymentRef { scope, id: Id::from_uuid(id) })
}

/// The submit that a receipt stands for, if it was made with this key.
pub fn decode_receipt(key: &hmac::Key, token: &str) -> Option<(Scope, AttemptId)> {
    let (scope, id) = read(RECEIPT, key, token)?;
    Some((scope, Id::from_uuid(id)))
}

fn read(version: u8, key: &hmac::Key, token: &str) -> Option<(Scope, Uuid)> {
    let bytes = bytes(token).filter(|bytes| bytes.first() == Some(&version))?;
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
    Some((scope, id(19..SIGNED)?))
}

fn bytes(token: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(token.get(..token.len().min(100))?).ok()?;
    (bytes.len() == WHOLE).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Time, id::TenantId};

    fn key(number: u8) -> LinkKey {
        LinkKey { number, signing: hmac::Key::new(hmac::HMAC_SHA256, &[number; 32]) }
    }

    #[test]
    fn a_token_leads_back_to_its_intent() {
        let scope = Scope { tenant: TenantId::mint(Time::from_ms(9), [1; 10]), mode: Mode::Live };
        let id = PaymentIntentId::mint(Time::from_ms(9), [2; 10]);
        let token = encode(&key(3), scope, id);
        assert_eq!(token.len(), 68);
        assert_eq!(key_number(&token), Some(3));
        assert_eq!(decode(&key(3).signing, &token), Some(PaymentRef { scope, id }));
        assert_eq!(decode(&key(4).signing, &token), None);
    }

    #[test]
    fn a_receipt_leads_back_to_its_submit_and_neither_is_the_other() {
        let scope = Scope { tenant: TenantId::mint(Time::from_ms(9), [1; 10]), mode: Mode::Live };
        let submit = AttemptId::mint(Time::from_ms(9), [3; 10]);
        let receipt = encode_receipt(&key(3), scope, submit);
        assert_eq!(decode_receipt(&key(3).signing, &receipt), Some((scope, submit)));
        assert_eq!(decode_receipt(&key(4).signing, &receipt), None);
        assert_eq!(decode(&key(3).signing, &receipt), None, "a receipt opens no page");
        let link = encode(&key(3), scope, PaymentIntentId::mint(Time::from_ms(9), [3; 10]));
        assert_eq!(decode_receipt(&key(3).signing, &link), None, "a link is no receipt");
    }

    #[test]
    fn any_changed_character_makes_a_token_worthless() {
        let scope = Scope { tenant: TenantId::mint(Time::from_ms(9), [1; 10]), mode: Mode::Test };
        let token = encode(&key(1), scope, PaymentIntentId::mint(Time::from_ms(9), [2; 10]));
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(decode(&key(1).signing, &forged), None, "{at}");
        }
        for text in ["", "x", &token[..67], &format!("{token}A"), &"é".repeat(60)] {
            assert_eq!(decode(&key(1).signing, text), None);
        }
    }
}
