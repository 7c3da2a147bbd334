//! What becomes of links that can be paid many times: told once, from the two images of a change.

use super::{Result, timers::TimerFate};
use crate::{
    model::{Surface, Time, event::EventType, payment_link::PaymentLink},
    store::{
        Consistency, Error, Item, Table, Write, dynamo::from_stream, key, payment_link,
        timer::Timer,
    },
    webhook::message::Message,
};
use serde_json::Value;

/// The events that a stream record of a link makes; sets the timer of its end, too. Records of
/// anything else make none here.
pub(super) async fn of_record(store: &Table, record: &Value) -> Result<Vec<Message>> {
    let change = record.get("dynamodb");
    let image = |name| change.and_then(|change| change.get(name));
    let Some(new) = image("NewImage").filter(|new| is_link(new)) else { return Ok(Vec::new()) };
    let new: Item = from_stream(new)?;
    let old: Option<Item> = image("OldImage").map(from_stream).transpose()?;
    let after = payment_link::from_item(&new)?;
    if after.surface != Surface::Links {
        return Ok(Vec::new());
    }
    let before = old.as_ref().map(payment_link::from_item).transpose()?;
    if wants_timer(before.as_ref(), &after) {
        store.set_link_timer(&after).await?;
    }
    let full = before.is_some_and(|before| after.became_exhausted(&before));
    let over = payment_link::noted_end(old.as_ref(), &new);
    let kinds = [
        full.then_some(EventType::PaymentLinkExhausted),
        over.then_some(EventType::PaymentLinkExpired),
    ];
    if kinds.iter().all(Option::is_none) {
        return Ok(Vec::new());
    }
    let details = store.get(&key::link_details(after.id), Consistency::Strong).await?;
    let name = details.as_ref().and_then(|item| item.text_if_any("name")).unwrap_or_default();
    let at = written_at(record).unwrap_or(after.updated_at);
    Ok(kinds.into_iter().flatten().map(|kind| Message::of_link(&after, name, kind, at)).collect())
}

/// Whether an image is a link's settings and counters, by its key.
fn is_link(image: &Value) -> bool {
    let text = |name| image.get(name).and_then(|value| value.get("S")).and_then(Value::as_str);
    text("pk").is_some_and(|pk| pk.starts_with("link#")) && text("sk") == Some("link")
}

/// A link has to be looked at when its end comes: from the moment it has this end, and again when it
/// is switched on or restored.
fn wants_timer(before: Option<&PaymentLink>, after: &PaymentLink) -> bool {
    let same = |before: &PaymentLink| {
        (before.expires_at, before.active, before.deleted_at)
            == (after.expires_at, after.active, after.deleted_at)
    };
    after.expires_at.is_some() && !before.is_some_and(same)
}

/// When the change was written, as the stream says: whole seconds, the same however often the record
/// comes.
fn written_at(record: &Value) -> Option<Time> {
    let seconds = record.get("dynamodb")?.get("ApproximateCreationDateTime")?.to_string();
    let seconds: i64 = seconds.split('.').next()?.parse().ok()?;
    Some(Time::from_ms(seconds.checked_mul(1_000)?))
}

/// Looks at a link whose end has come.
pub(super) async fn end(
    store: &Table,
    timer: &Timer,
    now: Time,
) -> std::result::Result<TimerFate, String> {
    let trouble = |error: Error| error.to_string();
    let id = crate::model::Id::from_uuid(*timer.id.uuid());
    let found = store.payment_link(id, Consistency::Strong).await.map_err(trouble)?;
    let over = found.filter(|link| link.expires_at.is_some_and(|end| end <= now));
    let Some(link) = over else { return Ok(TimerFate::Drop) };
    match store.commit(vec![Write::Update(payment_link::note_end(&link))]).await {
        Ok(()) | Err(Error::Refused { .. }) => Ok(TimerFate::Drop),
        Err(other) => Err(trouble(other)),
    }
}

#[cfg(test)]
mod tests;
