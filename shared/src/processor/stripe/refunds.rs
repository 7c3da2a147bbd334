//! Money that goes back. A refund is one order under its own key; whether Stripe has it is read from
//! the list of the payment's refunds, which does not lag as its search does.

use super::{
    Stripe, amounts,
    api::{Refusal, StripeFault, StripeForm},
    in_doubt,
    objects::{RefundPage, StripeRefund},
    out_of_reach,
    places::Placed,
    records::StripeRecord,
};
use crate::{
    model::{
        card::FailureReason,
        progress::{Progress, Receipt},
    },
    processor::{Task, Unreachable},
};

/// How long Stripe is left alone with a refund that it works on, in seconds.
const ASK_AGAIN_S: i64 = 60 * 60;

/// Pages of a hundred that are read: a payment has at most a hundred refunds of ours, and those that
/// were made elsewhere.
const MAX_PAGES: usize = 3;

impl Stripe<'_> {
    pub(super) async fn give_back(
        &self,
        task: &Task,
        charge: &str,
    ) -> Result<Progress, Unreachable> {
        let placed = Placed::parse("pi_", charge)
            .ok_or_else(|| Unreachable("no charge of Stripe's".to_owned()))?;
        if let Some(StripeRecord::Refused(reason)) = self.record(task.id).await? {
            return Ok(Progress::Declined(reason));
        }
        let amount = amounts::to_stripe(task.amount)
            .map_err(|invalid| Unreachable(format!("the amount {}", invalid.0)))?;
        let account = self.account(task.scope).await?;
        let form = StripeForm::default()
            .with("payment_intent", placed.id)
            .with("amount", &amount.to_string())
            .with("metadata[paylink_refund]", &task.id.to_string())
            .with("metadata[paylink_payment]", &task.intent.to_string());
        let api = self.api(&account, placed.connected);
        match api.post::<StripeRefund>("/v1/refunds", &form, &task.id.to_string()).await {
            // What is remembered under the key may be older than what happened since.
            Ok(made) => {
                let path = format!("/v1/refunds/{}", made.id);
                let now = api.get::<StripeRefund>(&path).await.unwrap_or(made);
                Ok(tell(task, &placed, &now))
            }
            Err(fault @ (StripeFault::Silent(_) | StripeFault::Refused(Refusal::Busy, _))) => {
                Ok(in_doubt(task.scope, &fault))
            }
            Err(StripeFault::Refused(Refusal::Declined | Refusal::State | Refusal::Invalid, _)) => {
                let reason = FailureReason::RefundRefused;
                let kept = self.keep(task.id, StripeRecord::Refused(reason), task.now).await?;
                Ok(match kept {
                    StripeRecord::Refused(reason) => Progress::Declined(reason),
                    StripeRecord::Closed | StripeRecord::StripeBegun(_) => Progress::Unknown,
                })
            }
            Err(
                fault @ StripeFault::Refused(
                    Refusal::Key | Refusal::Permission | Refusal::Missing | Refusal::KeyReused,
                    _,
                ),
            ) => Err(out_of_reach(task.scope, &fault)),
        }
    }

    /// What became of a refund. One that never came may still come: it is sent again.
    pub(super) async fn ask_about_refund(
        &self,
        task: &Task,
        charge: &str,
    ) -> Result<Progress, Unreachable> {
        let Some(placed) = Placed::parse("pi_", charge) else { return Ok(Progress::Absent) };
        if let Some(StripeRecord::Refused(reason)) = self.record(task.id).await? {
            return Ok(Progress::Declined(reason));
        }
        let account = self.account(task.scope).await?;
        let (api, ours) = (self.api(&account, placed.connected), task.id.to_string());
        let first = format!("/v1/refunds?limit=100&payment_intent={}", placed.id);
        let mut path = first.clone();
        for _ in 0..MAX_PAGES {
            let page: RefundPage = match api.get(&path).await {
                Ok(page) => page,
                Err(StripeFault::Refused(Refusal::Missing, _)) => return Ok(Progress::Absent),
                Err(fault) => return Err(out_of_reach(task.scope, &fault)),
            };
            let is_ours =
                |made: &&StripeRefund| made.metadata.paylink_refund.as_deref() == Some(&*ours);
            if let Some(found) = page.data.iter().find(is_ours) {
                return Ok(tell(task, &placed, found));
            }
            match page.data.last().filter(|_| page.has_more) {
                Some(last) => path = format!("{first}&starting_after={}", last.id),
                None => return Ok(Progress::Absent),
            }
        }
        // More than anybody makes: nobody can say that it is not among them.
        Ok(Progress::Unknown)
    }
}

fn tell(task: &Task, charge: &Placed<'_>, refund: &StripeRefund) -> Progress {
    match refund.status.as_deref() {
        Some("succeeded") => {
            let reference = Placed { id: &refund.id, connected: charge.connected }.to_string();
            Progress::Succeeded(Receipt { reference: Some(reference), ..Receipt::default() })
        }
        Some("failed" | "canceled") => Progress::Declined(FailureReason::RefundRefused),
        Some("pending" | "requires_action") => {
            Progress::Accepted { ask_at: task.now.plus_seconds(ASK_AGAIN_S) }
        }
        Some(_) | None => Progress::Unknown,
    }
}
