//! Wallets in the table: one record per customer with the names of all.

use super::{Consistency, Corrupt, Item, Result, Table, Value, Write, key};
use crate::model::{
    Scope,
    id::CustomerId,
    wallet::{Wallet, Wallets},
};

impl Table {
    /// A customer's wallets; none where there is no record yet.
    pub async fn wallets(
        &self,
        scope: Scope,
        customer: CustomerId,
        consistency: Consistency,
    ) -> Result<Wallets> {
        let item = self.get(&key::wallets(scope, customer), consistency).await?;
        let wallets = item.map(|item| from_item(scope, customer, &item)).transpose();
        Ok(wallets?.unwrap_or_else(|| Wallets::none(scope, customer)))
    }
}

/// The write that puts a customer's wallets in place: an insert at version 1, a replacement above.
pub fn put(next: &Wallets) -> Write {
    match next.version {
        0 | 1 => Write::Insert(to_item(next)),
        version => Write::Replace { item: to_item(next), version: version.saturating_sub(1) },
    }
}

fn to_item(wallets: &Wallets) -> Item {
    let list = wallets.list.iter().map(|wallet| {
        let item = Item::new()
            .with("id", wallet.id.to_string())
            .with("name", wallet.name.as_str())
            .with("cur", wallet.currency.code())
            .with("crt", wallet.created_at);
        Value::M(if wallet.primary { item.with("main", true) } else { item })
    });
    key::wallets(wallets.scope, wallets.customer)
        .item()
        .with("v", wallets.version)
        .with("list", Value::L(list.collect()))
}

/// A customer's wallets as they were kept.
pub fn from_item(
    scope: Scope,
    customer: CustomerId,
    item: &Item,
) -> std::result::Result<Wallets, Corrupt> {
    let list = item.items("list")?.into_iter().map(|wallet| {
        Ok(Wallet {
            id: wallet.parse("id")?,
            name: wallet.text("name")?.to_owned(),
            currency: wallet.parse("cur")?,
            primary: wallet.flag("main"),
            created_at: wallet.time("crt")?,
        })
    });
    let list = list.collect::<std::result::Result<_, Corrupt>>()?;
    Ok(Wallets { scope, customer, list, version: item.number("v")? })
}

#[cfg(test)]
mod tests;
