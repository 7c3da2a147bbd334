//! Saved cards and bank accounts in the table.

use super::{
    Consistency, Corrupt, Error, Item, Query, Result, Table, Write, bank,
    intent::{card_from_item, card_to_item},
    key,
    list::{Listing, Slice},
};
use crate::model::{
    Id, Scope, Surface,
    id::{CustomerId, PaymentMethodId},
    payment_method::{Consent, MethodDetail, PaymentMethod},
    secret::ProcessorToken,
};

/// Cards and bank accounts of one customer that are looked at.
const MAX_METHODS: u32 = 100;

impl Table {
    /// One saved card or bank account of a customer.
    pub async fn payment_method(
        &self,
        scope: Scope,
        customer: CustomerId,
        id: PaymentMethodId,
        consistency: Consistency,
    ) -> Result<Option<PaymentMethod>> {
        let key = key::payment_method(scope, customer, id);
        let item = match consistency {
            Consistency::Eventual => self.find(&key).await?,
            Consistency::Strong => self.get(&key, Consistency::Strong).await?,
        };
        item.map(|item| from_item(scope, &item)).transpose().map_err(Error::from)
    }

    /// A saved bank account of any customer of this tenant. Cards are not found this way.
    pub async fn bank_method(
        &self,
        scope: Scope,
        id: PaymentMethodId,
    ) -> Result<Option<PaymentMethod>> {
        let Some(pointer) = self.find(&key::bank_method(scope, id)).await? else {
            return Ok(None);
        };
        self.payment_method(scope, pointer.parse("cust")?, id, Consistency::Eventual).await
    }

    /// Every saved card and bank account of a customer, as of now and in no order.
    pub async fn saved_methods(
        &self,
        scope: Scope,
        customer: CustomerId,
    ) -> Result<Vec<PaymentMethod>> {
        let query = Query {
            index: None,
            pk: key::methods_of_customer(scope, customer),
            from: " ".to_owned(),
            to: "~".to_owned(),
            consistency: Consistency::Strong,
            oldest_first: true,
            limit: MAX_METHODS,
        };
        let page = self.query(query).await?;
        let methods = page.items.iter().map(|item| from_item(scope, item));
        Ok(methods.collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// A customer's saved cards and bank accounts, newest first.
    pub async fn payment_methods(
        &self,
        scope: Scope,
        customer: CustomerId,
        slice: &Slice,
    ) -> Result<Listing<PaymentMethod>> {
        let raw = self.list_of(key::methods_of_customer(scope, customer), slice).await?;
        raw.try_map(|item| from_item(scope, item))
    }
}

/// The writes that save a payment method: a bank account can also be found by its id alone.
#[must_use = "writes change nothing until they are committed"]
pub fn insert(method: &PaymentMethod) -> Vec<Write> {
    let pointer = pointer(method).map(|key| {
        Write::Insert(key.item().with("v", 1_i64).with("cust", method.customer.to_string()))
    });
    [Write::Insert(to_item(method))].into_iter().chain(pointer).collect()
}

/// The write that puts a saved card in place: an insert at version 1, a replacement above.
pub fn put(method: &PaymentMethod) -> Write {
    Write::at_version(to_item(method), method.version)
}

/// The writes that forget a payment method.
#[must_use = "writes change nothing until they are committed"]
pub fn remove(method: &PaymentMethod) -> Vec<Write> {
    let key = key::payment_method(method.scope, method.customer, method.id);
    let pointer = pointer(method).map(|key| Write::Remove { key, version: 1 });
    [Write::Remove { key, version: method.version }].into_iter().chain(pointer).collect()
}

fn pointer(method: &PaymentMethod) -> Option<super::Key> {
    method.account().map(|_| key::bank_method(method.scope, method.id))
}

/// A payment method as it is kept.
pub fn to_item(method: &PaymentMethod) -> Item {
    // Ids are derived from card or account, so that the age needs a place of its own to sort by.
    let mut seed = [0; 10];
    seed.iter_mut()
        .zip(method.id.uuid().as_bytes().iter().skip(6))
        .for_each(|(to, from)| *to = *from);
    // What was saved before there were several surfaces says nothing.
    let surface = Some(method.surface).filter(|surface| *surface != Surface::Platform);
    let item = key::payment_method(method.scope, method.customer, method.id)
        .item()
        .with("gsi1pk", key::methods_of_customer(method.scope, method.customer))
        .with("gsi1sk", Id::<()>::mint(method.created_at, seed).to_string())
        .with("v", method.version)
        .with("cust", method.customer.to_string())
        .with_some("own", method.customer_own_id.as_deref())
        .with_some("sfc", surface.map(Surface::as_str))
        .with_some("agr", method.consent.as_ref().map(consent_to_item))
        .with("proc", method.processor.as_str())
        .with("tok", method.token.reveal())
        .with("crt", method.created_at);
    match &method.detail {
        MethodDetail::Card(card) => {
            item.with("card", card_to_item(card)).with_history(&method.history)
        }
        MethodDetail::Bank(account) => item.with("bank", bank::to_item(account)),
    }
}

/// A payment method as it was kept.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<PaymentMethod, Corrupt> {
    let detail = match item.get("bank") {
        Some(_) => MethodDetail::Bank(bank::from_item(item.map("bank")?)?),
        None => MethodDetail::Card(card_from_item(item.map("card")?)?),
    };
    Ok(PaymentMethod {
        id: item.parse("sk")?,
        scope,
        surface: match item.text_if_any("sfc") {
            Some(name) => Surface::named(name).ok_or_else(|| item.corrupt("sfc"))?,
            None => Surface::Platform,
        },
        customer: item.parse("cust")?,
        customer_own_id: item.text_if_any("own").map(str::to_owned),
        detail,
        processor: item.text("proc")?.to_owned(),
        token: ProcessorToken::new(item.text("tok")?.to_owned()),
        created_at: item.time("crt")?,
        consent: item.get("agr").map(|_| consent(item.map("agr")?)).transpose()?,
        history: item.history()?,
        version: item.number("v")?,
    })
}

fn consent_to_item(consent: &Consent) -> Item {
    Item::new()
        .with("ver", i64::from(consent.version))
        .with("lang", consent.language.as_str())
        .with("at", consent.at)
        .with("pay", consent.payment.to_string())
        .with("chg", consent.charge.as_str())
}

fn consent(item: &Item) -> std::result::Result<Consent, Corrupt> {
    Ok(Consent {
        version: item.number("ver")?,
        language: item.text("lang")?.to_owned(),
        at: item.time("at")?,
        payment: item.parse("pay")?,
        charge: item.text("chg")?.to_owned(),
    })
}

#[cfg(test)]
mod tests;
