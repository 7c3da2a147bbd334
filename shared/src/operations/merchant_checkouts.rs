//! A buyer starts to pay through a link of the links surface: a checkout session and its payment.

mod server;

pub use server::{AskedLine, NewCheckout, create};

use super::{
    Ambient, Commit, FieldError, Idempotency, IdempotentAnswer, Problem, Result,
    merchant_links::{self, OpenedLink, Seller},
    sales,
    tax::{Computed, Wanted, compute},
};
use crate::{
    model::{
        Amounts, Currency, Money, Scope, Surface, Time,
        catalog::{Purchase, sum},
        checkout_session::{CheckoutSession, Payer, SESSION_S, ends_at},
        event::{EventType, History},
        id::{CheckoutSessionId, PaymentLinkId, ProductId},
        origin::Origin,
        payment_intent::{LinkRequest, LinkTerms, PaymentIntent, Status, Terms},
        payment_link::{Limit, LinkAttempts, LinkRefusal, OneTimeLink, ReturnAddresses},
        tax::{Calculator, Need, TaxBuyer},
    },
    processor::registry,
    store::{Table, checkout_session, intent, throttle::Counter},
    url::UrlParts,
};

/// The longer stretch in which starts are counted, in seconds.
const START_S: i64 = 600;

/// What a buyer typed and chose.
#[derive(Debug)]
pub struct StartCheckout {
    /// Who buys, as the server that makes the checkout says; tax depends on the place.
    pub payer: Payer,
    /// In which currency; the link's when absent.
    pub currency: Option<Currency>,
    /// Quantities of lines that leave the choice to the buyer.
    pub quantities: Vec<(ProductId, u32)>,
    /// Where the buyer wants to go afterwards.
    pub addresses: ReturnAddresses,
    /// The buyer's network, as [`crate::model::client_network::network_of`] names it.
    pub network: String,
}

/// A checkout that a request started, now or before.
#[derive(Debug)]
pub struct StartedCheckout {
    /// The checkout session that the buyer goes on with.
    pub session: CheckoutSession,
    /// Whether an earlier request started it.
    pub replayed: bool,
}

/// What makes repeating a request harmless, once it is known whose link it is.
pub type Repeat<'a> = &'a (dyn Fn(Scope) -> Result<Idempotency> + Sync);

/// Counts a start from a network, whatever it is of and whatever becomes of it.
///
/// # Errors
/// There were too many.
pub async fn admit(store: &Table, network: &str, now: Time) -> Result<()> {
    let anywhere = counter("start_network", network.to_owned(), 60, START_S);
    match store.count_try(&[&anywhere], now).await? {
        None => Ok(()),
        Some(_) => Err(Problem::RateLimited { retry_after_s: anywhere.wait_s(now) }),
    }
}

/// Takes a start back once a card is submitted: only starts that come to nothing count, so that many
/// buyers behind one address do not keep each other from paying.
pub async fn take_back(
    store: &Table,
    id: PaymentLinkId,
    network: &str,
    started_at: Time,
    now: Time,
) -> Result<()> {
    let here = format!("{id}#{network}");
    let counters = [
        counter("start_minute", here.clone(), 10, 60),
        counter("start_link", here, 30, START_S),
        counter("start_network", network.to_owned(), 60, START_S),
    ];
    if started_at.plus_seconds(START_S) <= now {
        return Ok(());
    }
    let writes = counters.iter().map(|counter| counter.take_back(started_at)).collect();
    Ok(store.commit(writes).await?)
}

/// Starts a checkout. Nothing is reserved.
///
/// # Errors
/// In this order: no such link; the link is over or its uses are
/// taken; fields; no account that charges; too many starts of this link from this network.
pub async fn start(
    store: &Table,
    calculator: &dyn Calculator,
    id: PaymentLinkId,
    wish: StartCheckout,
    repeat: Repeat<'_>,
    ambient: Ambient,
) -> Result<StartedCheckout> {
    let now = ambient.now();
    let opened = merchant_links::open(store, id).await?;
    let scope = opened.link.scope;
    let idempotency = as_chosen(repeat(scope)?, &opened, &wish);
    if let Some(answer) = idempotency.earlier(store).await? {
        return earlier(store, scope, &answer).await;
    }
    let open = opened.link.available_at(now);
    open.map_err(|refusal| Problem::State(merchant_links::refusal(refusal)))?;
    let here = format!("{id}#{}", wish.network);
    let session = session(calculator, &opened, wish, ambient).await?;
    let payment = payment(&opened.seller, &session)?;
    let (minute, longer) =
        (counter("start_minute", here.clone(), 10, 60), counter("start_link", here, 30, START_S));
    let slow = |counter: &Counter| Problem::RateLimited { retry_after_s: counter.wait_s(now) };
    let commit = Commit::new()
        .write(minute.count(now), slow(&minute))
        .write(longer.count(now), slow(&longer))
        .write(checkout_session::insert(&session), Problem::Contended)
        .write(intent::insert(&payment), Problem::Contended);
    let answer = idempotency.commit(store, commit, session.id.to_string(), now).await?;
    if answer.replayed {
        return earlier(store, scope, &answer).await;
    }
    Ok(StartedCheckout { session, replayed: false })
}

