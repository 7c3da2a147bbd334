//! Which view of a payment's page is shown first, and with what in it.

use super::{PageState, PayPage, says::filled};
use crate::http::hosted::words;

/// What of the page is shown.
pub(super) struct ShownState<'a> {
    pub(super) view: &'static str,
    /// The outcome is still open.
    pub(super) live: bool,
    pub(super) message: &'a str,
    /// The card on the receipt; empty where none is told.
    pub(super) receipt: String,
}

impl<'a> ShownState<'a> {
    pub(super) fn of(page: &PayPage<'a>, both: &words::PayBoth) -> Self {
        let message = words::told(page.locale).not_processed;
        let plain = |view, live| Self { view, live, message, receipt: String::new() };
        match page.state {
            PageState::Payable => plain("form", true),
            PageState::Processing => plain("processing", true),
            PageState::Challenge => plain("challenge", true),
            PageState::Paid { card } => {
                let told = card.map(|card| {
                    filled(both.card_ending, &[("brand", card.name), ("last4", card.last4)])
                });
                Self { receipt: told.unwrap_or_default(), ..plain("success", false) }
            }
            PageState::NotPaid { message: why } => {
                let message = if why.is_empty() { message } else { why };
                Self { message, ..plain("failed", false) }
            }
            PageState::Expired => plain("expired", false),
            PageState::Canceled => plain("canceled", false),
        }
    }
}
