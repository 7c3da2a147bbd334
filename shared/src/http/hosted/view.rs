//! What a buyer sees behind a payment link: pages rendered from templates, each with its own
//! `Content-Security-Policy`.
//!
//! Everything is inlined and nothing is fetched from elsewhere, so the policy allows exactly one
//! style sheet and one script, by hash. Where a processor shows the card fields, its adapter states
//! what the policy gains. Text from outside (payee, messages, addresses) reaches a
//! page only through the templates' escaping or through [`data_block`].

mod amount;
mod challenge;
mod fields;
mod frame;
mod link;
mod pay;
mod says;
mod shown;

use super::words::{self, Locale, Notice};
use askama::Template;
use frame::{Frame, NOTICE};
use serde::Serialize;

pub use challenge::{ChallengePage, challenge_over, challenge_page};
pub use fields::check_page;
pub use link::{LinkClosed, LinkLine, LinkPage, LinkSeller, PageSupport, link_over, link_page};
pub use pay::{PageState, PaidCard, PayPage, PayTax, Saving, pay_page, tax_name};

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

/// What stands in the place of a file that is being made: it looks again by itself, without script.
pub fn file_soon(locale: Locale, again_s: u32) -> Html {
    let words = words::notice(locale);
    let template = SoonTemplate { frame: &NOTICE, locale, words, again_s };
    render(&template, &NOTICE, "'none'")
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

fn within_our_page(allowed_origins: &[String]) -> String {
    let origins = exact_origins(allowed_origins);
    ["'self'"].into_iter().chain(origins).collect::<Vec<_>>().join(" ")
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

#[cfg(test)]
mod tests;
