//! The description of this API: OpenAPI 3.1, made from the types that read and write it.
//!
//! The document is committed and served as it is; a test makes it anew and compares.

use serde_json::value::RawValue;
use std::sync::LazyLock;

/// The document, as served.
pub const DOCUMENT: &str = include_str!("openapi.json");

/// The document as the gateway wants a body: a JSON string. Escaping 150 KB takes three million
/// instructions, so the compiler does it, once for all calls.
static ESCAPED: [u8; escaped_length(DOCUMENT.as_bytes())] = escaped(DOCUMENT.as_bytes());

static BODY: LazyLock<Option<&'static RawValue>> =
    LazyLock::new(|| serde_json::from_slice(&ESCAPED).ok());

/// The document as a body. Never `None`, which a test holds.
#[must_use]
pub fn body() -> Option<&'static RawValue> {
    *BODY
}

/// What follows the backslash where a JSON string cannot have the byte as it is.
const fn escape(byte: u8) -> Option<u8> {
    match byte {
        b'"' | b'\\' => Some(byte),
        b'\n' => Some(b'n'),
        0..0x20 => panic!("the document has no control characters but line feeds"),
        0x20.. => None,
    }
}

#[allow(clippy::indexing_slicing, reason = "the compiler runs this, and would not compile")]
const fn escaped_length(text: &[u8]) -> usize {
    let (mut at, mut length) = (0, 2);
    while at < text.len() {
        length += if escape(text[at]).is_some() { 2 } else { 1 };
        at += 1;
    }
    length
}

#[allow(clippy::indexing_slicing, reason = "the compiler runs this, and would not compile")]
const fn escaped<const N: usize>(text: &[u8]) -> [u8; N] {
    let mut to = [b'"'; N];
    let (mut at, mut end) = (0, 1);
    while at < text.len() {
        to[end] = text[at];
        if let Some(letter) = escape(text[at]) {
            to[end] = b'\\';
            end += 1;
            to[end] = letter;
        }
        at += 1;
        end += 1;
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_the_document() {
        let body: String = serde_json::from_str(body().unwrap().get()).unwrap();
        assert!(body == DOCUMENT);
    }
}
