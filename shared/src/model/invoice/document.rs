//! What invoices and credit notes have in common: copies of the moment in which they were made,
//! which never change, and the files made of them.

use super::settings::Language;
use crate::model::{
    Currency, Scope, Time,
    address::Address,
    date::Date,
    id::{CreditNoteId, InvoiceId},
    tax::{Reason, TaxLine, Treatment, settings::SellerDetails},
};

/// What a document says. Amounts are minor units; those of a credit note are positive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentTerms {
    /// Taken from one of the tenant's series, whose numbers have no gaps.
    pub number: String,
    /// The date it was made on; never earlier than that of the number before it.
    pub issued_on: Date,
    /// The company that sells.
    pub seller: DocumentSeller,
    /// The buyer, as the document names them.
    pub buyer: DocumentBuyer,
    /// What was sold, in one line.
    pub description: String,
    /// What was sold line by line, where that is said; else `description` is the one line.
    pub lines: Vec<DocumentLine>,
    /// One currency for all amounts.
    pub currency: Currency,
    /// Minor units without tax; negative on an adjustment that is a credit.
    pub subtotal: i64,
    /// What is done about tax.
    pub treatment: Treatment,
    /// Why it is taxed like this.
    pub reason: Reason,
    /// Why the buyer is exempt, in the tenant's words.
    pub exemption_reason: Option<String>,
    /// Every tax with its base.
    pub tax_lines: Vec<TaxLine>,
    /// In which language the files are written.
    pub language: Language,
    /// The seller's standing words at the foot of the last page; `None` for none.
    pub footer: Option<String>,
}

/// A line of a document. Amounts are minor units without tax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentLine {
    /// What was sold, in words.
    pub description: String,
    /// How many of it were sold.
    pub quantity: u32,
    /// The price of one; the whole line's where its description holds the quantity.
    pub unit_amount: i64,
    /// What all of them cost: quantity times unit amount.
    pub amount: i64,
}

/// A postal address as it was known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostalAddress {
    /// Street and number; `None` where they were not known.
    pub line1: Option<String>,
    /// Floor, flat or department; `None` where there is none.
    pub line2: Option<String>,
    /// The town; `None` where it was not known.
    pub city: Option<String>,
    /// State or province, in words.
    pub state: Option<String>,
    /// As it is written on letters; `None` where it was not known.
    pub postal_code: Option<String>,
    /// Two letters of ISO 3166-1.
    pub country: Option<String>,
    /// The part of ISO 3166-2 behind the hyphen.
    pub region: Option<String>,
}

/// The company that sells, as a document names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DocumentSeller {
    /// The legal name; the tenant's display name where none was set.
    pub name: String,
    /// From the seller's details in the tax settings; `None` where none were set.
    pub address: Option<PostalAddress>,
    /// The id for VAT.
    pub tax_id: Option<String>,
    /// The number in the register of companies.
    pub registration_number: Option<String>,
    /// The number at the tax office.
    pub tax_number: Option<String>,
    /// The seller's e-mail address, from the tax settings; `None` where none was set.
    pub email: Option<String>,
    /// The seller's website, from the tax settings; `None` where none was set.
    pub website: Option<String>,
}

/// The buyer, as a document names them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DocumentBuyer {
    /// The person, as typed or else as the customer is called; `None` where neither is known.
    pub name: Option<String>,
    /// As typed, or else the customer's; `None` where neither is known.
    pub email: Option<String>,
    /// The business that buys, as typed with the payment; `None` where none was.
    pub company: Option<String>,
    /// As typed or known of the customer; often no more than the country of the sale.
    pub address: Option<PostalAddress>,
    /// The id for VAT.
    pub tax_id: Option<String>,
}

/// A file in the bucket, which is written once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// SHA-256 in hex; part of its place in the bucket.
    pub sha256: String,
    /// How many bytes the file has.
    pub bytes: u64,
}

/// The files of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentFiles {
    /// The file for people to read and print.
    pub pdf: StoredFile,
    /// For machines; none where the standard has no words for the document.
    pub xml: Option<StoredFile>,
    /// Which renderer made them.
    pub renderer: String,
}

/// The document that a file was made of: which kind, and its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentId {
    /// An invoice, by its id.
    Invoice(InvoiceId),
    /// A credit note, by its id.
    CreditNote(CreditNoteId),
}

/// A file that somebody may load until a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedFile {
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// The document that the file was made of.
    pub document: DocumentId,
    /// Which of the files of that document.
    pub kind: FileKind,
    /// Until when, that moment excluded.
    pub ends: Time,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// The file for people to read and print.
    Pdf,
    /// The file for accounting programs to read.
    Xml,
}

impl FileKind {
    /// The end of its name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Xml => "xml",
        }
    }

    /// The media type with which the file is stored and answered.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Xml => "application/xml",
        }
    }
}

impl From<&Address> for PostalAddress {
    fn from(address: &Address) -> Self {
        Self {
            line1: Some(address.line1.clone()),
            line2: address.line2.clone(),
            city: Some(address.city.clone()),
            state: address.state.clone(),
            postal_code: Some(address.postal_code.clone()),
            country: Some(address.country.code().to_owned()),
            region: address.region.clone(),
        }
    }
}

impl From<&SellerDetails> for DocumentSeller {
    fn from(seller: &SellerDetails) -> Self {
        Self {
            name: seller.legal_name.clone(),
            address: Some(PostalAddress::from(&seller.address)),
            tax_id: seller.tax_id.clone(),
            registration_number: seller.registration_number.clone(),
            tax_number: seller.tax_number.clone(),
            email: seller.email.clone(),
            website: seller.website.clone(),
        }
    }
}

impl DocumentTerms {
    /// What was sold, line by line: one line at least, which add up to the subtotal.
    pub fn sold(&self) -> Vec<DocumentLine> {
        if !self.lines.is_empty() {
            return self.lines.clone();
        }
        vec![DocumentLine {
            description: self.description.clone(),
            quantity: 1,
            unit_amount: self.subtotal,
            amount: self.subtotal,
        }]
    }

    /// The sum of all tax lines, in minor units.
    pub fn tax(&self) -> i64 {
        self.tax_lines.iter().map(|line| line.tax).sum()
    }

    /// What is to pay, or goes back.
    pub fn total(&self) -> i64 {
        self.subtotal + self.tax()
    }

    /// The name of one of its files: what a number may hold and a file's name may not is replaced.
    pub fn file_name(&self, kind: FileKind) -> String {
        format!("{}.{}", self.number.replace('/', "-"), kind.extension())
    }
}

impl DocumentFiles {
    /// The file of this kind; `None` where the document has no XML.
    pub const fn of(&self, kind: FileKind) -> Option<&StoredFile> {
        match kind {
            FileKind::Pdf => Some(&self.pdf),
            FileKind::Xml => self.xml.as_ref(),
        }
    }
}
