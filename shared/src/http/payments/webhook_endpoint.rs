//! Where this surface's events are posted: what requests say of it, and how it is shown.

use super::{
    field::{Integer, PaymentsEvents, VersionDate},
    page::{Asked, MAX_CURSOR, Page},
};
use crate::{
    http::{
        Reply, Request, Result,
        body::Change,
        field::{HookUrl, PageLimit, Text},
        payments::livemode,
        reply,
        revealed::Revealed,
    },
    model::{
        Scope, Surface, Time,
        endpoint_health::{EndpointHealth, Gate},
        id::WebhookEndpointId,
        secret::SigningSecret,
        secret::kind,
        webhook_endpoint::{MAX_DESCRIPTION, MAX_OVERLAP_S, OVERLAP_S, WebhookEndpoint},
    },
    operations::{
        IdempotentAnswer, Problem,
        own_endpoints::{EndpointChange, EndpointRef},
        webhooks::EndpointWish,
    },
    webhook::payload::payments::API_VERSION,
};
use derive::{Body, View};
use ring::hmac;
use serde_json::{Map, Value};

/// An endpoint to register.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct CreateWebhook {
    /// Where to post: https, port 443 or 8443, a public address. Each address once.
    pub url: HookUrl,
    /// Names such as `payment_link.completed`, families such as `payment_link.*`; all when empty.
    pub events: PaymentsEvents,
    /// A note of your own, which Paylink keeps and does not read.
    pub description: Option<Text<0, MAX_DESCRIPTION>>,
    /// A date; there is one version, and every date stands for it.
    #[body(default = VersionDate)]
    pub api_version: Option<VersionDate>,
}

/// What changes of an endpoint.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct UpdateWebhook {
    /// The address that events are posted to.
    #[body(not_null)]
    pub url: Option<HookUrl>,
    /// Names or families; all when empty.
    #[body(not_null)]
    pub events: Option<PaymentsEvents>,
    /// A note of your own, which Paylink keeps and does not read.
    pub description: Change<Text<0, MAX_DESCRIPTION>>,
    /// Whether events are sent. `true` ends a disabling; what happened meanwhile is kept back until
    /// it is replayed.
    #[body(not_null)]
    pub is_active: Option<bool>,
    /// A date; there is one version, and every date stands for it.
    #[body(not_null, default = VersionDate)]
    pub api_version: Option<VersionDate>,
}

/// Which endpoints to list.
#[derive(Body)]
pub struct ListWebhooks {
    /// The `nextCursor` that the page before answered, with the same filters.
    pub cursor: Option<Text<1, MAX_CURSOR>>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
}

/// A new secret.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct RotateWebhookSecret {
    /// How long the ones before go on signing: 0 to 604800 seconds; a day when absent.
    #[body(default = Integer(OVERLAP_S))]
    pub overlap_seconds: Option<Integer<0, MAX_OVERLAP_S>>,
}

/// A webhook endpoint.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct WebhookView {
    /// The webhook's id, `wh_...`.
    pub id: String,
    /// The address where events are posted.
    pub url: String,
    /// Which events; every one when empty.
    pub events: Vec<String>,
    /// A note of your own, which Paylink keeps and does not read.
    pub description: Option<String>,
    /// Whether events are sent; one that is switched off gets none.
    pub is_active: bool,
    /// The version of the objects in events.
    pub api_version: &'static str,
    /// How it is doing: `healthy`, `failing`, `paused` or `disabled`.
    pub health: &'static str,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// The kind of object: always `webhook`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// A webhook endpoint with a new secret.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct RotatedWebhookView {
    /// The endpoint itself.
    #[view(flatten)]
    pub endpoint: WebhookView,
    /// What signs from now on: shown once; empty when the request comes again.
    pub secret_key: Revealed<kind::Signing>,
    /// When the secret before stops signing: RFC 3339; null when it has.
    pub previous_secret_expires_at: Option<String>,
}

/// A webhook endpoint with its secret.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct NewWebhookView {
    /// The endpoint itself.
    #[view(flatten)]
    pub endpoint: WebhookView,
    /// What signs: shown once; empty when the request comes again.
    pub secret_key: Revealed<kind::Signing>,
}

