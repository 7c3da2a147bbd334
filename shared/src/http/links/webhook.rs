//! Webhook endpoints of an organisation.

use super::field::{Count, Line};
use crate::{
    http::{
        Result,
        field::{Field, Text},
        platform::webhook_endpoint::{HealthView, SecretView, health_view, secret_views},
        reply,
    },
    model::{
        Invalid, Time,
        endpoint_health::EndpointHealth,
        event::EventFilter,
        id::WebhookEndpointId,
        retry_schedule::RetrySchedule,
        secret::{Sealed, SigningSecret, kind},
        webhook_endpoint::{LONGEST_DESCRIPTION, MOST_FILTERS, WebhookEndpoint},
    },
    operations::{Problem, webhooks::Registration},
    webhook::payload::links::NAMES,
};
use derive::{Body, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A new endpoint.
#[derive(Body)]
pub struct CreateWebhook {
    /// Where to post: https, port 443 or 8443, a public address.
    pub url: Text<1, 2048>,
    /// Types such as `transaction.status_changed`, families such as `payment_link.*`; when empty,
    /// changes of transactions and refunds, and test events.
    #[body(default = EventNames(Vec::new()))]
    pub events: Option<EventNames>,
    /// Your own note.
    #[body(default = Line(String::new()))]
    pub description: Option<Line<0, LONGEST_DESCRIPTION>>,
    /// Seconds your server has for its whole answer: 15 when absent.
    pub timeout_seconds: Option<Count<3, 30>>,
    /// Seconds before each further attempt, instead of the usual schedule.
    pub retry_schedule: Option<RetrySchedule>,
    /// Whether the events of one object arrive in their order.
    #[body(default = false)]
    pub ordered: Option<bool>,
    /// Whether deliveries are signed with Ed25519 as well.
    #[body(default = false)]
    pub ed25519: Option<bool>,
}

/// Which events an endpoint wants.
#[derive(Debug, Clone)]
pub struct EventNames(pub Vec<EventFilter>);

impl Field for EventNames {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let texts = Vec::<Text<1, 60>>::read(json)?;
        if texts.len() > MOST_FILTERS {
            return Err(Invalid::new(format!("must have at most {MOST_FILTERS} entries")));
        }
        let filters = texts.iter().map(|text| EventFilter::among(&text.0, NAMES.into_iter()));
        filters.collect::<std::result::Result<_, _>>().map(Self)
    }

    fn schema() -> Value {
        json!({"type": "array", "items": {"type": "string"}, "maxItems": MOST_FILTERS})
    }

    fn meaning(&self) -> String {
        reply::json(&self.0.iter().map(EventFilter::as_str).collect::<Vec<_>>())
    }
}

impl CreateWebhook {
    /// What the endpoint shall be.
    #[must_use]
    pub fn command(self) -> Registration {
        Registration {
            url: self.url.0,
            events: self.events.map(|events| events.0).unwrap_or_default(),
            description: self.description.map(|text| text.0).unwrap_or_default(),
            timeout_s: self.timeout_seconds.map(|seconds| seconds.0),
            schedule: self.retry_schedule,
            ordered: self.ordered,
            ed25519: self.ed25519,
            own_secret: None,
        }
    }
}

/// A webhook endpoint.
#[derive(View)]
pub struct WebhookView {
    /// `wh_...`.
    pub id: String,
    /// Where it is.
    pub url: String,
    /// What it gets; when empty, changes of transactions and refunds, and test events.
    pub events: Vec<String>,
    /// Your own note.
    pub description: String,
    /// Whether it gets anything.
    pub is_active: bool,
    /// `enabled` or `disabled`.
    pub status: &'static str,
    /// Why it is disabled: `gone` (it answered 410) or `failing` (for five days).
    pub disabled_reason: Option<&'static str>,
    /// Seconds it has for its whole answer.
    pub timeout_seconds: u32,
    /// Seconds before each attempt after the first.
    pub retry_schedule: Vec<u32>,
    /// Whether the events of one object arrive in their order.
    pub ordered: bool,
    /// Whether deliveries are signed with Ed25519 as well.
    pub ed25519: bool,
    /// Shown once, when it is made; null ever after.
    pub secret: Option<String>,
    /// What signs now, oldest first.
    pub secrets: Vec<SecretView>,
    /// How it is doing.
    pub health: HealthView,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
}

/// An endpoint as this surface shows it, without its secret.
#[must_use]
pub fn view(endpoint: &WebhookEndpoint, health: &EndpointHealth, now: Time) -> WebhookView {
    let secrets = secret_views(endpoint, now);
    WebhookView {
        id: endpoint.id.links_form(),
        url: endpoint.url.clone(),
        events: endpoint.events.iter().map(|filter| filter.as_str().to_owned()).collect(),
        description: endpoint.description.clone(),
        is_active: endpoint.disabled.is_none(),
        status: if endpoint.disabled.is_some() { "disabled" } else { "enabled" },
        disabled_reason: endpoint.disabled.map(|(_, reason)| reason.as_str()),
        timeout_seconds: endpoint.settings.timeout_s,
        retry_schedule: endpoint.settings.schedule().waits_s().to_vec(),
        ordered: endpoint.settings.ordered_since.is_some(),
        ed25519: secrets.last().is_some_and(|secret| secret.public_key.is_some()),
        secret: None,
        secrets,
        health: health_view(health.clone().counted_from(endpoint.fresh_from), now),
        created_at: endpoint.created_at.rfc3339(),
        updated_at: endpoint.updated_at.rfc3339(),
    }
}

/// What is remembered of an answer: the view without its secret, and the secret sealed.
#[derive(Serialize, Deserialize)]
pub struct RememberedWebhook {
    id: String,
    view: Value,
    sealed: Option<String>,
}

impl RememberedWebhook {
    /// What to remember of an endpoint that was made.
    #[must_use]
    pub fn of(endpoint: &WebhookEndpoint, now: Time) -> String {
        let health = EndpointHealth::unknown(endpoint.scope, endpoint.id);
        reply::json(&Self {
            id: endpoint.id.to_string(),
            view: serde_json::to_value(view(endpoint, &health, now)).unwrap_or_default(),
            sealed: endpoint.secrets.last().map(|secret| secret.sealed.as_str().to_owned()),
        })
    }

    /// What was remembered.
    ///
    /// # Errors
    /// 500 for what [`RememberedWebhook::of`] cannot have made.
    pub fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(Problem::internal)
    }

    /// Whose secret the answer shows, and the secret.
    ///
    /// # Errors
    /// 500 for what [`RememberedWebhook::of`] cannot have made.
    pub fn sealed(&self) -> Result<Option<(WebhookEndpointId, Sealed<kind::Signing>)>> {
        let Some(sealed) = &self.sealed else { return Ok(None) };
        let id = self.id.parse().map_err(|_| Problem::internal("an unreadable id"))?;
        Ok(Some((id, Sealed::kept(sealed.clone()))))
    }

    /// The answer with its secret.
    #[must_use]
    pub fn view(mut self, secret: Option<&SigningSecret>) -> Value {
        if let Some(object) = self.view.as_object_mut() {
            object.insert("secret".to_owned(), secret.map(SigningSecret::reveal).into());
        }
        self.view
    }
}
