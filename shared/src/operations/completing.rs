//! Payments whose invoice is late: their receivers are told without it. Nobody's order hangs on
//! paper; the invoice comes when it comes.

use super::{
    Now,
    numbering::{payer, receipt},
    timers::{Sweep, TimerFate, sweep},
};
use crate::{
    model::{Time, event::EventType, payment_intent::Due},
    store::{
        Table,
        timer::{Timer, TimerKind},
    },
};

/// Tells of every payment that has waited long enough for its invoice, once.
pub async fn complete(store: &Table, clock: Now<'_>) -> Sweep {
    let look = |timer, now| async move { complete_one(store, &timer, now).await };
    sweep(store, TimerKind::Complete, clock, look).await
}

async fn complete_one(store: &Table, timer: &Timer, now: Time) -> Result<TimerFate, String> {
    let payment = store.intent_of(timer).await.map_err(|error| error.to_string())?;
    let due = payment.as_ref().and_then(|payment| payment.due());
    let (Some(payment), Some(Due::TellWithoutInvoice(at))) = (payment, due) else {
        return Ok(TimerFate::Drop);
    };
    if now < at {
        return Ok(TimerFate::Keep);
    }
    let customer = payer(store, &payment).await?;
    let receipt = receipt(&payment, customer.as_ref());
    let told = payment.told_complete(EventType::PaymentIntentInvoiceLate, receipt, now);
    // Where it is no longer so, the invoice came meanwhile, or another run was here.
    let written = store.tell_without_invoice(timer.scope, timer.id, &told).await;
    written.map(|_| TimerFate::Drop).map_err(|error| error.to_string())
}
