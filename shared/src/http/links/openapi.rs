//! The description of this surface: OpenAPI 3.1, made from the types that read and write it.

/// The document, as served.
pub const DOCUMENT: &str = include_str!("openapi.json");
