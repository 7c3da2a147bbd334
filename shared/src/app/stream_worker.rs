//! Runs a function that reads the table's stream.

use super::{
    context::Context,
    runtime::BoxFuture,
    worker::{self, null},
};
use crate::queue::batch::StreamBatch;
use serde_json::Value;
use std::{future::Future, process::ExitCode};

pub use super::worker::Trouble;

/// One record of the table's stream.
pub type Record = Value;

/// Serves a handler that sees the whole batch, since publishing is paid for per call. An error
/// makes Lambda send the whole batch again, which is harmless: events keep their ids.
pub fn serve<C, H, F>(handler: H) -> ExitCode
where
    C: Context,
    H: Fn(&'static C, Vec<Record>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Vec<Trouble>, Trouble>> + Send + 'static,
{
    worker::serve::<C>(move |context| {
        let all = move |records: Vec<Record>| -> BoxFuture<Result<Vec<Trouble>, Trouble>> {
            Box::pin(handler(context, records))
        };
        Box::new(move |payload| {
            let batch: Result<StreamBatch, _> = serde_json::from_str(payload.get());
            let handled = batch.map(|batch| (batch.records.len(), all(batch.records)));
            Box::pin(async move {
                let (count, troubles) = handled.map_err(|error| error.to_string())?;
                Ok((null()?, troubles.await?, count))
            })
        })
    })
}
