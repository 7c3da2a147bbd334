//! Functions of the payments surface.

use super::http_function::serves;
use crate::http::payments::Payments;

serves! {
    /// Serves a handler on the payments surface.
    serve => Payments,
}
