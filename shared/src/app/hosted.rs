//! Functions of the buyer's page.

use super::http_function::serves;
use crate::http::hosted::{Hosted, HostedPages};

serves! {
    /// Serves one of the page's own calls.
    serve => Hosted,
    /// Serves a page for people.
    serve_page => HostedPages,
}
