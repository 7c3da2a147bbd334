//! Who did what in an organisation: read out of the table's stream, and listed.

use super::{Ambient, Result};
use crate::{
    model::{
        Scope, Time,
        activity::{Activity, ActivityAction, TellableFacts},
        actor::Actor,
        id::PaymentLinkId,
        member::Member,
    },
    store::{
        Item, Table,
        acting::Stamp,
        activity::{Before, told},
        dynamo::from_stream,
        list::{Listing, Slice},
    },
};
use serde_json::Value;

/// What a reader of the list wants to see.
#[derive(Debug, Clone, Default)]
pub struct ActivityFilter {
    /// Done by one of these.
    pub actor: Option<Actor>,
    /// One of these; all when none are named.
    pub actions: Option<Vec<ActivityAction>>,
}

/// A list that was taken away.
#[derive(Debug, Clone, Copy)]
pub struct ExportedList {
    /// Which list it is, as paths call it.
    pub list: &'static str,
    /// The link whose payments it shows; all when `None`.
    pub link: Option<PaymentLinkId>,
    /// How many rows it has.
    pub rows: usize,
    /// Whether more rows follow, with the next call.
    pub more: bool,
}

impl ActivityFilter {
    fn wants(&self, entry: &Activity) -> bool {
        self.actor.is_none_or(|actor| actor == entry.actor)
            && self.actions.as_ref().is_none_or(|actions| actions.contains(&entry.action))
    }
}

/// Keeps what a record of the stream tells of. One that comes twice is kept once.
///
/// # Errors
/// A record that cannot be read; the table cannot be reached.
pub async fn keep(store: &Table, record: &Value) -> Result<()> {
    let image = |name| record.get("dynamodb").and_then(|change| change.get(name));
    let Some(new) = image("NewImage") else { return Ok(()) };
    let new: Item = from_stream(new)?;
    let old = image("OldImage").map(from_stream).transpose()?;
    let before = old.as_ref().map_or(Before::Nothing, Before::Known);
    for entry in told(before, &new).map_err(crate::store::Error::from)? {
        store.keep_activity(&entry).await?;
    }
    Ok(())
}

/// Keeps what a record tells of by itself, if it was done within a range of time, after nobody read
/// what became of it. Answers how many entries are new.
///
/// # Errors
/// As [`keep`].
pub async fn keep_again(store: &Table, record: &Item, from: Time, to: Time) -> Result<u32> {
    let mut kept: u32 = 0;
    for entry in told(Before::Lost, record).map_err(crate::store::Error::from)? {
        let asked_for = (from.ms()..=to.ms()).contains(&entry.at.ms());
        if asked_for && !store.has_activity(&entry).await? {
            store.keep_activity(&entry).await?;
            kept = kept.saturating_add(1);
        }
    }
    Ok(kept)
}

/// Notes that a member took a list away as a table, or the first part of one.
pub async fn exported(
    store: &Table,
    scope: Scope,
    by: &Member,
    what: ExportedList,
    ambient: Ambient,
) -> Result<()> {
    let ExportedList { list, link, rows, more } = what;
    let facts = TellableFacts::default()
        .with("list", list)
        .with_some("payment_link", link.map(|link| link.to_string()))
        .with("rows", format!("{rows}{}", if more { "+" } else { "" }));
    let actor = Actor::Member(by.id);
    let stamp = Stamp::new(actor, Some(&by.name), ambient.now(), (ambient.random)());
    Ok(store.note(stamp, scope, ActivityAction::ExportCreated, &facts).await?)
}

/// What was done, newest first.
pub async fn list(
    store: &Table,
    scope: Scope,
    filter: &ActivityFilter,
    slice: &Slice,
) -> Result<Listing<Activity>> {
    Ok(store.activity(scope, slice, |entry| filter.wants(entry)).await?)
}
