//! From a taken link to an outcome: what `submit-payment`, `complete-challenge` and
//! `reconcile-payments` have in common.
//!
//! Each step may run twice, half, late, or at the same time as its twin: the processor keys
//! charges by attempt, and every write is conditional on the version that was read.

use super::clock;
use crate::{
    digest::sha256,
    model::{
        Time,
        card::{CardSummary, FailureReason},
        id::{AttemptId, Id, PaymentIntentId, PaymentMethodId},
        payment_intent::{self, Attempt, PaymentIntent, Status},
        payment_method::PaymentMethod,
    },
    processor::{Asked, Charge, Found, Outcome, Processor},
    store::{self, Consistency, Error, Table},
};
use std::time::Duration;

/// How long we wait for a processor before the outcome counts as unknown.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the reconciler waits before it asks the same question again, in seconds.
const ASK_AGAIN_S: i64 = 60;

/// Tries to write an outcome against twins that write too.
const MOST_TRIES: u32 = 4;

/// The attempt that a card token makes at an intent. Its id is derived, so that a submit which
/// arrives twice is one attempt.
#[must_use]
pub fn attempt(
    intent: PaymentIntentId,
    card_token: &str,
    card: CardSummary,
    save_card: bool,
) -> Attempt {
    let id = Id::derive(intent.minted_at(), sha256(&format!("{intent}#{card_token}")));
    Attempt { id, card, save_card }
}

/// Charges a reserved intent and records what became of it. Silence leaves it `processing`, for
/// the reconciler.
///
/// # Errors
/// The table cannot be reached.
pub async fn charge(
    store: &Table,
    processor: &dyn Processor,
    reserved: PaymentIntent,
    card_token: String,
) -> store::Result<PaymentIntent> {
    let Some(attempt) = reserved.status.open().map(|attempt| attempt.id) else {
        return Ok(reserved);
    };
    let charge = Charge {
        attempt,
        intent: reserved.id,
        scope: reserved.scope,
        account: reserved.link_terms().map(|terms| terms.account.id),
        amount: reserved.amount,
        card_token,
        now: clock::now(),
    };
    let asked = tokio::time::timeout(PATIENCE, processor.charge(&charge)).await;
    match asked {
        Ok(Ok(outcome)) => record(store, processor.name(), reserved, outcome).await,
        // Not reached, or no answer: the reconciler asks what became of it.
        Ok(Err(_)) | Err(_) => Ok(reserved),
    }
}

/// Goes on after the buyer passed, or did not pass, a challenge.
///
/// # Errors
/// The table cannot be reached.
pub async fn finish_challenge(
    store: &Table,
    processor: &dyn Processor,
    intent: PaymentIntent,
    passed: bool,
) -> store::Result<PaymentIntent> {
    let open = intent.status.open().filter(|_| serves(&intent, processor));
    let Some(attempt) = open.map(|attempt| attempt.id) else { return Ok(intent) };
    let asked = processor.finish_challenge(attempt, passed, clock::now());
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(outcome)) => record(store, processor.name(), intent, outcome).await,
        Ok(Err(_)) | Err(_) => Ok(intent),
    }
}

/// Resolves an intent whose outcome is open past its time. One that is not due, or has an outcome,
/// needs nothing.
///
/// # Errors
/// The table or the processor cannot be reached; the question can be asked again.
pub async fn reconcile(
    store: &Table,
    processor: &dyn Processor,
    intent: PaymentIntent,
    now: Time,
) -> Result<(), String> {
    if !serves(&intent, processor) {
        return Err(format!("{} does not serve this payment", processor.name()));
    }
    let outcome = match &intent.status {
        Status::RequiresAction { attempt, until } if *until <= now => {
            let closed = abandon(processor, attempt.id, now).await?;
            if closed == Outcome::Unknown {
                // Asked again by the same timer; forgetting it would leave the money in doubt.
                return Err("the processor does not know yet".to_owned());
            }
            closed
        }
        Status::Processing { attempt, until } if *until <= now => {
            match patiently(processor.look_up(attempt.id, now)).await? {
                Found::Decided(outcome) => outcome,
                Found::Absent => Outcome::Declined(FailureReason::ProcessorUnavailable),
                Found::Pending => return ask_again(store, &intent, attempt.id, now).await,
            }
        }
        Status::Processing { .. }
        | Status::RequiresAction { .. }
        | Status::Pending
        | Status::PendingReview
        | Status::Moving { .. }
        | Status::Held
        | Status::Succeeded { .. }
        | Status::Done { .. }
        | Status::Settled
        | Status::Failed { .. }
        | Status::Refused { .. }
        | Status::Expired
        | Status::Canceled => return Ok(()),
    };
    let recorded = record(store, processor.name(), intent, outcome).await;
    recorded.map(|_| ()).map_err(|error| error.to_string())
}

