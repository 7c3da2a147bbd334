//! `POST /api/auth/invitations/accept`: a new member, signed in.
//!
//! Refuses, in this order: `validation_error`, `invitation_over`, `totp_enrollment_required`,
//! `email_taken`.

use shared::app::context::PasswordPepper;
use shared::app::{App, ExitCode, Session, clock::AMBIENT, links};
use shared::http::links::{browser, routes, session};
use shared::http::{Request, Result};
use shared::model::password::Password;
use shared::operations::invitations::{self, Acceptance};

fn main() -> ExitCode {
    links::serve(routes::AcceptInvitation, accept_invitation)
}

async fn accept_invitation(app: &'static App<Session, PasswordPepper>, req: Request) -> Result {
    let body = req.body_of::<routes::AcceptInvitation>()?;
    let acceptance = Acceptance {
        name: body.name.0,
        password: Password::new(body.password.0.reveal()),
        origin: browser::origin(&req, &app.config.trusted_proxies, body.cookie),
    };
    let pepper = app.capability.open(&app.store).await?;
    let (store, token) = (&app.store, body.token.0.reveal());
    let new = invitations::accept(store, token, acceptance, pepper.pepper(), AMBIENT).await?;
    let tokens = app.session_tokens(&new.signed_in.session, Some(new.device)).await?;
    Ok(session::reply(&new.signed_in, &tokens, app.now()))
}
