//! The invoice of a payment: what is copied into it, and from where.
//!
//! | what | copied from |
//! |---|---|
//! | seller, language, footer | the tenant's settings |
//! | buyer | the checkout's form where there was one; else what was typed with the card, completed from the customer |
//! | lines | the checkout, where it sold products; else the payment's description |
//! | tax | the record of the submit that was charged |

use super::{
    Credited, DocumentBuyer, DocumentLine, DocumentSeller, DocumentTerms, Invoice, InvoiceKind,
    InvoiceSettings, InvoiceStatus, PaidBy, PostalAddress, TakenNumber,
};
use crate::{
    digest::sha256,
    model::{
        Time,
        card::CardSummary,
        catalog::Purchase,
        checkout_session::{CheckoutSession, Payer},
        customer::Customer,
        event::{EventType, History},
        id::{Id, InvoiceId, PaymentIntentId, TransactionId},
        payment_intent::{Attempt, Billing, PaymentIntent},
        refund::split_tax,
        tax::{Reason, TaxLine, TaxRecord, Treatment},
    },
};

/// The id of a payment's invoice. Whatever the time in it, the place where it is kept is decided by
/// the payment, so there is never a second one.
pub fn id_for(payment: PaymentIntentId, now: Time) -> InvoiceId {
    Id::derive(now, sha256(&format!("{payment}#invoice")))
}

/// The tax of a payment as its invoice copies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoicedTax {
    /// What is done about tax.
    pub treatment: Treatment,
    /// Why it is taxed like this.
    pub reason: Reason,
    /// Every tax with its base.
    pub lines: Vec<TaxLine>,
}

impl InvoicedTax {
    /// Nothing was collected, since nothing was set up.
    pub const fn none() -> Self {
        Self {
            treatment: Treatment::NotCollected,
            reason: Reason::NotConfigured,
            lines: Vec::new(),
        }
    }
}

/// What an invoice of a payment is made of, besides the payment.
#[derive(Debug, Clone)]
pub struct InvoiceSources<'a> {
    /// The company that sells.
    pub seller: DocumentSeller,
    /// How the tenant wants its invoices.
    pub settings: &'a InvoiceSettings,
    /// Who paid, where that is a customer.
    pub customer: Option<&'a Customer>,
    /// The checkout, where one was paid: what was bought, and who was asked.
    pub checkout: Option<&'a CheckoutSession>,
    /// The number and date that it takes from its series, and what the series is afterwards.
    pub taken: &'a TakenNumber,
}

