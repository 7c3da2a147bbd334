//! `GET /dashboard/assets/{build}/{file+}`: a file of the merchants' page; never changes.
//!
//! Refuses: `not_found`.

use shared::app::context::Nothing;
use shared::app::{ExitCode, dashboard};
use shared::http::dashboard::asset;
use shared::http::dashboard::routes;
use shared::http::{Request, Result};

fn main() -> ExitCode {
    dashboard::serve(routes::GetDashboardAsset, get_dashboard_asset)
}

async fn get_dashboard_asset(_app: &'static Nothing, req: Request) -> Result {
    asset(&req)
}
