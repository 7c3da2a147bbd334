//! The page on which a payment is paid, in each state that it can be in.

use super::{
    super::words::{self, Locale, Notice, Pay, PayBoth},
    Html,
    amount::{in_words, length_class, show_money},
    ancestors, data_block, exact_origins,
    fields::{FieldsData, FieldsSection, with_fields},
    frame::{Frame, PAY, PAY_TAX, STRIPE, STRIPE_TAX},
    initial, is_web_address, render,
    says::{Says, filled, sum},
    shown::ShownState,
};
use crate::{
    model::tax::{TaxLine, place::Country},
    processor::PaymentFields,
};
use askama::Template;
use serde::Serialize;

/// Everything the page of an existing link shows.
#[derive(Debug, Clone, Copy)]
pub struct PayPage<'a> {
    /// The page's language.
    pub locale: Locale,
    /// The tenant's display name.
    pub payee: &'a str,
    /// Major units, as on the wire: `12.50`.
    pub amount: &'a str,
    /// ISO 4217, upper case.
    pub currency: &'a str,
    /// What is paid for; empty where nothing is said.
    pub description: &'a str,
    /// Whether the buyer is asked for an e-mail address, because nobody knows who pays.
    pub asks_email: bool,
    /// Who pays, masked; empty where nobody is known.
    pub payer: &'a str,
    /// Whether another card may be tried when one did not pay.
    pub retries: bool,
    /// When the link stops working, in Unix milliseconds; never when absent.
    pub expires_at_ms: Option<i64>,
    /// The server's clock, in Unix milliseconds: what the countdown starts from.
    pub now_ms: i64,
    /// Told to the embedding window, and shown as the reference of a payment just made.
    pub payment_intent_id: &'a str,
    /// Shows the test badge and a card to try.
    pub test_mode: bool,
    /// Who may embed the page and hears its messages. Anything but an exact origin is ignored.
    pub allowed_origins: &'a [String],
    /// Where "Return to ..." leads after success. Ignored unless it is http or https.
    pub return_url: Option<&'a str>,
    /// Where the buyer may go instead of paying. Ignored unless it is http or https.
    pub cancel_url: Option<&'a str>,
    /// Where the buyer may go when the time is over. Ignored unless it is http or https.
    pub failed_url: Option<&'a str>,
    /// The page of the link that this checkout was started from: a new one starts there.
    pub start_again: Option<&'a str>,
    /// What is asked and shown of tax; nothing where none is looked at.
    pub tax: Option<&'a PayTax>,
    /// How the buyer agrees that the card is saved.
    pub saving: Saving,
    /// The card fields that the processor shows; the page's own when absent.
    pub fields: Option<&'a PaymentFields>,
    /// Minor units that the page says are paid.
    pub due_minor: i64,
    /// Where the payment stands: which view the page opens on.
    pub state: PageState<'a>,
}

/// How a buyer agrees that the card is saved. The page says it beside its button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saving {
    /// A box in the buyer's own interest.
    Offered,
    /// A text: it is saved.
    Told,
    /// An unticked box with the text.
    Asked,
    /// Not at all.
    Never,
}

/// What the page asks and shows of tax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayTax {
    /// Whether it asks where the buyer is.
    pub place: bool,
    /// Whether it asks for the whole address.
    pub full: bool,
    /// Whether it asks businesses for a tax id.
    pub tax_id: bool,
    /// Whether the seller is registered in a state of the United States.
    pub us: bool,
    /// The country that is chosen already; empty for none.
    pub country: String,
    /// Subtotal and taxes, where they are known: names and amounts in major units.
    pub lines: Vec<(String, String)>,
    /// A sentence beside the amount.
    pub note: &'static str,
    /// Tax and total that the page shows, in minor units.
    pub shown: (i64, i64),
}

