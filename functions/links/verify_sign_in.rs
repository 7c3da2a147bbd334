//! `POST /api/auth/mfa`: the second step of a sign-in.
//!
//! Refuses, in this order: `validation_error`, `invalid_credentials`, `throttled`; the fifth wrong code
//! ends the sign-in.

use shared::app::context::SecondFactors;
use shared::app::{App, ExitCode, Session, clock::AMBIENT, links};
use shared::http::links::{routes, session};
use shared::http::{Request, Result};
use shared::operations::second_factors;
use shared::operations::second_factors::TypedCode;

fn main() -> ExitCode {
    links::serve(routes::VerifySignIn, verify_sign_in)
}

async fn verify_sign_in(app: &'static App<Session, SecondFactors>, req: Request) -> Result {
    let body = req.body_of::<routes::VerifySignIn>()?;
    let (network, now) = (req.network(&app.config.trusted_proxies), app.now());
    let token = body.challenge_token.0.reveal();
    let (waiting, member) = second_factors::open(&app.store, token, &network, now).await?;
    let (opened, pepper) = (app.opened_factor(&member).await?, app.pepper().await?);
    let typed = TypedCode { opened: &opened, code: body.code.0.reveal() };
    let pepper = pepper.pepper();
    let new = second_factors::finish(&app.store, waiting, member, typed, pepper, AMBIENT).await?;
    let tokens = app.session_tokens(&new.signed_in.session, Some(new.device)).await?;
    Ok(session::reply(&new.signed_in, &tokens, app.now()))
}
