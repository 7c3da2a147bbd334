//! Writes down what a processor said. A duplicate that was faster with the same news is fine: what
//! it wrote is the answer.

use super::{
    PaymentFault,
    steps::{MAX_TRIES, step},
};
use crate::{
    digest::sha256,
    model::{
        Surface, Time,
        card::CardSummary,
        customer::Customer,
        id::{AttemptId, CustomerId, Id, PaymentMethodId},
        payment_intent::{self, PayingCustomer, PaymentIntent, PaymentRef, wallet::Leg},
        payment_method::VaultPlace,
        progress::{Progress, Receipt},
    },
    operations::{Now, vault},
    processor::{Task, TaskWork},
    store::{Consistency, Error, Table, Update, customer, intent::Settlement, payment_link},
};

/// Writes down what a processor said about a task of this payment, as it was read.
///
/// # Errors
/// The table cannot be reached, or too many want the same records at once.
pub(super) async fn record(
    store: &Table,
    payment: PaymentIntent,
    task: &Task,
    progress: Progress,
    clock: Now<'_>,
) -> Result<PaymentIntent, PaymentFault> {
    let progress = progress.closed();
    match &task.work {
        TaskWork::Charge { .. } => record_charge(store, payment, task, &progress, clock).await,
        TaskWork::Order { leg, .. } => record_order(store, &payment, *leg, &progress, clock).await,
        // No step of the payment: refunds have records of their own.
        TaskWork::Refund { .. } => Ok(payment),
    }
}

/// Moves the time at which the reconciler asks about a charge again. Somebody else who wrote
/// something is fine.
pub(super) async fn put_off(
    store: &Table,
    payment: &PaymentIntent,
    task: &Task,
    wait_s: i64,
    now: Time,
) -> Result<(), String> {
    let Ok(later) = payment.ask_again_in(task.id, wait_s, now) else { return Ok(()) };
    match store.replace_intent(&later, None).await {
        Ok(()) | Err(Error::Refused { .. }) => Ok(()),
        Err(other) => Err(other.to_string()),
    }
}

async fn record_order(
    store: &Table,
    payment: &PaymentIntent,
    leg: Leg,
    news: &Progress,
    clock: Now<'_>,
) -> Result<PaymentIntent, PaymentFault> {
    let told = step(
        store,
        PaymentRef { scope: payment.scope, id: payment.id },
        |payment, available, now| payment.progress(leg, news, available, now),
        |_| Vec::new(),
        clock,
    );
    match told.await {
        Err(PaymentFault::Objection(_)) => {
            let fresh = store.intent(payment.scope, payment.id, Consistency::Strong).await?;
            fresh.ok_or(PaymentFault::Missing)
        }
        other => other,
    }
}

async fn record_charge(
    store: &Table,
    mut payment: PaymentIntent,
    task: &Task,
    news: &Progress,
    clock: Now<'_>,
) -> Result<PaymentIntent, PaymentFault> {
    for _ in 0..MAX_TRIES {
        let now = clock();
        let payer = payer(store, &payment, task.id, news, now).await?;
        let Some((next, with)) = settle(store, &payment, task, payer, news, now).await? else {
            return Ok(payment);
        };
        match store.settle_intent(&next, with).await {
            Ok(()) => return Ok(next),
            Err(Error::Refused { .. }) => {
                let fresh = store.intent(payment.scope, payment.id, Consistency::Strong).await?;
                payment = fresh.ok_or(PaymentFault::Missing)?;
            }
            Err(other) => return Err(other.into()),
        }
    }
    Err(Error::Contended.into())
}

/// The customer whom a charge belongs to, if there is one.
enum Payer {
    /// Nobody the tenant knows.
    Nobody,
    /// A customer of the tenant, and the tenant's own id of it.
    Known(CustomerId, Option<String>),
    /// A customer whom this payment makes.
    New(Box<Customer>),
}

/// Whose payment an approved charge is. Where the link was made for nobody, a customer whom a link
/// made before is found by address and card together: anybody can type an address.
async fn payer(
    store: &Table,
    intent: &PaymentIntent,
    attempt: AttemptId,
    news: &Progress,
    now: Time,
) -> Result<Payer, Error> {
    if let Some(known) = intent.customer {
        return Ok(Payer::Known(known, intent.customer_own_id.clone()));
    }
    let open = intent.open_attempt(attempt);
    let buyer = open.and_then(|open| Some((open.buyer.as_ref()?, &open.card)));
    let (Some((buyer, card)), Progress::Succeeded(_)) = (buyer, news) else {
        return Ok(Payer::Nobody);
    };
    if let Some(known) = store.buyer(intent.scope, &buyer.email, &card.fingerprint).await? {
        let customer = store.customer(intent.scope, known, Consistency::Eventual).await?;
        let own = customer.and_then(|customer| customer.profile.own_id);
        return Ok(Payer::Known(known, own));
    }
    let id = Id::derive(now, sha256(&format!("{attempt}#customer")));
    let name = buyer.name.clone().unwrap_or_default();
    let new = Customer::new(id, intent.scope, name, buyer.email.clone());
    Ok(Payer::New(Box::new(Customer { surface: intent.surface, ..new }.announced())))
}

