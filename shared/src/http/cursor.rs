//! Cursors: where a list goes on. Opaque, and good only for the list they came from.

use super::Result;
use crate::{
    digest::{hex, sha256},
    model::Scope,
    operations::Problem,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// Bytes that tie a cursor to its list.
const TIE: usize = 8;

/// The cursor for the page after `last` of the list that `query` names.
pub fn encode(scope: Scope, query: &str, last: Uuid) -> String {
    tied(scope, query, last.as_bytes())
}

/// The cursor for a list whose places take two ids.
pub fn encode_pair(scope: Scope, query: &str, first: Uuid, second: Uuid) -> String {
    tied(scope, query, &[*first.as_bytes(), *second.as_bytes()].concat())
}

/// The cursor for a list whose places are a sort key and an id.
pub fn encode_place(scope: Scope, query: &str, key: &str, last: Uuid) -> String {
    tied(scope, query, &[last.as_bytes(), key.as_bytes()].concat())
}

/// The sort key and the id that a cursor stands for.
///
/// # Errors
/// 422 when it is of another list or tenant, or no cursor at all.
pub fn decode_place(scope: Scope, query: &str, cursor: &str) -> Result<(String, Uuid)> {
    let place = untied(scope, query, cursor);
    let place = place.as_deref().and_then(|place| {
        let (id, key) = place.split_at_checked(16)?;
        Some((str::from_utf8(key).ok()?.to_owned(), Uuid::from_slice(id).ok()?))
    });
    place.ok_or_else(unknown)
}

fn tied(scope: Scope, query: &str, place: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode([place, &tie(scope, query, place)].concat())
}

/// The id a cursor stands for.
///
/// # Errors
/// 422 when it is of another list or tenant, or no cursor at all.
pub fn decode(scope: Scope, query: &str, cursor: &str) -> Result<Uuid> {
    untied(scope, query, cursor).and_then(|place| Uuid::from_slice(&place).ok()).ok_or_else(unknown)
}

/// The two ids a cursor stands for.
///
/// # Errors
/// 422 when it is of another list or tenant, or no cursor at all.
pub fn decode_pair(scope: Scope, query: &str, cursor: &str) -> Result<(Uuid, Uuid)> {
    let place = untied(scope, query, cursor);
    let ids = place.as_deref().and_then(|place| {
        let (first, second) = place.split_at_checked(16)?;
        Some((Uuid::from_slice(first).ok()?, Uuid::from_slice(second).ok()?))
    });
    ids.ok_or_else(unknown)
}

fn unknown() -> Problem {
    Problem::field("cursor", "must be a next_cursor of this very list")
}

fn untied(scope: Scope, query: &str, cursor: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (place, found) = bytes.split_at_checked(bytes.len().checked_sub(TIE)?)?;
    (found == tie(scope, query, place)).then(|| place.to_vec())
}

fn tie(scope: Scope, query: &str, place: &[u8]) -> [u8; TIE] {
    let text = format!("{}#{}#{query}#{}", scope.tenant, scope.mode, hex(place));
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
        assert!(decode_pair(scope(1), "payments", &cursor).is_err());
        let pair = (id, Uuid::from_u128(8));
        let both = encode_pair(scope(1), "deliveries", pair.0, pair.1);
        assert_eq!(decode_pair(scope(1), "deliveries", &both).unwrap(), pair);
        assert!(decode_pair(scope(2), "deliveries", &both).is_err());
        assert!(decode(scope(1), "deliveries", &both).is_err());
        for text in ["", "x", "AAAA", "ünicode", &cursor.to_uppercase()] {
            assert!(decode(scope(1), "payments", text).is_err(), "{text}");
        }
    }
}
