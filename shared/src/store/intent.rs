//! Payment intents in the table. One item is the intent, its terms, its attempt and its outbox.

pub mod terms;

use super::{
    Consistency, Corrupt, Error, Guard, Index, Item, Query, Result, Table, Update, Write,
    checkout_session, key,
    list::{Listing, Slice},
    occurrence, payment_link,
};
use crate::model::{
    Amounts, Currency, Money, Scope, Surface, Time,
    card::{CardSummary, FailureReason},
    event::{EventType, Occurrence},
    id::{CheckoutSessionId, CustomerId, PaymentIntentId, PaymentLinkId, WalletId},
    metadata::Metadata,
    payment_intent::{
        Attempt, Buyer, PaymentIntent, RESERVATION_S, Refusal, Status, StatusName, Success, Terms,
        Work, wallet::Leg,
    },
    payment_link::LinkRefusal,
    payment_method::PaymentMethod,
    route::IntentType,
};

/// Unpaid intents are swept this long after their link's time.
const UNPAID_KEPT_DAYS: i64 = 90;

/// Tries to take an intent together with a use of its link.
const MAX_RESERVE_TRIES: u32 = 3;

/// What became of taking a link for a submit.
#[derive(Debug)]
pub enum Reserved {
    /// It is taken; the intent as it is now.
    Yes(Box<PaymentIntent>),
    /// It cannot be taken; the intent as it is.
    No(Refusal, Box<PaymentIntent>),
    /// The shared link that it would take a use of is over, or has no free use.
    LinkOver(LinkRefusal),
    /// The card was tokenised by somebody who does not serve this intent.
    OtherProcessor,
    /// There is no such intent.
    Missing,
}

/// Which intents to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct IntentFilter {
    /// Of one customer, from the index.
    pub customer: Option<CustomerId>,
    /// Through one wallet; best together with its customer.
    pub wallet: Option<WalletId>,
    /// By status at the time of listing; a surface may show several under one name.
    pub statuses: Option<&'static [StatusName]>,
    /// By type; `Some(None)` for payments through links.
    pub kind: Option<Option<IntentType>>,
}

impl IntentFilter {
    fn wants(&self, intent: &PaymentIntent, now: Time) -> bool {
        let terms = intent.wallet_terms();
        self.statuses.is_none_or(|statuses| statuses.contains(&intent.status_at(now)))
            && self.kind.is_none_or(|kind| kind == terms.map(|terms| terms.kind))
            && self.wallet.is_none_or(|wallet| terms.is_some_and(|terms| terms.wallet == wallet))
    }
}

/// What is written together with an outcome.
#[derive(Debug, Default)]
pub struct Settlement {
    /// What becomes of the use that the charge held.
    pub held_use: Option<Update>,
    /// The customer whom the payment made.
    pub customer: Vec<Write>,
    /// The card that was paid with; one that is saved already stays as it is.
    pub save: Option<PaymentMethod>,
}

impl Table {
    /// One intent of this tenant.
    ///
    /// # Errors
    /// The table cannot be reached, or the record is corrupt.
    pub async fn intent(
        &self,
        scope: Scope,
        id: PaymentIntentId,
        consistency: Consistency,
    ) -> Result<Option<PaymentIntent>> {
        let key = key::intent(scope, id);
        let item = match consistency {
            Consistency::Eventual => self.find(&key).await?,
            Consistency::Strong => self.get(&key, Consistency::Strong).await?,
        };
        item.map(|item| from_item(scope, &item)).transpose().map_err(Error::from)
    }

