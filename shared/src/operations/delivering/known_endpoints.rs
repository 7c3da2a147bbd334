//! Endpoints and their health as a warm sender knows them.
//!
//! A batch of deliveries to one tenant costs one look into the table. What a message was made for
//! (the endpoint's version) is never older than what is used, so a changed address counts from the
//! next event on; what other senders learn about an endpoint's health is known a moment later.

use crate::{
    model::{
        Scope, Time,
        endpoint_health::{DeliveryOutcome, EndpointHealth, Gate, Probe},
        id::WebhookEndpointId,
        webhook_endpoint::WebhookEndpoint,
    },
    store::{Error, Result, Table, webhook_endpoint},
};
use futures_util::future::try_join;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How long what was read counts, in milliseconds. Short, because a receiver that keeps silent
/// holds up a sandbox for each delivery that is begun until all senders know.
const FRESH_MS: i64 = 1_000;

/// Tenants remembered; with more, those that were not read lately are forgotten.
const MAX_TENANTS: usize = 500;

/// Tries to write what another sender writes too.
const MAX_TRIES: usize = 3;

/// What this process knows of endpoints and their health, for some seconds.
#[derive(Default)]
pub struct KnownEndpoints {
    known: Mutex<HashMap<Scope, Tenant>>,
}

struct Tenant {
    read_at: Time,
    endpoints: Vec<WebhookEndpoint>,
    health: HashMap<WebhookEndpointId, Learnt>,
}

/// What is known of one endpoint's health, and when it was last compared with the table.
struct Learnt {
    read_at: Time,
    health: EndpointHealth,
}

/// An endpoint and its health, as far as this process knows.
#[derive(Debug, Clone)]
pub struct KnownEndpoint {
    /// The endpoint, in the version that the message asks for or a newer one.
    pub endpoint: WebhookEndpoint,
    /// Its health as this process last learnt it; the table may know more.
    pub health: EndpointHealth,
}

impl KnownEndpoints {
    fn known(&self) -> MutexGuard<'_, HashMap<Scope, Tenant>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An endpoint of this version at least; `None` when it was removed.
    pub async fn find(
        &self,
        store: &Table,
        scope: Scope,
        id: WebhookEndpointId,
        version: u64,
        now: Time,
    ) -> Result<Option<KnownEndpoint>> {
        if let Some(found) = self.remembered(scope, id, now)
            && found.endpoint.version >= version
        {
            return Ok(Some(found));
        }
        self.read(store, scope, id, now).await
    }

    /// An endpoint as it is now, whatever is remembered of it; `None` when it was removed.
    ///
    /// # Errors
    /// As [`KnownEndpoints::find`].
    pub async fn read(
        &self,
        store: &Table,
        scope: Scope,
        id: WebhookEndpointId,
        now: Time,
    ) -> Result<Option<KnownEndpoint>> {
        let (endpoints, health) =
            try_join(store.endpoints(scope), store.endpoint_health(scope, id)).await?;
        let found = endpoints.iter().find(|endpoint| endpoint.id == id).cloned();
        let mut all = self.known();
        if all.len() >= MAX_TENANTS {
            all.retain(|_, known| now.ms_since(known.read_at) < FRESH_MS);
        }
        let new = || Tenant { read_at: now, endpoints: Vec::new(), health: HashMap::new() };
        let known = all.entry(scope).or_insert_with(new);
        (known.read_at, known.endpoints) = (now, endpoints);
        let Some(endpoint) = found else { return Ok(None) };
        let theirs = health.counted_from(endpoint.fresh_from);
        let mine = known.health.remove(&id).map(|learnt| learnt.health);
        let mine = mine.map(|health| health.counted_from(endpoint.fresh_from));
        // Of the same version, what was counted here since is more.
        let mine = mine.filter(|mine| mine.version >= theirs.version && mine.failures > 0);
        let health = mine.unwrap_or(theirs);
        known.health.insert(id, Learnt { read_at: now, health: health.clone() });
        Ok(Some(KnownEndpoint { endpoint, health }))
    }

