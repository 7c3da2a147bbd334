//! The audit of the ledger, and the line of the log that raises its alarm.

use super::{clock::AMBIENT, context::Records, log::Line};
use crate::operations::{
    Result,
    audit::{self, AuditWish, Report},
};
use serde_json::{Value, json};

/// Audits one tenant, or all of them, and logs what was found.
///
/// # Errors
/// The table cannot be reached.
pub async fn audit(context: &Records, wish: AuditWish) -> Result<Report> {
    let report = audit::audit(&context.store, wish, AMBIENT).await?;
    let told = report.told.iter().map(|told| {
        let (tenant, mode) = (told.scope.tenant.to_string(), told.scope.mode.as_str());
        json!({"tenant": tenant, "mode": mode, "place": told.place})
    });
    let level = if report.differences == 0 { "info" } else { "error" };
    Line::new(level, "audit of the ledger")
        .with("function", context.function.as_str())
        .with("ledger_accounts", report.accounts)
        .with("ledger_entries", report.entries)
        .with("ledger_differences", report.differences)
        .with("ledger_unfinished", u64::from(report.stopped.is_some()))
        .with("differences", told.collect::<Vec<Value>>())
        .metrics(&[("ledger_differences", "Count"), ("ledger_unfinished", "Count")])
        .write();
    Ok(report)
}
