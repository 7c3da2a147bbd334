//! Products of the links surface in the table, and the claim on their numbers.

use super::{
    Consistency, Corrupt, Error, Item, Query, Result, Table, Write, key, organization,
    payment_link::{offer, with_offer},
    processor_account,
};
use crate::model::{
    Scope, Time, catalog::Product, id::ProductId, metadata::Metadata, organization::Organization,
    processor_account::TenantAccounts,
};

/// Most products of a tenant that are not archived.
pub const MAX_PRODUCTS: u32 = 2_000;

/// What decides whether a link can sell something.
#[derive(Debug)]
pub struct Assortment {
    /// The tenant's settings for its links.
    pub organization: Organization,
    /// The accounts that would charge.
    pub accounts: TenantAccounts,
    /// Those of the products that there are.
    pub products: Vec<Product>,
}

impl Table {
    /// One product of this tenant.
    pub async fn product(
        &self,
        s: Scope,
        id: ProductId,
        consistency: Consistency,
    ) -> Result<Option<Product>> {
        let item = self.get(&key::product(s, id), consistency).await?;
        Ok(item.map(|item| from_item(s, &item)).transpose()?)
    }

    /// Several products of this tenant in one trip, in the order of their ids: at most 100.
    pub async fn products_by_id(
        &self,
        s: Scope,
        ids: &[ProductId],
    ) -> Result<Vec<Option<Product>>> {
        let keys: Vec<_> = ids.iter().map(|id| key::product(s, *id)).collect();
        let items = self.get_many(&keys, Consistency::Strong).await?;
        let read = |item: Option<Item>| item.map(|item| from_item(s, &item)).transpose();
        items.into_iter().map(|item| read(item).map_err(Error::from)).collect()
    }

    /// A tenant's settings for its links, the accounts that charge, and products by id, in one trip as
    /// long as they fit.
    pub async fn assortment(
        &self,
        s: Scope,
        ids: &[ProductId],
        created_at: Time,
    ) -> Result<Assortment> {
        let settings = [key::organization(s), key::tenant_accounts(s)].into_iter();
        let keys: Vec<_> = settings.chain(ids.iter().map(|id| key::product(s, *id))).collect();
        let mut items = self.get_many(&keys, Consistency::Strong).await?.into_iter();
        let (settings, accounts) = (items.next().flatten(), items.next().flatten());
        let products = items.flatten().map(|item| from_item(s, &item));
        Ok(Assortment {
            organization: organization::from_item(s, created_at, settings.as_ref())?,
            accounts: processor_account::from_item(s, accounts.as_ref())?,
            products: products.collect::<std::result::Result<_, Corrupt>>()?,
        })
    }

    /// A tenant's products, newest first, archived ones included; those before one of them. Says
    /// whether there are more.
    pub async fn products(
        &self,
        s: Scope,
        before: Option<ProductId>,
        limit: u32,
    ) -> Result<(Vec<Product>, bool)> {
        let before = before.map(|id| id.uuid().as_u128().saturating_sub(1));
        let to = before.map(|below| uuid::Uuid::from_u128(below).to_string());
        let query = Query {
            index: None,
            pk: key::products(s),
            from: "0".to_owned(),
            to: to.unwrap_or_else(|| "~".to_owned()),
            consistency: Consistency::Strong,
            oldest_first: false,
            limit: limit.min(MAX_PRODUCTS),
        };
        let page = self.query(query).await?;
        let products = page.items.iter().map(|item| from_item(s, item));
        Ok((products.collect::<std::result::Result<_, Corrupt>>()?, page.more))
    }
}

/// The writes that make a product: itself, and the claim on its number.
#[must_use = "writes change nothing until they are committed"]
pub fn insert(product: &Product) -> Vec<Write> {
    let claim = claimed(product).map(|sku| claim(product, sku));
    [Write::Insert(to_item(product))].into_iter().chain(claim).collect()
}

/// The writes that change a product; a number that changes hands is given up and claimed in the same
/// commit. Archived products give theirs up.
#[must_use = "writes change nothing until they are committed"]
pub fn replace(before: &Product, after: &Product) -> Vec<Write> {
    let item = Write::Replace { item: to_item(after), version: before.version };
    let (old, new) = (claimed(before), claimed(after));
    if old == new {
        return vec![item];
    }
    let given_up = old.map(|sku| Write::Remove { key: key::sku(after.scope, sku), version: 1 });
    let claim = new.map(|sku| claim(after, sku));
    [item].into_iter().chain(given_up).chain(claim).collect()
}

fn claimed(product: &Product) -> Option<&str> {
    product.sku.as_deref().filter(|_| product.archived_at.is_none())
}

fn claim(product: &Product, sku: &str) -> Write {
    let item = key::sku(product.scope, sku).item().with("v", 1_i64);
    Write::Insert(item.with("id", product.id.to_string()))
}

fn to_item(product: &Product) -> Item {
    with_offer(key::product(product.scope, product.id).item(), &product.offer)
        .with("v", product.version)
        .with_some("sku", product.sku.as_deref())
        .with_some("url", product.image_url.as_deref())
        .with("on", product.active)
        .with_some("arc", product.archived_at)
        .with_some("meta", product.metadata.as_ref().map(Metadata::as_str))
        .with("crt", product.created_at)
        .with("upd", product.updated_at)
}

/// A product as it was kept.
pub(super) fn from_item(scope: Scope, item: &Item) -> std::result::Result<Product, Corrupt> {
    let metadata = item.text_if_any("meta").map(Metadata::new).transpose();
    Ok(Product {
        id: item.parse("sk")?,
        scope,
        offer: offer(item)?,
        sku: item.text_if_any("sku").map(str::to_owned),
        image_url: item.text_if_any("url").map(str::to_owned),
        active: item.flag("on"),
        archived_at: item.time_if_any("arc")?,
        metadata: metadata.map_err(|_| item.corrupt("meta"))?,
        created_at: item.time("crt")?,
        updated_at: item.time("upd")?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
