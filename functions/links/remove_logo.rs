//! `DELETE /api/organization/logo`: shows no logo any more.
//!
//! Refuses, in this order: `permission_denied`, `throttled`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::routes;
use shared::http::{Reply, Request, Result};
use shared::operations::{organizations, pictures};

fn main() -> ExitCode {
    links::serve(routes::RemoveLogo, remove_logo)
}

async fn remove_logo(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, .. } = app.call::<routes::RemoveLogo>(&req).await?;
    let before = organizations::find(&app.store, caller.scope()).await?;
    pictures::set_logo(&app.store, before, None, app.now()).await?;
    Ok(Reply::nothing())
}
