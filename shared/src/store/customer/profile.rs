//! What callers keep of a customer, as attributes of its record and of its events.

use crate::model::{
    address::Address, customer::Profile, event::CustomerDetail, metadata::Metadata, tax::Exemption,
};
use crate::store::{Corrupt, Item};

/// Adds a profile to an item. What is empty is left out.
pub fn with_profile(item: Item, profile: &Profile) -> Item {
    let exemption = Some(profile.exemption).filter(|exemption| *exemption != Exemption::None);
    item.with_some("own", profile.own_id.as_deref())
        .with_some("taxd", profile.tax_document.as_deref())
        .with_some("addr", profile.address.as_ref().map(address_to_item))
        .with_some("tz", profile.timezone.as_deref())
        .with_some("ex", exemption.map(Exemption::as_str))
        .with_some("exr", profile.exemption_reason.as_deref())
        .with_some("meta", profile.metadata.as_ref().map(Metadata::as_str))
        .with_some("dm", profile.default_method.map(|id| id.to_string()))
}

/// A profile as it was kept.
pub fn profile(item: &Item) -> Result<Profile, Corrupt> {
    let text = |name: &str| item.text_if_any(name).map(str::to_owned);
    let metadata = item.text_if_any("meta").map(Metadata::new).transpose();
    Ok(Profile {
        own_id: text("own"),
        tax_document: text("taxd"),
        address: item.get("addr").map(|_| address(item.map("addr")?)).transpose()?,
        timezone: text("tz"),
        exemption: item.parse_if_any("ex")?.unwrap_or_default(),
        exemption_reason: text("exr"),
        metadata: metadata.map_err(|_| item.corrupt("meta"))?,
        default_method: item.parse_if_any("dm")?,
    })
}

/// What an event says of a customer.
pub fn detail_to_item(detail: &CustomerDetail) -> Item {
    let item = Item::new().with("name", detail.name.as_str()).with("email", detail.email.as_str());
    with_profile(item, &detail.profile)
}

/// What an event said of a customer.
pub fn detail(item: &Item) -> Result<CustomerDetail, Corrupt> {
    let (name, email) = (item.text("name")?.to_owned(), item.text("email")?.to_owned());
    Ok(CustomerDetail { name, email, profile: profile(item)? })
}

/// An address as it is kept.
pub fn address_to_item(address: &Address) -> Item {
    Item::new()
        .with("l1", address.line1.as_str())
        .with_some("l2", address.line2.as_deref())
        .with("city", address.city.as_str())
        .with_some("state", address.state.as_deref())
        .with("post", address.postal_code.as_str())
        .with("ctry", address.country.code())
        .with_some("reg", address.region.as_deref())
}

/// An address as it was kept.
pub fn address(item: &Item) -> Result<Address, Corrupt> {
    let text = |name: &str| item.text_if_any(name).map(str::to_owned);
    Ok(Address {
        line1: item.text("l1")?.to_owned(),
        line2: text("l2"),
        city: item.text("city")?.to_owned(),
        state: text("state"),
        postal_code: item.text("post")?.to_owned(),
        country: item.parse("ctry")?,
        region: text("reg"),
    })
}
