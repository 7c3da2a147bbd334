//! Invoices as this surface shows them.

use super::{
    document::{
        BuyerView, DocumentTaxLineView, FilesView, SellerView, buyer, date, files, seller,
        tax_lines,
    },
    field::{CurrencyCode, CustomerName, SignedMinorUnits},
    page::{Asked, MAX_CURSOR, Page},
};
use crate::{
    http::{
        Request, Result,
        field::{Field, PageLimit, Text},
        payments::livemode,
    },
    model::{
        Invalid, Scope, Time,
        id::InvoiceId,
        invoice::{CreditNoteRef, DocumentLine, Invoice, InvoiceKind, InvoiceStatus},
        metadata::Metadata,
    },
    operations::{
        Problem, Resource,
        adjustments::{Adjustment, SettledAs},
        invoices::InvoiceFilter,
    },
};
use derive::{Body, View};
use ring::hmac;
use serde_json::{Value, json, value::RawValue};

/// Which invoices to list.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct ListInvoices {
    /// Of one customer, by `cus_...` or your own id.
    pub customer_id: Option<CustomerName>,
    /// Only invoices in this status.
    pub status: Option<InvoiceStatusFilter>,
    /// There are no subscriptions: any gives an empty list.
    pub subscription_id: Option<Text<1, 255>>,
    /// `nextCursor` of the page before, or a time: invoices made before it.
    pub cursor: Option<Text<1, MAX_CURSOR>>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
}

/// An invoice that you make yourself.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct CreateInvoice {
    /// Whom it is for: `cus_...` or your own id.
    pub customer_id: CustomerName,
    /// What it is over before tax, in minor units; negative for a credit.
    pub amount: SignedMinorUnits,
    /// What it is for, as the document says it, 1 to 500 characters.
    pub description: Text<1, 500>,
    /// Any JSON object up to 4 KB.
    #[body(default = Metadata::nothing())]
    pub metadata: Option<Metadata>,
    /// ISO 4217, in any case; your settings' currency when absent.
    pub currency: Option<CurrencyCode>,
}

/// What becomes of an outstanding invoice.
#[derive(Body)]
pub struct SetInvoiceStatus {
    /// `paid` for a settlement outside, or `void`.
    pub status: NewStatus,
}

/// A status that an invoice can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewStatus(pub SettledAs);

/// A status to list.
#[derive(Debug, Clone, Copy)]
pub struct InvoiceStatusFilter(pub InvoiceStatus);

