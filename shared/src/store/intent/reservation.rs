//! Taking a payment for one submit of a card, without reading it first.

use super::{attempt_to_item, from_item, item::listed};
use crate::model::{
    Scope, Time,
    event::{EventType, Occurrence},
    id::{CheckoutSessionId, PaymentIntentId},
    payment_intent::{Attempt, ChargeRefusal, PaymentIntent, RESERVATION_S, StatusName, TokenHome},
    payment_link::LinkRefusal,
};
use crate::store::{
    Consistency, Error, Guard, Result, Table, Update, Write, checkout_session, key, occurrence,
    payment_link, submit,
};

/// Tries to take an intent together with a use of its link.
const MAX_RESERVE_TRIES: u32 = 3;

/// What became of taking a link for a submit.
#[derive(Debug)]
pub enum Reserved {
    /// It is taken; the intent as it is now.
    Yes(Box<PaymentIntent>),
    /// It cannot be taken; the intent as it is.
    No(ChargeRefusal, Box<PaymentIntent>),
    /// The shared link that it would take a use of is over, or has no free use.
    LinkOver(LinkRefusal),
    /// The card was tokenised by somebody who does not serve this intent.
    OtherProcessor,
    /// There is no such intent.
    Missing,
}

impl Table {
    /// Takes a link for one submit. A link of the platform surface is taken in a single conditional
    /// write, without reading first.
    pub async fn reserve(
        &self,
        scope: Scope,
        id: PaymentIntentId,
        attempt: Attempt,
        home: TokenHome<'_>,
        now: Time,
    ) -> Result<Reserved> {
        let known = if id.seed().is_some() {
            // Its submit is listed in the same commit, which asks for the record as it was read.
            self.get(&key::intent(scope, id), Consistency::Strong).await?
        } else {
            let alone = reservation(scope, id, &attempt, home, now);
            match self.update(alone.guard(Guard::Absent("link"))).await {
                Ok(item) => return Ok(Reserved::Yes(Box::new(from_item(scope, &item)?))),
                Err(Error::Refused { old, .. }) => old.map(|item| *item),
                Err(other) => return Err(other),
            }
        };
        let known = known.map(|item| from_item(scope, &item)).transpose()?;
        match known.filter(|known| known.id == id) {
            Some(known) => self.reserve_known(known, attempt, home, now).await,
            None => Ok(Reserved::Missing),
        }
    }

    /// The same for a payment that was read before: with a use of its link where it takes one, and
    /// with the item that lists the submit.
    ///
    /// # Errors
    /// As [`Self::reserve`].
    pub async fn reserve_known(
        &self,
        mut known: PaymentIntent,
        attempt: Attempt,
        home: TokenHome<'_>,
        now: Time,
    ) -> Result<Reserved> {
        // The intent may move on before the write, and then says anew what speaks against it.
        for _ in 0..MAX_RESERVE_TRIES {
            if known.open_attempt(attempt.id).is_some() {
                return Ok(Reserved::Yes(Box::new(known)));
            }
            let charges = known.charging_account().map(TokenHome::of);
            let next = match known.reserve(attempt.clone(), now) {
                Err(refusal) => return Ok(Reserved::No(refusal, Box::new(known))),
                Ok(_) if charges != Some(home) => return Ok(Reserved::OtherProcessor),
                Ok(next) => next,
            };
            match self.commit(taking(&known, &attempt, home, now)).await {
                Ok(()) => return Ok(Reserved::Yes(Box::new(next))),
                Err(Error::Refused { index: 0, old: Some(newer) }) => {
                    known = from_item(known.scope, &newer)?;
                }
                Err(Error::Refused { index: 1, old: Some(link) })
                    if known.payment_link().is_some() =>
                {
                    let refusal = payment_link::reserve_refusal(&link, now)?;
                    return refusal.map(Reserved::LinkOver).ok_or(Error::Contended);
                }
                Err(Error::Refused { .. }) => return Ok(Reserved::Missing),
                // So many try at once that somebody has it by now.
                Err(Error::Contended) => {
                    let newer = self.intent(known.scope, known.id, Consistency::Strong).await?;
                    let Some(newer) = newer else { return Ok(Reserved::Missing) };
                    known = newer;
                }
                Err(other) => return Err(other),
            }
        }
        Err(Error::Contended)
    }
}

/// What [`PaymentIntent::reserve`] does, as one conditional write: the same guards and the same
/// effect. A test holds both against each other.
fn reservation(
    scope: Scope,
    id: PaymentIntentId,
    attempt: &Attempt,
    home: TokenHome<'_>,
    now: Time,
) -> Update {
    let entry = Occurrence::new(EventType::PaymentIntentProcessing, now);
    let update = Update::of(key::intent(scope, id))
        .set("st", StatusName::Processing.as_str())
        .set("att", attempt_to_item(attempt))
        .set("until", now.plus_seconds(RESERVATION_S))
        .set("upd", now)
        .append("history", occurrence::to_value(&entry))
        .add("left", -1)
        .remove("ttl")
        .guard(Guard::Is("st", StatusName::Pending.as_str().into()))
        .guard(Guard::Above("exp", now.ms()))
        .guard(Guard::AtLeast("left", 1))
        .guard(Guard::Is("proc", home.processor.into()))
        .guard(match home.connected {
            Some(account) => Guard::Is("conn", account.into()),
            None => Guard::Absent("conn"),
        })
        .guard(Guard::Lacks("dead", attempt.id.to_string()))
        .guard(Guard::AbsentOrAtMost("slow", now.ms()));
    let update = match &attempt.charged {
        Some(charged) => {
            let (total, tax) = (charged.amounts.total().minor(), charged.amounts.tax().minor());
            let update = update.set("amt", total);
            if tax == 0 { update.remove("tax") } else { update.set("tax", tax) }
        }
        None => update,
    };
    match attempt.buyer {
        Some(_) => update,
        None => update.guard(Guard::Absent("asks")),
    }
}

/// The same for an intent as it was read, with the item that lists the submit, and with a use of its
/// link where it takes one. The session is kept for good from then on.
fn taking(intent: &PaymentIntent, attempt: &Attempt, home: TokenHome<'_>, now: Time) -> Vec<Write> {
    let reservation = reservation(intent.scope, intent.id, attempt, home, now)
        .guard(Guard::Is("v", intent.version.into()));
    let listed_submit = submit::list(intent.scope, intent.id, attempt.id, now);
    let Some(link) = intent.payment_link() else {
        return [Write::Update(reservation)].into_iter().chain(listed_submit).collect();
    };
    let session = CheckoutSessionId::from_uuid(*intent.id.uuid());
    let (pk, sk) = listed(intent);
    let reservation = reservation
        .set("gsi2pk", pk)
        .set("gsi2sk", sk)
        .set("gsi3sk", key::started(intent.id, true));
    let mut writes = vec![
        Write::Update(reservation),
        Write::Update(payment_link::reserve_use(link, now)),
        checkout_session::keep(intent.scope, session),
    ];
    writes.extend(listed_submit);
    writes
}
