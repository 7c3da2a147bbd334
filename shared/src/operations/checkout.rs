//! A buyer's visit to a link: from a card to an outcome.

use super::{
    Now, Problem, Resource, Result, StateRefusal,
    engine::{self, PaymentFault},
    link_guard, merchant_checkouts, merchant_links,
    sales::{self, Shown, Typed},
};
use crate::{
    digest::sha256,
    model::{
        Surface, Time,
        card::CardSummary,
        id::{AttemptId, CheckoutSessionId, Id, PaymentIntentId},
        payment_intent::{
            Attempt, Buyer, ChargeRefusal, PaymentIntent, PaymentRef, Status, StatusName, TokenHome,
        },
        payment_link::ReturnAddresses,
        secret::{LinkToken, ProcessorToken},
        tax::Calculator,
    },
    processor::{ChargedCard, CheckSecret, PageLink, Processors, Unreachable},
    store::{self, Consistency, Error, Table, intent::Reserved},
};

/// The id of the attempt that a card token makes at an intent: derived, so that a submit which
/// arrives twice is one attempt.
pub fn attempt_id(intent: PaymentIntentId, card_token: &ProcessorToken) -> AttemptId {
    Id::derive(intent.minted_at(), sha256(&format!("{intent}#{}", card_token.reveal())))
}

/// The attempt that a card token makes at an intent.
pub fn attempt(
    intent: PaymentIntentId,
    card_token: &ProcessorToken,
    card: CardSummary,
    save_card: bool,
) -> Attempt {
    let id = attempt_id(intent, card_token);
    Attempt { id, card, save_card, buyer: None, billing: None, charged: None }
}

/// A buyer's one submit of a link.
pub struct Submit<'a> {
    /// The text in the link's address, which the card's token is bound to.
    pub link_token: &'a LinkToken,
    /// What stands for the card.
    pub card_token: ProcessorToken,
    /// Whether the buyer ticked that the card is saved. On a tenant's own link its settings may say
    /// otherwise.
    pub save_card: bool,
    /// Who pays, where the page asked.
    pub buyer: Option<Buyer>,
    /// What the page asked for tax and invoice.
    pub typed: Typed,
    /// What the page has shown; what the payment's record says, when absent.
    pub shown: Option<Shown>,
    /// Where the submit comes from, as [`crate::model::client_network::network_of`] names it.
    pub network: Option<String>,
}

/// A link's payment as the page shows it: a moment old at most, which costs half. That an expired
/// link was not charged is said from the newest record only: a copy that is a moment old may not
/// know of the charge that came just in time.
pub async fn look(store: &Table, link: PaymentRef, now: Time) -> Result<PaymentIntent> {
    let found = store.intent(link.scope, link.id, Consistency::Eventual).await?;
    let intent = found.ok_or(Problem::NotFound(Resource::Link))?;
    if intent.status_at(now) == StatusName::Expired { find(store, link).await } else { Ok(intent) }
}

/// Where a buyer of the links surface may go without paying; elsewhere nowhere.
pub async fn ways_out(store: &Table, intent: &PaymentIntent) -> Result<ReturnAddresses> {
    if intent.surface != Surface::Links {
        return Ok(ReturnAddresses::default());
    }
    let session = CheckoutSessionId::from_uuid(*intent.id.uuid());
    let session = store.checkout_session(intent.scope, session).await?;
    Ok(session.map(|session| session.addresses).unwrap_or_default())
}

/// A link's payment as it is now.
pub async fn find(store: &Table, link: PaymentRef) -> Result<PaymentIntent> {
    let found = store.intent(link.scope, link.id, Consistency::Strong).await?;
    found.ok_or(Problem::NotFound(Resource::Link))
}

