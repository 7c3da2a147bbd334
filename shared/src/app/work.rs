//! Runs workers and operators' functions: batches, verdicts, and one log line per invocation.

use super::{
    Config,
    context::Context,
    log::Line,
    runtime::{BoxFuture, Exit, run},
};
use crate::{
    http::platform::problems,
    operations::Problem,
    queue::{
        Verdict,
        batch::{Failure, Failures, Messages, QueueMessage, StreamBatch},
    },
    store::meter::{Stopwatch, Usage},
};
use futures_util::future::join_all;
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};
use std::future::Future;

/// Why one message was not looked after; for the log.
pub type Trouble = String;

/// One record of the table's stream.
pub type Record = Value;

/// How much a sweep looked after, and what it could not; or why it could not begin.
pub type Swept = Result<(usize, Vec<Trouble>), Trouble>;

type Answered = Result<(Box<RawValue>, Vec<Trouble>, usize), String>;
type Handle = Box<dyn Fn(Box<RawValue>) -> BoxFuture<Answered> + Send + Sync>;

/// Works off a queue: the handler sees one message; all of a batch are handled at once. Messages
/// that fail come back alone.
#[must_use]
pub fn work<C, H, F>(handler: H) -> Exit
where
    C: Context,
    H: Fn(&'static C, QueueMessage) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Verdict, Trouble>> + Send + 'static,
{
    start::<C>(move |context| {
        let one: OneMessage = Box::new(move |message| Box::pin(handler(context, message)));
        let one: &'static OneMessage = Box::leak(Box::new(one));
        Box::new(move |payload| Box::pin(all(one, payload)))
    })
}

type OneMessage = Box<dyn Fn(QueueMessage) -> BoxFuture<Result<Verdict, Trouble>> + Send + Sync>;

async fn all(one: &'static OneMessage, payload: Box<RawValue>) -> Answered {
    let batch: Messages = serde_json::from_str(payload.get()).map_err(|e| e.to_string())?;
    let count = batch.records.len();
    let handled = join_all(batch.records.into_iter().map(|message| async move {
        let id = message.message_id.clone();
        (id, one(message).await)
    }));
    let mut failures = Failures::default();
    let mut troubles = Vec::new();
    for (item_identifier, result) in handled.await {
        match result {
            Ok(Verdict::Done) => {}
            Ok(Verdict::Retry) => failures.batch_item_failures.push(Failure { item_identifier }),
            Err(trouble) => {
                troubles.push(trouble);
                failures.batch_item_failures.push(Failure { item_identifier });
            }
        }
    }
    Ok((to_raw_value(&failures).map_err(|e| e.to_string())?, troubles, count))
}

/// Reads the table's stream: the handler sees the batch, since publishing pays per call. An error
/// brings the whole batch back, which is harmless: events keep their ids.
#[must_use]
pub fn follow<C, H, F>(handler: H) -> Exit
where
    C: Context,
    H: Fn(&'static C, Vec<Value>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Vec<Trouble>, Trouble>> + Send + 'static,
{
    start::<C>(move |context| {
        let all = move |records: Vec<Value>| -> BoxFuture<Result<Vec<Trouble>, Trouble>> {
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

/// Runs on a schedule: the handler looks for what is due and answers how much it did.
#[must_use]
pub fn sweep<C, H, F>(handler: H) -> Exit
where
    C: Context,
    H: Fn(&'static C) -> F + Send + Sync + 'static,
    F: Future<Output = Swept> + Send + 'static,
{
    start::<C>(move |context| {
        let once = move || -> BoxFuture<Swept> { Box::pin(handler(context)) };
        Box::new(move |_| {
            let swept = once();
            Box::pin(async move {
                let (count, troubles) = swept.await?;
                Ok((null()?, troubles, count))
            })
        })
    })
}

/// Serves operators: JSON in, JSON out, no HTTP.
#[must_use]
pub fn operate<C, H, F>(handler: H) -> Exit
where
    C: Context,
    H: Fn(&'static C, String) -> F + Send + Sync + 'static,
    F: Future<Output = crate::http::Result<Value>> + Send + 'static,
{
    start::<C>(move |context| {
        let one = move |text: String| -> BoxFuture<crate::http::Result<Value>> {
            Box::pin(handler(context, text))
        };
        Box::new(move |payload| {
            let done = one(payload.get().to_owned());
            Box::pin(async move {
                let answer = done.await.map_err(|error| refusal(&error))?;
                Ok((to_raw_value(&answer).map_err(|e| e.to_string())?, Vec::new(), 1))
            })
        })
    })
}

/// What an operator reads when an invocation is refused: the code, the sentence, the fields.
fn refusal(problem: &Problem) -> String {
    let broken = problems::fields(problem);
    let fields = broken.iter().map(|field| format!(" {} {}.", field.field, field.message));
    let cause = problem.cause().map(|cause| format!(" ({})", cause.text)).unwrap_or_default();
    let (code, message) = (problems::row(problem.kind()).code, problems::message(problem));
    format!("{code}: {}.{}{cause}", message.trim_end_matches('.'), fields.collect::<String>())
}

fn null() -> Result<Box<RawValue>, String> {
    to_raw_value(&Value::Null).map_err(|error| error.to_string())
}

fn start<C: Context>(make: impl FnOnce(&'static C) -> Handle + Send + 'static) -> Exit {
    run(Box::new(move |config: Config| {
        Box::pin(async move {
            let function = config.function.clone();
            let context: &'static C = Box::leak(Box::new(C::ready(config).await?));
            let usage = move || context.meter().map(|meter| meter.take()).unwrap_or_default();
            let shim: &'static Shim = Box::leak(Box::new(Shim {
                function,
                handle: make(context),
                usage: Box::new(usage),
            }));
            let invoke: super::runtime::Invoke =
                Box::new(move |id, payload| Box::pin(shim.invoke(id, payload)));
            Ok(invoke)
        })
    }))
}

struct Shim {
    function: String,
    handle: Handle,
    usage: Box<dyn Fn() -> Usage + Send + Sync>,
}

impl Shim {
    async fn invoke(
        &'static self,
        id: String,
        payload: Box<RawValue>,
    ) -> Result<Box<RawValue>, String> {
        let stopwatch = Stopwatch::start();
        let _ = (self.usage)();
        let result = (self.handle)(payload).await;
        let (level, count, troubles) = match &result {
            Ok((_, troubles, count)) if troubles.is_empty() => ("info", *count, &[][..]),
            Ok((_, troubles, count)) => ("warn", *count, troubles.as_slice()),
            Err(trouble) => ("error", 0, std::slice::from_ref(trouble)),
        };
        Line::new(level, "invocation")
            .with("request_id", id)
            .with("function", self.function.as_str())
            .with("handled", count)
            .with("troubles", troubles.to_vec())
            .with("trouble_count", troubles.len())
            .usage((self.usage)())
            .with("duration_ms", stopwatch.micros() / 1000)
            .metrics(&[
                ("duration_ms", "Milliseconds"),
                ("handled", "Count"),
                ("trouble_count", "Count"),
            ])
            .write();
        result.map(|(answer, _, _)| answer)
    }
}
