//! Money the simulator gives back. A refund goes into its books once; what becomes of it follows from
//! its amount, the card that was charged, and the time since.

use super::{KEPT_DAYS, LATE_S, Simulator};
use crate::{
    model::{
        Time,
        card::FailureReason,
        id::AttemptId,
        progress::{Progress, Receipt},
    },
    processor::{Task, Unreachable},
    store::{Consistency, Item, key},
};

/// A refund of so many minor units at its end is refused at once.
const REFUSED: i64 = 13;

/// The answer to a refund of so many minor units at its end gets lost.
const ANSWER_LOST: i64 = 17;

/// A refund of so many minor units at its end arrives twice, and counts once.
const TWICE: i64 = 19;

/// What charged cards say about refunds of them, in the books of the charge.
pub(super) const LATE_THEN_DONE: &str = "done";

/// The same as [`LATE_THEN_DONE`], for cards whose late refunds are refused.
pub(super) const LATE_THEN_REFUSED: &str = "refused";

impl Simulator<'_> {
    pub(super) async fn give_back(
        &self,
        task: &Task,
        charge: &str,
    ) -> Result<Progress, Unreachable> {
        let late = self.refunds_of(charge).await?;
        let ending = task.amount.minor() % 100;
        let refused = ending == REFUSED || late.as_deref() == Some(LATE_THEN_REFUSED);
        let known_at = late.map(|_| task.now.plus_seconds(LATE_S));
        let item = key::simulator_charge(task.id)
            .item()
            .with("v", 1_i64)
            .with("is", if refused { "refund_refused" } else { "refunded" })
            .with_some("at", known_at)
            .with("charge", charge)
            .with("intent", task.intent.to_string())
            .with("amt", task.amount.minor())
            .with("cur", task.amount.currency().code())
            .with("ttl", task.now.plus_days(KEPT_DAYS).seconds());
        if ending == TWICE {
            self.book(item.clone()).await?;
        }
        let booked = self.book(item).await?;
        if ending == ANSWER_LOST {
            return Ok(Progress::Unknown);
        }
        Ok(said(&booked, task.now))
    }

    /// What became of a refund. One that never came may still come: it is sent again.
    pub(super) async fn ask_about_refund(&self, task: &Task) -> Result<Progress, Unreachable> {
        let key = key::simulator_charge(task.id);
        let booked = self.store.get(&key, Consistency::Strong).await?;
        Ok(booked.map_or(Progress::Absent, |booked| said(&booked, task.now)))
    }

    /// What the card of a charge does with refunds, where it does something of its own.
    async fn refunds_of(&self, charge: &str) -> Result<Option<String>, Unreachable> {
        let attempt: Option<AttemptId> =
            charge.strip_prefix("ch_").and_then(|attempt| attempt.parse().ok());
        let attempt =
            attempt.ok_or_else(|| Unreachable("no charge of the simulator".to_owned()))?;
        let key = key::simulator_charge(attempt);
        let charged = self.store.get(&key, Consistency::Strong).await?;
        let charged = charged.ok_or_else(|| Unreachable("no such charge".to_owned()))?;
        Ok(charged.text_if_any("refunds").map(str::to_owned))
    }
}

/// What the books say of a refund at `now`.
fn said(booked: &Item, now: Time) -> Progress {
    let known_at = booked.time_if_any("at").ok().flatten();
    if known_at.is_some_and(|known_at| known_at > now) {
        return Progress::Unknown;
    }
    match booked.text("is") {
        Ok("refunded") => {
            let id = booked.text("pk").unwrap_or_default().trim_start_matches("simulator#");
            let reference = Some(format!("re_{id}"));
            Progress::Succeeded(Receipt { reference, ..Receipt::default() })
        }
        Ok(_) => Progress::Declined(FailureReason::RefundRefused),
        Err(_) => Progress::Unknown,
    }
}
