//! What a buyer sees behind a payment link: pages rendered from templates, each with its own
//! `Content-Security-Policy`.
//!
//! Everything is inlined and nothing is fetched from elsewhere, so the policy allows exactly one
//! style sheet and one script, by hash. Text from outside (payee, messages, addresses) reaches a
//! page only through the templates' escaping or through [`data_block`].

mod amount;

use std::sync::LazyLock;

use amount::{in_words, length_class, show_money};
use askama::Template;
use serde::Serialize;

/// A page and the policy it must be sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Html {
    /// The whole document.
    pub body: String,
    /// The value of the `Content-Security-Policy` header.
    pub csp: String,
}

/// Everything the page of an existing link shows.
#[derive(Debug, Clone, Copy)]
pub struct PayPage<'a> {
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
    /// Where the payment stands.
    pub state: PageState<'a>,
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
    /// Used, and paid.
    Paid {
        /// The card that was charged, where it was one.
        card: Option<PaidCard<'a>>,
    },
    /// Used, and not paid.
    NotPaid {
        /// Why, in words for the buyer.
        message: &'a str,
    },
    /// Out of time.
    Expired,
    /// Called off by the payee.
    Canceled,
}

/// The card that was charged, as a receipt names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaidCard<'a> {
    /// The scheme in words: `Visa`.
    pub name: &'a str,
    /// The last four digits.
    pub last4: &'a str,
}

/// What the simulated bank asks about.
#[derive(Debug, Clone, Copy)]
pub struct ChallengePage<'a> {
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
    let mut message = "The card could not be processed.";
    let mut receipt = String::new();
    let (view, live) = match page.state {
        PageState::Payable => ("form", true),
        PageState::Processing => ("processing", true),
        PageState::Challenge => ("challenge", true),
        PageState::Paid { card } => {
            receipt = card
                .map(|card| format!("{} ending in {}", card.name, card.last4))
                .unwrap_or_default();
            ("success", false)
        }
        PageState::NotPaid { message: why } => {
            message = if why.is_empty() { message } else { why };
            ("failed", false)
        }
        PageState::Expired => ("expired", false),
        PageState::Canceled => ("canceled", false),
    };
    let money = show_money(page.amount, page.currency);
    let pay_label = format!("Pay {money}");
    let title = if view == "form" { pay_label.as_str() } else { "Payment" };
    let origins = exact_origins(page.allowed_origins);
    let data = data_block(&PageData {
        payee: page.payee,
        payment_intent_id: page.payment_intent_id,
        expires_at_ms: page.expires_at_ms,
        now_ms: page.now_ms,
        allowed_origins: &origins,
    });
    let template = PayTemplate {
        frame: &PAY,
        title: &format!("{title} to {}", page.payee),
        payee: page.payee,
        initial: initial(page.payee),
        amount: page.amount,
        money: &money,
        length: length_class(&money),
        words: in_words(page.amount, page.currency),
        currency: page.currency,
        shows_code: !money.contains(page.currency),
        description: page.description,
        asks_email: page.asks_email,
        time_left: &page
            .expires_at_ms
            .map(|end| time_left(end.saturating_sub(page.now_ms)))
            .unwrap_or_default(),
        test_mode: page.test_mode,
        live,
        view,
        message,
        card: &receipt,
        payment_intent_id: page.payment_intent_id,
        return_url: page.return_url.filter(|url| view == "success" && is_web_address(url)),
        data: &data,
    };
    render(&template, &PAY, &ancestors(&origins))
}

/// The page for a link that does not exist (404).
pub fn unknown_link() -> Html {
    problem(
        "We cannot find this payment",
        "Check that you have the whole link, or ask the person who sent it for a new one.",
    )
}

/// A page for people when something else is wrong: too many requests, our own fault.
pub fn problem(title: &str, text: &str) -> Html {
    let template = NoticeTemplate { frame: &NOTICE, landmark: "main", title, text };
    render(&template, &NOTICE, "'none'")
}

/// The simulated bank's page. Our own page frames it, so `'self'` stands beside the tenant's
/// origins: browsers check every ancestor, not only the nearest.
pub fn challenge_page(page: &ChallengePage<'_>) -> Html {
    let money = show_money(page.amount, page.currency);
    let template = ChallengeTemplate {
        frame: &CHALLENGE,
        payee: page.payee,
        amount: page.amount,
        money: &money,
        words: in_words(page.amount, page.currency),
        shows_code: !money.contains(page.currency),
        currency: page.currency,
        last4: page.last4,
    };
    render(&template, &CHALLENGE, &within_our_page(page.allowed_origins))
}

/// What stands in the bank's place when there is nothing to answer any more.
pub fn challenge_over(allowed_origins: &[String]) -> Html {
    let (title, text) =
        ("This step is over", "Go back to the payment page to see how the payment went.");
    // Our own page around it has the main part.
    let template = NoticeTemplate { frame: &NOTICE, landmark: "section", title, text };
    render(&template, &NOTICE, &within_our_page(allowed_origins))
}

fn within_our_page(allowed_origins: &[String]) -> String {
    let origins = exact_origins(allowed_origins);
    ["'self'"].into_iter().chain(origins).collect::<Vec<_>>().join(" ")
}

/// The style and the script of a page, and the part of its policy that never changes.
struct Frame {
    css: String,
    script: String,
    policy: String,
}

