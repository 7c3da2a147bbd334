//! Where a tenant's events are posted: endpoints are registered, tried, given new secrets, removed.

use super::{
    Commit, IdempotentAnswer, Problem, Remember, Resource, Result, StateRefusal, Unique,
    own_endpoints,
};
use crate::{
    model::{
        Scope, Surface, Time,
        event::{EventFilter, History},
        id::WebhookEndpointId,
        retry_schedule::RetrySchedule,
        secret::SigningSecret,
        webhook_endpoint::{
            DeliverySettings, EndpointSecret, MAX_SECRETS, OVERLAP_S, WebhookEndpoint,
        },
    },
    store::{Table, gone, webhook_endpoint},
};

/// Tries of a test event against others who change its endpoint.
const MAX_TRIES: u32 = 4;

/// What those who add an endpoint take turns at.
const TURNS: &str = "endpoint";

/// What deleted endpoints are noted as.
const GONE: &str = "endpoint";

/// Most endpoints of a tenant and mode on a surface that has several.
pub const fn max_endpoints(surface: Surface) -> usize {
    match surface {
        Surface::Links => 10,
        Surface::Payments => 50,
        Surface::Platform => 1,
    }
}

/// What an endpoint shall be. What is `None` stays as it is, or is what is usual.
#[derive(Debug)]
pub struct EndpointWish {
    /// The address that events are posted to; unique within the tenant and the surface.
    pub url: String,
    /// Which events; every one when empty.
    pub events: Vec<EventFilter>,
    /// A note for people, which receivers never see.
    pub description: String,
    /// Seconds the receiver has for its whole answer.
    pub timeout_s: Option<u32>,
    /// When failed deliveries are tried again, where that is not the usual schedule.
    pub schedule: Option<RetrySchedule>,
    /// Whether the events of one object arrive in their order.
    pub ordered: Option<bool>,
    /// Whether deliveries are signed with Ed25519 as well.
    pub ed25519: Option<bool>,
    /// A secret that the tenant brings along.
    pub own_secret: Option<SigningSecret>,
}

/// What only a new endpoint takes: who it is, and what signs.
#[derive(Debug)]
pub struct NewEndpoint {
    /// The id that a new endpoint gets.
    pub id: WebhookEndpointId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Through which surface it is registered.
    pub surface: Surface,
    /// Its first secret. An endpoint that is there takes the key pair, where it asks for one.
    pub secret: EndpointSecret,
}

/// The platform surface's one endpoint of a tenant.
pub async fn platform_endpoint(store: &Table, scope: Scope) -> Result<WebhookEndpoint> {
    let endpoint = store.platform_endpoint(scope).await?;
    endpoint.ok_or(Problem::NotFound(Resource::Endpoint))
}

impl EndpointWish {
    /// What cannot be judged without the endpoint that is there.
    ///
    /// # Errors
    /// A secret is brought along where there is one already.
    pub fn check(&self, known: Option<&WebhookEndpoint>) -> Result<()> {
        match (&self.own_secret, known) {
            (Some(_), Some(_)) => {
                let message = "is given when the endpoint is first set up; rotate it instead";
                Err(Problem::field("secret", message))
            }
            (Some(_) | None, _) => Ok(()),
        }
    }
}

/// Registers one more endpoint on a surface that has several, unless the same request came before.
/// What is remembered of the answer has no secret.
///
/// # Errors
/// The surface has as many as it may, or one with this address.
pub async fn add(
    store: &Table,
    wish: EndpointWish,
    new: NewEndpoint,
    remember: &Remember<'_, WebhookEndpoint>,
    now: Time,
) -> Result<IdempotentAnswer> {
    let endpoint = register(wish, None, new, now);
    for _ in 0..MAX_TRIES {
        let turn = store.turn(endpoint.scope, endpoint.surface, TURNS).await?;
        let known = store.endpoints_on(endpoint.scope, endpoint.surface).await?;
        if known.len() >= max_endpoints(endpoint.surface) {
            let full = Problem::State(StateRefusal::TooManyEndpoints);
            return remember.earlier(store).await?.ok_or(full);
        }
        let commit = Commit::new()
            .write(webhook_endpoint::put(&endpoint), Problem::Contended)
            .write(webhook_endpoint::claim_url(&endpoint), Problem::Taken(Unique::EndpointUrl))
            .write(turn.take(), Problem::Contended);
        match remember.commit(store, commit, &endpoint, now).await {
            Err(Problem::Contended) => {}
            done => return done,
        }
    }
    Err(Problem::Contended)
}

