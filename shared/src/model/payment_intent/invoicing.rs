//! The invoice of a payment that succeeded.

use super::{Due, Invoicing, PaymentIntent};
use crate::model::{
    Surface, Time,
    event::{EventDetail, EventType, Occurrence, PaymentDetail, PaymentReceipt},
    invoice::InvoiceRef,
};

/// How long receivers wait for a payment's invoice before they are told without it, in seconds:
/// nobody's order hangs on paper.
pub const INVOICE_LATE_S: i64 = 10 * 60;

impl PaymentIntent {
    /// When a card was charged for it; `None` while none was.
    pub fn succeeded_at(&self) -> Option<Time> {
        let succeeded = |kind| kind == EventType::PaymentIntentSucceeded;
        let told = self.history.entries.iter().rev().find(|entry| succeeded(entry.kind));
        self.invoicing().map(|_| told.map_or(self.updated_at, |entry| entry.at))
    }

    /// Its invoice, where there is one.
    pub fn invoice(&self) -> Option<&InvoiceRef> {
        self.invoicing()?.invoice.as_deref()
    }

    /// Its invoice and what was told of it; `None` unless a card was charged.
    pub fn invoicing(&self) -> Option<&Invoicing> {
        self.charged().map(|paid| &paid.invoicing)
    }

    /// Whether it gets an invoice once it is paid: payments of the payments surface do, and sales
    /// through links whose organisation wanted that when the checkout began.
    pub fn gets_invoice(&self) -> bool {
        match self.surface {
            Surface::Payments => true,
            Surface::Links => {
                let request = self.link_terms().and_then(|terms| terms.request.as_ref());
                request.is_some_and(|request| request.invoiced)
            }
            Surface::Platform => false,
        }
    }

    /// Whether it should have an invoice and has none.
    pub fn awaits_invoice(&self) -> bool {
        self.gets_invoice() && self.invoicing().is_some_and(|invoicing| invoicing.invoice.is_none())
    }

    /// Whether its receivers are told that it is complete only with its invoice. Those of links hear
    /// of each change at once, and their events count without gaps: an invoice is none of them.
    pub const fn told_with_invoice(&self) -> bool {
        match self.surface {
            Surface::Payments => true,
            Surface::Platform | Surface::Links => false,
        }
    }

    /// What is told of it now that it is complete, with an invoice or without.
    pub fn told_complete(&self, kind: EventType, receipt: PaymentReceipt, now: Time) -> Occurrence {
        let detail = match self.detail(kind) {
            EventDetail::Payment(detail) => {
                EventDetail::Payment(PaymentDetail { receipt: Some(Box::new(receipt)), ..detail })
            }
            other @ (EventDetail::Endpoint(_)
            | EventDetail::Customer(_)
            | EventDetail::Refunds(_)) => other,
        };
        Occurrence { kind, at: now, detail: Some(Box::new(detail)) }
    }

    /// When receivers are told of it without an invoice, unless one comes before.
    pub(super) fn told_without_invoice_at(&self) -> Option<Due> {
        let told = self.invoicing().is_none_or(|invoicing| invoicing.told_without);
        let late = self.succeeded_at()?.plus_seconds(INVOICE_LATE_S);
        let waits = self.told_with_invoice() && self.awaits_invoice() && !told;
        waits.then_some(Due::TellWithoutInvoice(late))
    }
}
