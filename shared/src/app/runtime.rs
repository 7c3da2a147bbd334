//! Runs a function: the one place where the Lambda runtime is compiled in.
//!
//! Handlers arrive boxed, so that `lambda_http` and `lambda_runtime` are compiled once, with this
//! crate, and not again for each function.

use super::{Config, clock, config, log};
use crate::deadline::Deadline;
use lambda_http::{Body, IntoResponse, Response};
use lambda_runtime::{Context, Diagnostic, LambdaEvent, service_fn};
use serde_json::value::RawValue;
use std::{
    future::{Future, ready},
    pin::Pin,
    process::ExitCode,
    time::Duration,
};

/// A future that owns everything it needs.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Serves invocations until Lambda ends the process; fails when the runtime cannot go on.
pub type Serving = Pin<Box<dyn Future<Output = Result<(), String>>>>;

/// Makes a function ready, once per process, and serves it.
pub type Start = Box<dyn FnOnce(Config) -> Serving>;

/// Answers one HTTP request; an error is the cause for which the invocation fails.
pub type HttpHandler =
    Box<dyn Fn(lambda_http::Request) -> BoxFuture<Result<Response<Body>, String>> + Send + Sync>;

/// Answers one event that is not HTTP; an error is the cause for which the invocation fails.
pub type EventHandler = Box<
    dyn Fn(LambdaEvent<Box<RawValue>>) -> BoxFuture<Result<Box<RawValue>, String>> + Send + Sync,
>;

/// What is kept of an invocation's time to answer and to log. An answer of our own is worth more
/// than the gateway's 502 or 504 after Lambda has ended the process.
const ANSWER_RESERVE: Duration = Duration::from_millis(500);

/// The kind of error that whoever invoked us reads; without it they would read a Rust type.
const FAILED: &str = "Function.Failed";

/// Reads the configuration, makes the function ready, and serves until Lambda ends the process.
pub fn run(start: Start) -> ExitCode {
    let (level, function) = config::log_settings();
    log::start(&level, function);
    // One thread: a process serves one invocation at a time.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match (runtime, Config::from_env()) {
        (Ok(runtime), Ok(config)) => runtime.block_on(start(config)),
        (Err(error), _) => Err(error.to_string()),
        (_, Err(missing)) => Err(missing),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            tracing::error!(cause, "the function cannot start");
            ExitCode::FAILURE
        }
    }
}

/// An answer that is text already. `lambda_http` would look at its type and decode it, with every
/// character set of the web linked into every function: 0.2 MB.
struct Answer(Response<Body>);

impl IntoResponse for Answer {
    fn into_response(self) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        Box::pin(ready(self.0))
    }
}

/// Serves HTTP requests from API Gateway.
pub(super) fn serve_http(handler: HttpHandler) -> Serving {
    Box::pin(async move {
        let handler = &handler;
        let service =
            service_fn(
                move |request| async move { handler(request).await.map(Answer).map_err(failed) },
            );
        lambda_http::run(service).await.map_err(|error| error.to_string())
    })
}

/// Serves events of any other kind.
pub(super) fn serve_events(handler: EventHandler) -> Serving {
    Box::pin(async move {
        let handler = &handler;
        let service = service_fn(move |event| async move { handler(event).await.map_err(failed) });
        lambda_runtime::run(service).await.map_err(|error| error.to_string())
    })
}

/// The deadline for an invocation's work, which leaves time to answer. The SDK finds the trace of
/// the invocation by itself.
pub(super) fn begin(context: &Context) -> Deadline {
    Deadline::at_ms(context.deadline, clock::now()).earlier_by(ANSWER_RESERVE)
}

fn failed(cause: String) -> Diagnostic {
    Diagnostic { error_type: FAILED.into(), error_message: cause }
}
