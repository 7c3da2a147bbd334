//! Deliveries in the table.

use super::{
    Corrupt, Error, Guard, Item, Result, Table, Update, Value, Write, key,
    list::{Listing, Slice},
};
use crate::model::{
    Scope, Time,
    delivery::{Delivery, DeliveryAttempt, DeliveryStatus, KEPT_DAYS, LEASE_S},
    id::{EventId, WebhookEndpointId},
};

/// What became of taking a delivery for one attempt.
#[derive(Debug)]
pub enum Claim {
    /// It is ours until the lease ends.
    Yes(Box<Delivery>),
    /// It is not due before this moment.
    NotBefore(Time),
    /// Somebody else holds it until this moment.
    HeldUntil(Time),
    /// It is over, or was swept.
    Over,
}

impl Table {
    /// Makes a delivery. Making it twice is fine.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn add_delivery(&self, delivery: &Delivery) -> Result<()> {
        match self.commit(vec![Write::Insert(to_item(delivery))]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Takes a delivery for one attempt, in one conditional write.
    ///
    /// # Errors
    /// The table cannot be reached, or the record is corrupt.
    pub async fn claim_delivery(
        &self,
        scope: Scope,
        event: EventId,
        endpoint: WebhookEndpointId,
        now: Time,
    ) -> Result<Claim> {
        let update = Update::of(key::delivery(scope, event, endpoint))
            .set("lease", now.plus_seconds(LEASE_S))
            .guard(Guard::Is("st", "pending".into()))
            .guard(Guard::AbsentOrAtMost("due", now.ms()))
            .guard(Guard::AbsentOrAtMost("lease", now.ms()));
        match self.update(update).await {
            Ok(item) => Ok(Claim::Yes(Box::new(from_item(scope, &item)?))),
            Err(Error::Refused { old: Some(old), .. }) => {
                let lease = old.time_if_any("lease")?.filter(|until| *until > now);
                match from_item(scope, &old)?.status {
                    DeliveryStatus::Pending(due) if due > now => Ok(Claim::NotBefore(due)),
                    DeliveryStatus::Pending(due) => Ok(Claim::HeldUntil(lease.unwrap_or(due))),
                    DeliveryStatus::Succeeded | DeliveryStatus::Failed => Ok(Claim::Over),
                }
            }
            Err(Error::Refused { old: None, .. }) => Ok(Claim::Over),
            Err(other) => Err(other),
        }
    }

    /// Records an attempt on a claimed delivery and gives the lease back.
    ///
    /// # Errors
    /// [`Error::Refused`] when the lease was lost to somebody else.
    pub async fn record_attempt(&self, next: &Delivery) -> Result<()> {
        let version = next.version.saturating_sub(1);
        self.commit(vec![Write::Replace { item: to_item(next), version }]).await
    }

    /// A tenant's deliveries, newest event first.
    ///
    /// # Errors
    /// The table cannot be reached, or a record is corrupt.
    pub async fn deliveries(&self, scope: Scope, slice: &Slice) -> Result<Listing<Delivery>> {
        let listing = self.list_by_month(|month| key::deliveries(scope, month), slice).await?;
        listing.try_map(|item| from_item(scope, item))
    }
}

fn to_item(delivery: &Delivery) -> Item {
    let attempts = delivery.attempts.iter().map(|attempt| {
        let item = Item::new()
            .with("at", attempt.at)
            .with("ms", attempt.latency_ms)
            .with("res", attempt.result.as_str())
            .with_some("code", attempt.http_status.map(i64::from))
            .with("ans", attempt.answer.as_str());
        Value::M(item)
    });
    let attempts: Vec<Value> = attempts.collect();
    let due = match delivery.status {
        DeliveryStatus::Pending(due) => Some(due),
        DeliveryStatus::Succeeded | DeliveryStatus::Failed => None,
    };
    key::delivery(delivery.scope, delivery.event, delivery.endpoint)
        .item()
        .with("v", delivery.version)
        .with("type", delivery.kind.as_str())
        .with("body", delivery.body.as_str())
        .with("st", delivery.status.as_str())
        .with_some("due", due)
        .with("tries", Value::L(attempts))
        .with("crt", delivery.created_at)
        .with("ttl", delivery.created_at.plus_days(KEPT_DAYS).seconds())
}

fn from_item(scope: Scope, item: &Item) -> std::result::Result<Delivery, Corrupt> {
    let (event, endpoint) = item.text("sk")?.split_once('#').ok_or_else(|| item.corrupt("sk"))?;
    let attempts = item.items("tries")?.into_iter().map(|attempt| {
        let http_status = attempt.get("code").map(|_| attempt.number("code")).transpose()?;
        Ok(DeliveryAttempt {
            at: attempt.time("at")?,
            latency_ms: attempt.number("ms")?,
            result: attempt.parse("res")?,
            http_status,
            answer: attempt.text("ans")?.to_owned(),
        })
    });
    Ok(Delivery {
        event: event.parse().map_err(|_| item.corrupt("sk"))?,
        endpoint: endpoint.parse().map_err(|_| item.corrupt("sk"))?,
        scope,
        kind: item.parse("type")?,
        body: item.text("body")?.to_owned(),
        status: match item.text("st")? {
            "pending" => DeliveryStatus::Pending(item.time("due")?),
            "succeeded" => DeliveryStatus::Succeeded,
            "failed" => DeliveryStatus::Failed,
            _ => return Err(item.corrupt("st")),
        },
        attempts: attempts.collect::<std::result::Result<_, Corrupt>>()?,
        created_at: item.time("crt")?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
