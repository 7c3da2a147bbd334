//! Endpoints on surfaces where a tenant has several, each under its own id.

use super::{Commit, IdempotentAnswer, Problem, Remember, Resource, Result, StateRefusal, Unique};
use crate::{
    model::{
        Scope, Surface, Time,
        event::EventFilter,
        id::WebhookEndpointId,
        retry_schedule::RetrySchedule,
        webhook_endpoint::{DisabledReason, SigningPair, WebhookEndpoint},
    },
    store::{
        Table, Write, gone, key,
        list::{Listing, Slice},
        webhook_endpoint,
    },
};

/// Tries of a change against others who change the same endpoint.
const MAX_TRIES: u32 = 4;

/// What removed endpoints are noted as, where removing them again is as good.
const GONE: &str = "endpoint";

/// Which endpoint: whose, of which surface; `None` for what is no id of one.
#[derive(Debug, Clone, Copy)]
pub struct EndpointRef {
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// The surface that it is registered through.
    pub surface: Surface,
    /// `None` where the caller sent what can be no id: no endpoint is found.
    pub id: Option<WebhookEndpointId>,
}

/// What an endpoint shall be; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct EndpointChange {
    /// The address that events are posted to; unique within the tenant and the surface.
    pub url: Option<String>,
    /// Which events; every one when empty.
    pub events: Option<Vec<EventFilter>>,
    /// A note for people, which receivers never see; unchanged when absent.
    pub description: Option<String>,
    /// Switches deliveries on or off; unchanged when absent.
    pub active: Option<bool>,
    /// Seconds the receiver has for its whole answer.
    pub timeout_s: Option<u32>,
    /// An own schedule; `Some(None)` for the usual one.
    pub schedule: Option<Option<RetrySchedule>>,
    /// Whether the events of one object arrive in their order.
    pub ordered: Option<bool>,
    /// A key that signs with Ed25519 where none does; `Some(None)` ends such signatures.
    pub pair: Option<Option<SigningPair>>,
}

/// An endpoint as it is now.
pub async fn find(store: &Table, which: EndpointRef) -> Result<WebhookEndpoint> {
    let missing = || Problem::NotFound(Resource::Endpoint);
    let id = which.id.ok_or_else(missing)?;
    store.endpoint(which.scope, which.surface, id).await?.ok_or_else(missing)
}

/// A page of a surface's endpoints, newest first.
pub async fn list(
    store: &Table,
    scope: Scope,
    surface: Surface,
    slice: &Slice,
) -> Result<Listing<WebhookEndpoint>> {
    let limit = usize::try_from(slice.limit).unwrap_or(usize::MAX);
    let mut known = store.endpoints_on(scope, surface).await?;
    known.retain(|endpoint| slice.before.is_none_or(|before| *endpoint.id.uuid() < before));
    known.sort_by_key(|endpoint| std::cmp::Reverse(endpoint.id));
    let more = known.len() > limit;
    known.truncate(limit);
    let next = known.last().filter(|_| more).map(|endpoint| *endpoint.id.uuid());
    Ok(Listing { entries: known, next })
}

/// Changes an endpoint, unless the same request came before. Where nothing changes, nothing is
/// written.
///
/// # Errors
/// [`Problem::Repeated`]; [`Problem::NotFound`]; [`Problem::Taken`] for the address of another
/// endpoint; [`Problem::Contended`].
pub async fn change(
    store: &Table,
    which: EndpointRef,
    wish: &EndpointChange,
    remember: Remember<'_, WebhookEndpoint>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    for _ in 0..MAX_TRIES {
        let known = find(store, which).await?;
        let next = changed(&known, wish, now);
        let commit = next.as_ref().map_or_else(Commit::new, |next| replacement(&known, next));
        let shown = next.as_ref().unwrap_or(&known);
        match remember.commit(store, commit, shown, now).await {
            Err(Problem::Contended) => {}
            done => return done,
        }
    }
    Err(Problem::Contended)
}

/// The endpoint after a change; `None` where nothing changes. One that moves or is switched on
/// again starts with a clean slate; what happened while it was off stays kept back.
fn changed(known: &WebhookEndpoint, wish: &EndpointChange, now: Time) -> Option<WebhookEndpoint> {
    let mut next = known.clone();
    if let Some(url) = &wish.url {
        next.url.clone_from(url);
    }
    if let Some(events) = &wish.events {
        next.events.clone_from(events);
    }
    if let Some(description) = &wish.description {
        next.description.clone_from(description);
    }
    configure(&mut next, wish, now);
    match (wish.active, known.disabled) {
        (Some(true), Some(_)) => next.disabled = None,
        (Some(false), None) => next.disabled = Some((now, DisabledReason::Requested)),
        (Some(true), None) | (Some(false), Some(_)) | (None, _) => {}
    }
    if next == *known {
        return None;
    }
    if next.url != known.url || known.disabled.is_some() && next.disabled.is_none() {
        next.fresh_from = now;
        next.warned = None;
    }
    let next = WebhookEndpoint { updated_at: now, version: known.version + 1, ..next };
    Some(next.keeping_events(known))
}

