//! Submits of cards as a tenant lists them: the newest submit first, whenever its payment was made.
//!
//! A payment keeps its submits itself. One of the payments and the links surface may be made long
//! before a card is submitted, so each submit has an item that says when that was, written in the
//! commit that takes the payment for it. A payment of the platform surface lives for minutes and has
//! one submit: it stands where it was made, and needs no item.

use super::{
    Consistency, Corrupt, Error, Item, Query, Result, Table, Write, checkout_session, customer,
    intent, key,
    list::{Gather, Gathered, ListPlace, Listing, Slice},
};
use crate::model::{
    Scope, Surface, Time,
    checkout_session::Payer,
    customer::Customer,
    id::{AttemptId, CustomerId, Id, PaymentIntentId},
    payment_intent::PaymentIntent,
    submit::SubmitTransaction,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A transaction's payment and the customer who pays, where one is known.
#[derive(Debug)]
pub struct FoundTransaction {
    /// The payment to which the submit belongs.
    pub payment: PaymentIntent,
    /// The submit of a card that is meant, of those of the payment.
    pub attempt: AttemptId,
    /// Who pays, where it is a known customer.
    pub customer: Option<Customer>,
    /// Who pays, where a checkout asked who it is.
    pub payer: Option<Payer>,
    /// Where it stands in the list of all.
    pub place: Uuid,
}

impl FoundTransaction {
    /// The transaction itself; `None` for a submit that its payment has forgotten.
    pub fn transaction(&self) -> Option<SubmitTransaction<'_>> {
        self.payment.transaction(self.attempt)
    }

    /// The payer's address: the customer's, else the one that was typed.
    pub fn email(&self) -> Option<String> {
        let known = self.transaction();
        let known = known.and_then(|one| one.email(self.customer.as_ref()).map(str::to_owned));
        known.or_else(|| self.payer.as_ref().map(|payer| payer.email.clone()))
    }
}

/// One submit as the list has it: of which payment, where.
struct Listed {
    payment: PaymentIntentId,
    attempt: AttemptId,
    place: Uuid,
}

/// The write that lists a submit of a payment at the moment when it begins; none where the payment
/// itself is listed.
#[must_use = "writes change nothing until they are committed"]
pub fn list(scope: Scope, payment: PaymentIntentId, attempt: AttemptId, at: Time) -> Option<Write> {
    payment.seed()?;
    let item = key::transaction(scope, at, Id::from_uuid(*attempt.uuid())).item();
    let item = item.with("v", 1_i64).with("pay", payment.to_string());
    Some(Write::Insert(item.with("att", attempt.to_string())))
}

impl Table {
    /// A tenant's submits of cards, newest first. A page that a filter leaves unfilled is filled from
    /// what follows, as far as [`super::list::MAX_LOOKED_AT`] records allow.
    pub async fn submits(
        &self,
        scope: Scope,
        slice: &Slice,
        wanted: impl Fn(&FoundTransaction) -> bool,
    ) -> Result<Listing<FoundTransaction>> {
        let mut gathered = Gathered::new(slice);
        let mut part = slice.clone();
        loop {
            let raw = self.submits_between(scope, &part).await?;
            match gathered.take(raw, slice, &wanted, |found| found.place) {
                Gather::Done(listing) => return Ok(listing),
                Gather::More(next) => part = next,
            }
        }
    }

