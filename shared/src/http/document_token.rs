//! The token in `/invoice-files/{token}`: says which file of which document, until when, and proves
//! that we made it. It does not end with the credentials of the function that made it.
//!
//! `version(1) key number(1) mode(1) file(1) tenant(16) document(16) end(8) mac(16)`, base64url: 80
//! characters. `file` says whether the document is an invoice or a credit note, and which of its
//! files is meant; `end` is in milliseconds since 1970.

use super::link_token::LinkKey;
use crate::{
    mac::{self, MAC},
    model::{
        Id, Mode, Scope, Time,
        invoice::{DocumentId, FileKind, NamedFile},
    },
};
use ring::hmac;
use uuid::Uuid;

const VERSION: u8 = 2;

/// Length of what is signed, and of the whole.
const SIGNED: usize = 44;
const WHOLE: usize = SIGNED + MAC;

/// Makes the token of a file.
pub fn encode(key: &LinkKey, file: &NamedFile) -> String {
    let mode = match file.scope.mode {
        Mode::Test => 0,
        Mode::Live => 1,
    };
    let (of, document) = match file.document {
        DocumentId::Invoice(id) => (0, *id.uuid()),
        DocumentId::CreditNote(id) => (2, *id.uuid()),
    };
    let kind = match file.kind {
        FileKind::Pdf => 0,
        FileKind::Xml => 1,
    };
    let mut bytes = vec![VERSION, key.number, mode, of + kind];
    bytes.extend_from_slice(file.scope.tenant.uuid().as_bytes());
    bytes.extend_from_slice(document.as_bytes());
    bytes.extend_from_slice(&file.ends.ms().to_be_bytes());
    mac::signed(&key.signing, "", bytes)
}

/// The number of the key a token claims to be made with; `None` for what cannot be a token.
pub fn key_number(token: &str) -> Option<u8> {
    bytes(token)?.get(1).copied()
}

/// The file a token stands for, if it was made with this key; whether its time is over is for the
/// caller to say.
pub fn decode(key: &hmac::Key, token: &str) -> Option<NamedFile> {
    let bytes = bytes(token)?;
    let signed = mac::checked(key, &bytes)?;
    let mode = match signed.get(2)? {
        0 => Mode::Test,
        1 => Mode::Live,
        _ => return None,
    };
    let uuid = |range| Uuid::from_slice(signed.get(range)?).ok();
    let document = uuid(20..36)?;
    let (document, kind) = match signed.get(3)? {
        0 => (DocumentId::Invoice(Id::from_uuid(document)), FileKind::Pdf),
        1 => (DocumentId::Invoice(Id::from_uuid(document)), FileKind::Xml),
        2 => (DocumentId::CreditNote(Id::from_uuid(document)), FileKind::Pdf),
        3 => (DocumentId::CreditNote(Id::from_uuid(document)), FileKind::Xml),
        _ => return None,
    };
    let ends = i64::from_be_bytes(signed.get(36..SIGNED)?.try_into().ok()?);
    let scope = Scope { tenant: Id::from_uuid(uuid(4..20)?), mode };
    Some(NamedFile { scope, document, kind, ends: Time::from_ms(ends) })
}

fn bytes(token: &str) -> Option<Vec<u8>> {
    let bytes = mac::unpacked("", token)?;
    (bytes.len() == WHOLE && bytes.first() == Some(&VERSION)).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::TenantId;

    fn key(number: u8) -> LinkKey {
        LinkKey { number, signing: hmac::Key::new(hmac::HMAC_SHA256, &[number; 32]) }
    }

    fn file(mode: Mode, document: DocumentId, kind: FileKind) -> NamedFile {
        let scope = Scope { tenant: TenantId::mint(Time::from_ms(9), [1; 10]), mode };
        NamedFile { scope, document, kind, ends: Time::from_ms(1_795_255_200_250) }
    }

    #[test]
    fn a_token_leads_back_to_its_file() {
        let id = Id::mint(Time::from_ms(9), [2; 10]);
        for document in [DocumentId::Invoice(id), DocumentId::CreditNote(Id::from_uuid(*id.uuid()))]
        {
            for (mode, kind) in [(Mode::Test, FileKind::Pdf), (Mode::Live, FileKind::Xml)] {
                let file = file(mode, document, kind);
                let token = encode(&key(3), &file);
                assert_eq!((token.len(), key_number(&token)), (80, Some(3)));
                assert_eq!(decode(&key(3).signing, &token), Some(file));
                assert_eq!(decode(&key(4).signing, &token), None);
            }
        }
    }

    #[test]
    fn any_changed_character_makes_a_token_worthless() {
        let document = DocumentId::Invoice(Id::mint(Time::from_ms(9), [2; 10]));
        let token = encode(&key(1), &file(Mode::Test, document, FileKind::Pdf));
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(decode(&key(1).signing, &forged), None, "{at}");
        }
        for text in ["", "x", &token[..79], &format!("{token}A"), &"é".repeat(60)] {
            assert_eq!(decode(&key(1).signing, text), None);
        }
    }
}
