//! Charges of cards: begun without money, written down, confirmed, and ended by cancel.

use super::{
    Stripe, StripeAccount, amounts,
    api::{Api, Refusal, StripeFault, StripeForm},
    declines, in_doubt,
    objects::{StripeNamed, StripePayment, StripeStatus},
    out_of_reach,
    places::{Placed, SavedCard},
    records::{StripeBegun, StripeRecord},
};
use crate::{
    model::{
        card::FailureReason,
        payment_intent::ChargingAccount,
        progress::{Progress, Receipt},
        secret::ProcessorToken,
    },
    processor::{ChargedCard, Task, Unreachable},
};

/// Longest text after the prefix on a buyer's statement.
const MAX_DESCRIPTOR: usize = 22;

/// A charge whose buyer did not pass the challenge is canceled with this reason, so that Stripe's
/// object alone tells what happened.
const ABANDONED: &str = "abandoned";

/// A charge that Stripe has begun, and who asks about it.
struct Open<'a> {
    api: Api<'a>,
    task: &'a Task,
    begun: &'a StripeBegun,
}

/// A card as Stripe is told of it.
#[derive(Clone, Copy)]
enum Card<'a> {
    /// Typed by a buyer who is there.
    Typed { method: &'a str, save: bool },
    /// Kept for a customer of Stripe's.
    Saved(SavedCard<'a>),
}

impl Stripe<'_> {
    pub(super) async fn charge(
        &self,
        task: &Task,
        merchant: &ChargingAccount,
        card: &ChargedCard,
    ) -> Result<Progress, Unreachable> {
        let account = self.account(task.scope).await?;
        let connected = merchant.connected.as_deref();
        let card = read_card(card, connected)?;
        let api = self.api(&account, connected);
        let record = match self.record(task.id).await? {
            Some(known) => known,
            None => self.begin(api, task, merchant, card).await?,
        };
        let begun = match record {
            StripeRecord::Closed => return Ok(Progress::Absent),
            StripeRecord::Refused(reason) => return Ok(Progress::Declined(reason)),
            StripeRecord::StripeBegun(begun) => begun,
        };
        let open =
            Open { api: self.api(&account, begun.connected.as_deref()), task, begun: &begun };
        self.confirm(&open, card).await
    }

    /// Has Stripe make a payment without money, and writes down which. Whatever fails on the way,
    /// nothing was charged and nothing will be.
    async fn begin(
        &self,
        api: Api<'_>,
        task: &Task,
        merchant: &ChargingAccount,
        card: Card<'_>,
    ) -> Result<StripeRecord, Unreachable> {
        // What nobody can charge is said for good: whoever asks again hears the same.
        let Ok(amount) = amounts::to_charge(task.amount) else {
            let refused = StripeRecord::Refused(FailureReason::ProcessingError);
            return self.keep(task.id, refused, task.now).await;
        };
        let form = StripeForm::default()
            .with("amount", &amount.to_string())
            .with("currency", &task.amount.currency().code().to_ascii_lowercase())
            .with("payment_method_types[0]", "card")
            .with_some(
                "statement_descriptor_suffix",
                merchant.statement.as_deref().and_then(descriptor).as_deref(),
            )
            .with("metadata[paylink_payment]", &task.intent.to_string())
            .with("metadata[paylink_attempt]", &task.id.to_string())
            .with("metadata[paylink_tenant]", &task.scope.tenant.to_string());
        let form = match card {
            Card::Typed { save: false, .. } => form,
            Card::Typed { save: true, .. } => {
                // One customer for one card: forgetting the card forgets all that Stripe has of it.
                let mark =
                    StripeForm::default().with("metadata[paylink_attempt]", &task.id.to_string());
                let key = format!("{}-customer", task.id);
                let made: StripeNamed = api
                    .post("/v1/customers", &mark, &key)
                    .await
                    .map_err(|fault| out_of_reach(task.scope, &fault))?;
                form.with("customer", &made.id).with("setup_future_usage", "off_session")
            }
            Card::Saved(saved) => form.with("customer", saved.customer),
        };
        let made: Result<StripePayment, StripeFault> =
            api.post("/v1/payment_intents", &form, &task.id.to_string()).await;
        let record = match (made, card) {
            (Ok(made), _) => StripeRecord::StripeBegun(StripeBegun {
                id: made.id,
                connected: api.connected.map(str::to_owned),
                declined: None,
            }),
            // The customer is gone, and the card with it.
            (Err(StripeFault::Refused(Refusal::Missing, _)), Card::Saved(_)) => {
                StripeRecord::Refused(FailureReason::CardDeclined)
            }
            // Too little, or too much, by what only Stripe knows.
            (Err(StripeFault::Refused(Refusal::Invalid, error)), _) if error.is_of_amount() => {
                StripeRecord::Refused(FailureReason::ProcessingError)
            }
            (Err(fault), _) => return Err(out_of_reach(task.scope, &fault)),
        };
        let kept = self.keep(task.id, record.clone(), task.now).await?;
        if let (StripeRecord::StripeBegun(made), StripeRecord::Closed) = (record, &kept) {
            // It can never be confirmed. Canceling only tidies up.
            let path = format!("/v1/payment_intents/{}/cancel", made.id);
            let key = format!("{}-tidy", task.id);
            drop(api.post::<StripeNamed>(&path, &StripeForm::default(), &key).await);
        }
        Ok(kept)
    }

    /// Moves the money, once: the key is the attempt's, and a payment is confirmed under no other.
    async fn confirm(&self, open: &Open<'_>, card: Card<'_>) -> Result<Progress, Unreachable> {
        let form = match card {
            // Its script on the buyer's page shows the bank's check.
            Card::Typed { method, .. } => {
                StripeForm::default().with("payment_method", method).with("use_stripe_sdk", "true")
            }
            Card::Saved(saved) => StripeForm::default()
                .with("payment_method", saved.method)
                .with("off_session", "true"),
        };
        let path = format!("/v1/payment_intents/{}/confirm", open.begun.id);
        let key = format!("{}-confirm", open.task.id);
        match open.api.post::<StripePayment>(&path, &form, &key).await {
            // An answer that is remembered under the key may be older than what happened since.
            Ok(said) if said.status == StripeStatus::RequiresAction => self.read(open).await,
            Ok(said) => self.tell(open, &said).await,
            // Said of this payment, now or under the key before: where it says no more, the payment
            // itself does.
            Err(StripeFault::Refused(Refusal::Declined, error)) => match &error.payment_intent {
                Some(said) => self.tell(open, said).await,
                None => self.read(open).await,
            },
            Err(StripeFault::Refused(
                Refusal::State | Refusal::KeyReused | Refusal::Invalid,
                _,
            )) => self.read(open).await,
            // There is no such card any more: nothing was charged.
            Err(StripeFault::Refused(Refusal::Missing, _)) => {
                self.decline(open, FailureReason::CardDeclined, "resource_missing").await
            }
            Err(fault @ StripeFault::Refused(Refusal::Key | Refusal::Permission, _)) => {
                Err(out_of_reach(open.task.scope, &fault))
            }
            Err(fault @ (StripeFault::Refused(Refusal::Busy, _) | StripeFault::Silent(_))) => {
                Ok(in_doubt(open.task.scope, &fault))
            }
        }
    }

    /// What Stripe says of a payment now.
    async fn read(&self, open: &Open<'_>) -> Result<Progress, Unreachable> {
        let path = format!("/v1/payment_intents/{}", open.begun.id);
        match open.api.get::<StripePayment>(&path).await {
            Ok(payment) => self.tell(open, &payment).await,
            Err(fault @ StripeFault::Silent(_)) => Ok(in_doubt(open.task.scope, &fault)),
            Err(fault) => Err(out_of_reach(open.task.scope, &fault)),
        }
    }

    /// What a payment of Stripe's means.
    async fn tell(
        &self,
        open: &Open<'_>,
        payment: &StripePayment,
    ) -> Result<Progress, Unreachable> {
        Ok(match payment.status {
            StripeStatus::Succeeded => Progress::Succeeded(receipt(open.begun, payment)),
            StripeStatus::RequiresAction => Progress::ChallengeNeeded,
            StripeStatus::Canceled => ended(open.begun, payment),
            StripeStatus::Processing | StripeStatus::RequiresCapture => Progress::Unknown,
            StripeStatus::RequiresPaymentMethod | StripeStatus::RequiresConfirmation => {
                match &payment.last_payment_error {
                    // Not confirmed yet; whoever is about to may still be on the way.
                    None => Progress::Unknown,
                    Some(error) => {
                        let (reason, said) = (declines::reason(error), declines::said(error));
                        return self.decline(open, reason, &said).await;
                    }
                }
            }
        })
    }

    /// Makes a decline final: another card could be tried with the same payment, by a page that has
    /// been told its secret.
    async fn decline(
        &self,
        open: &Open<'_>,
        reason: FailureReason,
        said: &str,
    ) -> Result<Progress, Unreachable> {
        let reason = self.note_decline(open.task.id, reason, said).await?;
        let begun = StripeBegun { declined: Some(reason), ..open.begun.clone() };
        self.cancel(&Open { begun: &begun, ..*open }, None).await
    }

    /// Ends a payment for good, or finds how it ended before.
    async fn cancel(&self, open: &Open<'_>, why: Option<&str>) -> Result<Progress, Unreachable> {
        let path = format!("/v1/payment_intents/{}/cancel", open.begun.id);
        let form = StripeForm::default().with_some("cancellation_reason", why);
        let key = format!("{}-{}", open.task.id, why.unwrap_or("cancel"));
        let said: StripePayment = match open.api.post(&path, &form, &key).await {
            Ok(said) => said,
            Err(StripeFault::Refused(Refusal::State | Refusal::KeyReused, _)) => {
                let path = format!("/v1/payment_intents/{}", open.begun.id);
                match open.api.get(&path).await {
                    Ok(said) => said,
                    Err(_) => return Ok(Progress::Unknown),
                }
            }
            Err(_) => return Ok(Progress::Unknown),
        };
        Ok(match said.status {
            StripeStatus::Canceled => ended(open.begun, &said),
            StripeStatus::Succeeded => Progress::Succeeded(receipt(open.begun, &said)),
            StripeStatus::RequiresPaymentMethod
            | StripeStatus::RequiresConfirmation
            | StripeStatus::RequiresAction
            | StripeStatus::RequiresCapture
            | StripeStatus::Processing => Progress::Unknown,
        })
    }

    /// After a challenge. That it was passed is the browser's word: Stripe knows.
    pub(super) async fn end_challenge(
        &self,
        task: &Task,
        passed: bool,
    ) -> Result<Progress, Unreachable> {
        let (account, begun) = match self.known(task).await? {
            Known::Open(account, begun) => (account, begun),
            Known::Over(progress) => return Ok(progress),
            Known::Nothing => return Err(Unreachable("no such charge".to_owned())),
        };
        let open = self.open(&account, task, &begun);
        let said = self.read(&open).await?;
        if said == Progress::ChallengeNeeded && !passed {
            return self.cancel(&open, Some(ABANDONED)).await;
        }
        Ok(said)
    }

    /// What became of a charge; one that never came can never come afterwards.
    pub(super) async fn ask_about_charge(&self, task: &Task) -> Result<Progress, Unreachable> {
        let (account, begun) = match self.known(task).await? {
            Known::Open(account, begun) => (account, begun),
            Known::Over(progress) => return Ok(progress),
            Known::Nothing => match self.keep(task.id, StripeRecord::Closed, task.now).await? {
                StripeRecord::Closed => return Ok(Progress::Absent),
                StripeRecord::Refused(reason) => return Ok(Progress::Declined(reason)),
                StripeRecord::StripeBegun(begun) => (self.account(task.scope).await?, begun),
            },
        };
        let open = self.open(&account, task, &begun);
        let path = format!("/v1/payment_intents/{}", begun.id);
        let payment: StripePayment = match open.api.get(&path).await {
            Ok(payment) => payment,
            Err(fault) => return Err(out_of_reach(task.scope, &fault)),
        };
        let unconfirmed = matches!(
            payment.status,
            StripeStatus::RequiresPaymentMethod | StripeStatus::RequiresConfirmation
        ) && payment.last_payment_error.is_none();
        if unconfirmed { self.cancel(&open, None).await } else { self.tell(&open, &payment).await }
    }

    fn open<'a>(
        &'a self,
        account: &'a StripeAccount,
        task: &'a Task,
        begun: &'a StripeBegun,
    ) -> Open<'a> {
        Open { api: self.api(account, begun.connected.as_deref()), task, begun }
    }

    pub(super) async fn known(&self, task: &Task) -> Result<Known, Unreachable> {
        Ok(match self.record(task.id).await? {
            None => Known::Nothing,
            Some(StripeRecord::Closed) => Known::Over(Progress::Absent),
            Some(StripeRecord::Refused(reason)) => Known::Over(Progress::Declined(reason)),
            Some(StripeRecord::StripeBegun(begun)) => {
                Known::Open(self.account(task.scope).await?, begun)
            }
        })
    }
}

