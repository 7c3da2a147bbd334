//! What invoices and credit notes have in common, as this surface shows it.

use crate::model::{
    date::Date,
    invoice::{DocumentBuyer, DocumentFiles, DocumentSeller, PostalAddress, StoredFile},
    tax::TaxLine,
};
use derive::View;

/// An address as it was known.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct DocumentAddressView {
    /// Street and number.
    pub line1: Option<String>,
    /// What the address has besides the street; null for none.
    pub line2: Option<String>,
    /// The town or city; null for none.
    pub city: Option<String>,
    /// The state or province: the part of ISO 3166-2 after the hyphen, such as `NY`; null for none.
    pub state: Option<String>,
    /// The postal code; null for none.
    pub postal_code: Option<String>,
    /// The country's two letters, as in ISO 3166-1.
    pub country: Option<String>,
    /// The part of ISO 3166-2 behind the hyphen.
    pub region: Option<String>,
}

/// Who sells, as it was at that moment.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct SellerView {
    /// The legal name; your display name where you have set none.
    pub name: String,
    /// The postal address as the document shows it; null for none.
    pub address: Option<DocumentAddressView>,
    /// The id under which tax is paid, such as one for VAT; null for none.
    pub tax_id: Option<String>,
    /// The number in the register of companies.
    pub registration_number: Option<String>,
    /// The number at the tax office.
    pub tax_number: Option<String>,
    /// The e-mail address for questions about the document; null for none.
    pub email: Option<String>,
    /// The web site that the document names; null for none.
    pub website: Option<String>,
}

/// Who buys, as it was at that moment.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct BuyerView {
    /// The person's full name; null where only a company is named.
    pub name: Option<String>,
    /// The buyer's e-mail address; null for none.
    pub email: Option<String>,
    /// The company's name; null where a person buys.
    pub company: Option<String>,
    /// The postal address as the document shows it; null for none.
    pub address: Option<DocumentAddressView>,
    /// The id under which tax is paid, such as one for VAT; null for none.
    pub tax_id: Option<String>,
}

/// A tax with its base.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct DocumentTaxLineView {
    /// Who levies the tax: a country or a region of ISO 3166, such as `DE` or `CA-QC`.
    pub jurisdiction: String,
    /// The tax's name on documents, such as `VAT` or `GST`.
    pub name: String,
    /// A percentage as a decimal text.
    pub rate: String,
    /// What it is taken of, in minor units.
    pub taxable_amount: i64,
    /// The amount in minor units of the currency, such as cents.
    pub tax_amount: i64,
    /// The category of EN 16931: `S`, `AE`, `E`, `Z` or `O`.
    pub category: &'static str,
}

/// A file.
#[derive(View)]
pub struct FileView {
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// The file's size in bytes.
    pub bytes: u64,
}

/// The files of a document; null until they are made.
#[derive(View)]
pub struct FilesView {
    /// The file for people, a PDF; null while there is none.
    pub pdf: Option<FileView>,
    /// For machines, UBL 2.1; null also where the standard has no words for it.
    pub xml: Option<FileView>,
}

/// A seller as it is shown.
pub fn seller(seller: &DocumentSeller) -> SellerView {
    SellerView {
        name: seller.name.clone(),
        address: seller.address.as_ref().map(address),
        tax_id: seller.tax_id.clone(),
        registration_number: seller.registration_number.clone(),
        tax_number: seller.tax_number.clone(),
        email: seller.email.clone(),
        website: seller.website.clone(),
    }
}

/// A buyer as it is shown.
pub fn buyer(buyer: &DocumentBuyer) -> BuyerView {
    BuyerView {
        name: buyer.name.clone(),
        email: buyer.email.clone(),
        company: buyer.company.clone(),
        address: buyer.address.as_ref().map(address),
        tax_id: buyer.tax_id.clone(),
    }
}

fn address(address: &PostalAddress) -> DocumentAddressView {
    DocumentAddressView {
        line1: address.line1.clone(),
        line2: address.line2.clone(),
        city: address.city.clone(),
        state: address.state.clone(),
        postal_code: address.postal_code.clone(),
        country: address.country.clone(),
        region: address.region.clone(),
    }
}

/// Tax lines as they are shown.
pub fn tax_lines(lines: &[TaxLine]) -> Vec<DocumentTaxLineView> {
    let view = |line: &TaxLine| DocumentTaxLineView {
        jurisdiction: line.jurisdiction.clone(),
        name: line.name.clone(),
        rate: line.rate.to_string(),
        taxable_amount: line.taxable,
        tax_amount: line.tax,
        category: line.category.as_str(),
    };
    lines.iter().map(view).collect()
}

/// Files as they are shown.
pub fn files(files: Option<&DocumentFiles>) -> FilesView {
    let view = |file: &StoredFile| FileView { sha256: file.sha256.clone(), bytes: file.bytes };
    FilesView {
        pdf: files.map(|files| view(&files.pdf)),
        xml: files.and_then(|files| files.xml.as_ref()).map(view),
    }
}

/// A civil date as this surface writes it.
pub fn date(date: Date) -> String {
    date.midnight().rfc3339_ms()
}
