//! The buyer's page and its own calls: `/pay/{token}`.

pub mod call;
pub mod download;
pub mod link_page;
mod pages;
pub mod problems;
pub mod quote;
pub mod routes;
pub mod view;
pub mod words;

use super::{
    Reply, reply,
    surface::{Exchange, Rendered, Surface, UnknownFields},
};
use crate::operations::{FieldError, Problem};
use pages::error_page;
use serde::Serialize;
use words::Locale;

pub use pages::{
    Around, brand_name, challenge_over, challenge_page, check_page, due, failure_text, pay_page,
};

/// The page's own calls: plain JSON.
pub struct Hosted;

/// Pages for people: errors are pages, too.
pub struct HostedPages;

/// Headers of the page and its calls. The page's address is a secret: it is neither cached nor
/// passed on.
const HEADERS: &[(&str, &str)] = &[
    ("cache-control", "no-store"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(self)"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=31536000"),
    ("x-content-type-options", "nosniff"),
    ("x-robots-tag", "noindex, nofollow"),
];

#[derive(Serialize)]
struct ErrorView<'a> {
    code: &'a str,
    message: &'a str,
    errors: &'a [FieldError],
    request_id: &'a str,
    /// What is due now, where the page has shown something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    quote: Option<quote::QuoteView>,
}

impl Surface for Hosted {
    const NAME: &'static str = "hosted";
    const UNKNOWN_FIELDS: UnknownFields = UnknownFields::Refused;

    fn headers() -> &'static [(&'static str, &'static str)] {
        HEADERS
    }

    fn success(reply: Reply, status: u16, _: &Exchange<'_>) -> Rendered {
        Rendered::plain(reply, status)
    }

    fn problem(problem: &Problem, exchange: &Exchange<'_>) -> Rendered {
        let (status, code) = Self::code(problem);
        let (message, errors) = (problems::message(problem), problems::fields(problem));
        let request_id = exchange.request_id;
        let quote = if let Problem::AmountChanged(taxed) = problem {
            Some(quote::known(taxed))
        } else {
            None
        };
        let view = ErrorView { code, message: &message, errors: &errors, request_id, quote };
        Rendered::json(status, Vec::new(), reply::json(&view))
            .retry_after(problems::retry_after_s(problem))
            .allow(problem)
    }

    fn code(problem: &Problem) -> (u16, &'static str) {
        let row = problems::row(problem.kind());
        (row.status, row.code)
    }
}

impl Surface for HostedPages {
    const NAME: &'static str = "hosted";
    const UNKNOWN_FIELDS: UnknownFields = UnknownFields::Refused;
    const OPTIONS: Option<&'static str> = Some("GET, HEAD, OPTIONS");

    fn headers() -> &'static [(&'static str, &'static str)] {
        HEADERS
    }

    fn success(reply: Reply, status: u16, _: &Exchange<'_>) -> Rendered {
        Rendered::plain(reply, status)
    }

    fn problem(problem: &Problem, exchange: &Exchange<'_>) -> Rendered {
        let locale = Locale::best(exchange.languages).unwrap_or_default();
        let (status, _) = Self::code(problem);
        Rendered::plain(error_page(problem, locale), status)
            .retry_after(problems::retry_after_s(problem))
            .allow(problem)
    }

    fn code(problem: &Problem) -> (u16, &'static str) {
        Hosted::code(problem)
    }
}
