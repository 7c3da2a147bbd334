//! Worker on a schedule, each day, and for operators: recomputes every balance from its journal.

use shared::app::context::Records;
use shared::app::{Exit, audit, work};
use shared::http::Result;

fn main() -> Exit {
    work::operate(audit_ledger)
}

async fn audit_ledger(app: &'static Records, input: String) -> Result<serde_json::Value> {
    audit::audit(app, &input).await
}
