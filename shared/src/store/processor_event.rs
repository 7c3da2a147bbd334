//! Events of Stripe's that were handled. Handling one again would do no harm; knowing it spares the
//! questions.

use super::{Consistency, Error, Result, Table, Write, key};
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
        let swept = now.plus_days(KEPT_DAYS).seconds();
        let item = key::stripe_event(s, event).item().with("v", 1_i64).with("ttl", swept);
        match self.commit(vec![Write::Insert(item)]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }
}
