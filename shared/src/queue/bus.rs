//! The event bus.

use crate::aws_error::describe;
use aws_sdk_eventbridge::{Client, types::PutEventsRequestEntry};

/// `source` of every event we publish; rules match on it.
const SOURCE: &str = "paylink";

/// Most events that one call of EventBridge takes.
pub const MAX_ENTRIES: usize = 10;

/// An event as it goes onto the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusEvent {
    /// Its type, which rules match on.
    pub name: String,
    /// What it says, as JSON.
    pub detail: String,
}

/// An event bus of EventBridge, by its name.
pub struct Bus {
    client: Client,
    name: String,
}

impl Bus {
    /// The bus of this name.
    pub fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// Publishes up to [`MAX_ENTRIES`] events and answers, in their order, which were taken.
    pub async fn publish(&self, events: &[BusEvent]) -> Vec<Result<(), String>> {
        let entries = events.iter().map(|event| {
            PutEventsRequestEntry::builder()
                .source(SOURCE)
                .detail_type(&event.name)
                .detail(&event.detail)
                .event_bus_name(&self.name)
                .build()
        });
        let request = self.client.put_events().set_entries(Some(entries.collect()));
        match request.send().await {
            Ok(answer) => {
                let results = answer.entries().iter().map(|entry| match entry.error_code() {
                    None => Ok(()),
                    Some(code) => Err(code.to_owned()),
                });
                let mut results: Vec<_> = results.collect();
                results.resize_with(events.len(), || Err("no answer for this entry".to_owned()));
                results
            }
            Err(error) => {
                let text = describe("PutEvents", &error);
                events.iter().map(|_| Err(text.clone())).collect()
            }
        }
    }
}
