//! Links as their organisation makes and sees them.

use super::{
    field::{Count, Line, LinkCurrency, Moment, PricingMode, ProductRef},
    picture,
    product::{object, prices},
};
use crate::{
    http::{
        body::BodyMember,
        field::{Field as _, WebUrl},
        reply,
    },
    model::{
        Currency, Money, Time,
        actor::Actor,
        catalog::{MAX_LINES, MAX_QUANTITY, QuantityRange, Snapshot, SnapshotLine, sum},
        id::PaymentLinkId,
        link_figures::LinkFigures,
        metadata::Metadata,
        payment_link::{Limit, MAX_USES},
    },
    operations::{
        Problem, Result,
        merchant_links::{MadeMerchantLink, NewLine, NewMerchantLink},
    },
};
use derive::{Body, View};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A new link.
#[derive(Body)]
pub struct CreatePaymentLink {
    /// Your name for it; no buyer ever sees it.
    pub name: Line<1, 120>,
    /// What it sells: 1 to 100 lines. Lines of one product are added up.
    #[body(meaning = meaning_of_lines)]
    pub products: Vec<ProductLine>,
    /// Every product needs a price in it; your default when absent.
    pub currency: Option<LinkCurrency>,
    /// Whether the prices contain their tax; your default when absent.
    pub pricing_mode: Option<PricingMode>,
    /// When it ends: 60 seconds to 5 years ahead; never when null.
    pub expires_at: Option<Moment>,
    /// How often it may be paid; as often as buyers like when null.
    pub max_uses: Option<Count<1, MAX_USES>>,
    /// Your own data, copied to every payment; no buyer sees it.
    #[body(default = Metadata::nothing())]
    pub metadata: Option<Metadata>,
    /// Where buyers may go after paying.
    pub success_url: Option<WebUrl>,
}

/// One line of a link.
#[derive(Body)]
pub struct ProductLine {
    /// The product's id, `prod_...`.
    pub product_id: ProductRef,
    /// How many; what the page proposes where the buyer may choose.
    #[body(default = Count(1))]
    pub quantity: Option<Count<1, MAX_QUANTITY>>,
    /// How many pieces the buyer may choose, where the quantity is not fixed.
    pub adjustable_quantity: Option<AdjustableQuantity>,
}

/// The quantities that a buyer may choose from.
#[derive(Body)]
pub struct AdjustableQuantity {
    /// The fewest pieces that a buyer may take.
    pub minimum: Count<1, MAX_QUANTITY>,
    /// The most pieces that a buyer may take.
    pub maximum: Count<1, MAX_QUANTITY>,
}

impl CreatePaymentLink {
    /// The link that is asked for.
    ///
    /// # Errors
    /// No lines, or too many.
    pub fn command(self, id: PaymentLinkId, created_by: Actor) -> Result<NewMerchantLink> {
        if self.products.is_empty() || self.products.len() > MAX_LINES {
            let message = format!("must have 1 to {MAX_LINES} lines");
            return Err(Problem::field("products", message));
        }
        let lines = self.products.iter().map(|line| NewLine {
            product: line.product_id.0,
            quantity: line.quantity.map_or(1, |count| count.0),
            adjustable: line.adjustable_quantity.as_ref().map(AdjustableQuantity::range),
        });
        Ok(NewMerchantLink {
            id,
            name: self.name.0,
            lines: lines.collect(),
            currency: self.currency.map(|currency| currency.0),
            pricing_mode: self.pricing_mode.map(|mode| mode.0),
            expires_at: self.expires_at.map(|moment| moment.0),
            uses: Limit::at_most(self.max_uses.map(|count| count.0)).unwrap_or(Limit::ONE),
            metadata: self.metadata,
            success_url: self.success_url.map(|url| url.0),
            created_by,
        })
    }
}

/// What the lines mean: those of one product are one.
fn meaning_of_lines(lines: &[ProductLine]) -> String {
    let mut merged: Vec<(String, Option<String>, u64)> = Vec::new();
    for line in lines {
        let product = line.product_id.meaning();
        let choice = line.adjustable_quantity.as_ref().map(BodyMember::member_meaning);
        let quantity = line.quantity.map_or(1, |count| u64::from(count.0));
        let known = merged.iter_mut().find(|known| known.0 == product && known.1 == choice);
        match known {
            Some(known) => known.2 += quantity,
            None => merged.push((product, choice, quantity)),
        }
    }
    reply::json(&merged)
}

impl AdjustableQuantity {
    const fn range(&self) -> QuantityRange {
        QuantityRange { minimum: self.minimum.0, maximum: self.maximum.0 }
    }
}

