//! Products of an organisation.

use super::{
    field::{Flag, HttpsUrl, Line, Lines, LinkCurrency, Percent, PriceMap},
    list::{Next, Page},
    picture,
};
use crate::{
    http::{
        Request, Result,
        body::{Body as _, Change},
        field::{Field, PageLimit},
    },
    model::{
        Invalid, Scope, Time,
        catalog::{Offer, Prices, Product},
        id::ProductId,
        metadata::Metadata,
        search::Words,
    },
    operations::{
        Problem, Resource,
        catalog::{ProductFilter, ProductOrder, ProductPage, ProductQuery, Sold},
    },
};
use derive::{Body, View};
use serde_json::{Value, json, value::RawValue};
use std::collections::BTreeMap;

/// A new product.
#[derive(Body)]
pub struct CreateProduct {
    /// The product's name, which buyers see, 1 to 120 characters.
    pub name: Line<1, 120>,
    /// What one piece costs in each currency, in major units.
    pub prices: PriceMap,
    /// What buyers read below the name, up to 500 characters.
    pub description: Option<Lines<0, 500>>,
    /// Your own number, unique among products that are not archived.
    pub sku: Option<Line<1, 64>>,
    /// `digital`, `service`, `exempt` or `zero`; your default when absent.
    pub tax_code: Option<Line<1, 40>>,
    /// Percent; replaces the table's rate wherever the sale is taxed.
    pub tax_rate: Option<Percent>,
    /// A picture of yours; buyers' pages never load it.
    pub image_url: Option<HttpsUrl>,
    /// Whether new links may use it.
    #[body(default = true)]
    pub is_active: Option<bool>,
    /// Your own data, returned as you sent it.
    #[body(default = Metadata::nothing())]
    pub metadata: Option<Metadata>,
}

impl CreateProduct {
    /// The product that is asked for.
    pub fn command(self, id: ProductId, scope: Scope, now: Time) -> Product {
        Product {
            id,
            scope,
            offer: Offer {
                name: self.name.0,
                description: self.description.map(|text| text.0).filter(|text| !text.is_empty()),
                image: None,
                tax_code: self.tax_code.map(|code| code.0),
                tax_rate: self.tax_rate.map(|rate| rate.0),
                prices: self.prices.0,
            },
            sku: self.sku.map(|sku| sku.0),
            image_url: self.image_url.map(|url| url.0),
            active: self.is_active.unwrap_or(true),
            archived_at: None,
            metadata: self.metadata,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }
}

/// A product.
#[derive(View)]
pub struct ProductView {
    /// The product's id, `prod_...`.
    pub id: String,
    /// The product's name, which buyers see.
    pub name: String,
    /// What buyers read below the name; null for none.
    pub description: Option<String>,
    /// Your own number of the product; null for none.
    pub sku: Option<String>,
    /// What one piece costs in each currency, in major units.
    pub prices: BTreeMap<String, String>,
    /// How it is taxed; your default when null.
    pub tax_code: Option<String>,
    /// The rate in percent, as decimal text.
    pub tax_rate: Option<String>,
    /// The address of a picture on a server of yours; null for none.
    pub image_url: Option<String>,
    /// The address of the uploaded picture; null for none.
    pub image: Option<String>,
    /// Whether new links may use it.
    pub is_active: bool,
    /// Since when it is archived, RFC 3339.
    pub archived_at: Option<String>,
    /// Your own data, returned as you sent it.
    pub metadata: Box<RawValue>,
    /// How many links sell the product.
    pub links_count: u32,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it last changed, as an RFC 3339 time.
    pub updated_at: String,
}

/// What changes of a product. Absent fields stay as they are.
#[derive(Body)]
pub struct UpdateProduct {
    /// The product's name, which buyers see, 1 to 120 characters.
    #[body(not_null)]
    pub name: Option<Line<1, 120>>,
    /// What one piece costs in each currency: the whole object, in place of the one before.
    #[body(not_null)]
    pub prices: Option<PriceMap>,
    /// Buyers see it; null for none.
    pub description: Change<Lines<0, 500>>,
    /// Your own number; null for none.
    pub sku: Change<Line<1, 64>>,
    /// How it is taxed; null: your default.
    pub tax_code: Change<Line<1, 40>>,
    /// A rate in percent instead of the table's; null goes back to the table.
    pub tax_rate: Change<Percent>,
    /// A picture of yours; null for none.
    pub image_url: Change<HttpsUrl>,
    /// Whether new links may use it.
    #[body(not_null)]
    pub is_active: Option<bool>,
    /// Your own data; null for none.
    pub metadata: Change<Metadata>,
}

impl UpdateProduct {
    /// The product afterwards, without when and at which version.
    pub fn over(self, before: &Product) -> Product {
        let offer = &before.offer;
        let description = self.description.map(|text| text.0).apply(offer.description.clone());
        Product {
            offer: Offer {
                name: self.name.map_or_else(|| offer.name.clone(), |name| name.0),
                description: description.filter(|text| !text.is_empty()),
                image: offer.image.clone(),
                tax_code: self.tax_code.map(|code| code.0).apply(offer.tax_code.clone()),
                tax_rate: self.tax_rate.map(|rate| rate.0).apply(offer.tax_rate),
                prices: self.prices.map_or_else(|| offer.prices.clone(), |prices| prices.0),
            },
            sku: self.sku.map(|sku| sku.0).apply(before.sku.clone()),
            image_url: self.image_url.map(|url| url.0).apply(before.image_url.clone()),
            active: self.is_active.unwrap_or(before.active),
            metadata: self.metadata.apply(before.metadata.clone()),
            ..before.clone()
        }
    }
}

/// The query for a list of products.
#[derive(Body)]
pub struct ListProducts {
    /// Words that all stand somewhere in the name, case and accents aside.
    pub search: Option<Line<1, 100>>,
    /// Only those that new links may use, or only the others.
    pub is_active: Option<Flag>,
    /// Archived ones instead of the others.
    #[body(default = Flag(false))]
    pub archived: Option<Flag>,
    /// Only those with a price in it.
    pub currency: Option<LinkCurrency>,
    /// The order: `-created_at`, newest first, or `name`.
    #[body(default = Ordering(ProductOrder::Newest))]
    pub ordering: Option<Ordering>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Line<1, 1000>>,
}

/// What a list of products is sorted by.
#[derive(Debug, Clone, Copy)]
pub struct Ordering(pub ProductOrder);

impl Field for Ordering {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        match json {
            "\"-created_at\"" => Ok(Self(ProductOrder::Newest)),
            "\"name\"" => Ok(Self(ProductOrder::Name)),
            _ => Err(Invalid::new("must be -created_at or name")),
        }
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ["-created_at", "name"], "default": "-created_at"})
    }

    fn meaning(&self) -> String {
        match self.0 {
            ProductOrder::Newest => "-created_at".to_owned(),
            ProductOrder::Name => "name".to_owned(),
        }
    }
}

