//! Files of invoices and credit notes. They are made once: the hash of a file stands in its key, the
//! record keeps hash and renderer, and a file that comes out otherwise a second time is an alarm.

use super::{Ambient, Cause, Problem, Result};
use crate::{
    model::{
        Mode, Scope,
        credit_note::CreditNote,
        date::Date,
        id::{CreditNoteId, InvoiceId},
        invoice::{
            DocumentFiles, DocumentLine, DocumentTerms, FileKind, Invoice, Language, PostalAddress,
            StoredFile,
        },
        tax::{
            TaxLine, Treatment,
            tax_id::{TaxId, TaxIdStatus},
        },
    },
    queue::{
        Verdict,
        bucket::{Bucket, BucketTrouble, sha256_hex},
        sqs::Render,
    },
    store::{Consistency, Key, Table, invoice::Numbered, key},
};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use documents::{
    Address, Buyer, Card, Currency, Document, Kind, Line, Page, Reference, Seller, Settlement,
};

/// Makes the files of invoices and credit notes, and keeps them.
pub struct Renderer {
    /// Where documents are read, and the hashes of their files noted.
    pub store: Table,
    /// Where finished files are put, each under a key that has its hash in it.
    pub bucket: Bucket,
    /// The HTTP connector for the calls of the SDK.
    pub connector: SharedHttpConnector,
}

/// A document, and where its record and its files are.
struct ToRender {
    scope: Scope,
    /// `invoices` or `credit-notes`, and the id.
    folder: String,
    place: Key,
    known: Option<DocumentFiles>,
    document: Document,
}

/// Makes the files of the document that a message names, unless it has them.
///
/// # Errors
/// The table or the bucket cannot be reached; the document does not add up; other bytes came out than
/// the first time.
pub async fn render(
    context: &Renderer,
    message: &str,
    ambient: Ambient,
) -> std::result::Result<Verdict, String> {
    let message: Render = serde_json::from_str(message).map_err(|error| error.to_string())?;
    let scope = message.scope().ok_or("a message that names nobody")?;
    let found = match (&message.invoice, &message.credit_note) {
        (Some(id), None) => {
            let id = id.parse().map_err(|_| "a message that names no invoice")?;
            invoice(&context.store, scope, id).await?
        }
        (None, Some(id)) => {
            let id = id.parse().map_err(|_| "a message that names no credit note")?;
            credit_note(&context.store, scope, id).await?
        }
        (Some(_), Some(_)) | (None, None) => return Err("a message that names nothing".to_owned()),
    };
    if let Some(found) = found {
        files(context, found, ambient).await?;
    }
    Ok(Verdict::Done)
}

async fn files(context: &Renderer, found: ToRender, ambient: Ambient) -> Result<()> {
    if found.known.is_some() {
        return Ok(());
    }
    let pdf = documents::pdf(&found.document).map_err(Problem::internal)?;
    let xml = documents::xml(&found.document).map(String::into_bytes);
    let pdf = stored(context, &found, FileKind::Pdf, pdf, ambient).await?;
    let xml = match xml {
        Some(xml) => Some(stored(context, &found, FileKind::Xml, xml, ambient).await?),
        None => None,
    };
    let files = DocumentFiles { pdf, xml, renderer: documents::VERSION.to_string() };
    match context.store.keep_files(found.place.clone(), &files).await? {
        Numbered::Yes => Ok(()),
        Numbered::Stale => same_again(&context.store, &found, &files).await,
    }
}

/// Somebody else was faster: with the same bytes, or something is wrong.
async fn same_again(store: &Table, found: &ToRender, files: &DocumentFiles) -> Result<()> {
    let item = store.get(&found.place, Consistency::Strong).await?;
    let kept = item.map(|item| crate::store::document::files(&item)).transpose()?.flatten();
    match kept {
        Some(kept) if kept == *files => Ok(()),
        Some(_) => Err(Problem::internal("other bytes came out than the first time")),
        None => Err(Problem::Contended),
    }
}

