//! The platform surface's one webhook endpoint per tenant.

use crate::{
    http::{
        Result,
        field::{Field, Text, Whole},
        reply,
    },
    model::{
        Invalid, Scope, Time,
        endpoint_health::{EndpointHealth, Gate},
        event::{EventFilter, History},
        id::WebhookEndpointId,
        retry_schedule::{MOST_WAITS, RetrySchedule},
        webhook_endpoint::{
            DeliverySettings, LONGEST_DESCRIPTION, LONGEST_OVERLAP_S, LONGEST_TIMEOUT_S,
            MOST_FILTERS, MOST_SECRETS, OVERLAP_S, PLATFORM_SLOT, SHORTEST_TIMEOUT_S,
            SigningSecret, WebhookEndpoint,
        },
    },
    operations::Problem,
    webhook::signature,
};
use derive::{Body, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The endpoint to put in place of whatever there is.
#[derive(Body)]
pub struct PutWebhookEndpoint {
    /// Where to post: https, port 443 or 8443, a public address.
    pub url: Text<1, 2048>,
    /// Types such as `card.added`, families such as `payment_intent.*`; all when empty.
    #[body(default = EventFilters(Vec::new()))]
    pub events: Option<EventFilters>,
    /// Your own note.
    #[body(default = Text(String::new()))]
    pub description: Option<Text<0, LONGEST_DESCRIPTION>>,
    /// Seconds your server has for its whole answer: 15 at first; absent keeps what is set.
    pub timeout_seconds: Option<Whole<SHORTEST_TIMEOUT_S, LONGEST_TIMEOUT_S>>,
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
    /// Makes repeating the request harmless.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// A test event has no fields of its own.
#[derive(Body)]
pub struct SendTestEvent {
    /// Makes repeating the request harmless.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// A new signing secret.
#[derive(Body)]
pub struct RotateWebhookSecret {
    /// Seconds that the secrets before go on signing beside the new one: a day when absent, at
    /// most seven; 0 revokes them at once.
    #[body(default = Whole(OVERLAP_S))]
    pub overlap_seconds: Option<Whole<0, LONGEST_OVERLAP_S>>,
    /// A secret of your own: `whsec_` and 24 to 64 bytes in base64.
    pub secret: Option<SecretText>,
    /// Makes repeating the request harmless.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// A signing secret that a tenant brings along.
#[derive(Clone)]
pub struct SecretText(pub String);

impl Field for SecretText {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let text = Text::<1, 200>::read(json)?.0;
        signature::check_secret(&text)?;
        Ok(Self(text))
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^whsec_[A-Za-z0-9+/]{32,86}={0,2}$"})
    }

    fn meaning(&self) -> String {
        self.0.clone()
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
        json!({"type": "array", "items": wait, "maxItems": MOST_WAITS})
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

    fn meaning(&self) -> String {
        reply::json(&self.0.iter().map(EventFilter::as_str).collect::<Vec<_>>())
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

/// A webhook endpoint.
#[derive(View)]
pub struct WebhookEndpointView {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Where events are posted.
    pub url: String,
    /// Which events; every one when empty.
    pub events: Vec<String>,
    /// Your own note.
    pub description: String,
    /// Seconds your server has for its whole answer.
    pub timeout_seconds: u32,
    /// Seconds before each attempt after the first.
    pub retry_schedule: Vec<u32>,
    /// Whether the events of one object arrive in their order.
    pub ordered: bool,
    /// Shown once, when it is made; empty ever after.
    pub secret: String,
    /// What signs now, oldest first.
    pub secrets: Vec<SecretView>,
    /// `enabled` or `disabled`.
    pub status: &'static str,
    /// Why it is disabled: `gone` (it answered 410) or `failing` (for five days).
    pub disabled_reason: Option<&'static str>,
    /// RFC 3339.
    pub disabled_at: Option<String>,
    /// How it is doing.
    pub health: HealthView,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
}

/// A secret that signs; the secret itself is not shown.
#[derive(View)]
pub struct SecretView {
    /// The Ed25519 public key, where you asked for one: `whpk_` and base64.
    pub public_key: Option<String>,
    /// RFC 3339.
    pub created_at: String,
    /// When it stops signing: RFC 3339; null for the newest.
    pub ends_at: Option<String>,
}

/// How an endpoint is doing.
#[derive(View)]
pub struct HealthView {
    /// `healthy`, `failing`, or `paused`: nothing is sent until `paused_until`.
    pub status: &'static str,
    /// Failures since the last success.
    pub consecutive_failures: u32,
    /// The first of them: RFC 3339.
    pub failing_since: Option<String>,
    /// When it will be disabled if everything goes on failing: RFC 3339.
    pub disabled_from: Option<String>,
    /// RFC 3339.
    pub paused_until: Option<String>,
    /// The newest success, to about ten minutes: RFC 3339.
    pub last_success_at: Option<String>,
}

/// A test event on its way.
#[derive(View)]
pub struct TestEventView {
    /// What it is called at the receiver.
    pub event: &'static str,
    /// Where it goes.
    pub url: String,
}

/// An endpoint that is no more.
#[derive(View)]
pub struct DeletedView {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Always true.
    pub deleted: bool,
}

impl PutWebhookEndpoint {
    /// The secret that the tenant brings along.
    #[must_use]
    pub fn own(&self) -> Option<&str> {
        self.secret.as_ref().map(|secret| secret.0.as_str())
    }

    /// Whether an Ed25519 key is asked for.
    #[must_use]
    pub fn asymmetric(&self) -> bool {
        self.ed25519 == Some(true)
    }

    /// What cannot be judged without the endpoint that is there.
    ///
    /// # Errors
    /// 422 for a secret where there is one already.
    pub fn check(&self, known: Option<&WebhookEndpoint>) -> Result<()> {
        match (&self.secret, known) {
            (Some(_), Some(_)) => {
                let message = "is given when the endpoint is first set up; rotate it instead";
                Err(Problem::field("secret", message))
            }
            _ => Ok(()),
        }
    }

    /// The endpoint that takes the place of what there was. A new one gets the secret; one that is
    /// there keeps its own, and is switched on again.
    #[must_use]
    pub fn endpoint(
        self,
        known: Option<WebhookEndpoint>,
        (id, scope, secret): (WebhookEndpointId, Scope, SigningSecret),
        now: Time,
    ) -> WebhookEndpoint {
        let pair = secret.pair.clone();
        let base = known.unwrap_or(WebhookEndpoint {
            id,
            scope,
            slot: PLATFORM_SLOT.to_owned(),
            url: String::new(),
            events: Vec::new(),
            description: String::new(),
            settings: DeliverySettings::default(),
            secrets: vec![secret],
            disabled: None,
            fresh_from: now,
            warned: None,
            created_at: now,
            updated_at: now,
            history: History::default(),
            version: 0,
        });
        let moved = base.url != self.url.0 || base.disabled.is_some();
        let mut secrets = base.secrets;
        match (self.ed25519, secrets.last_mut()) {
            (Some(true), Some(newest)) if newest.pair.is_none() => newest.pair = pair,
            (Some(false), Some(_)) => secrets.iter_mut().for_each(|secret| secret.pair = None),
            _ => {}
        }
        let before = base.settings;
        let timeout_s = self.timeout_seconds.and_then(|seconds| u32::try_from(seconds.0).ok());
        WebhookEndpoint {
            url: self.url.0,
            events: self.events.map(|filters| filters.0).unwrap_or_default(),
            description: self.description.map(|text| text.0).unwrap_or_default(),
            settings: DeliverySettings {
                timeout_s: timeout_s.unwrap_or(before.timeout_s),
                schedule: self.retry_schedule.or(before.schedule),
                ordered_since: match self.ordered {
                    Some(true) => before.ordered_since.or(Some(now)),
                    Some(false) => None,
                    None => before.ordered_since,
                },
            },
            secrets,
            disabled: None,
            fresh_from: if moved { now } else { base.fresh_from },
            warned: base.warned.filter(|_| !moved),
            updated_at: now,
            version: base.version.saturating_add(1),
            ..base
        }
    }
}

impl RotateWebhookSecret {
    /// The idempotency key in the body.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.idempotency_key.as_ref().map(|key| key.0.as_str())
    }

    /// The secret that the tenant brings along.
    #[must_use]
    pub fn own(&self) -> Option<&str> {
        self.secret.as_ref().map(|secret| secret.0.as_str())
    }

    /// The endpoint with its new secret.
    ///
    /// # Errors
    /// 422 when too many secrets would sign.
    pub fn endpoint(
        &self,
        known: &WebhookEndpoint,
        secret: SigningSecret,
        now: Time,
    ) -> Result<WebhookEndpoint> {
        let overlap_s = self.overlap_seconds.map_or(OVERLAP_S, |seconds| seconds.0);
        known.rotated(secret, overlap_s, now).ok_or_else(|| {
            let message = format!("{MOST_SECRETS} secrets sign already: wait for one to end, or 0");
            Problem::field("overlap_seconds", message)
        })
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
    /// What to remember of an endpoint that was put or got a new secret, which is shown.
    #[must_use]
    pub fn of(
        endpoint: &WebhookEndpoint,
        health: &EndpointHealth,
        shown: bool,
        now: Time,
    ) -> String {
        let newest = endpoint.secrets.last().filter(|_| shown);
        let view = view(endpoint, health, now);
        reply::json(&Self {
            id: endpoint.id.to_string(),
            view: serde_json::to_value(view).unwrap_or_default(),
            sealed: newest.map(|secret| secret.sealed.clone()),
        })
    }

    /// What was remembered.
    ///
    /// # Errors
    /// 500 for what [`Remembered::of`] cannot have made.
    pub fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(Problem::internal)
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

/// An endpoint as this surface shows it, without its secret.
#[must_use]
pub fn view(endpoint: &WebhookEndpoint, health: &EndpointHealth, now: Time) -> WebhookEndpointView {
    let secrets = endpoint.live_secrets(now).map(|secret| SecretView {
        public_key: secret.pair.as_ref().map(|pair| pair.public.clone()),
        created_at: secret.created_at.rfc3339(),
        ends_at: secret.ends_at.map(Time::rfc3339),
    });
    WebhookEndpointView {
        id: endpoint.id,
        url: endpoint.url.clone(),
        events: endpoint.events.iter().map(|filter| filter.as_str().to_owned()).collect(),
        description: endpoint.description.clone(),
        timeout_seconds: endpoint.settings.timeout_s,
        retry_schedule: endpoint.settings.schedule().waits_s().to_vec(),
        ordered: endpoint.settings.ordered_since.is_some(),
        secret: String::new(),
        secrets: secrets.collect(),
        status: if endpoint.disabled.is_some() { "disabled" } else { "enabled" },
        disabled_reason: endpoint.disabled.map(|(_, reason)| reason.as_str()),
        disabled_at: endpoint.disabled.map(|(at, _)| at.rfc3339()),
        health: health_view(health.clone().counted_from(endpoint.fresh_from), now),
        created_at: endpoint.created_at.rfc3339(),
        updated_at: endpoint.updated_at.rfc3339(),
    }
}

fn health_view(health: EndpointHealth, now: Time) -> HealthView {
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
