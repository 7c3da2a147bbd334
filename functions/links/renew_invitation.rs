//! `POST /api/organization/invitations/{id}/renew`: a new address for an invitation; the one before
//! opens nothing any more.
//!
//! Refuses, in this order: `permission_denied`, `idempotency_key_reused`, `invitation_not_found`,
//! `permission_denied` for admins and owners, `email_taken`, `limit_reached`.

use shared::app::{App, Call, ExitCode, Session, clock, links};
use shared::http::links::{routes, team};
use shared::http::{Request, Result};
use shared::model::{invitation::Invitation, token::SingleUse};
use shared::operations::team as members;

fn main() -> ExitCode {
    links::serve(routes::RenewInvitation, renew_invitation)
}

async fn renew_invitation(app: &'static App<Session>, req: Request) -> Result {
    let opened = app.open::<routes::RenewInvitation>(&req).await?;
    let (by, id) = (opened.caller.member.clone(), team::invitation_in_path(&req)?);
    let found = members::invited(&app.store, &by, id);
    let Call { idempotency, .. } =
        app.fields_after::<routes::RenewInvitation, _>(&req, opened, found).await?;
    let (base, now, secret) = (app.base_url(&req)?, app.now(), clock::random());
    let token = SingleUse::Invitation.encode(by.tenant, id, secret);
    let shown = |one: &Invitation| team::remembered_invitation(one, now);
    let remember = idempotency.remember(&shown);
    let answer = members::renew(&app.store, &by, id, secret, &remember, now).await?;
    team::shown_invitation(&answer, &token, &base)
}
