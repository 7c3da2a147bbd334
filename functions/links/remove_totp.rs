//! `DELETE /api/auth/totp`: takes the second factor away.
//!
//! Refuses, in this order: `reauthentication_required`, `permission_denied` where the organisation asks
//! for one.

use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, links};
use shared::http::links::routes;
use shared::http::{Reply, Request, Result};
use shared::operations::second_factors;

fn main() -> ExitCode {
    links::serve(routes::RemoveTotp, remove_totp)
}

async fn remove_totp(app: &'static App<RecentSession>, req: Request) -> Result {
    let Call { caller, .. } = app.call::<routes::RemoveTotp>(&req).await?;
    second_factors::remove(&app.store, caller.member, app.now()).await?;
    Ok(Reply::nothing())
}
