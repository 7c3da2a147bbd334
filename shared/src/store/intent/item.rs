//! How an intent is kept.

use super::{taxed, terms};
use crate::model::{
    Amounts, Currency, Money, Scope, Surface,
    card::{CardSummary, FailureReason},
    id::PaymentIntentId,
    metadata::Metadata,
    payment_intent::{
        Attempt, Buyer, CardSuccess, Invoicing, LinkTerms, PaymentIntent, Status, StatusName,
        Success, Terms, Work, wallet::Leg,
    },
};
use crate::store::{Corrupt, Item, invoice, key, refund};

/// Unpaid intents are swept this long after their link's time.
const UNPAID_KEPT_DAYS: i64 = 90;

/// An intent as it is kept.
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
            let ends = terms.link.expires_at;
            let swept = ends.filter(|_| intent.status.attempt().is_none());
            let item =
                item.with_some("ttl", swept.map(|end| end.plus_days(UNPAID_KEPT_DAYS).seconds()));
            match intent.id.seed() {
                Some(_) => with_places(item.with("id", id), intent, terms),
                None => item,
            }
        }
        // What was tried is kept for good, and so is the key in its id.
        Terms::Charge(_) => {
            let (pk, sk) = listed(intent);
            item.with("id", id).with("gsi2pk", pk).with("gsi2sk", sk)
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
        Status::Succeeded(Success::Card(paid)) => {
            let item = item
                .with("chg", paid.charge.as_str())
                .with_some("pm", paid.payment_method.map(|id| id.to_string()))
                .with_some("inv", paid.invoicing.invoice.as_deref().map(invoice::ref_to_item))
                .with_some("told", paid.invoicing.told_without.then_some(true));
            refund::with_refundable(with_place_among_paid(item, intent), &paid.refundable)
        }
        Status::Pending
        | Status::PendingReview
        | Status::Held
        | Status::Settled
        | Status::Failed { .. }
        | Status::Expired
        | Status::Canceled => item,
    }
}

/// Where a payment by card stands in the indexes: in the tenant's list from its first submit, or from
/// the start where a key made it; on the links surface among those started on its link, apart,
/// whether a card was submitted.
fn with_places(item: Item, intent: &PaymentIntent, terms: &LinkTerms) -> Item {
    let attempted = terms.link.attempts.made > 0 || intent.status.attempt().is_some();
    let link = intent.payment_link();
    let item = if attempted || link.is_none() {
        let (pk, sk) = listed(intent);
        item.with("gsi2pk", pk).with("gsi2sk", sk)
    } else {
        item
    };
    match intent.surface {
        Surface::Links => item
            .with("gsi3pk", key::started_on(intent.scope, link))
            .with("gsi3sk", key::started(intent.id, attempted)),
        Surface::Payments | Surface::Platform => item,
    }
}

/// Where a payment stands among those that were paid, by the moment at which they were.
fn with_place_among_paid(item: Item, intent: &PaymentIntent) -> Item {
    let Some(at) = intent.succeeded_at() else { return item };
    item.with("gsi4pk", key::paid_on(intent.scope, intent.payment_link()))
        .with("gsi4sk", key::happened(at, intent.id))
}

/// Where a payment by card stands in its tenant's list.
pub(super) fn listed(intent: &PaymentIntent) -> (String, String) {
    let month = intent.id.minted_at().month();
    (key::card_intents(intent.scope, month), intent.id.to_string())
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
            .with("cust", customer.to_string())
            .with_some("own", intent.customer_own_id.as_deref()),
        None => item,
    }
}

/// An intent as it was kept.
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
        customer_own_id: item.text_if_any("own").map(str::to_owned),
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
pub fn amounts(item: &Item) -> std::result::Result<Amounts, Corrupt> {
    let currency: Currency = item.parse("cur")?;
    let tax = if item.get("tax").is_some() { item.number("tax")? } else { 0 };
    let total = Money::from_minor(item.number("amt")?, currency);
    let amounts = Amounts::inclusive(total, Money::from_minor(tax, currency));
    amounts.ok_or_else(|| item.corrupt("tax"))
}

/// The scope an intent's partition key names, for records that come from the stream.
pub fn scope_of(item: &Item) -> std::result::Result<Scope, Corrupt> {
    let mut parts = item.text("pk")?.split('#').skip(1);
    let tenant = parts.next().and_then(|text| text.parse().ok());
    let mode = parts.next().and_then(|text| text.parse().ok());
    match (tenant, mode) {
        (Some(tenant), Some(mode)) => Ok(Scope { tenant, mode }),
        _ => Err(item.corrupt("pk")),
    }
}

fn invoicing(item: &Item) -> std::result::Result<Invoicing, Corrupt> {
    let invoice = match item.get("inv") {
        Some(_) => Some(Box::new(invoice::ref_from_item(item.map("inv")?)?)),
        None => None,
    };
    Ok(Invoicing { invoice, told_without: item.flag("told") })
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
        StatusName::Succeeded if by_card => Status::Succeeded(Success::Card(CardSuccess {
            attempt: attempt()?,
            charge: item.text("chg")?.to_owned(),
            payment_method: item.parse_if_any("pm")?,
            invoicing: invoicing(item)?,
            refundable: refund::refundable(item)?,
        })),
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
pub fn attempt_to_item(attempt: &Attempt) -> Item {
    let buyer = attempt.buyer.as_ref();
    card_to_item(&attempt.card)
        .with("id", attempt.id.to_string())
        .with("save", attempt.save_card)
        .with_some("mail", buyer.map(|buyer| buyer.email.as_str()))
        .with_some("name", buyer.and_then(|buyer| buyer.name.as_deref()))
        .with_some("bill", attempt.billing.as_deref().map(taxed::billing_to_item))
        .with_some("sum", attempt.charged.as_deref().map(taxed::to_item))
}

/// A submit of a card as it was kept.
pub fn attempt_from_item(item: &Item) -> std::result::Result<Attempt, Corrupt> {
    let buyer = item.text_if_any("mail").map(|email| Buyer {
        email: email.to_owned(),
        name: item.text_if_any("name").map(str::to_owned),
    });
    let save_card = item.flag("save");
    let part = |name| item.get(name).map(|_| item.map(name)).transpose();
    Ok(Attempt {
        id: item.parse("id")?,
        card: card_from_item(item)?,
        save_card,
        buyer,
        billing: part("bill")?.map(taxed::billing_from_item).transpose()?.map(Box::new),
        charged: part("sum")?.map(taxed::from_item).transpose()?.map(Box::new),
    })
}

/// A card's summary as it is kept.
pub fn card_to_item(card: &CardSummary) -> Item {
    Item::new()
        .with("brand", card.brand.as_str())
        .with("last4", card.last4.as_str())
        .with("em", i64::from(card.exp_month))
        .with("ey", i64::from(card.exp_year))
        .with("fp", card.fingerprint.as_str())
        .with_some("cc", card.country.as_ref().map(|country| country.code()))
}

/// A card's summary as it was kept.
pub fn card_from_item(item: &Item) -> std::result::Result<CardSummary, Corrupt> {
    Ok(CardSummary {
        brand: item.text("brand")?.to_owned(),
        last4: item.text("last4")?.to_owned(),
        exp_month: item.number("em")?,
        exp_year: item.number("ey")?,
        fingerprint: item.text("fp")?.to_owned(),
        country: item.parse_if_any("cc")?,
    })
}
