//! `POST /webhooks`: where this surface's events are posted.

use super::field::{PaymentsEvents, VersionDate};
use crate::{
    http::{Reply, Result, field::Text, payments::livemode, reply},
    model::{
        secret::SigningSecret,
        webhook_endpoint::{LONGEST_DESCRIPTION, WebhookEndpoint},
    },
    operations::{IdempotentAnswer, Problem, webhooks::Registration},
    webhook::payload::payments::API_VERSION,
};
use derive::{Body, View};
use serde_json::{Map, Value};

/// An endpoint to register.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct CreateWebhook {
    /// Where to post: https, port 443 or 8443, a public address. Each address once.
    pub url: Text<1, 2048>,
    /// Names such as `payment_link.completed`, families such as `payment_link.*`; all when empty.
    pub events: PaymentsEvents,
    /// Your own note.
    pub description: Option<Text<0, LONGEST_DESCRIPTION>>,
    /// A date; there is one version, and every date stands for it.
    #[body(default = VersionDate)]
    pub api_version: Option<VersionDate>,
}

/// A webhook endpoint with its secret.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct NewWebhookView {
    /// Its id.
    pub id: String,
    /// Where events are posted.
    pub url: String,
    /// Which events; every one when empty.
    pub events: Vec<String>,
    /// Your own note.
    pub description: Option<String>,
    /// Whether events are sent.
    pub is_active: bool,
    /// The version of the objects in events.
    pub api_version: &'static str,
    /// How it is doing: `healthy`, `failing` or `disabled`.
    pub health: &'static str,
    /// RFC 3339.
    pub created_at: String,
    /// Always `webhook`.
    pub object: &'static str,
    /// False in test mode.
    pub livemode: bool,
    /// What signs: shown once; empty when the request comes again.
    pub secret_key: String,
}

impl CreateWebhook {
    /// What the endpoint shall be.
    #[must_use]
    pub fn command(self) -> Registration {
        Registration {
            url: self.url.0,
            events: self.events.0,
            description: self.description.map(|text| text.0).unwrap_or_default(),
            timeout_s: None,
            schedule: None,
            ordered: None,
            ed25519: None,
            own_secret: None,
        }
    }
}

/// A new endpoint as it is remembered: without its secret.
#[must_use]
pub fn new_view(endpoint: &WebhookEndpoint) -> String {
    let events = endpoint.events.iter().map(|filter| filter.as_str().to_owned());
    reply::json(&NewWebhookView {
        id: endpoint.id.payments_form(),
        url: endpoint.url.clone(),
        events: events.collect(),
        description: Some(endpoint.description.clone()).filter(|text| !text.is_empty()),
        is_active: endpoint.disabled.is_none(),
        api_version: API_VERSION,
        health: if endpoint.disabled.is_some() { "disabled" } else { "healthy" },
        created_at: endpoint.created_at.rfc3339_ms(),
        object: "webhook",
        livemode: livemode(endpoint.scope.mode),
        secret_key: String::new(),
    })
}

/// The answer with the secret, which is shown the first time only.
///
/// # Errors
/// 500 for what [`new_view`] cannot have made.
pub fn shown(answer: IdempotentAnswer, secret: Option<&SigningSecret>) -> Result {
    let Some(secret) = secret.filter(|_| !answer.replayed) else {
        return Ok(answer.reply().created());
    };
    let mut view: Map<String, Value> =
        serde_json::from_str(&answer.data).map_err(Problem::internal)?;
    view.insert("secretKey".to_owned(), secret.reveal().into());
    Ok(answer.mark(Reply::data(&view).created()))
}
