//! `DELETE /api/auth/sessions/{id}`: ends one of your sign-ins.
//!
//! Refuses, in this order: `token_required`, `token_expired`, `session_revoked`, `session_not_found`.

use shared::app::{App, ExitCode, Session, links};
use shared::http::links::{account, routes};
use shared::http::{Reply, Request, Result};
use shared::model::session::SessionRef;
use shared::operations::own_account;

fn main() -> ExitCode {
    links::serve(routes::EndSession, end_session)
}

async fn end_session(app: &'static App<Session>, req: Request) -> Result {
    let opened = app.open::<routes::EndSession>(&req).await?;
    let place = SessionRef { id: account::in_path(&req)?, ..opened.caller.session.place() };
    let found = own_account::session(&app.store, place);
    app.fields_after::<routes::EndSession, _>(&req, opened, found).await?;
    own_account::end_session(&app.store, place, app.now()).await?;
    Ok(Reply::nothing())
}
