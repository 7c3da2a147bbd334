//! Steps of a payment between wallets and the outside, each in one commit: decided from what was
//! read, and written only if that still holds.

use super::{PaymentFault, task};
use crate::{
    digest::sha256,
    model::{
        Scope, Time,
        id::Id,
        ledger::{self, Account, AccountId},
        payment_intent::{
            PaymentIntent, PaymentRef, Status, Success,
            wallet::{Step, StepRefusal},
        },
    },
    operations::Now,
    store::{self, Consistency, Table, Write, step::Taken},
};
use std::{collections::BTreeMap, time::Duration};

/// Tries of a step whose accounts others change at the same time, the first one included.
pub(super) const MAX_TRIES: u32 = 4;

/// Accounts by their ids.
pub type Accounts = BTreeMap<AccountId, Account>;

/// Writes a new payment down with its first step. `known` are accounts that were read already.
///
/// # Errors
/// [`PaymentFault::Duplicate`] when it is there already; [`PaymentFault::Ledger`] when money is missing: then nothing
/// is written.
pub async fn open(
    store: &Table,
    new: &PaymentIntent,
    for_review: bool,
    known: Accounts,
    clock: Now<'_>,
) -> Result<PaymentIntent, PaymentFault> {
    let first = |now: Time| -> Result<Step, StepRefusal> {
        let step = if for_review {
            Step { intent: new.stop_for_review(now), movement: None }
        } else {
            new.start(now)?
        };
        let intent = PaymentIntent { version: 1, ..fixed(step.intent) };
        Ok(Step { intent, ..step })
    };
    let mut known = Some(known);
    let mut gave_back = false;
    for tried in 0..MAX_TRIES {
        pause(new.id, tried).await;
        let now = clock();
        let step = first(now)?;
        let accounts = read(store, new, &step, known.take()).await?;
        match store.take_step(None, &step, &accounts, &[], now).await? {
            Taken::Yes => return Ok(step.intent),
            Taken::MovedOn | Taken::Extra => return Err(PaymentFault::Duplicate),
            Taken::Stale => {}
            Taken::Refused(refusal) => {
                // The money may be missing because the same request came before and took it.
                let duplicate = store.intent(new.scope, new.id, Consistency::Strong).await?;
                if duplicate.is_some() {
                    return Err(PaymentFault::Duplicate);
                }
                if gave_back || !give_back(store, new.scope, refusal, clock).await? {
                    return Err(PaymentFault::Ledger(refusal));
                }
                gave_back = true;
            }
        }
    }
    Err(PaymentFault::Store(store::Error::Contended))
}

/// Takes one step with a payment that is there. `decide` sees the payment, what its wallet can
/// spend, and the clock; `extra` writes go along with the step.
///
/// # Errors
/// See [`PaymentFault`]; nothing is written then.
pub async fn step<E: Into<PaymentFault>>(
    store: &Table,
    payment: PaymentRef,
    decide: impl Fn(&PaymentIntent, i64, Time) -> Result<Step, E>,
    extra: impl Fn(&PaymentIntent) -> Vec<Write>,
    clock: Now<'_>,
) -> Result<PaymentIntent, PaymentFault> {
    let PaymentRef { scope, id } = payment;
    let mut gave_back = false;
    for tried in 0..MAX_TRIES {
        pause(id, tried).await;
        let intent = store.intent(scope, id, Consistency::Strong).await?;
        let intent = intent.ok_or(PaymentFault::Missing)?;
        let accounts = read_all(store, &intent).await?;
        let now = clock();
        let wallet = intent.wallet_terms().map(|terms| AccountId::Wallet(terms.wallet));
        let wallet = wallet.and_then(|id| accounts.get(&id));
        let available = wallet.map_or(0, |account| account.balance.available());
        let step = decide(&intent, available, now).map_err(Into::into)?;
        // What escrow holds past its time is the customer's again, and comes before any debt.
        if let (Some(wallet), true, false) = (wallet, owes(&step), gave_back) {
            gave_back = true;
            let short = ledger::LedgerRefusal::InsufficientFunds(wallet.id);
            if give_back(store, scope, short, clock).await? {
                continue;
            }
        }
        let step = Step { intent: fixed(step.intent), ..step };
        match store.take_step(Some(&intent), &step, &accounts, &extra(&step.intent), now).await? {
            Taken::Yes => return Ok(step.intent),
            Taken::MovedOn | Taken::Stale => {}
            Taken::Extra => return Err(PaymentFault::Extra),
            Taken::Refused(refusal) => {
                if gave_back || !give_back(store, scope, refusal, clock).await? {
                    return Err(PaymentFault::Ledger(refusal));
                }
                gave_back = true;
            }
        }
    }
    Err(PaymentFault::Store(store::Error::Contended))
}

