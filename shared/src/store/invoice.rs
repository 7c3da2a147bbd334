//! Invoices in the table.
//!
//! | operation | items of its one commit | guards |
//! |---|---|---|
//! | number payments | series; of each number, invoice, payment | series as read; number and invoice not there; payment succeeded, without an invoice, told as often as read where somebody is |
//! | make an adjustment | series, number, invoice | the same |
//! | credit a refund | series, number, credit note, invoice, refund | series and invoice as read; number and note not there; refund succeeded, without a note |
//! | wait for the invoice | a mark under the payment | the payment has no invoice |
//! | change the status | invoice; of a void also series, number, credit note | invoice as read |
//! | keep the files | invoice | none yet |

use super::{
    Consistency, Corrupt, Error, Guard, Index, Item, Result, Table, Update, Value, Write, document,
    key,
    list::{Gather, Gathered, Listing, Slice},
    occurrence, series,
};
use crate::model::{
    Scope, Surface, Time,
    event::Occurrence,
    id::{CustomerId, InvoiceId, PaymentIntentId},
    invoice::{
        CreditNoteRef, Credited, DocumentFiles, Invoice, InvoiceKind, InvoiceRef, InvoiceStatus,
        PaidBy, SeriesCounter, id_for,
    },
    metadata::Metadata,
    payment_intent::StatusName,
};

/// A payment with the invoice that it gets.
#[derive(Debug)]
pub struct NumberedPayment {
    /// The id of the payment that the invoice is for.
    pub payment: PaymentIntentId,
    /// The invoice, which has taken its number.
    pub invoice: Invoice,
    /// What it tells of that, and whether it was told without an invoice before; nothing where nobody
    /// is told.
    pub told: Option<(Occurrence, bool)>,
}

/// What became of a commit that takes a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbered {
    /// The document is written, and its number taken.
    Yes,
    /// Something is no longer as it was read: read again, and decide again.
    Stale,
}

impl Table {
    /// One invoice of this tenant.
    pub async fn invoice(
        &self,
        s: Scope,
        id: InvoiceId,
        consistency: Consistency,
    ) -> Result<Option<Invoice>> {
        let key = key::invoice(s, id);
        let item = match consistency {
            Consistency::Eventual => self.find(&key).await?,
            Consistency::Strong => self.get(&key, Consistency::Strong).await?,
        };
        let invoice = item.map(|item| from_item(s, &item)).transpose()?;
        // The place is found by what the id derives from; the id says more.
        Ok(invoice.filter(|invoice| invoice.id == id))
    }

    /// The invoice of a payment.
    pub async fn invoice_of_payment(
        &self,
        s: Scope,
        payment: PaymentIntentId,
    ) -> Result<Option<Invoice>> {
        let place = key::invoice(s, id_for(payment, Time::EPOCH));
        let item = self.get(&place, Consistency::Strong).await?;
        Ok(item.map(|item| from_item(s, &item)).transpose()?)
    }

    /// A tenant's invoices, or one customer's, newest first; those of one status alone where one is
    /// named.
    pub async fn invoices(
        &self,
        s: Scope,
        customer: Option<CustomerId>,
        status: Option<InvoiceStatus>,
        slice: &Slice,
    ) -> Result<Listing<Invoice>> {
        let mut gathered = Gathered::new(slice);
        let mut part = slice.clone();
        loop {
            let raw = self.all_invoices(s, customer, &part).await?;
            let wanted = |invoice: &Invoice| status.is_none_or(|status| invoice.status == status);
            match gathered.take(raw, slice, wanted, |invoice| *invoice.id.uuid()) {
                Gather::Done(listing) => return Ok(listing),
                Gather::More(next) => part = next,
            }
        }
    }

    async fn all_invoices(
        &self,
        s: Scope,
        customer: Option<CustomerId>,
        slice: &Slice,
    ) -> Result<Listing<Invoice>> {
        let raw = match customer {
            None => {
                let places = [Some(Index::Second)];
                self.list_merged(&places, |month| key::invoices(s, month), slice).await?
            }
            Some(customer) => self.list_of(key::invoices_of_customer(s, customer), slice).await?,
        };
        raw.try_map(|item| from_item(s, item))
    }

