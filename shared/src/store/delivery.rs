//! Deliveries in the table.

mod by_endpoint;

pub use by_endpoint::EndpointDeliveries;

use super::{
    Consistency, Corrupt, Error, Guard, Item, Query, Result, Table, Update, Value, Write, key,
};
use crate::model::{
    Scope, Time,
    delivery::{Delivery, DeliveryAttempt, DeliveryStatus, DeliveryStatusName, EventPlace},
    event::EventType,
    id::{EventId, WebhookEndpointId},
    time::Month,
};
use uuid::Uuid;

/// Deliveries looked at for one page; a filter that finds fewer goes on with the next page.
const MAX_SCANNED: u32 = 300;

/// What became of taking a delivery for one attempt, or of putting it off.
#[derive(Debug)]
pub enum Claim {
    /// It was done: the delivery as it is now.
    Yes(Box<Delivery>),
    /// It is not due before this moment.
    NotBefore(Time),
    /// Somebody else holds it until this moment.
    HeldUntil(Time),
    /// It is over, or was swept; with its object and number, where the endpoint asked for order.
    Over(Option<EventPlace>),
}

/// Names one delivery of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryKey {
    /// The event that is sent.
    pub event: EventId,
    /// The endpoint that it goes to.
    pub endpoint: WebhookEndpointId,
}

impl DeliveryKey {
    /// The key of a delivery that is at hand.
    pub const fn of(delivery: &Delivery) -> Self {
        Self { event: delivery.event, endpoint: delivery.endpoint }
    }
}

/// Which deliveries to list.
#[derive(Debug, Clone)]
pub struct DeliveryFilter {
    /// Only what sorts before this one: where the page before ended.
    pub before: Option<DeliveryKey>,
    /// Only events from this moment on.
    pub from: Time,
    /// Only events up to this moment.
    pub until: Time,
    /// Only deliveries in this status.
    pub status: Option<DeliveryStatusName>,
    /// Only events of this type.
    pub kind: Option<EventType>,
    /// At most this many.
    pub limit: u32,
}

/// A page of deliveries, newest event first.
#[derive(Debug)]
pub struct DeliveryPage {
    /// The deliveries that fit what was asked for.
    pub entries: Vec<Delivery>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<DeliveryKey>,
}

