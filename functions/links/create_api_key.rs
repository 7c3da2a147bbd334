//! `POST /api/organization/api-keys`: a key for the organisation's servers; its text is shown once.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `validation_error`,
//! `idempotency_key_reused`, `limit_reached`.

use shared::app::context::PasswordPepper;
use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, clock, links};
use shared::http::links::{api_key, routes};
use shared::http::{Request, Result};
use shared::model::{Surface, actor::Actor, api_key::ApiKey};
use shared::operations::{api_keys, provisioning::NewKey};

fn main() -> ExitCode {
    links::serve(routes::CreateApiKey, create_api_key)
}

async fn create_api_key(app: &'static App<RecentSession, PasswordPepper>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<routes::CreateApiKey>(&req).await?;
    let (scope, now) = (caller.scope(), app.now());
    let new = NewKey::new(scope, Surface::Links, clock::new_id(), clock::random());
    if let Some(earlier) = idempotency.earlier(&app.store).await? {
        return api_key::shown(&earlier, &new.text);
    }
    let hash = app.capability.open(&app.store).await?.hash_of_key(new.text.reveal());
    let whole = ApiKey { created_by: Actor::Member(caller.member.id), ..new.record(scope, hash) };
    let key = body.over(whole, now)?;
    let shown = |key: &ApiKey| api_key::new_view(key, now);
    let answer = api_keys::add(&app.store, &key, &idempotency.remember(&shown), now).await?;
    api_key::shown(&answer, &new.text)
}
