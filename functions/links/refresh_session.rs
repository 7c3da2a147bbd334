//! `POST /api/auth/refresh`: the next pair of tokens for a refresh token.
//!
//! Refuses, in this order: `validation_error`, `origin_not_allowed`, `token_expired`,
//! `session_revoked`, `totp_enrollment_required`.

use shared::app::{App, ExitCode, Session, links};
use shared::http::links::{browser, routes, session};
use shared::http::{Request, Result};
use shared::operations::sign_in;

fn main() -> ExitCode {
    links::serve(routes::RefreshSession, refresh_session)
}

async fn refresh_session(app: &'static App<Session>, req: Request) -> Result {
    let body = req.body_of::<routes::RefreshSession>()?;
    let in_body = body.refresh_token.as_ref().map(|token| token.0.reveal());
    let text = browser::refresh_token(&req, in_body, app.config.public_base_url.as_deref())?;
    let token = app.identity.refresh_token(&app.store, text).await?;
    let signed_in = sign_in::refresh(&app.store, &token, body.mode, app.now()).await?;
    let tokens = app.session_tokens(&signed_in.session, None).await?;
    Ok(session::reply(&signed_in, &tokens, app.now()))
}