    /// Numbers the invoices of payments: their series, numbers and invoices, and what the payments
    /// tell of them, are one commit. `counter` is the series after all of them.
    pub async fn number_payments(
        &self,
        counter: &SeriesCounter,
        numbered: &[NumberedPayment],
        now: Time,
    ) -> Result<Numbered> {
        let Some(NumberedPayment { invoice: Invoice { scope, .. }, .. }) = numbered.first() else {
            return Ok(Numbered::Stale);
        };
        let mut writes = vec![series::advance(*scope, counter)];
        for NumberedPayment { payment, invoice, told } in numbered {
            let payment = Update::of(key::intent(*scope, *payment))
                .set("inv", ref_to_item(&invoice.named()))
                .set("upd", now)
                .guard(Guard::Is("st", StatusName::Succeeded.as_str().into()))
                .guard(Guard::Absent("inv"));
            let payment = match told {
                Some((told, told_without)) => payment
                    .append("history", occurrence::to_value(told))
                    .guard(match told_without {
                        true => Guard::Is("told", true.into()),
                        false => Guard::Absent("told"),
                    }),
                None => payment,
            };
            writes.extend([
                series::claim(*scope, &invoice.terms.number),
                Write::Insert(to_item(invoice)),
                Write::Update(payment),
            ]);
        }
        self.take_number(writes).await
    }

    /// Writes that a payment is told of without its invoice, unless it has one or that is done.
    pub async fn tell_without_invoice(
        &self,
        s: Scope,
        payment: PaymentIntentId,
        told: &Occurrence,
    ) -> Result<Numbered> {
        let update = Update::of(key::intent(s, payment))
            .set("told", true)
            .append("history", occurrence::to_value(told))
            .guard(Guard::Is("st", StatusName::Succeeded.as_str().into()))
            .guard(Guard::Absent("inv"))
            .guard(Guard::Absent("told"));
        self.take_number(vec![Write::Update(update)]).await
    }

    /// Keeps a document's files. They are kept once; that others were kept is `Stale`.
    pub async fn keep_files(&self, place: key::Key, files: &DocumentFiles) -> Result<Numbered> {
        let update = document::set_files(Update::of(place), files).guard(Guard::Absent("by"));
        self.take_number(vec![Write::Update(update)]).await
    }

    /// Writes all, or nothing where something is no longer as it was read.
    pub async fn take_number(&self, writes: Vec<Write>) -> Result<Numbered> {
        match self.commit(writes).await {
            Ok(()) => Ok(Numbered::Yes),
            Err(Error::Refused { .. } | Error::Contended) => Ok(Numbered::Stale),
            Err(other) => Err(other),
        }
    }
}

/// The write that makes an invoice.
pub fn insert(invoice: &Invoice) -> Write {
    Write::Insert(to_item(invoice))
}

/// The write that replaces an invoice which has moved on by one step.
pub fn replace(next: &Invoice) -> Write {
    Write::Replace { item: to_item(next), version: next.version.saturating_sub(1) }
}

/// An invoice as its payment names it.
pub fn ref_to_item(invoice: &InvoiceRef) -> Item {
    Item::new().with("id", invoice.id.to_string()).with("no", invoice.number.as_str())
}

/// The same as it was kept.
pub fn ref_from_item(item: &Item) -> std::result::Result<InvoiceRef, Corrupt> {
    Ok(InvoiceRef { id: item.parse("id")?, number: item.text("no")?.to_owned() })
}

fn to_item(invoice: &Invoice) -> Item {
    let (s, id) = (invoice.scope, invoice.id.to_string());
    let item = key::invoice(s, invoice.id)
        .item()
        .with("gsi2pk", key::invoices(s, invoice.id.minted_at().month()))
        .with("gsi2sk", id.as_str())
        .with("v", invoice.version)
        .with("id", id.as_str())
        .with("st", invoice.status.as_str())
        .with("due", invoice.due_on.to_string())
        .with("sup", invoice.supplied_on.to_string())
        .with_some("sfc", surface_to_text(invoice.surface))
        .with_some("own", invoice.customer_own_id.as_deref())
        .with_some("meta", invoice.metadata.as_ref().map(Metadata::as_str))
        .with("back", credited_to_item(&invoice.credited))
        .with("crt", invoice.created_at)
        .with("upd", invoice.updated_at)
        .with_history(&invoice.history);
    let item = match invoice.customer {
        Some(customer) => item
            .with("gsi1pk", key::invoices_of_customer(s, customer))
            .with("gsi1sk", id)
            .with("cust", customer.to_string()),
        None => item,
    };
    let item = match &invoice.kind {
        InvoiceKind::Payment(paid_by) => item.with("paid", paid_by_to_item(paid_by)),
        InvoiceKind::Adjustment => item,
    };
    document::with_files(document::with_terms(item, &invoice.terms), invoice.files.as_ref())
}

