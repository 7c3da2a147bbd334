//! Checkouts that a server makes with its key, for one buyer each.

use super::{StartedCheckout, earlier, needed, payment};
use crate::{
    model::{
        Currency, Scope, Surface, Time,
        catalog::{Product, Purchase, sum},
        checkout_session::{CheckoutSession, Payer, SESSION_S, ends_at},
        id::{CheckoutSessionId, ProductId},
        metadata::Metadata,
        payment_link::ReturnAddresses,
        tax::{Calculator, Pricing},
    },
    operations::{
        Ambient, Commit, FieldError, Idempotency, Problem, Result,
        merchant_links::{self, Seller},
        sales,
        tax::{self, Computed, Taxed, Wanted, compute},
    },
    store::{Consistency, Table, checkout_session, intent},
};

/// A checkout that a server makes for one buyer.
#[derive(Debug)]
pub struct NewCheckout {
    /// Who buys, as the server that makes the checkout says; tax depends on the place.
    pub payer: Payer,
    /// What it is paid in.
    pub currency: Currency,
    /// What is bought; at least one line.
    pub lines: Vec<AskedLine>,
    /// Whether the prices contain their tax; the organisation's default when absent.
    pub pricing_mode: Option<Pricing>,
    /// What the caller attaches: answered and told as it came, never shown to buyers.
    pub metadata: Option<Metadata>,
    /// Seconds for which it can be paid; [`SESSION_S`] when absent.
    pub life_s: Option<i64>,
    /// The caller's own name for the order; transactions are found by it, exactly.
    pub client_reference: Option<String>,
    /// Where the buyer may go afterwards.
    pub addresses: ReturnAddresses,
}

/// One line of such a checkout.
#[derive(Debug)]
pub enum AskedLine {
    /// A product of the catalog, at today's price.
    Product {
        /// The id in the catalog; the product needs a price in the checkout's currency.
        product: ProductId,
        /// How many pieces, 1 to [`crate::model::catalog::MAX_QUANTITY`].
        quantity: u32,
    },
    /// Something that is in no catalog.
    Own(Purchase),
}

/// Makes a checkout. Its payment is there, and listed, at once.
///
/// # Errors
/// Every line that cannot be sold, at once; a total outside the organisation's limits; no account
/// that charges.
pub async fn create(
    store: &Table,
    calculator: &dyn Calculator,
    scope: Scope,
    new: NewCheckout,
    idempotency: &Idempotency,
    ambient: Ambient,
) -> Result<StartedCheckout> {
    let now = ambient.now();
    if let Some(answer) = idempotency.earlier(store).await? {
        return earlier(store, scope, &answer).await;
    }
    let seller = merchant_links::seller(store, scope, Consistency::Eventual).await?;
    let lines = purchases(store, scope, &new, &seller).await?;
    let pricing_mode = new.pricing_mode.unwrap_or(seller.organization.pricing_mode);
    let usual = seller.organization.pricing_mode.as_str();
    let idempotency = idempotency.clone().by_default("pricing_mode", usual);
    let taxed = taxed(calculator, &new, &lines, pricing_mode, &seller, now).await?;
    let session = CheckoutSession {
        id: CheckoutSessionId::derive(now, (ambient.random)()),
        scope,
        surface: Surface::Links,
        link: None,
        payer: new.payer,
        lines,
        pricing_mode,
        amounts: taxed.amounts,
        tax: Some(taxed.record).filter(|_| seller.tax.collects()),
        addresses: new.addresses,
        client_reference: new.client_reference,
        metadata: new.metadata,
        expires_at: ends_at(now, new.life_s.unwrap_or(SESSION_S), None),
        created_at: now,
    };
    let payment = payment(&seller, &session)?;
    let commit = Commit::new()
        .write(checkout_session::insert_for_good(&session), Problem::Conflict)
        .write(intent::insert(&payment), Problem::Conflict);
    let answer = idempotency.commit(store, commit, session.id.to_string(), now).await?;
    if answer.replayed {
        return earlier(store, scope, &answer).await;
    }
    Ok(StartedCheckout { session, replayed: false })
}

/// What the lines cost this payer now, if this organisation may charge it.
async fn taxed(
    calculator: &dyn Calculator,
    new: &NewCheckout,
    lines: &[Purchase],
    pricing: Pricing,
    seller: &Seller,
    at: Time,
) -> Result<Taxed> {
    let whole = |message: &str| Problem::field("", message);
    let total = sum(new.currency, lines);
    total.ok_or_else(|| whole("The total is larger than can be charged."))?;
    let (sold, buyer) = (sales::lines(lines), sales::buyer(&new.payer));
    let wanted = Wanted { lines: &sold, pricing, currency: new.currency, buyer: &buyer };
    let taxed = match compute(calculator, &seller.tax, wanted, at).await? {
        Computed::Known(taxed) => *taxed,
        Computed::Needs(needs) => {
            return Err(Problem::Invalid(needs.into_iter().map(needed).collect()));
        }
    };
    let allowed = seller.organization.allows(taxed.amounts.total());
    allowed.map_err(|why| whole(&format!("The total {}", why.0)))?;
    Ok(taxed)
}

/// What is bought, with everything that is wrong with the lines at once.
async fn purchases(
    store: &Table,
    scope: Scope,
    new: &NewCheckout,
    seller: &Seller,
) -> Result<Vec<Purchase>> {
    let mut ids: Vec<ProductId> = new.lines.iter().filter_map(AskedLine::product).collect();
    ids.sort_unstable();
    ids.dedup();
    let known = store.products_by_id(scope, &ids).await?;
    let known: Vec<Product> = known.into_iter().flatten().collect();
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    for (at, line) in new.lines.iter().enumerate() {
        match purchase(line, &known, new.currency, seller) {
            Ok(line) => lines.push(line),
            Err((member, message)) => {
                problems.push(FieldError { field: format!("products[{at}].{member}"), message });
            }
        }
    }
    if problems.is_empty() { Ok(lines) } else { Err(Problem::Invalid(problems)) }
}

impl AskedLine {
    const fn product(&self) -> Option<ProductId> {
        match self {
            Self::Product { product, .. } => Some(*product),
            Self::Own(_) => None,
        }
    }
}

fn purchase(
    line: &AskedLine,
    known: &[Product],
    currency: Currency,
    seller: &Seller,
) -> std::result::Result<Purchase, (&'static str, String)> {
    match line {
        AskedLine::Product { product, quantity } => {
            let found = known.iter().find(|known| known.id == *product);
            let sold = merchant_links::sellable(found, currency).map_err(|why| ("id", why))?;
            let price = sold.offer.prices.get(currency);
            Ok(Purchase {
                product: Some(sold.id),
                name: sold.offer.name.clone(),
                quantity: *quantity,
                unit_price: price.ok_or_else(|| ("id", format!("has no price in {currency}")))?,
                tax_code: sold.offer.tax_code.clone(),
                tax_rate: sold.offer.tax_rate,
            })
        }
        AskedLine::Own(_) if !seller.organization.ad_hoc_lines => {
            let why = "is refused: this organisation sells products of its catalog only";
            Err(("name", why.to_owned()))
        }
        AskedLine::Own(line) => {
            let code = line.tax_code.as_deref();
            tax::known_code(&seller.tax, code).map_err(|why| ("tax_code", why))?;
            Ok(line.clone())
        }
    }
}
