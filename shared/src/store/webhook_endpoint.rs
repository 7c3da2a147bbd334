//! Webhook endpoints in the table.

use super::{Consistency, Corrupt, Error, Guard, Item, Query, Result, Table, Update, Write, key};
use crate::model::{Scope, Time, event::EventFilter, webhook_endpoint::WebhookEndpoint};

/// Most endpoints of one tenant that an event is fanned out to.
const MOST_ENDPOINTS: u32 = 100;

impl Table {
    /// The platform surface's one endpoint of this tenant.
    ///
    /// # Errors
    /// The table cannot be reached, or the record is corrupt.
    pub async fn platform_endpoint(&self, scope: Scope) -> Result<Option<WebhookEndpoint>> {
        let item = self.get(&key::platform_endpoint(scope), Consistency::Strong).await?;
        item.map(|item| from_item(scope, &item)).transpose().map_err(Error::from)
    }

    /// Every endpoint of this tenant.
    ///
    /// # Errors
    /// The table cannot be reached, or a record is corrupt.
    pub async fn endpoints(&self, scope: Scope) -> Result<Vec<WebhookEndpoint>> {
        let query = Query {
            index: None,
            pk: key::endpoints(scope),
            from: " ".to_owned(),
            to: "~".to_owned(),
            consistency: Consistency::Strong,
            oldest_first: true,
            limit: MOST_ENDPOINTS,
        };
        let page = self.query(query).await?;
        let endpoints = page.items.iter().map(|item| from_item(scope, item));
        Ok(endpoints.collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// Switches an endpoint off because it said that it is gone. One that was set up anew
    /// meanwhile stays on.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn disable_endpoint(&self, endpoint: &WebhookEndpoint, now: Time) -> Result<()> {
        let update = Update::of(key::platform_endpoint(endpoint.scope))
            .set("off", now)
            .set("upd", now)
            .guard(Guard::Is("v", endpoint.version.into()));
        match self.update(update).await {
            Ok(_) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

/// The write that puts an endpoint in place: an insert at version 1, a replacement above.
#[must_use]
pub fn put(next: &WebhookEndpoint) -> Write {
    match next.version {
        0 | 1 => Write::Insert(to_item(next)),
        version => Write::Replace { item: to_item(next), version: version.saturating_sub(1) },
    }
}

/// The write that removes an endpoint as it was read.
#[must_use]
pub fn remove(endpoint: &WebhookEndpoint) -> Write {
    Write::Remove { key: key::platform_endpoint(endpoint.scope), version: endpoint.version }
}

fn to_item(endpoint: &WebhookEndpoint) -> Item {
    key::platform_endpoint(endpoint.scope)
        .item()
        .with("v", endpoint.version)
        .with("id", endpoint.id.to_string())
        .with("url", endpoint.url.as_str())
        .with_texts("events", endpoint.events.iter().map(EventFilter::as_str))
        .with("note", endpoint.description.as_str())
        .with("secret", endpoint.sealed_secret.as_str())
        .with_some("off", endpoint.disabled_at)
        .with("crt", endpoint.created_at)
        .with("upd", endpoint.updated_at)
        .with_history(&endpoint.history)
}

/// An endpoint as it was kept.
///
/// # Errors
/// A record that this file cannot have made.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<WebhookEndpoint, Corrupt> {
    Ok(WebhookEndpoint {
        id: item.parse("id")?,
        scope,
        url: item.text("url")?.to_owned(),
        events: item.texts("events")?,
        description: item.text("note")?.to_owned(),
        sealed_secret: item.text("secret")?.to_owned(),
        disabled_at: item.time_if_any("off")?,
        created_at: item.time("crt")?,
        updated_at: item.time("upd")?,
        history: item.history()?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
