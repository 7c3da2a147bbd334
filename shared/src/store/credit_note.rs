//! Credit notes in the table.

use super::{
    Consistency, Corrupt, Error, Guard, Index, Item, Query, Result, Table, Write, document,
    invoice::{Numbered, surface, surface_to_text},
    key,
    list::{Gather, Gathered, Listing, Slice},
};
use crate::model::{
    Scope,
    credit_note::{CreditNote, CreditedRefund},
    id::{CreditNoteId, CustomerId, InvoiceId, PaymentIntentId, RefundId},
    refund::{MAX_REFUNDS, Refund},
};

impl Table {
    /// One credit note of this tenant.
    pub async fn credit_note(
        &self,
        s: Scope,
        id: CreditNoteId,
        consistency: Consistency,
    ) -> Result<Option<CreditNote>> {
        let key = key::credit_note(s, id);
        let item = match consistency {
            Consistency::Eventual => self.find(&key).await?,
            Consistency::Strong => self.get(&key, Consistency::Strong).await?,
        };
        let note = item.map(|item| from_item(s, &item)).transpose()?;
        Ok(note.filter(|note| note.id == id))
    }

    /// A tenant's credit notes, or one invoice's, newest first; those of one customer alone where one
    /// is named.
    pub async fn credit_notes(
        &self,
        s: Scope,
        invoice: Option<InvoiceId>,
        customer: Option<CustomerId>,
        slice: &Slice,
    ) -> Result<Listing<CreditNote>> {
        let mut gathered = Gathered::new(slice);
        let mut part = slice.clone();
        loop {
            let raw = self.all_credit_notes(s, invoice, &part).await?;
            let wanted = |note: &CreditNote| customer.is_none() || note.customer == customer;
            match gathered.take(raw, slice, wanted, |note| *note.id.uuid()) {
                Gather::Done(listing) => return Ok(listing),
                Gather::More(next) => part = next,
            }
        }
    }

    async fn all_credit_notes(
        &self,
        s: Scope,
        invoice: Option<InvoiceId>,
        slice: &Slice,
    ) -> Result<Listing<CreditNote>> {
        let raw = match invoice {
            None => {
                let places = [Some(Index::Second)];
                self.list_merged(&places, |month| key::credit_notes(s, month), slice).await?
            }
            Some(invoice) => self.list_of(key::credit_notes_of_invoice(s, invoice), slice).await?,
        };
        raw.try_map(|item| from_item(s, item))
    }
}

impl Table {
    /// Notes that a refund's credit note waits for its payment's invoice; `Stale` when that has come
    /// meanwhile. The same mark again is the same.
    pub async fn await_invoice(&self, refund: &Refund) -> Result<Numbered> {
        let place = key::uncredited_refund(refund.scope, refund.payment, refund.id);
        let mark = place.item().with("v", 1_i64).with("id", refund.id.to_string());
        let payment = key::intent(refund.scope, refund.payment);
        let none_yet = Write::Check { key: payment, guards: vec![Guard::Absent("inv")] };
        match self.commit(vec![Write::Insert(mark), none_yet]).await {
            Ok(()) | Err(Error::Refused { index: 0, .. }) => Ok(Numbered::Yes),
            Err(Error::Refused { .. } | Error::Contended) => Ok(Numbered::Stale),
            Err(other) => Err(other),
        }
    }

    /// The refunds whose credit notes wait, or waited, for a payment's invoice.
    pub async fn awaiting_invoice(
        &self,
        s: Scope,
        payment: PaymentIntentId,
    ) -> Result<Vec<RefundId>> {
        let query = Query {
            index: None,
            pk: key::uncredited_refunds(s, payment),
            from: "0".to_owned(),
            to: "~".to_owned(),
            consistency: Consistency::Strong,
            oldest_first: true,
            limit: MAX_REFUNDS,
        };
        let page = self.query(query).await?;
        let ids = page.items.iter().map(|item| item.parse("id"));
        Ok(ids.collect::<std::result::Result<_, Corrupt>>()?)
    }
}

/// The write that makes a credit note.
pub fn insert(note: &CreditNote) -> Write {
    Write::Insert(to_item(note))
}

fn to_item(note: &CreditNote) -> Item {
    let (s, id) = (note.scope, note.id.to_string());
    let item = key::credit_note(s, note.id)
        .item()
        .with("gsi1pk", key::credit_notes_of_invoice(s, note.invoice))
        .with("gsi1sk", id.as_str())
        .with("gsi2pk", key::credit_notes(s, note.id.minted_at().month()))
        .with("gsi2sk", id.as_str())
        .with("v", note.version)
        .with("id", id)
        .with("inv", note.invoice.to_string())
        .with("ino", note.invoice_number.as_str())
        .with("ion", note.invoice_issued_on.to_string())
        .with("sup", note.supplied_on.to_string())
        .with_some("re", note.refund.as_ref().map(refund_to_item))
        .with_some("cust", note.customer.map(|id| id.to_string()))
        .with_some("sfc", surface_to_text(note.surface))
        .with_some("own", note.customer_own_id.as_deref())
        .with("crt", note.created_at)
        .with_history(&note.history);
    document::with_files(document::with_terms(item, &note.terms), note.files.as_ref())
}

/// A credit note as it was kept.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<CreditNote, Corrupt> {
    Ok(CreditNote {
        id: item.parse("id")?,
        scope,
        surface: surface(item)?,
        invoice: item.parse("inv")?,
        invoice_number: item.text("ino")?.to_owned(),
        invoice_issued_on: item.parse("ion")?,
        // What was written before it was kept says the day of the invoice, as it was rendered.
        supplied_on: match item.parse_if_any("sup")? {
            Some(on) => on,
            None => item.parse("ion")?,
        },
        refund: match item.get("re") {
            Some(_) => Some(refund_from_item(item.map("re")?)?),
            None => None,
        },
        customer: item.parse_if_any("cust")?,
        customer_own_id: item.text_if_any("own").map(str::to_owned),
        terms: document::terms(item)?,
        files: document::files(item)?,
        history: item.history()?,
        created_at: item.time("crt")?,
        version: item.number("v")?,
    })
}

fn refund_to_item(refund: &CreditedRefund) -> Item {
    Item::new()
        .with("id", refund.id.to_string())
        .with("pay", refund.payment.to_string())
        .with("txn", refund.transaction.to_string())
        .with("proc", refund.processor.as_str())
        .with_some("why", refund.reason.as_deref())
        .with_some("link", refund.by_link.then_some(true))
}

fn refund_from_item(item: &Item) -> std::result::Result<CreditedRefund, Corrupt> {
    Ok(CreditedRefund {
        id: item.parse("id")?,
        payment: item.parse("pay")?,
        transaction: item.parse("txn")?,
        processor: item.text("proc")?.to_owned(),
        reason: item.text_if_any("why").map(str::to_owned),
        by_link: item.flag("link"),
    })
}

#[cfg(test)]
mod tests;
