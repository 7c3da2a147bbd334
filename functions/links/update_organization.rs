//! `PATCH /api/organization`: changes settings; absent fields stay as they are.
//!
//! Refuses, in this order: `permission_denied`, `validation_error`, `changed_meanwhile`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{organization, routes, version};
use shared::http::{Reply, Request, Result};
use shared::operations::organizations;

fn main() -> ExitCode {
    links::serve(routes::UpdateOrganization, update_organization)
}

async fn update_organization(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, mut body, .. } = app.call::<routes::UpdateOrganization>(&req).await?;
    caller.needs(body.permission())?;
    let before = organizations::find(&app.store, caller.scope()).await?;
    version::check(&req, organizations::edits(&before))?;
    let name = body.name.take().map(|name| name.0);
    let after = body.over(&before.organization)?;
    let kept = organizations::change(&app.store, before, after, name, app.now()).await?;
    let edits = organizations::edits(&kept);
    let country = organizations::country(&app.store, caller.scope()).await?;
    let base = app.base_url(&req)?;
    Ok(Reply::json(&organization::view(&kept, country, &base)).versioned(edits, &req))
}
