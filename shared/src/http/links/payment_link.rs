//! Links as their organisation makes and sees them.

use super::{
    field::{Count, Line, LinkCurrency, PricingMode, ProductRef},
    product::{object, prices},
};
use crate::{
    http::field::WebUrl,
    model::{
        Time,
        actor::Actor,
        catalog::{MAX_LINES, MAX_QUANTITY, QuantityRange, Snapshot, SnapshotLine, sum},
        id::PaymentLinkId,
        metadata::Metadata,
        payment_link::{Limit, MAX_USES},
    },
    operations::{
        Problem, Result,
        merchant_links::{MadeLink, NewLine, NewMerchantLink},
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
    pub products: Vec<ProductLine>,
    /// Every product needs a price in it; your default when absent.
    pub currency: Option<LinkCurrency>,
    /// Whether the prices contain their tax; your default when absent.
    pub pricing_mode: Option<PricingMode>,
    /// When it ends: 60 seconds to 5 years ahead; never when null.
    pub expires_at: Option<Time>,
    /// How often it may be paid; as often as buyers like when null.
    pub max_uses: Option<Count<1, MAX_USES>>,
    /// Your own data, copied to every payment; no buyer sees it.
    pub metadata: Option<Metadata>,
    /// Where buyers may go after paying.
    pub success_url: Option<WebUrl>,
}

/// One line of a link.
#[derive(Body)]
pub struct ProductLine {
    /// Which product.
    pub product_id: ProductRef,
    /// How many; what the page proposes where the buyer may choose.
    #[body(default = Count(1))]
    pub quantity: Option<Count<1, MAX_QUANTITY>>,
    /// What the buyer may choose.
    pub adjustable_quantity: Option<AdjustableQuantity>,
}

/// The quantities that a buyer may choose from.
#[derive(Body)]
pub struct AdjustableQuantity {
    /// At least.
    pub minimum: Count<1, MAX_QUANTITY>,
    /// At most.
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
            expires_at: self.expires_at,
            uses: Limit::at_most(self.max_uses.map(|count| count.0)).unwrap_or(Limit::ONE),
            metadata: self.metadata,
            success_url: self.success_url.map(|url| url.0),
            created_by,
        })
    }
}

impl AdjustableQuantity {
    const fn range(&self) -> QuantityRange {
        QuantityRange { minimum: self.minimum.0, maximum: self.maximum.0 }
    }
}

/// A link.
#[derive(View)]
pub struct PaymentLinkView {
    /// The id, which buyers share.
    pub uuid: String,
    /// Where buyers open it.
    pub url: String,
    /// Your name for it.
    pub name: String,
    /// `active`, `inactive`, `expired`, `exhausted` or `deleted`.
    pub status: &'static str,
    /// Switched on.
    pub is_active: bool,
    /// What buyers pay in unless they choose another.
    pub currency: Option<String>,
    /// What buyers may choose from.
    pub currencies: Vec<String>,
    /// `TAX_EXCLUSIVE` or `TAX_INCLUSIVE`.
    pub pricing_mode: Option<&'static str>,
    /// The frozen lines.
    pub products: Vec<LineView>,
    /// The sum of the lines, with tax where prices contain it.
    pub subtotal: Option<String>,
    /// Null while the buyer's country decides it.
    pub tax: Option<String>,
    /// Null while the buyer's country decides it.
    pub total: Option<String>,
    /// The sum of the lines in each currency.
    pub totals: BTreeMap<String, String>,
    /// RFC 3339; null: never.
    pub expires_at: Option<String>,
    /// Null: as often as buyers like.
    pub max_uses: Option<u32>,
    /// How often it was paid.
    pub uses: u32,
    /// What is left; null when unlimited.
    pub remaining: Option<u32>,
    /// Charges under way.
    pub in_progress: u32,
    /// Where buyers may go after paying.
    pub success_url: Option<String>,
    /// Your own data.
    pub metadata: Box<RawValue>,
    /// The link it was copied from.
    pub cloned_from: Option<String>,
    /// `mem_...`, or `operator`.
    pub created_by: String,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
    /// RFC 3339.
    pub deleted_at: Option<String>,
    /// What came of it.
    pub statistics: StatisticsView,
}