/// Where the payment stands when the page is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageState<'a> {
    /// Nobody has paid yet: the card form.
    Payable,
    /// A charge is on its way: the page asks until it is known.
    Processing,
    /// The buyer's bank wants an answer.
    Challenge,
    /// The link was paid; a receipt is shown.
    Paid {
        /// The card that was charged, where it was one.
        card: Option<PaidCard<'a>>,
    },
    /// The link was used and nothing was charged.
    NotPaid {
        /// Why, in words for the buyer.
        message: &'a str,
    },
    /// The link's time was over before anybody paid.
    Expired,
    /// Called off by the payee.
    Canceled,
}

/// The card that was charged, as a receipt names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaidCard<'a> {
    /// The scheme in words: `Visa`.
    pub name: &'a str,
    /// The last four digits of the card that was charged.
    pub last4: &'a str,
}

/// The page of an existing link, in any state.
pub fn pay_page(page: &PayPage<'_>) -> Html {
    let (texts, both) = (words::pay(page.locale), words::pay_both(page.locale));
    let ShownState { view, live, message, receipt } = ShownState::of(page, both);
    let money = show_money(page.amount, page.currency);
    let title = if view == "form" { texts.title_pay } else { texts.title };
    let words = in_words(page.amount, page.currency, page.locale);
    let sum = sum(page.amount, page.currency, &money, words.as_deref());
    let origins = exact_origins(page.allowed_origins);
    let left = page.expires_at_ms.map(|end| time_left(end.saturating_sub(page.now_ms), both));
    // Who is asked nothing of tax loads nothing of it; nor of fields that others show.
    let frame: &Frame = match (page.fields, page.tax) {
        (None, None) => &PAY,
        (None, Some(_)) => &PAY_TAX,
        (Some(_), None) => &STRIPE,
        (Some(_), Some(_)) => &STRIPE_TAX,
    };
    let countries: Vec<&str> = page.tax.map(|_| Country::all().collect()).unwrap_or_default();
    let data = data_block(&PageData {
        payee: page.payee,
        payment_intent_id: page.payment_intent_id,
        expires_at_ms: page.expires_at_ms,
        now_ms: page.now_ms,
        allowed_origins: &origins,
        tax: page.tax.map(|tax| TaxData {
            place: tax.place,
            full: tax.full,
            us: tax.us,
            shown: ShownData { tax: tax.shown.0, total: tax.shown.1 },
        }),
        fields: page.fields.map(|fields| FieldsData::of(fields, page)),
    });
    let template = PayTemplate {
        frame,
        locale: page.locale,
        words: texts,
        both,
        notice: words::notice(page.locale),
        says: &Says::new(page.payee, &sum, texts.challenge_open),
        script_words: words::pay_script(page.locale),
        title: &filled(title, &[("amount", &money), ("payee", page.payee)]),
        payee: page.payee,
        initial: initial(page.payee),
        length: length_class(&money),
        currency: page.currency,
        shows_code: !money.contains(page.currency),
        tax: page.tax.map(|tax| TaxSection::of(tax, page.currency)),
        saving: page.saving,
        fields: page.fields.map(|fields| FieldsSection::of(fields, page.locale)),
        countries: &countries,
        description: page.description,
        asks_email: page.asks_email,
        payer: page.payer,
        retries: page.retries,
        time_left: &left.unwrap_or_default(),
        test_mode: page.test_mode,
        live,
        view,
        message,
        card: &receipt,
        payment_intent_id: page.payment_intent_id,
        cancel_url: page.cancel_url.filter(|url| is_web_address(url)),
        failed_url: page.failed_url.filter(|url| is_web_address(url)),
        start_again: page.start_again,
        return_url: page.return_url.filter(|url| view == "success" && is_web_address(url)),
        data: &data,
    };
    let html = render(&template, frame, &ancestors(&origins));
    // A page whose script is not there needs nothing of it.
    match page.fields.filter(|fields| live && fields.charges) {
        Some(fields) => with_fields(html.body, frame, fields, &ancestors(&origins)),
        None => html,
    }
}

