//! One line of JSON per invocation: what operators read, and what CloudWatch makes metrics from
//! (embedded metric format). Never a token, a secret, a body or a path that contains one.
//!
//! Code logs with the macros of `tracing`; [`JsonLines`] writes what they say. Every line has
//! `level`, `timestamp` (RFC 3339, by which Lambda recognizes it) and `function`, then the fields of
//! the invocation's span (`request_id`, `tenant`, `mode`), then its own. Numbers that are named in
//! [`METRICS`] become metrics of the function.

use super::clock;
use crate::model::Scope;
use serde::Serialize;
use serde_json::to_writer;
use std::{fmt, io::Write};
use tracing::{
    Event, Level, Metadata, Span, Subscriber, error_span,
    field::{DisplayValue, Empty, Field, Visit, display},
    level_filters::LevelFilter,
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt, registry::LookupSpan};

/// Fields that become metrics, with their units: those that an alarm looks at. Each costs $0.30 a month
/// in which it is written all the time, so it stands under the stack's name and not under each
/// function's, and what counts troubles is written only where there are some. What Lambda and the
/// gateway count for nothing (duration, invocations, 5xx) stays a field, as do the numbers of which
/// the log itself can be asked.
const METRICS: [(&str, &str); 5] = [
    (ACCOUNT_FAILURES, "Count"),
    ("commit_to_first_attempt_ms", "Milliseconds"),
    ("ledger_differences", "Count"),
    ("trouble_count", "Count"),
    ("undelivered_age_ms", "Milliseconds"),
];

/// The dimension of all metrics.
const DIMENSION: &str = "stack";

/// What a line about an account at a processor counts. Its alarm says whose account it is and what is
/// wrong with it, so that these are dimensions too.
const ACCOUNT_FAILURES: &str = "account_failures";

/// The dimensions of [`ACCOUNT_FAILURES`]: fields of the same line.
const OF_ACCOUNTS: [&str; 4] = [DIMENSION, "tenant", "mode", "fault"];

/// Surfaces whose functions write metrics, as their names have them.
const SURFACES: [&str; 5] = ["workers", "hosted", "payments", "links", "platform"];

/// The field that marks the span of an invocation: ours, or the runtime's around it.
const MARKS: [&str; 2] = ["request_id", "requestId"];

/// Starts the log of this process. `level` is Lambda's name of the lowest level that is written;
/// anything else counts as `INFO`.
pub fn start(level: &str, function: String) {
    let level = match level.to_ascii_uppercase().as_str() {
        "TRACE" => LevelFilter::TRACE,
        "DEBUG" => LevelFilter::DEBUG,
        "WARN" => LevelFilter::WARN,
        "ERROR" | "FATAL" => LevelFilter::ERROR,
        _ => LevelFilter::INFO,
    };
    let lines = JsonLines {
        level,
        function,
        write: |line| {
            // A log that cannot be written has nowhere to be reported.
            let _ = std::io::stdout().write_all(line);
        },
    };
    // A log that was started before stays.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(lines));
}

/// The span of one invocation. It exists at every level, so that errors always have their request.
pub fn invocation(request_id: &str) -> Span {
    error_span!("invocation", request_id, tenant = Empty, mode = Empty)
}

/// Notes whose request this is, once that is known.
pub fn about(scope: Scope) {
    Span::current().record("tenant", display(scope.tenant)).record("mode", scope.mode.as_str());
}

/// Logs at a level that is only known at run time; `tracing` wants it at compile time.
macro_rules! log_at {
    ($level:expr, $($fields:tt)*) => {
        match $level {
            tracing::Level::ERROR => tracing::error!($($fields)*),
            tracing::Level::WARN => tracing::warn!($($fields)*),
            _ => tracing::info!($($fields)*),
        }
    };
}
pub(crate) use log_at;

/// A number of half units, written as `2` or `2.5`.
pub struct Halves(pub u64);

impl Halves {
    /// Units for a line of the log; nothing where there are none, for each byte is paid for.
    pub fn some(half_units: u64) -> Option<DisplayValue<Self>> {
        (half_units > 0).then(|| display(Self(half_units)))
    }
}

