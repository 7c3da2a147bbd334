//! `POST /api/auth/login`: a session for a member's address and password.
//!
//! Refuses, in this order: `validation_error`, `throttled`, `invalid_credentials`.

use shared::app::context::SecondFactors;
use shared::app::{App, ExitCode, Session, clock, clock::AMBIENT, links};
use shared::http::links::{browser, routes, second_factor, session};
use shared::http::{Request, Result};
use shared::model::{Mode, password::Password};
use shared::operations::second_factors::TypedCode;
use shared::operations::{second_factors, sign_in, sign_in::LoginOutcome};

fn main() -> ExitCode {
    links::serve(routes::Login, login)
}

async fn login(app: &'static App<Session, SecondFactors>, req: Request) -> Result {
    let body = req.body_of::<routes::Login>()?;
    let device = match &body.device_token {
        Some(text) => app.identity.device_token(&app.store, text.0.reveal()).await?,
        None => None,
    };
    let wish = sign_in::Login {
        email: body.email.0.to_lowercase(),
        password: Password::new(body.password.0.reveal()),
        device,
        mode: body.mode.unwrap_or(Mode::Test),
        origin: browser::origin(&req, &app.config.trusted_proxies, body.cookie),
    };
    let pepper = app.pepper().await?;
    let new = match sign_in::login(&app.store, wish, pepper.pepper(), AMBIENT).await? {
        LoginOutcome::SignedIn(new) => *new,
        LoginOutcome::NeedsCode(pending) => match &body.mfa_code {
            Some(code) => {
                let opened = app.opened_factor(&pending.member).await?;
                let typed = TypedCode { opened: &opened, code: code.0.reveal() };
                let pepper = pepper.pepper();
                second_factors::finish_at_once(&app.store, *pending, typed, pepper, AMBIENT).await?
            }
            None => {
                let secret = clock::random();
                let token = second_factors::challenge(&app.store, *pending, secret, AMBIENT);
                return Ok(second_factor::required(&token.await?));
            }
        },
    };
    let tokens = app.session_tokens(&new.signed_in.session, Some(new.device)).await?;
    Ok(session::reply(&new.signed_in, &tokens, app.now()))
}
