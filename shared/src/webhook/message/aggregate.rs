//! Aggregates as the stream tells of them: what was kept is read, and says which events it carries.

use super::{
    CustomerFacts, Facts, Message, MethodFacts, disputes, documents, event_id,
    facts::{card_facts, endpoint_facts, intent_facts, refund_facts},
};
use crate::{
    model::{
        Scope, Surface, Time,
        audit::Finding,
        credit_note::CreditNote,
        customer::Customer,
        dispute::Dispute,
        event::{History, Occurrence},
        invoice::Invoice,
        payment_intent::PaymentIntent,
        payment_method::PaymentMethod,
        refund::Refund,
        webhook_endpoint::WebhookEndpoint,
    },
    store::{self, Corrupt, Item, Key, key},
};

/// A stream record of an aggregate, read.
pub enum Aggregate {
    /// A payment intent, of class `intent`.
    Intent(Box<PaymentIntent>),
    /// A saved card or bank account, of class `method`.
    Method(Box<PaymentMethod>),
    /// A refund, of class `refund`.
    Refund(Box<Refund>),
    /// A dispute, of class `dispute`.
    Dispute(Box<Dispute>),
    /// A webhook endpoint, of class `endpoint`.
    Endpoint(Box<WebhookEndpoint>),
    /// An invoice, of class `invoice`.
    Invoice(Box<Invoice>),
    /// A credit note, of class `credit_note`.
    CreditNote(Box<CreditNote>),
    /// What the audit found.
    Finding(Box<Finding>),
    /// A customer, of class `customer`.
    Customer(Box<Customer>),
}

impl Aggregate {
    /// Reads a stream image by the class in its partition key; `None` for classes without events.
    pub fn read(image: &Item) -> Result<Option<Self>, Corrupt> {
        let class = image.text("pk")?.split('#').next().unwrap_or_default();
        let scope = || store::intent::scope_of(image);
        Ok(match class {
            "intent" => Some(Self::Intent(Box::new(store::intent::from_item(scope()?, image)?))),
            "method" => {
                Some(Self::Method(Box::new(store::payment_method::from_item(scope()?, image)?)))
            }
            "refund" => Some(Self::Refund(Box::new(store::refund::from_item(scope()?, image)?))),
            "dispute" => Some(Self::Dispute(Box::new(store::dispute::from_item(scope()?, image)?))),
            "audit" => Some(Self::Finding(Box::new(store::audit::from_item(scope()?, image)?))),
            "customer" => {
                Some(Self::Customer(Box::new(store::customer::from_item(scope()?, image)?)))
            }
            "endpoint" => {
                Some(Self::Endpoint(Box::new(store::webhook_endpoint::from_item(scope()?, image)?)))
            }
            "invoice" => Some(Self::Invoice(Box::new(store::invoice::from_item(scope()?, image)?))),
            "credit_note" => {
                Some(Self::CreditNote(Box::new(store::credit_note::from_item(scope()?, image)?)))
            }
            _ => None,
        })
    }

    /// The tenant and mode that it belongs to.
    pub const fn scope(&self) -> Scope {
        match self {
            Self::Intent(intent) => intent.scope,
            Self::Method(method) => method.scope,
            Self::Refund(refund) => refund.scope,
            Self::Dispute(dispute) => dispute.scope,
            Self::Endpoint(endpoint) => endpoint.scope,
            Self::Invoice(invoice) => invoice.scope,
            Self::CreditNote(note) => note.scope,
            Self::Finding(finding) => finding.scope,
            Self::Customer(customer) => customer.scope,
        }
    }

    /// The object's id, a UUID with hyphens.
    pub fn object(&self) -> String {
        match self {
            Self::Intent(intent) => intent.id.to_string(),
            Self::Method(method) => method.id.to_string(),
            Self::Refund(refund) => refund.id.to_string(),
            Self::Dispute(dispute) => dispute.id.to_string(),
            Self::Endpoint(endpoint) => endpoint.id.to_string(),
            Self::Invoice(invoice) => invoice.id.to_string(),
            Self::CreditNote(note) => note.id.to_string(),
            Self::Finding(finding) => finding.id.to_string(),
            Self::Customer(customer) => customer.id.to_string(),
        }
    }

    /// What happened to it.
    pub const fn history(&self) -> &History {
        match self {
            Self::Intent(intent) => &intent.history,
            Self::Method(method) => &method.history,
            Self::Refund(refund) => &refund.history,
            Self::Dispute(dispute) => &dispute.history,
            Self::Endpoint(endpoint) => &endpoint.history,
            Self::Invoice(invoice) => &invoice.history,
            Self::CreditNote(note) => &note.history,
            Self::Finding(finding) => &finding.history,
            Self::Customer(customer) => &customer.history,
        }
    }

    /// Where it is kept; `None` for what only ever has one event.
    pub fn key(&self) -> Option<Key> {
        match self {
            Self::Intent(intent) => Some(key::intent(intent.scope, intent.id)),
            Self::Endpoint(endpoint) => {
                Some(key::endpoint(endpoint.scope, endpoint.surface, endpoint.id))
            }
            Self::Customer(customer) => Some(key::customer(customer.scope, customer.id)),
            // An invoice has two events at most, and so have a refund and a dispute.
            Self::Method(_)
            | Self::Refund(_)
            | Self::Dispute(_)
            | Self::Finding(_)
            | Self::Invoice(_)
            | Self::CreditNote(_) => None,
        }
    }

    /// The events after `sequence`, oldest first.
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

    /// Through which surface it was made. What the audit finds concerns the ledger, which is the
    /// platform's.
    const fn surface(&self) -> Surface {
        match self {
            Self::Endpoint(endpoint) => endpoint.surface,
            Self::Intent(intent) => intent.surface,
            Self::Invoice(invoice) => invoice.surface,
            Self::CreditNote(note) => note.surface,
            Self::Customer(customer) => customer.surface,
            Self::Refund(refund) => refund.surface,
            Self::Dispute(dispute) => dispute.surface,
            Self::Method(method) => method.surface,
            Self::Finding(_) => Surface::Platform,
        }
    }

    fn facts(&self, event: &Occurrence) -> Facts {
        match self {
            Self::Intent(intent) => Facts::PaymentIntent(Box::new(intent_facts(intent, event))),
            Self::Method(method) => Facts::PaymentMethod(MethodFacts {
                id: method.id.to_string(),
                customer: method.customer.to_string(),
                customer_own_id: method.customer_own_id.clone(),
                card: method.card().map(card_facts),
            }),
            Self::Refund(refund) => Facts::Refund(Box::new(refund_facts(refund, event))),
            Self::Dispute(dispute) => {
                Facts::Dispute(Box::new(disputes::dispute_facts(dispute, event)))
            }
            Self::Endpoint(endpoint) => Facts::WebhookEndpoint(endpoint_facts(endpoint, event)),
            Self::Invoice(invoice) => {
                Facts::Invoice(Box::new(documents::invoice_facts(invoice, event.kind)))
            }
            Self::CreditNote(note) => {
                Facts::CreditNote(Box::new(documents::credit_note_facts(note)))
            }
            Self::Customer(customer) => {
                Facts::Customer(Box::new(CustomerFacts::of(customer, event)))
            }
            Self::Finding(finding) => Facts::Ledger {
                id: finding.id.to_string(),
                differences: finding.differences,
                first: finding.first.clone(),
            },
        }
    }
}
