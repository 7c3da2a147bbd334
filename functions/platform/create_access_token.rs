//! `POST /v1/platform/auth/token`: an access token for a client's id and secret.
//!
//! Refuses, in this order: `validation_error`, `invalid_client`, `rate_limited`.

use shared::app::clock;
use shared::app::context::TokenIssuer;
use shared::app::jwt::{Caller, LIFETIME_S};
use shared::app::{Anonymous, App, ExitCode, http_function, log};
use shared::http::platform::access_token::{AccessTokenView, granted};
use shared::http::platform::{oauth, routes};
use shared::http::route::HttpRoute;
use shared::http::{Reply, Request, Result, revealed::Revealed};
use shared::operations::{Problem, Unauthenticated, client_secrets};

fn main() -> ExitCode {
    http_function::serve_by(
        oauth::voice_of,
        routes::CreateAccessToken::SUCCESS,
        create_access_token,
    )
}

async fn create_access_token(app: &'static App<Anonymous, TokenIssuer>, req: Request) -> Result {
    let body = req.body_of::<routes::CreateAccessToken>()?;
    let now = clock::now();
    let invalid = || Problem::Unauthenticated(Unauthenticated::Client);
    let client = app.store.client(&body.client_id.0).await?.ok_or_else(invalid)?;
    if !app.secret_fits(&body.client_secret.0, &client, now).await? {
        let network = req.network(&app.config.trusted_proxies);
        return Err(client_secrets::refuse(&app.store, &client, network, now).await?);
    }
    if client.failures > 0 {
        app.store.forget_failures(&client).await?;
    }
    let scopes = granted(body.scope.as_ref().map(|scope| scope.0.as_str()), &client.scopes)?;
    let expires_at = now.plus_seconds(LIFETIME_S);
    log::about(client.scope);
    let caller = Caller { scope: client.scope, scopes: scopes.clone(), expires_at };
    let access_token = Revealed::once(&app.issue(&client.client_id, &caller).await?);
    let (token_type, expires_in) = ("Bearer", LIFETIME_S);
    Ok(Reply::data(&AccessTokenView { access_token, token_type, expires_in, scope: scopes }))
}
