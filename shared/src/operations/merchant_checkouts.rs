//! A buyer starts to pay through a link of the links surface: a checkout session and its payment.

use super::{
    Ambient, Commit, FieldError, Idempotency, IdempotentAnswer, Problem, Result,
    merchant_links::{self, OpenedLink, Seller},
};
use crate::{
    model::{
        Amounts, Currency, Money, Scope, Surface, Time,
        catalog::{Purchase, sum},
        checkout_session::{CheckoutSession, Payer, SESSION_S, ends_at},
        event::{EventType, History},
        id::{CheckoutSessionId, PaymentLinkId, ProductId},
        origin::Origin,
        payment_intent::{
            ChargingAccount, Link, LinkRequest, LinkTerms, PaymentIntent, Status, Terms,
            UNLIMITED_ATTEMPTS,
        },
        payment_link::ReturnAddresses,
    },
    store::{Table, checkout_session, intent, throttle::Counter},
};

/// What a buyer typed and chose.
#[derive(Debug)]
pub struct StartCheckout {
    /// Who pays.
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
    /// The checkout.
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
    let anywhere = counter("start_network", network.to_owned(), 60, 600);
    match store.count_try(&[&anywhere], now).await? {
        None => Ok(()),
        Some(_) => Err(Problem::RateLimited { retry_after_s: anywhere.wait_s(now) }),
    }
}

/// Starts a checkout. Nothing is reserved.
///
/// # Errors
/// In this order: no such link; the link is over or its uses are
/// taken; fields; no account that charges; too many starts of this link from this network.
pub async fn start(
    store: &Table,
    id: PaymentLinkId,
    wish: StartCheckout,
    repeat: Repeat<'_>,
    ambient: Ambient,
) -> Result<StartedCheckout> {
    let now = ambient.now();
    let opened = merchant_links::open(store, id).await?;
    let scope = opened.link.scope;
    let idempotency = repeat(scope)?;
    if let Some(answer) = idempotency.earlier(store).await? {
        return earlier(store, scope, &answer).await;
    }
    let open = opened.link.available_at(now);
    open.map_err(|refusal| Problem::State(merchant_links::refusal(refusal)))?;
    let here = format!("{id}#{}", wish.network);
    let session = session(&opened, wish, ambient)?;
    let payment = payment(&opened, &session)?;
    let (minute, longer) =
        (counter("start_minute", here.clone(), 10, 60), counter("start_link", here, 30, 600));
    let slow = |counter: &Counter| Problem::RateLimited { retry_after_s: counter.wait_s(now) };
    let commit = Commit::new()
        .write(minute.count(now), slow(&minute))
        .write(longer.count(now), slow(&longer))
        .write(checkout_session::insert(&session), Problem::Conflict)
        .write(intent::insert(&payment), Problem::Conflict);
    let answer = idempotency.commit(store, commit, session.id.to_string(), now).await?;
    if answer.replayed {
        return earlier(store, scope, &answer).await;
    }
    Ok(StartedCheckout { session, replayed: false })
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
fn session(opened: &OpenedLink, wish: StartCheckout, ambient: Ambient) -> Result<CheckoutSession> {
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
    if let (false, Err(why)) = (lines.is_empty(), seller.organization.allows(total)) {
        let message = format!("The total {}", why.0);
        problems.push(FieldError { field: String::new(), message });
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
        // No organisation collects tax yet.
        amounts: Amounts::untaxed(total),
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
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    format!("{scheme}://{host}").parse().ok()
}

/// The payment of a session.
fn payment(opened: &OpenedLink, session: &CheckoutSession) -> Result<PaymentIntent> {
    let Seller { tenant, organization, accounts } = &opened.seller;
    let account = accounts.charging_account(None)?;
    let payee = organization.branding.display_name.as_ref().unwrap_or(&tenant.name);
    Ok(PaymentIntent {
        id: session.payment(),
        scope: session.scope,
        surface: Surface::Links,
        customer: None,
        amounts: session.amounts,
        description: description(&session.lines),
        terms: Terms::Link(LinkTerms {
            account: ChargingAccount { id: account.id, processor: account.processor.clone() },
            link: Link {
                payee: payee.clone(),
                expires_at: session.expires_at,
                allowed_origins: tenant.allowed_origins.clone(),
                return_url: session.addresses.success.clone(),
            },
            attempts_left: UNLIMITED_ATTEMPTS,
            declined: Vec::new(),
            request: Some(LinkRequest {
                idempotency_key: None,
                customer: None,
                tax_code: None,
                payment_link: session.link,
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