impl Invoice {
    /// The invoice of a payment; `None` unless a card was charged.
    pub fn of_payment(
        payment: &PaymentIntent,
        sources: InvoiceSources<'_>,
        now: Time,
    ) -> Option<Self> {
        let attempt = &payment.charged()?.attempt;
        let InvoiceSources { seller, settings, customer, checkout, taken } = sources;
        let (card, paid_at) = (&attempt.card, payment.succeeded_at()?);
        let (tax, record) = (invoiced_tax(attempt), record_of(attempt));
        let buyer = match checkout {
            Some(checkout) => asked_buyer(&checkout.payer, record),
            None => typed_buyer(attempt, record, customer),
        };
        let subtotal = payment.amounts.subtotal().minor();
        let lines = checkout.map(|checkout| sold_lines(&checkout.lines, subtotal));
        let terms = DocumentTerms {
            number: taken.number.clone(),
            issued_on: taken.issued_on,
            seller,
            buyer,
            description: payment.description.clone(),
            lines: lines.unwrap_or_default(),
            currency: payment.amounts.currency(),
            subtotal,
            treatment: tax.treatment,
            reason: tax.reason,
            exemption_reason: record.and_then(|record| record.exemption_reason.clone()),
            tax_lines: tax.lines,
            language: settings.language,
            footer: settings.footer.clone(),
        };
        Some(Self {
            id: id_for(payment.id, now),
            scope: payment.scope,
            surface: payment.surface,
            kind: InvoiceKind::Payment(paid_by(payment.id, attempt.transaction(), card, paid_at)),
            status: InvoiceStatus::Paid,
            customer: payment.customer,
            customer_own_id: customer.and_then(|customer| customer.profile.own_id.clone()),
            credited: Credited::nothing_of(&terms),
            due_on: taken.issued_on,
            supplied_on: settings.time_zone.date(paid_at),
            terms,
            metadata: payment.metadata.clone(),
            files: None,
            history: History::starting(EventType::InvoiceCreated, now),
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }
}

/// A buyer as typed on the page that was paid, completed from the customer.
fn typed_buyer(
    attempt: &Attempt,
    record: Option<&TaxRecord>,
    customer: Option<&Customer>,
) -> DocumentBuyer {
    let typed = attempt.buyer.as_ref();
    let billing = attempt.billing.as_deref();
    DocumentBuyer {
        name: typed
            .and_then(|buyer| buyer.name.clone())
            .or_else(|| customer.map(|customer| customer.name.clone()))
            .filter(|name| !name.is_empty()),
        email: typed
            .map(|buyer| buyer.email.clone())
            .or_else(|| customer.map(|customer| customer.email.clone())),
        company: billing.and_then(|billing| billing.company.clone()),
        address: billed_to(billing, record, customer),
        tax_id: record.and_then(|record| Some(record.tax_id.as_ref()?.value.clone())),
    }
}

/// A buyer as a checkout asked for it; one that was erased since has a country only.
fn asked_buyer(payer: &Payer, record: Option<&TaxRecord>) -> DocumentBuyer {
    let understood = record.and_then(|record| Some(record.tax_id.as_ref()?.value.clone()));
    let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    DocumentBuyer {
        name: said(payer.name().trim()),
        email: said(&payer.email),
        company: payer.company.clone(),
        address: Some(PostalAddress {
            postal_code: payer.postal_code.clone(),
            country: Some(payer.country.clone()),
            region: payer.region.clone(),
            ..PostalAddress::default()
        }),
        tax_id: understood.or_else(|| payer.tax_id.clone()),
    }
}

/// What was bought, line by line. Where prices contain tax that is not in the subtotal, each line is
/// its part of it, and its quantity stands in words: no price of one piece adds up.
fn sold_lines(purchases: &[Purchase], subtotal: i64) -> Vec<DocumentLine> {
    let total = |line: &Purchase| line.line_total().map_or(0, |total| total.minor());
    let totals: Vec<i64> = purchases.iter().map(total).collect();
    if totals.iter().map(|total| i128::from(*total)).sum::<i128>() == i128::from(subtotal) {
        let lines = purchases.iter().zip(totals).map(|(line, amount)| DocumentLine {
            description: line.name.clone(),
            quantity: line.quantity,
            unit_amount: line.unit_price.minor(),
            amount,
        });
        return lines.collect();
    }
    let lines = purchases.iter().zip(split_tax(subtotal, &totals)).map(|(line, amount)| {
        let description = match line.quantity {
            1 => line.name.clone(),
            several => format!("{several} x {}", line.name),
        };
        DocumentLine { description, quantity: 1, unit_amount: amount, amount }
    });
    lines.collect()
}

/// How a payment was taxed, as far as its record says.
fn invoiced_tax(attempt: &Attempt) -> InvoicedTax {
    match record_of(attempt) {
        Some(record) => InvoicedTax {
            treatment: record.treatment,
            reason: record.reason,
            lines: record.lines.clone(),
        },
        None => InvoicedTax::none(),
    }
}

/// Where an invoice goes: what was typed, completed from the customer's address where that is in
/// the country of the sale and says nothing else. Nothing where neither is known.
fn billed_to(
    billing: Option<&Billing>,
    record: Option<&TaxRecord>,
    customer: Option<&Customer>,
) -> Option<PostalAddress> {
    let typed = billing.map(typed_address).unwrap_or_default();
    let sold_to = record.and_then(|record| record.country).map(|country| country.code().to_owned());
    let country = typed.country.clone().or(sold_to);
    let known = customer.and_then(|customer| customer.profile.address.as_ref());
    let known = known
        .map(PostalAddress::from)
        .filter(|known| (country.is_none() || known.country == country) && agrees(&typed, known));
    let address = known.unwrap_or(PostalAddress { country, ..typed });
    (address != PostalAddress::default()).then_some(address)
}

fn typed_address(billing: &Billing) -> PostalAddress {
    PostalAddress {
        line1: billing.line1.clone(),
        line2: None,
        city: billing.city.clone(),
        state: None,
        postal_code: billing.postal_code.clone(),
        country: billing.country.as_ref().map(|country| country.code().to_owned()),
        region: billing.region.clone(),
    }
}

/// Whether nothing that was typed contradicts what is known: two halves of two addresses would be
/// none.
fn agrees(typed: &PostalAddress, known: &PostalAddress) -> bool {
    let pairs = [
        (&typed.line1, &known.line1),
        (&typed.city, &known.city),
        (&typed.postal_code, &known.postal_code),
        (&typed.region, &known.region),
    ];
    pairs.into_iter().all(|(typed, known)| typed.is_none() || typed == known)
}

fn record_of(attempt: &Attempt) -> Option<&TaxRecord> {
    attempt.charged.as_ref()?.record.as_ref()
}

fn paid_by(
    payment: PaymentIntentId,
    transaction: TransactionId,
    card: &CardSummary,
    at: Time,
) -> PaidBy {
    PaidBy { payment, transaction, brand: card.brand.clone(), last4: card.last4.clone(), at }
}

#[cfg(test)]
mod tests;
