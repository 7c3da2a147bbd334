//! From a taken link to an outcome: what `submit-payment`, `complete-challenge` and
//! `reconcile-payments` have in common.
//!
//! Each step may run twice, half, late, or at the same time as a duplicate of it: the
//! processor keys charges by attempt, and every write is conditional on the version that was read.

use super::{Now, Problem, Resource, Result, StateRefusal, merchant_links};
use crate::{
    digest::sha256,
    model::{
        Scope, Time,
        card::{CardSummary, FailureReason},
        customer::Customer,
        id::{AttemptId, CustomerId, Id, PaymentIntentId, PaymentMethodId},
        payment_intent::{self, Attempt, Buyer, PaymentIntent, Refusal, Status, StatusName, Work},
        payment_method::PaymentMethod,
    },
    processor::{Asked, Charge, Found as ChargeFound, Outcome as ChargeOutcome, Processor},
    store::{
        Consistency, Error, Table, customer,
        intent::{Reserved, Settlement},
        payment_link,
    },
};
use std::time::Duration;

/// How long we wait for a processor before the outcome counts as unknown.
const PROCESSOR_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the reconciler waits before it asks the same question again, in seconds.
const ASK_AGAIN_S: i64 = 60;

/// Tries to write an outcome against others that write too.
const MAX_TRIES: u32 = 4;

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
    Attempt { id, card, save_card, buyer: None }
}

/// A link that a buyer has in hand.
pub type LinkKey = (Scope, PaymentIntentId);

/// A buyer's one submit of a link.
pub struct Submit<'a> {
    /// The text in the link's address, which the card's token is bound to.
    pub link_token: &'a str,
    /// What stands for the card.
    pub card_token: String,
    /// Whether the buyer wants the card saved.
    pub save_card: bool,
    /// Who pays, where the page asked.
    pub buyer: Option<Buyer>,
}

/// A link's payment as the page shows it: a moment old at most, which costs half. That an expired
/// link was not charged is said from the newest record only: a copy that is a moment old may not
/// know of the charge that came just in time.
///
/// # Errors
/// [`Problem::NotFound`] where there is no such link.
pub async fn look(store: &Table, link: LinkKey, now: Time) -> Result<PaymentIntent> {
    let found = store.intent(link.0, link.1, Consistency::Eventual).await?;
    let intent = found.ok_or(Problem::NotFound(Resource::Link))?;
    if intent.status_at(now) == StatusName::Expired { find(store, link).await } else { Ok(intent) }
}

/// A link's payment as it is now.
///
/// # Errors
/// [`Problem::NotFound`] where there is no such link.
pub async fn find(store: &Table, link: LinkKey) -> Result<PaymentIntent> {
    let found = store.intent(link.0, link.1, Consistency::Strong).await?;
    found.ok_or(Problem::NotFound(Resource::Link))
}

/// Takes a link, charges the card, and records the outcome. The same submit again returns where
/// the payment stands.
///
/// # Errors
/// In this order: the card is not accepted here, no such link, the link is canceled, used or
/// expired, nobody pays, too many declines; what the shared link has against another use.
pub async fn submit(
    store: &Table,
    processor: &dyn Processor,
    link: LinkKey,
    submit: Submit<'_>,
    clock: Now<'_>,
) -> Result<PaymentIntent> {
    let not_accepted = || Problem::State(StateRefusal::CardNotAccepted);
    let card = processor.recognise(&submit.card_token, submit.link_token, clock());
    let card = card.ok_or_else(not_accepted)?;
    let attempt = attempt(link.1, &submit.card_token, card, submit.save_card);
    let (this, now) = (attempt.id, clock());
    let attempt = Attempt { buyer: submit.buyer, ..attempt };
    match store.reserve(link.0, link.1, attempt, processor.name(), now).await? {
        Reserved::Yes(intent) => charge(store, processor, *intent, submit.card_token, clock).await,
        Reserved::No(_, intent) if intent.was_attempted_with(this) => Ok(*intent),
        Reserved::No(Refusal::Slow { until }, _) => {
            let wait_s = until.ms_since(now).saturating_add(999).div_euclid(1000);
            Err(Problem::RateLimited { retry_after_s: wait_s.max(1) })
        }
        Reserved::No(refusal, _) => Err(refusal.into()),
        Reserved::LinkOver(refusal) => Err(Problem::State(merchant_links::refusal(refusal))),
        Reserved::OtherProcessor => Err(not_accepted()),
        Reserved::Missing => Err(Problem::NotFound(Resource::Link)),
    }
}