/// One frozen line.
#[derive(View)]
pub struct LineView {
    /// `prod_...`.
    pub product_id: String,
    /// The product's name when the link was made.
    pub name: String,
    /// Its description then.
    pub description: Option<String>,
    /// Its picture then.
    pub image: Option<String>,
    /// How it is taxed.
    pub tax_code: Option<String>,
    /// Percent.
    pub tax_rate: Option<String>,
    /// How many.
    pub quantity: u32,
    /// What the buyer may choose.
    pub adjustable_quantity: Option<RangeView>,
    /// What one piece costs.
    pub unit_price: Option<String>,
    /// What one piece costs in each currency.
    pub prices: BTreeMap<String, String>,
    /// Price times quantity.
    pub line_total: Option<String>,
}

/// Quantities to choose from.
#[derive(View)]
pub struct RangeView {
    /// At least.
    pub minimum: u32,
    /// At most.
    pub maximum: u32,
}

/// What came of a link.
#[derive(View)]
pub struct StatisticsView {
    /// Checkouts that buyers started.
    pub starts: u32,
    /// Of these, with at least one card submitted.
    pub attempted: u32,
    /// Of these, paid.
    pub paid: u32,
    /// Submits that were declined.
    pub failed_attempts: u32,
    /// `paid / starts`; null without starts.
    pub conversion: Option<String>,
    /// Declined submits by reason.
    pub declines: BTreeMap<String, u32>,
    /// The same as `paid`.
    pub paid_count: u32,
    /// `gross` less `refunded`.
    pub revenue: BTreeMap<String, String>,
    /// What was paid, by currency.
    pub gross: BTreeMap<String, String>,
    /// What was given back.
    pub refunded: BTreeMap<String, String>,
    /// The tax in `gross`.
    pub tax_collected: BTreeMap<String, String>,
    /// RFC 3339.
    pub last_paid_at: Option<String>,
    /// As of when, RFC 3339.
    pub as_of: String,
}

/// A link that was just made, so that nothing came of it yet.
#[must_use]
pub fn view(made: &MadeLink, url: String, now: Time) -> PaymentLinkView {
    let MadeLink { link, details } = made;
    let snapshot = details.snapshot.as_ref();
    let totals = snapshot.map(totals).unwrap_or_default();
    let currency = snapshot.map(|snapshot| snapshot.currency.code().to_owned());
    PaymentLinkView {
        uuid: link.id.to_string(),
        url,
        name: details.name.clone(),
        status: link.status_at(now).as_str(),
        is_active: link.active,
        currencies: totals.keys().cloned().collect(),
        pricing_mode: snapshot.map(|snapshot| snapshot.pricing_mode.as_str()),
        products: snapshot.map(lines).unwrap_or_default(),
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
        statistics: nothing_yet(now),
    }
}

fn created_by(actor: Actor) -> String {
    match actor {
        Actor::Member(id) => id.links_form(),
        Actor::ApiKey(id) => id.links_form(),
        Actor::Client | Actor::Operator | Actor::Processor => actor.to_string(),
    }
}

fn nothing_yet(now: Time) -> StatisticsView {
    StatisticsView {
        starts: 0,
        attempted: 0,
        paid: 0,
        failed_attempts: 0,
        conversion: None,
        declines: BTreeMap::new(),
        paid_count: 0,
        revenue: BTreeMap::new(),
        gross: BTreeMap::new(),
        refunded: BTreeMap::new(),
        tax_collected: BTreeMap::new(),
        last_paid_at: None,
        as_of: now.rfc3339(),
    }
}

/// The sum of the lines in each currency that all of them have.
#[must_use]
pub fn totals(snapshot: &Snapshot) -> BTreeMap<String, String> {
    let totals = snapshot.currencies().into_iter().filter_map(|currency| {
        let lines = snapshot.choose(currency, &[]).ok()?;
        Some((currency.code().to_owned(), sum(currency, &lines)?.major()))
    });
    totals.collect()
}

fn lines(snapshot: &Snapshot) -> Vec<LineView> {
    let chosen = snapshot.choose(snapshot.currency, &[]).unwrap_or_default();
    let lines = snapshot.lines.iter().enumerate().map(|(at, line)| {
        let SnapshotLine { product, offer, quantity, adjustable } = line;
        let total = chosen.get(at).and_then(|line| line.line_total());
        LineView {
            product_id: product.links_form(),
            name: offer.name.clone(),
            description: offer.description.clone(),
            image: offer.image.clone(),
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

/// Quantities to choose from.
#[must_use]
pub const fn range_view(range: QuantityRange) -> RangeView {
    RangeView { minimum: range.minimum, maximum: range.maximum }
}
