//! Events on the bus: one format for every surface, operators' own rules included.
//!
//! Made from the stream record of the aggregate that carries the event, so it needs no read.

use crate::{
    digest::sha256,
    model::{
        Money, Scope, Surface, Time,
        audit::Finding,
        card::CardSummary,
        event::{EventDetail, EventType, History, Occurrence, PaymentDetail},
        id::{EventId, Id},
        payment_intent::{LinkTerms, PaymentIntent, Terms, WalletTerms, wallet::PayeeAccount},
        payment_method::PaymentMethod,
        webhook_endpoint::WebhookEndpoint,
    },
    store::{self, Corrupt, Item, Key, key},
};
use serde::{Deserialize, Serialize};

/// One event, as it stands in the bus entry's `detail`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Message {
    /// Stable over every repetition.
    pub id: String,
    /// `payment_intent.succeeded` and so on.
    pub event: String,
    /// Whose event.
    pub tenant: String,
    /// `test` or `live`.
    pub mode: String,
    /// Through which surface the object was made: its receivers hear of it. Events from before
    /// there were several do not say.
    #[serde(default, with = "surface_name")]
    pub surface: Surface,
    /// Rises by one with each event of one object, from 1.
    pub sequence: u64,
    /// When the object's event before this one was, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_at_ms: Option<i64>,
    /// Milliseconds since 1970.
    pub occurred_at_ms: i64,
    /// What happened to what.
    pub data: Facts,
}

/// What an event is about. Amounts are whole minor units.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facts {
    /// A payment intent.
    PaymentIntent(Box<IntentFacts>),
    /// A saved card.
    PaymentMethod(MethodFacts),
    /// An endpoint that is being tried, or does not work.
    WebhookEndpoint(EndpointFacts),
    /// What the audit of the ledger found.
    Ledger {
        /// The finding's id.
        id: String,
        /// How many differences there are.
        differences: u32,
        /// The first of them, in words.
        first: String,
    },
}

/// A webhook endpoint right after the event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndpointFacts {
    /// Its id.
    pub id: String,
    /// Where it is.
    #[serde(default)]
    pub url: String,
    /// Since when everything fails, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since_ms: Option<i64>,
    /// Why it was disabled: `gone` or `failing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A payment intent right after the event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IntentFacts {
    /// Its id.
    pub id: String,
    /// Who pays, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// What it is for, in words that the buyer sees.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The idempotency key of the request that made it, for a tenant's own link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// The submit that the event is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<String>,
    /// Submits so far, of a tenant's own link.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub attempts: u32,
    /// The link of the links surface that the buyer opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_link: Option<String>,
    /// Minor units of tax in the amount, on a tenant's own link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_minor: Option<i64>,
    /// Minor units.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Which merchant account charges, for a payment through a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant_account: Option<String>,
    /// From where to where, for a payment between wallets and the outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<BetweenFacts>,
    /// Why it failed.
    pub failure_reason: Option<String>,
    /// The card used.
    pub card: Option<CardFacts>,
    /// The card that was saved.
    pub payment_method: Option<String>,
    /// The caller's own data: a JSON object as text, since bus and queues write numbers anew in what
    /// they parse.
    pub metadata: Option<String>,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// When the link, or the hold, ends: milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at_ms: Option<i64>,
}

/// From where to where money moves.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BetweenFacts {
    /// `funding`, `payout`, `transfer` or `relay`.
    pub kind: String,
    /// The status right after the event.
    pub status: String,
    /// The wallet that pays, or is filled.
    pub wallet: String,
    /// The wallet that receives.
    pub destination_wallet: Option<String>,
    /// Which route.
    pub route: Option<String>,
    /// The payer's card or bank account.
    pub payment_method: Option<String>,
    /// The payee's bank account, named as a payment method.
    pub payee_payment_method: Option<String>,
    /// The payee's destination.
    pub payee_destination: Option<String>,
    /// Escrow: minor units released and given back so far.
    pub hold: Option<(i64, i64)>,
}

/// A saved card.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MethodFacts {
    /// Its id.
    pub id: String,
    /// Whose.
    pub customer: String,
    /// The card; bank accounts have no events.
    pub card: Option<CardFacts>,
}

/// What may be known about a card.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CardFacts {
    /// Scheme.
    pub brand: String,
    /// Last four digits.
    pub last4: String,
    /// 1 to 12.
    pub exp_month: u8,
    /// Four digits.
    pub exp_year: u16,
}

/// A stream record of an aggregate, read.
pub enum Aggregate {
    /// A payment intent.
    Intent(Box<PaymentIntent>),
    /// A saved card.
    Method(Box<PaymentMethod>),
    /// A webhook endpoint.
    Endpoint(Box<WebhookEndpoint>),
    /// What the audit found.
    Finding(Box<Finding>),
}

