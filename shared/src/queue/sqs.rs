//! Queues.

use crate::{
    aws_error::describe,
    model::{
        Scope,
        id::{EventId, PaymentIntentId, WebhookEndpointId},
    },
};
use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

/// Longest delay a queue knows, in seconds.
pub const LONGEST_DELAY_S: i64 = 900;

/// Times a message is sent on before it waits in the table instead.
pub const MOST_HOPS: u8 = 4;

/// Messages of which each sent the next, before one waits in the table instead. Lambda stops a
/// loop at sixteen.
const MOST_LINKS: u8 = 10;

/// Messages per call.
const MOST_ENTRIES: usize = 10;

/// A queue that could not be reached.
#[derive(Debug)]
pub struct Unsent(pub String);

/// One queue.
pub struct Queue {
    client: Client,
    url: String,
}

/// "Ask the provider about this payment": names the payment, whose record says everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advance {
    /// Whose.
    pub tenant: String,
    /// `test` or `live`.
    pub mode: String,
    /// Which payment.
    pub payment: String,
}

impl Advance {
    /// The message for one payment.
    #[must_use]
    pub fn new(scope: Scope, payment: PaymentIntentId) -> Self {
        Self {
            tenant: scope.tenant.to_string(),
            mode: scope.mode.to_string(),
            payment: payment.to_string(),
        }
    }

    /// What it names; `None` for what no code of ours can have sent.
    #[must_use]
    pub fn parts(&self) -> Option<(Scope, PaymentIntentId)> {
        let scope = Scope { tenant: self.tenant.parse().ok()?, mode: self.mode.parse().ok()? };
        Some((scope, self.payment.parse().ok()?))
    }
}

/// "Send this event to that endpoint": names the delivery, whose record says everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliver {
    /// Whose.
    pub tenant: String,
    /// `test` or `live`.
    pub mode: String,
    /// Which event.
    pub event: String,
    /// Which endpoint.
    pub endpoint: String,
    /// The endpoint's version that the sender has to know at least.
    #[serde(default)]
    pub seen: u64,
    /// How often the message has been sent on from queue to queue.
    #[serde(default)]
    pub hops: u8,
    /// Its place in the order of one object's events, where the endpoint asked for order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A place in the order of one object's events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The object's id.
    pub object: String,
    /// The event's number.
    pub sequence: u64,
}

impl Deliver {
    /// The message for one delivery.
    #[must_use]
    pub fn new(scope: Scope, event: EventId, endpoint: WebhookEndpointId) -> Self {
        Self {
            tenant: scope.tenant.to_string(),
            mode: scope.mode.to_string(),
            event: event.to_string(),
            endpoint: endpoint.to_string(),
            seen: 0,
            hops: 0,
            place: None,
        }
    }

    /// The message with its place in the order of one object's events.
    #[must_use]
    pub fn at_place(self, object: &str, sequence: u64) -> Self {
        Self { place: Some(Place { object: object.to_owned(), sequence }), ..self }
    }

    /// The message once more around the queue; `None` when it went around often enough: Lambda
    /// stops longer loops.
    #[must_use]
    pub fn once_more(&self) -> Option<Self> {
        (self.hops < MOST_HOPS).then(|| Self { hops: self.hops.saturating_add(1), ..self.clone() })
    }

    /// The message that this one wakes; `None` when too many have woken one another.
    #[must_use]
    pub fn followed_by(&self, next: Self) -> Option<Self> {
        let hops = self.hops.saturating_add(1);
        (self.hops < MOST_LINKS).then_some(Self { hops, seen: self.seen, ..next })
    }

    /// What it names; `None` for what no code of ours can have sent.
    #[must_use]
    pub fn parts(&self) -> Option<(Scope, EventId, WebhookEndpointId)> {
        let scope = Scope { tenant: self.tenant.parse().ok()?, mode: self.mode.parse().ok()? };
        Some((scope, self.event.parse().ok()?, self.endpoint.parse().ok()?))
    }
}

impl Queue {
    /// The queue at this URL.
    #[must_use]
    pub fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// Sends a delivery to be made after `delay_s` seconds. Messages of one tenant form a group,
    /// so that one tenant's flood does not starve the others.
    ///
    /// # Errors
    /// The queue cannot be reached.
    pub async fn deliver_in(&self, deliver: &Deliver, delay_s: i64) -> Result<(), Unsent> {
        let body = serde_json::to_string(deliver).map_err(|error| Unsent(error.to_string()))?;
        let delay = delay_s.clamp(0, LONGEST_DELAY_S);
        self.send(body, Some(delay), Some(&deliver.tenant)).await
    }

    /// Asks for a look at a payment after `delay_s` seconds.
    ///
    /// # Errors
    /// The queue cannot be reached.
    pub async fn advance_in(&self, advance: &Advance, delay_s: i64) -> Result<(), Unsent> {
        let body = serde_json::to_string(advance).map_err(|error| Unsent(error.to_string()))?;
        let delay = delay_s.clamp(0, LONGEST_DELAY_S);
        self.send(body, Some(delay), Some(&advance.tenant)).await
    }

    /// Sends deliveries to be made at once, ten per call, and answers for each whether the queue has
    /// taken it.
    pub async fn deliver_all(&self, delivers: &[Deliver]) -> Vec<Result<(), Unsent>> {
        let calls = delivers.chunks(MOST_ENTRIES).map(|chunk| self.deliver_chunk(chunk));
        join_all(calls).await.into_iter().flatten().collect()
    }

    async fn deliver_chunk(&self, chunk: &[Deliver]) -> Vec<Result<(), Unsent>> {
        let entries = chunk.iter().zip(0_usize..).map(|(deliver, at)| {
            SendMessageBatchRequestEntry::builder()
                .id(at.to_string())
                .message_body(serde_json::to_string(deliver).unwrap_or_default())
                .message_group_id(&deliver.tenant)
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
    ///
    /// # Errors
    /// The queue cannot be reached.
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
