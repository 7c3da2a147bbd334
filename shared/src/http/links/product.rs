//! Products of an organisation.

use super::field::{HttpsUrl, Line, Lines, Percent, PriceMap};
use crate::model::{
    Scope, Time,
    catalog::{Offer, Prices, Product},
    id::ProductId,
    metadata::Metadata,
};
use derive::{Body, View};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A new product.
#[derive(Body)]
pub struct CreateProduct {
    /// Buyers see it.
    pub name: Line<1, 120>,
    /// What one piece costs in each currency, in major units.
    pub prices: PriceMap,
    /// Buyers see it.
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
    /// Your own data.
    pub metadata: Option<Metadata>,
}

impl CreateProduct {
    /// The product that is asked for.
    #[must_use]
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
    /// `prod_...`.
    pub id: String,
    /// What buyers see.
    pub name: String,
    /// What buyers see.
    pub description: Option<String>,
    /// Your own number.
    pub sku: Option<String>,
    /// What one piece costs in each currency, in major units.
    pub prices: BTreeMap<String, String>,
    /// How it is taxed; your default when null.
    pub tax_code: Option<String>,
    /// Percent.
    pub tax_rate: Option<String>,
    /// A picture of yours.
    pub image_url: Option<String>,
    /// The uploaded picture.
    pub image: Option<String>,
    /// Whether new links may use it.
    pub is_active: bool,
    /// Since when it is archived, RFC 3339.
    pub archived_at: Option<String>,
    /// Your own data.
    pub metadata: Box<RawValue>,
    /// How many links sell it.
    pub links_count: u32,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
}

/// A product that was just made, so that no link sells it yet.
#[must_use]
pub fn view(product: &Product) -> ProductView {
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
        image: offer.image.clone(),
        is_active: product.active,
        archived_at: product.archived_at.map(|at| at.rfc3339()),
        metadata: object(product.metadata.as_ref()),
        links_count: 0,
        created_at: product.created_at.rfc3339(),
        updated_at: product.updated_at.rfc3339(),
    }
}

/// Prices by currency, in major units.
#[must_use]
pub fn prices(prices: &Prices) -> BTreeMap<String, String> {
    prices.iter().map(|price| (price.currency().code().to_owned(), price.major())).collect()
}

/// The caller's own data; an empty object where there is none.
#[must_use]
pub fn object(metadata: Option<&Metadata>) -> Box<RawValue> {
    let text = metadata.map_or("{}", Metadata::as_str);
    RawValue::from_string(text.to_owned()).unwrap_or_default()
}
