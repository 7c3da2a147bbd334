//! `GET /dashboard`: the page that merchants work in.

use shared::app::context::SettingsOnly;
use shared::app::{ExitCode, dashboard};
use shared::http::dashboard::page;
use shared::http::dashboard::routes;
use shared::http::{Request, Result};

fn main() -> ExitCode {
    dashboard::serve(routes::ShowDashboard, show_dashboard)
}

async fn show_dashboard(app: &'static SettingsOnly, req: Request) -> Result {
    Ok(page::show(&req, app.config.public_base_url.as_deref()))
}
