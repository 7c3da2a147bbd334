//! Links of the links surface: made from the catalog, looked at and started by buyers.
//!
//! A link freezes its products. Starting a checkout freezes a buyer's choice and reserves nothing: a
//! use is taken by the charge (see [`super::checkout`]).

use super::{
    Commit, FieldError, IdempotentAnswer, Problem, Remember, Resource, Result, StateRefusal,
    Unauthenticated,
};
use crate::{
    model::{
        Currency, Scope, Surface, Time,
        actor::Actor,
        catalog::{ChoiceRefusal, MAX_QUANTITY, Product, QuantityRange, Snapshot, SnapshotLine},
        id::{PaymentLinkId, ProductId},
        metadata::Metadata,
        organization::Organization,
        payment_link::{
            Limit, LinkDetails, LinkRefusal, LinkUses, PaymentLink, ReturnAddresses, Sells,
            check_expiry,
        },
        processor_account::TenantAccounts,
        tax::Pricing,
        tenant::Tenant,
    },
    store::{self, Consistency, Table, key, organization, payment_link, processor_account},
};

/// A link to be made.
#[derive(Debug)]
pub struct NewMerchantLink {
    /// Its id, which buyers share and nobody can guess.
    pub id: PaymentLinkId,
    /// The seller's name for it.
    pub name: String,
    /// What it sells; at least one line.
    pub lines: Vec<NewLine>,
    /// What buyers pay in unless they choose another; the organisation's default when absent.
    pub currency: Option<Currency>,
    /// Whether the prices contain their tax; the organisation's default when absent.
    pub pricing_mode: Option<Pricing>,
    /// Its end.
    pub expires_at: Option<Time>,
    /// How often it may be paid.
    pub uses: Limit,
    /// The seller's own data.
    pub metadata: Option<Metadata>,
    /// Where buyers may go after paying.
    pub success_url: Option<String>,
    /// Who makes it.
    pub created_by: Actor,
}

/// One line as it was sent.
#[derive(Debug, Clone, Copy)]
pub struct NewLine {
    /// Which product; `None` for an id that can be none.
    pub product: Option<ProductId>,
    /// How many.
    pub quantity: u32,
    /// What the buyer may choose.
    pub adjustable: Option<QuantityRange>,
}

/// What a link's own answer shows.
#[derive(Debug)]
pub struct MadeLink {
    /// The link.
    pub link: PaymentLink,
    /// What it says and sells.
    pub details: LinkDetails,
}

/// A link as its buyers find it.
#[derive(Debug)]
pub struct OpenedLink {
    /// The link.
    pub link: PaymentLink,
    /// What it says and sells.
    pub details: LinkDetails,
    /// Whose it is.
    pub seller: Seller,
}

/// Whoever sells through links.
#[derive(Debug)]
pub struct Seller {
    /// The tenant.
    pub tenant: Tenant,
    /// Its settings.
    pub organization: Organization,
    /// Who charges.
    pub accounts: TenantAccounts,
}

/// Makes a link with today's products.
///
/// # Errors
/// Every line that cannot be sold, at once; totals outside the organisation's limits; an end too
/// near or too far.
pub async fn create(
    store: &Table,
    scope: Scope,
    new: NewMerchantLink,
    remember: Remember<'_, MadeLink>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    let organization = store.organization(scope, now).await?;
    let mut problems = Vec::new();
    if let Some(Err(invalid)) = new.expires_at.map(|end| check_expiry(end, now)) {
        problems.push(field("expires_at", invalid.0));
    }
    let currency = new.currency.unwrap_or(organization.default_currency);
    let lines = lines(store, scope, &new.lines, currency, &mut problems).await?;
    if !problems.is_empty() {
        return Err(Problem::Invalid(problems));
    }
    let pricing_mode = new.pricing_mode.unwrap_or(organization.pricing_mode);
    let snapshot = Snapshot { currency, pricing_mode, lines };
    check_bounds(&snapshot, &organization)?;
    let made = MadeLink {
        link: PaymentLink {
            id: new.id,
            scope,
            surface: Surface::Links,
            sells: Sells::Snapshot,
            account: None,
            uses: LinkUses::none(new.uses),
            attempts: Limit::UNLIMITED,
            expires_at: new.expires_at,
            active: true,
            deleted_at: None,
            edits: 0,
            created_at: now,
            updated_at: now,
            version: 1,
        },
        details: LinkDetails {
            name: new.name,
            metadata: new.metadata,
            snapshot: Some(snapshot),
            addresses: ReturnAddresses { success: new.success_url, ..ReturnAddresses::default() },
            created_by: new.created_by,
            cloned_from: None,
            version: 1,
        },
    };
    let writes = payment_link::insert(&made.link, &made.details);
    remember.commit(store, Commit::new().all(writes, &Problem::Conflict), &made, now).await
}

/// The lines of a link, each product once, in the order of their first mention.
async fn lines(
    store: &Table,
    scope: Scope,
    wanted: &[NewLine],
    currency: Currency,
    problems: &mut Vec<FieldError>,
) -> Result<Vec<SnapshotLine>> {
    let mut ids: Vec<ProductId> = wanted.iter().filter_map(|line| line.product).collect();
    ids.sort_unstable();
    ids.dedup();
    let known = store.products_by_id(scope, &ids).await?;
    let known: Vec<Product> = known.into_iter().flatten().collect();
    let mut lines: Vec<SnapshotLine> = Vec::new();
    for (at, line) in wanted.iter().enumerate() {
        let product = known.iter().find(|product| Some(product.id) == line.product);
        let product = match sellable(product, currency) {
            Ok(product) => product,
            Err(why) => {
                problems.push(field(&format!("products[{at}].product_id"), why));
                continue;
            }
        };
        let found = lines.iter_mut().find(|known| known.product == product.id);
        let merged = match found {
            Some(first) => merge(first, line),
            None => {
                lines.push(SnapshotLine::of(product, line.quantity, line.adjustable));
                within(line.quantity, line.adjustable)
            }
        };
        if let Err((member, why)) = merged {
            problems.push(field(&format!("products[{at}].{member}"), why));
        }
    }
    Ok(lines)
}

