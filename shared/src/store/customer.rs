//! Customers in the table.

use super::{
    Consistency, Corrupt, Error, Item, Result, Table, Value, Write, key,
    list::{Listing, Slice},
};
use crate::model::{
    Scope,
    customer::{Customer, MerchantAccount},
    id::CustomerId,
};

impl Table {
    /// One customer of this tenant.
    ///
    /// # Errors
    /// The table cannot be reached, or the record is corrupt.
    pub async fn customer(
        &self,
        scope: Scope,
        id: CustomerId,
        consistency: Consistency,
    ) -> Result<Option<Customer>> {
        let key = key::customer(scope, id);
        let item = match consistency {
            Consistency::Eventual => self.find(&key).await?,
            Consistency::Strong => self.get(&key, Consistency::Strong).await?,
        };
        item.map(|item| from_item(scope, &item)).transpose().map_err(Error::from)
    }

    /// The customer whom a link made of whoever paid with this address and this card.
    ///
    /// # Errors
    /// The table cannot be reached, or the record is corrupt.
    pub async fn buyer(
        &self,
        scope: Scope,
        email: &str,
        fingerprint: &str,
    ) -> Result<Option<CustomerId>> {
        let claim = self.get(&key::buyer(scope, email, fingerprint), Consistency::Strong).await?;
        claim.map(|claim| claim.parse("cust")).transpose().map_err(Error::from)
    }

    /// A tenant's customers, newest first.
    ///
    /// # Errors
    /// The table cannot be reached, or a record is corrupt.
    pub async fn customers(&self, scope: Scope, slice: &Slice) -> Result<Listing<Customer>> {
        let listing = self.list_by_month(|month| key::customers(scope, month), slice).await?;
        listing.try_map(|item| from_item(scope, item))
    }
}

/// The writes that create a customer whom a link made: the customer, and the claim on the address
/// together with the card. The address alone is nobody's: anybody can type one.
#[must_use]
pub fn insert_buyer(customer: &Customer, fingerprint: &str) -> [Write; 2] {
    let claim = key::buyer(customer.scope, &customer.email, fingerprint)
        .item()
        .with("v", 1_i64)
        .with("cust", customer.id.to_string());
    [Write::Insert(to_item(customer)), Write::Insert(claim)]
}

/// The writes that create a customer: the customer, and the claim on the e-mail address.
#[must_use]
pub fn insert(customer: &Customer) -> [Write; 2] {
    let claim = key::customer_email(customer.scope, &customer.email)
        .item()
        .with("v", 1_i64)
        .with("cust", customer.id.to_string());
    [Write::Insert(to_item(customer)), Write::Insert(claim)]
}

/// The write that changes a customer; `next.version` is one above what it replaces.
#[must_use]
pub fn replace(next: &Customer) -> Write {
    Write::Replace { item: to_item(next), version: next.version.saturating_sub(1) }
}

fn to_item(customer: &Customer) -> Item {
    let accounts =
        customer.merchant_accounts.iter().map(|account| Value::M(account_to_item(account)));
    let accounts: Vec<Value> = accounts.collect();
    key::customer(customer.scope, customer.id)
        .item()
        .with("v", customer.version)
        .with("name", customer.name.as_str())
        .with("email", customer.email.as_str())
        .with("accts", Value::L(accounts))
}

/// A customer as it was kept.
///
/// # Errors
/// A record that this file cannot have made.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<Customer, Corrupt> {
    let id: CustomerId = item.parse("sk")?;
    let accounts = item.items("accts")?.into_iter().map(account_from_item);
    Ok(Customer {
        id,
        scope,
        name: item.text("name")?.to_owned(),
        email: item.text("email")?.to_owned(),
        merchant_accounts: accounts.collect::<std::result::Result<_, Corrupt>>()?,
        created_at: id.minted_at(),
        version: item.number("v")?,
    })
}

/// A merchant account as it is kept.
pub(super) fn account_to_item(account: &MerchantAccount) -> Item {
    Item::new()
        .with("id", account.id.to_string())
        .with("st", account.status.as_str())
        .with("desc", account.descriptor.as_str())
        .with("proc", account.processor.as_str())
        .with("crt", account.created_at)
}

/// A merchant account as it was kept.
pub(super) fn account_from_item(item: &Item) -> std::result::Result<MerchantAccount, Corrupt> {
    Ok(MerchantAccount {
        id: item.parse("id")?,
        status: item.parse("st")?,
        descriptor: item.text("desc")?.to_owned(),
        processor: item.text("proc")?.to_owned(),
        created_at: item.time("crt")?,
    })
}

#[cfg(test)]
mod tests;