/// Goes on with a payment whose buyer has answered the bank's challenge.
///
/// # Errors
/// No such link; no challenge waits for an answer.
pub async fn answer_challenge(
    store: &Table,
    processor: &dyn Processor,
    link: LinkKey,
    passed: bool,
    clock: Now<'_>,
) -> Result<PaymentIntent> {
    let intent = find(store, link).await?;
    if !intent.awaits_challenge(clock()) {
        return Err(Problem::State(StateRefusal::ChallengeOver));
    }
    finish_challenge(store, processor, intent, passed, clock).await
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
    clock: Now<'_>,
) -> Result<PaymentIntent> {
    let Some(attempt) = reserved.status.open().map(|attempt| attempt.id) else {
        return Ok(reserved);
    };
    let charge = Charge {
        attempt,
        intent: reserved.id,
        scope: reserved.scope,
        account: reserved.link_terms().map(|terms| terms.account.id),
        amount: reserved.amount(),
        card_token,
        now: clock(),
    };
    let asked = tokio::time::timeout(PROCESSOR_TIMEOUT, processor.charge(&charge)).await;
    match asked {
        Ok(Ok(outcome)) => or_open(
            record(store, processor.name(), reserved.clone(), outcome, clock).await,
            reserved,
        ),
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
    clock: Now<'_>,
) -> Result<PaymentIntent> {
    let open = intent.status.open().filter(|_| serves(&intent, processor));
    let Some(attempt) = open.map(|attempt| attempt.id) else { return Ok(intent) };
    let asked = processor.finish_challenge(attempt, passed, clock());
    match tokio::time::timeout(PROCESSOR_TIMEOUT, asked).await {
        Ok(Ok(outcome)) => {
            or_open(record(store, processor.name(), intent.clone(), outcome, clock).await, intent)
        }
        Ok(Err(_)) | Err(_) => Ok(intent),
    }
}

/// An outcome that cannot be written down against so many others leaves the attempt open, for the
/// reconciler: the buyer is not told to try again.
fn or_open(recorded: Result<PaymentIntent>, open: PaymentIntent) -> Result<PaymentIntent> {
    match recorded {
        Err(Problem::Contended) => Ok(open),
        other => other,
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
    clock: Now<'_>,
) -> std::result::Result<(), String> {
    if !serves(&intent, processor) {
        return Err(format!("{} does not serve this payment", processor.name()));
    }
    let outcome = match &intent.status {
        Status::RequiresAction { attempt, until } if *until <= now => {
            let closed = abandon(processor, attempt.id, now).await?;
            if closed == ChargeOutcome::Unknown {
                // Asked again by the same timer; forgetting it would leave the money in doubt.
                return Err("the processor does not know yet".to_owned());
            }
            closed
        }
        Status::Processing { work: Work::Card(attempt), until } if *until <= now => {
            match in_time(processor.look_up(attempt.id, now)).await? {
                ChargeFound::Decided(outcome) => outcome,
                ChargeFound::Absent => ChargeOutcome::Declined(FailureReason::ProcessorUnavailable),
                ChargeFound::Pending => return ask_again(store, &intent, attempt.id, now).await,
            }
        }
        Status::Processing { .. }
        | Status::RequiresAction { .. }
        | Status::Pending
        | Status::PendingReview
        | Status::Held
        | Status::Succeeded(_)
        | Status::Settled
        | Status::Failed { .. }
        | Status::Expired
        | Status::Canceled => return Ok(()),
    };
    let recorded = record(store, processor.name(), intent, outcome, clock).await;
    recorded.map(|_| ()).map_err(|problem| problem.to_string())
}

/// Whether a payment through a link is this processor's.
fn serves(intent: &PaymentIntent, processor: &dyn Processor) -> bool {
    intent.link_terms().is_some_and(|terms| terms.account.processor == processor.name())
}

/// Waits for a processor, but not for ever: one that hangs must not hold up the others.
async fn in_time<T>(asked: Asked<'_, T>) -> std::result::Result<T, String> {
    match tokio::time::timeout(PROCESSOR_TIMEOUT, asked).await {
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
) -> std::result::Result<ChargeOutcome, String> {
    let closed = in_time(processor.finish_challenge(attempt, false, now)).await?;
    if closed == ChargeOutcome::Declined(FailureReason::AuthenticationFailed) {
        return Ok(ChargeOutcome::Declined(FailureReason::AuthenticationAbandoned));
    }
    Ok(closed)
}

/// Writes an outcome down. A duplicate that was faster with the same outcome is fine: what it wrote is
/// the answer.
async fn record(
    store: &Table,
    processor: &str,
    mut intent: PaymentIntent,
    outcome: ChargeOutcome,
    clock: Now<'_>,
) -> Result<PaymentIntent> {
    let Some(attempt) = intent.status.open().map(|attempt| attempt.id) else {
        return Ok(intent);
    };
    for _ in 0..MAX_TRIES {
        let now = clock();
        let payer = payer(store, &intent, attempt, &outcome, now).await?;
        let Some((next, with)) = step(&intent, attempt, payer, processor, &outcome, now) else {
            return Ok(intent);
        };
        match store.settle_intent(&next, with).await {
            Ok(()) => return Ok(next),
            Err(Error::Refused { .. }) => {
                let fresh = store.intent(intent.scope, intent.id, Consistency::Strong).await?;
                intent = fresh.ok_or(Error::Contended)?;
            }
            Err(other) => return Err(other.into()),
        }
    }
    Err(Error::Contended.into())
}

/// Who has paid.
enum Payer {
    /// Nobody the tenant knows.
    Nobody,
    /// A customer of the tenant.
    Known(CustomerId),
    /// A customer whom this payment makes.
    New(Box<Customer>),
}

/// Whose payment an approved charge is. Where the link was made for nobody, a customer whom a link
/// made before is found by address and card together: anybody can type an address.
async fn payer(
    store: &Table,
    intent: &PaymentIntent,
    attempt: AttemptId,
    outcome: &ChargeOutcome,
    now: Time,
) -> Result<Payer> {
    if let Some(known) = intent.customer {
        return Ok(Payer::Known(known));
    }
    let open = intent.open_attempt(attempt);
    let buyer = open.and_then(|open| Some((open.buyer.as_ref()?, &open.card)));
    let (Some((buyer, card)), ChargeOutcome::Approved { .. }) = (buyer, outcome) else {
        return Ok(Payer::Nobody);
    };
    if let Some(known) = store.buyer(intent.scope, &buyer.email, &card.fingerprint).await? {
        return Ok(Payer::Known(known));
    }
    let id = Id::derive(now, sha256(&format!("{attempt}#customer")));
    let name = buyer.name.clone().unwrap_or_else(|| buyer.email.clone());
    Ok(Payer::New(Box::new(Customer::new(id, intent.scope, name, buyer.email.clone()))))
}

/// The intent after an outcome, and what is written with it; `None` when there is nothing to
/// write: the outcome is not known, or somebody has written it.
fn step(
    intent: &PaymentIntent,
    attempt: AttemptId,
    payer: Payer,
    processor: &str,
    outcome: &ChargeOutcome,
    now: Time,
) -> Option<(PaymentIntent, Settlement)> {
    match outcome {
        ChargeOutcome::Unknown => None,
        ChargeOutcome::ChallengeNeeded => {
            Some((intent.ask_challenge(attempt, now).ok()?, Settlement::default()))
        }
        ChargeOutcome::Declined(reason) => {
            let outcome = payment_intent::Outcome::Declined(*reason);
            let held_use = intent.payment_link().map(payment_link::give_back_use);
            let next = intent.settle(attempt, &outcome, now).ok()?;
            Some((next, Settlement { held_use, ..Settlement::default() }))
        }
        ChargeOutcome::Approved { charge, vault_token } => {
            let open = intent.open_attempt(attempt)?;
            let (owner, customer) = match payer {
                Payer::Nobody => (None, Vec::new()),
                Payer::Known(id) => (Some(id), Vec::new()),
                Payer::New(new) => {
                    let writes = customer::insert_buyer(&new, &open.card.fingerprint);
                    (Some(new.id), writes.to_vec())
                }
            };
            let save = owner.filter(|_| open.save_card).map(|owner| {
                let id = method_id(owner, &open.card);
                let vault = (processor.to_owned(), vault_token.clone());
                PaymentMethod::saved(id, (intent.scope, owner), open.card.clone(), vault, now)
            });
            let payment_method = save.as_ref().map(|method| method.id);
            let outcome =
                payment_intent::Outcome::Approved { charge: charge.clone(), payment_method };
            let next = intent.settle_for(owner, attempt, &outcome, now).ok()?;
            let held_use = intent.payment_link().map(payment_link::confirm_use);
            Some((next, Settlement { held_use, customer, save }))
        }
    }
}

/// Moves the due time, so that the stream sets a new timer. Somebody else who wrote something is fine.
async fn ask_again(
    store: &Table,
    intent: &PaymentIntent,
    attempt: AttemptId,
    now: Time,
) -> std::result::Result<(), String> {
    let Ok(later) = intent.ask_again_in(attempt, ASK_AGAIN_S, now) else { return Ok(()) };
    match store.replace_intent(&later, None).await {
        Ok(()) | Err(Error::Refused { .. }) => Ok(()),
        Err(other) => Err(other.to_string()),
    }
}

/// Derived from customer and card, so that saving the same card twice keeps one record; a card that
/// was reissued with another expiry date is another one.
fn method_id(owner: CustomerId, card: &CardSummary) -> PaymentMethodId {
    let (month, year) = (card.exp_month, card.exp_year);
    let text = format!("{owner}#{}#{year}#{month}", card.fingerprint);
    Id::derive(owner.minted_at(), sha256(&text))
}
