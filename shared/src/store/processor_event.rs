//! Events of Stripe's that were handled. Handling one again would do no harm; knowing it spares the
//! questions. One that was found on Stripe's list is noted when it is told, too: it stays on the list
//! while it waits to be handled.

use super::{Consistency, Error, Key, Result, Table, Write, key};
use crate::model::{Scope, Time};

/// Stripe repeats an event for three days; whoever sends one again by hand is asked for anew later.
const KEPT_DAYS: i64 = 8;

impl Table {
    /// Whether an event was handled.
    pub async fn has_stripe_event(&self, s: Scope, event: &str) -> Result<bool> {
        let item = self.get(&key::stripe_event(s, event), Consistency::Eventual).await?;
        Ok(item.is_some())
    }

    /// Notes that an event was handled. Somebody else may have done so at the same time.
    pub async fn note_stripe_event(&self, s: Scope, event: &str, now: Time) -> Result<()> {
        self.note_event(&key::stripe_event(s, event), now).await
    }

    /// For each of these events, in their order, whether it was handled or told.
    pub async fn known_stripe_events(&self, s: Scope, events: &[&str]) -> Result<Vec<bool>> {
        let handled = events.iter().map(|event| key::stripe_event(s, event));
        let told = events.iter().map(|event| key::told_stripe_event(s, event));
        let keys: Vec<Key> = handled.chain(told).collect();
        let found = self.get_many(&keys, Consistency::Eventual).await?;
        let (handled, told) = found.split_at(events.len());
        Ok(handled.iter().zip(told).map(|(one, other)| one.is_some() || other.is_some()).collect())
    }

    /// Notes that an event was found on Stripe's list and told. Somebody else may have done so at the
    /// same time.
    pub async fn note_told_stripe_event(&self, s: Scope, event: &str, now: Time) -> Result<()> {
        self.note_event(&key::told_stripe_event(s, event), now).await
    }

    async fn note_event(&self, key: &Key, now: Time) -> Result<()> {
        let swept = now.plus_days(KEPT_DAYS).seconds();
        let item = key.item().with("v", 1_i64).with("ttl", swept);
        match self.commit(vec![Write::Insert(item)]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }
}
