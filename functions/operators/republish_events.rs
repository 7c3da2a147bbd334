//! Operator: publishes committed events that were never published.

use serde_json::Value;
use shared::app::clock::AMBIENT;
use shared::app::context::Republisher;
use shared::app::{ExitCode, operator_function};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::operators::{answers, bodies::RepublishEvents};
use shared::operations::republishing::republish;

fn main() -> ExitCode {
    operator_function::serve(republish_events)
}

async fn republish_events(app: &'static Republisher, input: String) -> Result<Value> {
    let body: RepublishEvents = Fields::from_json(&input)?.read()?;
    let wish = body.command()?;
    Ok(answers::republished(wish.scope, &republish(app, wish, AMBIENT).await?))
}