/// A link.
#[derive(View)]
pub struct PaymentLinkView {
    /// The link's id, a UUID: it is in the address that buyers share.
    pub uuid: String,
    /// The address where buyers open the link.
    pub url: String,
    /// Your own name for the link, as lists show it.
    pub name: String,
    /// `active`, `inactive`, `expired`, `exhausted` or `deleted`.
    pub status: &'static str,
    /// Whether the link is switched on; one that is off cannot be paid.
    pub is_active: bool,
    /// What buyers pay in unless they choose another.
    pub currency: Option<String>,
    /// The currencies that buyers may choose from, ISO 4217 in upper case.
    pub currencies: Vec<String>,
    /// `TAX_EXCLUSIVE` where tax is added to the prices, `TAX_INCLUSIVE` where prices contain it.
    pub pricing_mode: Option<&'static str>,
    /// The lines as they were when the link was made: later changes of products do not reach them.
    pub products: Vec<LineView>,
    /// The sum of the lines, with tax where prices contain it.
    pub subtotal: Option<String>,
    /// Null while the buyer's country decides it.
    pub tax: Option<String>,
    /// Null while the buyer's country decides it.
    pub total: Option<String>,
    /// The sum of the lines in each currency.
    pub totals: BTreeMap<String, String>,
    /// When it ends, in RFC 3339; null where it does not end by time.
    pub expires_at: Option<String>,
    /// Null: as often as buyers like.
    pub max_uses: Option<u32>,
    /// How often the link was paid: each payment takes one of its uses.
    pub uses: u32,
    /// What is left; null when unlimited.
    pub remaining: Option<u32>,
    /// How many charges are under way: each holds a use until its outcome is known.
    pub in_progress: u32,
    /// Where buyers may go after paying.
    pub success_url: Option<String>,
    /// Your own data, returned as you sent it.
    pub metadata: Box<RawValue>,
    /// The link it was copied from.
    pub cloned_from: Option<String>,
    /// The member who made it, `mem_...`, or `operator`.
    pub created_by: String,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it last changed, as an RFC 3339 time.
    pub updated_at: String,
    /// When it was deleted, as an RFC 3339 time.
    pub deleted_at: Option<String>,
    /// What came of the link: how often it was opened to pay, and paid.
    pub statistics: StatisticsView,
}

/// One frozen line.
#[derive(View)]
pub struct LineView {
    /// The product's id, `prod_...`.
    pub product_id: String,
    /// The product's name when the link was made.
    pub name: String,
    /// The product's description when the link was made; null for none.
    pub description: Option<String>,
    /// The address of the product's picture when the link was made; null for none.
    pub image: Option<String>,
    /// The tax code, which says how the product is taxed; null for the organisation's own.
    pub tax_code: Option<String>,
    /// The rate in percent, as decimal text.
    pub tax_rate: Option<String>,
    /// How many pieces, from 1 on.
    pub quantity: u32,
    /// How many pieces the buyer may choose; null where the quantity is fixed.
    pub adjustable_quantity: Option<RangeView>,
    /// What one piece costs, in major units of the link's own currency.
    pub unit_price: Option<String>,
    /// What one piece costs in each currency.
    pub prices: BTreeMap<String, String>,
    /// The price times the quantity, in major units.
    pub line_total: Option<String>,
}

/// Quantities to choose from.
#[derive(View)]
pub struct RangeView {
    /// The fewest pieces that a buyer may take.
    pub minimum: u32,
    /// The most pieces that a buyer may take.
    pub maximum: u32,
}

/// What came of a link.
#[derive(View)]
pub struct StatisticsView {
    /// How many checkouts buyers have started, whether or not they paid.
    pub starts: u32,
    /// Of these, with at least one card submitted.
    pub attempted: u32,
    /// How many of the started checkouts were paid.
    pub paid: u32,
    /// How many submits of a card were declined.
    pub failed_attempts: u32,
    /// The part of `starts` that was paid, four decimals; null without starts.
    pub conversion: Option<String>,
    /// How many submits were declined, by the reason's name.
    pub declines: BTreeMap<String, u32>,
    /// The same as `paid`, under the name that lists have.
    pub paid_count: u32,
    /// `gross` less `refunded`, in major units by currency.
    pub revenue: BTreeMap<String, String>,
    /// What was paid, tax included, in major units by currency.
    pub gross: BTreeMap<String, String>,
    /// What was given back, in major units by currency.
    pub refunded: BTreeMap<String, String>,
    /// The tax that `gross` contains, in major units by currency.
    pub tax_collected: BTreeMap<String, String>,
    /// When the last payment succeeded, in RFC 3339; null where none did.
    pub last_paid_at: Option<String>,
    /// As of when these figures are, in RFC 3339: they follow payments after some seconds.
    pub as_of: String,
}

/// A link that was just made, so that nothing came of it yet.
pub fn view(made: &MadeMerchantLink, url: String, now: Time) -> PaymentLinkView {
    with_figures(made, &LinkFigures::none(now), url, now)
}

