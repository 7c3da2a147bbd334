//! Invoices and credit notes as files.
//!
//! [`Document`] says what a document says, as plain values; [`pdf`] turns it into PDF/A-3b, [`xml`]
//! into UBL 2.1 to the rules of EN 16931. Nothing here reads a clock, draws a random number or
//! touches the network: the same document gives the same bytes, on every machine and in every build.
//!
//! Only the function that renders uses this crate, so that no other carries its fonts.

#[cfg(test)]
extern crate self as documents;

mod check;
mod countries;
mod document;
mod money;
mod pdf;
mod words;
mod xml;

#[cfg(test)]
#[path = "../../../tests/documents/samples.rs"]
#[expect(dead_code, reason = "the tests from outside use all of them, those here a few")]
mod samples;

pub use check::Inconsistent;
pub use document::{
    Address, Buyer, Card, Currency, Date, Document, Kind, Language, Line, Page, Reference, Seller,
    Settlement, TaxId, TaxLine, Treatment,
};
pub use pdf::{Error, VERSION, pdf};
pub use xml::xml;
