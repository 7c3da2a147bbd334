//! Worker on a schedule, each day, and for operators: recomputes every balance from its journal.

use shared::app::context::Records;
use shared::app::{ExitCode, audit, operator_function};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::operators::{answers, bodies::AuditLedger};

fn main() -> ExitCode {
    operator_function::serve(audit_ledger)
}

async fn audit_ledger(app: &'static Records, input: String) -> Result<serde_json::Value> {
    let body: AuditLedger = Fields::from_json(&input)?.read()?;
    let report = audit::audit(app, body.command()?).await?;
    Ok(answers::audit(&report))
}