impl CreateWebhook {
    /// What the endpoint shall be.
    pub fn command(self) -> EndpointWish {
        EndpointWish {
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

impl UpdateWebhook {
    /// What the endpoint shall be.
    pub fn command(&self) -> EndpointChange {
        EndpointChange {
            url: self.url.as_ref().map(|url| url.0.clone()),
            events: self.events.as_ref().map(|events| events.0.clone()),
            description: match &self.description {
                Change::Keep => None,
                Change::Clear => Some(String::new()),
                Change::Set(text) => Some(text.0.clone()),
            },
            active: self.is_active,
            ..EndpointChange::default()
        }
    }
}

impl ListWebhooks {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 400 for a cursor of another list.
    pub fn page(&self, key: hmac::Key, scope: Scope, now: Time) -> Result<Page> {
        let cursor = self.cursor.as_ref().map(|text| text.0.as_str());
        let asked = Asked { list: "webhooks".to_owned(), limit: self.limit, cursor };
        Page::of(key, scope, asked, now)
    }
}

impl RotateWebhookSecret {
    /// How long the secrets before go on signing, in seconds, where the caller says so.
    pub fn overlap_s(&self) -> Option<i64> {
        self.overlap_seconds.map(|seconds| seconds.0)
    }
}

/// The endpoint that a request's path names.
pub fn in_path(req: &Request, scope: Scope) -> EndpointRef {
    let id = WebhookEndpointId::from_payments_form(req.path("id"));
    EndpointRef { scope, surface: Surface::Payments, id }
}

/// An endpoint as it is shown.
pub fn view(endpoint: &WebhookEndpoint, health: &EndpointHealth, now: Time) -> WebhookView {
    let events = endpoint.events.iter().map(|filter| filter.as_str().to_owned());
    let health = health.clone().counted_from(endpoint.fresh_from);
    WebhookView {
        id: endpoint.id.payments_form(),
        url: endpoint.url.clone(),
        events: events.collect(),
        description: Some(endpoint.description.clone()).filter(|text| !text.is_empty()),
        is_active: endpoint.disabled.is_none(),
        api_version: API_VERSION,
        health: match (endpoint.disabled, health.gate(now)) {
            (Some(_), _) => "disabled",
            (None, Gate::Shut(_) | Gate::Probe) => "paused",
            (None, Gate::Open) if health.failing_since.is_some() => "failing",
            (None, Gate::Open) => "healthy",
        },
        created_at: endpoint.created_at.rfc3339_ms(),
        object: "webhook",
        livemode: livemode(endpoint.scope.mode),
    }
}

/// An endpoint with a new secret as it is remembered: without the secret.
pub fn rotated_view(endpoint: &WebhookEndpoint, health: &EndpointHealth, now: Time) -> String {
    let before = endpoint.live_secrets(now).filter_map(|secret| secret.ends_at).max();
    reply::json(&RotatedWebhookView {
        endpoint: view(endpoint, health, now),
        secret_key: Revealed::withheld(),
        previous_secret_expires_at: before.map(Time::rfc3339_ms),
    })
}

/// The answer with the new secret, which is shown the first time only.
pub fn rotated(answer: IdempotentAnswer, secret: Option<&SigningSecret>) -> Result {
    let Some(secret) = secret.filter(|_| !answer.replayed) else { return Ok(answer.reply()) };
    let mut view: Map<String, Value> =
        serde_json::from_str(&answer.data).map_err(Problem::internal)?;
    view.insert("secretKey".to_owned(), Revealed::once(secret).value());
    Ok(Reply::data(&view))
}

/// A new endpoint as it is remembered: without its secret.
pub fn new_view(endpoint: &WebhookEndpoint) -> String {
    let health = EndpointHealth::unknown(endpoint.scope, endpoint.id);
    reply::json(&NewWebhookView {
        endpoint: view(endpoint, &health, endpoint.created_at),
        secret_key: Revealed::withheld(),
    })
}

/// The answer with the secret, which is shown the first time only.
pub fn shown(answer: IdempotentAnswer, secret: Option<&SigningSecret>) -> Result {
    let Some(secret) = secret.filter(|_| !answer.replayed) else { return Ok(answer.reply()) };
    let mut view: Map<String, Value> =
        serde_json::from_str(&answer.data).map_err(Problem::internal)?;
    view.insert("secretKey".to_owned(), Revealed::once(secret).value());
    Ok(answer.mark(Reply::data(&view)))
}
