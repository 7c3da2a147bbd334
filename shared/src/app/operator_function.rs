//! Runs a function that operators invoke: JSON in, JSON out, no HTTP.

use super::{context::Context, runtime::BoxFuture, worker};
use crate::http::{Error, Result};
use serde_json::{Value, value::to_raw_value};
use std::{future::Future, process::ExitCode};

/// Serves a handler that gets the input as text.
#[must_use]
pub fn serve<C, H, F>(handler: H) -> ExitCode
where
    C: Context,
    H: Fn(&'static C, String) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Value>> + Send + 'static,
{
    worker::serve::<C>(move |context| {
        let one =
            move |text: String| -> BoxFuture<Result<Value>> { Box::pin(handler(context, text)) };
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
fn refusal(error: &Error) -> String {
    let fields = error.fields.iter().map(|field| format!(" {} {}.", field.field, field.message));
    let cause = error.cause.as_ref().map(|cause| format!(" ({})", cause.0)).unwrap_or_default();
    let message = error.message.trim_end_matches('.');
    format!("{}: {message}.{}{cause}", error.code.as_str(), fields.collect::<String>())
}