/// Looks for a link that somebody may pay, now or when a use is free again, for a request whose
/// fields are broken: that it is missing or over is told before them.
///
/// # Errors
/// There is no such link, or nobody can pay it any more.
pub async fn find_alive(store: &Table, id: PaymentLinkId, now: Time) -> Result<()> {
    match merchant_links::open(store, id).await?.link.available_at(now) {
        Ok(()) | Err(LinkRefusal::InUse) => Ok(()),
        Err(dead) => Err(Problem::State(merchant_links::refusal(dead))),
    }
}

/// The request as what it chooses of a link, whose lines never change: quantities and the currency
/// mean the same whether the buyer says them or the link does.
fn as_chosen(idempotency: Idempotency, opened: &OpenedLink, wish: &StartCheckout) -> Idempotency {
    let Some(snapshot) = opened.details.snapshot.as_ref() else { return idempotency };
    let currency = wish.currency.unwrap_or(snapshot.currency);
    let idempotency = idempotency.with("currency", currency.code());
    let Ok(chosen) = snapshot.choose(currency, &wish.quantities) else { return idempotency };
    let quantities = chosen.iter().map(|line| line.quantity.to_string());
    idempotency.with("quantities", &quantities.collect::<Vec<_>>().join(","))
}

/// The checkout that a request started before.
async fn earlier(
    store: &Table,
    scope: Scope,
    answer: &IdempotentAnswer,
) -> Result<StartedCheckout> {
    let id = answer.data.parse();
    let id = id.map_err(|_| Problem::internal("a remembered answer names no checkout"))?;
    let session = store.checkout_session(scope, id).await?;
    let session = session.ok_or_else(|| Problem::internal("a checkout is gone"))?;
    Ok(StartedCheckout { session, replayed: true })
}

fn counter(what: &'static str, whom: String, limit: i64, window_s: i64) -> Counter {
    Counter { what, whom, limit, window_s }
}

/// The session that is asked for, with everything that is wrong with the wish at once.
async fn session(
    calculator: &dyn Calculator,
    opened: &OpenedLink,
    wish: StartCheckout,
    ambient: Ambient,
) -> Result<CheckoutSession> {
    let OpenedLink { link, details, seller } = opened;
    let snapshot = details.snapshot.as_ref();
    let snapshot = snapshot.ok_or_else(|| Problem::internal("a link without lines"))?;
    let currency = wish.currency.unwrap_or(snapshot.currency);
    let mut problems = foreign_addresses(seller, &wish.addresses);
    let chosen = snapshot.choose(currency, &wish.quantities);
    let lines = match chosen {
        Ok(lines) => lines,
        Err(refusal) => {
            if let Problem::Invalid(more) = merchant_links::choice_problem(&refusal, snapshot) {
                problems.extend(more);
            }
            Vec::new()
        }
    };
    let total = sum(currency, &lines).unwrap_or_else(|| Money::from_minor(0, currency));
    let (mut amounts, mut tax) = (Amounts::untaxed(total), None);
    if !lines.is_empty() {
        match taxed(calculator, opened, &lines, &wish.payer, ambient.now()).await? {
            Computed::Known(taxed) => (amounts, tax) = (taxed.amounts, Some(taxed.record)),
            Computed::Needs(needs) => problems.extend(needs.iter().map(|need| needed(*need))),
        }
        if let Err(why) = seller.organization.allows(amounts.total()) {
            let message = format!("The total {}", why.0);
            problems.push(FieldError { field: String::new(), message });
        }
    }
    if !problems.is_empty() {
        return Err(Problem::Invalid(problems));
    }
    // Derived, not minted: payments of the surfaces for tenants are spread over partitions.
    let now = ambient.now();
    let id = CheckoutSessionId::derive(now, (ambient.random)());
    Ok(CheckoutSession {
        id,
        scope: link.scope,
        surface: Surface::Links,
        link: Some(link.id),
        payer: wish.payer,
        lines,
        pricing_mode: snapshot.pricing_mode,
        amounts,
        tax: tax.filter(|_| seller.tax.collects()),
        addresses: ReturnAddresses {
            success: wish.addresses.success.or_else(|| details.addresses.success.clone()),
            ..wish.addresses
        },
        client_reference: None,
        metadata: details.metadata.clone(),
        expires_at: ends_at(now, SESSION_S, link.expires_at),
        created_at: now,
    })
}

