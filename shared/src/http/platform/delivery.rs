//! Deliveries: what became of events at the endpoint.

use crate::{
    http::{
        Result,
        field::{PageLimit, Text},
        platform::page::{Asked, Page},
    },
    model::{
        Scope, Time,
        delivery::{Delivery, DeliveryStatus},
        id::{EventId, WebhookEndpointId},
    },
    request, view,
};

request! {
    /// Which deliveries to list.
    ListDeliveries {
        /// Page size.
        limit: optional PageLimit,
        /// `next_cursor` of the page before.
        cursor: optional Text<1, 200>,
    }
}

impl ListDeliveries {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 422 for a cursor of another list.
    pub fn page(&self, scope: Scope, now: Time) -> Result<Page> {
        let asked = Asked {
            list: "deliveries".to_owned(),
            limit: self.limit,
            cursor: self.cursor.as_ref().map(|cursor| cursor.0.as_str()),
            from: None,
            until: None,
        };
        Page::of(scope, asked, now)
    }
}

view! {
    /// One request to the receiver.
    AttemptView {
        /// When it started: RFC 3339.
        at: String,
        /// `success`, `status`, `timeout`, `dns`, `connect`, `tls` or `refused`.
        result: &'static str,
        /// The status the receiver answered.
        http_status: Option<u16>,
        /// How long it took, in milliseconds.
        latency_ms: u32,
        /// The first 4 KiB of the answer.
        answer: String,
    }
}

view! {
    /// One event on its way to the endpoint.
    DeliveryView {
        /// The event: `webhook-id` at the receiver.
        event_id: EventId,
        /// What happened.
        event: &'static str,
        /// Where it goes.
        endpoint_id: WebhookEndpointId,
        /// `pending`, `succeeded` or `failed`.
        status: &'static str,
        /// When the next attempt is due: RFC 3339; null when there is none.
        next_attempt_at: Option<String>,
        /// What was tried, oldest first.
        attempts: Vec<AttemptView>,
        /// RFC 3339.
        created_at: String,
    }
}

/// A delivery as this surface shows it.
#[must_use]
pub fn view(delivery: &Delivery) -> DeliveryView {
    let attempts = delivery.attempts.iter().map(|attempt| AttemptView {
        at: attempt.at.rfc3339(),
        result: attempt.result.as_str(),
        http_status: attempt.http_status,
        latency_ms: attempt.latency_ms,
        answer: attempt.answer.clone(),
    });
    DeliveryView {
        event_id: delivery.event,
        event: delivery.kind.as_str(),
        endpoint_id: delivery.endpoint,
        status: delivery.status.as_str(),
        next_attempt_at: match delivery.status {
            DeliveryStatus::Pending(due) => Some(due.rfc3339()),
            DeliveryStatus::Succeeded | DeliveryStatus::Failed => None,
        },
        attempts: attempts.collect(),
        created_at: delivery.created_at.rfc3339(),
    }
}
