//! The nightly count of statistics, and the line of the log that raises its alarm. A name that was
//! missing raises it as well: its message was lost.

use super::{clock, context::Statistician, log::log_at};
use crate::operations::{
    Result,
    statistics::{self, RecountReport, RecountWish},
};
use tracing::Level;

/// Counts again, and logs what was found.
pub async fn recount(context: &Statistician, wish: RecountWish) -> Result<RecountReport> {
    let keys = context.search_keys().await?;
    let report = statistics::recount(&context.store, &keys, wish, clock::now()).await?;
    log_at!(
        if report.differences + report.names == 0 { Level::INFO } else { Level::ERROR },
        statistics_links = report.links,
        statistics_differences = report.differences,
        statistics_names = report.names,
        statistics_unfinished = u64::from(report.unfinished),
        "count of statistics"
    );
    Ok(report)
}
