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
        Currency, Money, Scope, Surface, Time,
        actor::Actor,
        catalog::{ChoiceRefusal, MAX_QUANTITY, Product, QuantityRange, Snapshot, SnapshotLine},
        id::{PaymentLinkId, ProductId},
        metadata::Metadata,
        organization::Organization,
        payment_link::{
            Limit, LinkDetails, LinkRefusal, LinkUses, PaymentLink, ReturnAddresses, Sells,
            check_expiry,
        },
        processor_account::{TenantAccounts, default_account},
        tax::{Pricing, settings::Settings},
        tenant::Tenant,
    },
    processor::registry,
    store::{
        self, Consistency, Key, Query, Table, Write,
        catalog::Assortment,
        key, organization, payment_link, processor_account,
        tally::{Tallied, one_more},
    },
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
    /// When it stops working, 60 seconds to five years ahead; never when absent.
    pub expires_at: Option<Time>,
    /// How often it may be paid.
    pub uses: Limit,
    /// What the seller attaches: answered and told as it came, never shown to buyers.
    pub metadata: Option<Metadata>,
    /// Where buyers may go after paying.
    pub success_url: Option<String>,
    /// The member or server that asks for it.
    pub created_by: Actor,
}

/// One line as it was sent.
#[derive(Debug, Clone, Copy)]
pub struct NewLine {
    /// Which product; `None` for an id that can be none.
    pub product: Option<ProductId>,
    /// How many pieces, 1 to [`crate::model::catalog::MAX_QUANTITY`].
    pub quantity: u32,
    /// What the buyer may choose.
    pub adjustable: Option<QuantityRange>,
}

impl NewLine {
    /// The line that would be frozen like this one.
    pub const fn like(line: &SnapshotLine) -> Self {
        Self { product: Some(line.product), quantity: line.quantity, adjustable: line.adjustable }
    }
}

/// What a link's own answer shows.
#[derive(Debug)]
pub struct MadeMerchantLink {
    /// What decides whether it can be paid: whether it is on, its end, its uses.
    pub link: PaymentLink,
    /// What it says and sells.
    pub details: LinkDetails,
}

/// A link as its buyers find it.
#[derive(Debug)]
pub struct OpenedLink {
    /// What decides whether it can be paid: whether it is on, its end, its uses.
    pub link: PaymentLink,
    /// What it says and sells.
    pub details: LinkDetails,
    /// The organisation that sells, with what decides about charges and tax.
    pub seller: Seller,
}

/// What is known of whoever sells through a link: name, settings, tax and accounts of now.
#[derive(Debug)]
pub struct Seller {
    /// Name, allowed origins and limits, in the link's mode.
    pub tenant: Tenant,
    /// The organisation's settings in the link's mode; the defaults where it changed none.
    pub organization: Organization,
    /// The accounts that may charge.
    pub accounts: TenantAccounts,
    /// How it collects tax.
    pub tax: Settings,
}

