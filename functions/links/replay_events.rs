//! `POST /api/organization/webhooks/{id}/replay`: sends the events of some time again, or counts them.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `webhook_not_found`,
//! `validation_error`, `idempotency_key_reused`, `webhook_disabled` (unless it is a dry run).

use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, clock, links};
use shared::http::links::{delivery::replayed, routes, webhook};
use shared::http::{Reply, Request, Result, reply::json};
use shared::operations::{Commit, Problem, own_endpoints, replays};
use shared::store;

fn main() -> ExitCode {
    links::serve(routes::ReplayEvents, replay_events)
}

async fn replay_events(app: &'static App<RecentSession>, req: Request) -> Result {
    let opened = app.open::<routes::ReplayEvents>(&req).await?;
    let (scope, now) = (opened.caller.scope(), app.now());
    let endpoint = own_endpoints::find(&app.store, webhook::in_path(&req, scope)).await?;
    let Call { body, idempotency, .. } = app.fields::<routes::ReplayEvents>(&req, opened)?;
    let range = body.range(now)?;
    if let Some(answer) = idempotency.earlier(&app.store).await? {
        return Ok(answer.reply());
    }
    if !body.is_dry() {
        own_endpoints::check_active(&endpoint)?;
    }
    let counts = replays::count(&app.store, &endpoint, &range).await?;
    if body.is_dry() {
        return Ok(Reply::json(&replayed(counts, false)));
    }
    let replay = replays::begin(&endpoint, range, clock::new_id(), now);
    let writes = Commit::new().write(store::replay::insert(&replay), Problem::Contended);
    let answer = idempotency.commit(&app.store, writes, json(&replayed(counts, true)), now).await?;
    Ok(answer.reply())
}
