//! Refunds in the table, and what of a payment is still refundable, which stands in the payment's
//! own item: `rleft` (may still be asked for), `rpend` (asked for, outcome open), `rdone` (went
//! back), `rtax` (tax in that), `rn` (how many were asked for).
//!
//! | step | items of its one commit | guards on the payment |
//! |---|---|---|
//! | ask | refund, payment | succeeded, `rleft` at least the amount |
//! | succeeded | refund, payment | `rdone` and `rtax` as read: shares of tax go in order |
//! | failed | refund, payment | `rpend` at least the amount |
//! | made at the processor | refund, payment | all five as read; nothing refuses it |

use super::{
    Consistency, Corrupt, Error, Guard, Index, Item, Query, Result, Table, Update, Write, intent,
    key,
    list::{Listing, Slice},
};
use crate::model::{
    Currency, Money, Scope, Surface,
    id::{PaymentIntentId, RefundId},
    metadata::Metadata,
    payment_intent::{PaymentIntent, StatusName},
    refund::{BookedFact, MAX_REFUNDS, Refund, RefundStatus, RefundStatusName, Refundable},
};

/// What became of a refund's commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundWritten {
    /// It is written.
    Yes,
    /// The refund is there already, or has an outcome: somebody else was faster.
    MovedOn,
    /// The payment is not as it was read: read again, and decide again.
    Stale,
}

impl Table {
    /// One refund of this tenant.
    ///
    /// # Errors
    /// The table cannot be reached, or the record is corrupt.
    pub async fn refund(&self, s: Scope, id: RefundId) -> Result<Option<Refund>> {
        let item = self.get(&key::refund(s, id), Consistency::Strong).await?;
        Ok(item.map(|item| from_item(s, &item)).transpose()?)
    }

    /// A payment's refunds, newest first: all of them.
    ///
    /// # Errors
    /// The table cannot be reached, or a record is corrupt.
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

    /// A tenant's refunds, newest first.
    ///
    /// # Errors
    /// The table cannot be reached, or a record is corrupt.
    pub async fn refunds(&self, s: Scope, slice: &Slice) -> Result<Listing<Refund>> {
        let places = [Some(Index::Second)];
        let raw = self.list_merged(&places, |month| key::refunds(s, month), slice).await?;
        raw.try_map(|item| from_item(s, item))
    }

    /// A payment with what of it is refundable; nothing is, while it took no money.
    ///
    /// # Errors
    /// The table cannot be reached, or the record is corrupt.
    pub async fn refundable_payment(
        &self,
        s: Scope,
        id: PaymentIntentId,
    ) -> Result<Option<(PaymentIntent, Option<Refundable>)>> {
        let item = self.get(&key::intent(s, id), Consistency::Strong).await?;
        let Some(item) = item else { return Ok(None) };
        let payment = intent::from_item(s, &item)?;
        let refundable = refundable(&item)?;
        Ok(Some((payment, refundable)))
    }

    /// Asks for a refund: it is written down together with what it takes from the payment. `before`
    /// is the payment as it was read.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn begin_refund(
        &self,
        refund: &Refund,
        before: &Refundable,
    ) -> Result<RefundWritten> {
        let take = take(refund, before);
        self.write_refund(vec![Write::Insert(to_item(refund)), Write::Update(take)]).await
    }

    /// Writes a refund's outcome down. `before` and `after` are what of the payment is refundable.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn end_refund(
        &self,
        next: &Refund,
        before: &Refundable,
        after: &Refundable,
    ) -> Result<RefundWritten> {
        let item = to_item(next);
        let replace = Write::Replace { item, version: next.version.saturating_sub(1) };
        self.write_refund(vec![replace, Write::Update(end(next, before, after))]).await
    }

    /// Moves the time at which the reconciler asks again.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn put_off_refund(&self, next: &Refund) -> Result<RefundWritten> {
        let version = next.version.saturating_sub(1);
        self.write_refund(vec![Write::Replace { item: to_item(next), version }]).await
    }

    /// Books a refund that was made at the processor.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn book_refund(
        &self,
        refund: &Refund,
        before: &Refundable,
        fact: &BookedFact,
    ) -> Result<RefundWritten> {
        let all = replace_all(refund, before, &fact.refundable);
        self.write_refund(vec![Write::Insert(to_item(refund)), Write::Update(all)]).await
    }

    async fn write_refund(&self, writes: Vec<Write>) -> Result<RefundWritten> {
        match self.commit(writes).await {
            Ok(()) => Ok(RefundWritten::Yes),
            Err(Error::Refused { index: 0, .. }) => Ok(RefundWritten::MovedOn),
            Err(Error::Refused { .. }) => Ok(RefundWritten::Stale),
            Err(other) => Err(other),
        }
    }
}

