//! One line of JSON per request: what operators read, and what CloudWatch makes metrics from
//! (embedded metric format). Never a token, a secret, a body or a path with one in it.

use super::clock;
use crate::{model::Scope, store::meter::Usage};
use serde_json::{Map, Value, json};
use std::{
    io::Write,
    sync::{Mutex, PoisonError},
};

/// Whose request is being served: a process serves one at a time.
static SERVED: Mutex<Option<Scope>> = Mutex::new(None);

/// Notes whose request this is, once that is known, for its log line.
pub fn about(scope: Scope) {
    *SERVED.lock().unwrap_or_else(PoisonError::into_inner) = Some(scope);
}

/// A log line in the making.
pub struct Line(Map<String, Value>);

impl Line {
    /// Starts a line: `info`, `warn` or `error`.
    #[must_use]
    pub fn new(level: &'static str, message: &str) -> Self {
        let mut map = Map::new();
        map.insert("level".to_owned(), level.into());
        map.insert("timestamp".to_owned(), clock::now().rfc3339().into());
        map.insert("message".to_owned(), message.into());
        Self(map)
    }

    /// Adds a field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a field if there is a value.
    #[must_use]
    pub fn with_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds whose request it was, where that became known.
    #[must_use]
    pub fn tenant(self) -> Self {
        let served = SERVED.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.with_some("tenant", served.map(|scope| scope.tenant.to_string()))
            .with_some("mode", served.map(|scope| scope.mode.as_str()))
    }

    /// Adds what was asked of the table.
    #[must_use]
    pub fn usage(self, usage: Usage) -> Self {
        let halves = |halves: u64| match halves % 2 {
            0 => (halves / 2).to_string(),
            _ => format!("{}.5", halves / 2),
        };
        self.with("ddb_calls", usage.calls)
            .with("ddb_ms", usage.micros / 1000)
            .with("ddb_read_units", halves(usage.half_read_units))
            .with("ddb_write_units", halves(usage.half_write_units))
    }

    /// Makes fields of this line metrics, by function.
    #[must_use]
    pub fn metrics(self, names: &[(&str, &str)]) -> Self {
        let metrics: Vec<Value> =
            names.iter().map(|(name, unit)| json!({"Name": name, "Unit": unit})).collect();
        let stamp = clock::now().ms();
        self.with(
            "_aws",
            json!({"Timestamp": stamp, "CloudWatchMetrics": [{
                "Namespace": "Paylink", "Dimensions": [["function"]], "Metrics": metrics,
            }]}),
        )
    }

    /// Writes it.
    pub fn write(self) {
        let mut text = Value::Object(self.0).to_string();
        text.push('\n');
        // A log that cannot be written has nowhere to be reported.
        let _ = std::io::stdout().write_all(text.as_bytes());
    }
}
