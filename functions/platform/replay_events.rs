//! `POST /v1/platform/webhooks/replay`: sends the events of some time again, or counts them.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `webhook_not_found`,
//! `webhook_disabled` (unless it is a dry run), `rate_limited`.

use shared::app::{App, Bearer, Call, ExitCode, clock, platform};
use shared::http::platform::replay::view;
use shared::http::platform::routes;
use shared::http::{Reply, Request, Result, reply};
use shared::operations::{Commit, Problem, replays, webhooks};
use shared::store;

fn main() -> ExitCode {
    platform::serve(routes::webhooks::ReplayEvents, replay_events)
}

async fn replay_events(app: &'static App<Bearer>, req: Request) -> Result {
    let Call { caller, body, idempotency: once, .. } =
        app.call::<routes::webhooks::ReplayEvents>(&req).await?;
    let range = body.range(app.now())?;
    if let Some(answer) = once.earlier(&app.store).await? {
        return Ok(answer.reply());
    }
    let endpoint = webhooks::platform_endpoint(&app.store, caller.scope).await?;
    if !body.is_dry() {
        replays::check(&endpoint)?;
    }
    let counts = replays::count(&app.store, &endpoint, &range).await?;
    if body.is_dry() {
        return Ok(Reply::data(&view(counts, None)));
    }
    let replay = replays::begin(&endpoint, range, clock::new_id(), app.now());
    let writes = Commit::new().write(store::replay::insert(&replay), Problem::Contended);
    let data = reply::json(&view(counts, Some(replay.id)));
    Ok(once.commit(&app.store, writes, data, app.now()).await?.reply())
}