/// An invoice. Numbers, seller, buyer, lines and tax are copies of the moment in which it was made.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct InvoiceView {
    /// The invoice's id, `inv_...`.
    pub id: String,
    /// The customer whose document it is; null where none is known.
    pub customer_id: Option<String>,
    /// Always null: there are no subscriptions here.
    pub subscription_id: Option<String>,
    /// The number that the document bears.
    pub invoice_number: String,
    /// Whether it is paid: `outstanding`, `paid` or `void`.
    pub status: &'static str,
    /// Where it comes from: `one_time_payment` for a payment's, `adjustment` for one of your own.
    pub invoice_type: &'static str,
    /// The currency of the amounts, ISO 4217 in lower case.
    pub currency: String,
    /// The amount without tax, in minor units of the currency.
    pub subtotal: i64,
    /// Always 0: discounts are not kept as such.
    pub discount_amount: i64,
    /// Always 0: no credit is set against invoices.
    pub credit_applied: i64,
    /// The tax, in minor units of the currency.
    pub tax_amount: i64,
    /// Subtotal and tax together, in minor units of the currency.
    pub total: i64,
    /// The date of issue: nothing here is sold by period.
    pub period_start: String,
    /// The date of issue: nothing here is sold by period.
    pub period_end: String,
    /// A civil date in your time zone, at midnight UTC.
    pub issue_date: String,
    /// When it is due: the date of issue where it was paid at once.
    pub due_date: String,
    /// Always null: there are no plans here.
    pub plan_name: Option<String>,
    /// Your words to the buyer, which the document shows; null for none.
    pub memo: Option<String>,
    /// Always null: orders' numbers are not kept.
    pub po_number: Option<String>,
    /// Always null: references are not kept.
    pub reference: Option<String>,
    /// Your own data, returned as you sent it.
    pub metadata: Box<RawValue>,
    /// What was sold: one line; of a sale through a link of the links surface, its lines.
    pub line_items: Vec<LineItemView>,
    /// The payment behind it; null for an adjustment.
    pub payment_id: Option<String>,
    /// The id of the transaction that paid it, `txn_...`; null while it is unpaid.
    pub transaction_id: Option<String>,
    /// The company that sells, as it was when the document was issued.
    pub seller: SellerView,
    /// The buyer, as the document names them.
    pub buyer: BuyerView,
    /// Every tax, each with the amount that it is taken of.
    pub tax_lines: Vec<DocumentTaxLineView>,
    /// What was decided about tax, by name: whether it is charged, and if not, why.
    pub treatment: &'static str,
    /// When it was supplied: a civil date.
    pub supply_date: String,
    /// What went back to the buyer, in minor units.
    pub amount_refunded: i64,
    /// The credit notes that take it back, wholly or in part.
    pub credit_notes: Vec<NamedNoteView>,
    /// The document's files.
    pub files: FilesView,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it last changed, as an RFC 3339 time.
    pub updated_at: String,
    /// The kind of object: always `invoice`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// What was sold.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct LineItemView {
    /// The kind of line: always `one_time`.
    pub line_type: &'static str,
    /// Always null: nothing is billed by feature.
    pub feature_name: Option<String>,
    /// What the line is for, as the document says it.
    pub description: String,
    /// 1; of a sale through a link of the links surface, how many.
    pub quantity: u32,
    /// What one piece costs without tax, in minor units.
    pub unit_amount: i64,
    /// The line's amount without tax, in minor units.
    pub amount: i64,
    /// Always null: nothing is billed by use.
    pub included_amount: Option<i64>,
    /// Always null: nothing is billed by use.
    pub used_amount: Option<i64>,
    /// Always null: nothing is billed by use.
    pub overage_amount: Option<i64>,
    /// Always null: discounts are not kept as such.
    pub discount_type: Option<String>,
    /// Always null: discounts are not kept as such.
    pub discount_value: Option<i64>,
    /// Always null: discounts are not kept as such.
    pub discount_name: Option<String>,
    /// The kind of charge: always `standard`.
    pub charge_type: &'static str,
}

/// A credit note as its invoice names it.
#[derive(View)]
pub struct NamedNoteView {
    /// The credit note's id, `cn_...`.
    pub id: String,
    /// The number that the document bears.
    pub number: String,
    /// The credit note's amount in minor units of the currency, tax included.
    pub total: i64,
}

impl Field for InvoiceStatusFilter {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let Text(text) = Text::<1, 20>::read(json)?;
        text.parse().map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": InvoiceStatus::ALL.map(InvoiceStatus::as_str)})
    }

    fn meaning(&self) -> String {
        self.0.as_str().to_owned()
    }
}

impl Field for NewStatus {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let Text(text) = Text::<1, 20>::read(json)?;
        match text.as_str() {
            "paid" => Ok(Self(SettledAs::Paid)),
            "void" => Ok(Self(SettledAs::Void)),
            _ => Err(Invalid::new("must be paid or void")),
        }
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ["paid", "void"]})
    }

    fn meaning(&self) -> String {
        match self.0 {
            SettledAs::Paid => "paid".to_owned(),
            SettledAs::Void => "void".to_owned(),
        }
    }
}

impl CreateInvoice {
    /// What is asked for, under this id.
    pub fn command(self, id: InvoiceId) -> Adjustment {
        Adjustment {
            id,
            customer: self.customer_id.command(),
            amount: self.amount.0,
            description: self.description.0,
            metadata: self.metadata,
            currency: self.currency.map(|currency| currency.0),
        }
    }
}