/// Takes a link, charges the card, and records the outcome. The same submit again returns where
/// the payment stands. Tax is computed here, once more, and stays what it is if this submit
/// succeeds.
///
/// # Errors
/// In this order: the card is not accepted here, no such link, the link is canceled, used or
/// expired, nobody pays, too many declines; fields that the tax needs, another amount than was
/// shown; what the shared link has against another use.
pub async fn submit(
    store: &Table,
    processors: &Processors<'_>,
    calculator: &dyn Calculator,
    link: PaymentRef,
    submit: Submit<'_>,
    clock: Now<'_>,
) -> Result<PaymentIntent> {
    let not_accepted = || Problem::State(StateRefusal::CardNotAccepted);
    let token = &submit.card_token;
    let page = PageLink { scope: link.scope, address: submit.link_token.reveal() };
    let known = processors.recognise(token.reveal(), page, clock()).await;
    let (processor, card) = known.map_err(out_of_reach)?.ok_or_else(not_accepted)?;
    let connected = processor.connected(token.reveal());
    let home = TokenHome { processor: processor.name(), connected };
    let attempt = attempt(link.id, token, card, submit.save_card);
    let (this, now) = (attempt.id, clock());
    let mut attempt = Attempt { buyer: submit.buyer, ..attempt };
    let (mut known, mut admitted) = (None, None);
    if sales::may_be_taxed(link.id) {
        let sale = sales::find(store, link, Consistency::Strong).await?;
        if let Err(refusal) = sale.payment.reserve(attempt.clone(), now) {
            return refused(refusal, sale.payment, this, now);
        }
        if let Some(place) = link_guard::place_of(&sale.payment, submit.network.as_deref()) {
            admitted = link_guard::admit(store, place, this, now).await?.then_some(place);
        }
        let save_card = sale.saves_card(submit.save_card);
        let attempt_now = Attempt { save_card, ..attempt };
        let agreed = sale.agreed(calculator, attempt_now, &submit.typed, submit.shown, now).await;
        if agreed.is_err() {
            give_back(store, admitted, this, now).await;
        }
        attempt = agreed?;
        known = Some(sale.payment);
    }
    let reserved = match known {
        Some(known) => store.reserve_known(known, attempt, home, now).await?,
        None => store.reserve(link.scope, link.id, attempt, home, now).await?,
    };
    if !matches!(reserved, Reserved::Yes(_)) {
        give_back(store, admitted, this, now).await;
    }
    match reserved {
        Reserved::Yes(intent) => {
            let counted = not_idle(store, &intent, submit.network.as_deref(), now);
            let charging = charge(store, processors, (*intent).clone(), token, clock);
            let (charged, ()) = tokio::join!(charging, counted);
            let charged = charged?;
            let watched = WatchedSubmit {
                attempt: this,
                network: submit.network.as_deref(),
                admitted: admitted.is_some(),
            };
            watch(store, processors, charged, watched, clock).await
        }
        Reserved::No(refusal, intent) => refused(refusal, *intent, this, now),
        Reserved::LinkOver(refusal) => Err(Problem::State(merchant_links::refusal(refusal))),
        Reserved::OtherProcessor => Err(not_accepted()),
        Reserved::Missing => Err(Problem::NotFound(Resource::Link)),
    }
}

/// A processor that could not be asked about a card has begun nothing.
fn out_of_reach(unreachable: Unreachable) -> Problem {
    store::Error::Unavailable(unreachable.0).into()
}

/// The first card of a checkout takes its start back. A counter that cannot be reached keeps it: that
/// is no reason to trouble a buyer who pays.
async fn not_idle(store: &Table, payment: &PaymentIntent, network: Option<&str>, now: Time) {
    let first = payment.link_terms().is_some_and(|terms| terms.link.attempts.made == 1);
    let place = link_guard::place_of(payment, network).filter(|_| first);
    if let Some(place) = place {
        drop(
            merchant_checkouts::take_back(
                store,
                place.link,
                place.network,
                payment.created_at,
                now,
            )
            .await,
        );
    }
}

/// Gives back the place that a submit took among those of its network. Where that fails it is free
/// again in a minute.
async fn give_back(
    store: &Table,
    admitted: Option<link_guard::GuardedPlace<'_>>,
    this: AttemptId,
    now: Time,
) {
    if let Some(place) = admitted {
        drop(link_guard::passed(store, place, this, now).await);
    }
}

/// A submit whose outcome counts for or against the network that it came from.
struct WatchedSubmit<'a> {
    attempt: AttemptId,
    network: Option<&'a str>,
    /// Whether it took a place among the submits of its network.
    admitted: bool,
}

