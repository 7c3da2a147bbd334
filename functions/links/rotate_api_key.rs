//! `POST /api/organization/api-keys/rotate`: a key in place of another, with its name and scopes.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `api_key_not_found`,
//! `validation_error`, `idempotency_key_reused`, `limit_reached`.

use shared::app::context::PasswordPepper;
use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, clock, links};
use shared::http::links::{api_key, routes};
use shared::http::{Request, Result};
use shared::model::{Surface, actor::Actor, api_key::ApiKey};
use shared::operations::{api_keys, provisioning::NewKey};

fn main() -> ExitCode {
    links::serve(routes::RotateApiKey, rotate_api_key)
}

async fn rotate_api_key(app: &'static App<RecentSession, PasswordPepper>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<routes::RotateApiKey>(&req).await?;
    let (scope, now) = (caller.scope(), app.now());
    let rotation = body.command()?;
    let new = NewKey::new(scope, Surface::Links, clock::new_id(), clock::random());
    let hash = app.capability.open(&app.store).await?.hash_of_key(new.text.reveal());
    let key = ApiKey { created_by: Actor::Member(caller.member.id), ..new.record(scope, hash) };
    let shown = |key: &ApiKey| api_key::new_view(key, now);
    let remember = idempotency.remember(&shown);
    let answer = api_keys::rotate(&app.store, rotation, key, &remember, now).await?;
    api_key::shown(&answer, &new.text)
}
