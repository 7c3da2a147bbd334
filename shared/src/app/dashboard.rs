//! Functions of the merchant dashboard.

use super::http_function::serves;
use crate::http::dashboard::Dashboard;

serves! {
    /// Serves the dashboard's page or its files.
    serve => Dashboard,
}
