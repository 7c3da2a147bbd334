//! Webhook endpoints and their health in the table.

use super::{Consistency, Corrupt, Error, Item, Key, Query, Result, Table, Value, Write, key};
use crate::model::{
    Scope, Surface,
    endpoint_health::{EndpointHealth, Pause, Probe},
    event::EventFilter,
    id::WebhookEndpointId,
    retry_schedule::RetrySchedule,
    secret::{PublicKey, Sealed},
    webhook_endpoint::{DeliverySettings, EndpointSecret, SigningPair, TIMEOUT_S, WebhookEndpoint},
};

/// Most endpoints of one tenant that an event is fanned out to.
const MAX_ENDPOINTS: u32 = 100;

/// Health of an endpoint that nothing was sent to is forgotten after this long.
const HEALTH_KEPT_DAYS: i64 = 90;

impl Table {
    /// The platform surface's one endpoint of this tenant.
    pub async fn platform_endpoint(&self, scope: Scope) -> Result<Option<WebhookEndpoint>> {
        self.one_endpoint(scope, &key::platform_endpoint(scope)).await
    }

    /// One endpoint of a surface by its id.
    pub async fn endpoint(
        &self,
        scope: Scope,
        surface: Surface,
        id: WebhookEndpointId,
    ) -> Result<Option<WebhookEndpoint>> {
        let found = self.one_endpoint(scope, &key::endpoint(scope, surface, id)).await?;
        Ok(found.filter(|found| found.id == id))
    }

    async fn one_endpoint(&self, scope: Scope, key: &Key) -> Result<Option<WebhookEndpoint>> {
        let item = self.get(key, Consistency::Strong).await?;
        item.map(|item| from_item(scope, &item)).transpose().map_err(Error::from)
    }

    /// Every endpoint of this tenant, of all surfaces: what a sender looks through.
    pub async fn endpoints(&self, scope: Scope) -> Result<Vec<WebhookEndpoint>> {
        self.endpoints_between(scope, " ".to_owned(), "~".to_owned()).await
    }

    /// Every endpoint of this tenant on one surface, the oldest first.
    pub async fn endpoints_on(
        &self,
        scope: Scope,
        surface: Surface,
    ) -> Result<Vec<WebhookEndpoint>> {
        let name = surface.as_str();
        self.endpoints_between(scope, name.to_owned(), format!("{name}#~")).await
    }