async fn stored(
    context: &Renderer,
    found: &ToRender,
    kind: FileKind,
    bytes: Vec<u8>,
    ambient: Ambient,
) -> Result<StoredFile> {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let file = StoredFile { sha256: sha256_hex(&bytes), bytes: length };
    let key = object_key(found.scope, &found.folder, kind, &file);
    let (connector, content_type) = (&context.connector, kind.content_type());
    let put = context.bucket.put_once(connector, &key, content_type, bytes, ambient.now());
    put.await.map_err(|BucketTrouble(why)| Problem::Unavailable(Cause::new(why)))?;
    Ok(file)
}

/// Where a file lies in the bucket.
pub fn object_key(scope: Scope, folder: &str, kind: FileKind, file: &StoredFile) -> String {
    let Scope { tenant, mode } = scope;
    format!("{tenant}/{mode}/{folder}/{}.{}", file.sha256, kind.extension())
}

/// Where an invoice's files lie.
pub fn invoice_folder(id: InvoiceId) -> String {
    format!("invoices/{id}")
}

/// Where a credit note's files lie.
pub fn credit_note_folder(id: CreditNoteId) -> String {
    format!("credit-notes/{id}")
}

async fn invoice(store: &Table, scope: Scope, id: InvoiceId) -> Result<Option<ToRender>> {
    let Some(invoice) = store.invoice(scope, id, Consistency::Strong).await? else {
        return Ok(None);
    };
    Ok(Some(ToRender {
        scope,
        folder: invoice_folder(id),
        place: key::invoice(scope, id),
        document: invoice_document(&invoice)?,
        known: invoice.files,
    }))
}

async fn credit_note(store: &Table, scope: Scope, id: CreditNoteId) -> Result<Option<ToRender>> {
    let Some(note) = store.credit_note(scope, id, Consistency::Strong).await? else {
        return Ok(None);
    };
    Ok(Some(ToRender {
        scope,
        folder: credit_note_folder(id),
        place: key::credit_note(scope, id),
        document: credit_note_document(&note)?,
        known: note.files,
    }))
}

/// An invoice as it is written down. It is rendered as it was made, whatever became of it since.
///
/// # Errors
/// A date or currency that the renderer cannot write.
pub fn invoice_document(invoice: &Invoice) -> Result<Document> {
    let terms = &invoice.terms;
    let settlement = match invoice.paid_by() {
        Some(paid_by) => Settlement::Paid {
            on: date(invoice.supplied_on)?,
            card: Some(Card { brand: brand(&paid_by.brand), last4: paid_by.last4.clone() }),
        },
        None => Settlement::Due { on: date(invoice.due_on)? },
    };
    // A credit is written with positive amounts: its title says which way they go.
    let kind = if terms.subtotal < 0 { Kind::CreditNote { invoice: None } } else { Kind::Invoice };
    let settlement = if terms.subtotal < 0 { Settlement::SetOff } else { settlement };
    document(invoice.scope, &invoice.id.payments_form(), terms, kind).map(|document| Document {
        supplied_on: date(invoice.supplied_on).unwrap_or(document.supplied_on),
        settlement,
        ..document
    })
}

/// A credit note as it is written down.
///
/// # Errors
/// A date or currency that the renderer cannot write.
pub fn credit_note_document(note: &CreditNote) -> Result<Document> {
    let terms = &note.terms;
    let invoice =
        Reference { number: note.invoice_number.clone(), issued_on: date(note.invoice_issued_on)? };
    let kind = Kind::CreditNote { invoice: Some(invoice) };
    let document = document(note.scope, &note.id.payments_form(), terms, kind)?;
    let settlement = match &note.refund {
        Some(_) => Settlement::Paid { on: document.issued_on, card: None },
        None => Settlement::SetOff,
    };
    Ok(Document { supplied_on: date(note.supplied_on)?, settlement, ..document })
}

