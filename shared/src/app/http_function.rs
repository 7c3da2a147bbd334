//! Runs an HTTP function: everything around the handler that no handler may forget.

use super::{
    clock,
    context::Context,
    log,
    log::{Halves, log_at},
    runtime::{self, BoxFuture, run, serve_http},
};
use crate::{
    deadline::Deadline,
    http::{
        Reply, Request, Result, gateway,
        surface::{Exchange, Rendered, Surface, Voice},
    },
    operations::{Problem, problem::Cause},
    store::meter::{Stopwatch, Usage},
};
use lambda_http::{Body, RequestExt, Response};
use std::{
    future::Future,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};
use tracing::{Instrument, Level};

/// Whose envelope goes around the answer to a request.
pub type VoiceOf = fn(&Request) -> Voice;

type Handler = Box<dyn Fn(Request) -> BoxFuture<Result> + Send + Sync>;

/// Serves a handler on one surface.
#[must_use]
pub fn serve<S, C, H, F>(handler: H) -> ExitCode
where
    S: Surface,
    C: Context,
    H: Fn(&'static C, Request) -> F + Send + Sync + 'static,
    F: Future<Output = Result> + Send + 'static,
{
    serve_by(|_| Voice::of::<S>(), handler)
}

/// Serves a handler on the surface of each request.
#[must_use]
pub fn serve_by<C, H, F>(voice: VoiceOf, handler: H) -> ExitCode
where
    C: Context,
    H: Fn(&'static C, Request) -> F + Send + Sync + 'static,
    F: Future<Output = Result> + Send + 'static,
{
    run(Box::new(move |config| {
        Box::pin(async move {
            let docs_url = config.docs_url.clone();
            let context: &'static C = Box::leak(Box::new(C::ready(config).await?));
            let handler: Handler = Box::new(move |request| Box::pin(handler(context, request)));
            let usage = move || context.meter().map(|meter| meter.take()).unwrap_or_default();
            let (usage, cold) = (Box::new(usage), AtomicBool::new(true));
            Shim { voice, docs_url, handler, usage, cold }.serve().await
        })
    }))
}

struct Shim {
    voice: VoiceOf,
    docs_url: Option<String>,
    handler: Handler,
    usage: Box<dyn Fn() -> Usage + Send + Sync>,
    cold: AtomicBool,
}

impl Shim {
    fn serve(self) -> runtime::Serving {
        let shim: &'static Self = Box::leak(Box::new(self));
        serve_http(Box::new(|request| Box::pin(shim.answer(request))))
    }

    /// Answers one request, whatever happens: an error here is a fault in the answer itself.
    async fn answer(
        &self,
        request: lambda_http::Request,
    ) -> std::result::Result<Response<Body>, String> {
        let deadline = runtime::begin(&request.lambda_context());
        let request = Request::new(request);
        let span = log::invocation(request.id());
        self.answer_by(deadline, request).instrument(span).await
    }

    async fn answer_by(
        &self,
        deadline: Deadline,
        request: Request,
    ) -> std::result::Result<Response<Body>, String> {
        let stopwatch = Stopwatch::start();
        let init_usage = (self.usage)();
        let (id, route, method) =
            (request.id().to_owned(), request.route(), request.method().to_owned());
        let voice = (self.voice)(&request);
        let handled = deadline.enforce(self.handle(voice, request)).await;
        let result = handled.unwrap_or_else(|| Err(out_of_time()));
        let usage = (self.usage)();
        let problem = result.as_ref().err();
        let refused = problem.map(|problem| (voice.code)(problem));
        let status = match (&result, refused) {
            (Ok(reply), _) => reply.status,
            (Err(_), refused) => refused.map_or(500, |(status, _)| status),
        };
        let cause = problem.and_then(Problem::cause);
        log_at!(
            if status >= 500 { Level::ERROR } else { Level::INFO },
            route,
            cold = self.cold.swap(false, Relaxed),
            init_ddb_calls = init_usage.calls,
            ddb_calls = usage.calls,
            ddb_ms = usage.micros / 1000,
            ddb_read_units = %Halves(usage.half_read_units),
            ddb_write_units = %Halves(usage.half_write_units),
            error_code = refused.map(|(_, code)| code),
            cause = cause.map(|cause| cause.text.as_str()),
            at = cause.map(|cause| tracing::field::display(cause.at)),
            status,
            duration_ms = stopwatch.micros() / 1000,
            faults = u8::from(status >= 500),
            "request"
        );
        self.finish(voice, result, &id, &method).map_err(|error| error.to_string())
    }

    async fn handle(&self, voice: Voice, request: Request) -> Result {
        match (voice.options, request.method()) {
            (Some(methods), "OPTIONS") => Ok(Reply::allow(methods)),
            _ => (self.handler)(request).await,
        }
    }

    /// Puts the surface's envelope and headers around a result.
    fn finish(
        &self,
        voice: Voice,
        result: Result,
        id: &str,
        method: &str,
    ) -> std::result::Result<Response<Body>, lambda_http::http::Error> {
        let docs_url = self.docs_url.as_deref();
        let exchange = Exchange { request_id: id, now: clock::now(), docs_url };
        let Rendered { status, headers: own, body } = match result {
            Ok(reply) => (voice.success)(reply, &exchange),
            Err(problem) => (voice.problem)(&problem, &exchange),
        };
        let general = (voice.headers)().iter().map(|(name, value)| (*name, (*value).to_owned()));
        let headers = general.chain(own).chain([("x-request-id", id.to_owned())]);
        let body = if method == "HEAD" { String::new() } else { body };
        gateway::response(status, headers, body)
    }
}

/// The answer when the handler needs more time than Lambda gives. What it has begun may still have
/// been written: the caller asks again with the same idempotency key, and sweeps do the rest.
#[track_caller]
fn out_of_time() -> Problem {
    Problem::Unavailable(Cause::new("no answer before the invocation's deadline"))
}

#[cfg(test)]
mod tests;
