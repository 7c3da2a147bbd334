//! What happened to an object, as it is kept in the object's own item.

use super::{Corrupt, Item, Value, customer::profile, invoice, refund};
use crate::model::{
    card::CardSummary,
    event::{
        EndpointDetail, EventDetail, Occurrence, PaymentDetail, PaymentReceipt, RefundsDetail,
    },
};

/// One entry of a history as an attribute.
pub fn to_value(entry: &Occurrence) -> Value {
    let item = Item::new().with("t", entry.kind.as_str()).with("at", entry.at);
    match entry.detail.as_deref() {
        None => item,
        Some(EventDetail::Payment(detail)) => item
            .with("st", detail.status.as_str())
            .with_some("cust", detail.customer.map(|id| id.to_string()))
            .with("amt", detail.total)
            .with_some("why", detail.failure.map(|why| why.as_str()))
            .with_some("card", detail.card.as_ref().map(card_to_item))
            .with_some("pm", detail.payment_method.map(|id| id.to_string()))
            .with_some("rel", detail.hold.map(|(released, ..)| released))
            .with_some("back", detail.hold.map(|(_, given_back, _)| given_back))
            .with_some("exp", detail.hold.map(|(.., expires_at)| expires_at))
            .with_some("rcpt", detail.receipt.as_deref().map(receipt_to_item)),
        Some(EventDetail::Endpoint(detail)) => item
            .with("url", detail.url.as_str())
            .with_some("fail", detail.failing_since)
            .with_some("why", detail.reason.map(|why| why.as_str())),
        Some(EventDetail::Customer(detail)) => item.with("kept", profile::detail_to_item(detail)),
        Some(EventDetail::Refunds(RefundsDetail { before, after })) => item
            .with("was", refund::standing_to_item(before))
            .with("is", refund::standing_to_item(after)),
    }
    .into()
}

/// One entry of a history as it was kept.
pub fn from_item(item: &Item) -> Result<Occurrence, Corrupt> {
    let detail = if item.get("st").is_some() {
        Some(EventDetail::Payment(payment(item)?))
    } else if item.get("url").is_some() {
        Some(EventDetail::Endpoint(EndpointDetail {
            url: item.text("url")?.to_owned(),
            failing_since: item.time_if_any("fail")?,
            reason: item.parse_if_any("why")?,
        }))
    } else if item.get("kept").is_some() {
        Some(EventDetail::Customer(Box::new(profile::detail(item.map("kept")?)?)))
    } else if item.get("was").is_some() {
        let standing = |name| refund::standing_from_item(item.map(name)?);
        let (before, after) = (standing("was")?, standing("is")?);
        Some(EventDetail::Refunds(RefundsDetail { before, after }))
    } else {
        None
    };
    Ok(Occurrence { kind: item.parse("t")?, at: item.time("at")?, detail: detail.map(Box::new) })
}

fn payment(item: &Item) -> Result<PaymentDetail, Corrupt> {
    let card = item.get("card").map(|_| card_from_item(item.map("card")?)).transpose()?;
    let hold = match item.time_if_any("exp")? {
        Some(expires_at) => Some((item.number("rel")?, item.number("back")?, expires_at)),
        None => None,
    };
    Ok(PaymentDetail {
        status: item.parse("st")?,
        customer: item.parse_if_any("cust")?,
        total: item.number("amt")?,
        failure: item.parse_if_any("why")?,
        card,
        payment_method: item.parse_if_any("pm")?,
        hold,
        receipt: match item.get("rcpt") {
            Some(_) => Some(Box::new(receipt_from_item(item.map("rcpt")?)?)),
            None => None,
        },
    })
}

fn receipt_to_item(receipt: &PaymentReceipt) -> Item {
    Item::new()
        .with_some("mail", receipt.email.as_deref())
        .with_some("own", receipt.customer_own_id.as_deref())
        .with_some("inv", receipt.invoice.as_ref().map(invoice::ref_to_item))
        .with_some("told", receipt.told.then_some(true))
}

fn receipt_from_item(item: &Item) -> Result<PaymentReceipt, Corrupt> {
    let text = |name| item.text_if_any(name).map(str::to_owned);
    Ok(PaymentReceipt {
        email: text("mail"),
        customer_own_id: text("own"),
        invoice: item.get("inv").map(|_| invoice::ref_from_item(item.map("inv")?)).transpose()?,
        told: item.flag("told"),
    })
}

/// Without its fingerprint, which no event tells.
fn card_to_item(card: &CardSummary) -> Value {
    Item::new()
        .with("brand", card.brand.as_str())
        .with("last4", card.last4.as_str())
        .with("em", i64::from(card.exp_month))
        .with("ey", i64::from(card.exp_year))
        .into()
}

fn card_from_item(item: &Item) -> Result<CardSummary, Corrupt> {
    Ok(CardSummary {
        brand: item.text("brand")?.to_owned(),
        last4: item.text("last4")?.to_owned(),
        exp_month: item.number("em")?,
        exp_year: item.number("ey")?,
        fingerprint: String::new(),
        country: None,
    })
}
