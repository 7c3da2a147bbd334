//! Destinations of payees in the table.

use super::{
    Consistency, Corrupt, Error, Item, Query, Result, Table, Write, bank, key,
    list::{Listing, Slice},
};
use crate::model::{
    Scope,
    destination::{Destination, DestinationKind},
    id::{CustomerId, DestinationId, PayeeId},
};

impl Table {
    /// One destination in a customer's address book.
    ///
    /// # Errors
    /// The table cannot be reached, or the record is corrupt.
    pub async fn destination(
        &self,
        scope: Scope,
        customer: CustomerId,
        id: DestinationId,
        consistency: Consistency,
    ) -> Result<Option<Destination>> {
        let key = key::destination(scope, customer, id);
        let item = match consistency {
            Consistency::Eventual => self.find(&key).await?,
            Consistency::Strong => self.get(&key, Consistency::Strong).await?,
        };
        item.map(|item| from_item(scope, customer, &item)).transpose().map_err(Error::from)
    }

    /// Where one payee of a customer takes money, newest first. Pages may be short: the address
    /// book is one list.
    ///
    /// # Errors
    /// The table cannot be reached, or a record is corrupt.
    pub async fn destinations(
        &self,
        scope: Scope,
        customer: CustomerId,
        payee: PayeeId,
        slice: &Slice,
    ) -> Result<Listing<Destination>> {
        let query = Query {
            index: None,
            pk: key::destinations(scope, customer),
            from: slice.lowest(),
            to: slice.highest(),
            consistency: Consistency::Strong,
            oldest_first: false,
            limit: slice.limit.saturating_add(1),
        };
        let raw = Listing::cut(self.query(query).await?.items, slice.limit, "sk")?;
        let listing = raw.try_map(|item| from_item(scope, customer, item))?;
        Ok(listing.keep(|destination| destination.payee == payee))
    }
}

/// The write that adds a destination.
#[must_use]
pub fn insert(destination: &Destination) -> Write {
    Write::Insert(to_item(destination))
}

fn to_item(destination: &Destination) -> Item {
    let item = key::destination(destination.scope, destination.customer, destination.id)
        .item()
        .with("v", destination.version)
        .with("payee", destination.payee.to_string())
        .with_some("label", destination.label.as_deref());
    match &destination.kind {
        DestinationKind::Bank { token, processor, summary } => item
            .with("tok", token.as_str())
            .with("proc", processor.as_str())
            .with("bank", bank::to_item(summary)),
        DestinationKind::Email { address } => item.with("email", address.as_str()),
    }
}

/// A destination as it was kept.
///
/// # Errors
/// A record that this file cannot have made.
pub fn from_item(
    scope: Scope,
    customer: CustomerId,
    item: &Item,
) -> std::result::Result<Destination, Corrupt> {
    let id: DestinationId = item.parse("sk")?;
    let kind = match item.text_if_any("email") {
        Some(address) => DestinationKind::Email { address: address.to_owned() },
        None => DestinationKind::Bank {
            token: item.text("tok")?.to_owned(),
            processor: item.text("proc")?.to_owned(),
            summary: bank::from_item(item.map("bank")?)?,
        },
    };
    Ok(Destination {
        id,
        scope,
        customer,
        payee: item.parse("payee")?,
        kind,
        label: item.text_if_any("label").map(str::to_owned),
        created_at: id.minted_at(),
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