    /// A tenant's intents, newest first.
    ///
    /// # Errors
    /// The table cannot be reached, or a record is corrupt.
    pub async fn intents(
        &self,
        scope: Scope,
        filter: IntentFilter,
        slice: &Slice,
        now: Time,
    ) -> Result<Listing<PaymentIntent>> {
        let raw = match filter.customer {
            Some(customer) => {
                let query = Query {
                    index: Some(Index::First),
                    pk: key::intents_of_customer(scope, customer),
                    from: slice.lowest(),
                    to: slice.highest(),
                    consistency: Consistency::Eventual,
                    oldest_first: false,
                    limit: slice.limit.saturating_add(1),
                };
                Listing::cut(self.query(query).await?.items, slice.limit, "gsi1sk")?
            }
            None => {
                let places = [None, Some(Index::Second)];
                self.list_merged(&places, |month| key::intents(scope, month), slice).await?
            }
        };
        let listing = raw.try_map(|item| from_item(scope, item))?;
        Ok(listing.keep(|intent| filter.wants(intent, now)))
    }

    /// Takes a link for one submit in a single conditional write, without reading first. Where the
    /// charge takes a use of a shared link, that write is refused, and a transaction takes both.
    ///
    /// # Errors
    /// The table cannot be reached, or the record is corrupt.
    pub async fn reserve(
        &self,
        scope: Scope,
        id: PaymentIntentId,
        attempt: Attempt,
        processor: &str,
        now: Time,
    ) -> Result<Reserved> {
        let alone = reservation(scope, id, &attempt, processor, now).guard(Guard::Absent("link"));
        let mut old = match self.update(alone).await {
            Ok(item) => return Ok(Reserved::Yes(Box::new(from_item(scope, &item)?))),
            Err(Error::Refused { old, .. }) => old,
            Err(other) => return Err(other),
        };
        // The intent may move on between the two writes, and then says anew what speaks against it.
        for _ in 0..MAX_RESERVE_TRIES {
            let Some(known) = old else { return Ok(Reserved::Missing) };
            let intent = from_item(scope, &known)?;
            if intent.open_attempt(attempt.id).is_some() {
                return Ok(Reserved::Yes(Box::new(intent)));
            }
            let next = match intent.reserve(attempt.clone(), now) {
                Err(refusal) => return Ok(Reserved::No(refusal, Box::new(intent))),
                Ok(_) if known.text_if_any("proc") != Some(processor) => {
                    return Ok(Reserved::OtherProcessor);
                }
                Ok(next) => next,
            };
            let Some(link) = intent.payment_link() else { return Err(Error::Contended) };
            let writes = with_use(&intent, link, &attempt, processor, now);
            match self.commit(writes).await {
                Ok(()) => return Ok(Reserved::Yes(Box::new(next))),
                Err(Error::Refused { index: 0, old: newer }) => old = newer,
                Err(Error::Refused { index: 1, old: Some(link) }) => {
                    let refusal = payment_link::reserve_refusal(&link, now)?;
                    return refusal.map(Reserved::LinkOver).ok_or(Error::Contended);
                }
                Err(Error::Refused { .. }) => return Ok(Reserved::Missing),
                Err(other) => return Err(other),
            }
        }
        Err(Error::Contended)
    }

    /// Replaces an intent that has moved on by one transition, and saves the card that was paid
    /// with where there is one: in the same commit, or not at all. A card that is saved already
    /// stays as it is.
    ///
    /// # Errors
    /// [`Error::Refused`] with index 0 when the intent has moved on meanwhile.
    pub async fn replace_intent(
        &self,
        next: &PaymentIntent,
        save: Option<&PaymentMethod>,
    ) -> Result<()> {
        self.settle_intent(next, Settlement { save: save.cloned(), ..Settlement::default() }).await
    }

