//! What functions without HTTP have in common: the event in, the answer out, and one log line per
//! invocation with what could not be done.

use super::{
    context::Context,
    log,
    log::{Halves, log_at},
    runtime::{self, BoxFuture, run, serve_events},
};
use crate::store::meter::{Stopwatch, Usage};
use lambda_runtime::LambdaEvent;
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};
use std::process::ExitCode;
use tracing::{Instrument, Level};

/// Why something was not done; for the log.
pub type Trouble = String;

/// Why an invocation failed altogether.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WorkerFailure {
    /// What the caller reads, and the log.
    pub(super) told: Trouble,
    /// Whether it is the input that was refused: whoever invoked the function mends it, and nobody else is
    /// to be woken.
    pub(super) is_refusal: bool,
}

impl WorkerFailure {
    /// As a request that is refused is logged.
    const fn level(&self) -> Level {
        if self.is_refusal { Level::INFO } else { Level::ERROR }
    }
}

impl From<Trouble> for WorkerFailure {
    fn from(told: Trouble) -> Self {
        Self { told, is_refusal: false }
    }
}

/// What an invocation answers, with the troubles it had and how many things it handled; or why it
/// failed altogether.
pub(super) type WorkerReport = Result<(Box<RawValue>, Vec<Trouble>, usize), WorkerFailure>;

/// Handles one event, given as JSON; its report says what could not be done.
pub(super) type Handle = Box<dyn Fn(Box<RawValue>) -> BoxFuture<WorkerReport> + Send + Sync>;

/// Makes the context ready, and serves what `make` makes of it.
pub(super) fn serve<C: Context>(make: impl FnOnce(&'static C) -> Handle + 'static) -> ExitCode {
    run(Box::new(move |config| {
        Box::pin(async move {
            let context: &'static C = Box::leak(Box::new(C::ready(config).await?));
            let usage = move || context.meter().map(|meter| meter.take()).unwrap_or_default();
            Shim { handle: make(context), usage: Box::new(usage) }.serve().await
        })
    }))
}

/// The answer of a function that has nothing to say.
pub(super) fn null() -> Result<Box<RawValue>, Trouble> {
    to_raw_value(&Value::Null).map_err(|error| error.to_string())
}

struct Shim {
    handle: Handle,
    usage: Box<dyn Fn() -> Usage + Send + Sync>,
}

impl Shim {
    fn serve(self) -> runtime::Serving {
        let shim: &'static Self = Box::leak(Box::new(self));
        serve_events(Box::new(|event| Box::pin(shim.invoke(event))))
    }

    async fn invoke(&self, event: LambdaEvent<Box<RawValue>>) -> Result<Box<RawValue>, String> {
        let deadline = runtime::begin(&event.context);
        let span = log::invocation(&event.context.request_id);
        deadline.scope(self.handled(event.payload).instrument(span)).await
    }

    async fn handled(&self, payload: Box<RawValue>) -> Result<Box<RawValue>, String> {
        let stopwatch = Stopwatch::start();
        let _ = (self.usage)();
        let result = (self.handle)(payload).await;
        let usage = (self.usage)();
        let (level, handled, troubles) = match &result {
            Ok((_, troubles, count)) if troubles.is_empty() => (Level::INFO, *count, &[][..]),
            Ok((_, troubles, count)) => (Level::WARN, *count, troubles.as_slice()),
            Err(failure) => (failure.level(), 0, std::slice::from_ref(&failure.told)),
        };
        // An alarm counts these.
        let is_refusal = result.as_ref().is_err_and(|failure| failure.is_refusal);
        log_at!(
            level,
            handled,
            troubles = Some(troubles.join("; ")).filter(|told| !told.is_empty()),
            trouble_count = Some(troubles.len()).filter(|count| *count > 0 && !is_refusal),
            ddb_calls = usage.calls,
            ddb_ms = Some(usage.micros / 1000).filter(|_| usage.calls > 0),
            ddb_read_units = Halves::some(usage.half_read_units),
            ddb_write_units = Halves::some(usage.half_write_units),
            duration_ms = stopwatch.micros() / 1000,
            "invocation"
        );
        result.map(|(answer, _, _)| answer).map_err(|failure| failure.told)
    }
}
