//! Runs a function that works off a queue.

use super::{
    context::Context,
    runtime::BoxFuture,
    worker::{self, WorkerReport},
};
use crate::queue::{
    Verdict,
    batch::{BatchFailure, Failures, MessageBatch, QueueMessage},
};
use futures_util::future::join_all;
use serde_json::value::{RawValue, to_raw_value};
use std::{future::Future, process::ExitCode};

pub use super::worker::Trouble;

/// Serves a handler that sees one message. All messages of a batch are handled at the same time;
/// those that fail return to the queue, the others do not.
pub fn serve<C, H, F>(handler: H) -> ExitCode
where
    C: Context,
    H: Fn(&'static C, QueueMessage) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Verdict, Trouble>> + Send + 'static,
{
    worker::serve::<C>(move |context| {
        let one: OneMessage = Box::new(move |message| Box::pin(handler(context, message)));
        let one: &'static OneMessage = Box::leak(Box::new(one));
        Box::new(move |payload| Box::pin(handle_batch(one, payload)))
    })
}

/// Serves a handler that sees all messages of a batch at once, since many of them ask for the same, and
/// answers for each why it failed, in their order. Those return to the queue, the others do not.
pub fn serve_batches<C, H, F>(handler: H) -> ExitCode
where
    C: Context,
    H: Fn(&'static C, Vec<String>) -> F + Send + Sync + 'static,
    F: Future<Output = Vec<Option<Trouble>>> + Send + 'static,
{
    worker::serve::<C>(move |context| {
        let all = move |bodies: Vec<String>| -> BoxFuture<Vec<Option<Trouble>>> {
            Box::pin(handler(context, bodies))
        };
        Box::new(move |payload| {
            let batch: Result<MessageBatch, _> = serde_json::from_str(payload.get());
            let handled = batch.map(|batch| {
                let read = batch.records.into_iter().map(|it| (it.message_id, it.body));
                let (ids, bodies): (Vec<String>, Vec<String>) = read.unzip();
                (ids, all(bodies))
            });
            Box::pin(async move {
                let (ids, handled) = handled.map_err(|error| error.to_string())?;
                told(ids, handled.await)
            })
        })
    })
}

/// The answer for a batch of messages, each with what was wrong with it.
fn told(ids: Vec<String>, handled: Vec<Option<Trouble>>) -> WorkerReport {
    let (count, mut failures, mut troubles) = (ids.len(), Failures::default(), Vec::new());
    for (item_identifier, trouble) in ids.into_iter().zip(handled) {
        let Some(trouble) = trouble else { continue };
        failures.batch_item_failures.push(BatchFailure { item_identifier });
        if !troubles.contains(&trouble) {
            troubles.push(trouble);
        }
    }
    Ok((to_raw_value(&failures).map_err(|e| e.to_string())?, troubles, count))
}

type OneMessage = Box<dyn Fn(QueueMessage) -> BoxFuture<Result<Verdict, Trouble>> + Send + Sync>;

async fn handle_batch(one: &OneMessage, payload: Box<RawValue>) -> WorkerReport {
    let batch: MessageBatch = serde_json::from_str(payload.get()).map_err(|e| e.to_string())?;
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
            Ok(Verdict::Retry) => {
                failures.batch_item_failures.push(BatchFailure { item_identifier })
            }
            Err(trouble) => {
                troubles.push(trouble);
                failures.batch_item_failures.push(BatchFailure { item_identifier });
            }
        }
    }
    Ok((to_raw_value(&failures).map_err(|e| e.to_string())?, troubles, count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn only_messages_that_fail_return_to_the_queue() {
        let one: OneMessage = Box::new(|message| {
            Box::pin(async move {
                match message.body.as_str() {
                    "done" => Ok(Verdict::Done),
                    "later" => Ok(Verdict::Retry),
                    other => Err(format!("cannot do {other}")),
                }
            })
        });
        let bodies = ["done", "later", "this", "done"].iter().enumerate();
        let records: Vec<Value> =
            bodies.map(|(at, body)| json!({"messageId": at.to_string(), "body": body})).collect();
        let payload = to_raw_value(&json!({"Records": records})).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (answer, troubles, count) = runtime.block_on(handle_batch(&one, payload)).unwrap();
        let expected =
            json!({"batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "2"}]});
        assert_eq!(serde_json::from_str::<Value>(answer.get()).unwrap(), expected);
        assert_eq!((troubles, count), (vec!["cannot do this".to_owned()], 4));
    }
}