    /// Replaces an intent that has moved on by one transition, together with everything that its
    /// outcome changes, or not at all.
    ///
    /// # Errors
    /// [`Error::Refused`] with index 0 when the intent has moved on meanwhile, or somebody else
    /// made the customer: look again.
    pub async fn settle_intent(&self, next: &PaymentIntent, with: Settlement) -> Result<()> {
        let version = next.version.saturating_sub(1);
        let made = with.customer.len();
        let mut writes = vec![Write::Replace { item: to_item(next), version }];
        writes.extend(with.customer);
        writes.extend(with.held_use.map(Write::Update));
        let Some(method) = with.save else {
            return self.commit(writes).await.map_err(|error| stale_until(error, made));
        };
        let last = writes.len();
        let insert = Write::Insert(super::payment_method::to_item(&method));
        let all = writes.iter().cloned().chain([insert]).collect();
        let written = match self.commit(all).await {
            Err(Error::Refused { index, .. }) if index == last => self.commit(writes).await,
            other => other,
        };
        written.map_err(|error| stale_until(error, made))
    }
}

/// What was read is no longer true: the intent, or that there is no such customer.
fn stale_until(error: Error, last: usize) -> Error {
    match error {
        Error::Refused { index, old } if index <= last => Error::Refused { index: 0, old },
        other @ (Error::Refused { .. }
        | Error::Contended
        | Error::Unavailable(_)
        | Error::Rejected(_)
        | Error::Corrupt(_)) => other,
    }
}

/// The write that creates an intent.
#[must_use]
pub fn insert(intent: &PaymentIntent) -> Write {
    Write::Insert(to_item(intent))
}

/// What [`PaymentIntent::reserve`] does, as one conditional write: the same guards and the same
/// effect. A test holds both against each other.
fn reservation(
    scope: Scope,
    id: PaymentIntentId,
    attempt: &Attempt,
    processor: &str,
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
        .guard(Guard::Is("proc", processor.into()))
        .guard(Guard::Lacks("dead", attempt.id.to_string()))
        .guard(Guard::AbsentOrAtMost("slow", now.ms()));
    match attempt.buyer {
        Some(_) => update,
        None => update.guard(Guard::Absent("asks")),
    }
}

/// The same for an intent as it was read, together with a use of its link. The session is kept for
/// good from now on.
fn with_use(
    intent: &PaymentIntent,
    link: PaymentLinkId,
    attempt: &Attempt,
    processor: &str,
    now: Time,
) -> Vec<Write> {
    let reservation = reservation(intent.scope, intent.id, attempt, processor, now);
    let session = CheckoutSessionId::from_uuid(*intent.id.uuid());
    vec![
        Write::Update(reservation.guard(Guard::Is("v", intent.version.into()))),
        Write::Update(payment_link::reserve_use(link, now)),
        checkout_session::keep(intent.scope, session),
    ]
}

/// An intent as it is kept.
#[must_use]
pub fn to_item(intent: &PaymentIntent) -> Item {
    let id = intent.id.to_string();
    let item = key::intent(intent.scope, intent.id)
        .item()
        .with("v", intent.version)
        .with("st", intent.status.name().as_str())
        .with("amt", intent.amount().minor())
        .with("cur", intent.amounts.currency().code())
        .with_some("meta", intent.metadata.as_ref().map(Metadata::as_str))
        .with("upd", intent.updated_at)
        .with_history(&intent.history)
        .with_some("att", intent.status.attempt().map(attempt_to_item))
        .with_some("why", intent.status.failure().map(FailureReason::as_str))
        .with_some("link", intent.payment_link().map(|link| link.to_string()))
        .with_some("asks", intent.needs_buyer().then_some(1_i64))
        .with_some("slow", intent.slow_until());
    let item = terms::with_terms(with_origin(item, intent), &intent.terms);
    let item = match &intent.terms {
        // What was never paid is swept some day; what moved money between wallets is kept for good,
        // and so is its idempotency key. Its own key is not in the order of time: an index is.
        Terms::Link(terms) => {
            let ends = Some(terms.link.expires_at).filter(|end| *end < Time::NEVER);
            let swept = ends.filter(|_| intent.status.attempt().is_none());
            let item =
                item.with_some("ttl", swept.map(|end| end.plus_days(UNPAID_KEPT_DAYS).seconds()));
            match intent.id.seed() {
                Some(_) => {
                    let month = intent.id.minted_at().month();
                    item.with("id", id.as_str())
                        .with("gsi2pk", key::card_intents(intent.scope, month))
                        .with("gsi2sk", id)
                }
                None => item,
            }
        }
        Terms::Wallet(_) => {
            let month = intent.id.minted_at().month();
            item.with("id", id.as_str())
                .with("gsi2pk", key::intents(intent.scope, month))
                .with("gsi2sk", id)
        }
    };
    match &intent.status {
        Status::Processing { work: Work::Card(_), until }
        | Status::RequiresAction { until, .. } => item.with("until", *until),
        Status::Processing { work: Work::Order { leg, accepted }, until } => {
            item.with("until", *until).with("push", *leg == Leg::Push).with("acc", *accepted)
        }
        Status::Succeeded(Success::Moved { settles }) => item.with_some("until", *settles),
        Status::Succeeded(Success::Card { charge, payment_method, .. }) => item
            .with("chg", charge.as_str())
            .with_some("pm", payment_method.map(|id| id.to_string())),
        Status::Pending
        | Status::PendingReview
        | Status::Held
        | Status::Settled
        | Status::Failed { .. }
        | Status::Expired
        | Status::Canceled => item,
    }
}

