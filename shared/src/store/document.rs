//! What invoices and credit notes have in common, as it is kept in the item of each.

use super::{Corrupt, Item, Update, Value};
use crate::model::{
    invoice::{
        DocumentBuyer, DocumentFiles, DocumentLine, DocumentSeller, DocumentTerms, PostalAddress,
        StoredFile,
    },
    tax::{Category, Reason, TaxLine, Treatment},
};

type Read<T> = Result<T, Corrupt>;

/// The item with what a document says.
pub fn with_terms(item: Item, terms: &DocumentTerms) -> Item {
    let lines: Vec<Value> = terms.lines.iter().map(|line| Value::M(sold_to_item(line))).collect();
    item.with("no", terms.number.as_str())
        .with_some("sold", Some(Value::L(lines)).filter(|_| !terms.lines.is_empty()))
        .with("on", terms.issued_on.to_string())
        .with("sell", seller_to_item(&terms.seller))
        .with("buy", buyer_to_item(&terms.buyer))
        .with("desc", terms.description.as_str())
        .with("cur", terms.currency.code())
        .with("sub", terms.subtotal)
        .with("tax", tax_to_item(terms))
        .with("lang", terms.language.as_str())
        .with_some("foot", terms.footer.as_deref())
}

/// What a document says.
pub fn terms(item: &Item) -> Read<DocumentTerms> {
    let text = |name| item.text_if_any(name).map(str::to_owned);
    let tax = item.map("tax")?;
    let (treatment, reason) = (tax.text("is")?, tax.text("why")?);
    let found = Treatment::ALL.iter().find(|known| known.as_str() == treatment);
    let why = Reason::ALL.iter().find(|known| known.as_str() == reason);
    Ok(DocumentTerms {
        number: item.text("no")?.to_owned(),
        issued_on: item.parse("on")?,
        seller: seller_from_item(item.map("sell")?)?,
        buyer: buyer_from_item(item.map("buy")?)?,
        description: item.text("desc")?.to_owned(),
        lines: item.items("sold")?.into_iter().map(sold_from_item).collect::<Read<_>>()?,
        currency: item.parse("cur")?,
        subtotal: item.number("sub")?,
        treatment: *found.ok_or_else(|| tax.corrupt("is"))?,
        reason: *why.ok_or_else(|| tax.corrupt("why"))?,
        exemption_reason: tax.text_if_any("words").map(str::to_owned),
        tax_lines: tax.items("lines")?.into_iter().map(line_from_item).collect::<Read<_>>()?,
        language: item.parse("lang")?,
        footer: text("foot"),
    })
}

fn sold_to_item(line: &DocumentLine) -> Item {
    Item::new()
        .with("desc", line.description.as_str())
        .with("n", line.quantity)
        .with("each", line.unit_amount)
        .with("all", line.amount)
}

fn sold_from_item(item: &Item) -> Read<DocumentLine> {
    Ok(DocumentLine {
        description: item.text("desc")?.to_owned(),
        quantity: item.number("n")?,
        unit_amount: item.number("each")?,
        amount: item.number("all")?,
    })
}

fn tax_to_item(terms: &DocumentTerms) -> Item {
    let lines = terms.tax_lines.iter().map(|line| Value::M(line_to_item(line)));
    Item::new()
        .with("is", terms.treatment.as_str())
        .with("why", terms.reason.as_str())
        .with_some("words", terms.exemption_reason.as_deref())
        .with("lines", Value::L(lines.collect()))
}

fn line_to_item(line: &TaxLine) -> Item {
    Item::new()
        .with("of", line.jurisdiction.as_str())
        .with("name", line.name.as_str())
        .with("rate", line.rate.to_string())
        .with("base", line.taxable)
        .with("tax", line.tax)
        .with("cat", line.category.as_str())
}

fn line_from_item(item: &Item) -> Read<TaxLine> {
    let name = item.text("cat")?;
    let category = Category::ALL.iter().find(|category| category.as_str() == name);
    Ok(TaxLine {
        jurisdiction: item.text("of")?.to_owned(),
        name: item.text("name")?.to_owned(),
        rate: item.parse("rate")?,
        taxable: item.number("base")?,
        tax: item.number("tax")?,
        category: *category.ok_or_else(|| item.corrupt("cat"))?,
    })
}

