//! Routes of invoices and credit notes.

use crate::{
    http::{
        payments::{Payments, credit_note, download, invoice},
        route::{Action, Json, List, NoFields, One, routes},
    },
    operations::{ProblemKind, Resource, StateRefusal},
};
use ProblemKind::{Contended, Invalid, NotFound, Repeated, State};

routes! {
    Payments;

    /// your invoices, newest first.
    ListInvoices = Get "/invoices" as "list_invoices" {
        scope: "invoices:read",
        query: invoice::ListInvoices,
        answer: List<invoice::InvoiceView>,
        problems: [Invalid],
    }

    /// one of your invoices.
    GetInvoice = Get "/invoices/{id}" as "get_invoice" {
        scope: "invoices:read",
        answer: One<invoice::InvoiceView>,
        problems: [NotFound(Resource::Invoice)],
    }

    /// an outstanding invoice of your own, or a credit.
    CreateInvoice = Post "/invoices" as "create_invoice" {
        scope: "invoices:write",
        body: Json<invoice::CreateInvoice>,
        answer: One<invoice::InvoiceView>,
        success: 201,
        problems: [
            Invalid, Repeated, NotFound(Resource::Customer), State(StateRefusal::TaxUnknown),
            Contended,
        ],
    }

    /// settles an outstanding invoice: paid outside, or taken back.
    SetInvoiceStatus = Patch or Put "/invoices/{id}/status" as "set_invoice_status" {
        scope: "invoices:write",
        body: Json<invoice::SetInvoiceStatus>,
        answer: One<invoice::InvoiceView>,
        problems: [
            Invalid, Repeated, NotFound(Resource::Invoice), State(StateRefusal::InvoiceFinal),
            Contended,
        ],
    }

    /// fresh links to the files of an invoice.
    CreateInvoiceDownloadLinks = Post "/invoices/{id}/download-links"
        as "create_invoice_download_links" {
        scope: "invoices:read",
        body: Action<NoFields>,
        answer: One<download::DownloadLinksView>,
        problems: [NotFound(Resource::Invoice)],
    }

    /// the same as asking for fresh links.
    GetInvoiceDownload = Get "/invoices/{id}/download" as "get_invoice_download" {
        scope: "invoices:read",
        answer: One<download::DownloadLinksView>,
        problems: [NotFound(Resource::Invoice)],
    }

    /// your credit notes, newest first.
    ListCreditNotes = Get "/credit-notes" as "list_credit_notes" {
        scope: "invoices:read",
        query: credit_note::ListCreditNotes,
        answer: List<credit_note::CreditNoteView>,
        problems: [Invalid],
    }

    /// one of your credit notes.
    GetCreditNote = Get "/credit-notes/{id}" as "get_credit_note" {
        scope: "invoices:read",
        answer: One<credit_note::CreditNoteView>,
        problems: [NotFound(Resource::CreditNote)],
    }

    /// fresh links to the files of a credit note.
    CreateCreditNoteLinks = Post "/credit-notes/{id}/download-links" as "create_credit_note_links" {
        scope: "invoices:read",
        body: Action<NoFields>,
        answer: One<download::DownloadLinksView>,
        problems: [NotFound(Resource::CreditNote)],
    }
}
