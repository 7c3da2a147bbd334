//! The audit of the ledger, and the line of the log that raises its alarm.

use super::{clock::AMBIENT, context::Records, log::log_at};
use crate::operations::{
    Result,
    audit::{self, AuditReport, AuditWish},
};
use serde_json::{Value, json};
use tracing::Level;

/// Audits one tenant, or all of them, and logs what was found.
pub async fn audit(context: &Records, wish: AuditWish) -> Result<AuditReport> {
    let report = audit::audit(&context.store, wish, AMBIENT).await?;
    let told = report.told.iter().map(|told| {
        let (tenant, mode) = (told.scope.tenant.to_string(), told.scope.mode.as_str());
        json!({"tenant": tenant, "mode": mode, "place": told.place})
    });
    let told = Value::from_iter(told);
    log_at!(
        if report.differences == 0 { Level::INFO } else { Level::ERROR },
        ledger_accounts = report.accounts,
        ledger_entries = report.entries,
        ledger_differences = report.differences,
        ledger_unfinished = u64::from(report.stopped.is_some()),
        differences = %told,
        "audit of the ledger"
    );
    Ok(report)
}