impl ListInvoices {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 400 for a cursor of another list.
    pub fn page(&self, key: hmac::Key, scope: Scope, now: Time) -> Result<Page> {
        let customer = self.customer_id.as_ref().map(Field::meaning).unwrap_or_default();
        let status = self.status.map(|status| status.0.as_str()).unwrap_or_default();
        let cursor = self.cursor.as_ref().map(|text| text.0.as_str());
        let list = format!("invoices#{status}#{customer}");
        Page::by_time(key, scope, Asked { list, limit: self.limit, cursor }, now)
    }
}

impl ListInvoices {
    /// What is asked for; `None` for what there is none of.
    pub fn filter(self) -> Option<InvoiceFilter> {
        let customer = self.customer_id.map(CustomerName::command);
        let status = self.status.map(|status| status.0);
        self.subscription_id.is_none().then_some(InvoiceFilter { customer, status })
    }
}

/// The invoice that a request's path names.
pub fn in_path(req: &Request) -> Result<InvoiceId> {
    let id = InvoiceId::from_payments_form(req.path("id"));
    id.ok_or(Problem::NotFound(Resource::Invoice))
}

/// An invoice as it is shown.
pub fn view(invoice: &Invoice) -> InvoiceView {
    let terms = &invoice.terms;
    let issued = date(terms.issued_on);
    let paid_by = invoice.paid_by();
    InvoiceView {
        id: invoice.id.payments_form(),
        customer_id: invoice.customer.map(|id| id.payments_form()),
        subscription_id: None,
        invoice_number: terms.number.clone(),
        status: invoice.status.as_str(),
        invoice_type: match invoice.kind {
            InvoiceKind::Payment(_) => "one_time_payment",
            InvoiceKind::Adjustment => "adjustment",
        },
        currency: terms.currency.code().to_ascii_lowercase(),
        subtotal: terms.subtotal,
        discount_amount: 0,
        credit_applied: 0,
        tax_amount: terms.tax(),
        total: terms.total(),
        period_start: issued.clone(),
        period_end: issued.clone(),
        issue_date: issued,
        due_date: date(invoice.due_on),
        plan_name: None,
        memo: None,
        po_number: None,
        reference: None,
        metadata: metadata(invoice.metadata.as_ref()),
        line_items: terms.sold().into_iter().map(line_item).collect(),
        payment_id: paid_by.map(|paid_by| paid_by.payment.payments_form()),
        transaction_id: paid_by.map(|paid_by| paid_by.transaction.payments_form()),
        seller: seller(&terms.seller),
        buyer: buyer(&terms.buyer),
        tax_lines: tax_lines(&terms.tax_lines),
        treatment: terms.treatment.as_str(),
        supply_date: date(invoice.supplied_on),
        amount_refunded: invoice.credited.refunded,
        credit_notes: invoice.credited.notes.iter().map(note).collect(),
        files: files(invoice.files.as_ref()),
        created_at: invoice.created_at.rfc3339_ms(),
        updated_at: invoice.updated_at.rfc3339_ms(),
        object: "invoice",
        livemode: livemode(invoice.scope.mode),
    }
}

fn line_item(line: DocumentLine) -> LineItemView {
    LineItemView {
        line_type: "one_time",
        feature_name: None,
        description: line.description,
        quantity: line.quantity,
        unit_amount: line.unit_amount,
        amount: line.amount,
        included_amount: None,
        used_amount: None,
        overage_amount: None,
        discount_type: None,
        discount_value: None,
        discount_name: None,
        charge_type: "standard",
    }
}

fn note(note: &CreditNoteRef) -> NamedNoteView {
    NamedNoteView { id: note.id.payments_form(), number: note.number.clone(), total: note.total }
}

/// An invoice always has metadata, if only empty ones.
fn metadata(metadata: Option<&Metadata>) -> Box<RawValue> {
    let text = metadata.map_or("{}", Metadata::as_str).to_owned();
    RawValue::from_string(text).unwrap_or_default()
}
