//! Erasing a buyer: names, addresses and numbers go from payments, checkouts and customers of every
//! surface; amounts, countries and the last digits of cards stay, as accounts need them.
//!
//! Each payment is erased in one commit with the name that it was found by, so that a run that ends
//! half way goes on where it stopped, and a second run finds nothing. What is left elsewhere goes by
//! itself or is kept by law: events and deliveries after 30 days, checkouts that nobody tried as well,
//! invoices as long as the law says.
//!
//! Erasing waits where the law asks for an invoice that is not written yet: it has to name its buyer,
//! and takes the name from the payment and the customer. That takes seconds; such payments and
//! customers are counted as left, and the next run finds them.

use super::{
    Ambient, Commit, Problem, Result,
    search::{RECENT_S, SearchKeys},
};
use crate::{
    model::{
        Scope, Surface, Time,
        activity::{ActivityAction, TellableFacts},
        actor::Actor,
        customer::{Customer, Profile},
        payment_intent::{PaymentIntent, StatusName},
        search_term::SearchTerm,
        transaction::{Transaction, TransactionFilter},
    },
    store::{
        Consistency, Table, Write,
        acting::Stamp,
        checkout_session, customer, found,
        intent::{self, IntentFilter},
        key,
        list::Slice,
    },
};
use serde::Serialize;

/// Payments that are erased in one run; more take another.
const MAX_PAYMENTS: usize = 500;

/// Payments that are read at once.
const PER_READ: u32 = 100;

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Erased {
    /// Payments that know their buyer no more.
    pub payments: usize,
    /// How many customers have no name and no address any more.
    pub customers: usize,
    /// Payments whose charge is under way, those that wait for their invoice and customers of these, and
    /// what somebody changed at this moment: run it again.
    pub left: usize,
    /// Whether there is more than one run takes: run it again.
    pub more: bool,
}

/// Erases whoever has this address, in lower case, and notes that this was done, without saying to
/// whom.
pub async fn erase(
    store: &Table,
    keys: &SearchKeys,
    scope: Scope,
    email: &str,
    ambient: Ambient,
) -> Result<Erased> {
    let erased = erase_all(store, keys, scope, email, ambient.now()).await?;
    if erased.payments > 0 || erased.customers > 0 {
        let facts = TellableFacts::default()
            .with("payments", erased.payments.to_string())
            .with("customers", erased.customers.to_string());
        let by = Stamp::new(Actor::Operator, None, ambient.now(), (ambient.random)());
        store.note(by, scope, ActivityAction::PayerErased, &facts).await?;
    }
    Ok(erased)
}

async fn erase_all(
    store: &Table,
    keys: &SearchKeys,
    scope: Scope,
    email: &str,
    now: Time,
) -> Result<Erased> {
    let mut erased = Erased::default();
    let term = SearchTerm::Email(email.to_owned());
    for hash in keys.known(&term) {
        let mut before = None;
        loop {
            let slice = Slice { before, from: Time::EPOCH, until: now, limit: PER_READ };
            let page = store.found_ids(scope, std::slice::from_ref(&hash), &slice).await?;
            for id in &page.entries {
                if erased.payments >= MAX_PAYMENTS {
                    erased.more = true;
                    return Ok(erased);
                }
                let name = found::remove(scope, &hash, *id);
                let payment = store.transaction_alone(scope, *id).await?;
                let done = erase_payment(store, payment.as_ref(), Some(name)).await?;
                count(&mut erased, done);
            }
            before = page.next;
            if before.is_none() {
                break;
            }
        }
    }
    erase_recent(store, scope, email, &mut erased, now).await?;
    erase_customers(store, scope, email, &mut erased, now).await?;
    Ok(erased)
}

fn count(erased: &mut Erased, done: bool) {
    if done {
        erased.payments += 1;
    } else {
        erased.left += 1;
    }
}

/// Payments so young that their names may not be kept yet.
async fn erase_recent(
    store: &Table,
    scope: Scope,
    email: &str,
    erased: &mut Erased,
    now: Time,
) -> Result<()> {
    let search = Some(email.to_owned());
    let filter = TransactionFilter { search, ..TransactionFilter::default() };
    let from = now.plus_seconds(-RECENT_S);
    let slice = Slice { before: None, from, until: now, limit: PER_READ };
    let page = store.transactions(scope, &filter, &slice, now).await?;
    erased.more |= page.next.is_some();
    for payment in &page.entries {
        // Those whose names are kept were erased, or counted as left, before.
        if !is_named(payment, email) || !may_be_erased(&payment.intent) {
            continue;
        }
        let done = erase_payment(store, Some(payment), None).await?;
        count(erased, done);
    }
    Ok(())
}

