//! Runs a function: the one place where the Lambda runtime is compiled in.

use super::{Config, log::Line};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::value::RawValue;
use std::{future::Future, pin::Pin, process::ExitCode};

/// What `main` returns.
pub type Exit = ExitCode;

/// A future that owns everything it needs.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// One invocation: its id and payload in, its answer or why the invocation failed out.
pub type Invoke =
    Box<dyn Fn(String, Box<RawValue>) -> BoxFuture<Result<Box<RawValue>, String>> + Send + Sync>;

/// Makes a function ready, once per process.
pub type Init = Box<dyn FnOnce(Config) -> BoxFuture<Result<Invoke, String>>>;

/// What kind of error whoever invoked us is told; without it they would read a Rust type.
const FAILED: &str = "Function.Failed";

/// Reads the configuration, makes the function ready, and serves until Lambda ends the process.
#[must_use]
pub fn run(init: Init) -> Exit {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(serve(init)),
        Err(error) => Err(error.to_string()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            Line::new("error", "the function cannot start").with("cause", cause).write();
            ExitCode::FAILURE
        }
    }
}

async fn serve(init: Init) -> Result<(), String> {
    let invoke: &'static Invoke = Box::leak(Box::new(init(Config::from_env()?).await?));
    let handler = service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        let answer = invoke(event.context.request_id, event.payload).await;
        answer.map_err(|message| Diagnostic { error_type: FAILED.into(), error_message: message })
    });
    lambda_runtime::run(handler).await.map_err(|error| error.to_string())
}
