//! Customers' servers that want to be told.

use super::{
    Scope, Time,
    event::{EventFilter, EventType, History},
    id::WebhookEndpointId,
};

/// An address events are posted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Whose endpoint.
    pub scope: Scope,
    /// Where to post.
    pub url: String,
    /// Which events; every one when empty.
    pub events: Vec<EventFilter>,
    /// The caller's own note.
    pub description: String,
    /// The signing secret, sealed under the deployment's webhook key; see `app::keys`.
    pub sealed_secret: String,
    /// Switched off after `410 Gone`.
    pub disabled_at: Option<Time>,
    /// When it was first set up.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// Test events asked for.
    pub history: History,
    /// Rises with every write.
    pub version: u64,
}

/// Longest note.
pub const LONGEST_DESCRIPTION: usize = 255;

/// Most entries in `events`.
pub const MOST_FILTERS: usize = 50;

impl WebhookEndpoint {
    /// Whether an event of this type is posted here. A test event always is.
    #[must_use]
    pub fn wants(&self, kind: EventType) -> bool {
        match kind {
            EventType::WebhookTest => true,
            EventType::PaymentIntentCreated
            | EventType::PaymentIntentPendingReview
            | EventType::PaymentIntentHeld
            | EventType::PaymentIntentReleased
            | EventType::PaymentIntentSettled
            | EventType::PaymentIntentReturned
            | EventType::LedgerDifferenceFound
            | EventType::PaymentIntentProcessing
            | EventType::PaymentIntentRequiresAction
            | EventType::PaymentIntentSucceeded
            | EventType::PaymentIntentFailed
            | EventType::PaymentIntentExpired
            | EventType::PaymentIntentCanceled
            | EventType::PaymentLinkFailed
            | EventType::CardAdded => {
                self.events.is_empty() || self.events.iter().any(|filter| filter.wants(kind))
            }
        }
    }

    /// The endpoint with one more test event to send.
    #[must_use]
    pub fn with_test_event(&self, now: Time) -> Self {
        Self {
            history: self.history.and(EventType::WebhookTest, now),
            version: self.version.saturating_add(1),
            ..self.clone()
        }
    }
}
