//! The event bus.

use crate::{aws::Client, webhook::message::Message};
use serde::{Deserialize, Serialize};

/// `source` of every event we publish; rules match on it.
const SOURCE: &str = "paylink";

/// Entries per call.
pub const MOST_ENTRIES: usize = 10;

/// The bus.
pub struct Bus {
    client: Client,
    name: String,
}

impl Bus {
    /// The bus of this name.
    #[must_use]
    pub fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// Publishes up to [`MOST_ENTRIES`] events and answers, in their order, which were taken.
    pub async fn publish(&self, messages: &[&Message]) -> Vec<Result<(), String>> {
        let entries = messages.iter().map(|message| Entry {
            source: SOURCE,
            detail_type: &message.event,
            detail: serde_json::to_string(message).unwrap_or_default(),
            event_bus_name: &self.name,
        });
        let entries = PutEvents { entries: entries.collect() };
        let sent: Result<Taken, _> = self.client.call("PutEvents", &entries).await;
        match sent {
            Ok(taken) => {
                let results = taken.entries.into_iter().map(|entry| match entry.error_code {
                    None => Ok(()),
                    Some(code) => Err(code),
                });
                let mut results: Vec<_> = results.collect();
                results.resize_with(messages.len(), || Err("no answer for this entry".to_owned()));
                results
            }
            Err(error) => {
                let text = error.to_string();
                messages.iter().map(|_| Err(text.clone())).collect()
            }
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PutEvents<'a> {
    entries: Vec<Entry<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry<'a> {
    source: &'a str,
    detail_type: &'a str,
    detail: String,
    event_bus_name: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Taken {
    #[serde(default)]
    entries: Vec<TakenEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TakenEntry {
    error_code: Option<String>,
}
