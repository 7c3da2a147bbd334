//! Links to the files of documents.

use crate::{
    http::payments::livemode,
    model::{
        Scope, Time,
        invoice::{DocumentFiles, DocumentId, FileKind, NamedFile},
    },
};
use derive::View;

/// How long a link works, in days.
pub const LINK_DAYS: i64 = 7;

/// Links to the files of a document. Each call makes fresh ones; nothing of them is kept.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct DownloadLinksView {
    /// The PDF. Just after the document was made it answers a page that tries again.
    pub url: String,
    /// The XML; null where there is none, or it is not made yet.
    pub xml_url: Option<String>,
    /// Until when both work: RFC 3339.
    pub expires_at: String,
    /// The kind of document: `invoice` or `credit_note`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// The files that links are made for now: the PDF, and the XML where there is one.
pub fn linked(
    scope: Scope,
    document: DocumentId,
    files: Option<&DocumentFiles>,
    now: Time,
) -> (NamedFile, Option<NamedFile>) {
    let ends = now.plus_days(LINK_DAYS);
    let pdf = NamedFile { scope, document, kind: FileKind::Pdf, ends };
    let xml = files.and_then(|files| files.xml.as_ref());
    (pdf, xml.map(|_| NamedFile { kind: FileKind::Xml, ..pdf }))
}

/// The answer with the links.
pub fn view(pdf: &NamedFile, url: String, xml_url: Option<String>) -> DownloadLinksView {
    DownloadLinksView {
        url,
        xml_url,
        expires_at: pdf.ends.rfc3339_ms(),
        object: match pdf.document {
            DocumentId::Invoice(_) => "invoice",
            DocumentId::CreditNote(_) => "credit_note",
        },
        livemode: livemode(pdf.scope.mode),
    }
}
