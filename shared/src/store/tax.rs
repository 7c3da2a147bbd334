//! A tenant's settings of tax in the table. What was never set is not kept.

use super::{Consistency, Corrupt, Item, Result, Table, Value, Write, key};
use crate::model::{
    Scope,
    address::Address,
    tax::{
        rate::Rate,
        rates::RateClass,
        settings::{
            InvoicingSettings, Override, OverrideEffect, Registration, SellerDetails, Settings,
        },
    },
};

type Read<T> = std::result::Result<T, Corrupt>;

impl Table {
    /// A tenant's settings of tax; the defaults before anything was set.
    pub async fn tax_settings(&self, scope: Scope, consistency: Consistency) -> Result<Settings> {
        let item = self.get(&key::tax_settings(scope), consistency).await?;
        Ok(from_item(item.as_ref())?)
    }
}

/// The write that puts the settings in place: an insert at version 1, a replacement above.
pub fn put(scope: Scope, next: &Settings) -> Write {
    Write::at_version(to_item(scope, next), next.version)
}

fn to_item(scope: Scope, settings: &Settings) -> Item {
    let registrations = settings.registrations.iter().map(registration_to_item).map(Value::M);
    let overrides = settings.overrides.iter().map(override_to_item).map(Value::M);
    let code = Some(settings.default_tax_code.as_str()).filter(|code| !code.is_empty());
    key::tax_settings(scope)
        .item()
        .with("v", settings.version)
        .with_some("seller", settings.seller.as_ref().map(seller_to_item))
        .with("coll", settings.collect.as_str())
        .with_some("regs", list(registrations))
        .with_some("rules", list(overrides))
        .with_some("code", code)
        .with("ids", settings.business_ids.as_str())
        .with("inv", invoice_to_item(&settings.invoice))
        .with("askadr", settings.ask_address.as_str())
        .with("askid", settings.ask_tax_id.as_str())
        .with("card", settings.save_card.as_str())
        .with_some("upd", settings.updated_at)
}

fn list(values: impl Iterator<Item = Value>) -> Option<Value> {
    let values: Vec<Value> = values.collect();
    (!values.is_empty()).then_some(Value::L(values))
}

/// Settings as they were kept; the defaults where there is no record.
pub fn from_item(item: Option<&Item>) -> Read<Settings> {
    let Some(item) = item else { return Ok(Settings::default()) };
    let registrations = item.items("regs")?.into_iter().map(registration_from_item);
    let overrides = item.items("rules")?.into_iter().map(override_from_item);
    Ok(Settings {
        seller: part(item, "seller")?.map(seller_from_item).transpose()?,
        collect: item.parse("coll")?,
        registrations: registrations.collect::<Read<_>>()?,
        overrides: overrides.collect::<Read<_>>()?,
        default_tax_code: item.text_if_any("code").unwrap_or_default().to_owned(),
        business_ids: item.parse("ids")?,
        invoice: invoice_from_item(item.map("inv")?)?,
        ask_address: item.parse("askadr")?,
        ask_tax_id: item.parse("askid")?,
        save_card: item.parse("card")?,
        updated_at: item.time_if_any("upd")?,
        version: item.number("v")?,
    })
}

fn part<'a>(item: &'a Item, name: &str) -> Read<Option<&'a Item>> {
    item.get(name).map(|_| item.map(name)).transpose()
}

fn text(item: &Item, name: &str) -> Option<String> {
    item.text_if_any(name).map(str::to_owned)
}

/// An address as it is kept.
pub fn address_to_item(address: &Address) -> Item {
    Item::new()
        .with("l1", address.line1.as_str())
        .with_some("l2", address.line2.as_deref())
        .with("city", address.city.as_str())
        .with_some("st", address.state.as_deref())
        .with("zip", address.postal_code.as_str())
        .with("cc", address.country.code())
        .with_some("reg", address.region.as_deref())
}

/// An address as it was kept.
pub fn address_from_item(item: &Item) -> Read<Address> {
    Ok(Address {
        line1: item.text("l1")?.to_owned(),
        line2: text(item, "l2"),
        city: item.text("city")?.to_owned(),
        state: text(item, "st"),
        postal_code: item.text("zip")?.to_owned(),
        country: item.parse("cc")?,
        region: text(item, "reg"),
    })
}

fn seller_to_item(seller: &SellerDetails) -> Item {
    Item::new()
        .with("name", seller.legal_name.as_str())
        .with("adr", address_to_item(&seller.address))
        .with_some("tid", seller.tax_id.as_deref())
        .with_some("rno", seller.registration_number.as_deref())
        .with_some("tno", seller.tax_number.as_deref())
        .with_some("mail", seller.email.as_deref())
        .with_some("web", seller.website.as_deref())
}

