//! `POST /webhooks/{id}/test`: sends a `webhook.test` now, and says what the receiver answered.
//!
//! Refuses, in this order: `idempotency_key_mismatch`, `webhook_not_found`, `webhook_disabled`,
//! `rate_limited` while another test of this endpoint is under way.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, clock, payments};
use shared::http::payments::delivery::TestView;
use shared::http::payments::routes::SendTestEvent;
use shared::http::payments::{Payments, webhook_endpoint::in_path};
use shared::http::{Reply, Request, Result};
use shared::operations::webhook_tests;

fn main() -> ExitCode {
    payments::serve(SendTestEvent, send_test_event)
}

async fn send_test_event(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, idempotency, .. } = app.call::<SendTestEvent>(&req).await?;
    let which = in_path(&req, caller.scope);
    let test = webhook_tests::begin(&app.store, which, &idempotency, &clock::now).await?;
    let attempt = webhook_tests::outcome(&app.store, &test, &clock::now).await?;
    let reply = Reply::data(&TestView::of(&test, attempt.as_ref()));
    Ok(reply.replayed(test.replayed))
}
