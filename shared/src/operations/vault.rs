//! The vault: cards that buyers agreed to have saved, kept once each, charged later, and taken away
//! again, here and at their processors.

use super::{
    Commit, Now, Problem, Resource, Result,
    customers::keeping::{self, CustomerRef},
    engine,
    timers::{Sweep, TimerFate, sweep},
};
use crate::{
    digest::sha256,
    model::{
        Id, Scope, Time,
        card::CardSummary,
        customer::Customer,
        event::EventType,
        id::{CustomerId, PaymentMethodId},
        payment_intent::{PayingCustomer, PaymentIntent},
        payment_method::{
            CONSENT_LANGUAGE, CONSENT_VERSION, Consent, MAX_CARDS, MethodOwner, PaymentMethod,
            VaultPlace,
        },
    },
    processor::{Processors, Unreachable},
    store::{
        self, Consistency, Table, Write, customer, erasure, payment_method,
        sliding::SlidingCounter,
        timer::{Timer, TimerKind},
    },
};

/// Tries of a change against others who change the same customer.
const MAX_TRIES: u32 = 4;

/// Declines of one saved card within a day, wherever that begins, after which it is left alone.
pub const MAX_DECLINES: i64 = 5;

const DAY_S: i64 = 24 * 60 * 60;

/// The counter of a saved card's declines.
pub fn declines(method: PaymentMethodId) -> SlidingCounter {
    let (what, whom) = ("card-declines", method.to_string());
    SlidingCounter { what, whom, limit: MAX_DECLINES, window_s: DAY_S }
}

/// A card that a processor has vaulted with a charge, and whose buyer agreed to that.
pub struct VaultedCard<'a> {
    /// The payment, as it was while the charge was open.
    pub payment: &'a PaymentIntent,
    /// Whose card, and the tenant's own id of that customer.
    pub owner: PayingCustomer,
    /// The card as people recognise it, and the hash that tells it from others.
    pub card: &'a CardSummary,
    /// The adapter and its token.
    pub vault: VaultPlace,
    /// The processor's reference of the charge.
    pub charge: &'a str,
}

/// A card that is kept, and the writes that keep it: for the commit of the payment.
pub struct KeptCard {
    /// Made from customer and card, so that the same card is kept once.
    pub method: PaymentMethodId,
    /// For the commit of the payment: the card, the customer's default, an older card taken away.
    pub writes: Vec<Write>,
}

impl VaultedCard<'_> {
    /// The card as it is saved for the first time.
    pub fn method(&self, id: PaymentMethodId, now: Time) -> PaymentMethod {
        let owner = MethodOwner { scope: self.payment.scope, customer: self.owner.id };
        let card = self.card.clone();
        PaymentMethod {
            surface: self.payment.surface,
            customer_own_id: self.owner.own_id.clone(),
            ..PaymentMethod::saved(id, owner, card, self.vault.clone(), now)
        }
    }

    fn consent(&self) -> Consent {
        let submits = self.payment.history.entries.iter().rev();
        let mut submits = submits.filter(|entry| entry.kind == EventType::PaymentIntentProcessing);
        Consent {
            version: CONSENT_VERSION,
            language: CONSENT_LANGUAGE.to_owned(),
            at: submits.next().map_or(self.payment.updated_at, |entry| entry.at),
            payment: self.payment.id,
            charge: self.charge.to_owned(),
        }
    }
}

/// Keeps a card with the payment that it paid. The same card of the same customer keeps its id, with
/// its new expiry, token and consent; beyond [`MAX_CARDS`] the oldest goes that is not charged by
/// default. It becomes the default where there is none. `new` is the customer whom the same payment
/// makes.
pub async fn keep(
    store: &Table,
    vaulted: &VaultedCard<'_>,
    new: Option<&mut Customer>,
    now: Time,
) -> store::Result<KeptCard> {
    let (scope, owner) = (vaulted.payment.scope, vaulted.owner.id);
    let id = method_id(owner, vaulted.card);
    let first = PaymentMethod { consent: Some(vaulted.consent()), ..vaulted.method(id, now) };
    if let Some(new) = new {
        new.profile.default_method = Some(id);
        return Ok(KeptCard { method: id, writes: vec![payment_method::put(&first)] });
    }
    let mut cards = store.saved_methods(scope, owner).await?;
    cards.retain(|method| method.card().is_some());
    let known = store.customer(scope, owner, Consistency::Strong).await?;
    let default = known.as_ref().and_then(|customer| customer.profile.default_method);
    let default = default.filter(|default| cards.iter().any(|card| card.id == *default));
    let mut writes = Vec::new();
    match cards.iter().find(|card| card.id == id) {
        Some(before) => {
            writes.push(payment_method::put(&before.saved_again(&first)));
            if before.token != first.token {
                writes.extend(erasure::begin(before, now));
            }
        }
        None => {
            writes.push(payment_method::put(&first));
            if cards.len() >= MAX_CARDS {
                let others = cards.iter().filter(|card| Some(card.id) != default);
                let oldest = others.min_by_key(|card| (card.created_at, card.id));
                writes.extend(oldest.into_iter().flat_map(|card| take_away(card, now)));
            }
        }
    }
    let chosen = known.filter(|_| default.is_none());
    let chosen =
        chosen.and_then(|known| known.changed(|next| next.profile.default_method = Some(id), now));
    writes.extend(chosen.as_ref().map(customer::replace));
    Ok(KeptCard { method: id, writes })
}

