//! Runs an HTTP function: everything around the handler that no handler may forget.

use super::{
    clock,
    context::Context,
    log::Line,
    runtime::{BoxFuture, Exit, Invoke, run},
};
use crate::{
    http::{
        Content, Reply, Request, Result,
        gateway::{Answer, Body, Event},
        hosted, platform,
    },
    store::meter::{Stopwatch, Usage},
};
use serde_json::value::{RawValue, to_raw_value};
use std::{
    collections::BTreeMap,
    future::Future,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

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
pub fn serve<C, H, F>(surface: Surface, handler: H) -> Exit
where
    C: Context,
    H: Fn(&'static C, Request) -> F + Send + Sync + 'static,
    F: Future<Output = Result> + Send + 'static,
{
    run(Box::new(move |config| {
        Box::pin(async move {
            let function = config.function.clone();
            let context: &'static C = Box::leak(Box::new(C::ready(config).await?));
            let handler: Handler = Box::new(move |request| Box::pin(handler(context, request)));
            let usage = move || context.meter().map(|meter| meter.take()).unwrap_or_default();
            Ok(invoke(surface, function, handler, Box::new(usage)))
        })
    }))
}

fn invoke(
    surface: Surface,
    function: String,
    handler: Handler,
    usage: Box<dyn Fn() -> Usage + Send + Sync>,
) -> Invoke {
    let shim: &'static Shim = Box::leak(Box::new(Shim {
        surface,
        function,
        handler,
        usage,
        cold: AtomicBool::new(true),
    }));
    Box::new(move |_, payload| Box::pin(shim.answer(payload)))
}

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";

struct Shim {
    surface: Surface,
    function: String,
    handler: Handler,
    usage: Box<dyn Fn() -> Usage + Send + Sync>,
    cold: AtomicBool,
}

impl Shim {
    async fn answer(
        &'static self,
        payload: Box<RawValue>,
    ) -> std::result::Result<Box<RawValue>, String> {
        let stopwatch = Stopwatch::start();
        let init_usage = (self.usage)();
        let event: Event =
            serde_json::from_str(payload.get()).map_err(|e| format!("not a request: {e}"))?;
        let request = Request::new(event);
        let (id, route, method) =
            (request.id().to_owned(), request.route(), request.method().to_owned());
        let result = match (self.surface, method.as_str()) {
            (Surface::Page, "OPTIONS") => Ok(Reply::allow("GET, HEAD, OPTIONS")),
            (Surface::Page | Surface::Platform | Surface::Hosted, _) => {
                (self.handler)(request).await
            }
        };
        let line = Line::new(level(&result), "request")
            .with("request_id", id.as_str())
            .with("function", self.function.as_str())
            .with("route", route)
            .with("cold", self.cold.swap(false, Relaxed))
            .with("init_ddb_calls", init_usage.calls)
            .tenant()
            .usage((self.usage)());
        let line = describe(line, &result);
        let answer = self.finish(result, &id, &method);
        let faults = u8::from(answer.status_code >= 500);
        line.with("status", answer.status_code)
            .with("duration_ms", stopwatch.micros() / 1000)
            .with("faults", faults)
            .metrics(&[("duration_ms", "Milliseconds"), ("faults", "Count")])
            .write();
        to_raw_value(&answer).map_err(|error| error.to_string())
    }

    fn finish(&self, result: Result, id: &str, method: &str) -> Answer {
        let now = clock::now();
        let (status, mut headers, content_type, body) = match result {
            Ok(reply) => {
                let (content_type, body) = match reply.content {
                    Content::Html(html) => (HTML, Body::Text(html)),
                    Content::Json(json) => (JSON, Body::Text(json)),
                    Content::Escaped(json) => (JSON, Body::Escaped(json)),
                    content @ (Content::Data(_) | Content::List { .. }) => {
                        let text = match self.surface {
                            Surface::Platform => platform::envelope(reply.status, content, now),
                            Surface::Hosted | Surface::Page => hosted::plain(content),
                        };
                        (JSON, Body::Text(text))
                    }
                };
                (reply.status, reply.headers, content_type, body)
            }
            Err(error) => {
                let Reply { status, headers, content } = match self.surface {
                    Surface::Platform => platform::error(&error, id, now),
                    Surface::Hosted => hosted::error(&error, id),
                    Surface::Page => hosted::error_page(&error),
                };
                let (content_type, body) = match content {
                    Content::Html(html) => (HTML, Body::Text(html)),
                    Content::Escaped(json) => (JSON, Body::Escaped(json)),
                    Content::Json(text)
                    | Content::Data(text)
                    | Content::List { data: text, .. } => (JSON, Body::Text(text)),
                };
                (status, headers, content_type, body)
            }
        };
        headers.push(("content-type", content_type.to_owned()));
        headers.push(("x-request-id", id.to_owned()));
        headers
            .extend(safety(self.surface).iter().map(|(name, value)| (*name, (*value).to_owned())));
        let body = if method == "HEAD" { Body::Text(String::new()) } else { body };
        let headers: BTreeMap<_, _> = headers.into_iter().collect();
        Answer { status_code: status, headers, body, is_base64_encoded: false }
    }
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

fn level(result: &Result) -> &'static str {
    match result {
        Err(problem) if problem.is_ours() => "error",
        Ok(_) | Err(_) => "info",
    }
}

fn describe(line: Line, result: &Result) -> Line {
    let Err(problem) = result else { return line };
    let line = line.with("error_code", platform::problems::row(problem.kind()).code);
    match problem.cause() {
        Some(cause) => line.with("cause", cause.text.as_str()).with("at", cause.at.to_string()),
        None => line,
    }
}
