//! `POST /api/organization/invitations`: invites somebody by an address that is shown once.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `validation_error`,
//! `idempotency_key_reused`, `permission_denied` for admins and owners, `email_taken`,
//! `limit_reached`.

use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, clock, links};
use shared::http::links::{routes, team};
use shared::http::{Request, Result};
use shared::model::invitation::Invitation;
use shared::operations::team::{self as members, InvitationWish};

fn main() -> ExitCode {
    links::serve(routes::CreateInvitation, create_invitation)
}

async fn create_invitation(app: &'static App<RecentSession>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<routes::CreateInvitation>(&req).await?;
    let (base, now) = (app.base_url(&req)?, app.now());
    let wish = InvitationWish {
        id: clock::new_id(),
        email: body.email.0.to_lowercase(),
        role: body.role.0,
        secret: clock::random(),
    };
    let shown = |one: &Invitation| team::remembered_invitation(one, now);
    let (by, remember) = (&caller.member, idempotency.remember(&shown));
    let answer = members::invite(&app.store, by, &wish, &remember, now).await?;
    team::shown_invitation(&answer, &wish.token(by.tenant), &base)
}