/// What the platform surface's payments have not, or have always: left out where it says nothing, so
/// that records from before there were several surfaces read the same.
fn with_origin(item: Item, intent: &PaymentIntent) -> Item {
    let surface = Some(intent.surface).filter(|surface| *surface != Surface::Platform);
    let tax = Some(intent.amounts.tax().minor()).filter(|tax| *tax != 0);
    let description = Some(intent.description.as_str()).filter(|text| !text.is_empty());
    let item = item
        .with_some("sfc", surface.map(Surface::as_str))
        .with_some("tax", tax)
        .with_some("desc", description);
    match intent.customer {
        Some(customer) => item
            .with("gsi1pk", key::intents_of_customer(intent.scope, customer))
            .with("gsi1sk", intent.id.to_string())
            .with("cust", customer.to_string()),
        None => item,
    }
}

/// An intent as it was kept.
///
/// # Errors
/// A record that [`to_item`] cannot have made.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<PaymentIntent, Corrupt> {
    let id: PaymentIntentId = match item.parse_if_any("id")? {
        Some(id) => id,
        None => item.parse("sk")?,
    };
    let metadata = item.text_if_any("meta").map(Metadata::new).transpose();
    Ok(PaymentIntent {
        id,
        scope,
        surface: match item.text_if_any("sfc") {
            Some(name) => Surface::named(name).ok_or_else(|| item.corrupt("sfc"))?,
            None => Surface::Platform,
        },
        customer: item.parse_if_any("cust")?,
        amounts: amounts(item)?,
        description: item.text_if_any("desc").unwrap_or_default().to_owned(),
        terms: terms::terms(item)?,
        metadata: metadata.map_err(|_| item.corrupt("meta"))?,
        status: status_from_item(item)?,
        history: item.history()?,
        created_at: id.minted_at(),
        updated_at: item.time("upd")?,
        version: item.number("v")?,
    })
}

/// What moves: the total and the tax in it are kept.
///
/// # Errors
/// A record that [`to_item`] cannot have made.
pub fn amounts(item: &Item) -> std::result::Result<Amounts, Corrupt> {
    let currency: Currency = item.parse("cur")?;
    let tax = if item.get("tax").is_some() { item.number("tax")? } else { 0 };
    let total = Money::from_minor(item.number("amt")?, currency);
    let amounts = Amounts::inclusive(total, Money::from_minor(tax, currency));
    amounts.ok_or_else(|| item.corrupt("tax"))
}

