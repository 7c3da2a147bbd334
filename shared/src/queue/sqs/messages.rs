//! What messages between workers say: each names a record, which says everything else.

use crate::model::{
    Scope, Time,
    delivery::EventPlace,
    id::{
        CreditNoteId, EventId, InvoiceId, PaymentIntentId, PaymentLinkId, RefundId,
        WebhookEndpointId,
    },
    stripe_poll::PolledAccount,
};
use serde::{Deserialize, Serialize};

/// Times a message is sent on before it waits in the table instead.
pub const MAX_HOPS: u8 = 4;

/// Messages of which each sent the next, before one waits in the table instead. Lambda stops a
/// loop at sixteen.
const MAX_LINKS: u8 = 10;

/// "Ask the provider about this payment": names the payment, whose record says everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advance {
    /// The id of the tenant whose payment it is.
    pub tenant: String,
    /// `test` or `live`.
    pub mode: String,
    /// The id of the payment that is to be asked about.
    pub payment: String,
}

impl Advance {
    /// The message for one payment.
    pub fn new(scope: Scope, payment: PaymentIntentId) -> Self {
        Self {
            tenant: scope.tenant.to_string(),
            mode: scope.mode.to_string(),
            payment: payment.to_string(),
        }
    }

    /// What it names; `None` for what no code of ours can have sent.
    pub fn parts(&self) -> Option<(Scope, PaymentIntentId)> {
        let scope = Scope { tenant: self.tenant.parse().ok()?, mode: self.mode.parse().ok()? };
        Some((scope, self.payment.parse().ok()?))
    }
}

/// "Give this its number": names what needs an invoice or a credit note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// The id of the tenant that issues the document.
    pub tenant: String,
    /// `test` or `live`.
    pub mode: String,
    /// Which payment needs its invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
    /// Which refund needs its credit note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<String>,
}

impl Number {
    /// The message for a payment's invoice.
    pub fn payment(scope: Scope, payment: PaymentIntentId) -> Self {
        let (tenant, mode) = (scope.tenant.to_string(), scope.mode.to_string());
        Self { tenant, mode, payment: Some(payment.to_string()), refund: None }
    }

    /// The message for a refund's credit note.
    pub fn refund(scope: Scope, refund: RefundId) -> Self {
        let (tenant, mode) = (scope.tenant.to_string(), scope.mode.to_string());
        Self { tenant, mode, payment: None, refund: Some(refund.to_string()) }
    }

    /// Messages of one group are handled one after the other: a tenant's in one mode.
    pub fn group(&self) -> String {
        format!("{}-{}", self.tenant, self.mode)
    }

    /// What one message names is not sent twice within minutes.
    pub fn subject(&self) -> &str {
        let subject = self.payment.as_deref().or(self.refund.as_deref());
        subject.unwrap_or_default()
    }

    /// The tenant and mode it names; `None` for what no code of ours can have sent.
    pub fn scope(&self) -> Option<Scope> {
        Some(Scope { tenant: self.tenant.parse().ok()?, mode: self.mode.parse().ok()? })
    }
}

/// "Make the files of this document": names the document, whose record says everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Render {
    /// The id of the tenant that issued the document.
    pub tenant: String,
    /// `test` or `live`.
    pub mode: String,
    /// Which invoice needs its files; `None` for a credit note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<String>,
    /// Which credit note needs its files; `None` for an invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_note: Option<String>,
}

impl Render {
    /// The message for an invoice.
    pub fn invoice(scope: Scope, id: InvoiceId) -> Self {
        let (tenant, mode) = (scope.tenant.to_string(), scope.mode.to_string());
        Self { tenant, mode, invoice: Some(id.to_string()), credit_note: None }
    }

    /// The message for a credit note.
    pub fn credit_note(scope: Scope, id: CreditNoteId) -> Self {
        let (tenant, mode) = (scope.tenant.to_string(), scope.mode.to_string());
        Self { tenant, mode, invoice: None, credit_note: Some(id.to_string()) }
    }

    /// The tenant and mode it names; `None` for what no code of ours can have sent.
    pub fn scope(&self) -> Option<Scope> {
        Some(Scope { tenant: self.tenant.parse().ok()?, mode: self.mode.parse().ok()? })
    }
}

/// "Read this at the processor": names an object there, and nothing that was said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldByProcessor {
    /// The id of the tenant in whose account the object is.
    pub tenant: String,
    /// `test` or `live`.
    pub mode: String,
    /// The event that named it.
    pub event: String,
    /// What kind of object it is, in the processor's words.
    pub thing: String,
    /// The object's own id.
    pub object: String,
    /// The connected account in which it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

impl ToldByProcessor {
    /// The tenant and mode it names; `None` for what no code of ours can have sent.
    pub fn scope(&self) -> Option<Scope> {
        Some(Scope { tenant: self.tenant.parse().ok()?, mode: self.mode.parse().ok()? })
    }
}

/// "Ask this account at a processor what happened": names the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookForEvents {
    /// The id of the tenant whose account it is.
    pub tenant: String,
    /// `test` or `live`.
    pub mode: String,
    /// The connected account that is to be asked; the tenant's own where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// When it was asked for, in milliseconds since 1970. No message about one event has this.
    pub asked_at: i64,
}