/// How an endpoint gets its events.
fn configure(next: &mut WebhookEndpoint, wish: &EndpointChange, now: Time) {
    let settings = &mut next.settings;
    settings.timeout_s = wish.timeout_s.unwrap_or(settings.timeout_s);
    if let Some(schedule) = &wish.schedule {
        settings.schedule.clone_from(schedule);
    }
    match wish.ordered {
        Some(true) => settings.ordered_since = settings.ordered_since.or(Some(now)),
        Some(false) => settings.ordered_since = None,
        None => {}
    }
    match (&wish.pair, next.secrets.last_mut()) {
        (Some(Some(pair)), Some(newest)) if newest.pair.is_none() => {
            newest.pair = Some(pair.clone());
        }
        (Some(None), Some(_)) => next.secrets.iter_mut().for_each(|secret| secret.pair = None),
        (Some(Some(_)) | None, _) | (Some(None), None) => {}
    }
}

/// The writes that put a changed endpoint in place, with the claim on its address.
fn replacement(known: &WebhookEndpoint, next: &WebhookEndpoint) -> Commit {
    let commit = Commit::new().write(webhook_endpoint::put(next), Problem::Contended);
    if known.url == next.url {
        return commit;
    }
    commit
        .write(released(known), Problem::Contended)
        .write(webhook_endpoint::claim_url(next), Problem::Taken(Unique::EndpointUrl))
}

/// The write that gives an endpoint's address back.
fn released(endpoint: &WebhookEndpoint) -> Write {
    let key = key::endpoint_url(endpoint.scope, endpoint.surface, &endpoint.url);
    Write::Remove { key, version: 1 }
}

/// Removes an endpoint. What is on its way to it ends with the next attempt.
///
/// # Errors
/// [`Problem::NotFound`], also a second time; [`Problem::Contended`].
pub async fn remove(store: &Table, which: EndpointRef) -> Result<WebhookEndpointId> {
    for _ in 0..MAX_TRIES {
        let known = find(store, which).await?;
        let commit = Commit::new()
            .write(webhook_endpoint::remove(&known), Problem::Contended)
            .write(released(&known), Problem::Contended);
        match commit.run(store).await {
            Err(Problem::Contended) => {}
            done => return done.map(|()| known.id),
        }
    }
    Err(Problem::Contended)
}

/// Removes an endpoint where removing it again is as good.
///
/// # Errors
/// [`Problem::NotFound`] where there never was one lately; [`Problem::Contended`].
pub async fn remove_once(store: &Table, which: EndpointRef, now: Time) -> Result<()> {
    for _ in 0..MAX_TRIES {
        let known = match find(store, which).await {
            Err(Problem::NotFound(_)) => {
                let id = which.id.ok_or(Problem::NotFound(Resource::Endpoint))?;
                let gone = store.gone(which.scope, GONE, &id.to_string()).await?;
                return gone.map(|_| ()).ok_or(Problem::NotFound(Resource::Endpoint));
            }
            known => known?,
        };
        let id = known.id.to_string();
        let commit = Commit::new()
            .write(webhook_endpoint::remove(&known), Problem::Contended)
            .write(released(&known), Problem::Contended)
            .write(gone::note(which.scope, GONE, &id, &id, now), Problem::Contended);
        match commit.run(store).await {
            Err(Problem::Contended) => {}
            done => return done,
        }
    }
    Err(Problem::Contended)
}

/// Sends a test event to an endpoint: it goes the way all events go.
///
/// # Errors
/// [`Problem::Repeated`]; [`Problem::NotFound`]; it is disabled; [`Problem::Contended`].
pub async fn send_test_event(
    store: &Table,
    which: EndpointRef,
    remember: &Remember<'_, WebhookEndpoint>,
    now: Time,
) -> Result<IdempotentAnswer> {
    test(store, || find(store, which), remember, now).await
}

/// The same for an endpoint that is found like this, anew whenever somebody else changes it meanwhile.
pub(super) async fn test<F: Future<Output = Result<WebhookEndpoint>>>(
    store: &Table,
    find: impl Fn() -> F,
    remember: &Remember<'_, WebhookEndpoint>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    for _ in 0..MAX_TRIES {
        let known = find().await?;
        check_active(&known)?;
        let next = known.with_test_event(now);
        let put = Commit::new().write(webhook_endpoint::put(&next), Problem::Contended);
        match remember.commit(store, put, &next, now).await {
            Err(Problem::Contended) => {}
            done => return done,
        }
    }
    Err(Problem::Contended)
}

/// Whether something may be sent there now.
///
/// # Errors
/// The endpoint is switched off.
pub const fn check_active(endpoint: &WebhookEndpoint) -> Result<()> {
    match endpoint.disabled {
        Some(_) => Err(Problem::State(StateRefusal::EndpointDisabled)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