/// The write that makes a card of a customer the default where there is none: for cards that are
/// saved with their payment on the platform surface. `new` is the customer whom the same payment makes.
pub async fn default_where_none(
    store: &Table,
    scope: Scope,
    owner: CustomerId,
    new: Option<&mut Customer>,
    id: PaymentMethodId,
    now: Time,
) -> store::Result<Option<Write>> {
    if let Some(new) = new {
        new.profile.default_method = Some(id);
        return Ok(None);
    }
    let known = store.customer(scope, owner, Consistency::Strong).await?;
    let without = known.filter(|known| known.profile.default_method.is_none());
    let chosen =
        without.and_then(|known| known.changed(|next| next.profile.default_method = Some(id), now));
    Ok(chosen.as_ref().map(customer::replace))
}

/// Derived from customer and card, so that a card which was reissued is the same one.
fn method_id(owner: CustomerId, card: &CardSummary) -> PaymentMethodId {
    Id::derive(owner.minted_at(), sha256(&format!("{owner}#{}#vault", card.fingerprint)))
}

/// The writes that take a payment method away, and have its token deleted at its processor.
pub(super) fn take_away(method: &PaymentMethod, now: Time) -> Vec<Write> {
    payment_method::remove(method).into_iter().chain(erasure::begin(method, now)).collect()
}

/// Takes a saved card away from its customer. It is charged no more from then on; a charge that was
/// sent before goes on. Where it was the default, there is none until another one is chosen or saved.
///
/// # Errors
/// [`Problem::NotFound`] for the customer or the card; [`Problem::Contended`].
pub async fn detach(
    store: &Table,
    scope: Scope,
    named: &CustomerRef,
    id: Option<PaymentMethodId>,
    now: Time,
) -> Result<PaymentMethodId> {
    for _ in 0..MAX_TRIES {
        let missing = || Problem::NotFound(Resource::PaymentMethod);
        let known = keeping::resolve(store, scope, named).await?;
        let id = id.ok_or_else(missing)?;
        let method = store.payment_method(scope, known.id, id, Consistency::Strong).await?;
        let method = method.filter(|method| method.card().is_some()).ok_or_else(missing)?;
        let commit = Commit::new().all(take_away(&method, now), &Problem::Contended);
        let was_default = known.profile.default_method == Some(id);
        let next = known.changed(|next| next.profile.default_method = None, now);
        let commit = match next.filter(|_| was_default) {
            Some(next) => commit.write(customer::replace(&next), Problem::Contended),
            None => commit,
        };
        match commit.run(store).await {
            Err(Problem::Contended) => {}
            Ok(()) => return Ok(id),
            Err(other) => return Err(other),
        }
    }
    Err(Problem::Contended)
}

/// Has every token deleted at its processor whose card was taken away.
pub async fn erase(store: &Table, processors: &Processors<'_>, clock: Now<'_>) -> Sweep {
    let look = |timer, now| async move { erase_one(store, processors, &timer, now).await };
    sweep(store, TimerKind::Erase, clock, look).await
}

async fn erase_one(
    store: &Table,
    processors: &Processors<'_>,
    timer: &Timer,
    now: Time,
) -> std::result::Result<TimerFate, String> {
    let found = store.erasure_of(timer).await.map_err(|error| error.to_string())?;
    let Some(erasure) = found else { return Ok(TimerFate::Drop) };
    let processor = processors.named(&erasure.processor);
    let processor =
        processor.ok_or_else(|| format!("{} keeps no cards here", erasure.processor))?;
    let forgotten = processor.forget(erasure.token.reveal(), timer.scope, now);
    let name = &erasure.processor;
    let forgotten = engine::in_turn(processors, name, timer.scope, forgotten).await;
    forgotten.map_err(|Unreachable(why)| why)?;
    store.erased(timer).await.map_err(|error| error.to_string())?;
    Ok(TimerFate::Drop)
}
