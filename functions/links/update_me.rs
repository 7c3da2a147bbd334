//! `PATCH /api/auth/me`: changes your own name, language or colours.
//!
//! Refuses, in this order: `token_required`, `token_expired`, `session_revoked`, `validation_error`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{routes, session};
use shared::http::{Reply, Request, Result};
use shared::operations::{own_account, sign_in::SignedIn};

fn main() -> ExitCode {
    links::serve(routes::UpdateMe, update_me)
}

async fn update_me(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, body, .. } = app.call::<routes::UpdateMe>(&req).await?;
    let (mode, session, member) = (caller.mode, caller.session, caller.member);
    let member = own_account::change_profile(&app.store, member, &body.command()).await?;
    let organization = app.store.tenant_in_all_modes(member.tenant).await?;
    Ok(Reply::json(&session::me(&SignedIn { session, member, organization }, mode)))
}