#[derive(Template)]
#[template(path = "pay.html")]
struct PayTemplate<'a> {
    frame: &'a Frame,
    locale: Locale,
    words: &'static Pay,
    both: &'static PayBoth,
    notice: &'static Notice,
    /// Texts with facts in them.
    says: &'a Says<'a>,
    /// What the scripts say, as JSON.
    script_words: &'static str,
    title: &'a str,
    payee: &'a str,
    initial: Option<String>,
    /// How large the amount may be written.
    length: &'static str,
    currency: &'a str,
    shows_code: bool,
    tax: Option<TaxSection<'a>>,
    saving: Saving,
    /// The card fields that the processor shows.
    fields: Option<FieldsSection<'a>>,
    countries: &'a [&'static str],
    description: &'a str,
    asks_email: bool,
    payer: &'a str,
    retries: bool,
    /// Empty where time does not end.
    time_left: &'a str,
    test_mode: bool,
    /// The outcome is still open: the page carries every view and switches between them.
    live: bool,
    view: &'a str,
    message: &'a str,
    /// The card on the receipt; empty where none is known.
    card: &'a str,
    payment_intent_id: &'a str,
    return_url: Option<&'a str>,
    cancel_url: Option<&'a str>,
    failed_url: Option<&'a str>,
    start_again: Option<&'a str>,
    data: &'a str,
}

/// The part of the page that is about tax.
struct TaxSection<'a> {
    place: bool,
    tax_id: bool,
    country: &'a str,
    lines: Vec<TaxRow<'a>>,
    note: &'static str,
}

/// A line of it.
struct TaxRow<'a> {
    name: &'a str,
    amount: &'a str,
    money: String,
}

impl<'a> TaxSection<'a> {
    fn of(tax: &'a PayTax, currency: &str) -> Self {
        let lines = tax.lines.iter().map(|(name, amount)| TaxRow {
            name,
            amount,
            money: show_money(amount, currency),
        });
        let (place, tax_id, note) = (tax.place, tax.tax_id, tax.note);
        Self { place, tax_id, country: &tax.country, lines: lines.collect(), note }
    }
}

/// What the scripts read from the page.
#[derive(Serialize)]
struct PageData<'a> {
    payee: &'a str,
    payment_intent_id: &'a str,
    expires_at_ms: Option<i64>,
    now_ms: i64,
    allowed_origins: &'a [&'a str],
    tax: Option<TaxData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<FieldsData<'a>>,
}

/// What the script has to know of tax.
#[derive(Serialize)]
struct TaxData {
    place: bool,
    full: bool,
    us: bool,
    shown: ShownData,
}

/// What the page shows, in minor units.
#[derive(Serialize)]
struct ShownData {
    tax: i64,
    total: i64,
}

/// A tax as the buyer reads it: `VAT 19 % (DE)`.
pub fn tax_name(line: &TaxLine, words: &PayBoth) -> String {
    let name = match line.name.as_str() {
        "VAT" => words.vat,
        "Sales tax" => words.sales_tax,
        other => other,
    };
    let rate = line.rate.to_string().replace('.', words.decimal);
    filled(words.tax_line, &[("name", name), ("rate", &rate), ("place", &line.jurisdiction)])
}

/// `9:41`, `2 h 05 min` or `3 d 4 h`: the words `page.js` goes on with.
pub(super) fn time_left(left_ms: i64, words: &PayBoth) -> String {
    let seconds = (left_ms.max(0) + 999) / 1000;
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match hours {
        0 => format!("{minutes}:{:02}", seconds % 60),
        1..24 => filled(
            words.time_hours,
            &[("h", &hours.to_string()), ("m", &format!("{:02}", minutes % 60))],
        ),
        _ => filled(
            words.time_days,
            &[("d", &(hours / 24).to_string()), ("h", &(hours % 24).to_string())],
        ),
    }
}
