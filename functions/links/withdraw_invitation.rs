//! `DELETE /api/organization/invitations/{id}`: takes an invitation back.
//!
//! Refuses, in this order: `permission_denied`, `invitation_not_found`, `permission_denied` for admins
//! and owners.

use shared::app::{App, ExitCode, Session, links};
use shared::http::links::{routes, team};
use shared::http::{Reply, Request, Result};
use shared::operations::team as members;

fn main() -> ExitCode {
    links::serve(routes::WithdrawInvitation, withdraw_invitation)
}

async fn withdraw_invitation(app: &'static App<Session>, req: Request) -> Result {
    let opened = app.open::<routes::WithdrawInvitation>(&req).await?;
    let (by, id) = (opened.caller.member.clone(), team::invitation_in_path(&req)?);
    let found = members::invited(&app.store, &by, id);
    app.fields_after::<routes::WithdrawInvitation, _>(&req, opened, found).await?;
    members::withdraw(&app.store, &by, id).await?;
    Ok(Reply::nothing())
}