impl Aggregate {
    /// Reads a stream image by the class in its partition key; `None` for classes without events.
    ///
    /// # Errors
    /// An image that this code cannot have written.
    pub fn read(image: &Item) -> Result<Option<Self>, Corrupt> {
        let class = image.text("pk")?.split('#').next().unwrap_or_default();
        let scope = || store::intent::scope_of(image);
        Ok(match class {
            "intent" => Some(Self::Intent(Box::new(store::intent::from_item(scope()?, image)?))),
            "method" => {
                Some(Self::Method(Box::new(store::payment_method::from_item(scope()?, image)?)))
            }
            "audit" => Some(Self::Finding(Box::new(store::audit::from_item(scope()?, image)?))),
            "endpoint" => {
                Some(Self::Endpoint(Box::new(store::webhook_endpoint::from_item(scope()?, image)?)))
            }
            _ => None,
        })
    }

    /// Whose it is.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        match self {
            Self::Intent(intent) => intent.scope,
            Self::Method(method) => method.scope,
            Self::Endpoint(endpoint) => endpoint.scope,
            Self::Finding(finding) => finding.scope,
        }
    }

    /// Its id.
    #[must_use]
    pub fn object(&self) -> String {
        match self {
            Self::Intent(intent) => intent.id.to_string(),
            Self::Method(method) => method.id.to_string(),
            Self::Endpoint(endpoint) => endpoint.id.to_string(),
            Self::Finding(finding) => finding.id.to_string(),
        }
    }

    /// What happened to it.
    #[must_use]
    pub const fn history(&self) -> &History {
        match self {
            Self::Intent(intent) => &intent.history,
            Self::Method(method) => &method.history,
            Self::Endpoint(endpoint) => &endpoint.history,
            Self::Finding(finding) => &finding.history,
        }
    }

    /// Where it is kept; `None` for what only ever has one event.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        match self {
            Self::Intent(intent) => Some(key::intent(intent.scope, intent.id)),
            Self::Endpoint(endpoint) => {
                Some(key::endpoint(endpoint.scope, endpoint.surface, endpoint.id))
            }
            Self::Method(_) | Self::Finding(_) => None,
        }
    }

    /// The events after `sequence`, oldest first.
    #[must_use]
    pub fn events_after(&self, sequence: u64) -> Vec<Message> {
        let (scope, object, history) = (self.scope(), self.object(), self.history());
        let messages = history.after(sequence).map(|(sequence, occurrence)| Message {
            id: event_id(scope, &object, sequence, occurrence.at).to_string(),
            event: occurrence.kind.as_str().to_owned(),
            tenant: scope.tenant.to_string(),
            mode: scope.mode.to_string(),
            surface: self.surface(),
            sequence,
            previous_at_ms: history.time_before(sequence).map(Time::ms),
            occurred_at_ms: occurrence.at.ms(),
            data: self.facts(&occurrence),
        });
        messages.collect()
    }

    /// Through which surface it was made. Payments are made through one so far; what the audit
    /// finds concerns the ledger, which is the platform's.
    const fn surface(&self) -> Surface {
        match self {
            Self::Endpoint(endpoint) => endpoint.surface,
            Self::Intent(intent) => intent.surface,
            Self::Method(_) | Self::Finding(_) => Surface::Platform,
        }
    }

    fn facts(&self, event: &Occurrence) -> Facts {
        match self {
            Self::Intent(intent) => Facts::PaymentIntent(Box::new(intent_facts(intent, event))),
            Self::Method(method) => Facts::PaymentMethod(MethodFacts {
                id: method.id.to_string(),
                customer: method.customer.to_string(),
                card: method.card().map(card_facts),
            }),
            Self::Endpoint(endpoint) => Facts::WebhookEndpoint(endpoint_facts(endpoint, event)),
            Self::Finding(finding) => Facts::Ledger {
                id: finding.id.to_string(),
                differences: finding.differences,
                first: finding.first.clone(),
            },
        }
    }
}

impl Message {
    /// Whose event.
    #[must_use]
    pub fn scope(&self) -> Option<Scope> {
        Some(Scope { tenant: self.tenant.parse().ok()?, mode: self.mode.parse().ok()? })
    }

    /// The id of the object it is about.
    #[must_use]
    pub fn object(&self) -> &str {
        match &self.data {
            Facts::PaymentIntent(facts) => &facts.id,
            Facts::PaymentMethod(facts) => &facts.id,
            Facts::WebhookEndpoint(facts) => &facts.id,
            Facts::Ledger { id, .. } => id,
        }
    }
}

impl IntentFacts {
    /// Whether the payment comes through a link.
    #[must_use]
    pub const fn is_link(&self) -> bool {
        self.between.is_none()
    }

    /// The amount.
    #[must_use]
    pub fn amount(&self) -> Option<Money> {
        Some(Money::from_minor(self.amount_minor, self.currency.parse().ok()?))
    }
}

