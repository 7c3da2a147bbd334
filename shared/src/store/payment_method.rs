//! Saved cards in the table.

use super::{
    Consistency, Corrupt, Error, Item, Table, intent::card_from_item, intent::card_to_item, key,
};
use crate::model::{
    Scope,
    id::{CustomerId, PaymentMethodId},
    payment_method::PaymentMethod,
};

impl Table {
    /// One saved card.
    ///
    /// # Errors
    /// The table cannot be reached, or the record is corrupt.
    pub async fn payment_method(
        &self,
        scope: Scope,
        customer: CustomerId,
        id: PaymentMethodId,
    ) -> super::Result<Option<PaymentMethod>> {
        let item = self.get(&key::payment_method(scope, customer, id), Consistency::Strong).await?;
        item.map(|item| from_item(scope, &item)).transpose().map_err(Error::from)
    }
}

/// A saved card as it is kept.
#[must_use]
pub fn to_item(method: &PaymentMethod) -> Item {
    key::payment_method(method.scope, method.customer, method.id)
        .item()
        .with("v", 1_i64)
        .with("cust", method.customer.to_string())
        .with("card", card_to_item(&method.card))
        .with("proc", method.processor.as_str())
        .with("tok", method.token.as_str())
        .with("crt", method.created_at)
        .with_history(&method.history)
}

/// A saved card as it was kept.
///
/// # Errors
/// A record that [`to_item`] cannot have made.
pub fn from_item(scope: Scope, item: &Item) -> Result<PaymentMethod, Corrupt> {
    let id: PaymentMethodId = item.parse("sk")?;
    Ok(PaymentMethod {
        id,
        scope,
        customer: item.parse("cust")?,
        card: card_from_item(item.map("card")?)?,
        processor: item.text("proc")?.to_owned(),
        token: item.text("tok")?.to_owned(),
        created_at: item.time("crt")?,
        history: item.history()?,
    })
}

#[cfg(test)]
mod tests;
