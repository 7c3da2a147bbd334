//! The form in which a refund is kept, and that of how its payment stood.

use super::super::{Corrupt, Item, invoice, key};
use crate::model::{
    Currency, Money, Scope, Surface,
    dispute::Disputed,
    metadata::Metadata,
    refund::{Refund, RefundStatus, RefundStatusName, Standing},
};

/// A refund as it is kept.
pub fn to_item(refund: &Refund) -> Item {
    let (s, id) = (refund.scope, refund.id.to_string());
    let item = key::refund(s, refund.id)
        .item()
        .with("gsi1pk", key::refunds_of_payment(s, refund.payment))
        .with("gsi1sk", id.as_str())
        .with("gsi2pk", key::refunds(s, refund.id.minted_at().month()))
        .with("gsi2sk", id)
        .with("v", refund.version)
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
        .with_some("inv", refund.invoice.map(|id| id.to_string()))
        .with_some("noted", of_links(refund.surface, refund.invoiced))
        .with_some("cn", refund.credit_note.as_ref().map(invoice::note_to_item))
        .with_some("later", refund.invoiced_later.then_some(true))
        .with("st", refund.status.name().as_str())
        .with_some("first", refund.first.map(RefundStatusName::as_str))
        .with("was", standing_to_item(&refund.began))
        .with_some("is", refund.ended.as_ref().map(standing_to_item))
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

/// What is kept of whether a credit note is made: on the payments surface one always is.
fn of_links(surface: Surface, invoiced: bool) -> Option<bool> {
    match surface {
        Surface::Payments => None,
        Surface::Platform | Surface::Links => invoiced.then_some(true),
    }
}

/// What of a payment went back, as it is kept in refunds and in events. Names are short, since a
/// refund with its credit note would be more than a kilobyte otherwise, which costs another unit in
/// each index.
pub fn standing_to_item(standing: &Standing) -> Item {
    let some = |minor: i64| Some(minor).filter(|minor| *minor != 0);
    Item::new()
        .with("d", standing.refunded)
        .with("p", standing.pending)
        .with("l", standing.left)
        .with_some("o", some(standing.disputed.open))
        .with_some("x", some(standing.disputed.lost))
}

/// The same as it was kept.
pub fn standing_from_item(item: &Item) -> std::result::Result<Standing, Corrupt> {
    let minor = |name| if item.get(name).is_some() { item.number(name) } else { Ok(0) };
    Ok(Standing {
        refunded: item.number("d")?,
        pending: item.number("p")?,
        left: item.number("l")?,
        disputed: Disputed { open: minor("o")?, lost: minor("x")? },
    })
}

/// A refund as it was kept.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<Refund, Corrupt> {
    let currency: Currency = item.parse("cur")?;
    let name = RefundStatusName::named(item.text("st")?).ok_or_else(|| item.corrupt("st"))?;
    let metadata = item.text_if_any("meta").map(Metadata::new).transpose();
    let surface = Surface::named(item.text("sfc")?).ok_or_else(|| item.corrupt("sfc"))?;
    Ok(Refund {
        // It stands in the indexes and is not kept a third time.
        id: item.parse("gsi2sk")?,
        scope,
        surface,
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
        invoice: item.parse_if_any("inv")?,
        invoiced: match surface {
            Surface::Payments => true,
            Surface::Platform | Surface::Links => item.flag("noted"),
        },
        credit_note: match item.get("cn") {
            Some(_) => Some(invoice::note_from_item(item.map("cn")?)?),
            None => None,
        },
        invoiced_later: item.flag("later"),
        status: match name {
            RefundStatusName::Processing => RefundStatus::Processing { until: item.time("until")? },
            RefundStatusName::Succeeded => RefundStatus::Succeeded {
                reference: item.text("ref")?.to_owned(),
                tax: Money::from_minor(item.number("tax")?, currency),
                at: item.time("done")?,
            },
            RefundStatusName::Failed => RefundStatus::Failed { reason: item.parse("why")? },
        },
        first: match item.text_if_any("first") {
            Some(name) => Some(RefundStatusName::named(name).ok_or_else(|| item.corrupt("first"))?),
            None => None,
        },
        began: standing_from_item(item.map("was")?)?,
        ended: match item.get("is") {
            Some(_) => Some(standing_from_item(item.map("is")?)?),
            None => None,
        },
        history: item.history()?,
        created_at: item.time("crt")?,
        updated_at: item.time("upd")?,
        version: item.number("v")?,
    })
}
