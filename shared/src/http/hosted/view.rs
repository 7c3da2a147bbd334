//! What a buyer sees behind a payment link: pages rendered from templates, each with its own
//! `Content-Security-Policy`.
//!
//! Everything is inlined and nothing is fetched from elsewhere, so the policy allows exactly one
//! style sheet and one script, by hash. Where a processor shows the card fields, its adapter states
//! what the policy gains. Text from outside (payee, messages, addresses) reaches a
//! page only through the templates' escaping or through [`data_block`].

mod amount;
mod fields;
mod frame;
mod link;
mod says;
mod shown;

use super::words::{self, Bank, Locale, Notice, Pay, PayBoth};
use crate::{
    model::tax::{TaxLine, place::Country},
    processor::PaymentFields,
};
use amount::{in_words, length_class, show_money};
use askama::Template;
use fields::{FieldsData, FieldsSection, with_fields};
use frame::{CHALLENGE, Frame, NOTICE, PAY, PAY_TAX, STRIPE, STRIPE_TAX};
use says::{Says, filled, sum};
use serde::Serialize;
use shown::ShownState;

pub use fields::check_page;
pub use link::{LinkClosed, LinkLine, LinkPage, LinkSeller, PageSupport, link_over, link_page};

/// A page and the policy it must be sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Html {
    /// The whole HTML document, with its styles and script.
    pub body: String,
    /// The value of the `Content-Security-Policy` header.
    pub csp: String,
    /// Origins besides the page's own whose frames may open a wallet; most pages have none.
    pub payment: Option<String>,
}

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

/// What the simulated bank asks about.
#[derive(Debug, Clone, Copy)]
pub struct ChallengePage<'a> {
    /// The page's language.
    pub locale: Locale,
    /// The tenant's display name.
    pub payee: &'a str,
    /// Major units, as on the wire: `12.50`.
    pub amount: &'a str,
    /// ISO 4217, upper case.
    pub currency: &'a str,
    /// The card's last four digits.
    pub last4: &'a str,
    /// Who may embed the page that embeds this one.
    pub allowed_origins: &'a [String],
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

/// The page for a link that does not exist (404).
pub fn unknown_link(locale: Locale) -> Html {
    let words = words::notice(locale);
    problem(locale, words.unknown_title, words.unknown_text)
}

/// A page for people when something else is wrong: too many requests, our own fault.
pub fn problem(locale: Locale, title: &str, text: &str) -> Html {
    render(&notice(locale, "main", title, text), &NOTICE, "'none'")
}

fn notice<'a>(
    locale: Locale,
    landmark: &'static str,
    title: &'a str,
    text: &'a str,
) -> NoticeTemplate<'a> {
    NoticeTemplate { frame: &NOTICE, locale, words: words::notice(locale), landmark, title, text }
}

/// The simulated bank's page. Our own page frames it, so `'self'` stands beside the tenant's
/// origins: browsers check every ancestor, not only the nearest.
pub fn challenge_page(page: &ChallengePage<'_>) -> Html {
    let money = show_money(page.amount, page.currency);
    let in_words = in_words(page.amount, page.currency, page.locale);
    let words = words::bank(page.locale);
    let template = ChallengeTemplate {
        frame: &CHALLENGE,
        locale: page.locale,
        words,
        payee: page.payee,
        sum: &sum(page.amount, page.currency, &money, in_words.as_deref()),
        shows_code: !money.contains(page.currency),
        currency: page.currency,
        ending: &says::fact(words.ending, "last4", page.last4),
    };
    render(&template, &CHALLENGE, &within_our_page(page.allowed_origins))
}

/// What stands in the bank's place when there is nothing to answer any more.
pub fn challenge_over(locale: Locale, allowed_origins: &[String]) -> Html {
    let words = words::notice(locale);
    // Our own page around it has the main part.
    let template = notice(locale, "section", words.step_over_title, words.step_over_text);
    render(&template, &NOTICE, &within_our_page(allowed_origins))
}

/// What stands in the place of a file that is being made: it looks again by itself, without script.
pub fn file_soon(locale: Locale, again_s: u32) -> Html {
    let words = words::notice(locale);
    let template = SoonTemplate { frame: &NOTICE, locale, words, again_s };
    render(&template, &NOTICE, "'none'")
}

fn within_our_page(allowed_origins: &[String]) -> String {
    let origins = exact_origins(allowed_origins);
    ["'self'"].into_iter().chain(origins).collect::<Vec<_>>().join(" ")
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

#[derive(Template)]
#[template(path = "challenge.html")]
struct ChallengeTemplate<'a> {
    frame: &'a Frame,
    locale: Locale,
    words: &'static Bank,
    payee: &'a str,
    /// The amount as buyers write it, with the marks that keep translators away.
    sum: &'a str,
    currency: &'a str,
    shows_code: bool,
    /// The card's last digits, as markup.
    ending: &'a str,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticeTemplate<'a> {
    frame: &'a Frame,
    locale: Locale,
    words: &'static Notice,
    /// The element that holds it: `main`, or `section` inside a page that has a main part.
    landmark: &'static str,
    title: &'a str,
    text: &'a str,
}

#[derive(Template)]
#[template(path = "soon.html")]
struct SoonTemplate<'a> {
    frame: &'a Frame,
    locale: Locale,
    words: &'static Notice,
    /// After how many seconds the page looks again by itself.
    again_s: u32,
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

fn render(template: &impl Template, frame: &Frame, ancestors: &str) -> Html {
    // Writing into a string cannot fail; a page must not panic over it either way.
    let body = template.render().unwrap_or_default();
    Html { body, csp: format!("{}; frame-ancestors {ancestors}", frame.policy), payment: None }
}

/// JSON that cannot end the script element it stands in, nor open a comment.
fn data_block(data: &impl Serialize) -> String {
    let json = serde_json::to_string(data).unwrap_or_else(|_| "{}".to_owned());
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// Only what is exactly an origin, since these words end up in a header: no path, no wildcard,
/// nothing that could end the directive.
fn exact_origins(origins: &[String]) -> Vec<&str> {
    let exact = |origin: &&str| {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        host.is_some_and(|host| {
            let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
            !host.is_empty() && host.chars().all(plain)
        })
    };
    origins.iter().map(String::as_str).filter(exact).collect()
}

fn ancestors(origins: &[&str]) -> String {
    if origins.is_empty() { "'none'".to_owned() } else { origins.join(" ") }
}

/// The letter on the payee's badge.
fn initial(payee: &str) -> Option<String> {
    let letter = payee.chars().find(|c| c.is_alphanumeric())?;
    Some(letter.to_uppercase().collect())
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

fn is_web_address(url: &str) -> bool {
    let starts = |scheme: &str| {
        url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    starts("https://") || starts("http://")
}

/// `9:41`, `2 h 05 min` or `3 d 4 h`: the words `page.js` goes on with.
fn time_left(left_ms: i64, words: &PayBoth) -> String {
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

#[cfg(test)]
mod tests;
