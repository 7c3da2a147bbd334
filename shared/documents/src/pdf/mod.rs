//! Invoices and credit notes as PDF/A-3b.
//!
//! [`text`] turns words into glyphs, [`flow`] fills pages, [`layout`] and [`table`] say what stands
//! on them, [`draw`] writes the file.

mod draw;
mod flow;
mod fonts;
mod layout;
mod table;
mod text;
mod units;

#[cfg(test)]
mod tests;

use crate::{check::Inconsistent, document::Document};
use fonts::Fonts;
use std::fmt;

/// The version of what this renderer makes: it rises with every release whose bytes differ.
pub const VERSION: u32 = 2;

/// Why there is no file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The document's amounts do not agree.
    Inconsistent(Inconsistent),
    /// A font that was built in cannot be read.
    Fonts,
    /// The file would not be PDF/A-3b, by the writer's own words.
    File(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inconsistent(what) => what.fmt(f),
            Self::Fonts => f.write_str("a font cannot be read"),
            Self::File(why) => write!(f, "the file is not PDF/A-3b: {why}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<Inconsistent> for Error {
    fn from(what: Inconsistent) -> Self {
        Self::Inconsistent(what)
    }
}

/// A document as PDF/A-3b, with its XML attached as `invoice.xml` where it has one.
///
/// # Errors
/// The document's amounts do not agree; or the file would break its standard, which no document
/// should bring about.
pub fn pdf(document: &Document) -> Result<Vec<u8>, Error> {
    document.check()?;
    let fonts = Fonts::load().ok_or(Error::Fonts)?;
    let flow = layout::laid_out(&fonts, document);
    draw::file(&flow, document, crate::xml(document))
}
