//! The description of this API: OpenAPI 3.1, made from the types that read and write it.
//!
//! The document is committed and served as it is; a test makes it anew and compares.

use serde_json::value::{RawValue, to_raw_value};
use std::sync::LazyLock;

/// The document, as served.
pub const DOCUMENT: &str = include_str!("openapi.json");

// Escaping 150 KB takes three million instructions: once is enough.
static BODY: LazyLock<Option<Box<RawValue>>> = LazyLock::new(|| to_raw_value(DOCUMENT).ok());

/// The document as the gateway wants a body, a JSON string. Text always becomes one.
#[must_use]
pub fn body() -> Option<&'static RawValue> {
    BODY.as_deref()
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