fn sellable(
    product: Option<&Product>,
    currency: Currency,
) -> std::result::Result<&Product, String> {
    let product = product.ok_or("is no product of yours")?;
    if product.archived_at.is_some() {
        return Err("is archived".to_owned());
    }
    if !product.active {
        return Err("is not active".to_owned());
    }
    match product.offer.prices.get(currency) {
        Some(_) => Ok(product),
        None => Err(format!("has no price in {currency}")),
    }
}

/// Which member of a line is wrong, and why.
type LineProblem = (&'static str, String);

/// One more line of the same product: its quantity is added.
fn merge(first: &mut SnapshotLine, more: &NewLine) -> std::result::Result<(), LineProblem> {
    if first.adjustable != more.adjustable {
        let why = "differs from that of the same product's first line; say it once";
        return Err(("adjustable_quantity", why.to_owned()));
    }
    let sum = first.quantity.saturating_add(more.quantity);
    if sum > MAX_QUANTITY {
        return Err((
            "quantity",
            format!("makes {sum} of one product; {MAX_QUANTITY} is the most"),
        ));
    }
    first.quantity = sum;
    within(sum, first.adjustable)
}

fn within(
    quantity: u32,
    adjustable: Option<QuantityRange>,
) -> std::result::Result<(), LineProblem> {
    match adjustable {
        Some(range) if range.minimum > range.maximum => {
            Err(("adjustable_quantity", "must have a minimum up to its maximum".to_owned()))
        }
        Some(range) if !(range.minimum..=range.maximum).contains(&quantity) => {
            let why = format!("must be between {} and {}", range.minimum, range.maximum);
            Err(("quantity", why))
        }
        Some(_) | None => Ok(()),
    }
}

/// The smallest and the largest total that a buyer can choose lie within the limits. The country is
/// unknown here, so it is the sum of the lines that counts.
fn check_bounds(snapshot: &Snapshot, organization: &Organization) -> Result<()> {
    let bounds = snapshot.bounds(snapshot.currency);
    let (least, most) = bounds.map_err(|_| whole("The total is larger than can be charged."))?;
    for total in [least, most] {
        organization.allows(total).map_err(|why| whole(&format!("The total {}", why.0)))?;
    }
    Ok(())
}

/// Opens a link as a buyer does. Nothing is written.
///
/// # Errors
/// There is no such link.
pub async fn open(store: &Table, id: PaymentLinkId) -> Result<OpenedLink> {
    let found = match store.link_with_details(id, Consistency::Eventual).await? {
        Some(found) => Some(found),
        None => store.link_with_details(id, Consistency::Strong).await?,
    };
    let (link, details) = found.ok_or(Problem::NotFound(Resource::Link))?;
    if link.surface != Surface::Links {
        return Err(Problem::NotFound(Resource::Link));
    }
    let seller = seller(store, link.scope).await?;
    Ok(OpenedLink { link, details, seller })
}

/// Whoever sells, in one trip.
async fn seller(store: &Table, scope: Scope) -> Result<Seller> {
    let keys = [key::tenant(scope), key::organization(scope), key::tenant_accounts(scope)];
    let [tenant, settings, accounts] = store.get_all(keys, Consistency::Eventual).await?;
    let tenant = tenant.ok_or(Problem::Unauthenticated(Unauthenticated::NoTenant))?;
    let tenant = store::tenant::from_item(scope, &tenant)?;
    let organization = organization::from_item(scope, tenant.created_at, settings.as_ref())?;
    let accounts = processor_account::from_item(scope, accounts.as_ref())?;
    Ok(Seller { tenant, organization, accounts })
}

/// Why a link cannot be paid, as a problem.
#[must_use]
pub const fn refusal(refusal: LinkRefusal) -> StateRefusal {
    match refusal {
        LinkRefusal::Deleted => StateRefusal::LinkDeleted,
        LinkRefusal::Inactive => StateRefusal::LinkInactive,
        LinkRefusal::Expired => StateRefusal::LinkExpired,
        LinkRefusal::Exhausted => StateRefusal::LinkExhausted,
        LinkRefusal::InUse => StateRefusal::LinkInUse,
    }
}

/// What a buyer's choice has wrong, as fields of the request.
#[must_use]
pub fn choice_problem(refusal: &ChoiceRefusal, snapshot: &Snapshot) -> Problem {
    match refusal {
        ChoiceRefusal::Currency => {
            let codes = snapshot.currencies();
            let codes: Vec<&str> = codes.iter().map(Currency::code).collect();
            Problem::field("currency", format!("must be one of {}", codes.join(", ")))
        }
        ChoiceRefusal::NotAdjustable(at) => {
            let why = "names no product whose quantity can be chosen here";
            Problem::field(&format!("quantities[{at}].product_id"), why)
        }
        ChoiceRefusal::OutOfRange(at, range) => {
            let why = format!("must be between {} and {}", range.minimum, range.maximum);
            Problem::field(&format!("quantities[{at}].quantity"), why)
        }
        ChoiceRefusal::TooLarge => whole("The total is larger than can be charged."),
    }
}

/// What is wrong with the request as a whole.
fn whole(message: &str) -> Problem {
    Problem::field("", message)
}

fn field(name: &str, message: impl Into<String>) -> FieldError {
    FieldError { field: name.to_owned(), message: message.into() }
}

#[cfg(test)]
mod tests;
