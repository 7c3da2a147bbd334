//! What a link says and sells, as it is kept: the larger item beside the counters.

use crate::{
    model::{
        Currency, Money,
        catalog::{Offer, Prices, QuantityRange, Snapshot, SnapshotLine},
        id::PaymentLinkId,
        metadata::Metadata,
        payment_link::{LinkDetails, ReturnAddresses},
        tax::Pricing,
    },
    store::{Corrupt, Item, Value, key},
};

type Read<T> = Result<T, Corrupt>;

/// Details as they are kept.
pub(super) fn to_item(id: PaymentLinkId, details: &LinkDetails) -> Item {
    let item = key::link_details(id)
        .item()
        .with("v", details.version)
        .with("name", details.name.as_str())
        .with_some("meta", details.metadata.as_ref().map(Metadata::as_str))
        .with("by", details.created_by.to_string())
        .with_some("from", details.cloned_from.map(|id| id.to_string()));
    let item = match addresses_to_item(&details.addresses) {
        addresses if addresses.0.is_empty() => item,
        addresses => item.with("to", addresses),
    };
    let Some(snapshot) = &details.snapshot else { return item };
    let lines = snapshot.lines.iter().map(|line| Value::M(line_to_item(line)));
    item.with("cur", snapshot.currency.code())
        .with("mode", snapshot.pricing_mode.as_str())
        .with("lines", Value::L(lines.collect()))
}

/// Details as they were kept.
pub(super) fn from_item(item: &Item) -> Read<LinkDetails> {
    let metadata = item.text_if_any("meta").map(Metadata::new).transpose();
    let snapshot = match item.get("lines") {
        Some(_) => Some(snapshot_from_item(item)?),
        None => None,
    };
    Ok(LinkDetails {
        name: item.text("name")?.to_owned(),
        metadata: metadata.map_err(|_| item.corrupt("meta"))?,
        snapshot,
        addresses: match item.get("to") {
            Some(_) => addresses_from_item(item.map("to")?),
            None => ReturnAddresses::default(),
        },
        created_by: item.parse("by")?,
        cloned_from: item.parse_if_any("from")?,
        version: item.number("v")?,
    })
}

fn snapshot_from_item(item: &Item) -> Read<Snapshot> {
    let lines = item.items("lines")?.into_iter().map(line_from_item);
    let pricing_mode: Pricing = item.parse("mode")?;
    Ok(Snapshot { currency: item.parse("cur")?, pricing_mode, lines: lines.collect::<Read<_>>()? })
}

/// Where buyers may go, as it is kept.
pub fn addresses_to_item(addresses: &ReturnAddresses) -> Item {
    Item::new()
        .with_some("ok", addresses.success.as_deref())
        .with_some("no", addresses.failed.as_deref())
        .with_some("off", addresses.cancel.as_deref())
}

/// Where buyers may go, as it was kept.
pub fn addresses_from_item(item: &Item) -> ReturnAddresses {
    let address = |name| item.text_if_any(name).map(str::to_owned);
    ReturnAddresses { success: address("ok"), failed: address("no"), cancel: address("off") }
}

fn line_to_item(line: &SnapshotLine) -> Item {
    let range = line.adjustable;
    with_offer(Item::new(), &line.offer)
        .with("id", line.product.to_string())
        .with("n", line.quantity)
        .with_some("min", range.map(|range| range.minimum))
        .with_some("most", range.map(|range| range.maximum))
}

fn line_from_item(item: &Item) -> Read<SnapshotLine> {
    let adjustable = match item.get("min") {
        Some(_) => {
            Some(QuantityRange { minimum: item.number("min")?, maximum: item.number("most")? })
        }
        None => None,
    };
    Ok(SnapshotLine {
        product: item.parse("id")?,
        offer: offer(item)?,
        quantity: item.number("n")?,
        adjustable,
    })
}

/// An item with what buyers see of a product.
pub fn with_offer(item: Item, offer: &Offer) -> Item {
    let prices = offer.prices.iter();
    let prices =
        prices.fold(Item::new(), |item, price| item.with(price.currency().code(), price.minor()));
    item.with("name", offer.name.as_str())
        .with_some("desc", offer.description.as_deref())
        .with_some("img", offer.image.as_deref())
        .with_some("tax", offer.tax_code.as_deref())
        .with_some("rate", offer.tax_rate.map(|rate| rate.to_string()))
        .with("prices", prices)
}

/// What buyers see of a product.
pub fn offer(item: &Item) -> Read<Offer> {
    let text = |name| item.text_if_any(name).map(str::to_owned);
    let prices = item.map("prices")?;
    let each = prices.0.keys().map(|code| {
        let currency: Currency = code.parse().map_err(|_| item.corrupt("prices"))?;
        Ok(Money::from_minor(prices.number(code)?, currency))
    });
    let each = each.collect::<Read<Vec<_>>>()?;
    Ok(Offer {
        name: item.text("name")?.to_owned(),
        description: text("desc"),
        image: text("img"),
        tax_code: text("tax"),
        tax_rate: item.parse_if_any("rate")?,
        prices: Prices::new(each).map_err(|_| item.corrupt("prices"))?,
    })
}