/// A link, with what came of it.
pub fn with_figures(
    made: &MadeMerchantLink,
    figures: &LinkFigures,
    url: String,
    now: Time,
) -> PaymentLinkView {
    let MadeMerchantLink { link, details } = made;
    let snapshot = details.snapshot.as_ref();
    let totals = snapshot.map(totals).unwrap_or_default();
    let currency = snapshot.map(|snapshot| snapshot.currency.code().to_owned());
    // Pictures stand beside the pages.
    let base = url.rsplit_once("/l/").map_or("", |(base, _)| base);
    PaymentLinkView {
        products: snapshot.map(|snapshot| lines(snapshot, base)).unwrap_or_default(),
        uuid: link.id.to_string(),
        url,
        name: details.name.clone(),
        status: link.status_at(now).as_str(),
        is_active: link.active,
        currencies: totals.keys().cloned().collect(),
        pricing_mode: snapshot.map(|snapshot| snapshot.pricing_mode.as_str()),
        subtotal: currency.as_ref().and_then(|currency| totals.get(currency).cloned()),
        currency,
        tax: None,
        total: None,
        totals,
        expires_at: link.expires_at.map(|at| at.rfc3339()),
        max_uses: link.uses.limit.max(),
        uses: link.uses.confirmed,
        remaining: link.uses.left(),
        in_progress: link.uses.in_progress,
        success_url: details.addresses.success.clone(),
        metadata: object(details.metadata.as_ref()),
        cloned_from: details.cloned_from.map(|id| id.to_string()),
        created_by: created_by(details.created_by),
        created_at: link.created_at.rfc3339(),
        updated_at: link.updated_at.rfc3339(),
        deleted_at: link.deleted_at.map(|at| at.rfc3339()),
        statistics: statistics(figures),
    }
}

/// Where buyers open a link.
pub fn url(base: &str, id: PaymentLinkId) -> String {
    format!("{base}/l/{id}")
}

/// Who made something: `mem_...`, `key_...`, or the kind of actor that has no id.
pub fn created_by(actor: Actor) -> String {
    match actor {
        Actor::Member(id) => id.links_form(),
        Actor::ApiKey(id) => id.links_form(),
        Actor::Client | Actor::Operator | Actor::Processor => actor.to_string(),
    }
}

fn statistics(figures: &LinkFigures) -> StatisticsView {
    StatisticsView {
        starts: figures.starts,
        attempted: figures.attempted,
        paid: figures.paid,
        failed_attempts: figures.failed_attempts,
        conversion: figures.conversion(),
        declines: figures.declines.clone(),
        paid_count: figures.paid,
        revenue: majors(&figures.revenue()),
        gross: majors(&figures.gross),
        refunded: majors(&figures.refunded),
        tax_collected: majors(&figures.tax_collected),
        last_paid_at: figures.last_paid_at.map(|at| at.rfc3339()),
        as_of: figures.as_of.rfc3339(),
    }
}

/// Amounts by currency, in major units.
pub fn majors(amounts: &BTreeMap<Currency, i64>) -> BTreeMap<String, String> {
    let amounts = amounts.iter().map(|(currency, minor)| {
        (currency.code().to_owned(), Money::from_minor(*minor, *currency).major())
    });
    amounts.collect()
}

/// The sum of the lines in each currency that all of them have.
pub fn totals(snapshot: &Snapshot) -> BTreeMap<String, String> {
    let totals = snapshot.currencies().into_iter().filter_map(|currency| {
        let lines = snapshot.choose(currency, &[]).ok()?;
        Some((currency.code().to_owned(), sum(currency, &lines)?.major()))
    });
    totals.collect()
}

fn lines(snapshot: &Snapshot, base: &str) -> Vec<LineView> {
    let chosen = snapshot.choose(snapshot.currency, &[]).unwrap_or_default();
    let lines = snapshot.lines.iter().enumerate().map(|(at, line)| {
        let SnapshotLine { product, offer, quantity, adjustable } = line;
        let total = chosen.get(at).and_then(|line| line.line_total());
        LineView {
            product_id: product.links_form(),
            name: offer.name.clone(),
            description: offer.description.clone(),
            image: picture::url(base, offer.image.as_ref()),
            tax_code: offer.tax_code.clone(),
            tax_rate: offer.tax_rate.map(|rate| rate.to_string()),
            quantity: *quantity,
            adjustable_quantity: adjustable.map(range_view),
            unit_price: offer.prices.get(snapshot.currency).map(|price| price.major()),
            prices: prices(&offer.prices),
            line_total: total.map(|total| total.major()),
        }
    });
    lines.collect()
}

/// The quantities that a buyer may choose from, as callers read them.
pub const fn range_view(range: QuantityRange) -> RangeView {
    RangeView { minimum: range.minimum, maximum: range.maximum }
}