pub use crate::model::payment_intent::status::after as status_after;

mod surface_name {
    use super::Surface;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::borrow::Cow;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    pub fn serialize<S: Serializer>(surface: &Surface, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(surface.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Surface, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        Surface::named(&name).ok_or_else(|| D::Error::custom("not a surface"))
    }
}

/// An event's id: derived from what it is, so that publishing it twice gives the same id.
fn event_id(scope: Scope, object: &str, sequence: u64, at: Time) -> EventId {
    let text = format!("{}#{}#{object}#{sequence}", scope.tenant, scope.mode);
    Id::derive(at, sha256(&text))
}

/// Keeps what is usual out of messages; serde hands a reference over.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn intent_facts(intent: &PaymentIntent, event: &Occurrence) -> IntentFacts {
    // What may have changed since says itself what was so then.
    let fixed = event.detail.as_deref().cloned().unwrap_or_else(|| intent.detail(event.kind));
    let EventDetail::Payment(detail) = fixed else {
        return intent_facts(intent, &Occurrence::new(event.kind, event.at));
    };
    let attempt = if event.kind == EventType::PaymentIntentCreated {
        None
    } else if event.kind == EventType::PaymentLinkFailed {
        intent.declined_at(event.at).map(|declined| &declined.attempt)
    } else {
        intent.status.attempt()
    };
    let attempt = attempt.filter(|_| intent.surface != Surface::Platform);
    let hold_ends = detail.hold.map(|(.., expires_at)| expires_at.ms());
    let request = intent.link_terms().and_then(|terms| terms.request.as_ref());
    IntentFacts {
        id: intent.id.to_string(),
        customer: detail.customer.map(|id| id.to_string()),
        description: intent.description.clone(),
        idempotency_key: request.and_then(|request| request.idempotency_key.clone()),
        attempt: attempt.map(|attempt| attempt.id.to_string()),
        attempts: request.map_or(0, |_| intent.link_terms().map_or(0, LinkTerms::attempts)),
        payment_link: request.and_then(|request| Some(request.payment_link?.to_string())),
        tax_minor: request.map(|_| intent.amounts.tax().minor()),
        amount_minor: detail.total,
        currency: intent.amount().currency().code().to_owned(),
        merchant_account: intent.link_terms().map(|terms| terms.account.id.to_string()),
        between: intent.wallet_terms().map(|terms| between(terms, &detail)),
        failure_reason: detail.failure.map(|reason| reason.as_str().to_owned()),
        card: detail.card.as_ref().map(card_facts),
        payment_method: detail.payment_method.map(|id| id.to_string()),
        metadata: intent.metadata.as_ref().map(|metadata| metadata.as_str().to_owned()),
        created_at_ms: intent.created_at.ms(),
        expires_at_ms: match &intent.terms {
            Terms::Link(terms) => Some(terms.link.expires_at.ms()),
            Terms::Wallet(_) => hold_ends,
        },
    }
}

fn between(terms: &WalletTerms, detail: &PaymentDetail) -> BetweenFacts {
    let way = terms.way.as_ref();
    let payee = terms.push().map(|push| push.payee);
    let (payee_payment_method, payee_destination) = match payee {
        Some(PayeeAccount::Method(id)) => (Some(id.to_string()), None),
        Some(PayeeAccount::Destination(id)) => (None, Some(id.to_string())),
        None => (None, None),
    };
    BetweenFacts {
        kind: terms.kind.as_str().to_owned(),
        status: detail.status.as_str().to_owned(),
        wallet: terms.wallet.to_string(),
        destination_wallet: terms.destination_wallet.map(|id| id.to_string()),
        route: way.map(|way| way.route.to_string()),
        payment_method: terms.pull().map(|pull| pull.method.to_string()),
        payee_payment_method,
        payee_destination,
        hold: detail.hold.map(|(released, given_back, _)| (released, given_back)),
    }
}

fn endpoint_facts(endpoint: &WebhookEndpoint, event: &Occurrence) -> EndpointFacts {
    let fixed = event.detail.as_deref().cloned().unwrap_or_else(|| endpoint.detail(event.kind));
    let EventDetail::Endpoint(detail) = fixed else {
        return endpoint_facts(endpoint, &Occurrence::new(event.kind, event.at));
    };
    EndpointFacts {
        id: endpoint.id.to_string(),
        url: detail.url,
        failing_since_ms: detail.failing_since.map(Time::ms),
        reason: detail.reason.map(|reason| reason.as_str().to_owned()),
    }
}

fn card_facts(card: &CardSummary) -> CardFacts {
    CardFacts {
        brand: card.brand.clone(),
        last4: card.last4.clone(),
        exp_month: card.exp_month,
        exp_year: card.exp_year,
    }
}

#[cfg(test)]
mod tests;
