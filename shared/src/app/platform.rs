//! Functions of the platform surface.

use super::http_function::serves;
use crate::http::platform::Platform;

serves! {
    /// Serves a handler on the platform surface.
    serve => Platform,
}
