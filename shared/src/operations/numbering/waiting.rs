//! Payments that wait for their invoices behind others.
//!
//! Each payment has a message of its own, and the messages of a tenant are worked off one after the
//! other. When a shop is paid two hundred times at once, that takes its time. Whoever finds that it
//! has waited numbers all those who wait as well, many in one commit; their messages find it done.

use super::{Desk, Result};
use crate::{
    model::{Time, payment_intent::PaymentIntent},
    store::{Consistency, intent, invoice::Numbered, key, series},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A payment that succeeded so long ago has waited, in milliseconds. Of younger ones the publisher
/// still writes down what it has published, which a commit over many would meet.
const WAITED_MS: i64 = 500;

/// The message of one that succeeded so long ago was put aside and brought back, in milliseconds: what
/// was submitted after it is long since done.
const MAX_WAITED_MS: i64 = 10 * 60 * 1_000;

/// Numbers in one commit: three writes each, and one for their series.
const MAX_TOGETHER: u32 = 30;

/// Commits of one message, so that it comes to an end.
const MAX_COMMITS: usize = 10;

/// A submit that is older and still open is passed over, in milliseconds: its own message is there.
const OPEN_TIMEOUT_MS: i64 = 5_000;

/// Whether a payment has waited for its invoice, and others may wait behind it at this moment.
pub(super) fn has_waited(payment: &PaymentIntent, now: Time) -> bool {
    let age_ms = payment.succeeded_at().map(|at| now.ms_since(at));
    age_ms.is_some_and(|age_ms| (WAITED_MS..MAX_WAITED_MS).contains(&age_ms))
}

/// Numbers those who wait behind a payment: whoever was submitted after the last who was looked at.
pub(super) async fn number_behind(desk: Desk<'_>, first: &PaymentIntent) -> Result<()> {
    let Some(submit) = first.transactions().next() else { return Ok(()) };
    let settings = desk.invoice_settings();
    let series = settings.prefix.series(settings.time_zone.date(desk.ambient.now()));
    let found = desk.store.get(&key::series(desk.scope, &series), Consistency::Strong).await?;
    let looked = found.map(|item| series::from_item(&series, &item)).transpose()?;
    let own = key::submitted(submit.created_at, submit.attempt.transaction());
    let mut after = looked.and_then(|series| series.looked_until).map_or(own, |at| at.max(own));
    for _ in 0..MAX_COMMITS {
        let submits = desk.store.submitted_after(desk.scope, after, MAX_TOGETHER).await?;
        let more = submits.len() == usize::try_from(MAX_TOGETHER).unwrap_or(usize::MAX);
        let keys: Vec<_> =
            submits.iter().map(|(_, payment)| key::intent(desk.scope, *payment)).collect();
        let items = desk.store.get_many(&keys, Consistency::Strong).await?;
        let (mut wait, mut passed) = (Vec::new(), true);
        let now = desk.ambient.now();
        for ((place, id), item) in submits.into_iter().zip(items) {
            // What cannot be read is told by its own message.
            let payment = item.and_then(|item| intent::from_item(desk.scope, &item).ok());
            let payment = payment.filter(|payment| payment.id == id);
            let open = payment.as_ref().is_some_and(|payment| still_open(payment, now));
            passed = passed && (!open || old(place, now));
            after = if passed { place } else { after };
            wait.extend(payment.filter(|payment| !open && payment.awaits_invoice()));
        }
        // One that was declined first stands there twice.
        let mut seen = BTreeSet::new();
        wait.retain(|payment: &PaymentIntent| seen.insert(payment.id));
        let taken = match wait.as_slice() {
            [] => Numbered::Yes,
            wait => desk.number(wait, Some(after)).await?,
        };
        if !more || !passed || taken == Numbered::Stale {
            return Ok(());
        }
    }
    Ok(())
}

/// Whether it may be paid at any moment, or was a moment ago.
fn still_open(payment: &PaymentIntent, now: Time) -> bool {
    let young = payment.succeeded_at().is_some_and(|at| now.ms_since(at) < WAITED_MS);
    payment.status.open().is_some() || payment.awaits_invoice() && young
}

fn old(place: Uuid, now: Time) -> bool {
    let submitted_at = crate::model::Id::<()>::from_uuid(place).minted_at();
    now.ms_since(submitted_at) >= OPEN_TIMEOUT_MS
}