/// Fixes the answer to the request where nobody has said anything: it is at work.
pub(super) async fn answer(
    store: &Table,
    intent: PaymentIntent,
    clock: Now<'_>,
) -> Result<PaymentIntent, PaymentFault> {
    if intent.wallet_terms().is_none_or(|terms| terms.first.is_some()) {
        return Ok(intent);
    }
    let version = intent.version.saturating_add(1);
    let answered = PaymentIntent { version, ..intent.clone().answered() };
    let step = Step { intent: answered, movement: None };
    match store.take_step(Some(&intent), &step, &Accounts::new(), &[], clock()).await? {
        Taken::Yes => Ok(step.intent),
        Taken::MovedOn | Taken::Stale | Taken::Extra | Taken::Refused(_) => {
            let fresh = store.intent(intent.scope, intent.id, Consistency::Strong).await?;
            fresh.ok_or(PaymentFault::Missing)
        }
    }
}

/// Whether a step leaves its customer in debt.
fn owes(step: &Step) -> bool {
    let mut touched = step.movement.iter().flat_map(|movement| &movement.postings);
    touched.any(|posting| matches!(posting.account, AccountId::Receivable { .. }))
}

/// Writes down that holds are past their time: at most one page of them.
async fn give_back(
    store: &Table,
    scope: Scope,
    refusal: ledger::LedgerRefusal,
    clock: Now<'_>,
) -> Result<bool, PaymentFault> {
    let ledger::LedgerRefusal::InsufficientFunds(AccountId::Wallet(wallet)) = refusal else {
        return Ok(false);
    };
    let due = store.due_holds(scope, wallet, clock()).await?;
    for hold in &due {
        expire(store, PaymentRef { scope, id: hold.intent }, clock).await?;
    }
    Ok(!due.is_empty())
}

/// Writes down that a hold is past its time. One that somebody else has ended is fine.
///
/// # Errors
/// The table cannot be reached, or too many want the same accounts at once.
pub async fn expire(
    store: &Table,
    payment: PaymentRef,
    clock: Now<'_>,
) -> Result<(), PaymentFault> {
    // Not through `step`: giving back never lacks money, so it never has to give back first.
    for tried in 0..MAX_TRIES {
        pause(payment.id, tried).await;
        let intent = store.intent(payment.scope, payment.id, Consistency::Strong).await?;
        let Some(intent) = intent else { return Ok(()) };
        let now = clock();
        let Ok(step) = intent.let_go(now) else { return Ok(()) };
        let accounts = read(store, &intent, &step, None).await?;
        match store.take_step(Some(&intent), &step, &accounts, &[], now).await? {
            Taken::Yes => return Ok(()),
            Taken::MovedOn | Taken::Stale | Taken::Extra => {}
            Taken::Refused(refusal) => return Err(PaymentFault::Ledger(refusal)),
        }
    }
    Err(PaymentFault::Store(store::Error::Contended))
}

/// The answer to the request is fixed with the step that ends the work for it: not before a provider
/// was asked.
fn fixed(intent: PaymentIntent) -> PaymentIntent {
    if task::unsent_leg(&intent.status).is_some() { intent } else { intent.answered() }
}

/// The accounts a step touches, those that were read already first.
async fn read(
    store: &Table,
    intent: &PaymentIntent,
    step: &Step,
    known: Option<Accounts>,
) -> store::Result<Accounts> {
    let mut accounts = known.unwrap_or_default();
    let touched = step.movement.iter().flat_map(|movement| &movement.postings);
    let missing: Vec<AccountId> = touched
        .map(|posting| posting.account)
        .filter(|account| !accounts.contains_key(account))
        .collect();
    accounts.extend(store.accounts(intent.scope, &missing, intent.amount().currency()).await?);
    Ok(accounts)
}

/// Every account a payment may touch in its next step.
async fn read_all(store: &Table, intent: &PaymentIntent) -> store::Result<Accounts> {
    let currency = intent.amount().currency();
    let Some(terms) = intent.wallet_terms() else { return Ok(Accounts::new()) };
    let mut ids = terms.accounts(currency, intent.id);
    if matches!(intent.status, Status::Succeeded(Success::Moved { settles: Some(_) })) {
        let debtor = intent.customer;
        ids.extend(debtor.map(|customer| AccountId::Receivable { customer, currency }));
    }
    store.accounts(intent.scope, &ids, currency).await
}

/// Waits before a second try: up to 20, 40, 80 ms. How long follows from the id of what is tried, so
/// that those who want the same records part ways.
pub(in crate::operations) async fn pause<K>(what: Id<K>, tried: u32) {
    if tried > 0 {
        let max_ms = 10 * 2_u64.saturating_pow(tried);
        let part = u16::from_be_bytes(sha256(&format!("{what}#{tried}")));
        tokio::time::sleep(Duration::from_millis(u64::from(part) * max_ms / 65_536)).await;
    }
}