/// An invoice as it was kept.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<Invoice, Corrupt> {
    let metadata = item.text_if_any("meta").map(Metadata::new).transpose();
    Ok(Invoice {
        id: item.parse("id")?,
        scope,
        surface: surface(item)?,
        kind: match item.get("paid") {
            Some(_) => InvoiceKind::Payment(paid_by_from_item(item.map("paid")?)?),
            None => InvoiceKind::Adjustment,
        },
        status: item.parse::<InvoiceStatus>("st")?,
        customer: item.parse_if_any("cust")?,
        customer_own_id: item.text_if_any("own").map(str::to_owned),
        terms: document::terms(item)?,
        due_on: item.parse("due")?,
        supplied_on: item.parse("sup")?,
        metadata: metadata.map_err(|_| item.corrupt("meta"))?,
        credited: credited_from_item(item.map("back")?)?,
        files: document::files(item)?,
        history: item.history()?,
        created_at: item.time("crt")?,
        updated_at: item.time("upd")?,
        version: item.number("v")?,
    })
}

/// The surface of a document; that of payments, where almost all are made, is left out.
pub fn surface_to_text(surface: Surface) -> Option<&'static str> {
    Some(surface).filter(|surface| *surface != Surface::Payments).map(Surface::as_str)
}

/// The same as it was kept.
pub fn surface(item: &Item) -> std::result::Result<Surface, Corrupt> {
    match item.text_if_any("sfc") {
        Some(name) => Surface::named(name).ok_or_else(|| item.corrupt("sfc")),
        None => Ok(Surface::Payments),
    }
}

fn paid_by_to_item(paid_by: &PaidBy) -> Item {
    Item::new()
        .with("pay", paid_by.payment.to_string())
        .with("txn", paid_by.transaction.to_string())
        .with("brand", paid_by.brand.as_str())
        .with("last4", paid_by.last4.as_str())
        .with("at", paid_by.at)
}

fn paid_by_from_item(item: &Item) -> std::result::Result<PaidBy, Corrupt> {
    Ok(PaidBy {
        payment: item.parse("pay")?,
        transaction: item.parse("txn")?,
        brand: item.text("brand")?.to_owned(),
        last4: item.text("last4")?.to_owned(),
        at: item.time("at")?,
    })
}

fn credited_to_item(credited: &Credited) -> Item {
    let tax = credited.tax.iter().map(|tax| Value::N(*tax)).collect();
    let notes = credited.notes.iter().map(|note| Value::M(note_to_item(note))).collect();
    Item::new()
        .with("sum", credited.refunded)
        .with("tax", Value::L(tax))
        .with("notes", Value::L(notes))
}

fn credited_from_item(item: &Item) -> std::result::Result<Credited, Corrupt> {
    let tax = item.list("tax").iter().map(|value| match value {
        Value::N(number) => Ok(*number),
        Value::S(_) | Value::Bool(_) | Value::L(_) | Value::M(_) => Err(item.corrupt("tax")),
    });
    let notes = item.items("notes")?.into_iter().map(note_from_item);
    Ok(Credited {
        refunded: item.number("sum")?,
        tax: tax.collect::<std::result::Result<_, _>>()?,
        notes: notes.collect::<std::result::Result<_, _>>()?,
    })
}

/// A credit note as others name it.
pub fn note_to_item(note: &CreditNoteRef) -> Item {
    Item::new()
        .with("id", note.id.to_string())
        .with("no", note.number.as_str())
        .with("sum", note.total)
}

/// The same as it was kept.
pub fn note_from_item(item: &Item) -> std::result::Result<CreditNoteRef, Corrupt> {
    let number = item.text("no")?.to_owned();
    Ok(CreditNoteRef { id: item.parse("id")?, number, total: item.number("sum")? })
}

#[cfg(test)]
pub(crate) mod tests;
