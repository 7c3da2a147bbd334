//! Queues, and the messages that workers send one another through them.

mod messages;

use crate::aws_error::describe;
use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use futures_util::future::join_all;
use serde::Serialize;

pub use messages::{
    Advance, Count, Deliver, LookForEvents, MAX_HOPS, Number, OrderPlace, Render, ToldByProcessor,
};

/// Longest delay a queue knows, in seconds.
pub const MAX_DELAY_S: i64 = 900;

/// Most messages that one call of SQS takes.
const MAX_ENTRIES: usize = 10;

/// A queue that could not be reached.
#[derive(Debug)]
pub struct Unsent(pub String);

/// One queue of SQS, by its address.
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// The queue at this URL.
    pub fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// Sends a delivery to be made after `delay_s` seconds. Messages of one tenant form a group,
    /// so that one tenant's flood does not starve the others.
    pub async fn deliver_in(&self, deliver: &Deliver, delay_s: i64) -> Result<(), Unsent> {
        let body = serde_json::to_string(deliver).map_err(|error| Unsent(error.to_string()))?;
        let delay = delay_s.clamp(0, MAX_DELAY_S);
        self.send(body, Some(delay), Some(&deliver.tenant)).await
    }

    /// Asks for a look at a payment after `delay_s` seconds.
    pub async fn advance_in(&self, advance: &Advance, delay_s: i64) -> Result<(), Unsent> {
        let body = serde_json::to_string(advance).map_err(|error| Unsent(error.to_string()))?;
        let delay = delay_s.clamp(0, MAX_DELAY_S);
        self.send(body, Some(delay), Some(&advance.tenant)).await
    }

    /// Asks for a number. The queue keeps the order of a tenant's messages.
    pub async fn number(&self, number: &Number) -> Result<(), Unsent> {
        let body = serde_json::to_string(number).map_err(|error| Unsent(error.to_string()))?;
        let request = self.client.send_message().queue_url(&self.url).message_body(body);
        let request = request.message_group_id(number.group());
        let sent = request.message_deduplication_id(number.subject()).send().await;
        sent.map(|_| ()).map_err(|error| Unsent(describe("SendMessage", &error)))
    }

    /// Asks for the files of a document.
    pub async fn render(&self, render: &Render) -> Result<(), Unsent> {
        let body = serde_json::to_string(render).map_err(|error| Unsent(error.to_string()))?;
        self.send(body, None, Some(&render.tenant)).await
    }

    /// Asks for an object to be read at its processor.
    pub async fn tell(&self, told: &ToldByProcessor) -> Result<(), Unsent> {
        let body = serde_json::to_string(told).map_err(|error| Unsent(error.to_string()))?;
        self.send(body, None, Some(&told.tenant)).await
    }

    /// Asks for objects to be read at their processor, ten per call.
    pub async fn tell_all(&self, told: &[ToldByProcessor]) -> Result<(), Unsent> {
        self.send_all(told, |told| &told.tenant).await.into_iter().collect()
    }

    /// Asks for accounts to be asked what happened, ten per call.
    pub async fn look_all(&self, looks: &[LookForEvents]) -> Result<(), Unsent> {
        self.send_all(looks, |look| &look.tenant).await.into_iter().collect()
    }

    /// Sends deliveries to be made at once, ten per call, and answers for each whether the queue has
    /// taken it.
    pub async fn deliver_all(&self, delivers: &[Deliver]) -> Vec<Result<(), Unsent>> {
        self.send_all(delivers, |deliver| &deliver.tenant).await
    }

    /// Asks for hours to be counted, ten per call.
    pub async fn count_all(&self, counts: &[Count]) -> Result<(), Unsent> {
        self.send_all(counts, |count| &count.tenant).await.into_iter().collect()
    }

    async fn send_all<T: Serialize>(
        &self,
        all: &[T],
        group: fn(&T) -> &str,
    ) -> Vec<Result<(), Unsent>> {
        let calls = all.chunks(MAX_ENTRIES).map(|chunk| self.send_chunk(chunk, group));
        join_all(calls).await.into_iter().flatten().collect()
    }

    async fn send_chunk<T: Serialize>(
        &self,
        chunk: &[T],
        group: fn(&T) -> &str,
    ) -> Vec<Result<(), Unsent>> {
        let entries = chunk.iter().zip(0_usize..).map(|(message, at)| {
            SendMessageBatchRequestEntry::builder()
                .id(at.to_string())
                .message_body(serde_json::to_string(message).unwrap_or_default())
                .message_group_id(group(message))
                .build()
        });
        let sent = match entries.collect::<Result<Vec<_>, _>>() {
            Ok(entries) => {
                let request = self.client.send_message_batch().queue_url(&self.url);
                let sent = request.set_entries(Some(entries)).send().await;
                sent.map_err(|error| describe("SendMessageBatch", &error))
            }
            Err(incomplete) => Err(incomplete.to_string()),
        };
        let taken = match sent {
            Ok(answer) => answer.successful,
            Err(text) => return chunk.iter().map(|_| Err(Unsent(text.clone()))).collect(),
        };
        let told = (0..chunk.len()).map(|at| {
            let found = taken.iter().any(|entry| entry.id == at.to_string());
            found.then_some(()).ok_or_else(|| Unsent("the queue did not take a message".to_owned()))
        });
        told.collect()
    }

    /// Sends a text as it is.
    pub async fn park(&self, text: String) -> Result<(), Unsent> {
        self.send(text, None, None).await
    }

    async fn send(
        &self,
        body: String,
        delay_s: Option<i64>,
        group: Option<&str>,
    ) -> Result<(), Unsent> {
        let request = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .set_delay_seconds(delay_s.and_then(|seconds| i32::try_from(seconds).ok()))
            .set_message_group_id(group.map(str::to_owned));
        let sent = request.send().await;
        sent.map(|_| ()).map_err(|error| Unsent(describe("SendMessage", &error)))
    }
}
