//! Queues.

use crate::{
    aws::Client,
    model::{
        Scope,
        id::{EventId, WebhookEndpointId},
    },
};
use serde::{Deserialize, Serialize, de::IgnoredAny};

/// Longest delay a queue knows, in seconds.
pub const LONGEST_DELAY_S: i64 = 900;

/// A queue that could not be reached.
#[derive(Debug)]
pub struct Unsent(pub String);

/// One queue.
pub struct Queue {
    client: Client,
    url: String,
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
        }
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
        self.send(&body, Some(delay), Some(&deliver.tenant)).await
    }

    /// Sends a text as it is.
    ///
    /// # Errors
    /// The queue cannot be reached.
    pub async fn park(&self, text: String) -> Result<(), Unsent> {
        self.send(&text, None, None).await
    }

    async fn send(
        &self,
        message_body: &str,
        delay_seconds: Option<i64>,
        message_group_id: Option<&str>,
    ) -> Result<(), Unsent> {
        let queue_url = &self.url;
        let message = SendMessage { queue_url, message_body, delay_seconds, message_group_id };
        let sent: Result<IgnoredAny, _> = self.client.call("SendMessage", &message).await;
        sent.map(|_| ()).map_err(|error| Unsent(error.to_string()))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessage<'a> {
    queue_url: &'a str,
    message_body: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_seconds: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_group_id: Option<&'a str>,
}
