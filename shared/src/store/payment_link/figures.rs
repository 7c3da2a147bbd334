//! What came of a link, as its row keeps it, and as statistics do:
//! written by the recount, read by lists and reports.

use crate::{
    model::{Currency, link_figures::LinkFigures},
    store::{Corrupt, Item},
};
use std::collections::BTreeMap;

type Read<T> = Result<T, Corrupt>;

/// Figures as they are kept, in the attribute `fig` of a link's row.
pub fn figures_to_item(figures: &LinkFigures) -> Item {
    let item = Item::new()
        .with("st", figures.starts)
        .with("at", figures.attempted)
        .with("pd", figures.paid)
        .with("cv", figures.converted)
        .with("fa", figures.failed_attempts)
        .with_some("last", figures.last_paid_at)
        .with("asof", figures.as_of);
    let declines = figures.declines.iter();
    let declines = declines.fold(Item::new(), |item, (reason, count)| item.with(reason, *count));
    let groups = [
        ("dec", declines),
        ("gr", amounts_to_item(&figures.gross)),
        ("rf", amounts_to_item(&figures.refunded)),
        ("tx", amounts_to_item(&figures.tax_collected)),
    ];
    let filled = groups.into_iter().filter(|(_, group)| !group.0.is_empty());
    filled.fold(item, |item, (name, group)| item.with(name, group))
}

fn amounts_to_item(amounts: &BTreeMap<Currency, i64>) -> Item {
    amounts.iter().fold(Item::new(), |item, (currency, minor)| item.with(currency.code(), *minor))
}

/// Figures as they were kept.
pub fn figures_from_item(item: &Item) -> Read<LinkFigures> {
    let empty = Item::new();
    let group = |name| if item.get(name).is_some() { item.map(name) } else { Ok(&empty) };
    let declines = group("dec")?;
    let counts = declines.0.keys().map(|reason| Ok((reason.clone(), declines.number(reason)?)));
    Ok(LinkFigures {
        starts: item.number("st")?,
        attempted: item.number("at")?,
        paid: item.number("pd")?,
        converted: item.number("cv")?,
        failed_attempts: item.number("fa")?,
        declines: counts.collect::<Read<_>>()?,
        gross: amounts(group("gr")?)?,
        refunded: amounts(group("rf")?)?,
        tax_collected: amounts(group("tx")?)?,
        last_paid_at: item.time_if_any("last")?,
        as_of: item.time("asof")?,
    })
}

fn amounts(item: &Item) -> Read<BTreeMap<Currency, i64>> {
    let amounts = item.0.keys().map(|code| {
        let currency: Currency = code.parse().map_err(|_| item.corrupt(code))?;
        Ok((currency, item.number(code)?))
    });
    amounts.collect()
}