fn document(scope: Scope, id: &str, terms: &DocumentTerms, kind: Kind) -> Result<Document> {
    let code = <[u8; 3]>::try_from(terms.currency.code().as_bytes());
    let code = code.map_err(|_| Problem::internal("a currency without three letters"))?;
    let sign = if terms.subtotal < 0 { -1 } else { 1 };
    let country = terms.seller.address.as_ref().and_then(|address| address.country.as_deref());
    let issued_on = date(terms.issued_on)?;
    Ok(Document {
        kind,
        id: id.to_owned(),
        number: terms.number.clone(),
        issued_on,
        supplied_on: issued_on,
        seller: seller(scope, terms),
        buyer: buyer(terms),
        currency: Currency { code, decimals: terms.currency.exponent() },
        lines: terms.sold().into_iter().map(|line| sold_line(line, sign)).collect(),
        tax_lines: terms.tax_lines.iter().map(|line| tax_line(line, sign)).collect(),
        treatment: treatment(terms),
        subtotal: sign * terms.subtotal,
        tax: sign * terms.tax(),
        total: sign * terms.total(),
        settlement: Settlement::SetOff,
        note: None,
        footer: terms.footer.clone(),
        language: language(terms.language),
        page: Page::for_seller_in(country.unwrap_or_default()),
        test_mode: scope.mode == Mode::Test,
    })
}

fn sold_line(line: DocumentLine, sign: i64) -> Line {
    Line {
        description: line.description,
        quantity: i64::from(line.quantity),
        unit_amount: sign * line.unit_amount,
        amount: sign * line.amount,
    }
}

fn seller(scope: Scope, terms: &DocumentTerms) -> Seller {
    let seller = &terms.seller;
    Seller {
        id: scope.tenant.to_string(),
        name: seller.name.clone(),
        address: address(seller.address.as_ref()),
        tax_id: seller.tax_id.clone(),
        registration_number: seller.registration_number.clone(),
        tax_number: seller.tax_number.clone(),
        email: seller.email.clone(),
        website: seller.website.clone(),
    }
}

fn buyer(terms: &DocumentTerms) -> Buyer {
    let buyer = &terms.buyer;
    let country = buyer.address.as_ref().and_then(|address| address.country.as_deref());
    let country = country.and_then(|code| code.parse().ok());
    let tax_id = buyer.tax_id.as_ref().map(|value| documents::TaxId {
        value: value.clone(),
        well_formed: country
            .is_some_and(|country| TaxId::read(country, value).status == TaxIdStatus::FormatValid),
    });
    Buyer {
        company: buyer.company.clone(),
        name: buyer.name.clone(),
        email: buyer.email.clone(),
        address: address(buyer.address.as_ref()),
        tax_id,
    }
}

fn address(address: Option<&PostalAddress>) -> Address {
    let Some(address) = address.cloned() else { return Address::default() };
    Address {
        line1: address.line1,
        line2: address.line2,
        city: address.city,
        postal_code: address.postal_code,
        state: address.state,
        country: address.country,
    }
}

fn tax_line(line: &TaxLine, sign: i64) -> documents::TaxLine {
    documents::TaxLine {
        name: line.name.clone(),
        jurisdiction: line.jurisdiction.clone(),
        rate: line.rate.to_string(),
        taxable: sign * line.taxable,
        tax: sign * line.tax,
    }
}

fn treatment(terms: &DocumentTerms) -> documents::Treatment {
    match terms.treatment {
        Treatment::Taxed => documents::Treatment::Taxed,
        Treatment::ReverseCharge => documents::Treatment::ReverseCharge,
        Treatment::Exempt => {
            let reason = terms.exemption_reason.clone();
            let usual = || terms.reason.as_str().replace('_', " ");
            documents::Treatment::Exempt { reason: reason.unwrap_or_else(usual) }
        }
        Treatment::ZeroRated => documents::Treatment::ZeroRated,
        Treatment::NotCollected => documents::Treatment::NotCollected,
        Treatment::OutOfScope => documents::Treatment::OutOfScope,
    }
}

const fn language(language: Language) -> documents::Language {
    match language {
        Language::En => documents::Language::English,
        Language::De => documents::Language::German,
        Language::Fr => documents::Language::French,
        Language::Es => documents::Language::Spanish,
    }
}

fn date(date: Date) -> Result<documents::Date> {
    let unwritable = || Problem::internal("a date that cannot be written");
    let (year, month, day) = date.parts();
    Ok(documents::Date {
        year: u16::try_from(year).map_err(|_| unwritable())?,
        month: u8::try_from(month).map_err(|_| unwritable())?,
        day: u8::try_from(day).map_err(|_| unwritable())?,
    })
}

/// A card's scheme as people write it.
fn brand(brand: &str) -> String {
    match brand {
        "visa" => "Visa".to_owned(),
        "mastercard" => "Mastercard".to_owned(),
        "amex" => "American Express".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests;
