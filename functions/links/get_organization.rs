//! `GET /api/organization`: the organisation's settings.
//!
//! Refuses with: `token_required`, `token_expired`, `session_revoked`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{organization, routes};
use shared::http::{Reply, Request, Result};
use shared::operations::organizations;

fn main() -> ExitCode {
    links::serve(routes::GetOrganization, get_organization)
}

async fn get_organization(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, .. } = app.call::<routes::GetOrganization>(&req).await?;
    let seller = organizations::find(&app.store, caller.scope()).await?;
    let edits = organizations::edits(&seller);
    let country = organizations::country(&app.store, caller.scope()).await?;
    let base = app.base_url(&req)?;
    Ok(Reply::json(&organization::view(&seller, country, &base)).versioned(edits, &req))
}