fn seller_to_item(seller: &DocumentSeller) -> Item {
    Item::new()
        .with("name", seller.name.as_str())
        .with_some("addr", seller.address.as_ref().map(address_to_item))
        .with_some("vat", seller.tax_id.as_deref())
        .with_some("reg", seller.registration_number.as_deref())
        .with_some("num", seller.tax_number.as_deref())
        .with_some("mail", seller.email.as_deref())
        .with_some("web", seller.website.as_deref())
}

fn seller_from_item(item: &Item) -> Read<DocumentSeller> {
    let text = |name| item.text_if_any(name).map(str::to_owned);
    Ok(DocumentSeller {
        name: item.text("name")?.to_owned(),
        address: address(item)?,
        tax_id: text("vat"),
        registration_number: text("reg"),
        tax_number: text("num"),
        email: text("mail"),
        website: text("web"),
    })
}

fn buyer_to_item(buyer: &DocumentBuyer) -> Item {
    Item::new()
        .with_some("name", buyer.name.as_deref())
        .with_some("mail", buyer.email.as_deref())
        .with_some("firm", buyer.company.as_deref())
        .with_some("addr", buyer.address.as_ref().map(address_to_item))
        .with_some("vat", buyer.tax_id.as_deref())
}

fn buyer_from_item(item: &Item) -> Read<DocumentBuyer> {
    let text = |name| item.text_if_any(name).map(str::to_owned);
    Ok(DocumentBuyer {
        name: text("name"),
        email: text("mail"),
        company: text("firm"),
        address: address(item)?,
        tax_id: text("vat"),
    })
}

fn address_to_item(address: &PostalAddress) -> Item {
    Item::new()
        .with_some("l1", address.line1.as_deref())
        .with_some("l2", address.line2.as_deref())
        .with_some("city", address.city.as_deref())
        .with_some("st", address.state.as_deref())
        .with_some("zip", address.postal_code.as_deref())
        .with_some("cc", address.country.as_deref())
        .with_some("reg", address.region.as_deref())
}

fn address(item: &Item) -> Read<Option<PostalAddress>> {
    if item.get("addr").is_none() {
        return Ok(None);
    }
    let item = item.map("addr")?;
    let text = |name| item.text_if_any(name).map(str::to_owned);
    Ok(Some(PostalAddress {
        line1: text("l1"),
        line2: text("l2"),
        city: text("city"),
        state: text("st"),
        postal_code: text("zip"),
        country: text("cc"),
        region: text("reg"),
    }))
}

/// The item with the files of its document, once they are made.
pub fn with_files(item: Item, files: Option<&DocumentFiles>) -> Item {
    let Some(files) = files else { return item };
    item.with("pdf", file_to_item(&files.pdf))
        .with_some("xml", files.xml.as_ref().map(file_to_item))
        .with("by", files.renderer.as_str())
}

/// The same for an item that is in the table.
pub fn set_files(update: Update, files: &DocumentFiles) -> Update {
    let update = update.set("pdf", file_to_item(&files.pdf)).set("by", files.renderer.as_str());
    match &files.xml {
        Some(xml) => update.set("xml", file_to_item(xml)),
        None => update,
    }
}

/// The files of a document, once they are made.
pub fn files(item: &Item) -> Read<Option<DocumentFiles>> {
    let Some(renderer) = item.text_if_any("by") else { return Ok(None) };
    Ok(Some(DocumentFiles {
        pdf: file_from_item(item.map("pdf")?)?,
        xml: item.get("xml").map(|_| file_from_item(item.map("xml")?)).transpose()?,
        renderer: renderer.to_owned(),
    }))
}

fn file_to_item(file: &StoredFile) -> Item {
    Item::new().with("sha", file.sha256.as_str()).with("n", file.bytes)
}

fn file_from_item(item: &Item) -> Read<StoredFile> {
    Ok(StoredFile { sha256: item.text("sha")?.to_owned(), bytes: item.number("n")? })
}
