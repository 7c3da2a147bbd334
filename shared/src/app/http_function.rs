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
        reply::SuccessStatus,
        route::HttpRoute,
        surface::{Exchange, Rendered, Voice},
    },
    operations::{Problem, problem::Cause},
    store::{
        acting,
        meter::{Stopwatch, Usage},
    },
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

/// Serves a route by its handler, on the route's surface and with the statuses that it states.
pub fn serve<R, C, H, F>(_: R, handler: H) -> ExitCode
where
    R: HttpRoute,
    C: Context,
    H: Fn(&'static C, Request) -> F + Send + Sync + 'static,
    F: Future<Output = Result> + Send + 'static,
{
    serve_by(|_| Voice::of::<R::Surface>(), R::SUCCESS, handler)
}

/// Names [`serve`] for surfaces, so that a function says
/// `platform::serve(routes::CreateUser, create_user)`.
macro_rules! serves {
    ($($(#[$doc:meta])+ $name:ident => $surface:ty,)+) => {$(
        $(#[$doc])+
        pub fn $name<R, C, H, F>(route: R, handler: H) -> std::process::ExitCode
        where
            R: $crate::http::route::HttpRoute<Surface = $surface>,
            C: $crate::app::context::Context,
            H: Fn(&'static C, $crate::http::Request) -> F + Send + Sync + 'static,
            F: Future<Output = $crate::http::Result> + Send + 'static,
        {
            $crate::app::http_function::serve(route, handler)
        }
    )+};
}

pub(crate) use serves;

/// Serves a handler on the surface of each request; what is done has these statuses.
pub fn serve_by<C, H, F>(voice: VoiceOf, success: SuccessStatus, handler: H) -> ExitCode
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
            Shim { voice, success, docs_url, handler, usage, cold }.serve().await
        })
    }))
}

struct Shim {
    voice: VoiceOf,
    success: SuccessStatus,
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
        let (voice, languages) = ((self.voice)(&request), request.languages());
        let handled = deadline.enforce(acting::scope(self.handle(voice, request))).await;
        let result = handled.unwrap_or_else(|| Err(out_of_time()));
        let usage = (self.usage)();
        let problem = result.as_ref().err();
        let refused = problem.map(|problem| (voice.code)(problem));
        let status = match (&result, refused) {
            (Ok(reply), _) => self.success.of(reply.status),
            (Err(_), refused) => refused.map_or(500, |(status, _)| status),
        };
        let cause = problem.and_then(Problem::cause);
        log_at!(
            if status >= 500 { Level::ERROR } else { Level::INFO },
            route,
            cold = self.cold.swap(false, Relaxed),
            init_ddb_calls = Some(init_usage.calls).filter(|calls| *calls > 0),
            ddb_calls = usage.calls,
            ddb_ms = Some(usage.micros / 1000).filter(|_| usage.calls > 0),
            ddb_read_units = Halves::some(usage.half_read_units),
            ddb_write_units = Halves::some(usage.half_write_units),
            error_code = refused.map(|(_, code)| code),
            cause = cause.map(|cause| cause.text.as_str()),
            at = cause.map(|cause| tracing::field::display(cause.at)),
            status,
            duration_ms = stopwatch.micros() / 1000,
            "request"
        );
        let docs_url = self.docs_url.as_deref();
        let (request_id, now) = (id.as_str(), clock::now());
        let exchange = Exchange { request_id, now, docs_url, languages: &languages };
        let result = result.map(|reply| (reply, status));
        Self::finish(voice, result, &exchange, &method).map_err(|error| error.to_string())
    }

    async fn handle(&self, voice: Voice, request: Request) -> Result {
        match ((voice.options)(request.resource()), request.method()) {
            (Some(methods), "OPTIONS") => Ok(Reply::allow(methods)),
            _ => (self.handler)(request).await,
        }
    }

    /// Puts the surface's envelope and headers around a result.
    fn finish(
        voice: Voice,
        result: std::result::Result<(Reply, u16), Problem>,
        exchange: &Exchange<'_>,
        method: &str,
    ) -> std::result::Result<Response<Body>, lambda_http::http::Error> {
        let Rendered { status, headers: own, body, bytes } = match result {
            Ok((reply, status)) => (voice.success)(reply, status, exchange),
            Err(problem) => (voice.problem)(&problem, exchange),
        };
        let general = (voice.headers)().iter().map(|(name, value)| (*name, (*value).to_owned()));
        let headers = general.chain(own).chain([("x-request-id", exchange.request_id.to_owned())]);
        let whole = bytes.map_or_else(|| Body::from(body), Body::from);
        let body = if method == "HEAD" { Body::from(String::new()) } else { whole };
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