/// The payment after news of its charge, and what is written with it; `None` when there is nothing to
/// write: the outcome is not known, or somebody has written it.
async fn settle(
    store: &Table,
    payment: &PaymentIntent,
    task: &Task,
    payer: Payer,
    news: &Progress,
    now: Time,
) -> Result<Option<(PaymentIntent, Settlement)>, Error> {
    let alone = |next: PaymentIntent| (next, Settlement::default());
    Ok(match news {
        Progress::Unknown | Progress::Absent | Progress::Returned(_) => None,
        Progress::Accepted { ask_at } => {
            let wait_s = ask_at.ms_since(now).div_euclid(1000).max(1);
            payment.ask_again_in(task.id, wait_s, now).ok().map(alone)
        }
        Progress::ChallengeNeeded => payment.ask_challenge(task.id, now).ok().map(alone),
        Progress::Declined(reason) => {
            let outcome = payment_intent::ChargeOutcome::Declined(*reason);
            let counted = declined(payment, now);
            let next = payment.settle(task.id, &outcome, now).ok();
            next.map(|next| (next, Settlement { counted, ..Settlement::default() }))
        }
        Progress::Succeeded(receipt) => approve(store, payment, task, payer, receipt, now).await?,
        Progress::Settled => approve(store, payment, task, payer, &Receipt::default(), now).await?,
    })
}

/// What is counted when a card is declined: a shared link has its use back, and a saved card may be
/// declined so often a day.
fn declined(payment: &PaymentIntent, now: Time) -> Option<Update> {
    let saved = payment.charge_terms().map(|terms| vault::declines(terms.method).note(now));
    saved.or_else(|| payment.payment_link().map(payment_link::give_back_use))
}

/// The payment after its card was charged, with the customer and the saved card it makes. A card
/// that the processor does not vault cannot be saved; the payment succeeds all the same.
async fn approve(
    store: &Table,
    payment: &PaymentIntent,
    task: &Task,
    payer: Payer,
    receipt: &Receipt,
    now: Time,
) -> Result<Option<(PaymentIntent, Settlement)>, Error> {
    let Some(open) = payment.open_attempt(task.id) else { return Ok(None) };
    let reference = receipt.reference.clone().unwrap_or_else(|| task.id.to_string());
    let (owner, mut new) = match payer {
        Payer::Nobody => (None, None),
        Payer::Known(id, own_id) => (Some(PayingCustomer { id, own_id }), None),
        Payer::New(new) => (Some(PayingCustomer { id: new.id, own_id: None }), Some(new)),
    };
    let vaulted = owner.as_ref().zip(receipt.vault_token.clone()).filter(|_| open.save_card);
    let mut settlement = Settlement::default();
    let mut payment_method = None;
    if let Some((owner, token)) = vaulted {
        let card = vault::VaultedCard {
            payment,
            owner: owner.clone(),
            card: &open.card,
            vault: VaultPlace { processor: task.processor.clone(), token },
            charge: &reference,
        };
        match payment.surface {
            Surface::Payments => {
                let kept = vault::keep(store, &card, new.as_deref_mut(), now).await?;
                payment_method = Some(kept.method);
                settlement.customer = kept.writes;
            }
            Surface::Platform | Surface::Links => {
                let method = card.method(method_id(owner.id, &open.card), now);
                payment_method = Some(method.id);
                let (scope, saver) = (payment.scope, owner.id);
                let default = vault::default_where_none(
                    store,
                    scope,
                    saver,
                    new.as_deref_mut(),
                    method.id,
                    now,
                );
                settlement.customer = default.await?.into_iter().collect();
                settlement.save = Some(method);
            }
        }
    }
    if let Some(new) = new {
        let made = customer::insert_buyer(&new, &open.card.fingerprint);
        settlement.customer.extend(made);
    }
    settlement.counted = payment.payment_link().map(payment_link::confirm_use);
    let outcome = payment_intent::ChargeOutcome::Approved { charge: reference, payment_method };
    let next = payment.settle_for(owner, task.id, &outcome, now).ok();
    Ok(next.map(|next| (next, settlement)))
}

/// Derived from customer and card, so that saving the same card twice keeps one record; a card that
/// was reissued with another expiry date is another one.
fn method_id(owner: CustomerId, card: &CardSummary) -> PaymentMethodId {
    let (month, year) = (card.exp_month, card.exp_year);
    let text = format!("{owner}#{}#{year}#{month}", card.fingerprint);
    Id::derive(owner.minted_at(), sha256(&text))
}
