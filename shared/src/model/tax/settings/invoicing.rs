//! How a tenant's invoices are numbered and written.

use crate::model::{Currency, Invalid, time_zone::TimeZone};

/// Languages that invoices can be written in.
pub const LANGUAGES: [&str; 4] = ["en", "de", "fr", "es"];

/// Longest prefix of a number, as it is set.
const MAX_PREFIX: usize = 12;

/// Stands for the civil year in a prefix.
const YEAR: &str = "{YYYY}";

/// Numbers, language and small print of invoices and credit notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoicingSettings {
    /// What invoices' numbers begin with; `{YYYY}` in it is the year.
    pub prefix: String,
    /// The same for credit notes; never equal.
    pub credit_note_prefix: String,
    /// How many digits a number has at least; smaller ones get zeros before them.
    pub digits: u32,
    /// The first number of a series that has none yet; 1 when absent.
    pub next_number: Option<i64>,
    /// IANA name; decides the civil day of issue.
    pub timezone: String,
    /// The language of invoices and credit notes: one of [`LANGUAGES`].
    pub language: String,
    /// Small print in the tenant's own words; `None` when there is none.
    pub footer: Option<String>,
    /// Currency of adjustments that name none.
    pub currency: Option<Currency>,
    /// Days until an adjustment is due.
    pub due_days: u32,
}

impl Default for InvoicingSettings {
    fn default() -> Self {
        Self {
            prefix: "INV-".to_owned(),
            credit_note_prefix: "CN-".to_owned(),
            digits: 6,
            next_number: None,
            timezone: "UTC".to_owned(),
            language: "en".to_owned(),
            footer: None,
            currency: None,
            due_days: 30,
        }
    }
}

/// Checks the prefix of a series of numbers: capital letters, digits, `/`, `-` and `{YYYY}`, with
/// an end that no number can be taken for.
///
/// # Errors
/// Another character, too long, or a digit at its end.
pub fn check_prefix(prefix: &str) -> Result<(), Invalid> {
    let plain = prefix.replace(YEAR, "");
    let fits = (1..=MAX_PREFIX).contains(&prefix.len())
        && plain
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"/-".contains(&b));
    if !fits {
        let text = format!("must have 1 to {MAX_PREFIX} of A-Z, 0-9, / and -, or {YEAR}");
        return Err(Invalid::new(text));
    }
    if !prefix.ends_with(|last: char| last.is_ascii_uppercase() || last == '-' || last == '/') {
        return Err(Invalid::new("must end with a letter, - or /"));
    }
    Ok(())
}

/// Checks that a text names a time zone of the IANA database: `Europe/Berlin`, `UTC`.
pub fn check_timezone(name: &str) -> Result<(), Invalid> {
    let known = name.parse::<TimeZone>().is_ok();
    let invalid = || Invalid::new("must be the IANA name of a time zone such as Europe/Berlin");
    known.then_some(()).ok_or_else(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_end_where_no_digit_can_follow_unnoticed() {
        for prefix in ["INV-", "R{YYYY}-", "A", "2026/", "{YYYY}{YYYY}"] {
            assert_eq!(check_prefix(prefix).is_ok(), prefix != "{YYYY}{YYYY}", "{prefix}");
        }
        for prefix in ["", "inv-", "INV", "INVOICES-2026-", "INV 1-", "INV-1", "R{YYYY}", "R{YY}-"]
        {
            assert_eq!(check_prefix(prefix).is_ok(), prefix == "INV", "{prefix}");
        }
    }

    #[test]
    fn time_zones_have_the_form_of_their_names() {
        for name in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+3"] {
            assert!(check_timezone(name).is_ok(), "{name}");
        }
        for name in ["", "Europe/", "+02:00", "Europe/Ber lin", "a/b/c/d", "Europe/Atlantis"] {
            assert!(check_timezone(name).is_err(), "{name}");
        }
    }
}