fn is_named(payment: &Transaction, email: &str) -> bool {
    payment.payer_email().is_some_and(|known| known.eq_ignore_ascii_case(email))
}

/// A charge that is under way still needs to know its buyer, and so does an invoice to be written.
fn may_be_erased(payment: &PaymentIntent) -> bool {
    let charging =
        matches!(payment.status.name(), StatusName::Processing | StatusName::RequiresAction);
    !charging && !payment.awaits_invoice()
}

/// Erases who paid from a customer's payments; `false` where the customer has to wait for one of them,
/// or for the next run.
async fn erase_payments_of(
    store: &Table,
    known: &Customer,
    erased: &mut Erased,
    now: Time,
) -> Result<bool> {
    let customer = Some(known.id);
    let filter = IntentFilter { customer, ..IntentFilter::default() };
    let (mut before, mut all) = (None, true);
    loop {
        let slice = Slice { before, from: Time::EPOCH, until: now, limit: PER_READ };
        let page = store.intents(known.scope, filter, &slice, now).await?;
        for payment in page.entries {
            if erased.payments >= MAX_PAYMENTS {
                erased.more = true;
                return Ok(false);
            }
            let waits = payment.awaits_invoice();
            if waits || payment.without_buyer().is_some() {
                let found = Transaction { intent: payment, session: None, refunds: Vec::new() };
                let done = !waits && erase_payment(store, Some(&found), None).await?;
                count(erased, done);
                all &= done;
            }
        }
        before = page.next;
        if before.is_none() {
            return Ok(all);
        }
    }
}

/// Erases one payment with its checkout; `false` where it has to wait.
async fn erase_payment(
    store: &Table,
    payment: Option<&Transaction>,
    name: Option<Write>,
) -> Result<bool> {
    let mut commit = Commit::new();
    if let Some(Transaction { intent, session, .. }) = payment {
        if !may_be_erased(intent) {
            return Ok(false);
        }
        if let Some(blank) = intent.without_buyer() {
            commit = commit.write(intent::replace(&blank), Problem::Contended);
        }
        if let Some(session) = session {
            let write = checkout_session::erase(session);
            commit = commit.write(write, Problem::Contended);
        }
    }
    match commit.all(name, &Problem::Contended).run(store).await {
        Ok(()) => Ok(true),
        Err(Problem::Contended) => Ok(false),
        Err(problem) => Err(problem),
    }
}

async fn erase_customers(
    store: &Table,
    scope: Scope,
    email: &str,
    erased: &mut Erased,
    now: Time,
) -> Result<()> {
    let slice = Slice { before: None, from: Time::EPOCH, until: now, limit: PER_READ };
    let page = store.customers_with_email(scope, email, &slice).await?;
    erased.more |= page.next.is_some();
    for listed in page.entries {
        // The index may be a moment behind.
        let known = store.customer(scope, listed.id, Consistency::Strong).await?;
        let Some(known) = known.filter(|known| known.email == email) else { continue };
        if !erase_payments_of(store, &known, erased, now).await? {
            erased.left += 1;
            continue;
        }
        let blank = blank(&known, now);
        let claim = (known.surface == Surface::Platform)
            .then(|| Write::Remove { key: key::customer_email(scope, email), version: 1 });
        let commit = Commit::new()
            .write(customer::replace(&blank), Problem::Contended)
            .all(claim, &Problem::Contended);
        match commit.run(store).await {
            Ok(()) => erased.customers += 1,
            Err(Problem::Contended) => erased.left += 1,
            Err(problem) => return Err(problem),
        }
    }
    Ok(())
}

/// A customer of whom nothing is known any more. The caller's own id and the default card stay: they
/// name nobody. Receivers are told, as of any change.
fn blank(known: &Customer, now: Time) -> Customer {
    let erase = |customer: &mut Customer| {
        customer.name = String::new();
        customer.email = String::new();
        customer.profile = Profile {
            own_id: customer.profile.own_id.clone(),
            default_method: customer.profile.default_method,
            exemption: customer.profile.exemption,
            ..Profile::default()
        };
    };
    let changed = match known.surface {
        // This one tells nothing of its customers.
        Surface::Platform => {
            let mut next = Customer { version: known.version + 1, ..known.clone() };
            erase(&mut next);
            next
        }
        Surface::Payments | Surface::Links => match known.changed(erase, now) {
            Some(changed) => changed,
            None => return known.clone(),
        },
    };
    Customer { history: changed.history.without_published(), ..changed }
}
