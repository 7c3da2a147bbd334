//! Pictures of an organisation: its logo, and what its products look like. They are kept by their hash,
//! so that a page may keep them for good: another picture has another address.
//!
//! A picture is kept before anything names it. A function that dies in between leaves a picture that
//! nobody asks for; the next try finds it there.

use super::{Problem, Resource, Result, catalog, merchant_links::Seller, organizations};
use crate::{
    model::{
        Time,
        catalog::{Offer, Product},
        organization::{Branding, Organization},
        picture::{Picture, is_hash},
    },
    store::Table,
};

/// A picture by its hash.
///
/// # Errors
/// There is none.
pub async fn find(store: &Table, hash: &str) -> Result<Picture> {
    let missing = || Problem::NotFound(Resource::Picture);
    if !is_hash(hash) {
        return Err(missing());
    }
    store.picture(hash).await?.ok_or_else(missing)
}

/// Shows a logo on the organisation's pages, or none any more.
///
/// # Errors
/// Somebody else edited the organisation at this moment.
pub async fn set_logo(
    store: &Table,
    before: Seller,
    logo: Option<&Picture>,
    now: Time,
) -> Result<Seller> {
    let logo = kept(store, logo).await?;
    let known = &before.organization;
    let branding = Branding { logo, ..known.branding.clone() };
    let after = Organization { branding, ..known.clone() };
    organizations::change(store, before, after, None, now).await
}

/// Shows a picture of a product in links that are made from now on, or none any more.
///
/// # Errors
/// Somebody else changed the product at this moment.
pub async fn set_image(
    store: &Table,
    before: &Product,
    image: Option<&Picture>,
    now: Time,
) -> Result<Product> {
    let image = kept(store, image).await?;
    let after = Product { offer: Offer { image, ..before.offer.clone() }, ..before.clone() };
    catalog::keep(store, before, after, now).await
}

async fn kept(store: &Table, picture: Option<&Picture>) -> Result<Option<String>> {
    let Some(picture) = picture else { return Ok(None) };
    store.keep_picture(picture).await?;
    Ok(Some(picture.hash()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::Memory;

    #[tokio::test]
    async fn what_is_no_hash_costs_no_read() {
        let store = Table::Memory(Memory::default());
        for text in ["", "../secrets", "0abc", &"A".repeat(64)] {
            assert_eq!(find(&store, text).await, Err(Problem::NotFound(Resource::Picture)));
        }
        assert_eq!(store.meter().take().calls, 0);
        let unknown = find(&store, &"a".repeat(64)).await;
        assert_eq!(unknown, Err(Problem::NotFound(Resource::Picture)));
    }
}