/// What is known of a charge without asking Stripe.
pub(super) enum Known {
    /// Nobody has begun it.
    Nothing,
    /// Our own record says how it ended, so nobody asks Stripe.
    Over(Progress),
    /// Stripe has an object of it, in this account.
    Open(StripeAccount, StripeBegun),
}

/// A card's token, which has to be of the account that charges.
fn read_card<'a>(card: &'a ChargedCard, connected: Option<&str>) -> Result<Card<'a>, Unreachable> {
    let (card, of) = match card {
        ChargedCard::Typed { token, save } => {
            let placed = Placed::parse("pm_", token.reveal());
            let typed = |placed: Placed<'a>| Card::Typed { method: placed.id, save: *save };
            (placed.map(typed), placed.and_then(|placed| placed.connected))
        }
        ChargedCard::Saved { token, .. } => {
            let saved = SavedCard::parse(token.reveal());
            (saved.map(Card::Saved), saved.and_then(|saved| saved.connected))
        }
    };
    card.filter(|_| of == connected)
        .ok_or_else(|| Unreachable("not a token of this account at Stripe".to_owned()))
}

/// What is told of money that was taken, from Stripe's object alone, so that everybody tells the same.
fn receipt(begun: &StripeBegun, payment: &StripePayment) -> Receipt {
    let connected = begun.connected.as_deref();
    let kept = payment.setup_future_usage.is_some();
    let saved = payment.customer.as_deref().zip(payment.payment_method.as_deref());
    let saved = saved.filter(|_| kept).map(|(customer, method)| {
        ProcessorToken::new(SavedCard { customer, method, connected }.to_string())
    });
    let reference = Placed { id: &payment.id, connected }.to_string();
    Receipt { reference: Some(reference), vault_token: saved, settles: None }
}

/// How a payment ended that was canceled.
fn ended(begun: &StripeBegun, payment: &StripePayment) -> Progress {
    if let Some(reason) = begun.declined {
        return Progress::Declined(reason);
    }
    if payment.cancellation_reason.as_deref() == Some(ABANDONED) {
        return Progress::Declined(FailureReason::AuthenticationFailed);
    }
    match &payment.last_payment_error {
        Some(error) => Progress::Declined(declines::reason(error)),
        None => Progress::Absent,
    }
}

/// What Stripe takes after the prefix on a statement: no `<>\'"*`, and at least one letter.
fn descriptor(text: &str) -> Option<String> {
    let allowed = |c: &char| (' '..='~').contains(c) && !"<>\\'\"*".contains(*c);
    let text: String = text.chars().filter(allowed).take(MAX_DESCRIPTOR).collect();
    let text = text.trim();
    text.chars().any(|c| c.is_ascii_alphabetic()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_get_what_stripe_prints() {
        let of = descriptor;
        assert_eq!(of("ACME <shop>*1").as_deref(), Some("ACME shop1"));
        assert_eq!(of("A very long name of a shop").as_deref(), Some("A very long name of a"));
        assert_eq!((of("12345"), of("мир"), of("")), (None, None, None));
    }
}