/// The scope an intent's partition key names, for records that come from the stream.
///
/// # Errors
/// A partition key of another class.
pub fn scope_of(item: &Item) -> std::result::Result<Scope, Corrupt> {
    let mut parts = item.text("pk")?.split('#').skip(1);
    let tenant = parts.next().and_then(|text| text.parse().ok());
    let mode = parts.next().and_then(|text| text.parse().ok());
    match (tenant, mode) {
        (Some(tenant), Some(mode)) => Ok(Scope { tenant, mode }),
        _ => Err(item.corrupt("pk")),
    }
}

fn status_from_item(item: &Item) -> std::result::Result<Status, Corrupt> {
    let attempt = || attempt_from_item(item.map("att")?);
    // Payments between wallets have no submit of a card.
    let by_card = item.get("att").is_some();
    Ok(match item.parse("st")? {
        StatusName::Pending => Status::Pending,
        StatusName::PendingReview => Status::PendingReview,
        StatusName::Processing => {
            let work = if by_card {
                Work::Card(attempt()?)
            } else {
                let leg = if item.flag("push") { Leg::Push } else { Leg::Pull };
                Work::Order { leg, accepted: item.flag("acc") }
            };
            Status::Processing { work, until: item.time("until")? }
        }
        StatusName::RequiresAction => {
            Status::RequiresAction { attempt: attempt()?, until: item.time("until")? }
        }
        StatusName::Held => Status::Held,
        StatusName::Succeeded if by_card => Status::Succeeded(Success::Card {
            attempt: attempt()?,
            charge: item.text("chg")?.to_owned(),
            payment_method: item.parse_if_any("pm")?,
        }),
        StatusName::Succeeded => {
            Status::Succeeded(Success::Moved { settles: item.time_if_any("until")? })
        }
        StatusName::Settled => Status::Settled,
        StatusName::Failed => Status::Failed {
            attempt: by_card.then(attempt).transpose()?,
            reason: item.parse("why")?,
        },
        StatusName::Expired => Status::Expired,
        StatusName::Canceled => Status::Canceled,
    })
}

/// A submit of a card as it is kept.
#[must_use]
pub fn attempt_to_item(attempt: &Attempt) -> Item {
    let buyer = attempt.buyer.as_ref();
    card_to_item(&attempt.card)
        .with("id", attempt.id.to_string())
        .with("save", attempt.save_card)
        .with_some("mail", buyer.map(|buyer| buyer.email.as_str()))
        .with_some("name", buyer.and_then(|buyer| buyer.name.as_deref()))
}

/// A submit of a card as it was kept.
///
/// # Errors
/// A record that [`attempt_to_item`] cannot have made.
pub fn attempt_from_item(item: &Item) -> std::result::Result<Attempt, Corrupt> {
    let buyer = item.text_if_any("mail").map(|email| Buyer {
        email: email.to_owned(),
        name: item.text_if_any("name").map(str::to_owned),
    });
    let save_card = item.flag("save");
    Ok(Attempt { id: item.parse("id")?, card: card_from_item(item)?, save_card, buyer })
}

/// A card's summary as it is kept.
#[must_use]
pub fn card_to_item(card: &CardSummary) -> Item {
    Item::new()
        .with("brand", card.brand.as_str())
        .with("last4", card.last4.as_str())
        .with("em", i64::from(card.exp_month))
        .with("ey", i64::from(card.exp_year))
        .with("fp", card.fingerprint.as_str())
}

/// A card's summary as it was kept.
///
/// # Errors
/// A record that [`card_to_item`] cannot have made.
pub fn card_from_item(item: &Item) -> std::result::Result<CardSummary, Corrupt> {
    Ok(CardSummary {
        brand: item.text("brand")?.to_owned(),
        last4: item.text("last4")?.to_owned(),
        exp_month: item.number("em")?,
        exp_year: item.number("ey")?,
        fingerprint: item.text("fp")?.to_owned(),
    })
}

#[cfg(test)]
mod tests;
