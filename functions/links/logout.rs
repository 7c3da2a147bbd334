//! `POST /api/auth/logout`: ends a session.
//!
//! Refuses, in this order: `validation_error`, `origin_not_allowed`, `token_required`.

use shared::app::{App, ExitCode, Session, links};
use shared::http::links::{browser, credential, routes, session};
use shared::http::{Request, Result};
use shared::operations::sign_in;

fn main() -> ExitCode {
    links::serve(routes::Logout, logout)
}

async fn logout(app: &'static App<Session>, req: Request) -> Result {
    let body = req.body_of::<routes::Logout>()?;
    let place = if req.header("authorization").is_some() {
        let text = credential::access_token(&req)?;
        let token = app.identity.access_token(&app.store, text).await?;
        token.place()
    } else {
        let in_body = body.refresh_token.as_ref().map(|token| token.0.reveal());
        let base = app.config.public_base_url.as_deref();
        let text = browser::refresh_token(&req, in_body, base)?;
        let token = app.identity.refresh_token(&app.store, text).await?;
        token.place()
    };
    sign_in::logout(&app.store, place, app.now()).await?;
    Ok(session::logged_out())
}