    /// Who was submitted after the one at this place, in that order: where each stands, and its
    /// payment. At most so many, of the same month.
    pub async fn submitted_after(
        &self,
        scope: Scope,
        after: Uuid,
        limit: u32,
    ) -> Result<Vec<(Uuid, PaymentIntentId)>> {
        let month = Id::<()>::from_uuid(after).minted_at().month();
        let query = Query {
            index: None,
            pk: key::transactions(scope, month),
            from: format!("{after}~"),
            to: "~".to_owned(),
            consistency: Consistency::Eventual,
            oldest_first: true,
            limit,
        };
        let page = self.query(query).await?;
        let read = page.items.iter().map(|item| {
            let place = Uuid::try_parse(item.text("sk")?).map_err(|_| item.corrupt("sk"))?;
            Ok((place, item.parse("pay")?))
        });
        Ok(read.collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// The submits of one payment, newest first: all that it remembers.
    pub async fn submits_of(
        &self,
        scope: Scope,
        payment: PaymentIntentId,
        slice: &Slice,
        wanted: impl Fn(&FoundTransaction) -> bool,
    ) -> Result<Listing<FoundTransaction>> {
        let Some(payment) = self.intent(scope, payment, Consistency::Strong).await? else {
            return Ok(Listing::empty());
        };
        let (customer, payer) = self.who_pays(scope, &payment).await?;
        let mut found: Vec<FoundTransaction> = payment
            .transactions()
            .map(|made| {
                let (attempt, payment) = (made.attempt.id, payment.clone());
                let (customer, payer) = (customer.clone(), payer.clone());
                let place = key::submitted(made.created_at, made.attempt.transaction());
                FoundTransaction { payment, attempt, customer, payer, place }
            })
            .filter(&wanted)
            .filter(|found| slice.before.is_none_or(|before| found.place < before))
            .collect();
        found.sort_by_key(|found| std::cmp::Reverse(found.place));
        let limit = usize::try_from(slice.limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|last| last.place);
        Ok(Listing { entries: found, next })
    }

    async fn submits_between(
        &self,
        scope: Scope,
        slice: &Slice,
    ) -> Result<Listing<FoundTransaction>> {
        let submits = |month| key::transactions(scope, month);
        let payments = |month| key::intents(scope, month);
        let places = [
            ListPlace { index: None, partition: &submits },
            ListPlace { index: None, partition: &payments },
        ];
        let raw = self.list_places(&places, slice).await?;
        let mut payments: BTreeMap<PaymentIntentId, PaymentIntent> = BTreeMap::new();
        let mut listed = Vec::with_capacity(raw.entries.len());
        for item in &raw.entries {
            listed.extend(read(scope, item, &mut payments)?);
        }
        self.read_payments(scope, &listed, &mut payments).await?;
        let customers = self.customers_of(scope, payments.values()).await?;
        let payers = self.payers_of(scope, payments.values()).await?;
        let entries = listed.into_iter().filter_map(|submit| {
            // One whose payment was swept is gone with it.
            let payment = payments.get(&submit.payment)?.clone();
            let customer = payment.customer.and_then(|id| customers.get(&id)).cloned();
            let payer = payers.get(&payment.id).cloned();
            let (attempt, place) = (submit.attempt, submit.place);
            let found = FoundTransaction { payment, attempt, customer, payer, place };
            found.transaction().is_some().then_some(found)
        });
        Ok(Listing { entries: entries.collect(), next: raw.next })
    }

    async fn read_payments(
        &self,
        scope: Scope,
        listed: &[Listed],
        known: &mut BTreeMap<PaymentIntentId, PaymentIntent>,
    ) -> Result<()> {
        let mut wanted: Vec<PaymentIntentId> = listed.iter().map(|submit| submit.payment).collect();
        wanted.sort_unstable();
        wanted.dedup();
        wanted.retain(|id| !known.contains_key(id));
        let keys: Vec<_> = wanted.iter().map(|id| key::intent(scope, *id)).collect();
        for item in self.get_many(&keys, Consistency::Eventual).await?.into_iter().flatten() {
            let payment = intent::from_item(scope, &item)?;
            known.insert(payment.id, payment);
        }
        Ok(())
    }

    /// Who pays: the customer, or whoever a checkout of the links surface asked.
    pub async fn who_pays(
        &self,
        scope: Scope,
        payment: &PaymentIntent,
    ) -> Result<(Option<Customer>, Option<Payer>)> {
        if let Some(id) = payment.customer {
            return Ok((self.customer(scope, id, Consistency::Eventual).await?, None));
        }
        let payers = self.payers_of(scope, std::iter::once(payment)).await?;
        Ok((None, payers.into_values().next()))
    }

    async fn payers_of(
        &self,
        scope: Scope,
        payments: impl Iterator<Item = &PaymentIntent>,
    ) -> Result<BTreeMap<PaymentIntentId, Payer>> {
        let asked = payments
            .filter(|payment| payment.customer.is_none() && payment.surface == Surface::Links);
        let asked: Vec<PaymentIntentId> = asked.map(|payment| payment.id).collect();
        let mut known = BTreeMap::new();
        let sessions: Vec<_> = asked.iter().map(|id| Id::from_uuid(*id.uuid())).collect();
        let keys: Vec<_> =
            sessions.iter().map(|session| key::checkout_session(scope, *session)).collect();
        let found = self.get_many(&keys, Consistency::Eventual).await?;
        for (session, item) in sessions.iter().zip(found) {
            let Some(item) = item else { continue };
            let session = checkout_session::from_item(scope, *session, &item)?;
            known.insert(session.payment(), session.payer);
        }
        Ok(known)
    }

    async fn customers_of(
        &self,
        scope: Scope,
        payments: impl Iterator<Item = &PaymentIntent>,
    ) -> Result<BTreeMap<CustomerId, Customer>> {
        let mut wanted: Vec<CustomerId> = payments.filter_map(|payment| payment.customer).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut known = BTreeMap::new();
        let keys: Vec<_> = wanted.iter().map(|id| key::customer(scope, *id)).collect();
        for item in self.get_many(&keys, Consistency::Eventual).await?.into_iter().flatten() {
            let customer = customer::from_item(scope, &item)?;
            known.insert(customer.id, customer);
        }
        Ok(known)
    }
}

/// What an item of either place lists: a submit, or the one submit of a payment that stands here
/// itself; nothing for a payment that no card was submitted to.
fn read(
    scope: Scope,
    item: &Item,
    payments: &mut BTreeMap<PaymentIntentId, PaymentIntent>,
) -> Result<Option<Listed>> {
    let sk = item.text("sk")?;
    let place = Uuid::try_parse(sk).map_err(|_| Error::Corrupt(item.corrupt("sk")))?;
    if item.get("pay").is_some() {
        let listed = |item: &Item| -> std::result::Result<Listed, Corrupt> {
            Ok(Listed { payment: item.parse("pay")?, attempt: item.parse("att")?, place })
        };
        return Ok(Some(listed(item)?));
    }
    let payment = intent::from_item(scope, item)?;
    let id = payment.id;
    let attempt = payment.transactions().next().map(|made| made.attempt.id);
    payments.insert(id, payment);
    Ok(attempt.map(|attempt| Listed { payment: id, attempt, place }))
}
