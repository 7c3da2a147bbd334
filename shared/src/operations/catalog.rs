//! What an organisation sells.

use super::{Commit, IdempotentAnswer, Problem, Remember, Resource, Result, StateRefusal, tax};
use crate::{
    model::{
        Currency, Scope, Time,
        catalog::Product,
        id::ProductId,
        place::{Place, page_of, sortable},
        search::{Words, fold},
        tax::BUILT_IN_CODES,
    },
    store::{
        Consistency, Table, Write,
        catalog::{self, MAX_PRODUCTS},
        payment_link::MAX_ROWS,
        tally::{Tallied, one_less, one_more},
    },
};
use futures_util::future::try_join3;
use std::collections::BTreeMap;

/// Most rows looked at in vain for one page.
const MAX_IN_VAIN: usize = 5_000;

/// Most products that a list sorted by name looks at, archived ones among them.
const MAX_SORTED: u32 = 10_000;

/// A product, and how many links sell it.
#[derive(Debug)]
pub struct Sold {
    /// The product as the catalog has it now.
    pub product: Product,
    /// Links that are not deleted and sell it.
    pub links: u32,
}

/// Which products a list has.
#[derive(Debug)]
pub struct ProductFilter {
    /// Words that the name has to hold, case and accents aside.
    pub words: Option<Words>,
    /// Only those that new links may use, or only the others.
    pub active: Option<bool>,
    /// Archived ones instead of the others.
    pub archived: bool,
    /// Only those with a price in it.
    pub currency: Option<Currency>,
}

/// What a list of products is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProductOrder {
    /// The newest first.
    Newest,
    /// By name, case and accents aside.
    Name,
}

/// A page of products that is asked for.
#[derive(Debug)]
pub struct ProductQuery {
    /// What the list is narrowed to.
    pub filter: ProductFilter,
    /// What the page is sorted by; `after` is a place in this order.
    pub order: ProductOrder,
    /// Only what comes after this place.
    pub after: Option<Place>,
    /// How many products a page holds at most.
    pub limit: usize,
}

/// A page of products, with how many links sell each.
#[derive(Debug)]
pub struct ProductPage {
    /// The products, each with the number of links that sell it.
    pub products: Vec<(Product, u32)>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Place>,
    /// How far products were looked at in vain.
    pub looked_until: Option<Time>,
    /// What a product's tax code may be.
    pub tax_codes: Vec<String>,
}

/// Keeps a new product, and claims its number.
///
/// # Errors
/// An unknown tax code; another product has the number; there are as many as there may be.
pub async fn create_product(
    store: &Table,
    new: &Product,
    remember: Remember<'_, Product>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    check_tax_code(store, new.scope, new.offer.tax_code.as_deref()).await?;
    let mut writes = catalog::insert(new).into_iter();
    let record = writes.next().into_iter();
    let commit = Commit::new().all(record, &Problem::Contended).all(writes, &sku_taken());
    let more = one_more(new.scope, Tallied::Products, MAX_PRODUCTS);
    let commit = commit.write(Write::Update(more), StateRefusal::TooManyProducts.into());
    remember.commit(store, commit, new, now).await
}

fn sku_taken() -> Problem {
    Problem::field("sku", "is the number of another product")
}

/// One product.
///
/// # Errors
/// There is none with this id.
pub async fn find(store: &Table, scope: Scope, id: ProductId) -> Result<Product> {
    let found = store.product(scope, id, Consistency::Strong).await?;
    found.ok_or(Problem::NotFound(Resource::Product))
}

/// A product with the number of links that sell it.
pub async fn sold(store: &Table, product: Product) -> Result<Sold> {
    let links = links_of(store, product.scope).await?.remove(&product.id).unwrap_or(0);
    Ok(Sold { product, links })
}

/// Keeps what a product is from now on. Links that sell it keep it as it was when they were made.
///
/// # Errors
/// An unknown tax code; another product has the number; somebody else changed it at this moment.
pub async fn change(store: &Table, before: &Product, after: Product, now: Time) -> Result<Product> {
    check_tax_code(store, after.scope, after.offer.tax_code.as_deref()).await?;
    keep(store, before, after, now).await
}

/// The same, where nothing changes that depends on other settings.
pub(super) async fn keep(
    store: &Table,
    before: &Product,
    after: Product,
    now: Time,
) -> Result<Product> {
    if after == *before {
        return Ok(after);
    }
    let after = Product { updated_at: now, version: before.version + 1, ..after };
    replace(before, &after).run(store).await?;
    Ok(after)
}

/// Hides a product from new links; a second time changes nothing.
///
/// # Errors
/// Somebody else changed it at this moment.
pub async fn archive(store: &Table, product: &Product, now: Time) -> Result<()> {
    if product.archived_at.is_some() {
        return Ok(());
    }
    let less = Write::Update(one_less(product.scope, Tallied::Products));
    let commit = replace(product, &product.archive(now)).write(less, Problem::Contended);
    commit.run(store).await
}

