//! `GET /api/organization/members`: who works for the organisation.
//!
//! Refuses, in this order: `token_required`, `token_expired`, `session_revoked`, `validation_error`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{routes, team};
use shared::http::{Request, Result};

fn main() -> ExitCode {
    links::serve(routes::ListMembers, list_members)
}

async fn list_members(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::ListMembers>(&req).await?;
    let base = app.base_url(&req)?;
    let page = query.page(caller.scope(), "members")?;
    let found = app.store.members(caller.member.tenant).await?;
    Ok(team::members(found, &page, &req, &base))
}
