//! Functions of the links surface.

use super::http_function::serves;
use crate::http::links::{Links, PublicLinks};

serves! {
    /// Serves a handler on the links surface.
    serve => Links,
    /// Serves a handler that pages of any origin may call.
    serve_public => PublicLinks,
}
