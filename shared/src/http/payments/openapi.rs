//! The description of the payments surface.

/// OpenAPI 3.1, made from the routes by a test (tests/openapi/payments.rs).
pub const DOCUMENT: &str = include_str!("openapi.json");