/// The endpoint that takes the place of what there was. A new one gets the secret; one that is
/// there keeps its own, and is switched on again.
pub fn register(
    wish: EndpointWish,
    known: Option<WebhookEndpoint>,
    new: NewEndpoint,
    now: Time,
) -> WebhookEndpoint {
    let pair = new.secret.pair.clone();
    let base = known.unwrap_or_else(|| begun(new, now));
    let moved = base.url != wish.url || base.disabled.is_some();
    let known = base.clone();
    let mut secrets = base.secrets;
    match (wish.ed25519, secrets.last_mut()) {
        (Some(true), Some(newest)) if newest.pair.is_none() => newest.pair = pair,
        (Some(false), Some(_)) => secrets.iter_mut().for_each(|secret| secret.pair = None),
        _ => {}
    }
    let before = base.settings;
    let next = WebhookEndpoint {
        url: wish.url,
        events: wish.events,
        description: wish.description,
        settings: DeliverySettings {
            timeout_s: wish.timeout_s.unwrap_or(before.timeout_s),
            schedule: wish.schedule.or(before.schedule),
            ordered_since: match wish.ordered {
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
    };
    next.keeping_events(&known)
}

fn begun(new: NewEndpoint, now: Time) -> WebhookEndpoint {
    WebhookEndpoint {
        id: new.id,
        scope: new.scope,
        surface: new.surface,
        url: String::new(),
        events: Vec::new(),
        description: String::new(),
        settings: DeliverySettings::default(),
        secrets: vec![new.secret],
        disabled: None,
        fresh_from: now,
        warned: None,
        created_at: now,
        updated_at: now,
        history: History::default(),
        version: 0,
    }
}

/// The endpoint with a new secret; the ones before go on signing for `overlap_s` seconds, a day
/// when `None`.
///
/// # Errors
/// Too many secrets would sign.
pub fn rotate_secret(
    known: &WebhookEndpoint,
    secret: EndpointSecret,
    overlap_s: Option<i64>,
    now: Time,
) -> Result<WebhookEndpoint> {
    known.rotated(secret, overlap_s.unwrap_or(OVERLAP_S), now).ok_or_else(|| {
        let message = format!("{MAX_SECRETS} secrets sign already: wait for one to end, or 0");
        Problem::field("overlap_seconds", message)
    })
}

/// The same where callers name the field otherwise.
///
/// # Errors
/// Too many secrets would sign.
pub fn rotate_own_secret(
    known: &WebhookEndpoint,
    secret: EndpointSecret,
    overlap_s: Option<i64>,
    now: Time,
) -> Result<WebhookEndpoint> {
    known.rotated(secret, overlap_s.unwrap_or(OVERLAP_S), now).ok_or_else(|| {
        let message = format!("{MAX_SECRETS} secrets sign already: wait for one to end, or 0");
        Problem::field("overlapSeconds", message)
    })
}

/// Sends a test event to the platform surface's endpoint: it goes the way all events go.
///
/// # Errors
/// There is no endpoint; it is disabled; others change it again and again.
pub async fn send_test_event(
    store: &Table,
    scope: Scope,
    remember: &Remember<'_, WebhookEndpoint>,
    now: Time,
) -> Result<IdempotentAnswer> {
    own_endpoints::test(store, || platform_endpoint(store, scope), remember, now).await
}

/// Removes the platform surface's endpoint of a tenant, and answers which it was; one that was removed
/// already is as good. What is on its way to it ends with the next attempt.
///
/// # Errors
/// [`Problem::NotFound`] where there never was one; others change it again and again.
pub async fn remove_platform_endpoint(
    store: &Table,
    scope: Scope,
    now: Time,
) -> Result<WebhookEndpointId> {
    for _ in 0..MAX_TRIES {
        let Some(endpoint) = store.platform_endpoint(scope).await? else {
            let gone = store.gone(scope, GONE, "").await?;
            let id = gone.and_then(|id| id.parse().ok());
            return id.ok_or(Problem::NotFound(Resource::Endpoint));
        };
        let id = endpoint.id;
        let commit = Commit::new()
            .write(webhook_endpoint::remove(&endpoint), Problem::Contended)
            .write(gone::note(scope, GONE, "", &id.to_string(), now), Problem::Contended);
        match commit.run(store).await {
            Err(Problem::Contended) => {}
            done => return done.map(|()| id),
        }
    }
    Err(Problem::Contended)
}

#[cfg(test)]
mod tests;
