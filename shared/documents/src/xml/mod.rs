//! Invoices and credit notes as UBL 2.1, to the rules of EN 16931.
//!
//! Business terms (`BT-31`) are the standard's. Where it has no words for a document there is none:
//! see [`xml`].

mod element;

use crate::document::{
    Address, Buyer, Date, Document, Kind, Line, Seller, Settlement, TaxId, Treatment,
};
use crate::money::plain;
use element::Writer;

/// Sellers of these countries get XML: the European Union, and who took over its standard.
const SELLERS: [&str; 32] = [
    "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU",
    "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// The identifier of the rules that the XML follows (BT-24).
const RULES: &str = "urn:cen.eu:en16931:2017";

/// A document as UBL 2.1, or `None` where the standard has no words for it: a seller outside of
/// Europe or without a tax id and tax number, a country that is not known, a currency of more than
/// two decimals, several taxes on one base, a reverse charge without the buyer's tax id.
pub fn xml(document: &Document) -> Option<String> {
    Ubl::of(document).map(|ubl| ubl.write())
}

/// A document for which the standard has words.
struct Ubl<'a> {
    document: &'a Document,
    /// Percentage of its one tax; none for category O.
    rate: Option<&'a str>,
    seller_country: &'a str,
    buyer_country: &'a str,
    seller_tax_id: Option<String>,
    buyer_tax_id: Option<String>,
}

impl<'a> Ubl<'a> {
    fn of(document: &'a Document) -> Option<Self> {
        let Document { seller, buyer, .. } = document;
        let seller_country = country(&seller.address)?;
        let buyer_country = country(&buyer.address)?;
        let known = SELLERS.contains(&seller_country)
            && (seller.tax_id.is_some() || seller.tax_number.is_some())
            && !seller.name.trim().is_empty()
            && document.currency.decimals <= 2
            && document.check().is_ok();
        if !known {
            return None;
        }
        let rate = match (&document.treatment, &*document.tax_lines) {
            (Treatment::NotCollected | Treatment::OutOfScope, lines) => {
                return lines.iter().all(|line| line.tax == 0).then_some(Self {
                    document,
                    rate: None,
                    seller_country,
                    buyer_country,
                    // BR-O-02
                    seller_tax_id: None,
                    buyer_tax_id: None,
                });
            }
            (Treatment::Taxed, [line]) => &line.rate,
            (Treatment::Taxed, _) => return None,
            (Treatment::ReverseCharge | Treatment::Exempt { .. } | Treatment::ZeroRated, lines) => {
                if lines.iter().any(|line| line.tax != 0) {
                    return None;
                }
                "0"
            }
        };
        let buyer_tax_id = buyer.tax_id.as_ref().filter(|id| id.well_formed);
        let buyer_tax_id = buyer_tax_id.map(|TaxId { value, .. }| prefixed(value, buyer_country));
        if document.treatment == Treatment::ReverseCharge && buyer_tax_id.is_none() {
            return None;
        }
        let seller_tax_id = seller.tax_id.as_deref().map(|id| prefixed(id, seller_country));
        let rate = Some(rate);
        Some(Self { document, rate, seller_country, buyer_country, seller_tax_id, buyer_tax_id })
    }

    fn write(&self) -> String {
        let (root, kind) = match self.document.kind {
            Kind::Invoice => ("Invoice", "cbc:InvoiceTypeCode"),
            Kind::CreditNote { .. } => ("CreditNote", "cbc:CreditNoteTypeCode"),
        };
        let namespace = "urn:oasis:names:specification:ubl:schema:xsd";
        let namespaces = format!(
            " xmlns=\"{namespace}:{root}-2\" xmlns:cac=\"{namespace}:CommonAggregateComponents-2\" \
             xmlns:cbc=\"{namespace}:CommonBasicComponents-2\""
        );
        let mut to = Writer::new();
        to.group_with(root, &namespaces, |to| {
            self.head(to, kind);
            self.seller(to);
            self.buyer(to);
            self.payment(to);
            self.taxes(to);
            self.totals(to);
            for (at, line) in self.document.lines.iter().enumerate() {
                self.line(to, at + 1, line);
            }
        });
        to.finish()
    }