    async fn endpoints_between(
        &self,
        scope: Scope,
        from: String,
        to: String,
    ) -> Result<Vec<WebhookEndpoint>> {
        let query = Query {
            index: None,
            pk: key::endpoints(scope),
            from,
            to,
            consistency: Consistency::Strong,
            oldest_first: true,
            limit: MAX_ENDPOINTS,
        };
        let page = self.query(query).await?;
        let endpoints = page.items.iter().map(|item| from_item(scope, item));
        Ok(endpoints.collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// How an endpoint is doing; nothing is known of one that was never sent to.
    pub async fn endpoint_health(
        &self,
        scope: Scope,
        endpoint: WebhookEndpointId,
    ) -> Result<EndpointHealth> {
        let key = key::endpoint_health(scope, endpoint);
        match self.get(&key, Consistency::Strong).await? {
            Some(item) => Ok(health_from_item(scope, endpoint, &item)?),
            None => Ok(EndpointHealth::unknown(scope, endpoint)),
        }
    }

    /// How several endpoints are doing, in their order.
    pub async fn endpoints_health(
        &self,
        scope: Scope,
        endpoints: &[WebhookEndpoint],
    ) -> Result<Vec<EndpointHealth>> {
        let keys: Vec<Key> =
            endpoints.iter().map(|one| key::endpoint_health(scope, one.id)).collect();
        let items = self.get_many(&keys, Consistency::Eventual).await?;
        let health = endpoints.iter().zip(items).map(|(one, item)| match item {
            Some(item) => health_from_item(scope, one.id, &item),
            None => Ok(EndpointHealth::unknown(scope, one.id)),
        });
        Ok(health.collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// Writes an endpoint's health in the place of the version before.
    ///
    /// # Errors
    /// [`Error::Refused`] when somebody else wrote meanwhile.
    pub async fn put_endpoint_health(&self, next: &EndpointHealth) -> Result<()> {
        let item = health_to_item(next);
        self.commit(vec![Write::at_version(item, next.version)]).await
    }
}

/// The write that puts an endpoint in place: an insert at version 1, a replacement above.
pub fn put(next: &WebhookEndpoint) -> Write {
    Write::at_version(to_item(next), next.version)
}

/// The write that claims an endpoint's address, on a surface where each stands once.
pub fn claim_url(endpoint: &WebhookEndpoint) -> Write {
    let key = key::endpoint_url(endpoint.scope, endpoint.surface, &endpoint.url);
    Write::Insert(key.item().with("v", 1_i64).with("id", endpoint.id.to_string()))
}

/// The write that removes an endpoint as it was read.
pub fn remove(endpoint: &WebhookEndpoint) -> Write {
    let key = key::endpoint(endpoint.scope, endpoint.surface, endpoint.id);
    Write::Remove { key, version: endpoint.version }
}

fn to_item(endpoint: &WebhookEndpoint) -> Item {
    let settings = &endpoint.settings;
    let waits = settings.schedule.iter().flat_map(|schedule| schedule.waits_s());
    let secrets = endpoint.secrets.iter().map(|secret| Value::M(secret_to_item(secret)));
    // What was registered before there were several surfaces says nothing.
    let surface = Some(endpoint.surface).filter(|surface| *surface != Surface::Platform);
    let item = key::endpoint(endpoint.scope, endpoint.surface, endpoint.id)
        .item()
        .with_some("surf", surface.map(Surface::as_str))
        .with("v", endpoint.version)
        .with("id", endpoint.id.to_string())
        .with("url", endpoint.url.as_str())
        .with_texts("events", endpoint.events.iter().map(EventFilter::as_str))
        .with("note", endpoint.description.as_str())
        .with("secrets", Value::L(secrets.collect()))
        .with_some("wait", Some(settings.timeout_s).filter(|s| *s != TIMEOUT_S))
        .with_some("own", settings.schedule.as_ref().map(|_| true))
        .with_texts("sched", waits.map(u32::to_string))
        .with_some("ord", settings.ordered_since)
        .with("fresh", endpoint.fresh_from)
        .with("crt", endpoint.created_at)
        .with("upd", endpoint.updated_at)
        .with_history(&endpoint.history);
    let item = match endpoint.disabled {
        Some((at, reason)) => item.with("off", at).with("why", reason.as_str()),
        None => item,
    };
    match endpoint.warned {
        Some((since, level)) => item.with("fail", since).with("warn", i64::from(level)),
        None => item,
    }
}

fn secret_to_item(secret: &EndpointSecret) -> Item {
    Item::new()
        .with("s", secret.sealed.as_str())
        .with_some("k", secret.pair.as_ref().map(|pair| pair.sealed.as_str()))
        .with_some("p", secret.pair.as_ref().map(|pair| pair.public.0.as_str()))
        .with("crt", secret.created_at)
        .with_some("end", secret.ends_at)
}

fn secret_from_item(item: &Item) -> std::result::Result<EndpointSecret, Corrupt> {
    let pair = match item.text_if_any("k") {
        Some(sealed) => Some(SigningPair {
            sealed: Sealed::kept(sealed.to_owned()),
            public: PublicKey(item.text("p")?.to_owned()),
        }),
        None => None,
    };
    Ok(EndpointSecret {
        sealed: Sealed::kept(item.text("s")?.to_owned()),
        pair,
        created_at: item.time("crt")?,
        ends_at: item.time_if_any("end")?,
    })
}

/// An endpoint as it was kept.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<WebhookEndpoint, Corrupt> {
    let schedule = match item.flag("own") {
        true => Some(RetrySchedule::new(item.texts("sched")?).map_err(|_| item.corrupt("sched"))?),
        false => None,
    };
    let secrets = item.items("secrets")?.into_iter().map(secret_from_item);
    let surface = match item.text_if_any("surf") {
        Some(name) => Surface::named(name).ok_or_else(|| item.corrupt("surf"))?,
        None => Surface::Platform,
    };
    Ok(WebhookEndpoint {
        id: item.parse("id")?,
        scope,
        surface,
        url: item.text("url")?.to_owned(),
        events: match surface {
            Surface::Platform => item.texts("events")?,
            // Their names were checked against their surface's list, which this room does not know.
            Surface::Payments | Surface::Links => {
                item.texts("events")?.into_iter().map(EventFilter::kept).collect()
            }
        },
        description: item.text("note")?.to_owned(),
        settings: DeliverySettings {
            timeout_s: if item.get("wait").is_some() { item.number("wait")? } else { TIMEOUT_S },
            schedule,
            ordered_since: item.time_if_any("ord")?,
        },
        secrets: secrets.collect::<std::result::Result<_, Corrupt>>()?,
        disabled: match item.time_if_any("off")? {
            Some(at) => Some((at, item.parse("why")?)),
            None => None,
        },
        fresh_from: item.time("fresh")?,
        warned: match item.time_if_any("fail")? {
            Some(since) => Some((since, item.number("warn")?)),
            None => None,
        },
        created_at: item.time("crt")?,
        updated_at: item.time("upd")?,
        history: item.history()?,
        version: item.number("v")?,
    })
}

fn health_to_item(health: &EndpointHealth) -> Item {
    let probe = health.pause.and_then(|pause| pause.probe);
    key::endpoint_health(health.scope, health.endpoint)
        .item()
        .with("v", health.version)
        .with("fails", health.failures)
        .with_some("since", health.failing_since)
        .with_some("ok", health.last_success)
        .with_some("until", health.pause.map(|pause| pause.until))
        .with_some("probe", probe.map(|probe| probe.until))
        .with_some("by", probe.map(|probe| probe.nonce))
        .with("pauses", health.pauses)
        .with("upd", health.written_at)
        .with("ttl", health.written_at.plus_days(HEALTH_KEPT_DAYS).seconds())
}

/// A probe that an older version wrote has no nonce.
fn probe_from_item(item: &Item) -> std::result::Result<Option<Probe>, Corrupt> {
    let Some(until) = item.time_if_any("probe")? else { return Ok(None) };
    let nonce = if item.get("by").is_some() { item.number("by")? } else { 0 };
    Ok(Some(Probe { until, nonce }))
}

fn health_from_item(
    scope: Scope,
    endpoint: WebhookEndpointId,
    item: &Item,
) -> std::result::Result<EndpointHealth, Corrupt> {
    Ok(EndpointHealth {
        scope,
        endpoint,
        failures: item.number("fails")?,
        failing_since: item.time_if_any("since")?,
        last_success: item.time_if_any("ok")?,
        pause: match item.time_if_any("until")? {
            Some(until) => Some(Pause { until, probe: probe_from_item(item)? }),
            None => None,
        },
        pauses: item.number("pauses")?,
        written_at: item.time("upd")?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
