//! Webhook endpoints of an organisation.

use super::{
    field::{Count, Line},
    list::{Next, Page},
};
use crate::{
    http::{
        Reply, Request, Result,
        body::{Body as _, Change},
        event_filters,
        field::{Field, HookUrl, PageLimit},
        platform::webhook_endpoint::{HealthView, SecretView, health_view, secret_views},
        remembered_endpoint::RememberedEndpoint,
        reply,
        revealed::Revealed,
    },
    model::{
        Invalid, Scope, Surface, Time,
        endpoint_health::EndpointHealth,
        event::EventFilter,
        id::{DeliveryId, WebhookEndpointId},
        retry_schedule::RetrySchedule,
        secret::{SigningSecret, kind},
        webhook_endpoint::{MAX_DESCRIPTION, SigningPair, TIMEOUT_S, WebhookEndpoint},
    },
    operations::{
        own_endpoints::{EndpointChange, EndpointRef},
        webhooks::EndpointWish,
    },
    store::list::{Listing, Slice},
    webhook::{
        message::Aggregate,
        payload::{self, links::NAMES},
    },
};
use derive::{Body, View};
use serde_json::Value;

/// A new endpoint.
#[derive(Body)]
pub struct CreateWebhook {
    /// Where to post: https, port 443 or 8443, a public address.
    pub url: HookUrl,
    /// Types such as `transaction.status_changed`, families such as `payment_link.*`; when empty,
    /// changes of transactions and refunds, and test events.
    #[body(default = EventNames(Vec::new()))]
    pub events: Option<EventNames>,
    /// A note of your own, which Paylink keeps and does not read.
    #[body(default = Line(String::new()))]
    pub description: Option<Line<0, MAX_DESCRIPTION>>,
    /// Seconds your server has for its whole answer: 15 when absent.
    #[body(default = Count(TIMEOUT_S))]
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

/// What changes of an endpoint.
#[derive(Body)]
pub struct UpdateWebhook {
    /// The address that events are posted to.
    #[body(not_null)]
    pub url: Option<HookUrl>,
    /// Types or families; when empty, changes of transactions and refunds, and test events.
    #[body(not_null)]
    pub events: Option<EventNames>,
    /// A note of your own, which Paylink keeps and does not read.
    pub description: Change<Line<0, MAX_DESCRIPTION>>,
    /// Seconds your server has for its whole answer.
    #[body(not_null)]
    pub timeout_seconds: Option<Count<3, 30>>,
    /// Seconds before each further attempt; null for the usual schedule.
    pub retry_schedule: Change<RetrySchedule>,
    /// Whether the events of one object arrive in their order.
    #[body(not_null)]
    pub ordered: Option<bool>,
    /// Whether deliveries are signed with Ed25519 as well.
    #[body(not_null)]
    pub ed25519: Option<bool>,
    /// Whether events are sent. `true` ends a disabling; what happened meanwhile is kept back until
    /// it is replayed.
    #[body(not_null)]
    pub is_active: Option<bool>,
}

/// Which endpoints to list.
#[derive(Body)]
pub struct ListWebhooks {
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Line<1, 1000>>,
}

/// A new secret.
#[derive(Body)]
pub struct RotateWebhookSecret {
    /// How long the ones before go on signing: 0 to 604800 seconds; a day when absent.
    #[body(default = Count(86_400))]
    pub overlap_seconds: Option<Count<0, 604_800>>,
}

/// Which events an endpoint wants.
#[derive(Debug, Clone)]
pub struct EventNames(pub Vec<EventFilter>);

impl Field for EventNames {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        event_filters::read(json, NAMES.into_iter()).map(Self)
    }

    fn schema() -> Value {
        event_filters::schema(NAMES.into_iter())
    }

    fn meaning(&self) -> String {
        reply::json(&self.0.iter().map(EventFilter::as_str).collect::<Vec<_>>())
    }
}

