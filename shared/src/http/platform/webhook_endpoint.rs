//! The platform surface's one webhook endpoint per tenant.

use crate::{
    http::{
        Error, Result,
        field::{Field, Text},
        reply,
    },
    model::{
        Invalid, Scope, Time,
        event::{EventFilter, History},
        id::WebhookEndpointId,
        webhook_endpoint::{LONGEST_DESCRIPTION, MOST_FILTERS, WebhookEndpoint},
    },
    request, view,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

request! {
    /// The endpoint to put in place of whatever there is.
    PutWebhookEndpoint {
        /// Where to post: https, port 443 or 8443, a public address.
        url: required Text<1, 2048>,
        /// Types such as `card.added`, families such as `payment_intent.*`; all when empty.
        events: optional EventFilters,
        /// Your own note.
        description: optional Text<0, LONGEST_DESCRIPTION>,
        /// Makes repeating the request harmless.
        idempotency_key: optional Text<1, 120>,
    }
}

request! {
    /// A test event has no fields of its own.
    SendTestEvent {
        /// Makes repeating the request harmless.
        idempotency_key: optional Text<1, 120>,
    }
}

/// Which events an endpoint wants.
#[derive(Debug, Clone)]
pub struct EventFilters(pub Vec<EventFilter>);

impl Field for EventFilters {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let texts = Vec::<Text<1, 60>>::read(json)?;
        if texts.len() > MOST_FILTERS {
            return Err(Invalid::new(format!("must have at most {MOST_FILTERS} entries")));
        }
        let filters = texts.iter().map(|text| text.0.parse());
        filters.collect::<std::result::Result<_, _>>().map(Self)
    }

    fn schema() -> Value {
        json!({"type": "array", "items": {"type": "string"}, "maxItems": MOST_FILTERS})
    }
}

impl PutWebhookEndpoint {
    /// The idempotency key in the body.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.idempotency_key.as_ref().map(|key| key.0.as_str())
    }
}

impl SendTestEvent {
    /// The idempotency key in the body.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.idempotency_key.as_ref().map(|key| key.0.as_str())
    }
}

view! {
    /// A webhook endpoint.
    WebhookEndpointView {
        /// Its id.
        id: WebhookEndpointId,
        /// Where events are posted.
        url: String,
        /// Which events; every one when empty.
        events: Vec<String>,
        /// Your own note.
        description: String,
        /// Shown once, when the endpoint is first set up; empty ever after.
        secret: String,
        /// `enabled`, or `disabled` after the receiver said that it is gone.
        status: &'static str,
        /// RFC 3339.
        created_at: String,
        /// RFC 3339.
        updated_at: String,
    }
}

view! {
    /// A test event on its way.
    TestEventView {
        /// What it is called at the receiver.
        event: &'static str,
        /// Where it goes.
        url: String,
    }
}

view! {
    /// An endpoint that is no more.
    DeletedView {
        /// Its id.
        id: WebhookEndpointId,
        /// Always true.
        deleted: bool,
    }
}

impl PutWebhookEndpoint {
    /// The endpoint that takes the place of what there was. A new one gets the sealed secret; one
    /// that is there keeps its own, and is switched on again.
    #[must_use]
    pub fn endpoint(
        self,
        known: Option<WebhookEndpoint>,
        new: (WebhookEndpointId, Scope, String),
        now: Time,
    ) -> WebhookEndpoint {
        let (id, scope, sealed_secret) = new;
        let base = known.unwrap_or(WebhookEndpoint {
            id,
            scope,
            url: String::new(),
            events: Vec::new(),
            description: String::new(),
            sealed_secret,
            disabled_at: None,
            created_at: now,
            updated_at: now,
            history: History::default(),
            version: 0,
        });
        WebhookEndpoint {
            url: self.url.0,
            events: self.events.map(|filters| filters.0).unwrap_or_default(),
            description: self.description.map(|text| text.0).unwrap_or_default(),
            disabled_at: None,
            updated_at: now,
            version: base.version.saturating_add(1),
            ..base
        }
    }
}

/// What is remembered of an answer: the view without its secret, and the secret sealed.
#[derive(Serialize, Deserialize)]
pub struct Remembered {
    /// Whose secret.
    pub id: String,
    view: Value,
    /// The secret, where the answer showed it.
    pub sealed: Option<String>,
}

impl Remembered {
    /// What to remember of an endpoint that was put; it is new at version 1.
    #[must_use]
    pub fn of(endpoint: &WebhookEndpoint) -> String {
        reply::json(&Self {
            id: endpoint.id.to_string(),
            view: serde_json::to_value(view(endpoint, String::new())).unwrap_or_default(),
            sealed: (endpoint.version == 1).then(|| endpoint.sealed_secret.clone()),
        })
    }

    /// What was remembered.
    ///
    /// # Errors
    /// 500 for what [`Remembered::of`] cannot have made.
    pub fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(Error::internal)
    }

    /// The answer with its secret.
    #[must_use]
    pub fn view(mut self, secret: String) -> Value {
        if let Some(object) = self.view.as_object_mut() {
            object.insert("secret".to_owned(), secret.into());
        }
        self.view
    }
}

/// An endpoint as this surface shows it; `secret` only when it is new.
#[must_use]
pub fn view(endpoint: &WebhookEndpoint, secret: String) -> WebhookEndpointView {
    WebhookEndpointView {
        id: endpoint.id,
        url: endpoint.url.clone(),
        events: endpoint.events.iter().map(|filter| filter.as_str().to_owned()).collect(),
        description: endpoint.description.clone(),
        secret,
        status: if endpoint.disabled_at.is_some() { "disabled" } else { "enabled" },
        created_at: endpoint.created_at.rfc3339(),
        updated_at: endpoint.updated_at.rfc3339(),
    }
}
