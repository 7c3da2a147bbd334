//! Refunds in the table, and what of a payment is still refundable, which stands in the payment's
//! own item: `rleft` (neither gone back nor asked for), `rpend` (asked for, outcome open), `rdone`
//! (went back), `rtax` (tax in that), `rn` (how many were asked for); and `dopen`, `dlost`, which banks
//! hold or have taken ([`super::dispute`]).
//!
//! | step | items of its one commit | guards on the payment |
//! |---|---|---|
//! | ask | refund, payment | succeeded, no open dispute, `rleft` less `dlost` at least the amount |
//! | succeeded | refund, payment | `rdone` and `rtax` as read: shares of tax go in order |
//! | failed | refund, payment | `rpend` at least the amount |
//! | made at the processor | refund, payment | all five as read; nothing refuses it |
//!
//! Each step of a payment of the links surface is an event of the payment too, which tells its status
//! before and after. What that says has to be so: the steps are then also refused where the amounts
//! that decide the status are not as they were read.

mod item;

use super::{
    Consistency, Corrupt, Error, Guard, Index, Item, Query, Result, Table, Update, Write, intent,
    invoice, key,
    list::{Gather, Gathered, Listing, Slice},
    occurrence,
};
use crate::model::{
    Scope, Surface, Time,
    dispute::Disputed,
    event::{EventDetail, EventType, Occurrence, RefundsDetail},
    id::{InvoiceId, PaymentIntentId, RefundId},
    invoice::CreditNoteRef,
    payment_intent::{PaymentIntent, StatusName},
    refund::{
        BookedFact, MAX_REFUNDS, Refund, RefundStatus, RefundStatusName, Refundable, Standing,
    },
    transaction::TransactionStatus,
};

pub use item::{from_item, standing_from_item, standing_to_item, to_item};

/// What became of a refund's commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundWritten {
    /// The refund is written, with all that goes along with it.
    Yes,
    /// The refund is there already, or has an outcome: somebody else was faster.
    MovedOn,
    /// The payment is not as it was read: read again, and decide again.
    Stale,
}

impl Table {
    /// One refund of this tenant.
    pub async fn refund(&self, s: Scope, id: RefundId) -> Result<Option<Refund>> {
        let item = self.get(&key::refund(s, id), Consistency::Strong).await?;
        Ok(item.map(|item| from_item(s, &item)).transpose()?)
    }

