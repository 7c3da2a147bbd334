//! Checkout sessions in the table. A session is written once; its payment intent says what becomes
//! of it.

use super::{
    Corrupt, Item, Result, Table, Value, Write,
    intent::{record_from_item, record_to_item},
    key,
    payment_link::{addresses_from_item, addresses_to_item},
};
use crate::model::{
    Amounts, Currency, Money, Scope, Surface,
    catalog::Purchase,
    checkout_session::{CheckoutSession, Payer},
    id::CheckoutSessionId,
    metadata::Metadata,
    payment_link::ReturnAddresses,
};

impl Table {
    /// One session of this tenant.
    pub async fn checkout_session(
        &self,
        s: Scope,
        id: CheckoutSessionId,
    ) -> Result<Option<CheckoutSession>> {
        let item = self.find(&key::checkout_session(s, id)).await?;
        Ok(item.map(|item| from_item(s, id, &item)).transpose()?)
    }
}

/// The write that starts a session. It is swept if nobody tries to pay; see [`keep`].
pub fn insert(session: &CheckoutSession) -> Write {
    let item = to_item(session).with("ttl", session.swept_at().seconds());
    Write::Insert(item)
}

/// The write that starts a session which is kept whether or not anybody tries to pay: its payment
/// is listed from the start.
pub fn insert_for_good(session: &CheckoutSession) -> Write {
    Write::Insert(to_item(session))
}

/// The write that keeps a session for good, beside the first submit. One that is kept already may
/// be kept again.
pub fn keep(s: Scope, id: CheckoutSessionId) -> Write {
    Write::Update(super::Update::of(key::checkout_session(s, id)).remove("ttl"))
}

/// The write that blanks who pays in a session; a second time changes nothing.
pub fn erase(session: &CheckoutSession) -> Write {
    let blank = payer_to_item(&session.payer.erased());
    let update = super::Update::of(key::checkout_session(session.scope, session.id));
    let update = update.set("payer", blank);
    Write::Update(match session.erased_tax() {
        Some(tax) => update.set("how", record_to_item(&tax)),
        None => update,
    })
}

fn to_item(session: &CheckoutSession) -> Item {
    let lines = session.lines.iter().map(|line| Value::M(purchase_to_item(line)));
    let item = key::checkout_session(session.scope, session.id)
        .item()
        .with("v", 1_i64)
        .with("sfc", session.surface.as_str())
        .with_some("link", session.link.map(|link| link.to_string()))
        .with("payer", payer_to_item(&session.payer))
        .with("lines", Value::L(lines.collect()))
        .with("mode", session.pricing_mode.as_str())
        .with("net", session.amounts.subtotal().minor())
        .with("tax", session.amounts.tax().minor())
        .with("cur", session.amounts.currency().code())
        .with_some("how", session.tax.as_ref().map(record_to_item))
        .with_some("ref", session.client_reference.as_deref())
        .with_some("meta", session.metadata.as_ref().map(Metadata::as_str))
        .with("exp", session.expires_at)
        .with("crt", session.created_at);
    match addresses_to_item(&session.addresses) {
        addresses if addresses.0.is_empty() => item,
        addresses => item.with("to", addresses),
    }
}

/// A session as it was kept.
pub fn from_item(
    scope: Scope,
    id: CheckoutSessionId,
    item: &Item,
) -> std::result::Result<CheckoutSession, Corrupt> {
    let currency: Currency = item.parse("cur")?;
    let money = |name| Ok(Money::from_minor(item.number(name)?, currency));
    let lines = item.items("lines")?.into_iter().map(|line| purchase(line, currency));
    let metadata = item.text_if_any("meta").map(Metadata::new).transpose();
    let amounts = Amounts::new(money("net")?, money("tax")?);
    let tax = item.get("how").map(|_| item.map("how")).transpose()?;
    Ok(CheckoutSession {
        id,
        scope,
        surface: Surface::named(item.text("sfc")?).ok_or_else(|| item.corrupt("sfc"))?,
        link: item.parse_if_any("link")?,
        payer: payer(item.map("payer")?)?,
        lines: lines.collect::<std::result::Result<_, Corrupt>>()?,
        pricing_mode: item.parse("mode")?,
        amounts: amounts.ok_or_else(|| item.corrupt("net"))?,
        tax: tax.map(record_from_item).transpose()?,
        addresses: match item.get("to") {
            Some(_) => addresses_from_item(item.map("to")?),
            None => ReturnAddresses::default(),
        },
        client_reference: item.text_if_any("ref").map(str::to_owned),
        metadata: metadata.map_err(|_| item.corrupt("meta"))?,
        expires_at: item.time("exp")?,
        created_at: item.time("crt")?,
    })
}

fn purchase_to_item(line: &Purchase) -> Item {
    Item::new()
        .with_some("id", line.product.map(|id| id.to_string()))
        .with("name", line.name.as_str())
        .with("n", line.quantity)
        .with("each", line.unit_price.minor())
        .with_some("tax", line.tax_code.as_deref())
        .with_some("rate", line.tax_rate.map(|rate| rate.to_string()))
}

fn purchase(item: &Item, currency: Currency) -> std::result::Result<Purchase, Corrupt> {
    Ok(Purchase {
        product: item.parse_if_any("id")?,
        name: item.text("name")?.to_owned(),
        quantity: item.number("n")?,
        unit_price: Money::from_minor(item.number("each")?, currency),
        tax_code: item.text_if_any("tax").map(str::to_owned),
        tax_rate: item.parse_if_any("rate")?,
    })
}

fn payer_to_item(payer: &Payer) -> Item {
    Item::new()
        .with("first", payer.first_name.as_str())
        .with("last", payer.last_name.as_str())
        .with("email", payer.email.as_str())
        .with_some("phone", payer.phone.as_deref())
        .with_some("co", payer.company.as_deref())
        .with_some("taxid", payer.tax_id.as_deref())
        .with("land", payer.country.as_str())
        .with_some("reg", payer.region.as_deref())
        .with_some("zip", payer.postal_code.as_deref())
}

fn payer(item: &Item) -> std::result::Result<Payer, Corrupt> {
    let optional = |name| item.text_if_any(name).map(str::to_owned);
    let text = |name| item.text(name).map(str::to_owned);
    Ok(Payer {
        first_name: text("first")?,
        last_name: text("last")?,
        email: text("email")?,
        phone: optional("phone"),
        company: optional("co"),
        tax_id: optional("taxid"),
        country: text("land")?,
        region: optional("reg"),
        postal_code: optional("zip"),
    })
}

#[cfg(test)]
mod tests;
