//! Events on the bus: one format for every surface, operators' own rules included.
//!
//! Made from the stream record of the aggregate that carries the event, so it needs no read.

mod aggregate;
mod disputes;
mod documents;
mod facts;
mod refunds;
mod surface_name;

pub use super::customer_facts::CustomerFacts;
pub use crate::model::payment_intent::status::after as status_after;
pub use aggregate::Aggregate;
pub use disputes::DisputeFacts;
pub use documents::{CreditNoteFacts, CreditedRefundFacts, InvoiceFacts, ReceiptFacts};
pub use refunds::{DeclinedFacts, RefundsFacts, StandingFacts};

use crate::{
    digest::sha256,
    model::{
        Money, Scope, Surface, Time,
        event::EventType,
        id::{EventId, Id},
        payment_link::{LinkStatus, PaymentLink},
    },
};
use serde::{Deserialize, Serialize};

/// One event, as it stands in the bus entry's `detail`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Message {
    /// Stable over every repetition.
    pub id: String,
    /// `payment_intent.succeeded` and so on.
    pub event: String,
    /// The id of the tenant whose event it is.
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
    /// When it happened, in milliseconds since 1970.
    pub occurred_at_ms: i64,
    /// What happened to what.
    pub data: Facts,
}

/// What an event is about. Amounts are whole minor units.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facts {
    /// A payment: through a link, with a saved card, or between wallets and the outside.
    PaymentIntent(Box<IntentFacts>),
    /// A link that can be paid many times.
    PaymentLink(LinkFacts),
    /// A saved card; bank accounts have no events.
    PaymentMethod(MethodFacts),
    /// A refund: money of one payment that goes back.
    Refund(Box<RefundFacts>),
    /// A dispute: a payment that the buyer's bank takes back.
    Dispute(Box<DisputeFacts>),
    /// An endpoint that is being tried, or does not work.
    WebhookEndpoint(EndpointFacts),
    /// An invoice that was made, or whose status changed.
    Invoice(Box<InvoiceFacts>),
    /// A credit note, which takes back what an invoice charged.
    CreditNote(Box<CreditNoteFacts>),
    /// A customer as callers keep it.
    Customer(Box<CustomerFacts>),
    /// What the audit of the ledger found.
    Ledger {
        /// The id under which the audit keeps what it found.
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
    /// The endpoint's id, a UUID with hyphens.
    pub id: String,
    /// The address to which events are posted; empty where the message does not say it.
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
    /// The payment's id, a UUID with hyphens whatever form its surface shows.
    pub id: String,
    /// Who pays, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The caller's own id of whoever pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_own_id: Option<String>,
    /// Whether a saved card was charged, with nobody there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub charge: bool,
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
    /// Minor units of the currency, tax included.
    pub amount_minor: i64,
    /// The currency's code in ISO 4217.
    pub currency: String,
    /// Which merchant account charges, for a payment through a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant_account: Option<String>,
    /// What receivers are told of a complete payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptFacts>,
    /// From where to where, for a payment between wallets and the outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<BetweenFacts>,
    /// What of it went back before and after the event, for an event that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunds: Option<RefundsFacts>,
    /// When money was taken, for an event that came later: milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at_ms: Option<i64>,
    /// Submits before that one that were declined, oldest first: on the links surface, which tells them
    /// all each time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<DeclinedFacts>,
    /// The name of the reason why it failed; `None` where it did not.
    pub failure_reason: Option<String>,
    /// The card that was submitted; `None` where there was none.
    pub card: Option<CardFacts>,
    /// The card that was saved.
    pub payment_method: Option<String>,
    /// The caller's own data: a JSON object as text, since bus and queues write numbers anew in what
    /// they parse.
    pub metadata: Option<String>,
    /// When the payment was made, in milliseconds since 1970.
    pub created_at_ms: i64,
    /// When the link, or the hold, ends: milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at_ms: Option<i64>,
}

/// A link right after the event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkFacts {
    /// The link's id, a UUID with hyphens.
    pub id: String,
    /// The seller's name for it.
    pub name: String,
    /// `exhausted` or `expired`.
    pub status: String,
    /// How often it may be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_uses: Option<u32>,
    /// How often it was paid.
    pub uses: u32,
    /// Its end, in milliseconds since 1970.
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
    /// The route that the money takes.
    pub route: Option<String>,
    /// The payer's card or bank account.
    pub payment_method: Option<String>,
    /// The payee's bank account, named as a payment method.
    pub payee_payment_method: Option<String>,
    /// The destination at which the payee takes money; `None` where that is a bank account.
    pub payee_destination: Option<String>,
    /// Escrow: minor units released and given back so far.
    pub hold: Option<(i64, i64)>,
}

