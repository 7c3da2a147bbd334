//! From a record before and after a write to the entry that tells of it.

use super::facts;
use crate::{
    digest::sha256,
    model::{
        Mode, Scope, Time,
        activity::{Activity, ActivityAction, FieldChange},
        id::{Id, TenantId},
    },
    store::{Corrupt, Item, acting::Stamp, intent::scope_of},
};

pub(super) type Read<T> = Result<T, Corrupt>;

/// What is known of a record before it was written.
#[derive(Debug, Clone, Copy)]
pub enum Before<'a> {
    /// The record did not exist before.
    Nothing,
    /// The record as it was before the write.
    Known(&'a Item),
    /// Nobody saw: the stream was not read in time.
    Lost,
}

/// What one record tells of.
pub(super) struct ToldAct {
    /// What was done.
    pub action: ActivityAction,
    /// The id of the thing that it was done to.
    pub object: String,
    /// Which fields are different.
    pub changes: Vec<FieldChange>,
    /// When, where the record itself says so.
    pub at: Option<Time>,
}

impl ToldAct {
    pub(super) const fn new(
        action: ActivityAction,
        object: String,
        changes: Vec<FieldChange>,
    ) -> Self {
        Self { action, object, changes, at: None }
    }
}

/// The entries that a write is told by: none where nobody acted, or nothing changed that is told of.
/// One that goes for both modes stands in both lists.
///
/// # Errors
/// A record that cannot be read.
pub fn told(before: Before<'_>, new: &Item) -> Read<Vec<Activity>> {
    let kept = match (Stamp::of(new)?, before) {
        (None, Before::Lost) => facts::asked_by(new)?,
        (stamp, _) => stamp,
    };
    let Some(stamp) = kept else { return Ok(Vec::new()) };
    if let Before::Known(old) = before
        && Stamp::of(old)?.as_ref() == Some(&stamp)
    {
        return Ok(Vec::new());
    }
    let Some(told) = facts::of(before, new)? else { return Ok(Vec::new()) };
    let at = told.at.unwrap_or(stamp.at);
    // Whatever says its own time is told of once.
    let nonce = if told.at.is_some() { "" } else { stamp.nonce.as_str() };
    let seed = format!("{}|{}|{nonce}", new.text("pk")?, new.text("sk")?);
    let id = Id::mint(at, sha256::<10>(&seed));
    let entries = scopes(new)?.into_iter().map(|scope| Activity {
        id,
        scope,
        at,
        actor: stamp.actor,
        name: stamp.name.clone(),
        action: told.action,
        object: told.object.clone(),
        changes: told.changes.clone(),
    });
    Ok(entries.collect())
}

/// In whose lists it stands.
fn scopes(item: &Item) -> Read<Vec<Scope>> {
    let pk = item.text("pk")?;
    match pk.split('#').next() {
        Some("member" | "invitation" | "reset" | "second_factor" | "session") => {
            let tenant = tenant_of(item)?;
            Ok([Mode::Test, Mode::Live].map(|mode| Scope { tenant, mode }).to_vec())
        }
        Some("timer") => {
            Ok(vec![Scope { tenant: item.parse("tenant")?, mode: item.parse("mode")? }])
        }
        Some(_) | None => Ok(vec![scope_of(item)?]),
    }
}

/// Whose record it is, of those that belong to both modes.
pub(super) fn tenant_of(item: &Item) -> Read<TenantId> {
    let tenant = item.text("pk")?.split('#').nth(1).and_then(|text| text.parse().ok());
    tenant.ok_or_else(|| item.corrupt("pk"))
}