    fn head(&self, to: &mut Writer, kind_code: &str) {
        let document = self.document;
        to.text("cbc:CustomizationID", RULES);
        to.text("cbc:ID", &document.number);
        date(to, "cbc:IssueDate", document.issued_on);
        let code = match document.kind {
            Kind::Invoice => "380",
            Kind::CreditNote { .. } => "381",
        };
        // The two schemas differ in the order of these.
        if code == "380" {
            if let Settlement::Due { on } = document.settlement {
                date(to, "cbc:DueDate", on);
            }
            to.text(kind_code, code);
        } else {
            date(to, "cbc:TaxPointDate", document.supplied_on);
            to.text(kind_code, code);
        }
        if document.test_mode {
            to.text("cbc:Note", &format!("TEST. {}", document.words().not_an_invoice));
        }
        to.optional("cbc:Note", document.note.as_deref());
        if code == "380" {
            date(to, "cbc:TaxPointDate", document.supplied_on);
        }
        to.text("cbc:DocumentCurrencyCode", document.currency.code());
        if let Kind::CreditNote { invoice: Some(invoice) } = &document.kind {
            to.group("cac:BillingReference", |to| {
                to.group("cac:InvoiceDocumentReference", |to| {
                    to.text("cbc:ID", &invoice.number);
                    date(to, "cbc:IssueDate", invoice.issued_on);
                });
            });
        }
    }

    fn seller(&self, to: &mut Writer) {
        let Seller { id, name, address, registration_number, tax_number, email, .. } =
            &self.document.seller;
        to.group("cac:AccountingSupplierParty", |to| {
            to.group("cac:Party", |to| {
                to.group("cac:PartyIdentification", |to| to.text("cbc:ID", id));
                postal_address(to, address, self.seller_country);
                tax_scheme(to, self.seller_tax_id.as_deref(), "VAT");
                tax_scheme(to, tax_number.as_deref(), "TAX");
                to.group("cac:PartyLegalEntity", |to| {
                    to.text("cbc:RegistrationName", name);
                    to.optional("cbc:CompanyID", registration_number.as_deref());
                });
                contact(to, None, email.as_deref());
            });
        });
    }

    fn buyer(&self, to: &mut Writer) {
        let buyer = &self.document.buyer;
        let Buyer { company, name, email, address, .. } = buyer;
        to.group("cac:AccountingCustomerParty", |to| {
            to.group("cac:Party", |to| {
                postal_address(to, address, self.buyer_country);
                tax_scheme(to, self.buyer_tax_id.as_deref(), "VAT");
                to.group("cac:PartyLegalEntity", |to| {
                    to.text("cbc:RegistrationName", buyer.called());
                });
                let person = name.as_deref().filter(|_| company.is_some());
                contact(to, person, email.as_deref());
            });
        });
    }

    fn payment(&self, to: &mut Writer) {
        let is_invoice = self.document.kind == Kind::Invoice;
        match &self.document.settlement {
            Settlement::Paid { card: Some(card), .. } => to.group("cac:PaymentMeans", |to| {
                // A bank card.
                to.text("cbc:PaymentMeansCode", "48");
                to.group("cac:CardAccount", |to| {
                    to.text("cbc:PrimaryAccountNumberID", &card.last4);
                    to.text("cbc:NetworkID", &card.brand);
                });
            }),
            // UBL has no due date for credit notes but this one.
            Settlement::Due { on } if !is_invoice => to.group("cac:PaymentMeans", |to| {
                to.text("cbc:PaymentMeansCode", "1");
                date(to, "cbc:PaymentDueDate", *on);
            }),
            // BR-CO-25
            Settlement::SetOff => to.group("cac:PaymentTerms", |to| {
                to.text("cbc:Note", self.document.words().set_off);
            }),
            Settlement::Paid { card: None, .. } | Settlement::Due { .. } => {}
        }
    }

    fn taxes(&self, to: &mut Writer) {
        let Document { tax, subtotal, .. } = self.document;
        to.group("cac:TaxTotal", |to| {
            self.amount(to, "cbc:TaxAmount", *tax);
            to.group("cac:TaxSubtotal", |to| {
                self.amount(to, "cbc:TaxableAmount", *subtotal);
                self.amount(to, "cbc:TaxAmount", *tax);
                self.category(to, "cac:TaxCategory", true);
            });
        });
    }

