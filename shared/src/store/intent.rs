//! Payment intents in the table. One item is the intent, its link, its attempt and its outbox.

use super::{
    Consistency, Corrupt, Error, Guard, Item, Query, Result, Table, Update, Write,
    item::occurrence,
    key,
    list::{Listing, Slice},
};
use crate::model::{
    Currency, Money, Scope, Time,
    card::CardSummary,
    event::{EventType, Occurrence},
    id::{CustomerId, PaymentIntentId},
    metadata::Metadata,
    payment_intent::{
        Attempt, ChargingAccount, Link, PaymentIntent, RESERVATION_S, Refusal, Status, StatusName,
    },
    payment_method::PaymentMethod,
};

/// Unpaid intents are swept this long after their link's time.
const UNPAID_KEPT_DAYS: i64 = 90;

/// What became of taking a link for a submit.
#[derive(Debug)]
pub enum Reserved {
    /// It is taken; the intent as it is now.
    Yes(Box<PaymentIntent>),
    /// It cannot be taken; the intent as it is.
    No(Refusal, Box<PaymentIntent>),
    /// The card was tokenised by somebody who does not serve this intent.
    OtherProcessor,
    /// There is no such intent.
    Missing,
}

/// Which intents to list.
#[derive(Debug, Clone, Copy)]
pub struct IntentFilter {
    /// Of one customer, from the index.
    pub customer: Option<CustomerId>,
    /// By status at the time of listing; a surface may show several under one name.
    pub statuses: Option<&'static [StatusName]>,
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
                    index: true,
                    pk: key::intents_of_customer(scope, customer),
                    from: slice.lowest(),
                    to: slice.highest(),
                    consistency: Consistency::Eventual,
                    oldest_first: false,
                    limit: slice.limit.saturating_add(1),
                };
                Listing::cut(self.query(query).await?.items, slice.limit, "gsi1sk")?
            }
            None => self.list_by_month(|month| key::intents(scope, month), slice).await?,
        };
        let listing = raw.try_map(|item| from_item(scope, item))?;
        Ok(listing.keep(|intent| {
            filter.statuses.is_none_or(|statuses| statuses.contains(&intent.status_at(now)))
        }))
    }

    /// Takes a link for one submit in a single conditional write, without reading first.
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
        match self.update(reservation(scope, id, &attempt, processor, now)).await {
            Ok(item) => Ok(Reserved::Yes(Box::new(from_item(scope, &item)?))),
            Err(Error::Refused { old: None, .. }) => Ok(Reserved::Missing),
            Err(Error::Refused { old: Some(old), .. }) => {
                let intent = from_item(scope, &old)?;
                if intent.open_attempt(attempt.id).is_some() {
                    return Ok(Reserved::Yes(Box::new(intent)));
                }
                match intent.reserve(attempt, now) {
                    Err(refusal) => Ok(Reserved::No(refusal, Box::new(intent))),
                    Ok(_) if intent.account.processor != processor => Ok(Reserved::OtherProcessor),
                    Ok(_) => Err(Error::Contended),
                }
            }
            Err(other) => Err(other),
        }
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
        let version = next.version.saturating_sub(1);
        let replace = Write::Replace { item: to_item(next), version };
        let Some(method) = save else {
            return self.commit(vec![replace]).await;
        };
        let insert = Write::Insert(super::payment_method::to_item(method));
        match self.commit(vec![replace.clone(), insert]).await {
            Err(Error::Refused { index: 1, .. }) => self.commit(vec![replace]).await,
            other => other,
        }
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
    let entry = Occurrence { kind: EventType::PaymentIntentProcessing, at: now };
    Update::of(key::intent(scope, id))
        .set("st", StatusName::Processing.as_str())
        .set("att", attempt_to_item(attempt))
        .set("until", now.plus_seconds(RESERVATION_S))
        .set("upd", now)
        .append("history", occurrence(&entry))
        .add("left", -1)
        .remove("ttl")
        .guard(Guard::Is("st", StatusName::Pending.as_str().into()))
        .guard(Guard::Above("exp", now.ms()))
        .guard(Guard::AtLeast("left", 1))
        .guard(Guard::Is("proc", processor.into()))
}