impl LookForEvents {
    /// The message for one account.
    pub fn new(account: &PolledAccount, now: Time) -> Self {
        let (tenant, mode) = (account.scope.tenant.to_string(), account.scope.mode.to_string());
        Self { tenant, mode, account: account.connected.clone(), asked_at: now.ms() }
    }

    /// Reads a message; `None` for one that asks for something else.
    pub fn parse(message: &str) -> Option<Self> {
        serde_json::from_str(message).ok()
    }

    /// The account it names; `None` for what no code of ours can have sent.
    pub fn polled(&self) -> Option<PolledAccount> {
        let scope = Scope { tenant: self.tenant.parse().ok()?, mode: self.mode.parse().ok()? };
        Some(PolledAccount { scope, connected: self.account.clone() })
    }
}

/// "Count again what came of this in the hour of that moment."
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Count {
    /// The id of the tenant whose payments are counted.
    pub tenant: String,
    /// `test` or `live`.
    pub mode: String,
    /// Of which link; of all payments without one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// A moment of the hour, in milliseconds since 1970.
    pub at: i64,
    /// The payment that has got another card a moment ago: its names are to be kept, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<String>,
}

impl Count {
    /// The message for an hour.
    pub fn new(scope: Scope, link: Option<PaymentLinkId>, at: Time) -> Self {
        let (tenant, mode) = (scope.tenant.to_string(), scope.mode.to_string());
        let link = link.map(|link| link.to_string());
        Self { tenant, mode, link, at: at.ms(), tried: None }
    }

    /// The same for a payment whose names are to be kept.
    pub fn with_names_of(self, payment: PaymentIntentId) -> Self {
        Self { tried: Some(payment.to_string()), ..self }
    }

    /// The payment whose names are to be kept, where the message names one.
    pub fn tried(&self) -> Option<(Scope, PaymentIntentId)> {
        let scope = Scope { tenant: self.tenant.parse().ok()?, mode: self.mode.parse().ok()? };
        Some((scope, self.tried.as_deref()?.parse().ok()?))
    }

    /// What it names; `None` for what no code of ours can have sent.
    pub fn parts(&self) -> Option<(Scope, Option<PaymentLinkId>, Time)> {
        let scope = Scope { tenant: self.tenant.parse().ok()?, mode: self.mode.parse().ok()? };
        let link = self.link.as_deref().map(str::parse).transpose().ok()?;
        Some((scope, link, Time::from_ms(self.at)))
    }
}

/// "Send this event to that endpoint": names the delivery, whose record says everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliver {
    /// The id of the tenant whose event it is.
    pub tenant: String,
    /// `test` or `live`.
    pub mode: String,
    /// The id of the event that is to be sent.
    pub event: String,
    /// The id of the endpoint that is to get it.
    pub endpoint: String,
    /// The endpoint's version that the sender has to know at least.
    #[serde(default)]
    pub seen: u64,
    /// How often the message has been sent on from queue to queue.
    #[serde(default)]
    pub hops: u8,
    /// Its place in the order of one object's events, where the endpoint asked for order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<OrderPlace>,
}

/// A place in the order of one object's events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPlace {
    /// The id of the object that the event is about.
    pub object: String,
    /// The event's number among those of the same object.
    pub sequence: u64,
}

impl OrderPlace {
    /// The place as the domain knows it.
    pub fn place(&self) -> EventPlace {
        EventPlace { object: self.object.clone(), sequence: self.sequence }
    }
}

impl Deliver {
    /// The message for one delivery.
    pub fn new(scope: Scope, event: EventId, endpoint: WebhookEndpointId) -> Self {
        Self {
            tenant: scope.tenant.to_string(),
            mode: scope.mode.to_string(),
            event: event.to_string(),
            endpoint: endpoint.to_string(),
            seen: 0,
            hops: 0,
            place: None,
        }
    }

    /// The message with its place in the order of one object's events.
    pub fn at_place(self, object: &str, sequence: u64) -> Self {
        Self { place: Some(OrderPlace { object: object.to_owned(), sequence }), ..self }
    }

    /// The message once more around the queue; `None` when it went around often enough: Lambda
    /// stops longer loops.
    pub fn once_more(&self) -> Option<Self> {
        (self.hops < MAX_HOPS).then(|| Self { hops: self.hops.saturating_add(1), ..self.clone() })
    }

    /// The message that this one wakes; `None` when too many have woken one another.
    pub fn followed_by(&self, next: Self) -> Option<Self> {
        let hops = self.hops.saturating_add(1);
        (self.hops < MAX_LINKS).then_some(Self { hops, seen: self.seen, ..next })
    }

    /// What it names; `None` for what no code of ours can have sent.
    pub fn parts(&self) -> Option<(Scope, EventId, WebhookEndpointId)> {
        let scope = Scope { tenant: self.tenant.parse().ok()?, mode: self.mode.parse().ok()? };
        Some((scope, self.event.parse().ok()?, self.endpoint.parse().ok()?))
    }
}
