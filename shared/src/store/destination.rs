//! Destinations of payees in the table.

use super::{
    Consistency, Corrupt, Error, Item, Query, Result, Table, Write, bank, key,
    list::{Gather, Gathered, Listing, Slice},
};
use crate::model::{
    Scope,
    destination::{Destination, DestinationKind},
    id::{CustomerId, DestinationId, PayeeId},
    secret::ProcessorToken,
};

impl Table {
    /// One destination in a customer's address book.
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

    /// Where one payee of a customer takes money, newest first. The address book is one list: a page
    /// is filled from what follows, as far as [`super::list::MAX_LOOKED_AT`] records allow.
    pub async fn destinations(
        &self,
        scope: Scope,
        customer: CustomerId,
        payee: PayeeId,
        slice: &Slice,
    ) -> Result<Listing<Destination>> {
        let mut gathered = Gathered::new(slice);
        let mut part = slice.clone();
        loop {
            let query = Query {
                index: None,
                pk: key::destinations(scope, customer),
                from: part.lowest(),
                to: part.highest(),
                consistency: Consistency::Strong,
                oldest_first: false,
                limit: part.limit.saturating_add(1),
            };
            let raw = Listing::cut(self.query(query).await?.items, part.limit, "sk")?;
            let raw = raw.try_map(|item| from_item(scope, customer, item))?;
            let wanted = |destination: &Destination| destination.payee == payee;
            match gathered.take(raw, slice, wanted, |destination| *destination.id.uuid()) {
                Gather::Done(listing) => return Ok(listing),
                Gather::More(next) => part = next,
            }
        }
    }
}

/// The write that adds a destination.
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
            .with("tok", token.reveal())
            .with("proc", processor.as_str())
            .with("bank", bank::to_item(summary)),
        DestinationKind::Email { address } => item.with("email", address.as_str()),
    }
}

/// A destination as it was kept.
pub fn from_item(
    scope: Scope,
    customer: CustomerId,
    item: &Item,
) -> std::result::Result<Destination, Corrupt> {
    let id: DestinationId = item.parse("sk")?;
    let kind = match item.text_if_any("email") {
        Some(address) => DestinationKind::Email { address: address.to_owned() },
        None => DestinationKind::Bank {
            token: ProcessorToken::new(item.text("tok")?.to_owned()),
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