    fn remembered(&self, scope: Scope, id: WebhookEndpointId, now: Time) -> Option<KnownEndpoint> {
        let fresh = |read_at| now.ms_since(read_at) < FRESH_MS;
        let all = self.known();
        let known = all.get(&scope).filter(|known| fresh(known.read_at))?;
        let endpoint = known.endpoints.iter().find(|endpoint| endpoint.id == id)?;
        let learnt = known.health.get(&id).filter(|learnt| fresh(learnt.read_at))?;
        Some(KnownEndpoint { endpoint: endpoint.clone(), health: learnt.health.clone() })
    }

    fn remember(&self, health: &EndpointHealth) {
        let mut all = self.known();
        let known = all.get_mut(&health.scope);
        if let Some(learnt) = known.and_then(|known| known.health.get_mut(&health.endpoint)) {
            learnt.health = health.clone();
        }
    }

    /// Takes the part of the probe, which one delivery of all has.
    pub async fn take_probe(
        &self,
        store: &Table,
        found: &KnownEndpoint,
        probe: Probe,
        now: Time,
    ) -> Result<Gate> {
        let probing = found.health.probing(probe, now);
        match store.put_endpoint_health(&probing).await {
            Ok(()) => {
                self.remember(&probing);
                Ok(Gate::Probe)
            }
            Err(Error::Refused { .. }) => {
                let (scope, id) = (found.endpoint.scope, found.endpoint.id);
                let health = store.endpoint_health(scope, id).await?;
                let health = health.counted_from(found.endpoint.fresh_from);
                self.remember(&health);
                match health.gate(now) {
                    // It was taken and given back in between; the next one has it.
                    Gate::Probe => Ok(Gate::Shut(probe.until)),
                    gate @ (Gate::Open | Gate::Shut(_)) => Ok(gate),
                }
            }
            Err(other) => Err(other),
        }
    }

    /// Notes how an attempt went and writes down what is worth it. Answers the health afterwards.
    pub async fn note(
        &self,
        store: &Table,
        found: &KnownEndpoint,
        outcome: DeliveryOutcome,
        at: Time,
        random: u8,
    ) -> Result<EndpointHealth> {
        let (scope, id) = (found.endpoint.scope, found.endpoint.id);
        let (next, write) = {
            let mut all = self.known();
            let kept = all.get_mut(&scope).and_then(|known| known.health.get_mut(&id));
            let before = kept.as_ref().map_or(&found.health, |kept| &kept.health);
            let next = before.after(outcome, at, random);
            let write = before.worth_writing(&next, at);
            if let Some(kept) = kept {
                // The others of this batch need not write the same.
                let written_at = if write { at } else { next.written_at };
                kept.health = EndpointHealth { written_at, ..next.clone() };
            }
            (next, write)
        };
        if !write {
            return Ok(next);
        }
        let mut next = next.written(at);
        for _ in 0..MAX_TRIES {
            match store.put_endpoint_health(&next).await {
                Ok(()) => {
                    self.remember(&next);
                    return Ok(next);
                }
                Err(Error::Refused { .. }) => {
                    let theirs = store.endpoint_health(scope, id).await?;
                    let theirs = theirs.counted_from(found.endpoint.fresh_from);
                    next = theirs.after(outcome, at, random);
                    if !theirs.worth_writing(&next, at) {
                        self.remember(&next);
                        return Ok(next);
                    }
                    next = next.written(at);
                }
                Err(other) => return Err(other),
            }
        }
        Ok(next)
    }

    /// Changes an endpoint, whoever else does at the same time: `step` sees it as it is, and
    /// answers `None` when there is nothing to change any more.
    ///
    /// # Errors
    /// [`Error::Contended`] after several tries.
    pub async fn change(
        &self,
        store: &Table,
        endpoint: &WebhookEndpoint,
        step: impl Fn(&WebhookEndpoint) -> Option<WebhookEndpoint>,
    ) -> Result<()> {
        for _ in 0..MAX_TRIES {
            let now = store.endpoints(endpoint.scope).await?;
            let now = now.iter().find(|found| found.id == endpoint.id);
            // Set up anew meanwhile: what was learnt is not about it.
            let now = now.filter(|found| found.fresh_from == endpoint.fresh_from);
            let Some(next) = now.and_then(&step) else { return Ok(()) };
            match store.commit(vec![webhook_endpoint::put(&next)]).await {
                Ok(()) => {
                    self.known().remove(&endpoint.scope);
                    return Ok(());
                }
                Err(Error::Refused { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        Err(Error::Contended)
    }
}

#[cfg(test)]
mod tests;
