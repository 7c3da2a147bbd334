//! What an organisation sells, and how a link freezes it.
//!
//! A link copies its products when it is made ([`Snapshot`]); what happens to a product afterwards
//! changes no link. A buyer's choice of quantities turns the copy into [`Purchase`]s.

use super::{
    Currency, Invalid, Money, Scope, Time,
    id::ProductId,
    metadata::Metadata,
    money::LARGEST_MINOR,
    tax::{Pricing, rate::Rate},
};
use std::collections::BTreeMap;

/// Largest quantity of one line.
pub const MAX_QUANTITY: u32 = 999_999;

/// Most lines of a link.
pub const MAX_LINES: usize = 100;

/// Largest price of one piece, in minor units: 999,999.99.
pub const MAX_PRICE_MINOR: i64 = 99_999_999;

/// A product of the links surface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// `prod_...` to callers.
    pub id: ProductId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// What it is and costs.
    pub offer: Offer,
    /// The seller's own number; unique among products that are not archived.
    pub sku: Option<String>,
    /// A picture somewhere else, kept for the seller; buyers never load it.
    pub image_url: Option<String>,
    /// Whether new links may use it.
    pub active: bool,
    /// Since when it is archived: hidden, and refused in new links.
    pub archived_at: Option<Time>,
    /// The seller's own data.
    pub metadata: Option<Metadata>,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// What buyers see of a product, and what it costs: the part that a link freezes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Shown to buyers, 1 to 120 characters.
    pub name: String,
    /// Shown to buyers, up to 500 characters in lines.
    pub description: Option<String>,
    /// Hash of the uploaded picture, which is its address too.
    pub image: Option<String>,
    /// How it is taxed; the organisation's default when absent.
    pub tax_code: Option<String>,
    /// Replaces the table's rate wherever the sale is taxed.
    pub tax_rate: Option<Rate>,
    /// What one piece costs.
    pub prices: Prices,
}

/// A price in each of some currencies; at least one. Nothing converts between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices(BTreeMap<Currency, Money>);

/// The quantities a buyer may choose from, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct QuantityRange {
    /// The fewest pieces; at least 1.
    pub minimum: u32,
    /// The most pieces; at most [`MAX_QUANTITY`].
    pub maximum: u32,
}

/// One frozen line of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotLine {
    /// Which product it was.
    pub product: ProductId,
    /// The product as it was.
    pub offer: Offer,
    /// How many; what the page proposes where the buyer may choose.
    pub quantity: u32,
    /// What the buyer may choose; nothing when absent.
    pub adjustable: Option<QuantityRange>,
}

/// The frozen lines of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// What the buyer pays in unless another one is chosen.
    pub currency: Currency,
    /// Whether the prices contain their tax.
    pub pricing_mode: Pricing,
    /// 1 to [`MAX_LINES`] lines, each product once.
    pub lines: Vec<SnapshotLine>,
}

/// One line of a purchase: a product, or something a server named itself, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// Which product; none for a line a server made up.
    pub product: Option<ProductId>,
    /// Shown to buyers: the product's name when it was frozen, or what a server called the line.
    pub name: String,
    /// The number of pieces.
    pub quantity: u32,
    /// The price of one piece; whether tax is in it is said by the sale's pricing mode.
    pub unit_price: Money,
    /// How it is taxed.
    pub tax_code: Option<String>,
    /// Replaces the table's rate.
    pub tax_rate: Option<Rate>,
}

/// Why a buyer's choice does not fit a snapshot. Lines are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChoiceRefusal {
    /// A line has no price in this currency.
    Currency,
    /// The choice at this place names no line whose quantity may be chosen.
    NotAdjustable(usize),
    /// The choice at this place is out of the line's range.
    OutOfRange(usize, QuantityRange),
    /// The sum is larger than any amount that can be charged.
    TooLarge,
}

impl Product {
    /// Whether a new link may use it.
    pub const fn sells(&self) -> bool {
        self.active && self.archived_at.is_none()
    }

    /// Hides it from new links; one that is archived already stays as it is.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn archive(&self, now: Time) -> Self {
        match self.archived_at {
            Some(_) => self.clone(),
            None => self.changed(Some(now), now),
        }
    }

    /// Brings it back; `None` when it is not archived.
    pub fn restore(&self, now: Time) -> Option<Self> {
        self.archived_at.map(|_| self.changed(None, now))
    }

    fn changed(&self, archived_at: Option<Time>, now: Time) -> Self {
        Self { archived_at, updated_at: now, version: self.version + 1, ..self.clone() }
    }
}

impl Prices {
    /// Prices, each in its own currency.
    ///
    /// # Errors
    /// None at all, or one that is not between 1 minor unit and [`MAX_PRICE_MINOR`].
    pub fn new(prices: impl IntoIterator<Item = Money>) -> Result<Self, Invalid> {
        let prices: BTreeMap<_, _> =
            prices.into_iter().map(|price| (price.currency(), price)).collect();
        let fits = |price: &Money| (1..=MAX_PRICE_MINOR).contains(&price.minor());
        if prices.is_empty() {
            return Err(Invalid::new("must have a price in at least one currency"));
        }
        if !prices.values().all(fits) {
            return Err(Invalid::new("must be between 0.01 and 999999.99"));
        }
        Ok(Self(prices))
    }

