//! Customers in the table.

pub mod profile;

use super::{
    Consistency, Corrupt, Error, Index, Item, Key, Query, Result, Table, Value, Write, key,
    list::{Listing, Slice},
};
use crate::model::{
    Scope, Surface,
    customer::{Customer, MerchantAccount},
    id::CustomerId,
};
use futures_util::future::try_join;

impl Table {
    /// One customer of this tenant.
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
    pub async fn buyer(
        &self,
        scope: Scope,
        email: &str,
        fingerprint: &str,
    ) -> Result<Option<CustomerId>> {
        let claim = self.get(&key::buyer(scope, email, fingerprint), Consistency::Strong).await?;
        claim.map(|claim| claim.parse("cust")).transpose().map_err(Error::from)
    }

    /// The customer whom callers know by this id of their own.
    pub async fn customer_with_own_id(
        &self,
        scope: Scope,
        own: &str,
    ) -> Result<Option<CustomerId>> {
        let claim = self.get(&key::customer_own_id(scope, own), Consistency::Strong).await?;
        claim.map(|claim| claim.parse("cust")).transpose().map_err(Error::from)
    }

    /// The customer whom a request made before: one of a batch, by its place and its key.
    pub async fn customer_of_request(
        &self,
        scope: Scope,
        request: &str,
    ) -> Result<Option<CustomerId>> {
        let claim = self.get(&key::customer_request(scope, request), Consistency::Strong).await?;
        claim.map(|claim| claim.parse("cust")).transpose().map_err(Error::from)
    }

    /// A tenant's customers with this address, newest first: those of all surfaces but the platform
    /// from an index, and the one that the platform surface has.
    pub async fn customers_with_email(
        &self,
        scope: Scope,
        email: &str,
        slice: &Slice,
    ) -> Result<Listing<Customer>> {
        let query = Query {
            index: Some(Index::First),
            pk: key::customers_by_email(scope, email),
            from: slice.lowest(),
            to: slice.highest(),
            consistency: Consistency::Eventual,
            oldest_first: false,
            limit: slice.limit.saturating_add(1),
        };
        let claim = key::customer_email(scope, email);
        let (page, claim) =
            try_join(self.query(query), self.get(&claim, Consistency::Strong)).await?;
        let mut items = page.items;
        if let Some(claim) = claim {
            let id: CustomerId = claim.parse("cust")?;
            let before = slice.before.is_none_or(|before| *id.uuid() < before);
            let item = self.get(&key::customer(scope, id), Consistency::Strong).await?;
            items.extend(item.filter(|_| before));
        }
        items.sort_by_cached_key(|item| {
            std::cmp::Reverse(item.text_if_any("sk").unwrap_or_default().to_owned())
        });
        Listing::cut(items, slice.limit, "sk")?.try_map(|item| from_item(scope, item))
    }

    /// A tenant's customers, newest first.
    pub async fn customers(&self, scope: Scope, slice: &Slice) -> Result<Listing<Customer>> {
        let listing = self.list_by_month(|month| key::customers(scope, month), slice).await?;
        listing.try_map(|item| from_item(scope, item))
    }
}

/// The writes that create a customer whom a link made: the customer, and the claim on the address
/// together with the card. The address alone is nobody's: anybody can type one.
pub fn insert_buyer(customer: &Customer, fingerprint: &str) -> [Write; 2] {
    let claim = key::buyer(customer.scope, &customer.email, fingerprint)
        .item()
        .with("v", 1_i64)
        .with("cust", customer.id.to_string());
    [Write::Insert(to_item(customer)), Write::Insert(claim)]
}

/// The writes that create a customer: the customer, and the claim on the e-mail address.
pub fn insert(customer: &Customer) -> [Write; 2] {
    [Write::Insert(to_item(customer)), claim_email(customer)]
}

