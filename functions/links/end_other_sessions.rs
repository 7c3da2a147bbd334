//! `DELETE /api/auth/sessions`: ends all of your sign-ins but this one.
//!
//! Refuses, in this order: `token_required`, `token_expired`, `session_revoked`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::routes;
use shared::http::{Reply, Request, Result};
use shared::operations::own_account;

fn main() -> ExitCode {
    links::serve(routes::EndOtherSessions, end_other_sessions)
}

async fn end_other_sessions(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, .. } = app.call::<routes::EndOtherSessions>(&req).await?;
    own_account::end_others(&app.store, &caller.session, app.now()).await?;
    Ok(Reply::nothing())
}