/// An intent as it is kept.
#[must_use]
pub fn to_item(intent: &PaymentIntent) -> Item {
    let item = key::intent(intent.scope, intent.id)
        .item()
        .with("gsi1pk", key::intents_of_customer(intent.scope, intent.customer))
        .with("gsi1sk", intent.id.to_string())
        .with("v", intent.version)
        .with("st", intent.status.name().as_str())
        .with("cust", intent.customer.to_string())
        .with("amt", intent.amount.minor())
        .with("cur", intent.amount.currency().code())
        .with("ma", intent.account.id.to_string())
        .with("proc", intent.account.processor.as_str())
        .with("payee", intent.link.payee.as_str())
        .with("exp", intent.link.expires_at)
        .with_texts("org", intent.link.allowed_origins.iter().map(|origin| origin.as_str()))
        .with_some("ret", intent.link.return_url.as_deref())
        .with_some("meta", intent.metadata.as_ref().map(Metadata::as_str))
        .with("left", intent.attempts_left)
        .with("upd", intent.updated_at)
        .with_history(&intent.history)
        .with_some("att", intent.status.attempt().map(attempt_to_item));
    match &intent.status {
        Status::Pending | Status::Expired | Status::Canceled => {
            item.with("ttl", intent.link.expires_at.plus_days(UNPAID_KEPT_DAYS).seconds())
        }
        Status::Processing { until, .. } | Status::RequiresAction { until, .. } => {
            item.with("until", *until)
        }
        Status::Succeeded { charge, payment_method, .. } => item
            .with("chg", charge.as_str())
            .with_some("pm", payment_method.map(|id| id.to_string())),
        Status::Failed { reason, .. } => item.with("why", reason.as_str()),
    }
}

/// An intent as it was kept.
///
/// # Errors
/// A record that [`to_item`] cannot have made.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<PaymentIntent, Corrupt> {
    let id: PaymentIntentId = item.parse("sk")?;
    let currency: Currency = item.parse("cur")?;
    let metadata = item.text_if_any("meta").map(Metadata::new).transpose();
    Ok(PaymentIntent {
        id,
        scope,
        customer: item.parse("cust")?,
        amount: Money::from_minor(item.number("amt")?, currency),
        account: ChargingAccount {
            id: item.parse("ma")?,
            processor: item.text("proc")?.to_owned(),
        },
        link: Link {
            payee: item.text("payee")?.to_owned(),
            expires_at: item.time("exp")?,
            allowed_origins: item.texts("org")?,
            return_url: item.text_if_any("ret").map(str::to_owned),
        },
        metadata: metadata.map_err(|_| item.corrupt("meta"))?,
        status: status_from_item(item)?,
        attempts_left: item.number("left")?,
        history: item.history()?,
        created_at: id.minted_at(),
        updated_at: item.time("upd")?,
        version: item.number("v")?,
    })
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
    let name = item.text("st")?;
    let name = StatusName::ALL.into_iter().find(|status| status.as_str() == name);
    let attempt = || attempt_from_item(item.map("att")?);
    Ok(match name.ok_or_else(|| item.corrupt("st"))? {
        StatusName::Pending => Status::Pending,
        StatusName::Processing => {
            Status::Processing { attempt: attempt()?, until: item.time("until")? }
        }
        StatusName::RequiresAction => {
            Status::RequiresAction { attempt: attempt()?, until: item.time("until")? }
        }
        StatusName::Succeeded => Status::Succeeded {
            attempt: attempt()?,
            charge: item.text("chg")?.to_owned(),
            payment_method: item.parse_if_any("pm")?,
        },
        StatusName::Failed => Status::Failed { attempt: attempt()?, reason: item.parse("why")? },
        StatusName::Expired => Status::Expired,
        StatusName::Canceled => Status::Canceled,
    })
}

fn attempt_to_item(attempt: &Attempt) -> Item {
    card_to_item(&attempt.card).with("id", attempt.id.to_string()).with("save", attempt.save_card)
}

fn attempt_from_item(item: &Item) -> std::result::Result<Attempt, Corrupt> {
    Ok(Attempt { id: item.parse("id")?, card: card_from_item(item)?, save_card: item.flag("save") })
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