impl ListProducts {
    /// The page and the query that are asked for.
    ///
    /// # Errors
    /// A cursor of another list.
    pub fn command(&self, scope: Scope) -> Result<(Page, ProductQuery)> {
        let page = Page::of(scope, "products", &self.meaning(), self.limit, self.cursor.as_ref())?;
        let filter = ProductFilter {
            words: self.search.as_ref().map(|search| Words::of(&search.0)),
            active: self.is_active.map(|flag| flag.0),
            archived: self.archived.is_some_and(|flag| flag.0),
            currency: self.currency.map(|currency| currency.0),
        };
        let order = self.ordering.map_or(ProductOrder::Newest, |ordering| ordering.0);
        let query = ProductQuery { filter, order, after: page.after.clone(), limit: page.limit };
        Ok((page, query))
    }
}

/// A page of products.
#[derive(View)]
pub struct ProductList {
    /// The products of this page, in the order that was asked for.
    pub results: Vec<ProductView>,
    /// The address of the next page; null at the end.
    pub next: Option<String>,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
    /// Always null: lists go on, not back.
    pub previous: Option<String>,
    /// How far rows were looked at in vain, RFC 3339.
    pub looked_until: Option<String>,
    /// The codes that `tax_code` may be.
    pub tax_codes: Vec<String>,
}

/// A page of products, with where the next one is.
pub fn list_view(found: &ProductPage, page: &Page, req: &Request, base: &str) -> ProductList {
    let Next { url, cursor, looked_until } =
        page.next(req, base, found.next.as_ref(), found.looked_until);
    let products = found.products.iter();
    ProductList {
        results: products.map(|(product, links)| sold_view(product, *links, base)).collect(),
        next: url,
        next_cursor: cursor,
        previous: None,
        looked_until,
        tax_codes: found.tax_codes.clone(),
    }
}

/// A product in a path.
///
/// # Errors
/// 404: what is no id is simply not found.
pub fn id_in_path(req: &Request) -> Result<ProductId> {
    ProductId::from_links_form(req.path("id")).ok_or(Problem::NotFound(Resource::Product))
}

/// A product that was just made, so that no link sells it yet.
pub fn view(product: &Product, base: &str) -> ProductView {
    sold_view(product, 0, base)
}

/// A product with the number of links that sell it.
pub fn of_sold(sold: &Sold, base: &str) -> ProductView {
    sold_view(&sold.product, sold.links, base)
}

fn sold_view(product: &Product, links: u32, base: &str) -> ProductView {
    let offer = &product.offer;
    ProductView {
        id: product.id.links_form(),
        name: offer.name.clone(),
        description: offer.description.clone(),
        sku: product.sku.clone(),
        prices: prices(&offer.prices),
        tax_code: offer.tax_code.clone(),
        tax_rate: offer.tax_rate.map(|rate| rate.to_string()),
        image_url: product.image_url.clone(),
        image: picture::url(base, offer.image.as_ref()),
        is_active: product.active,
        archived_at: product.archived_at.map(|at| at.rfc3339()),
        metadata: object(product.metadata.as_ref()),
        links_count: links,
        created_at: product.created_at.rfc3339(),
        updated_at: product.updated_at.rfc3339(),
    }
}

/// Prices by currency, in major units.
pub fn prices(prices: &Prices) -> BTreeMap<String, String> {
    prices.iter().map(|price| (price.currency().code().to_owned(), price.major())).collect()
}

/// The caller's own data; an empty object where there is none.
pub fn object(metadata: Option<&Metadata>) -> Box<RawValue> {
    let text = metadata.map_or("{}", Metadata::as_str);
    RawValue::from_string(text.to_owned()).unwrap_or_default()
}