/// The writes that create a customer whom callers keep under their own id, where they have one.
/// `request` names the place of a batch that came with an idempotency key.
#[must_use = "writes change nothing until they are committed"]
pub fn insert_kept(customer: &Customer, request: Option<&str>) -> Vec<Write> {
    let own = customer.profile.own_id.as_deref();
    let own = own.map(|own| claim_own_id(customer, own));
    let request =
        request.map(|request| claim(&key::customer_request(customer.scope, request), customer.id));
    [Some(Write::Insert(to_item(customer))), own, request].into_iter().flatten().collect()
}

/// The claim on a caller's own id for a customer.
pub fn claim_own_id(customer: &Customer, own: &str) -> Write {
    claim(&key::customer_own_id(customer.scope, own), customer.id)
}

/// The claim on an e-mail address, which customers of the platform surface have.
pub fn claim_email(customer: &Customer) -> Write {
    claim(&key::customer_email(customer.scope, &customer.email), customer.id)
}

fn claim(key: &Key, id: CustomerId) -> Write {
    Write::Insert(key.item().with("v", 1_i64).with("cust", id.to_string()))
}

/// The tenant's own id of a customer, as a customer's item says.
pub fn own_id(item: &Item) -> Option<String> {
    item.text_if_any("own").map(str::to_owned)
}

/// The write that changes a customer; `next.version` is one above what it replaces.
pub fn replace(next: &Customer) -> Write {
    Write::Replace { item: to_item(next), version: next.version.saturating_sub(1) }
}

fn to_item(customer: &Customer) -> Item {
    let accounts =
        customer.merchant_accounts.iter().map(|account| Value::M(account_to_item(account)));
    let accounts: Vec<Value> = accounts.collect();
    // What was made before there were several surfaces says nothing.
    let surface = Some(customer.surface).filter(|surface| *surface != Surface::Platform);
    let changed = Some(customer.updated_at).filter(|at| *at != customer.created_at);
    let item = key::customer(customer.scope, customer.id)
        .item()
        .with("v", customer.version)
        .with("name", customer.name.as_str())
        .with("email", customer.email.as_str())
        .with("accts", Value::L(accounts))
        .with_some("sfc", surface.map(Surface::as_str))
        .with_some("idem", customer.idempotency_key.as_deref())
        .with_some("upd", changed);
    let item = match surface {
        Some(_) => item
            .with("gsi1pk", key::customers_by_email(customer.scope, &customer.email))
            .with("gsi1sk", customer.id.to_string()),
        None => item,
    };
    let item = match customer.history.last_sequence() {
        0 => item,
        _ => item.with_history(&customer.history),
    };
    profile::with_profile(item, &customer.profile)
}

/// A customer as it was kept.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<Customer, Corrupt> {
    let id: CustomerId = item.parse("sk")?;
    let accounts = item.items("accts")?.into_iter().map(account_from_item);
    Ok(Customer {
        id,
        scope,
        surface: match item.text_if_any("sfc") {
            Some(name) => Surface::named(name).ok_or_else(|| item.corrupt("sfc"))?,
            None => Surface::Platform,
        },
        name: item.text("name")?.to_owned(),
        email: item.text("email")?.to_owned(),
        profile: profile::profile(item)?,
        idempotency_key: item.text_if_any("idem").map(str::to_owned),
        merchant_accounts: accounts.collect::<std::result::Result<_, Corrupt>>()?,
        created_at: id.minted_at(),
        updated_at: item.time_if_any("upd")?.unwrap_or_else(|| id.minted_at()),
        history: item.history()?,
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
        .with_some("conn", account.connected.as_deref())
        .with("crt", account.created_at)
}

/// A merchant account as it was kept.
pub(super) fn account_from_item(item: &Item) -> std::result::Result<MerchantAccount, Corrupt> {
    Ok(MerchantAccount {
        id: item.parse("id")?,
        status: item.parse("st")?,
        descriptor: item.text("desc")?.to_owned(),
        processor: item.text("proc")?.to_owned(),
        connected: item.text_if_any("conn").map(str::to_owned),
        created_at: item.time("crt")?,
    })
}

#[cfg(test)]
mod tests;
