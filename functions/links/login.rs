//! `POST /api/auth/login`: a session for a member's address and password.
//!
//! Refuses, in this order: `validation_error`, `throttled`, `invalid_credentials`,
//! `totp_enrollment_required`.

use shared::app::context::PasswordPepper;
use shared::app::{App, ExitCode, Session, clock::AMBIENT, links};
use shared::http::links::{routes, session};
use shared::http::{Request, Result};
use shared::model::{Mode, password::Password};
use shared::operations::sign_in;

fn main() -> ExitCode {
    links::serve(login)
}

async fn login(app: &'static App<Session, PasswordPepper>, req: Request) -> Result {
    let body = req.body_of::<routes::Login>()?;
    let device = match &body.device_token {
        Some(text) => app.identity.device_token(&app.store, &text.0).await?,
        None => None,
    };
    let wish = sign_in::Login {
        email: body.email.0.to_lowercase(),
        password: Password::new(&body.password.0),
        device,
        mode: body.mode.unwrap_or(Mode::Test),
        origin: session::origin(&req, body.cookie),
    };
    let pepper = app.capability.open(&app.store).await?;
    let new = sign_in::login(&app.store, wish, pepper.pepper(), AMBIENT).await?;
    let tokens = app.session_tokens(&new.signed_in.session, Some(new.device)).await?;
    Ok(session::reply(200, &new.signed_in, tokens, app.now()))
}
