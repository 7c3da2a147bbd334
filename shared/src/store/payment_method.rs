//! Saved cards and bank accounts in the table.

use super::{
    Consistency, Corrupt, Error, Index, Item, Query, Result, Table, Write, bank,
    intent::{card_from_item, card_to_item},
    key,
    list::{Listing, Slice},
};
use crate::model::{
    Id, Scope,
    id::{CustomerId, PaymentMethodId},
    payment_method::{MethodDetail, PaymentMethod},
};

impl Table {
    /// One saved card or bank account of a customer.
    ///
    /// # Errors
    /// The table cannot be reached, or the record is corrupt.
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
    ///
    /// # Errors
    /// The table cannot be reached, or a record is corrupt.
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

    /// A customer's saved cards and bank accounts, newest first.
    ///
    /// # Errors
    /// The table cannot be reached, or a record is corrupt.
    pub async fn payment_methods(
        &self,
        scope: Scope,
        customer: CustomerId,
        slice: &Slice,
    ) -> Result<Listing<PaymentMethod>> {
        let query = Query {
            index: Some(Index::First),
            pk: key::methods_of_customer(scope, customer),
            from: slice.lowest(),
            to: slice.highest(),
            consistency: Consistency::Eventual,
            oldest_first: false,
            limit: slice.limit.saturating_add(1),
        };
        let raw = Listing::cut(self.query(query).await?.items, slice.limit, "gsi1sk")?;
        raw.try_map(|item| from_item(scope, item))
    }
}

/// The writes that save a payment method: a bank account can also be found by its id alone.
#[must_use]
pub fn insert(method: &PaymentMethod) -> Vec<Write> {
    let pointer = pointer(method).map(|key| {
        Write::Insert(key.item().with("v", 1_i64).with("cust", method.customer.to_string()))
    });
    [Write::Insert(to_item(method))].into_iter().chain(pointer).collect()
}

/// The writes that forget a payment method.
#[must_use]
pub fn remove(method: &PaymentMethod) -> Vec<Write> {
    let key = key::payment_method(method.scope, method.customer, method.id);
    let keys = [key].into_iter().chain(pointer(method));
    keys.map(|key| Write::Remove { key, version: 1 }).collect()
}

fn pointer(method: &PaymentMethod) -> Option<super::Key> {
    method.account().map(|_| key::bank_method(method.scope, method.id))
}

/// A payment method as it is kept.
#[must_use]
pub fn to_item(method: &PaymentMethod) -> Item {
    // Ids are derived from card or account, so that the age needs a place of its own to sort by.
    let mut seed = [0; 10];
    seed.iter_mut()
        .zip(method.id.uuid().as_bytes().iter().skip(6))
        .for_each(|(to, from)| *to = *from);
    let item = key::payment_method(method.scope, method.customer, method.id)
        .item()
        .with("gsi1pk", key::methods_of_customer(method.scope, method.customer))
        .with("gsi1sk", Id::<()>::mint(method.created_at, seed).to_string())
        .with("v", 1_i64)
        .with("cust", method.customer.to_string())
        .with("proc", method.processor.as_str())
        .with("tok", method.token.as_str())
        .with("crt", method.created_at);
    match &method.detail {
        MethodDetail::Card(card) => {
            item.with("card", card_to_item(card)).with_history(&method.history)
        }
        MethodDetail::Bank(account) => item.with("bank", bank::to_item(account)),
    }
}

/// A payment method as it was kept.
///
/// # Errors
/// A record that [`to_item`] cannot have made.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<PaymentMethod, Corrupt> {
    let detail = match item.get("bank") {
        Some(_) => MethodDetail::Bank(bank::from_item(item.map("bank")?)?),
        None => MethodDetail::Card(card_from_item(item.map("card")?)?),
    };
    Ok(PaymentMethod {
        id: item.parse("sk")?,
        scope,
        customer: item.parse("cust")?,
        detail,
        processor: item.text("proc")?.to_owned(),
        token: item.text("tok")?.to_owned(),
        created_at: item.time("crt")?,
        history: item.history()?,
    })
}

#[cfg(test)]
mod tests;
