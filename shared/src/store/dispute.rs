//! Disputes in the table, and what of a payment banks hold or have taken, which stands in the payment's
//! own item: `dopen` (held until it is decided), `dlost` (gone for good).
//!
//! | step | items of its one commit | guards on the payment |
//! |---|---|---|
//! | opened; won; lost | dispute, payment | succeeded, `dopen` and `dlost` as read |
//!
//! Nothing else refuses it: a dispute is a fact. On the links surface each step is an event of the
//! payment too, as those of refunds are ([`super::refund`]).

use super::{
    Consistency, Corrupt, Guard, Index, Item, Query, Result, Table, Update, Write, invoice, key,
    refund::{PaymentChange, RefundWritten, as_disputed, told},
};
use crate::model::{
    Currency, Money, Scope, Surface,
    dispute::{Dispute, DisputeStatus},
    id::{DisputeId, PaymentIntentId},
    payment_intent::StatusName,
    refund::Refundable,
};

/// Disputes of one payment that are read at most: banks open one, rarely a second.
const MAX_DISPUTES: u32 = 100;

impl Table {
    /// One dispute of this tenant.
    pub async fn dispute(&self, s: Scope, id: DisputeId) -> Result<Option<Dispute>> {
        let item = self.get(&key::dispute(s, id), Consistency::Strong).await?;
        Ok(item.map(|item| from_item(s, &item)).transpose()?)
    }

    /// A payment's disputes, newest first.
    pub async fn disputes_of_payment(
        &self,
        s: Scope,
        payment: PaymentIntentId,
    ) -> Result<Vec<Dispute>> {
        let query = Query {
            index: Some(Index::First),
            pk: key::disputes_of_payment(s, payment),
            from: "0".to_owned(),
            to: "~".to_owned(),
            consistency: Consistency::Eventual,
            oldest_first: false,
            limit: MAX_DISPUTES,
        };
        let page = self.query(query).await?;
        let disputes = page.items.iter().map(|item| from_item(s, item));
        Ok(disputes.collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// Writes down what was read of a dispute, together with what banks hold of its payment and have
    /// taken. `before` and `after` are the payment as it was read, and as it is then.
    pub async fn keep_dispute(
        &self,
        dispute: &Dispute,
        before: &Refundable,
        after: &Refundable,
    ) -> Result<RefundWritten> {
        let held = after.disputed;
        let payment = Update::of(key::intent(dispute.scope, dispute.payment))
            .set("dopen", held.open)
            .set("dlost", held.lost)
            .guard(Guard::Is("st", StatusName::Succeeded.as_str().into()));
        let payment = match dispute.surface {
            // What is told of the payment is refused below where it is not as it was read.
            Surface::Links if before.has_refunds() => payment,
            Surface::Links => payment.guard(Guard::Absent("rn")),
            Surface::Payments | Surface::Platform => as_disputed(payment, before.disputed),
        };
        let change = PaymentChange { surface: dispute.surface, at: dispute.updated_at };
        let payment = told(payment, change, before.standing(), after.standing());
        let kept = Write::at_version(to_item(dispute), dispute.version);
        self.write_refund(vec![kept, Write::Update(payment)]).await
    }
}

fn to_item(dispute: &Dispute) -> Item {
    let (s, id) = (dispute.scope, dispute.id.to_string());
    key::dispute(s, dispute.id)
        .item()
        .with("gsi1pk", key::disputes_of_payment(s, dispute.payment))
        .with("gsi1sk", id.as_str())
        .with("gsi2pk", key::disputes(s, dispute.id.minted_at().month()))
        .with("gsi2sk", id)
        .with("v", dispute.version)
        .with("sfc", dispute.surface.as_str())
        .with("pay", dispute.payment.to_string())
        .with("txn", dispute.transaction.to_string())
        .with_some("link", dispute.link.map(|id| id.to_string()))
        .with_some("by_link", dispute.by_link.then_some(true))
        .with_some("cust", dispute.customer.map(|id| id.to_string()))
        .with_some("own", dispute.customer_own_id.as_deref())
        .with_some("inv", dispute.invoice.as_ref().map(invoice::ref_to_item))
        .with("amt", dispute.amount.minor())
        .with("cur", dispute.amount.currency().code())
        .with("ref", dispute.reference.as_str())
        .with("proc", dispute.processor.as_str())
        .with_some("why", dispute.reason.as_deref())
        .with("st", dispute.status.as_str())
        .with("opened", dispute.opened_at)
        .with("upd", dispute.updated_at)
        .with_history(&dispute.history)
}

/// A dispute as it was kept.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<Dispute, Corrupt> {
    let currency: Currency = item.parse("cur")?;
    Ok(Dispute {
        // It stands in the indexes and is not kept a third time.
        id: item.parse("gsi2sk")?,
        scope,
        surface: Surface::named(item.text("sfc")?).ok_or_else(|| item.corrupt("sfc"))?,
        payment: item.parse("pay")?,
        transaction: item.parse("txn")?,
        link: item.parse_if_any("link")?,
        by_link: item.flag("by_link"),
        customer: item.parse_if_any("cust")?,
        customer_own_id: item.text_if_any("own").map(str::to_owned),
        invoice: match item.get("inv") {
            Some(_) => Some(invoice::ref_from_item(item.map("inv")?)?),
            None => None,
        },
        amount: Money::from_minor(item.number("amt")?, currency),
        reference: item.text("ref")?.to_owned(),
        processor: item.text("proc")?.to_owned(),
        reason: item.text_if_any("why").map(str::to_owned),
        status: DisputeStatus::named(item.text("st")?).ok_or_else(|| item.corrupt("st"))?,
        history: item.history()?,
        opened_at: item.time("opened")?,
        updated_at: item.time("upd")?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