/// Notes what became of a submit of a link that is paid many times: declines and challenges count
/// against the network that they come from. One challenge too many is given up, and its use is free
/// again. What cannot be noted is not: the payment is decided, and its buyer hears that.
async fn watch(
    store: &Table,
    processors: &Processors<'_>,
    payment: PaymentIntent,
    watched: WatchedSubmit<'_>,
    clock: Now<'_>,
) -> Result<PaymentIntent> {
    let WatchedSubmit { attempt: this, network, admitted } = watched;
    let Some(place) = link_guard::place_of(&payment, network) else { return Ok(payment) };
    let now = clock();
    let declined = payment.last_failure().is_some_and(|last| last.attempt.id == this);
    if declined {
        drop(link_guard::declined(store, place, this, now).await);
        return Ok(payment);
    }
    let Status::RequiresAction { until, .. } = &payment.status else {
        if matches!(payment.status, Status::Succeeded(_)) {
            give_back(store, admitted.then_some(place), this, now).await;
        }
        return Ok(payment);
    };
    if !matches!(link_guard::opened(store, place, this, *until, now).await, Ok(false)) {
        return Ok(payment);
    }
    let given_up = finish_challenge(store, processors, payment, false, clock).await?;
    // A processor that is out of reach leaves it open until its time is over: that is no decline.
    if given_up.last_failure().is_some_and(|last| last.attempt.id == this) {
        drop(link_guard::declined(store, place, this, clock()).await);
    }
    Ok(given_up)
}

/// A submit that takes nothing: one that came before returns where the payment stands.
fn refused(
    refusal: ChargeRefusal,
    intent: PaymentIntent,
    this: AttemptId,
    now: Time,
) -> Result<PaymentIntent> {
    if intent.was_attempted_with(this) {
        return Ok(intent);
    }
    if let ChargeRefusal::Slow { until } = refusal {
        let wait_s = until.ms_since(now).saturating_add(999).div_euclid(1000);
        return Err(Problem::RateLimited { retry_after_s: wait_s.max(1) });
    }
    Err(refusal.into())
}

/// What the processor's own script shows the open challenge of a payment by; `None` where there is
/// nothing to show any more. Looking changes nothing.
///
/// # Errors
/// The processor cannot be asked.
pub async fn check_secret(
    processors: &Processors<'_>,
    payment: &PaymentIntent,
    now: Time,
) -> Result<Option<CheckSecret>> {
    engine::check_secret(processors, payment, now).await.map_err(out_of_reach)
}

/// Goes on with a payment whose buyer has answered the bank's challenge.
///
/// # Errors
/// No such link; no challenge waits for an answer.
pub async fn answer_challenge(
    store: &Table,
    processors: &Processors<'_>,
    link: PaymentRef,
    network: Option<&str>,
    passed: bool,
    clock: Now<'_>,
) -> Result<PaymentIntent> {
    let intent = find(store, link).await?;
    if !intent.awaits_challenge(clock()) {
        return Err(Problem::State(StateRefusal::ChallengeOver));
    }
    let this = intent.status.attempt().map(|attempt| attempt.id);
    let answered = finish_challenge(store, processors, intent, passed, clock).await?;
    // The answer reached no processor: the challenge is open, and holds its use, as before.
    if answered.status.name() == StatusName::RequiresAction {
        return Ok(answered);
    }
    if let (Some(this), Some(place)) = (this, link_guard::place_of(&answered, network)) {
        let now = clock();
        // The payment is decided, whether or not that can be noted.
        drop(match answered.last_failure() {
            Some(_) => link_guard::declined(store, place, this, now).await,
            None => link_guard::passed(store, place, this, now).await,
        });
    }
    Ok(answered)
}

/// Charges a reserved payment and records what became of it. Silence leaves it `processing`, for
/// the reconciler.
pub async fn charge(
    store: &Table,
    processors: &Processors<'_>,
    reserved: PaymentIntent,
    card_token: &ProcessorToken,
    clock: Now<'_>,
) -> Result<PaymentIntent> {
    let save = reserved.status.open().is_some_and(|attempt| attempt.save_card);
    let card = ChargedCard::Typed { token: card_token.clone(), save };
    let driven = engine::drive(store, processors, reserved.clone(), Some(&card), clock).await;
    or_open(driven, reserved)
}

/// Goes on after the buyer passed, or did not pass, a challenge.
pub async fn finish_challenge(
    store: &Table,
    processors: &Processors<'_>,
    intent: PaymentIntent,
    passed: bool,
    clock: Now<'_>,
) -> Result<PaymentIntent> {
    let known = intent.clone();
    or_open(engine::answer_challenge(store, processors, intent, passed, clock).await, known)
}

/// An outcome that cannot be written down against so many others leaves the attempt open, for the
/// reconciler: the buyer is not told to try again.
fn or_open(
    recorded: std::result::Result<PaymentIntent, PaymentFault>,
    open: PaymentIntent,
) -> Result<PaymentIntent> {
    match recorded {
        Err(PaymentFault::Store(Error::Contended)) => Ok(open),
        other => Ok(other?),
    }
}
