//! `POST /api/auth/invitations/preview`: who invites whom; nothing changes.
//!
//! Refuses, in this order: `validation_error`, `invitation_over`.

use shared::app::{Anonymous, App, ExitCode, links};
use shared::http::links::{routes, session};
use shared::http::{Reply, Request, Result};
use shared::operations::invitations;

fn main() -> ExitCode {
    links::serve(routes::PreviewInvitation, preview_invitation)
}

async fn preview_invitation(app: &'static App<Anonymous>, req: Request) -> Result {
    let body = req.body_of::<routes::PreviewInvitation>()?;
    let (invitation, organization) =
        invitations::preview(&app.store, body.token.0.reveal(), app.now()).await?;
    Ok(Reply::json(&session::invitation_view(&invitation, &organization)))
}