impl fmt::Display for Halves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0 / 2)?;
        if self.0.is_multiple_of(2) { Ok(()) } else { f.write_str(".5") }
    }
}

/// Writes each event as one line of JSON.
pub struct JsonLines {
    level: LevelFilter,
    function: String,
    write: fn(&[u8]),
}

/// The fields of an invocation's span, each as JSON.
#[derive(Default)]
struct SpanFields(Vec<(&'static str, Vec<u8>)>);

/// A line that is being written.
struct Line {
    text: Vec<u8>,
    metrics: Vec<Metric>,
}

/// What a line says about its metrics (`_aws`), as CloudWatch reads it. As types, since building
/// it of JSON values would be two thirds of what a line costs.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Declaration<'a> {
    timestamp: i64,
    cloud_watch_metrics: [Directive<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'static str,
    dimensions: [&'static [&'static str]; 1],
    metrics: &'a [Metric],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    name: &'static str,
    unit: &'static str,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for JsonLines {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        *metadata.level() <= self.level
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let names = attributes.metadata().fields();
        let Some(span) = context.span(id) else { return };
        if MARKS.iter().any(|mark| names.field(mark).is_some()) {
            let mut fields = SpanFields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<SpanFields>() {
            record.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let now = clock::now();
        let mut line = Line { text: vec![b'{'], metrics: Vec::new() };
        line.add("level", name(*event.metadata().level()));
        line.add("timestamp", &now.rfc3339());
        line.add("function", &self.function);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(SpanFields(fields)) = span.extensions().get::<SpanFields>() {
                let own = event.metadata().fields();
                let fields = fields.iter().filter(|(name, _)| own.field(name).is_none());
                fields.for_each(|(name, json)| line.add_json(name, json));
                break;
            }
        }
        event.record(&mut line);
        if !line.metrics.is_empty() {
            let metrics = std::mem::take(&mut line.metrics);
            line.add(DIMENSION, stack(&self.function));
            let of_account = metrics.iter().any(|metric| metric.name == ACCOUNT_FAILURES);
            let dimensions = if of_account { &OF_ACCOUNTS[..] } else { &[DIMENSION] };
            let directive =
                Directive { namespace: "Paylink", dimensions: [dimensions], metrics: &metrics };
            let declaration = Declaration { timestamp: now.ms(), cloud_watch_metrics: [directive] };
            line.add("_aws", &declaration);
        }
        line.text.extend_from_slice(b"}\n");
        (self.write)(&line.text);
    }
}

/// The name of the stack that a function belongs to: functions are called after stack and surface. What
/// comes after the surface names no other.
fn stack(function: &str) -> &str {
    let before =
        |surface: &str| function.rfind(&format!("-{surface}-")).and_then(|end| function.get(..end));
    let longest = SURFACES.into_iter().filter_map(before).max_by_key(|stack| stack.len());
    longest.unwrap_or(function)
}

/// Levels as lines have them.
fn name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        _ => "trace",
    }
}

impl Line {
    fn add(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        self.add_name(name);
        // Neither texts nor numbers can fail to become JSON.
        let _ = to_writer(&mut self.text, value);
    }

    fn add_json(&mut self, name: &str, json: &[u8]) {
        self.add_name(name);
        self.text.extend_from_slice(json);
    }

    fn add_name(&mut self, name: &str) {
        if self.text.len() > 1 {
            self.text.push(b',');
        }
        let _ = to_writer(&mut self.text, name);
        self.text.push(b':');
    }

    fn number(&mut self, field: &Field, value: &impl Serialize) {
        let known = METRICS.iter().filter(|(name, _)| *name == field.name());
        self.metrics.extend(known.map(|(name, unit)| Metric { name, unit }));
        self.add(field.name(), value);
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field.name(), &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field.name(), &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.number(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.number(field, &value);
    }
}

impl Visit for SpanFields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let json = serde_json::to_vec(value).unwrap_or_default();
        self.0.retain(|(name, _)| *name != field.name());
        self.0.push((field.name(), json));
    }
}

#[cfg(test)]
mod tests;