/// Whether a payment through a link is this processor's.
fn serves(intent: &PaymentIntent, processor: &dyn Processor) -> bool {
    intent.link_terms().is_some_and(|terms| terms.account.processor == processor.name())
}

/// Waits for a processor, but not for ever: one that hangs must not hold up the others.
async fn patiently<T>(asked: Asked<'_, T>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(answer) => answer.map_err(|error| error.0),
        Err(_) => Err("the processor did not answer in time".to_owned()),
    }
}

/// Closes a challenge that nobody finished: at the processor first, so that it cannot be passed
/// afterwards. If it was passed at the last moment, that counts.
async fn abandon(
    processor: &dyn Processor,
    attempt: AttemptId,
    now: Time,
) -> Result<Outcome, String> {
    let closed = patiently(processor.finish_challenge(attempt, false, now)).await?;
    if closed == Outcome::Declined(FailureReason::AuthenticationFailed) {
        return Ok(Outcome::Declined(FailureReason::AuthenticationAbandoned));
    }
    Ok(closed)
}

/// Writes an outcome down. A twin that was faster with the same outcome is fine: what it wrote is
/// the answer.
async fn record(
    store: &Table,
    processor: &str,
    mut intent: PaymentIntent,
    outcome: Outcome,
) -> store::Result<PaymentIntent> {
    let Some(attempt) = intent.status.open().map(|attempt| attempt.id) else {
        return Ok(intent);
    };
    for _ in 0..MOST_TRIES {
        let now = clock::now();
        let Some((next, save)) = step(&intent, attempt, processor, &outcome, now) else {
            return Ok(intent);
        };
        match store.replace_intent(&next, save.as_ref()).await {
            Ok(()) => return Ok(next),
            Err(Error::Refused { .. }) => {
                let fresh = store.intent(intent.scope, intent.id, Consistency::Strong).await?;
                intent = fresh.ok_or(Error::Contended)?;
            }
            Err(other) => return Err(other),
        }
    }
    Err(Error::Contended)
}

/// The intent after an outcome, and the card to save with it; `None` when there is nothing to
/// write: the outcome is not known, or somebody has written it.
fn step(
    intent: &PaymentIntent,
    attempt: AttemptId,
    processor: &str,
    outcome: &Outcome,
    now: Time,
) -> Option<(PaymentIntent, Option<PaymentMethod>)> {
    match outcome {
        Outcome::Unknown => None,
        Outcome::ChallengeNeeded => Some((intent.ask_challenge(attempt, now).ok()?, None)),
        Outcome::Declined(reason) => {
            let outcome = payment_intent::Outcome::Declined(*reason);
            Some((intent.settle(attempt, &outcome, now).ok()?, None))
        }
        Outcome::Approved { charge, vault_token } => {
            let open = intent.open_attempt(attempt)?;
            let save = open.save_card.then(|| {
                let id = method_id(intent, &open.card);
                let vault = (processor.to_owned(), vault_token.clone());
                let owner = (intent.scope, intent.customer);
                PaymentMethod::saved(id, owner, open.card.clone(), vault, now)
            });
            let payment_method = save.as_ref().map(|method| method.id);
            let outcome =
                payment_intent::Outcome::Approved { charge: charge.clone(), payment_method };
            Some((intent.settle(attempt, &outcome, now).ok()?, save))
        }
    }
}

/// Moves the due time, so that the stream sets a new timer. A twin that wrote something is fine.
async fn ask_again(
    store: &Table,
    intent: &PaymentIntent,
    attempt: AttemptId,
    now: Time,
) -> Result<(), String> {
    let Ok(later) = intent.ask_again_in(attempt, ASK_AGAIN_S, now) else { return Ok(()) };
    match store.replace_intent(&later, None).await {
        Ok(()) | Err(Error::Refused { .. }) => Ok(()),
        Err(other) => Err(other.to_string()),
    }
}

/// Derived from customer and card, so that saving the same card twice keeps one record; a card that
/// was reissued with another expiry date is another one.
fn method_id(intent: &PaymentIntent, card: &CardSummary) -> PaymentMethodId {
    let (month, year) = (card.exp_month, card.exp_year);
    let text = format!("{}#{}#{year}#{month}", intent.customer, card.fingerprint);
    Id::derive(intent.customer.minted_at(), sha256(&text))
}