/// Brings a product back.
///
/// # Errors
/// It is not archived; another product has its number by now; there are as many as there may be.
pub async fn restore(
    store: &Table,
    product: &Product,
    remember: Remember<'_, Sold>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    let back = product.restore(now).ok_or(StateRefusal::NotDeleted)?;
    let more = Write::Update(one_more(product.scope, Tallied::Products, MAX_PRODUCTS));
    let commit = replace(product, &back).write(more, StateRefusal::TooManyProducts.into());
    let back = sold(store, back).await?;
    remember.commit(store, commit, &back, now).await
}

/// A replaced product, with its number given up and claimed where it changes.
fn replace(before: &Product, after: &Product) -> Commit {
    let writes = catalog::replace(before, after).into_iter();
    writes.fold(Commit::new(), |commit, write| {
        let problem = match &write {
            Write::Insert(_) => sku_taken(),
            Write::Replace { .. }
            | Write::Update(_)
            | Write::Check { .. }
            | Write::Remove { .. } => Problem::Contended,
        };
        commit.write(write, problem)
    })
}

/// Products that match, in the order that is asked for; the rows that were looked at are bounded.
pub async fn list(store: &Table, scope: Scope, query: &ProductQuery) -> Result<ProductPage> {
    let products = async {
        match query.order {
            ProductOrder::Newest => newest(store, scope, query).await,
            ProductOrder::Name => by_name(store, scope, query).await,
        }
    };
    let settings = async { Ok(store.tax_settings(scope, Consistency::Eventual).await?) };
    let (page, links, settings) = try_join3(products, links_of(store, scope), settings).await?;
    let (found, next, looked_until) = page;
    let count = |product: Product| {
        let links = links.get(&product.id).copied().unwrap_or(0);
        (product, links)
    };
    Ok(ProductPage {
        products: found.into_iter().map(count).collect(),
        next,
        looked_until,
        tax_codes: settings.codes().into_iter().map(str::to_owned).collect(),
    })
}

type Found = (Vec<Product>, Option<Place>, Option<Time>);

/// Products as they are kept, page after page until there are enough.
async fn newest(store: &Table, scope: Scope, query: &ProductQuery) -> Result<Found> {
    let wanted = query.limit.saturating_add(1);
    let mut before = query.after.as_ref().map(|place| ProductId::from_uuid(place.id));
    let (mut found, mut seen): (Vec<Product>, usize) = (Vec::new(), 0);
    loop {
        let chunk = u32::try_from(wanted).unwrap_or(u32::MAX).max(if seen == 0 { 1 } else { 500 });
        let (products, more) = store.products(scope, before, chunk).await?;
        seen += products.len();
        before = products.last().map(|product| product.id).or(before);
        found.extend(products.into_iter().filter(|product| query.filter.wants(product)));
        if found.len() >= wanted {
            found.truncate(query.limit);
            return Ok((found.clone(), found.last().map(newest_place), None));
        }
        if !more {
            return Ok((found, None, None));
        }
        if seen >= MAX_IN_VAIN {
            let at = before.map(|id| Place { key: String::new(), id: *id.uuid() });
            return Ok((found, at, before.map(|id| id.minted_at())));
        }
    }
}

fn newest_place(product: &Product) -> Place {
    Place { key: sortable(product.created_at.ms()), id: *product.id.uuid() }
}

async fn by_name(store: &Table, scope: Scope, query: &ProductQuery) -> Result<Found> {
    let (mut all, mut before) = (Vec::new(), None);
    while all.len() < usize::try_from(MAX_SORTED).unwrap_or(usize::MAX) {
        let (products, more) = store.products(scope, before, MAX_PRODUCTS).await?;
        before = products.last().map(|product| product.id);
        all.extend(products.into_iter().filter(|product| query.filter.wants(product)));
        if !more {
            break;
        }
    }
    let place =
        |product: &Product| Place { key: fold(&product.offer.name), id: *product.id.uuid() };
    let page = page_of(all, place, false, query.after.as_ref(), query.limit);
    Ok((page.entries, page.next, None))
}

impl ProductFilter {
    fn wants(&self, product: &Product) -> bool {
        product.archived_at.is_some() == self.archived
            && self.active.is_none_or(|active| active == product.active)
            && self.currency.is_none_or(|currency| product.offer.prices.get(currency).is_some())
            && self.words.as_ref().is_none_or(|words| words.are_in(&product.offer.name))
    }
}

/// How many links that are not deleted sell each product.
async fn links_of(store: &Table, scope: Scope) -> Result<BTreeMap<ProductId, u32>> {
    let page = store.link_rows(scope, None, MAX_ROWS).await?;
    let mut counts: BTreeMap<ProductId, u32> = BTreeMap::new();
    for row in page.rows.iter().filter(|row| row.deleted_at.is_none()) {
        for product in &row.products {
            *counts.entry(*product).or_default() += 1;
        }
    }
    Ok(counts)
}

/// Tax codes are those that everybody has, and the organisation's own.
async fn check_tax_code(store: &Table, scope: Scope, code: Option<&str>) -> Result<()> {
    if code.is_none_or(|code| BUILT_IN_CODES.contains(&code)) {
        return Ok(());
    }
    let settings = store.tax_settings(scope, Consistency::Strong).await?;
    tax::check_code(&settings, "tax_code", code)
}

#[cfg(test)]
mod tests;