    /// A tax category; a breakdown says why there is no tax, a line does not.
    fn category(&self, to: &mut Writer, name: &str, with_reason: bool) {
        let words = self.document.words();
        let (category, code, reason) = match &self.document.treatment {
            Treatment::Taxed => ("S", None, None),
            Treatment::ZeroRated => ("Z", None, None),
            Treatment::Exempt { reason } => ("E", None, Some(reason.as_str())),
            Treatment::ReverseCharge => ("AE", Some("VATEX-EU-AE"), Some(words.reverse_charge)),
            Treatment::NotCollected | Treatment::OutOfScope => {
                ("O", Some("VATEX-EU-O"), Some(words.out_of_scope))
            }
        };
        to.group(name, |to| {
            to.text("cbc:ID", category);
            to.optional("cbc:Percent", self.rate);
            if with_reason {
                to.optional("cbc:TaxExemptionReasonCode", code);
                to.optional("cbc:TaxExemptionReason", reason);
            }
            to.group("cac:TaxScheme", |to| to.text("cbc:ID", "VAT"));
        });
    }

    fn totals(&self, to: &mut Writer) {
        let Document { subtotal, total, settlement, .. } = self.document;
        let paid = match settlement {
            Settlement::Paid { .. } => Some(*total),
            Settlement::Due { .. } | Settlement::SetOff => None,
        };
        to.group("cac:LegalMonetaryTotal", |to| {
            self.amount(to, "cbc:LineExtensionAmount", *subtotal);
            self.amount(to, "cbc:TaxExclusiveAmount", *subtotal);
            self.amount(to, "cbc:TaxInclusiveAmount", *total);
            if let Some(paid) = paid {
                self.amount(to, "cbc:PrepaidAmount", paid);
            }
            self.amount(to, "cbc:PayableAmount", *total - paid.unwrap_or(0));
        });
    }

    fn line(&self, to: &mut Writer, number: usize, line: &Line) {
        let (name, quantity) = match self.document.kind {
            Kind::Invoice => ("cac:InvoiceLine", "cbc:InvoicedQuantity"),
            Kind::CreditNote { .. } => ("cac:CreditNoteLine", "cbc:CreditedQuantity"),
        };
        to.group(name, |to| {
            to.text("cbc:ID", &number.to_string());
            to.text_with(quantity, " unitCode=\"C62\"", &line.quantity.to_string());
            self.amount(to, "cbc:LineExtensionAmount", line.amount);
            to.group("cac:Item", |to| {
                to.text("cbc:Name", &line.description);
                self.category(to, "cac:ClassifiedTaxCategory", false);
            });
            to.group("cac:Price", |to| self.amount(to, "cbc:PriceAmount", line.unit_amount));
        });
    }

    fn amount(&self, to: &mut Writer, name: &str, amount: i64) {
        let currency = self.document.currency;
        let attribute = format!(" currencyID=\"{}\"", currency.code());
        to.text_with(name, &attribute, &plain(amount, currency));
    }
}

fn date(to: &mut Writer, name: &str, date: Date) {
    to.text(name, &date.to_string());
}

fn postal_address(to: &mut Writer, address: &Address, country: &str) {
    to.group("cac:PostalAddress", |to| {
        to.optional("cbc:StreetName", address.line1.as_deref());
        to.optional("cbc:AdditionalStreetName", address.line2.as_deref());
        to.optional("cbc:CityName", address.city.as_deref());
        to.optional("cbc:PostalZone", address.postal_code.as_deref());
        to.optional("cbc:CountrySubentity", address.state.as_deref());
        to.group("cac:Country", |to| to.text("cbc:IdentificationCode", country));
    });
}

fn tax_scheme(to: &mut Writer, id: Option<&str>, scheme: &str) {
    if let Some(id) = id {
        to.group("cac:PartyTaxScheme", |to| {
            to.text("cbc:CompanyID", id);
            to.group("cac:TaxScheme", |to| to.text("cbc:ID", scheme));
        });
    }
}

fn contact(to: &mut Writer, name: Option<&str>, email: Option<&str>) {
    to.group("cac:Contact", |to| {
        to.optional("cbc:Name", name);
        to.optional("cbc:ElectronicMail", email);
    });
}

/// Two upper-case letters, or none.
fn country(address: &Address) -> Option<&str> {
    let code = address.country.as_deref()?;
    let right = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    right.then_some(code)
}

/// A tax id with its country's prefix, as BR-CO-09 wants it.
fn prefixed(id: &str, country: &str) -> String {
    let own: &[&str] = match country {
        "GR" => &["EL"],
        "GB" | "IM" => &["GB", "XI"],
        "CH" | "LI" => &["CHE"],
        "MC" => &["FR"],
        _ => &[country],
    };
    if own.iter().any(|prefix| id.starts_with(prefix)) {
        return id.to_owned();
    }
    let prefix = own.first().copied().unwrap_or(country);
    format!("{}{id}", prefix.get(..2).unwrap_or(prefix))
}
