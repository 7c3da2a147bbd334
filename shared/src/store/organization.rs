//! A tenant's settings for its links in the table. What was never set is not kept.

use super::{Consistency, Corrupt, Item, Result, Table, Value, Write, key};
use crate::model::{
    Currency, Money, Scope, Time,
    calendar::FormerZone,
    organization::{Branding, Messages, Organization, PaymentLimits, Support},
};
use std::collections::BTreeMap;

impl Table {
    /// A tenant's settings; the defaults before anything was set. `created_at` is the tenant's age.
    pub async fn organization(&self, scope: Scope, created_at: Time) -> Result<Organization> {
        let item = self.get(&key::organization(scope), Consistency::Strong).await?;
        Ok(from_item(scope, created_at, item.as_ref())?)
    }
}

/// The write that puts the settings in place: an insert at version 1, a replacement above.
pub fn put(next: &Organization) -> Write {
    Write::at_version(to_item(next), next.version)
}

fn to_item(organization: &Organization) -> Item {
    let limits = organization.limits.values();
    let limits = limits.fold(Item::new(), |item, limits| {
        let pair = Item::new().with("min", limits.min.minor()).with("max", limits.max.minor());
        item.with(limits.min.currency().code(), pair)
    });
    let refunds = organization.staff_refund_limit.values();
    let refunds =
        refunds.fold(Item::new(), |item, most| item.with(most.currency().code(), most.minor()));
    let origins = organization.redirect_origins.iter();
    let item = key::organization(organization.scope)
        .item()
        .with("v", organization.version)
        .with("mode", organization.pricing_mode.as_str())
        .with("cur", organization.default_currency.code())
        .with("zone", organization.timezone.as_str())
        .with("loc", organization.locale.as_str())
        .with("lines", organization.ad_hoc_lines)
        .with_some("inv", organization.invoice.then_some(true))
        .with_some("totp", organization.require_totp)
        .with_some("most", organization.max_links)
        .with_some("web", organization.website.as_deref())
        .with_some("mail", organization.contact_email.as_deref())
        .with_some("tele", organization.telegram.as_deref())
        .with_texts("to", origins.map(|origin| origin.as_str()))
        .with("upd", organization.updated_at);
    let former = organization.former_zones.iter().map(|zone| {
        Value::M(Item::new().with("zone", zone.name.as_str()).with("until", zone.until))
    });
    let former = Some(former.collect::<Vec<_>>()).filter(|former| !former.is_empty());
    let item = item.with_some("zones", former.map(Value::L));
    let groups = [
        ("limits", limits),
        ("refund", refunds),
        ("help", support_to_item(&organization.support)),
        ("look", branding_to_item(&organization.branding)),
        ("say", messages_to_item(&organization.messages)),
    ];
    let filled = groups.into_iter().filter(|(_, group)| !group.0.is_empty());
    filled.fold(item, |item, (name, group)| item.with(name, group))
}

/// Settings as they were kept; the defaults where there is no record.
pub fn from_item(
    scope: Scope,
    created_at: Time,
    item: Option<&Item>,
) -> std::result::Result<Organization, Corrupt> {
    let unset = Organization::unset(scope, created_at);
    let Some(item) = item else { return Ok(unset) };
    let text = |name| item.text_if_any(name).map(str::to_owned);
    let empty = Item::new();
    let group = |name| if item.get(name).is_some() { item.map(name) } else { Ok(&empty) };
    Ok(Organization {
        website: text("web"),
        contact_email: text("mail"),
        telegram: text("tele"),
        pricing_mode: item.parse("mode")?,
        limits: limits(item, group("limits")?)?,
        max_links: item.get("most").map(|_| item.number("most")).transpose()?,
        default_currency: item.parse("cur")?,
        timezone: item.text("zone")?.to_owned(),
        former_zones: item
            .items("zones")?
            .into_iter()
            .map(former_zone)
            .collect::<std::result::Result<_, Corrupt>>()?,
        locale: item.text("loc")?.to_owned(),
        support: support(group("help")?),
        branding: branding(group("look")?),
        messages: messages(group("say")?),
        redirect_origins: item.texts("to")?,
        ad_hoc_lines: item.flag("lines"),
        invoice: item.flag("inv"),
        require_totp: item.get("totp").map(|_| item.flag("totp")),
        staff_refund_limit: amounts(item, group("refund")?)?,
        updated_at: item.time("upd")?,
        version: item.number("v")?,
        ..unset
    })
}

fn former_zone(item: &Item) -> std::result::Result<FormerZone, Corrupt> {
    Ok(FormerZone { name: item.text("zone")?.to_owned(), until: item.time("until")? })
}

fn limits(
    item: &Item,
    group: &Item,
) -> std::result::Result<BTreeMap<Currency, PaymentLimits>, Corrupt> {
    let limits = group.0.keys().map(|code| {
        let currency: Currency = code.parse().map_err(|_| item.corrupt("limits"))?;
        let pair = group.map(code)?;
        let money = |name| Ok(Money::from_minor(pair.number(name)?, currency));
        Ok((currency, PaymentLimits { min: money("min")?, max: money("max")? }))
    });
    limits.collect()
}

fn amounts(item: &Item, group: &Item) -> std::result::Result<BTreeMap<Currency, Money>, Corrupt> {
    let amounts = group.0.keys().map(|code| {
        let currency: Currency = code.parse().map_err(|_| item.corrupt("refund"))?;
        Ok((currency, Money::from_minor(group.number(code)?, currency)))
    });
    amounts.collect()
}

fn support_to_item(support: &Support) -> Item {
    Item::new()
        .with_some("mail", support.email.as_deref())
        .with_some("tel", support.phone.as_deref())
        .with_some("url", support.url.as_deref())
}

fn support(item: &Item) -> Support {
    let text = |name| item.text_if_any(name).map(str::to_owned);
    Support { email: text("mail"), phone: text("tel"), url: text("url") }
}

fn branding_to_item(branding: &Branding) -> Item {
    Item::new()
        .with_some("name", branding.display_name.as_deref())
        .with_some("logo", branding.logo.as_deref())
        .with_some("panel", branding.panel_color.as_deref())
        .with_some("accent", branding.accent_color.as_deref())
        .with_some("button", branding.button_color.as_deref())
}

fn branding(item: &Item) -> Branding {
    let text = |name| item.text_if_any(name).map(str::to_owned);
    Branding {
        display_name: text("name"),
        logo: text("logo"),
        panel_color: text("panel"),
        accent_color: text("accent"),
        button_color: text("button"),
    }
}

fn messages_to_item(messages: &Messages) -> Item {
    Item::new()
        .with_some("off", messages.inactive.as_deref())
        .with_some("exp", messages.expired.as_deref())
        .with_some("full", messages.exhausted.as_deref())
        .with_some("del", messages.deleted.as_deref())
}

fn messages(item: &Item) -> Messages {
    let text = |name| item.text_if_any(name).map(str::to_owned);
    Messages {
        inactive: text("off"),
        expired: text("exp"),
        exhausted: text("full"),
        deleted: text("del"),
    }
}

#[cfg(test)]
mod tests;