/// Hashes of the inlined sources, so that no process has to compute them. The tests say what they
/// have to be after an edit.
const CSS_HASH: &str = "'sha256-i8d+n59rb46F4Dr/2bY18K6KyRNHjDU0U77eJkukwAI='";
const PAY_HASH: &str = "'sha256-XQRmqVjG7Y65t4ZZ7GeIGECPxLuQyHX31rAGfBEzsSo='";
const CHALLENGE_HASH: &str = "'sha256-AjRM6DykfnSVuj4AesmEBWSlsN2A6BQkuB2O9GTcwE4='";

impl Frame {
    fn new(script: &str, scripts: &str) -> Self {
        let css = compact_css(include_str!("page/page.css"));
        let script = compact(script);
        let policy = format!(
            "default-src 'none'; style-src {CSS_HASH}; script-src {scripts}; connect-src 'self'; \
             img-src data:; frame-src 'self'; form-action 'none'; base-uri 'none'; \
             require-trusted-types-for 'script'; trusted-types 'none'",
        );
        Self { css, script, policy }
    }
}

const PAY_SCRIPT: &str = concat!(
    include_str!("page/money.js"),
    include_str!("page/card.js"),
    include_str!("page/server.js"),
    include_str!("page/page.js"),
);
const CHALLENGE_SCRIPT: &str =
    concat!(include_str!("page/money.js"), include_str!("page/challenge.js"));

static PAY: LazyLock<Frame> = LazyLock::new(|| Frame::new(PAY_SCRIPT, PAY_HASH));
static CHALLENGE: LazyLock<Frame> = LazyLock::new(|| Frame::new(CHALLENGE_SCRIPT, CHALLENGE_HASH));
static NOTICE: LazyLock<Frame> = LazyLock::new(|| Frame::new("", "'none'"));

#[derive(Template)]
#[template(path = "pay.html")]
struct PayTemplate<'a> {
    frame: &'a Frame,
    title: &'a str,
    payee: &'a str,
    initial: Option<String>,
    amount: &'a str,
    money: &'a str,
    /// How large the amount may be written.
    length: &'static str,
    /// The amount in words, where its digits could be misread.
    words: Option<String>,
    currency: &'a str,
    shows_code: bool,
    description: &'a str,
    asks_email: bool,
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
    data: &'a str,
}

#[derive(Template)]
#[template(path = "challenge.html")]
struct ChallengeTemplate<'a> {
    frame: &'a Frame,
    payee: &'a str,
    amount: &'a str,
    money: &'a str,
    words: Option<String>,
    currency: &'a str,
    shows_code: bool,
    last4: &'a str,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticeTemplate<'a> {
    frame: &'a Frame,
    /// The element that holds it: `main`, or `section` inside a page that has a main part.
    landmark: &'static str,
    title: &'a str,
    text: &'a str,
}

/// What the scripts read from the page.
#[derive(Serialize)]
struct PageData<'a> {
    payee: &'a str,
    payment_intent_id: &'a str,
    expires_at_ms: Option<i64>,
    now_ms: i64,
    allowed_origins: &'a [&'a str],
}

fn render(template: &impl Template, frame: &Frame, ancestors: &str) -> Html {
    // Writing into a string cannot fail; a page must not panic over it either way.
    let body = template.render().unwrap_or_else(|_| "Please reload this page.".to_owned());
    Html { body, csp: format!("{}; frame-ancestors {ancestors}", frame.policy) }
}

/// JSON that cannot end the script element it stands in, nor open a comment.
fn data_block(data: &PageData<'_>) -> String {
    let json = serde_json::to_string(data).unwrap_or_else(|_| "{}".to_owned());
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// The source without indentation and without lines that only comment.
fn compact(source: &str) -> String {
    let lines = source.lines().map(str::trim).filter(|line| {
        let comment = line.starts_with("//") || (line.starts_with("/*") && line.ends_with("*/"));
        !line.is_empty() && !comment
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A style sheet without the spaces that nothing needs. It has no text in quotes but font names.
/// In one pass, since the first buyer of a process waits for it.
fn compact_css(source: &str) -> String {
    let source = compact(source);
    let mut css = String::with_capacity(source.len());
    for letter in source.chars() {
        let needless = match letter {
            ' ' => css.ends_with([':', ';', ',', '{']),
            '\n' => css.ends_with([';', '{']),
            _ => false,
        };
        if needless {
            continue;
        }
        if letter == '{' && css.ends_with(' ') {
            css.pop();
        }
        if letter == '}' {
            let end = css.trim_end_matches([' ', '\n', ';']).len();
            css.truncate(end);
        }
        css.push(letter);
    }
    css
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

fn is_web_address(url: &str) -> bool {
    let starts = |scheme: &str| {
        url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    starts("https://") || starts("http://")
}

/// `9:41`, `2 h 05 min` or `3 d 4 h`: the words `page.js` goes on with.
fn time_left(left_ms: i64) -> String {
    let seconds = (left_ms.max(0) + 999) / 1000;
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match hours {
        0 => format!("{minutes}:{:02}", seconds % 60),
        1..24 => format!("{hours} h {:02} min", minutes % 60),
        _ => format!("{} d {} h", hours / 24, hours % 24),
    }
}

#[cfg(test)]
mod tests;
