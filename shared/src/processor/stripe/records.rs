//! What the adapter writes down under a task's key: one record each.

use super::Stripe;
use crate::{
    model::{Time, card::FailureReason, id::AttemptId},
    processor::Unreachable,
    store::{self, Consistency, Error, Guard, Item, Update, Write, key},
};

/// Records are kept this long.
const KEPT_DAYS: i64 = 120;

/// What stands under a task's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StripeRecord {
    /// Somebody looked before anything was begun: nothing may begin any more.
    Closed,
    /// It was refused before Stripe had an object of it.
    Refused(FailureReason),
    /// Stripe has an object of it.
    StripeBegun(StripeBegun),
}

/// An object that Stripe has of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StripeBegun {
    /// `pi_...` for charges.
    pub id: String,
    /// The connected account in which it is.
    pub connected: Option<String>,
    /// Why its card was declined, if it was.
    pub declined: Option<FailureReason>,
}

impl Stripe<'_> {
    /// What stands under a task's key.
    pub(super) async fn record(
        &self,
        task: AttemptId,
    ) -> Result<Option<StripeRecord>, Unreachable> {
        let item = self.store.get(&key::stripe_task(task), Consistency::Strong).await?;
        item.as_ref().map(read).transpose()
    }

    /// Writes a record where there is none; what is there counts.
    pub(super) async fn keep(
        &self,
        task: AttemptId,
        record: StripeRecord,
        now: Time,
    ) -> Result<StripeRecord, Unreachable> {
        let item = key::stripe_task(task).item().with("v", 1_i64);
        let item = item.with("ttl", now.plus_days(KEPT_DAYS).seconds());
        let item = match &record {
            StripeRecord::Closed => item.with("is", "closed"),
            StripeRecord::Refused(reason) => item.with("is", "refused").with("no", reason.as_str()),
            StripeRecord::StripeBegun(begun) => item
                .with("is", "begun")
                .with("obj", begun.id.as_str())
                .with_some("acct", begun.connected.as_deref()),
        };
        match self.store.commit(vec![Write::Insert(item)]).await {
            Ok(()) => Ok(record),
            Err(Error::Refused { old: Some(old), .. }) => read(&old),
            Err(other) => Err(other.into()),
        }
    }

    /// Notes why a card was declined, and what Stripe called it. What was noted first stays.
    pub(super) async fn note_decline(
        &self,
        task: AttemptId,
        reason: FailureReason,
        said: &str,
    ) -> Result<FailureReason, Unreachable> {
        let update = Update::of(key::stripe_task(task)).guard(Guard::Absent("no"));
        match self.store.update(update.set("no", reason.as_str()).set("said", said)).await {
            Ok(_) => Ok(reason),
            Err(Error::Refused { old: Some(old), .. }) => {
                Ok(old.parse("no").map_err(store::Error::from)?)
            }
            Err(other) => Err(other.into()),
        }
    }
}

fn read(item: &Item) -> Result<StripeRecord, Unreachable> {
    let corrupt = store::Error::from;
    Ok(match item.text("is").map_err(corrupt)? {
        "closed" => StripeRecord::Closed,
        "refused" => StripeRecord::Refused(item.parse("no").map_err(corrupt)?),
        _ => StripeRecord::StripeBegun(StripeBegun {
            id: item.text("obj").map_err(corrupt)?.to_owned(),
            connected: item.text_if_any("acct").map(str::to_owned),
            declined: item.parse_if_any("no").map_err(corrupt)?,
        }),
    })
}