/// Makes a link with today's products.
///
/// # Errors
/// Every line that cannot be sold, at once; totals outside the organisation's limits, or that its
/// processor does not charge; an end too near or too far.
pub async fn create(
    store: &Table,
    scope: Scope,
    new: NewMerchantLink,
    remember: Remember<'_, MadeMerchantLink>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    let wanted = product_ids(&new.lines);
    let Assortment { organization, accounts, products } =
        store.assortment(scope, &wanted, now).await?;
    let remember = remember
        .by_default("currency", organization.default_currency.code())
        .by_default("pricing_mode", organization.pricing_mode.as_str());
    let mut problems = Vec::new();
    if let Some(Err(invalid)) = new.expires_at.map(|end| check_expiry(end, now)) {
        problems.push(field("expires_at", invalid.0));
    }
    let currency = new.currency.unwrap_or(organization.default_currency);
    let lines = lines(&products, &new.lines, currency, &mut problems);
    if !problems.is_empty() {
        return Err(Problem::Invalid(problems));
    }
    let pricing_mode = new.pricing_mode.unwrap_or(organization.pricing_mode);
    let snapshot = Snapshot { currency, pricing_mode, lines };
    check_bounds(&snapshot, &organization, &accounts)?;
    let made = MadeMerchantLink {
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
    remember.commit(store, insertion(writes, &organization), &made, now).await
}

/// The commit that makes a link, where there is room for one more.
pub(super) fn insertion(writes: [Write; 3], organization: &Organization) -> Commit {
    let commit = Commit::new().all(writes, &Problem::Contended);
    commit.write(one_more_link(organization), StateRefusal::TooManyLinks.into())
}

pub(super) fn one_more_link(organization: &Organization) -> Write {
    Write::Update(one_more(organization.scope, Tallied::Links, organization.max_links()))
}

/// The products that lines name, each once.
pub(super) fn product_ids(lines: &[NewLine]) -> Vec<ProductId> {
    let mut ids: Vec<ProductId> = lines.iter().filter_map(|line| line.product).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The lines of a link of known products, each product once, in the order of their first mention.
pub(super) fn lines(
    known: &[Product],
    wanted: &[NewLine],
    currency: Currency,
    problems: &mut Vec<FieldError>,
) -> Vec<SnapshotLine> {
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
    lines
}

pub(super) fn sellable(
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

/// The smallest and the largest total that a buyer can choose lie within the limits, and are charged by
/// the processor of the account that charges now. The country is unknown here, so it is the sum of the
/// lines that counts.
pub(super) fn check_bounds(
    snapshot: &Snapshot,
    organization: &Organization,
    accounts: &TenantAccounts,
) -> Result<()> {
    let bounds = snapshot.bounds(snapshot.currency);
    let (least, most) = bounds.map_err(|_| whole("The total is larger than can be charged."))?;
    for total in [least, most] {
        organization.allows(total).map_err(|why| whole(&format!("The total {}", why.0)))?;
    }
    // A link may be made before payments are enabled.
    let Some(account) = default_account(&accounts.accounts) else { return Ok(()) };
    // The link's own currency is the first to be told of.
    let mut currencies = snapshot.currencies();
    currencies.sort_by_key(|currency| *currency != snapshot.currency);
    for currency in currencies {
        let bounds = snapshot.bounds(currency);
        let (least, most) =
            bounds.map_err(|_| whole("The total is larger than can be charged."))?;
        check_charged(&account.processor, least)?;
        check_charged(&account.processor, most)?;
    }
    Ok(())
}

/// The processor with this name charges this total.
///
/// # Errors
/// It does not; the sentence says the total, and what is charged.
pub(super) fn check_charged(processor: &str, total: Money) -> Result<()> {
    registry::check_amount(processor, total).map_err(|why| {
        let (text, currency) = (total.major(), total.currency());
        whole(&format!("The total {text} {currency} {}.", why.0))
    })
}

/// Opens a link as a buyer does. Nothing is written.
pub async fn open(store: &Table, id: PaymentLinkId) -> Result<OpenedLink> {
    let found = match store.link_with_details(id, Consistency::Eventual).await? {
        Some(found) => Some(found),
        None => store.link_with_details(id, Consistency::Strong).await?,
    };
    let (link, details) = found.ok_or(Problem::NotFound(Resource::Link))?;
    if link.surface != Surface::Links {
        return Err(Problem::NotFound(Resource::Link));
    }
    let seller = seller(store, link.scope, Consistency::Eventual).await?;
    Ok(OpenedLink { link, details, seller })
}

/// More than a tenant has settings of different kinds.
const MAX_PARTS: u32 = 20;

/// Whoever sells, in one trip: all of a tenant's settings lie together, so that a query reads them for
/// what they weigh, a unit at most as a rule, where each by its key would cost one.
pub(super) async fn seller(
    store: &Table,
    scope: Scope,
    consistency: Consistency,
) -> Result<Seller> {
    let query = Query {
        index: None,
        pk: key::tenant_parts(scope),
        from: "a".to_owned(),
        to: "~".to_owned(),
        consistency,
        oldest_first: true,
        limit: MAX_PARTS,
    };
    let parts = store.query(query).await?.items;
    let part =
        |key: Key| parts.iter().find(|item| item.text("sk").is_ok_and(|sk| sk == key.sk)).cloned();
    let (tenant, settings) = (part(key::tenant(scope)), part(key::organization(scope)));
    let (accounts, tax) = (part(key::tenant_accounts(scope)), part(key::tax_settings(scope)));
    let tenant = tenant.ok_or(Problem::Unauthenticated(Unauthenticated::NoTenant))?;
    let tenant = store::tenant::from_item(scope, &tenant)?;
    let organization = organization::from_item(scope, tenant.created_at, settings.as_ref())?;
    let accounts = processor_account::from_item(scope, accounts.as_ref())?;
    let tax = store::tax::from_item(tax.as_ref())?;
    Ok(Seller { tenant, organization, accounts, tax })
}

/// Why a link cannot be paid, as a problem.
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

pub(super) fn field(name: &str, message: impl Into<String>) -> FieldError {
    FieldError { field: name.to_owned(), message: message.into() }
}

#[cfg(test)]
mod tests;