fn seller_from_item(item: &Item) -> Read<SellerDetails> {
    Ok(SellerDetails {
        legal_name: item.text("name")?.to_owned(),
        address: address_from_item(item.map("adr")?)?,
        tax_id: text(item, "tid"),
        registration_number: text(item, "rno"),
        tax_number: text(item, "tno"),
        email: text(item, "mail"),
        website: text(item, "web"),
    })
}

fn registration_to_item(one: &Registration) -> Item {
    let postal = one.postal_rates.iter().map(|(prefix, rate)| {
        Value::M(Item::new().with("zip", prefix.as_str()).with("rate", rate.to_string()))
    });
    Item::new()
        .with("cc", one.country.code())
        .with_some("reg", one.region.as_deref())
        .with("how", one.scheme.as_str())
        .with_some("tid", one.tax_id.as_deref())
        .with_some("from", one.from)
        .with_some("to", one.until)
        .with_some("rate", one.rate.map(|rate| rate.to_string()))
        .with_some("zips", list(postal))
}

fn registration_from_item(item: &Item) -> Read<Registration> {
    let postal = item.items("zips")?.into_iter().map(|rate| {
        let of: Rate = rate.parse("rate")?;
        Ok((rate.text("zip")?.to_owned(), of))
    });
    Ok(Registration {
        country: item.parse("cc")?,
        region: text(item, "reg"),
        scheme: item.parse("how")?,
        tax_id: text(item, "tid"),
        from: item.time_if_any("from")?,
        until: item.time_if_any("to")?,
        rate: item.parse_if_any("rate")?,
        postal_rates: postal.collect::<Read<_>>()?,
    })
}

fn override_to_item(rule: &Override) -> Item {
    let item = Item::new()
        .with("code", rule.tax_code.as_str())
        .with_some("cc", rule.country.as_ref().map(|country| country.code()))
        .with_some("reg", rule.region.as_deref())
        .with_some("name", rule.name.as_deref())
        .with_some("from", rule.from);
    match rule.effect {
        OverrideEffect::Rate(rate) => item.with("rate", rate.to_string()),
        OverrideEffect::Class(class) => item.with("class", class.as_str()),
        OverrideEffect::Exempt => item.with("is", "exempt"),
        OverrideEffect::Zero => item.with("is", "zero"),
    }
}

fn override_from_item(item: &Item) -> Read<Override> {
    let class: Option<RateClass> = item.parse_if_any("class")?;
    let rate: Option<Rate> = item.parse_if_any("rate")?;
    let effect = match (rate, class, item.text_if_any("is")) {
        (Some(rate), None, None) => OverrideEffect::Rate(rate),
        (None, Some(class), None) => OverrideEffect::Class(class),
        (None, None, Some("exempt")) => OverrideEffect::Exempt,
        (None, None, Some("zero")) => OverrideEffect::Zero,
        _ => return Err(item.corrupt("is")),
    };
    Ok(Override {
        tax_code: item.text("code")?.to_owned(),
        country: item.parse_if_any("cc")?,
        region: text(item, "reg"),
        effect,
        name: text(item, "name"),
        from: item.time_if_any("from")?,
    })
}

fn invoice_to_item(invoice: &InvoicingSettings) -> Item {
    Item::new()
        .with("pre", invoice.prefix.as_str())
        .with("cn", invoice.credit_note_prefix.as_str())
        .with("dig", invoice.digits)
        .with_some("next", invoice.next_number)
        .with("zone", invoice.timezone.as_str())
        .with("lang", invoice.language.as_str())
        .with_some("foot", invoice.footer.as_deref())
        .with_some("cur", invoice.currency.as_ref().map(|currency| currency.code()))
        .with("due", invoice.due_days)
}

fn invoice_from_item(item: &Item) -> Read<InvoicingSettings> {
    Ok(InvoicingSettings {
        prefix: item.text("pre")?.to_owned(),
        credit_note_prefix: item.text("cn")?.to_owned(),
        digits: item.number("dig")?,
        next_number: item.get("next").map(|_| item.number("next")).transpose()?,
        timezone: item.text("zone")?.to_owned(),
        language: item.text("lang")?.to_owned(),
        footer: text(item, "foot"),
        currency: item.parse_if_any("cur")?,
        due_days: item.number("due")?,
    })
}

#[cfg(test)]
mod tests;
