//! Requests and replies, and each surface's bodies, views and table of problems.
//!
//! Surfaces: [`platform`] (`/v1/platform`), [`hosted`] (`/pay/{token}`). The payments surface
//! (`/payments`) and the links surface (`/api/payment-links/`) get a folder each beside these:
//! they share everything here except their own bodies, views and envelopes.

pub mod body;
pub mod cursor;
pub mod field;
pub mod gateway;
pub mod hosted;
pub mod idempotency;
pub mod link_token;
pub mod meaning;
pub mod openapi;
pub mod operators;
pub mod platform;
pub mod reply;
pub mod request;
pub mod route;
pub mod view;

use crate::operations::Problem;
pub use reply::{Content, Reply};
pub use request::Request;

/// What a handler answers.
pub type Result<T = Reply> = std::result::Result<T, Problem>;
