//! `GET /api/auth/me`: who is signed in, and what they may do.
//!
//! Refuses with: `token_required`, `token_expired`, `session_revoked`.

use shared::app::identity::EnrollingSession;
use shared::app::{App, Call, ExitCode, links};
use shared::http::links::{routes, session};
use shared::http::{Reply, Request, Result};
use shared::operations::sign_in::SignedIn;

fn main() -> ExitCode {
    links::serve(routes::GetMe, get_me)
}

async fn get_me(app: &'static App<EnrollingSession>, req: Request) -> Result {
    let Call { caller, .. } = app.call::<routes::GetMe>(&req).await?;
    let organization = app.store.tenant_in_all_modes(caller.member.tenant).await?;
    let (session, member) = (caller.session, caller.member);
    let signed_in = SignedIn { session, member, organization };
    Ok(Reply::json(&session::me(&signed_in, caller.mode)))
}
