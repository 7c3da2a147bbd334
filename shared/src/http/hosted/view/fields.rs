//! Pages on which a processor's own script takes the card and shows the bank's check.

use super::{
    Html, PayPage, data_block,
    frame::{Frame, STRIPE_CHECK},
    render, within_our_page,
};
use crate::{
    http::{
        hosted::words::{self, Bank, CardFields, Locale},
        revealed::Revealed,
    },
    model::secret::kind,
    processor::{CheckSecret, PageUnits, PaymentFields},
};
use askama::Template;
use serde::Serialize;

/// The page in which the processor's script shows the bank's check; without a secret the check is
/// over, and the page has our server look how it went.
pub fn check_page(
    locale: Locale,
    fields: &PaymentFields,
    secret: Option<&CheckSecret>,
    allowed_origins: &[String],
) -> Html {
    let account = &fields.account;
    let template = CheckTemplate {
        frame: &STRIPE_CHECK,
        locale,
        bank: words::bank(locale),
        words: words::card_fields(locale),
        script: &fields.page.script,
        data: &data_block(&CheckData {
            key: &account.key,
            connected: account.connected.as_deref(),
            secret: secret.map(Revealed::once),
        }),
    };
    let ancestors = within_our_page(allowed_origins);
    let body = render(&template, &STRIPE_CHECK, &ancestors).body;
    with_fields(body, &STRIPE_CHECK, fields, &ancestors)
}

/// A page with the policy that a processor's card fields need.
pub(super) fn with_fields(
    body: String,
    frame: &Frame,
    fields: &PaymentFields,
    ancestors: &str,
) -> Html {
    let policy = frame.policy_with(&fields.page);
    let payment = Some(fields.page.payment.clone());
    Html { body, csp: format!("{policy}; frame-ancestors {ancestors}"), payment }
}

/// The part of the page in which the processor shows the card fields.
pub(super) struct FieldsSection<'a> {
    pub(super) words: &'static CardFields,
    /// Address of the processor's script; empty where the amount cannot be charged.
    pub(super) script: &'a str,
}

impl<'a> FieldsSection<'a> {
    pub(super) fn of(fields: &'a PaymentFields, locale: Locale) -> Self {
        let script = if fields.charges { fields.page.script.as_str() } else { "" };
        Self { words: words::card_fields(locale), script }
    }
}

/// What the script has to know to have the processor show its fields.
#[derive(Serialize)]
pub(super) struct FieldsData<'a> {
    key: &'a str,
    connected: Option<&'a str>,
    currency: String,
    /// Minor units of the currency.
    amount: i64,
    times: i64,
    by: i64,
}

impl<'a> FieldsData<'a> {
    pub(super) fn of(fields: &'a PaymentFields, page: &PayPage<'_>) -> Self {
        let PageUnits { times, by } = fields.units;
        Self {
            key: &fields.account.key,
            connected: fields.account.connected.as_deref(),
            currency: page.currency.to_ascii_lowercase(),
            amount: page.due_minor,
            times,
            by,
        }
    }
}

/// What the script has to know to have the processor show the bank's check.
#[derive(Serialize)]
struct CheckData<'a> {
    key: &'a str,
    connected: Option<&'a str>,
    /// Nothing where there is nothing to show any more.
    secret: Option<Revealed<kind::Check>>,
}

#[derive(Template)]
#[template(path = "check.html")]
struct CheckTemplate<'a> {
    frame: &'a Frame,
    locale: Locale,
    bank: &'static Bank,
    words: &'static CardFields,
    /// Address of the processor's script.
    script: &'a str,
    data: &'a str,
}
