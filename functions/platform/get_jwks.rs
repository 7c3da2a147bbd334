//! `GET /.well-known/jwks.json`: the keys that verify our access tokens (RFC 7517).

use shared::app::{Anonymous, App, ExitCode, platform};
use shared::http::platform::jwks;
use shared::http::platform::routes;
use shared::http::{Reply, Request, Result};

fn main() -> ExitCode {
    platform::serve(routes::GetJwks, get_jwks)
}

async fn get_jwks(app: &'static App<Anonymous>, req: Request) -> Result {
    let keys = app.store.public_keys().await?;
    Ok(Reply::json(&jwks::view(&keys, app.now())).kept(300, &req))
}
