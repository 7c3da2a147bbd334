//! `GET /api/auth/sessions`: where you are signed in.
//!
//! Refuses, in this order: `token_required`, `token_expired`, `session_revoked`, `validation_error`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{account, routes};
use shared::http::{Request, Result};
use shared::operations::own_account;

fn main() -> ExitCode {
    links::serve(routes::ListSessions, list_sessions)
}

async fn list_sessions(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::ListSessions>(&req).await?;
    let (base, now) = (app.base_url(&req)?, app.now());
    let page = query.page(caller.scope())?;
    let (tenant, member) = (caller.member.tenant, caller.member.id);
    let found = own_account::sessions(&app.store, tenant, member, now).await?;
    Ok(account::list(found, caller.session.id, &page, &req, &base))
}
