//! Runs a function that operators invoke: JSON in, JSON out, no HTTP.

use super::{
    clock,
    context::Context,
    runtime::BoxFuture,
    worker::{self, WorkerFailure},
};
use crate::{
    http::{Result, platform::problems},
    model::actor::Actor,
    operations::Problem,
    store::acting::{self, Stamp},
};
use serde_json::{Value, value::to_raw_value};
use std::{future::Future, process::ExitCode};

/// Serves a handler that gets the input as text.
pub fn serve<C, H, F>(handler: H) -> ExitCode
where
    C: Context,
    H: Fn(&'static C, String) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Value>> + Send + 'static,
{
    worker::serve::<C>(move |context| {
        let one = move |text: String| -> BoxFuture<Result<Value>> {
            let operator = Stamp::new(Actor::Operator, None, clock::now(), clock::random());
            Box::pin(acting::by(operator, handler(context, text)))
        };
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
fn refusal(problem: &Problem) -> WorkerFailure {
    let broken = problems::fields(problem);
    let fields = broken.iter().map(|field| format!(" {} {}.", field.field, field.message));
    let cause = problem.cause().map(|cause| format!(" ({})", cause.text)).unwrap_or_default();
    let (row, message) = (problems::row(problem.kind()), problems::message(problem));
    let (code, message) = (row.code, message.trim_end_matches('.'));
    let told = format!("{code}: {message}.{}{cause}", fields.collect::<String>());
    WorkerFailure { told, is_refusal: row.status < 500 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{body::Fields, operators::bodies::ErasePayer};

    #[test]
    fn what_an_operator_mistypes_is_a_refusal_and_what_fails_on_our_side_is_none() {
        let twice =
            r#"{"tenant_id": "b", "tenant_id": "a", "mode": "test", "email": "a@example.com"}"#;
        let read =
            |text| Fields::from_json(text).and_then(|mut fields| fields.read::<ErasePayer>());
        let told = refusal(&read(twice).map(|_| ()).unwrap_err());
        assert!(told.is_refusal && told.told.contains("tenant_id is there twice"), "{told:?}");
        let told = refusal(&read("{}").map(|_| ()).unwrap_err());
        assert!(told.is_refusal && told.told.contains("tenant_id"), "{told:?}");
        assert!(!refusal(&Problem::internal("the table is gone")).is_refusal);
    }
}