/// What lines of a link cost a payer now.
async fn taxed(
    calculator: &dyn Calculator,
    opened: &OpenedLink,
    purchases: &[Purchase],
    payer: &Payer,
    at: Time,
) -> Result<Computed> {
    let Some(snapshot) = &opened.details.snapshot else {
        return Err(Problem::internal("a link without lines"));
    };
    let (lines, buyer) = (sales::lines(purchases), sales::buyer(payer));
    let currency = purchases.first().map_or(snapshot.currency, |line| line.unit_price.currency());
    let pricing = snapshot.pricing_mode;
    let wanted = Wanted { lines: &lines, pricing, currency, buyer: &buyer };
    compute(calculator, &opened.seller.tax, wanted, at).await
}

/// What lines of a link would cost somebody at a place; nothing is known without lines.
///
/// # Errors
/// The calculator is out of reach; the total cannot be named.
pub async fn preview(
    calculator: &dyn Calculator,
    opened: &OpenedLink,
    currency: Option<Currency>,
    buyer: &TaxBuyer,
    at: Time,
) -> Result<Option<Computed>> {
    let Some(snapshot) = &opened.details.snapshot else { return Ok(None) };
    let currency = currency.unwrap_or(snapshot.currency);
    let Ok(chosen) = snapshot.choose(currency, &[]) else { return Ok(None) };
    let lines = sales::lines(&chosen);
    let pricing = snapshot.pricing_mode;
    let wanted = Wanted { lines: &lines, pricing, currency, buyer };
    compute(calculator, &opened.seller.tax, wanted, at).await.map(Some)
}

/// A field that the tax needs.
fn needed(need: Need) -> FieldError {
    let field = match need {
        Need::Country => "billing_country",
        Need::Region => "billing_region",
        Need::PostalCode => "billing_postal_code",
    };
    FieldError { field: field.to_owned(), message: "is required".to_owned() }
}

/// Anybody can start a checkout, so it sends buyers only where the organisation says.
fn foreign_addresses(seller: &Seller, addresses: &ReturnAddresses) -> Vec<FieldError> {
    let organization = &seller.organization;
    let website = organization.website.as_deref().and_then(origin_of);
    let known = |origin: &Origin| {
        website.as_ref() == Some(origin) || organization.redirect_origins.contains(origin)
    };
    let foreign = [
        ("successUrl", &addresses.success),
        ("failedUrl", &addresses.failed),
        ("cancelUrl", &addresses.cancel),
    ];
    let foreign = foreign.into_iter().filter(|(_, address)| {
        address.as_deref().is_some_and(|address| !origin_of(address).is_some_and(|at| known(&at)))
    });
    let message = "is of no origin that this shop sends buyers to";
    foreign
        .map(|(name, _)| FieldError { field: name.to_owned(), message: message.to_owned() })
        .collect()
}

pub(super) fn origin_of(url: &str) -> Option<Origin> {
    UrlParts::of(url)?.origin.parse().ok()
}

/// The payment of a session.
fn payment(seller: &Seller, session: &CheckoutSession) -> Result<PaymentIntent> {
    let Seller { tenant, organization, accounts, .. } = seller;
    let account = accounts.charging_account(None)?;
    merchant_links::check_charged(&account.processor, session.amounts.total())?;
    let payee = organization.branding.display_name.as_ref().unwrap_or(&tenant.name);
    Ok(PaymentIntent {
        id: session.payment(),
        scope: session.scope,
        surface: Surface::Links,
        customer: None,
        customer_own_id: None,
        amounts: session.amounts,
        description: description(&session.lines),
        terms: Terms::Link(LinkTerms {
            link: OneTimeLink {
                account: registry::frozen(account),
                payee: payee.clone(),
                attempts: LinkAttempts::none(Limit::UNLIMITED),
                expires_at: Some(session.expires_at),
                allowed_origins: tenant.allowed_origins.clone(),
                return_url: session.addresses.success.clone(),
            },
            declined: Vec::new(),
            request: Some(LinkRequest {
                idempotency_key: None,
                customer: None,
                tax_code: None,
                payment_link: session.link,
                estimate: None,
                invoiced: organization.invoice,
            }),
        }),
        metadata: session.metadata.clone(),
        status: Status::Pending,
        history: History::starting(EventType::PaymentIntentCreated, session.created_at),
        created_at: session.created_at,
        updated_at: session.created_at,
        version: 1,
    })
}

/// Longest description of a payment.
const MAX_DESCRIPTION: usize = 200;

/// What is bought, in a line: `2 x Workshop seat, Book`.
fn description(lines: &[Purchase]) -> String {
    let lines = lines.iter().map(|line| match line.quantity {
        1 => line.name.clone(),
        several => format!("{several} x {}", line.name),
    });
    let all = lines.collect::<Vec<_>>().join(", ");
    match all.char_indices().nth(MAX_DESCRIPTION) {
        Some((end, _)) => format!("{}...", all.get(..end).unwrap_or_default()),
        None => all,
    }
}
