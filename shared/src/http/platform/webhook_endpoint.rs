//! The platform surface's one webhook endpoint per tenant.

use crate::{
    http::{
        event_filters,
        field::{Field, HookUrl, Text, Whole},
        remembered_endpoint::RememberedEndpoint,
        reply,
        revealed::Revealed,
    },
    model::{
        Invalid, Time,
        endpoint_health::{EndpointHealth, Gate},
        event::{EventFilter, EventType},
        id::WebhookEndpointId,
        retry_schedule::{MAX_WAITS, RetrySchedule},
        secret::{SigningSecret, kind},
        webhook_endpoint::{
            MAX_DESCRIPTION, MAX_OVERLAP_S, MAX_TIMEOUT_S, MIN_TIMEOUT_S, OVERLAP_S,
            WebhookEndpoint,
        },
    },
    operations::webhooks::EndpointWish,
    webhook::signature,
};
use derive::{Body, View};
use serde_json::{Value, json};

/// The endpoint to put in place of whatever there is.
#[derive(Body)]
pub struct PutWebhookEndpoint {
    /// Where to post: https, port 443 or 8443, a public address.
    pub url: HookUrl,
    /// Types such as `card.added`, families such as `payment_intent.*`; all when empty.
    #[body(default = EventFilters(Vec::new()))]
    pub events: Option<EventFilters>,
    /// A note of your own, which Paylink keeps and does not read.
    #[body(default = Text(String::new()))]
    pub description: Option<Text<0, MAX_DESCRIPTION>>,
    /// Seconds your server has for its whole answer: 15 at first; absent keeps what is set.
    pub timeout_seconds: Option<Whole<MIN_TIMEOUT_S, MAX_TIMEOUT_S>>,
    /// Seconds before each further attempt, instead of the usual schedule; absent keeps what
    /// is set.
    pub retry_schedule: Option<RetrySchedule>,
    /// Whether the events of one object arrive in their order: not at first; absent keeps what
    /// is set.
    pub ordered: Option<bool>,
    /// Whether deliveries are signed with Ed25519 as well: not at first; absent keeps what is
    /// set.
    pub ed25519: Option<bool>,
    /// A secret of your own, when the endpoint is first set up: `whsec_` and 24 to 64 bytes in
    /// base64.
    pub secret: Option<SecretText>,
    /// Makes repeating the request harmless, as the header `Idempotency-Key` does: the two must
    /// agree.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// A test event has no fields of its own.
#[derive(Body)]
pub struct SendTestEvent {
    /// Makes repeating the request harmless, as the header `Idempotency-Key` does: the two must
    /// agree.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// A new signing secret.
#[derive(Body)]
pub struct RotateWebhookSecret {
    /// Seconds that the secrets before go on signing beside the new one: a day when absent, at
    /// most seven; 0 revokes them at once.
    #[body(default = Whole(OVERLAP_S))]
    pub overlap_seconds: Option<Whole<0, MAX_OVERLAP_S>>,
    /// A secret of your own: `whsec_` and 24 to 64 bytes in base64.
    pub secret: Option<SecretText>,
    /// Makes repeating the request harmless, as the header `Idempotency-Key` does: the two must
    /// agree.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// A signing secret that a tenant brings along.
pub struct SecretText(pub SigningSecret);

impl Field for SecretText {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        signature::own_secret(Text::<1, 200>::read(json)?.0).map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^whsec_[A-Za-z0-9+/]{32,86}={0,2}$"})
    }

    fn meaning(&self) -> String {
        self.0.reveal().to_owned()
    }
}

impl Field for RetrySchedule {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let waits = Vec::<Whole<1, 86_400>>::read(json)?;
        let waits = waits.iter().map(|wait| u32::try_from(wait.0).unwrap_or(0));
        Self::new(waits.collect())
    }

    fn schema() -> Value {
        let wait = json!({"type": "integer", "minimum": 1, "maximum": 86_400});
        json!({"type": "array", "items": wait, "maxItems": MAX_WAITS})
    }

    fn meaning(&self) -> String {
        reply::json(&self.waits_s())
    }
}

/// Which events an endpoint wants.
#[derive(Debug, Clone)]
pub struct EventFilters(pub Vec<EventFilter>);

impl Field for EventFilters {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        event_filters::read(json, EventFilter::platform_names()).map(Self)
    }

    fn schema() -> Value {
        event_filters::schema(EventFilter::platform_names())
    }

    fn meaning(&self) -> String {
        reply::json(&self.0.iter().map(EventFilter::as_str).collect::<Vec<_>>())
    }
}

/// A webhook endpoint.
#[derive(View)]
pub struct WebhookEndpointView {
    /// The endpoint's id, a UUID.
    pub id: WebhookEndpointId,
    /// The address where events are posted.
    pub url: String,
    /// Which events; every one when empty.
    pub events: Vec<String>,
    /// A note of your own, which Paylink keeps and does not read.
    pub description: String,
    /// Seconds your server has for its whole answer.
    pub timeout_seconds: u32,
    /// Seconds before each attempt after the first.
    pub retry_schedule: Vec<u32>,
    /// Whether the events of one object arrive in their order.
    pub ordered: bool,
    /// Shown once, when it is made; empty ever after.
    pub secret: Revealed<kind::Signing>,
    /// The secrets that sign now, oldest first; the values themselves are shown once, when they are
    /// made.
    pub secrets: Vec<SecretView>,
    /// `enabled`, or `disabled`: then no events are sent to it.
    pub status: &'static str,
    /// Why it is disabled: `gone` (it answered 410) or `failing` (for five days).
    pub disabled_reason: Option<&'static str>,
    /// When it was disabled, in RFC 3339; null while it is enabled.
    pub disabled_at: Option<String>,
    /// How the endpoint is doing: its failures, and how long it is left in peace.
    pub health: HealthView,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it last changed, as an RFC 3339 time.
    pub updated_at: String,
}

