//! What a submit charges and how that is taxed, as it is kept within the submit.

use crate::model::{
    Amounts, Currency, Money,
    payment_intent::Billing,
    tax::{
        AttemptTax, Category, Reason, TaxLine, TaxRecord, Treatment,
        tax_id::{TaxId, TaxIdStatus},
    },
};
use crate::store::{Corrupt, Item, Value};

type Read<T> = Result<T, Corrupt>;

/// What was typed about an invoice, as it is kept.
pub(super) fn billing_to_item(billing: &Billing) -> Item {
    Item::new()
        .with_some("co", billing.company.as_deref())
        .with_some("l1", billing.line1.as_deref())
        .with_some("city", billing.city.as_deref())
        .with_some("zip", billing.postal_code.as_deref())
        .with_some("reg", billing.region.as_deref())
        .with_some("cc", billing.country.as_ref().map(|country| country.code()))
}

pub(super) fn billing_from_item(item: &Item) -> Read<Billing> {
    let text = |name| item.text_if_any(name).map(str::to_owned);
    Ok(Billing {
        company: text("co"),
        line1: text("l1"),
        city: text("city"),
        postal_code: text("zip"),
        region: text("reg"),
        country: item.parse_if_any("cc")?,
    })
}

/// Amounts and decision as they are kept.
pub(super) fn to_item(charged: &AttemptTax) -> Item {
    let amounts = &charged.amounts;
    Item::new()
        .with("amt", amounts.total().minor())
        .with("tax", amounts.tax().minor())
        .with("cur", amounts.currency().code())
        .with_some("how", charged.record.as_ref().map(record_to_item))
}

pub(super) fn from_item(item: &Item) -> Read<AttemptTax> {
    let currency: Currency = item.parse("cur")?;
    let money = |name| Ok(Money::from_minor(item.number(name)?, currency));
    let amounts = Amounts::inclusive(money("amt")?, money("tax")?);
    let record = item.get("how").map(|_| item.map("how")).transpose()?;
    Ok(AttemptTax {
        amounts: amounts.ok_or_else(|| item.corrupt("tax"))?,
        record: record.map(record_from_item).transpose()?,
    })
}

/// A decision as it is kept.
pub fn record_to_item(record: &TaxRecord) -> Item {
    let lines: Vec<Value> = record.lines.iter().map(|line| Value::M(line_to_item(line))).collect();
    let id = record.tax_id.as_ref();
    Item::new()
        .with("is", record.treatment.as_str())
        .with("why", record.reason.as_str())
        .with_some("lines", Some(Value::L(lines)).filter(|_| !record.lines.is_empty()))
        .with("code", record.tax_code.as_str())
        .with_some("cc", record.country.as_ref().map(|country| country.code()))
        .with_some("reg", record.region.as_deref())
        .with_some("tid", id.map(|id| id.value.as_str()))
        .with_some("tst", id.map(|id| id.status.as_str()))
        .with_some("ex", record.exemption_reason.as_deref())
        .with("rules", record.rules.as_str())
        .with("sv", record.settings_version)
        .with("at", record.decided_at)
}

/// A decision as it was kept.
pub fn record_from_item(item: &Item) -> Read<TaxRecord> {
    let text = |name| item.text_if_any(name).map(str::to_owned);
    let named = |name: &str| item.text(name);
    let treatment = named("is")?;
    let treatment = Treatment::ALL.iter().find(|known| known.as_str() == treatment);
    let reason = named("why")?;
    let reason = Reason::ALL.iter().find(|known| known.as_str() == reason);
    let tax_id = match item.text_if_any("tid") {
        Some(value) => Some(TaxId { value: value.to_owned(), status: status(item)? }),
        None => None,
    };
    Ok(TaxRecord {
        treatment: *treatment.ok_or_else(|| item.corrupt("is"))?,
        reason: *reason.ok_or_else(|| item.corrupt("why"))?,
        lines: item.items("lines")?.into_iter().map(line_from_item).collect::<Read<_>>()?,
        tax_code: item.text("code")?.to_owned(),
        country: item.parse_if_any("cc")?,
        region: text("reg"),
        tax_id,
        exemption_reason: text("ex"),
        rules: item.text("rules")?.to_owned(),
        settings_version: item.number("sv")?,
        decided_at: item.time("at")?,
    })
}

fn status(item: &Item) -> Read<TaxIdStatus> {
    let status = item.text("tst")?;
    let known = TaxIdStatus::ALL.iter().find(|known| known.as_str() == status);
    known.copied().ok_or_else(|| item.corrupt("tst"))
}

fn line_to_item(line: &TaxLine) -> Item {
    Item::new()
        .with("j", line.jurisdiction.as_str())
        .with("n", line.name.as_str())
        .with("r", line.rate.to_string())
        .with("net", line.taxable)
        .with("tax", line.tax)
        .with("c", line.category.as_str())
}

fn line_from_item(item: &Item) -> Read<TaxLine> {
    let category = item.text("c")?;
    let category = Category::ALL.iter().find(|known| known.as_str() == category);
    Ok(TaxLine {
        jurisdiction: item.text("j")?.to_owned(),
        name: item.text("n")?.to_owned(),
        rate: item.parse("r")?,
        taxable: item.number("net")?,
        tax: item.number("tax")?,
        category: *category.ok_or_else(|| item.corrupt("c"))?,
    })
}
