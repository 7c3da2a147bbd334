//! Requests and replies, and each surface's bodies, views and table of problems.
//!
//! Surfaces: [`platform`] (`/v1/platform`), [`payments`] (`/payments`), [`links`]
//! (`/api/payment-links/`), [`hosted`] (`/pay/{token}`), [`dashboard`] (`/dashboard`). Each has a folder with its bodies, views,
//! routes and problems, and a type that is its envelope ([`surface`]); everything else is shared.

pub mod body;
pub mod cursor;
pub mod dashboard;
pub mod deliveries;
pub mod document_token;
pub mod event_filters;
pub mod field;
pub mod gateway;
pub mod hosted;
pub mod idempotency;
pub mod link_token;
pub mod links;
pub mod meaning;
pub mod openapi;
pub mod operators;
pub mod paths;
pub mod payments;
pub mod platform;
pub mod remembered_endpoint;
pub mod reply;
pub mod request;
pub mod revealed;
pub mod route;
pub mod surface;
pub mod tax_fields;
pub mod tax_settings;
pub mod trusted_proxies;
pub mod view;

use crate::operations::Problem;
pub use reply::{Content, Reply};
pub use request::Request;

/// What a handler answers.
pub type Result<T = Reply> = std::result::Result<T, Problem>;