impl CreateWebhook {
    /// What the endpoint shall be.
    pub fn command(self) -> EndpointWish {
        EndpointWish {
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

impl UpdateWebhook {
    /// What the endpoint shall be; `pair` signs where it shall sign with Ed25519 and none does.
    pub fn command(&self, pair: Option<SigningPair>) -> EndpointChange {
        EndpointChange {
            url: self.url.as_ref().map(|url| url.0.clone()),
            events: self.events.as_ref().map(|events| events.0.clone()),
            description: match &self.description {
                Change::Keep => None,
                Change::Clear => Some(String::new()),
                Change::Set(text) => Some(text.0.clone()),
            },
            active: self.is_active,
            timeout_s: self.timeout_seconds.map(|seconds| seconds.0),
            schedule: self.retry_schedule.clone().changed(),
            ordered: self.ordered,
            pair: match self.ed25519 {
                Some(false) => Some(None),
                Some(true) => pair.map(Some),
                None => None,
            },
        }
    }
}

impl ListWebhooks {
    /// The page that is asked for, and its part of the list.
    ///
    /// # Errors
    /// A cursor of another list.
    pub fn page(&self, scope: Scope, now: Time) -> Result<(Page, Slice)> {
        let page = Page::of(scope, "webhooks", &self.meaning(), self.limit, self.cursor.as_ref())?;
        let slice = page.slice(None, None, now);
        Ok((page, slice))
    }
}

impl RotateWebhookSecret {
    /// How long the secrets before go on signing, in seconds, where the caller says so.
    pub fn overlap_s(&self) -> Option<i64> {
        self.overlap_seconds.map(|seconds| i64::from(seconds.0))
    }
}

/// The endpoint that a request's path names.
pub fn in_path(req: &Request, scope: Scope) -> EndpointRef {
    let id = WebhookEndpointId::from_links_form(req.path("id"));
    EndpointRef { scope, surface: Surface::Links, id }
}

/// A page of webhooks.
#[derive(View)]
pub struct WebhookList {
    /// The webhooks of this page, newest first.
    pub results: Vec<WebhookView>,
    /// The address of the next page; null at the end.
    pub next: Option<String>,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
    /// Always null: lists go on, not back.
    pub previous: Option<String>,
}

/// A page of endpoints with how they are doing, and where the next one is.
pub fn list(
    found: &Listing<WebhookEndpoint>,
    health: &[EndpointHealth],
    page: &Page,
    req: &Request,
    base: &str,
    now: Time,
) -> Reply {
    let Next { url, cursor, .. } = page.next_by_time(found, req, base);
    let views = found.entries.iter().zip(health).map(|(one, health)| view(one, health, now));
    Reply::json(&WebhookList {
        results: views.collect(),
        next: url,
        next_cursor: cursor,
        previous: None,
    })
}

/// A test event that is on its way.
#[derive(View)]
pub struct TestEventView {
    /// `whd_...`: what becomes of it stands among the deliveries.
    pub delivery_id: String,
}

/// The delivery of the test event that an endpoint was given last.
pub fn tested(endpoint: &WebhookEndpoint) -> TestEventView {
    let last = endpoint.history.last_sequence().saturating_sub(1);
    let message = Aggregate::Endpoint(Box::new(endpoint.clone())).events_after(last).pop();
    let events = message.and_then(|message| payload::events(&message).ok());
    let event = events.and_then(|events| events.first().map(|event| event.id));
    let delivery = event.map(|event| DeliveryId::of(event, endpoint.id).links_form());
    TestEventView { delivery_id: delivery.unwrap_or_default() }
}

/// A webhook endpoint.
#[derive(View)]
pub struct WebhookView {
    /// The webhook's id, `wh_...`.
    pub id: String,
    /// The address that events are posted to.
    pub url: String,
    /// What it gets; when empty, changes of transactions and refunds, and test events.
    pub events: Vec<String>,
    /// A note of your own, which Paylink keeps and does not read.
    pub description: String,
    /// Whether events are sent to it.
    pub is_active: bool,
    /// `enabled`, or `disabled`: then no events are sent to it.
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
    pub secret: Option<Revealed<kind::Signing>>,
    /// The secrets that sign now, oldest first; the values themselves are shown once, when they are
    /// made.
    pub secrets: Vec<SecretView>,
    /// How the endpoint is doing: its failures, and how long it is left in peace.
    pub health: HealthView,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it last changed, as an RFC 3339 time.
    pub updated_at: String,
}

/// An endpoint as this surface shows it, without its secret.
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

/// What to remember of an endpoint that was just made.
pub fn remembered_new(endpoint: &WebhookEndpoint, now: Time) -> String {
    remembered(endpoint, &EndpointHealth::unknown(endpoint.scope, endpoint.id), now)
}

/// What to remember of an endpoint that got a new secret, and of how it is doing.
pub fn remembered(endpoint: &WebhookEndpoint, health: &EndpointHealth, now: Time) -> String {
    RememberedEndpoint::text(endpoint, &view(endpoint, health, now), true)
}

/// A remembered answer with its secret; null where it showed none.
pub fn with_secret(remembered: RememberedEndpoint, secret: Option<&SigningSecret>) -> Value {
    remembered.with_secret(secret.map(|secret| Revealed::once(secret).value()).into())
}
