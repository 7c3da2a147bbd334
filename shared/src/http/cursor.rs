//! Cursors: where a list goes on. Opaque, and good only for the list they came from.

use super::{Error, Result};
use crate::{digest::sha256, model::Scope};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// Bytes that tie a cursor to its list.
const TIE: usize = 8;

/// The cursor for the page after `last` of the list that `query` names.
#[must_use]
pub fn encode(scope: Scope, query: &str, last: Uuid) -> String {
    let mut bytes = last.as_bytes().to_vec();
    bytes.extend_from_slice(&tie(scope, query, last));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The id a cursor stands for.
///
/// # Errors
/// 422 when it is of another list or tenant, or no cursor at all.
pub fn decode(scope: Scope, query: &str, cursor: &str) -> Result<Uuid> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap_or_default();
    let parts = bytes.split_at_checked(16).and_then(|(id, found)| {
        let id = Uuid::from_slice(id).ok()?;
        (found == tie(scope, query, id)).then_some(id)
    });
    parts.ok_or_else(|| Error::field("cursor", "must be a next_cursor of this very list"))
}

fn tie(scope: Scope, query: &str, last: Uuid) -> [u8; TIE] {
    let text = format!("{}#{}#{query}#{last}", scope.tenant, scope.mode);
    sha256(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Mode, Time, id::TenantId};

    #[test]
    fn cursors_are_good_for_their_own_list_only() {
        let scope =
            |n| Scope { tenant: TenantId::mint(Time::from_ms(0), [n; 10]), mode: Mode::Test };
        let id = Uuid::from_u128(7);
        let cursor = encode(scope(1), "payments", id);
        assert_eq!(decode(scope(1), "payments", &cursor).unwrap(), id);
        assert!(decode(scope(2), "payments", &cursor).is_err());
        assert!(decode(scope(1), "users", &cursor).is_err());
        for text in ["", "x", "AAAA", "ünicode", &cursor.to_uppercase()] {
            assert!(decode(scope(1), "payments", text).is_err(), "{text}");
        }
    }
}
