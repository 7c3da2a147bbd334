//! `GET /api/organization/dashboard`: everything that the first screen shows.
//!
//! Refuses with: `token_required`, `token_expired`, `session_revoked`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{routes, statistics, transaction::Shown};
use shared::http::{Reply, Request, Result};
use shared::model::member::Permission;
use shared::operations::{dashboard, organizations};

fn main() -> ExitCode {
    links::serve(routes::GetDashboard, get_dashboard)
}

async fn get_dashboard(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, .. } = app.call::<routes::GetDashboard>(&req).await?;
    let (base, now) = (app.base_url(&req)?, app.now());
    let seller = organizations::find(&app.store, caller.scope()).await?;
    let found = dashboard::dashboard(&app.store, &seller, &caller.member, now).await?;
    let shown = Shown { buyers: caller.member.role.may(Permission::SeeBuyers), now };
    Ok(Reply::json(&statistics::dashboard(&found, &seller, shown, &base)))
}
