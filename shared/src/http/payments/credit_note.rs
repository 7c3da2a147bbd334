//! Credit notes as this surface shows them.

use super::{
    document::{DocumentTaxLineView, FilesView, date, files, tax_lines},
    field::CustomerName,
    page::{Asked, MAX_CURSOR, Page},
};
use crate::{
    http::{
        Request, Result,
        field::{Field, PageLimit, Text},
        payments::livemode,
    },
    model::{
        Scope, Time,
        credit_note::CreditNote,
        id::{CreditNoteId, InvoiceId},
        refund::listed_reason,
    },
    operations::{Problem, Resource, invoices::CreditNoteFilter},
};
use derive::{Body, View};
use ring::hmac;

/// Which credit notes to list.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct ListCreditNotes {
    /// Only credit notes of this invoice, `inv_...`.
    pub invoice_id: Option<Text<1, 255>>,
    /// Of one customer, by `cus_...` or your own id.
    pub customer_id: Option<CustomerName>,
    /// The `nextCursor` that the page before answered, with the same filters.
    pub cursor: Option<Text<1, MAX_CURSOR>>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
}

/// A credit note. Amounts are positive.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct CreditNoteView {
    /// The credit note's id, `cn_...`.
    pub id: String,
    /// The number that the document bears.
    pub number: String,
    /// The invoice it takes back, wholly or in part.
    pub invoice_id: String,
    /// The number that the invoice bears.
    pub invoice_number: String,
    /// The refund behind it; null where an invoice was taken back.
    pub refund_id: Option<String>,
    /// The customer whose document it is; null where none is known.
    pub customer_id: Option<String>,
    /// The amount without tax, in minor units of the currency.
    pub subtotal: i64,
    /// The tax, in minor units of the currency.
    pub tax_amount: i64,
    /// Subtotal and tax together, in minor units of the currency.
    pub total: i64,
    /// The currency of the amounts, ISO 4217 in lower case.
    pub currency: String,
    /// Every tax, each with the amount that it is taken of.
    pub tax_lines: Vec<DocumentTaxLineView>,
    /// The reason that the refund gave; null for none.
    pub reason: Option<String>,
    /// A civil date in your time zone, at midnight UTC.
    pub issue_date: String,
    /// The document's files.
    pub files: FilesView,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// The kind of object: always `credit_note`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

impl ListCreditNotes {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 400 for a cursor of another list.
    pub fn page(&self, key: hmac::Key, scope: Scope, now: Time) -> Result<Page> {
        let customer = self.customer_id.as_ref().map(Field::meaning).unwrap_or_default();
        let invoice = self.invoice_id.as_ref().map(|text| text.0.as_str()).unwrap_or_default();
        let cursor = self.cursor.as_ref().map(|text| text.0.as_str());
        let list = format!("credit-notes#{invoice}#{customer}");
        Page::of(key, scope, Asked { list, limit: self.limit, cursor }, now)
    }

    /// What is asked for: what is no id of an invoice is an unknown one.
    pub fn filter(self) -> CreditNoteFilter {
        CreditNoteFilter {
            customer: self.customer_id.map(CustomerName::command),
            invoice: self.invoice_id.map(|text| InvoiceId::from_payments_form(&text.0)),
        }
    }
}

/// The credit note that a request's path names.
pub fn in_path(req: &Request) -> Result<CreditNoteId> {
    let id = CreditNoteId::from_payments_form(req.path("id"));
    id.ok_or(Problem::NotFound(Resource::CreditNote))
}

/// A credit note as it is shown.
pub fn view(note: &CreditNote) -> CreditNoteView {
    let (terms, refund) = (&note.terms, note.refund.as_ref());
    let reason = refund.and_then(|refund| listed_reason(refund.reason.as_deref()?));
    CreditNoteView {
        id: note.id.payments_form(),
        number: terms.number.clone(),
        invoice_id: note.invoice.payments_form(),
        invoice_number: note.invoice_number.clone(),
        refund_id: refund.map(|refund| refund.id.payments_form()),
        customer_id: note.customer.map(|id| id.payments_form()),
        subtotal: terms.subtotal,
        tax_amount: terms.tax(),
        total: terms.total(),
        currency: terms.currency.code().to_ascii_lowercase(),
        tax_lines: tax_lines(&terms.tax_lines),
        reason: reason.map(str::to_owned),
        issue_date: date(terms.issued_on),
        files: files(note.files.as_ref()),
        created_at: note.created_at.rfc3339_ms(),
        object: "credit_note",
        livemode: livemode(note.scope.mode),
    }
}
