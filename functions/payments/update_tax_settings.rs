//! `PATCH /tax-settings`: changes what the body names; acts on submits after it.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_mismatch`, `version_conflict`.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, clock, payments};
use shared::http::payments::Payments;
use shared::http::payments::routes::UpdateTaxSettings;
use shared::http::payments::tax::{in_camel_case, view};
use shared::http::reply::json;
use shared::http::{Request, Result};
use shared::operations::tax;

fn main() -> ExitCode {
    payments::serve(UpdateTaxSettings, update_tax_settings)
}

async fn update_tax_settings(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<UpdateTaxSettings>(&req).await?;
    let scope = caller.scope;
    let shown = |settings: &_| json(&view(settings, scope.mode));
    let remember = idempotency.remember(&shown);
    let changed = tax::change(&app.store, scope, body.command(), remember, &clock::now).await;
    Ok(changed.map_err(in_camel_case)?.reply())
}