/// A refund right after the event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefundFacts {
    /// The refund's id, a UUID with hyphens.
    pub id: String,
    /// The id of the payment whose money goes back.
    pub payment: String,
    /// The submit that took the money.
    pub transaction: String,
    /// The link of the links surface that was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_link: Option<String>,
    /// Who gets the money, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// `processing`, `succeeded` or `failed`.
    pub status: String,
    /// What goes back, in minor units of the currency.
    pub amount_minor: i64,
    /// Minor units of tax in the amount, once it went back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_minor: Option<i64>,
    /// The currency's code in ISO 4217.
    pub currency: String,
    /// In the words of whoever asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The name of the reason why the processor refused; `None` unless it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// What of the payment had gone back: minor units.
    pub refunded_minor: i64,
    /// What refunds of the payment held whose outcome was not known: minor units.
    pub pending_minor: i64,
    /// What of the payment had neither gone back nor was on its way: minor units.
    pub left_minor: i64,
    /// What banks held of it: minor units.
    #[serde(default, skip_serializing_if = "refunds::is_zero")]
    pub disputed_minor: i64,
    /// What was lost of it in disputes, and cannot go back again: minor units.
    #[serde(default, skip_serializing_if = "refunds::is_zero")]
    pub lost_minor: i64,
    /// The caller's own data, as text.
    pub metadata: Option<String>,
    /// When the refund was made, in milliseconds since 1970.
    pub created_at_ms: i64,
}

/// A saved card right after the event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MethodFacts {
    /// The id of the card as a payment method.
    pub id: String,
    /// The id of the customer for whom the card is kept.
    pub customer: String,
    /// The caller's own id of that customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_own_id: Option<String>,
    /// The card; bank accounts have no events.
    pub card: Option<CardFacts>,
}

/// What may be known about a card.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CardFacts {
    /// Card scheme in lower case, such as `visa`.
    pub brand: String,
    /// Last four digits.
    pub last4: String,
    /// Expiry month, 1 to 12.
    pub exp_month: u8,
    /// Expiry year, four digits.
    pub exp_year: u16,
}

impl Message {
    /// What became of a link that can be paid many times. Its number is the link's version, so the
    /// same change has the same id however often it is told; versions in between have no event, so no
    /// endpoint waits for those.
    pub fn of_link(link: &PaymentLink, name: &str, kind: EventType, at: Time) -> Self {
        let (scope, object) = (link.scope, link.id.to_string());
        let status = if kind == EventType::PaymentLinkExpired {
            LinkStatus::Expired
        } else {
            LinkStatus::Exhausted
        };
        let about = format!("{object}#{}", kind.as_str());
        Self {
            id: event_id(scope, &about, link.version, at).to_string(),
            event: kind.as_str().to_owned(),
            tenant: scope.tenant.to_string(),
            mode: scope.mode.to_string(),
            surface: link.surface,
            sequence: link.version,
            previous_at_ms: Some(Time::EPOCH.ms()),
            occurred_at_ms: at.ms(),
            data: Facts::PaymentLink(LinkFacts {
                id: object,
                name: name.to_owned(),
                status: status.as_str().to_owned(),
                max_uses: link.uses.limit.max(),
                uses: link.uses.confirmed,
                expires_at_ms: link.expires_at.map(Time::ms),
            }),
        }
    }

    /// The tenant and mode whose event it is.
    pub fn scope(&self) -> Option<Scope> {
        Some(Scope { tenant: self.tenant.parse().ok()?, mode: self.mode.parse().ok()? })
    }

    /// The id of the object it is about.
    pub fn object(&self) -> &str {
        match &self.data {
            Facts::PaymentIntent(facts) => &facts.id,
            Facts::PaymentLink(facts) => &facts.id,
            Facts::PaymentMethod(facts) => &facts.id,
            Facts::Refund(facts) => &facts.id,
            Facts::Dispute(facts) => &facts.id,
            Facts::WebhookEndpoint(facts) => &facts.id,
            Facts::Invoice(facts) => &facts.id,
            Facts::CreditNote(facts) => &facts.id,
            Facts::Customer(facts) => &facts.id,
            Facts::Ledger { id, .. } => id,
        }
    }
}

impl IntentFacts {
    /// Whether the payment comes through a link.
    pub const fn is_link(&self) -> bool {
        self.between.is_none() && !self.charge
    }

    /// The amount with its currency; `None` where the currency's code is not known here.
    pub fn amount(&self) -> Option<Money> {
        Some(Money::from_minor(self.amount_minor, self.currency.parse().ok()?))
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

#[cfg(test)]
mod tests;
