//! The description of this API: OpenAPI 3.1, made from the types that read and write it.
//!
//! The document is committed and served as it is; a test makes it anew and compares.

/// The document, as served.
pub const DOCUMENT: &str = include_str!("openapi.json");