    /// A payment's refunds, newest first: all of them.
    pub async fn refunds_of_payment(
        &self,
        s: Scope,
        payment: PaymentIntentId,
    ) -> Result<Vec<Refund>> {
        let query = Query {
            index: Some(Index::First),
            pk: key::refunds_of_payment(s, payment),
            from: "0".to_owned(),
            to: "~".to_owned(),
            consistency: Consistency::Eventual,
            oldest_first: false,
            limit: MAX_REFUNDS,
        };
        let page = self.query(query).await?;
        let refunds = page.items.iter().map(|item| from_item(s, item));
        Ok(refunds.collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// A tenant's refunds, or those of one payment, newest first. A page that a filter leaves
    /// unfilled is filled from what follows, as far as [`super::list::MAX_LOOKED_AT_ON_LINKS`] records allow.
    pub async fn refunds(
        &self,
        s: Scope,
        payment: Option<PaymentIntentId>,
        slice: &Slice,
        wanted: impl Fn(&Refund) -> bool,
    ) -> Result<Listing<Refund>> {
        let mut gathered = Gathered::on_links(slice);
        let mut part = slice.clone();
        loop {
            let raw = self.unfiltered_refunds(s, payment, &part).await?;
            match gathered.take(raw, slice, &wanted, |refund| *refund.id.uuid()) {
                Gather::Done(listing) => return Ok(listing),
                Gather::More(next) => part = next,
            }
        }
    }

    async fn unfiltered_refunds(
        &self,
        s: Scope,
        payment: Option<PaymentIntentId>,
        slice: &Slice,
    ) -> Result<Listing<Refund>> {
        let raw = match payment {
            Some(payment) => self.list_of(key::refunds_of_payment(s, payment), slice).await?,
            None => {
                let places = [Some(Index::Second)];
                self.list_merged(&places, |month| key::refunds(s, month), slice).await?
            }
        };
        raw.try_map(|item| from_item(s, item))
    }

    /// A payment with what of it is refundable; nothing is, while it took no money.
    pub async fn refundable_payment(
        &self,
        s: Scope,
        id: PaymentIntentId,
    ) -> Result<Option<(PaymentIntent, Option<Refundable>)>> {
        let payment = self.intent(s, id, Consistency::Strong).await?;
        Ok(payment.map(|payment| {
            let refundable = payment.refundable().copied();
            (payment, refundable)
        }))
    }

    /// Asks for a refund: it is written down together with what it takes from the payment, and with
    /// what `remembers` the request. `before` is the payment as it was read.
    pub async fn begin_refund(
        &self,
        refund: &Refund,
        before: &Refundable,
        remembers: Option<Write>,
    ) -> Result<RefundWritten> {
        let take = take(refund, before);
        let take = told(take, PaymentChange::of(refund), before.standing(), refund.began);
        let mut writes = vec![Write::Insert(to_item(refund)), Write::Update(take)];
        writes.extend(remembers);
        self.write_refund(writes).await
    }

    /// Writes a refund's outcome down. `before` and `after` are what of the payment is refundable.
    pub async fn end_refund(
        &self,
        next: &Refund,
        before: &Refundable,
        after: &Refundable,
    ) -> Result<RefundWritten> {
        let item = to_item(next);
        let replace = Write::Replace { item, version: next.version.saturating_sub(1) };
        let end = end(next, before, after);
        let end = told(end, PaymentChange::of(next), before.standing(), after.standing());
        self.write_refund(vec![replace, Write::Update(end)]).await
    }

    /// Moves the time at which the reconciler asks again.
    pub async fn put_off_refund(&self, next: &Refund) -> Result<RefundWritten> {
        let version = next.version.saturating_sub(1);
        self.write_refund(vec![Write::Replace { item: to_item(next), version }]).await
    }

    /// Books a refund that was made at the processor.
    pub async fn book_refund(
        &self,
        refund: &Refund,
        before: &Refundable,
        fact: &BookedFact,
    ) -> Result<RefundWritten> {
        let all = replace_all(refund, before, &fact.refundable);
        let after = fact.refundable.standing();
        let all = told(all, PaymentChange::of(refund), before.standing(), after);
        self.write_refund(vec![Write::Insert(to_item(refund)), Write::Update(all)]).await
    }

    pub(super) async fn write_refund(&self, writes: Vec<Write>) -> Result<RefundWritten> {
        match self.commit(writes).await {
            Ok(()) => Ok(RefundWritten::Yes),
            Err(Error::Refused { index: 0, .. }) => Ok(RefundWritten::MovedOn),
            Err(Error::Refused { .. }) => Ok(RefundWritten::Stale),
            Err(other) => Err(other),
        }
    }
}

/// The write that gives a succeeded refund its credit note.
pub fn credited(refund: &Refund, invoice: InvoiceId, note: &CreditNoteRef, now: Time) -> Write {
    let update = Update::of(key::refund(refund.scope, refund.id))
        .set("inv", invoice.to_string())
        .set("cn", invoice::note_to_item(note))
        .set("upd", now)
        .guard(Guard::Is("st", RefundStatusName::Succeeded.as_str().into()))
        .guard(Guard::Absent("cn"));
    // What was answered before is answered again as it was.
    Write::Update(if refund.invoice.is_none() { update.set("later", true) } else { update })
}

/// What an asked refund takes. The first one of a payment from before there were refunds also writes
/// down what there is to take from.
fn take(refund: &Refund, before: &Refundable) -> Update {
    let amount = refund.amount.minor();
    let update = Update::of(key::intent(refund.scope, refund.payment))
        .guard(Guard::Is("st", StatusName::Succeeded.as_str().into()))
        .guard(Guard::AbsentOrAtMost("dopen", 0));
    let lost = before.disputed.lost;
    let update = match lost {
        0 => update.guard(Guard::AbsentOrAtMost("dlost", 0)),
        lost => update.guard(Guard::Is("dlost", lost.into())),
    };
    if !before.has_refunds() {
        return update
            .set("rleft", before.left - amount)
            .set("rpend", amount)
            .set("rdone", 0_i64)
            .set("rtax", 0_i64)
            .set("rn", 1_i64)
            .guard(Guard::Absent("rn"));
    }
    update
        .add("rleft", -amount)
        .add("rpend", amount)
        .add("rn", 1)
        .guard(Guard::AtLeast("rleft", amount + lost))
        .guard(Guard::AbsentOrAtMost("rn", i64::from(MAX_REFUNDS) - 1))
}

fn end(next: &Refund, before: &Refundable, after: &Refundable) -> Update {
    let amount = next.amount.minor();
    let update = Update::of(key::intent(next.scope, next.payment))
        .add("rpend", -amount)
        .guard(Guard::AtLeast("rpend", amount));
    match next.status {
        RefundStatus::Succeeded { .. } => update
            .add("rdone", amount)
            .add("rtax", after.refunded_tax - before.refunded_tax)
            .guard(Guard::Is("rdone", before.refunded.into()))
            .guard(Guard::Is("rtax", before.refunded_tax.into())),
        RefundStatus::Failed { .. } | RefundStatus::Processing { .. } => {
            update.add("rleft", amount)
        }
    }
}

/// Whose payment changes, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct PaymentChange {
    /// Where the payment was made.
    pub(super) surface: Surface,
    /// The moment of the change.
    pub(super) at: Time,
}

impl PaymentChange {
    const fn of(refund: &Refund) -> Self {
        Self { surface: refund.surface, at: refund.updated_at }
    }
}

/// The change of a payment with the moment of it, and with the event that tells its status, where it
/// was made on the links surface: there the status says what of it went back.
pub(super) fn told(
    update: Update,
    change: PaymentChange,
    before: Standing,
    after: Standing,
) -> Update {
    let PaymentChange { surface, at } = change;
    let update = update.set("upd", at);
    if surface != Surface::Links {
        return update;
    }
    // One more refund beside an open one changes nothing that receivers see, and takes no number of
    // theirs.
    let seen = |of: &Standing| (TransactionStatus::of_paid(of), of.refunded);
    let update = if seen(&before) == seen(&after) {
        update
    } else {
        let told = Occurrence {
            kind: EventType::PaymentIntentRefundsChanged,
            at,
            detail: Some(Box::new(EventDetail::Refunds(RefundsDetail { before, after }))),
        };
        update.append("history", occurrence::to_value(&told))
    };
    let update = as_disputed(update, before.disputed);
    // Without refunds so far, that there are none is guarded already.
    if update.guards.contains(&Guard::Absent("rn")) {
        return update;
    }
    let read = [("rpend", before.pending), ("rdone", before.refunded)];
    read.into_iter().fold(update, |update, (name, value)| {
        let guarded =
            update.guards.iter().any(|guard| matches!(guard, Guard::Is(is, _) if *is == name));
        if guarded { update } else { update.guard(Guard::Is(name, value.into())) }
    })
}

/// The same where disputes still hold and have taken what was read.
pub(super) fn as_disputed(update: Update, read: Disputed) -> Update {
    let read = [("dopen", read.open), ("dlost", read.lost)];
    read.into_iter().fold(update, |update, (name, value)| match value {
        0 => update.guard(Guard::AbsentOrAtMost(name, 0)),
        value => update.guard(Guard::Is(name, value.into())),
    })
}

fn replace_all(refund: &Refund, before: &Refundable, after: &Refundable) -> Update {
    let pairs = numbers(before).into_iter().zip(numbers(after));
    let update = Update::of(key::intent(refund.scope, refund.payment));
    let untouched = !before.has_refunds();
    pairs.fold(update, |update, ((name, old), (_, new))| {
        let guard = if untouched { Guard::Absent(name) } else { Guard::Is(name, old.into()) };
        update.set(name, new).guard(guard)
    })
}

fn numbers(refundable: &Refundable) -> [(&'static str, i64); 5] {
    [
        ("rleft", refundable.left),
        ("rpend", refundable.pending),
        ("rdone", refundable.refunded),
        ("rtax", refundable.refunded_tax),
        ("rn", i64::from(refundable.count)),
    ]
}

/// A payment's item with what of it is refundable; left out while nothing was ever asked for.
pub fn with_refundable(item: Item, refundable: &Refundable) -> Item {
    let disputed = refundable.disputed;
    let item = item
        .with_some("dopen", Some(disputed.open).filter(|open| *open != 0))
        .with_some("dlost", Some(disputed.lost).filter(|lost| *lost != 0));
    if !refundable.has_refunds() {
        return item;
    }
    numbers(refundable).into_iter().fold(item, |item, (name, number)| item.with(name, number))
}

/// What of a payment that took money is refundable; all of it where nothing was ever asked for.
pub fn refundable(item: &Item) -> std::result::Result<Refundable, Corrupt> {
    let minor = |name| if item.get(name).is_some() { item.number(name) } else { Ok(0) };
    let disputed = Disputed { open: minor("dopen")?, lost: minor("dlost")? };
    let all = Refundable { disputed, ..Refundable::all_of(intent::amounts(item)?) };
    if item.get("rn").is_none() {
        return Ok(all);
    }
    Ok(Refundable {
        left: item.number("rleft")?,
        pending: item.number("rpend")?,
        refunded: item.number("rdone")?,
        refunded_tax: item.number("rtax")?,
        count: item.number("rn")?,
        ..all
    })
}

#[cfg(test)]
mod tests;
