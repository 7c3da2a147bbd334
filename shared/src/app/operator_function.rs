//! Runs a function that operators invoke: JSON in, JSON out, no HTTP.

use super::{context::Context, runtime::BoxFuture, worker};
use crate::{
    http::{Result, platform::problems},
    operations::Problem,
};
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
                let answer = done.await.map_err(|problem| refusal(&problem))?;
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
