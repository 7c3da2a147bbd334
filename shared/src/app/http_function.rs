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
    http::{Content, Reply, Request, Result, gateway, hosted, platform},
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

/// Whose envelope goes around answers and errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// `/v1/platform`: `{status_code, data, query_generated_time}`.
    Platform,
    /// The hosted page's own calls: plain JSON.
    Hosted,
    /// Pages for people: errors are pages too.
    Page,
}

type Handler = Box<dyn Fn(Request) -> BoxFuture<Result> + Send + Sync>;

/// Serves a handler on one surface.
#[must_use]
pub fn serve<C, H, F>(surface: Surface, handler: H) -> ExitCode
where
    C: Context,
    H: Fn(&'static C, Request) -> F + Send + Sync + 'static,
    F: Future<Output = Result> + Send + 'static,
{
    run(Box::new(move |config| {
        Box::pin(async move {
            let context: &'static C = Box::leak(Box::new(C::ready(config).await?));
            let handler: Handler = Box::new(move |request| Box::pin(handler(context, request)));
            let usage = move || context.meter().map(|meter| meter.take()).unwrap_or_default();
            let shim =
                Shim { surface, handler, usage: Box::new(usage), cold: AtomicBool::new(true) };
            shim.serve().await
        })
    }))
}

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";

struct Shim {
    surface: Surface,
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
        let handled = deadline.enforce(self.handle(request)).await;
        let result = handled.unwrap_or_else(|| Err(out_of_time()));
        let usage = (self.usage)();
        let problem = result.as_ref().err();
        let row = problem.map(|problem| platform::problems::row(problem.kind()));
        let status = match (&result, &row) {
            (Ok(reply), _) => reply.status,
            (Err(_), row) => row.as_ref().map_or(500, |row| row.status),
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
            error_code = row.map(|row| row.code),
            cause = cause.map(|cause| cause.text.as_str()),
            at = cause.map(|cause| tracing::field::display(cause.at)),
            status,
            duration_ms = stopwatch.micros() / 1000,
            faults = u8::from(status >= 500),
            "request"
        );
        self.finish(result, &id, &method).map_err(|error| error.to_string())
    }

    async fn handle(&self, request: Request) -> Result {
        match (self.surface, request.method()) {
            (Surface::Page, "OPTIONS") => Ok(Reply::allow("GET, HEAD, OPTIONS")),
            (Surface::Page | Surface::Platform | Surface::Hosted, _) => {
                (self.handler)(request).await
            }
        }
    }

    /// Puts the surface's envelope and headers around a result.
    fn finish(
        &self,
        result: Result,
        id: &str,
        method: &str,
    ) -> std::result::Result<Response<Body>, lambda_http::http::Error> {
        let now = clock::now();
        let Reply { status, mut headers, content } =
            result.unwrap_or_else(|problem| match self.surface {
                Surface::Platform => platform::error(&problem, id, now),
                Surface::Hosted => hosted::error(&problem, id),
                Surface::Page => hosted::error_page(&problem),
            });
        let (content_type, body) = match content {
            Content::Html(html) => (HTML, html),
            Content::Json(json) => (JSON, json),
            content @ (Content::Data(_) | Content::List { .. }) => match self.surface {
                Surface::Platform => (JSON, platform::envelope(status, content, now)),
                Surface::Hosted | Surface::Page => (JSON, hosted::plain(content)),
            },
        };
        headers.push(("content-type", content_type.to_owned()));
        headers.push(("x-request-id", id.to_owned()));
        let safety = safety(self.surface).iter();
        headers.extend(safety.map(|(name, value)| (*name, (*value).to_owned())));
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

/// Headers that every answer of a surface has. The page's address is a secret: it is neither
/// cached nor passed on.
const fn safety(surface: Surface) -> &'static [(&'static str, &'static str)] {
    match surface {
        Surface::Platform => &[
            ("cache-control", "no-store"),
            ("strict-transport-security", "max-age=31536000"),
            ("x-content-type-options", "nosniff"),
        ],
        Surface::Hosted | Surface::Page => &[
            ("cache-control", "no-store"),
            ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(self)"),
            ("referrer-policy", "no-referrer"),
            ("strict-transport-security", "max-age=31536000"),
            ("x-content-type-options", "nosniff"),
            ("x-robots-tag", "noindex, nofollow"),
        ],
    }
}

#[cfg(test)]
mod tests;