/// A secret that signs; the secret itself is not shown.
#[derive(View)]
pub struct SecretView {
    /// The Ed25519 public key, where you asked for one: `whpk_` and base64.
    pub public_key: Option<String>,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it stops signing: RFC 3339; null for the newest.
    pub ends_at: Option<String>,
}

/// How an endpoint is doing.
#[derive(View)]
pub struct HealthView {
    /// `healthy`, `failing`, or `paused`: nothing is sent until `paused_until`.
    pub status: &'static str,
    /// How many attempts have failed since the last one that succeeded.
    pub consecutive_failures: u32,
    /// The first of them: RFC 3339.
    pub failing_since: Option<String>,
    /// When it will be disabled if everything goes on failing: RFC 3339.
    pub disabled_from: Option<String>,
    /// Until when it is left in peace after failures, in RFC 3339; null while it is not.
    pub paused_until: Option<String>,
    /// The newest success, to about ten minutes: RFC 3339.
    pub last_success_at: Option<String>,
}

/// A test event on its way.
#[derive(View)]
pub struct TestEventView {
    /// What it is called at the receiver.
    pub event: &'static str,
    /// The address that it goes to.
    pub url: String,
}

impl TestEventView {
    /// The test event that goes to an endpoint.
    pub fn of(endpoint: &WebhookEndpoint) -> Self {
        Self { event: EventType::WebhookTest.as_str(), url: endpoint.url.clone() }
    }
}

/// An endpoint that is no more.
#[derive(View)]
pub struct DeletedView {
    /// The endpoint's id, a UUID.
    pub id: WebhookEndpointId,
    /// Always true: it is gone.
    pub deleted: bool,
}

impl PutWebhookEndpoint {
    /// What the endpoint shall be.
    pub fn command(self) -> EndpointWish {
        let timeout_s = self.timeout_seconds.and_then(|seconds| u32::try_from(seconds.0).ok());
        EndpointWish {
            url: self.url.0,
            events: self.events.map(|filters| filters.0).unwrap_or_default(),
            description: self.description.map(|text| text.0).unwrap_or_default(),
            timeout_s,
            schedule: self.retry_schedule,
            ordered: self.ordered,
            ed25519: self.ed25519,
            own_secret: self.secret.map(|secret| secret.0),
        }
    }
}

impl RotateWebhookSecret {
    /// How long the secrets before go on signing, in seconds, where the tenant says so.
    pub fn overlap_s(&self) -> Option<i64> {
        self.overlap_seconds.as_ref().map(|seconds| seconds.0)
    }
}

/// What to remember of an endpoint that was put or got a new secret, which is shown.
pub fn remembered(
    endpoint: &WebhookEndpoint,
    health: &EndpointHealth,
    shown: bool,
    now: Time,
) -> String {
    RememberedEndpoint::text(endpoint, &view(endpoint, health, now), shown)
}

/// A remembered answer with its secret; an empty text where it showed none.
pub fn with_secret(remembered: RememberedEndpoint, secret: Option<&SigningSecret>) -> Value {
    remembered.with_secret(secret.map_or_else(Revealed::withheld, Revealed::once).value())
}

/// An endpoint as this surface shows it, without its secret.
pub fn view(endpoint: &WebhookEndpoint, health: &EndpointHealth, now: Time) -> WebhookEndpointView {
    WebhookEndpointView {
        id: endpoint.id,
        url: endpoint.url.clone(),
        events: endpoint.events.iter().map(|filter| filter.as_str().to_owned()).collect(),
        description: endpoint.description.clone(),
        timeout_seconds: endpoint.settings.timeout_s,
        retry_schedule: endpoint.settings.schedule().waits_s().to_vec(),
        ordered: endpoint.settings.ordered_since.is_some(),
        secret: Revealed::withheld(),
        secrets: secret_views(endpoint, now),
        status: if endpoint.disabled.is_some() { "disabled" } else { "enabled" },
        disabled_reason: endpoint.disabled.map(|(_, reason)| reason.as_str()),
        disabled_at: endpoint.disabled.map(|(at, _)| at.rfc3339()),
        health: health_view(health.clone().counted_from(endpoint.fresh_from), now),
        created_at: endpoint.created_at.rfc3339(),
        updated_at: endpoint.updated_at.rfc3339(),
    }
}

/// What signs now, oldest first, without the secrets themselves.
pub fn secret_views(endpoint: &WebhookEndpoint, now: Time) -> Vec<SecretView> {
    let secrets = endpoint.live_secrets(now).map(|secret| SecretView {
        public_key: secret.pair.as_ref().map(|pair| pair.public.0.clone()),
        created_at: secret.created_at.rfc3339(),
        ends_at: secret.ends_at.map(Time::rfc3339),
    });
    secrets.collect()
}

/// How an endpoint is doing.
pub fn health_view(health: EndpointHealth, now: Time) -> HealthView {
    let status = match health.gate(now) {
        Gate::Shut(_) | Gate::Probe => "paused",
        Gate::Open if health.failing_since.is_some() => "failing",
        Gate::Open => "healthy",
    };
    HealthView {
        status,
        consecutive_failures: health.failures,
        failing_since: health.failing_since.map(Time::rfc3339),
        disabled_from: health.disabled_from().map(Time::rfc3339),
        paused_until: health.pause.map(|pause| pause.until.rfc3339()),
        last_success_at: health.last_success.map(Time::rfc3339),
    }
}
