//! `GET /api/organization/invitations`: who is invited, and who was.
//!
//! Refuses, in this order: `permission_denied`, `validation_error`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{routes, team};
use shared::http::{Request, Result};

fn main() -> ExitCode {
    links::serve(routes::ListInvitations, list_invitations)
}

async fn list_invitations(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::ListInvitations>(&req).await?;
    let base = app.base_url(&req)?;
    let page = query.page(caller.scope(), "invitations")?;
    let found = app.store.invitations(caller.member.tenant).await?;
    Ok(team::invitations(found, &page, &req, &base, app.now()))
}