/// What an asked refund takes. The first one of a payment from before there were refunds also writes
/// down what there is to take from.
fn take(refund: &Refund, before: &Refundable) -> Update {
    let amount = refund.amount.minor();
    let update = Update::of(key::intent(refund.scope, refund.payment))
        .guard(Guard::Is("st", StatusName::Succeeded.as_str().into()));
    if before.count == 0 && before.refunded == 0 {
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
        .guard(Guard::AtLeast("rleft", amount))
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

fn replace_all(refund: &Refund, before: &Refundable, after: &Refundable) -> Update {
    let pairs = numbers(before).into_iter().zip(numbers(after));
    let update = Update::of(key::intent(refund.scope, refund.payment));
    let untouched = before.count == 0 && before.refunded == 0;
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

/// What of a payment is refundable; all of it where nothing was ever asked for, nothing while it took
/// no money.
///
/// # Errors
/// A record that this file cannot have made.
pub fn refundable(item: &Item) -> std::result::Result<Option<Refundable>, Corrupt> {
    if item.text("st")? != StatusName::Succeeded.as_str() {
        return Ok(None);
    }
    let all = Refundable::all_of(intent::amounts(item)?);
    if item.get("rn").is_none() {
        return Ok(Some(all));
    }
    Ok(Some(Refundable {
        left: item.number("rleft")?,
        pending: item.number("rpend")?,
        refunded: item.number("rdone")?,
        refunded_tax: item.number("rtax")?,
        count: item.number("rn")?,
        ..all
    }))
}

fn to_item(refund: &Refund) -> Item {
    let (s, id) = (refund.scope, refund.id.to_string());
    let item = key::refund(s, refund.id)
        .item()
        .with("gsi1pk", key::refunds_of_payment(s, refund.payment))
        .with("gsi1sk", id.as_str())
        .with("gsi2pk", key::refunds(s, refund.id.minted_at().month()))
        .with("gsi2sk", id.as_str())
        .with("v", refund.version)
        .with("id", id)
        .with("sfc", refund.surface.as_str())
        .with("pay", refund.payment.to_string())
        .with("txn", refund.transaction.to_string())
        .with_some("link", refund.link.map(|id| id.to_string()))
        .with_some("cust", refund.customer.map(|id| id.to_string()))
        .with("amt", refund.amount.minor())
        .with("cur", refund.amount.currency().code())
        .with("chg", refund.charge.as_str())
        .with("proc", refund.processor.as_str())
        .with_some("note", refund.reason.as_deref())
        .with("by", refund.requested_by.to_string())
        .with_some("meta", refund.metadata.as_ref().map(Metadata::as_str))
        .with("st", refund.status.name().as_str())
        .with("crt", refund.created_at)
        .with("upd", refund.updated_at)
        .with_history(&refund.history);
    match &refund.status {
        RefundStatus::Processing { until } => item.with("until", *until),
        RefundStatus::Succeeded { reference, tax, at } => item
            .with("ref", reference.as_str())
            .with("tax", tax.minor())
            .with("done", *at)
            .with("gsi4pk", key::refunded_on(s, refund.link))
            .with("gsi4sk", key::happened(*at, refund.id)),
        RefundStatus::Failed { reason } => item.with("why", reason.as_str()),
    }
}

/// A refund as it was kept.
///
/// # Errors
/// A record that this file cannot have made.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<Refund, Corrupt> {
    let currency: Currency = item.parse("cur")?;
    let name = RefundStatusName::named(item.text("st")?).ok_or_else(|| item.corrupt("st"))?;
    let metadata = item.text_if_any("meta").map(Metadata::new).transpose();
    Ok(Refund {
        id: item.parse("id")?,
        scope,
        surface: Surface::named(item.text("sfc")?).ok_or_else(|| item.corrupt("sfc"))?,
        payment: item.parse("pay")?,
        transaction: item.parse("txn")?,
        link: item.parse_if_any("link")?,
        customer: item.parse_if_any("cust")?,
        amount: Money::from_minor(item.number("amt")?, currency),
        charge: item.text("chg")?.to_owned(),
        processor: item.text("proc")?.to_owned(),
        reason: item.text_if_any("note").map(str::to_owned),
        requested_by: item.parse("by")?,
        metadata: metadata.map_err(|_| item.corrupt("meta"))?,
        status: match name {
            RefundStatusName::Processing => RefundStatus::Processing { until: item.time("until")? },
            RefundStatusName::Succeeded => RefundStatus::Succeeded {
                reference: item.text("ref")?.to_owned(),
                tax: Money::from_minor(item.number("tax")?, currency),
                at: item.time("done")?,
            },
            RefundStatusName::Failed => RefundStatus::Failed { reason: item.parse("why")? },
        },
        history: item.history()?,
        created_at: item.time("crt")?,
        updated_at: item.time("upd")?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
