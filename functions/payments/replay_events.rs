//! `POST /webhooks/{id}/replay`: sends the events of some time again, or counts them.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_mismatch`, `webhook_not_found`,
//! `webhook_disabled` (unless it is a dry run).

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, clock, payments};
use shared::http::payments::replay::view;
use shared::http::payments::routes::ReplayEvents;
use shared::http::payments::{Payments, webhook_endpoint::in_path};
use shared::http::{Reply, Request, Result, reply};
use shared::operations::{Commit, Problem, own_endpoints, replays};
use shared::store;

fn main() -> ExitCode {
    payments::serve(ReplayEvents, replay_events)
}

async fn replay_events(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<ReplayEvents>(&req).await?;
    let range = body.range(app.now())?;
    if let Some(answer) = idempotency.earlier(&app.store).await? {
        return Ok(answer.reply());
    }
    let endpoint = own_endpoints::find(&app.store, in_path(&req, caller.scope)).await?;
    if !body.is_dry() {
        own_endpoints::check_active(&endpoint)?;
    }
    let counts = replays::count(&app.store, &endpoint, &range).await?;
    let mode = caller.scope.mode;
    if body.is_dry() {
        return Ok(Reply::data(&view(counts, None, mode)));
    }
    let replay = replays::begin(&endpoint, range, clock::new_id(), app.now());
    let writes = Commit::new().write(store::replay::insert(&replay), Problem::Contended);
    let data = reply::json(&view(counts, Some(replay.id), mode));
    Ok(idempotency.commit(&app.store, writes, data, app.now()).await?.reply())
}