impl Table {
    /// Makes a delivery. Making it twice is fine.
    pub async fn add_delivery(&self, delivery: &Delivery) -> Result<()> {
        match self.commit(vec![Write::Insert(to_item(delivery))]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// One delivery, read strongly; `None` where there is none.
    pub async fn delivery(&self, scope: Scope, of: DeliveryKey) -> Result<Option<Delivery>> {
        let key = key::delivery(scope, of.event, of.endpoint);
        let item = self.get(&key, Consistency::Strong).await?;
        item.map(|item| from_item(scope, &item)).transpose().map_err(Error::from)
    }

    /// Takes a delivery for one attempt of at most `lease_s` seconds, in one conditional write.
    pub async fn claim_delivery(
        &self,
        scope: Scope,
        of: DeliveryKey,
        lease_s: i64,
        now: Time,
    ) -> Result<Claim> {
        self.if_due(scope, of, now, |update| update.set("lease", now.plus_seconds(lease_s))).await
    }

    /// Puts off a delivery that is due, without an attempt, in one conditional write.
    pub async fn put_off_delivery(
        &self,
        scope: Scope,
        of: DeliveryKey,
        until: Time,
        now: Time,
    ) -> Result<Claim> {
        self.if_due(scope, of, now, |update| update.set("due", until)).await
    }

    async fn if_due(
        &self,
        scope: Scope,
        of: DeliveryKey,
        now: Time,
        change: impl FnOnce(Update) -> Update,
    ) -> Result<Claim> {
        let update = change(Update::of(key::delivery(scope, of.event, of.endpoint)))
            .guard(Guard::Is("st", DeliveryStatusName::Pending.as_str().into()))
            .guard(Guard::AbsentOrAtMost("due", now.ms()))
            .guard(Guard::AbsentOrAtMost("lease", now.ms()));
        match self.update(update).await {
            Ok(item) => Ok(Claim::Yes(Box::new(from_item(scope, &item)?))),
            Err(Error::Refused { old: Some(old), .. }) => {
                let lease = old.time_if_any("lease")?.filter(|until| *until > now);
                let old = from_item(scope, &old)?;
                match old.status {
                    DeliveryStatus::Pending(due) if due > now => Ok(Claim::NotBefore(due)),
                    DeliveryStatus::Pending(due) => Ok(Claim::HeldUntil(lease.unwrap_or(due))),
                    DeliveryStatus::Succeeded
                    | DeliveryStatus::Failed
                    | DeliveryStatus::Suppressed => Ok(Claim::Over(old.place)),
                }
            }
            Err(Error::Refused { old: None, .. }) => Ok(Claim::Over(None)),
            Err(other) => Err(other),
        }
    }

    /// Replaces a delivery that has moved on by one step: an attempt, a restart. Gives a lease
    /// back.
    ///
    /// # Errors
    /// [`Error::Refused`] when somebody else was faster.
    pub async fn replace_delivery(&self, next: &Delivery) -> Result<()> {
        let version = next.version.saturating_sub(1);
        self.commit(vec![Write::Replace { item: to_item(next), version }]).await
    }

    /// A tenant's deliveries, newest event first. A page may be short where the filter leaves much
    /// out.
    pub async fn deliveries(&self, scope: Scope, filter: &DeliveryFilter) -> Result<DeliveryPage> {
        let mut entries: Vec<Delivery> = Vec::new();
        let (mut seen, mut scanned) = (filter.before, 0_u32);
        let mut month = filter.newest_month();
        while month >= filter.from.month() {
            let taken = u32::try_from(entries.len()).unwrap_or(u32::MAX);
            // One more than there is room for tells whether something follows.
            let limit = filter.limit.saturating_sub(taken).saturating_add(1);
            let query = Query {
                index: None,
                pk: key::deliveries(scope, month),
                from: key::ids_from(filter.from),
                to: highest(seen, filter.until),
                consistency: Consistency::Eventual,
                oldest_first: false,
                limit,
            };
            let found = self.query(query).await?.items;
            for item in &found {
                let full = u32::try_from(entries.len()).unwrap_or(u32::MAX) >= filter.limit;
                if full || scanned >= MAX_SCANNED {
                    return Ok(DeliveryPage { entries, next: seen });
                }
                let delivery = from_item(scope, item)?;
                scanned = scanned.saturating_add(1);
                seen = Some(DeliveryKey::of(&delivery));
                if filter.fits(&delivery) {
                    entries.push(delivery);
                }
            }
            if u32::try_from(found.len()).unwrap_or(u32::MAX) < limit {
                month = month.previous();
            }
        }
        Ok(DeliveryPage { entries, next: None })
    }
}

/// The write that makes a delivery due now, whatever became of it: one that is over begins its
/// schedule anew. Refused while it is being sent. A `trial` is made though its endpoint is disabled.
pub fn retry(delivery: &Delivery, trial: bool, now: Time) -> Write {
    match delivery.restarted(now, now) {
        Some(next) => {
            let version = next.version.saturating_sub(1);
            Write::Replace { item: to_item(&Delivery { trial, ..next }), version }
        }
        None => {
            let due = Update::of(key::delivery(delivery.scope, delivery.event, delivery.endpoint))
                .set("due", now)
                .guard(Guard::Is("st", DeliveryStatusName::Pending.as_str().into()))
                .guard(Guard::AbsentOrAtMost("lease", now.ms()));
            Write::Update(if trial { due.set("trial", true) } else { due })
        }
    }
}

impl DeliveryFilter {
    fn fits(&self, delivery: &Delivery) -> bool {
        self.status.is_none_or(|status| delivery.status.name() == status)
            && self.kind.is_none_or(|kind| delivery.kind == kind)
    }

    fn newest_month(&self) -> Month {
        let until = self.until.month();
        self.before.map_or(until, |before| before.event.minted_at().month().min(until))
    }
}

/// The highest sort key of a list that goes on after `seen`: what sorts right before it.
fn highest(seen: Option<DeliveryKey>, until: Time) -> String {
    let end = format!("{}~", key::ids_from(until));
    match seen {
        Some(DeliveryKey { event, endpoint }) => {
            let below = Uuid::from_u128(endpoint.uuid().as_u128().saturating_sub(1));
            format!("{event}#{below}").min(end)
        }
        None => end,
    }
}

fn to_item(delivery: &Delivery) -> Item {
    let attempts = delivery.attempts.iter().map(|attempt| {
        let item = Item::new()
            .with("at", attempt.at)
            .with("ms", attempt.latency_ms)
            .with("res", attempt.result.as_str())
            .with_some("code", attempt.http_status.map(i64::from))
            .with("ans", attempt.answer.as_str())
            .with_some("why", attempt.cause.as_deref());
        Value::M(item)
    });
    let attempts: Vec<Value> = attempts.collect();
    let item = key::delivery(delivery.scope, delivery.event, delivery.endpoint).item();
    let item = match delivery.by_endpoint {
        true => item
            .with("gsi3pk", key::deliveries_of_endpoint(delivery.scope, delivery.endpoint))
            .with("gsi3sk", delivery.event.to_string()),
        false => item,
    };
    item.with("v", delivery.version)
        .with("type", delivery.kind.as_str())
        .with_some(
            "name",
            Some(delivery.name.as_str()).filter(|name| *name != delivery.kind.as_str()),
        )
        .with_some("obj", delivery.place.as_ref().map(|place| place.object.as_str()))
        .with_some("seq", delivery.place.as_ref().map(|place| place.sequence))
        .with("body", delivery.body.as_str())
        .with("st", delivery.status.as_str())
        .with_some("due", delivery.status.due())
        .with("tries", Value::L(attempts))
        .with("made", delivery.made)
        .with("step", delivery.tried)
        .with_some("trial", delivery.trial.then_some(true))
        .with("round", delivery.round_at)
        .with("crt", delivery.created_at)
        .with("ttl", delivery.swept_at().seconds())
}

/// A record as it was kept.
pub(super) fn from_item(scope: Scope, item: &Item) -> std::result::Result<Delivery, Corrupt> {
    let (event, endpoint) = item.text("sk")?.split_once('#').ok_or_else(|| item.corrupt("sk"))?;
    let attempts = item.items("tries")?.into_iter().map(|attempt| {
        let http_status = attempt.get("code").map(|_| attempt.number("code")).transpose()?;
        Ok(DeliveryAttempt {
            at: attempt.time("at")?,
            latency_ms: attempt.number("ms")?,
            result: attempt.parse("res")?,
            http_status,
            answer: attempt.text("ans")?.to_owned(),
            cause: attempt.text_if_any("why").map(str::to_owned),
        })
    });
    let kind: EventType = item.parse("type")?;
    Ok(Delivery {
        event: event.parse().map_err(|_| item.corrupt("sk"))?,
        endpoint: endpoint.parse().map_err(|_| item.corrupt("sk"))?,
        scope,
        kind,
        name: item.text_if_any("name").unwrap_or(kind.as_str()).to_owned(),
        place: match item.text_if_any("obj") {
            Some(object) => {
                Some(EventPlace { object: object.to_owned(), sequence: item.number("seq")? })
            }
            None => None,
        },
        by_endpoint: item.get("gsi3pk").is_some(),
        body: item.text("body")?.to_owned(),
        status: match item.parse("st")? {
            DeliveryStatusName::Pending => DeliveryStatus::Pending(item.time("due")?),
            DeliveryStatusName::Succeeded => DeliveryStatus::Succeeded,
            DeliveryStatusName::Failed => DeliveryStatus::Failed,
            DeliveryStatusName::Suppressed => DeliveryStatus::Suppressed,
        },
        attempts: attempts.collect::<std::result::Result<_, Corrupt>>()?,
        made: item.number("made")?,
        tried: item.number("step")?,
        trial: item.flag("trial"),
        round_at: item.time("round")?,
        created_at: item.time("crt")?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
