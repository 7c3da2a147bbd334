//! What may be told of each class of records: a list of what is allowed, so that no secret, no hash and
//! nothing of a buyer can come into an entry by mistake. A class that is not here tells nothing.

mod settings;
mod shop;
mod team;

use super::told::{Before, Read, ToldAct};
use crate::{
    model::{
        activity::{ActivityAction, FieldChange, TellableFacts},
        actor::Actor,
    },
    store::{Item, Value, acting::Stamp, activity::note, intent::scope_of, refund},
};

/// What a record tells of; none where nothing changed that is told of.
pub(super) fn of(before: Before<'_>, new: &Item) -> Read<Option<ToldAct>> {
    let (pk, sk) = (new.text("pk")?, new.text("sk")?);
    let class = pk.split('#').next().unwrap_or_default();
    match class {
        "tenant" => settings::of(before, new, sk),
        "api_key" => settings::api_key(before, new).map(Some),
        "member" => team::member(before, new),
        "second_factor" => team::second_factor(before, new),
        "reset" => team::reset(new).map(Some),
        "invitation" => team::invitation(before, new),
        "session" => team::session(new).map(Some),
        "links" => shop::link(before, new),
        "product" => shop::product(before, new),
        "endpoint" => shop::webhook(before, new),
        "refund" => shop::refund(before, new),
        "intent" => shop::canceled(before, new),
        "timer" => shop::replay(new).map(Some),
        "idempotency" => shop::deleted_webhook(new).map(Some),
        "delivery" => shop::resent(new).map(Some),
        "note" => note::told(new).map(Some),
        _ => Ok(None),
    }
}

/// Whoever made a record that says so itself: a refund, which its worker has replaced since.
pub(super) fn asked_by(record: &Item) -> Read<Option<Stamp>> {
    if !record.text("pk")?.starts_with("refund#") {
        return Ok(None);
    }
    let refund = refund::from_item(scope_of(record)?, record)?;
    let stamp = Stamp::new(refund.requested_by, None, refund.created_at, [0; 10]);
    Ok(match refund.requested_by {
        Actor::Member(_) | Actor::ApiKey(_) | Actor::Operator => Some(stamp),
        // Neither is somebody in the organisation.
        Actor::Client | Actor::Processor => None,
    })
}

/// A record before and after. Where nobody saw what was before, it is taken as it is now, less what
/// would make it ended (`reopened`): then a record that ended tells that, and one that did not tells
/// that it was changed, without saying what.
fn both<T: Clone>(
    before: Before<'_>,
    new: &Item,
    read: impl Fn(&Item) -> Read<T>,
    reopened: impl Fn(&mut T),
) -> Read<(Option<T>, T)> {
    let after = read(new)?;
    let old = match before {
        Before::Nothing => None,
        Before::Known(old) => Some(read(old)?),
        Before::Lost if new.get("v") == Some(&Value::N(1)) => None,
        Before::Lost => {
            let mut old = after.clone();
            reopened(&mut old);
            Some(old)
        }
    };
    Ok((old, after))
}

/// What was done to a thing: made, or changed in a way that has a name of its own, or else changed at
/// all, which is told only where something that may be told is different.
fn action<T>(
    before: Before<'_>,
    old: Option<&T>,
    made: ActivityAction,
    updated: ActivityAction,
    named: Option<ActivityAction>,
    changes: &[FieldChange],
) -> Option<ActivityAction> {
    match (old, named) {
        (None, _) => Some(made),
        (Some(_), Some(named)) => Some(named),
        (Some(_), None) if !changes.is_empty() => Some(updated),
        (Some(_), None) => matches!(before, Before::Lost).then_some(updated),
    }
}

/// What is different between two things by what may be told of them.
fn changes<T>(old: Option<&T>, new: &T, facts: impl Fn(&T) -> TellableFacts) -> Vec<FieldChange> {
    facts(new).since(&old.map(facts).unwrap_or_default())
}

/// The same, with fields of which only is said that they changed.
fn and_unsaid(mut changes: Vec<FieldChange>, unsaid: &[(&str, bool)]) -> Vec<FieldChange> {
    let changed = unsaid.iter().filter(|(_, changed)| *changed);
    changes.extend(changed.map(|(field, _)| FieldChange::unsaid(field)));
    changes
}

fn yes_or_no(is: bool) -> &'static str {
    if is { "true" } else { "false" }
}

fn list(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Option<String> {
    let texts: Vec<String> = texts.into_iter().map(|text| text.as_ref().to_owned()).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}
