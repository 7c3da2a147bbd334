//! How a tenant wants its invoices.

use super::series::Prefix;
use crate::model::{Currency, Invalid, tax, time_zone::TimeZone};
use std::str::FromStr;

/// Fewest and most digits of a number.
pub const DIGITS: std::ops::RangeInclusive<u8> = 4..=10;

/// Most days until an invoice is due.
pub const MAX_DUE_DAYS: u32 = 365;

/// A language of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English, which is used where no language was set.
    #[default]
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
}

impl Language {
    /// Every language that documents can be written in.
    pub const ALL: [Self; 4] = [Self::En, Self::De, Self::Fr, Self::Es];

    /// Its code of ISO 639-1.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
        }
    }
}

impl FromStr for Language {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|language| language.as_str() == text);
        found.ok_or_else(|| Invalid::new("must be one of en, de, fr, es"))
    }
}

/// How a tenant wants its invoices and credit notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceSettings {
    /// What numbers of invoices begin with.
    pub prefix: Prefix,
    /// What numbers of credit notes begin with.
    pub credit_note_prefix: Prefix,
    /// Digits of a number, at least: one of [`DIGITS`].
    pub digits: u8,
    /// The first number of a series of invoices that has none yet; 1 when absent.
    pub next_number: Option<u64>,
    /// Whose dates the documents carry.
    pub time_zone: TimeZone,
    /// In which language they are written.
    pub language: Language,
    /// The words at the foot of every document, up to 500 characters; `None` for none.
    pub footer: Option<String>,
    /// The currency of adjustments that name none.
    pub currency: Option<Currency>,
    /// Days until an invoice that is not paid at once is due.
    pub due_days: u32,
}

impl InvoiceSettings {
    /// The settings as the tenant has set them. They were checked then; what can no longer be read is
    /// as if nothing was set, so that payments go on being invoiced.
    pub fn of(set: &tax::settings::InvoicingSettings) -> Self {
        let usual = Self::default();
        Self {
            prefix: set.prefix.parse().unwrap_or(usual.prefix),
            credit_note_prefix: set.credit_note_prefix.parse().unwrap_or(usual.credit_note_prefix),
            digits: u8::try_from(set.digits).unwrap_or(usual.digits),
            next_number: set.next_number.and_then(|next| u64::try_from(next).ok()),
            time_zone: set.timezone.parse().unwrap_or_default(),
            language: set.language.parse().unwrap_or_default(),
            footer: set.footer.clone(),
            currency: set.currency,
            due_days: set.due_days,
        }
    }
}

impl Default for InvoiceSettings {
    fn default() -> Self {
        Self {
            prefix: Prefix::invoices(),
            credit_note_prefix: Prefix::credit_notes(),
            digits: 6,
            next_number: None,
            time_zone: TimeZone::default(),
            language: Language::En,
            footer: None,
            currency: None,
            due_days: 30,
        }
    }
}