    /// The price in a currency.
    pub fn get(&self, currency: Currency) -> Option<Money> {
        self.0.get(&currency).copied()
    }

    /// Every price, by currency.
    pub fn iter(&self) -> impl Iterator<Item = Money> + '_ {
        self.0.values().copied()
    }
}

impl SnapshotLine {
    /// A line of a product as it is now.
    pub fn of(product: &Product, quantity: u32, adjustable: Option<QuantityRange>) -> Self {
        Self { product: product.id, offer: product.offer.clone(), quantity, adjustable }
    }

    /// The smallest and the largest quantity that a buyer can pay for.
    pub const fn range(&self) -> QuantityRange {
        match self.adjustable {
            Some(range) => range,
            None => QuantityRange { minimum: self.quantity, maximum: self.quantity },
        }
    }
}

impl Snapshot {
    /// The currencies in which every line has a price.
    pub fn currencies(&self) -> Vec<Currency> {
        let mut lines = self.lines.iter();
        let first: Vec<Currency> = lines
            .next()
            .map(|line| line.offer.prices.iter().map(|price| price.currency()).collect())
            .unwrap_or_default();
        let everywhere = |currency: &Currency| {
            self.lines.iter().all(|line| line.offer.prices.get(*currency).is_some())
        };
        first.into_iter().filter(everywhere).collect()
    }

    /// The smallest and the largest sum of lines that a buyer can choose.
    ///
    /// # Errors
    /// [`ChoiceRefusal::Currency`], [`ChoiceRefusal::TooLarge`].
    pub fn bounds(&self, currency: Currency) -> Result<(Money, Money), ChoiceRefusal> {
        let sum = |quantity: &dyn Fn(&SnapshotLine) -> u32| {
            let lines = self.lines.iter().map(|line| {
                let price = line.offer.prices.get(currency).ok_or(ChoiceRefusal::Currency)?;
                times(price, quantity(line)).ok_or(ChoiceRefusal::TooLarge)
            });
            total(currency, lines)
        };
        Ok((sum(&|line| line.range().minimum)?, sum(&|line| line.range().maximum)?))
    }

    /// What a buyer pays for: each line with its own quantity, or the one that was chosen.
    ///
    /// # Errors
    /// See [`ChoiceRefusal`]; the first that holds.
    pub fn choose(
        &self,
        currency: Currency,
        quantities: &[(ProductId, u32)],
    ) -> Result<Vec<Purchase>, ChoiceRefusal> {
        for (place, (product, quantity)) in quantities.iter().enumerate() {
            let line = self.lines.iter().find(|line| line.product == *product);
            let range = line.and_then(|line| line.adjustable);
            let range = range.ok_or(ChoiceRefusal::NotAdjustable(place))?;
            if !(range.minimum..=range.maximum).contains(quantity) {
                return Err(ChoiceRefusal::OutOfRange(place, range));
            }
        }
        let lines = self.lines.iter().map(|line| {
            let chosen = quantities.iter().rev().find(|(product, _)| *product == line.product);
            Ok(Purchase {
                product: Some(line.product),
                name: line.offer.name.clone(),
                quantity: chosen.map_or(line.quantity, |(_, quantity)| *quantity),
                unit_price: line.offer.prices.get(currency).ok_or(ChoiceRefusal::Currency)?,
                tax_code: line.offer.tax_code.clone(),
                tax_rate: line.offer.tax_rate,
            })
        });
        let lines: Vec<Purchase> = lines.collect::<Result<_, _>>()?;
        sum(currency, &lines).ok_or(ChoiceRefusal::TooLarge)?;
        Ok(lines)
    }
}

impl Purchase {
    /// Price times quantity; `None` when it is larger than any amount that can be charged.
    pub fn line_total(&self) -> Option<Money> {
        times(self.unit_price, self.quantity)
    }
}

/// The sum of the lines of a purchase; `None` when it is larger than any amount that can be charged
/// or a line is of another currency.
pub fn sum(currency: Currency, lines: &[Purchase]) -> Option<Money> {
    let lines = lines.iter().map(|line| line.line_total().ok_or(ChoiceRefusal::TooLarge));
    total(currency, lines).ok()
}

fn total(
    currency: Currency,
    mut lines: impl Iterator<Item = Result<Money, ChoiceRefusal>>,
) -> Result<Money, ChoiceRefusal> {
    lines.try_fold(Money::from_minor(0, currency), |sum, line| {
        sum.plus(line?).ok_or(ChoiceRefusal::TooLarge)
    })
}

fn times(price: Money, quantity: u32) -> Option<Money> {
    let minor = price.minor().checked_mul(i64::from(quantity))?;
    (minor <= LARGEST_MINOR).then(|| Money::from_minor(minor, price.currency()))
}

#[cfg(test)]
mod tests;
