//! The buyer's page and its own calls: `/pay/{token}`.

pub mod call;
pub mod problems;
pub mod routes;
pub mod view;

use super::{
    Content, Reply, reply,
    surface::{Exchange, Rendered, Surface, UnknownFields},
};
use crate::model::{
    self, Time,
    card::FailureReason,
    origin::Origin,
    payment_intent::{LinkTerms, PaymentIntent, StatusName},
};
use crate::operations::{FieldError, Problem, ProblemKind, Resource, StateRefusal};
use serde::Serialize;
use view::{ChallengePage, Html, PageState, PaidCard, PayPage};

const NOT_PROCESSED: &str = "The card could not be processed.";

/// The page's own calls: plain JSON.
pub struct Hosted;

/// Pages for people: errors are pages, too.
pub struct Page;

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
}

impl Surface for Hosted {
    const NAME: &'static str = "hosted";
    const UNKNOWN_FIELDS: UnknownFields = UnknownFields::Refused;

    fn headers() -> &'static [(&'static str, &'static str)] {
        HEADERS
    }

    fn success(reply: Reply, _: &Exchange<'_>) -> Rendered {
        rendered(reply)
    }

    fn problem(problem: &Problem, exchange: &Exchange<'_>) -> Rendered {
        let (status, code) = Self::code(problem);
        let (message, errors) = (problems::message(problem), problems::fields(problem));
        let request_id = exchange.request_id;
        let view = ErrorView { code, message: &message, errors: &errors, request_id };
        Rendered::json(status, Vec::new(), reply::json(&view))
            .retry_after(problems::retry_after_s(problem))
            .allow(problem)
    }

    fn code(problem: &Problem) -> (u16, &'static str) {
        let row = problems::row(problem.kind());
        (row.status, row.code)
    }
}

impl Surface for Page {
    const NAME: &'static str = "hosted";
    const UNKNOWN_FIELDS: UnknownFields = UnknownFields::Refused;
    const OPTIONS: Option<&'static str> = Some("GET, HEAD, OPTIONS");

    fn headers() -> &'static [(&'static str, &'static str)] {
        HEADERS
    }

    fn success(reply: Reply, _: &Exchange<'_>) -> Rendered {
        rendered(reply)
    }

    fn problem(problem: &Problem, _: &Exchange<'_>) -> Rendered {
        rendered(error_page(problem)).retry_after(problems::retry_after_s(problem)).allow(problem)
    }

    fn code(problem: &Problem) -> (u16, &'static str) {
        Hosted::code(problem)
    }
}

/// An answer of the page has no envelope.
fn rendered(reply: Reply) -> Rendered {
    let Reply { status, headers, content } = reply;
    match content {
        Content::Html(html) => Rendered::html(status, headers, html),
        Content::Data(json) | Content::Json(json) | Content::List { data: json, .. } => {
            Rendered::json(status, headers, json)
        }
    }
}

/// What the buyer reads about a payment that failed. All declines read the same: it does not help
/// anybody to guess why.
#[must_use]
pub const fn failure_text(reason: FailureReason) -> &'static str {
    match reason {
        FailureReason::CardDeclined
        | FailureReason::InsufficientFunds
        | FailureReason::LostCard
        | FailureReason::StolenCard
        | FailureReason::ExpiredCard
        | FailureReason::IncorrectCvc => "The card was declined.",
        FailureReason::AuthenticationFailed | FailureReason::AuthenticationAbandoned => {
            "Your bank's check was not completed."
        }
        FailureReason::ProcessingError
        | FailureReason::ProcessorUnavailable
        | FailureReason::AccountClosed
        | FailureReason::NoAccount
        | FailureReason::ReturnedR01
        | FailureReason::ReturnedR02
        | FailureReason::ReturnedR03
        | FailureReason::ReturnedR10
        | FailureReason::ReturnedR16
        | FailureReason::PayoutLegFailed
        | FailureReason::ReviewRejected => NOT_PROCESSED,
    }
}

/// A card scheme as its own cards write it.
#[must_use]
pub fn brand_name(brand: &str) -> &'static str {
    match brand {
        "visa" => "Visa",
        "mastercard" => "Mastercard",
        "amex" => "American Express",
        "discover" => "Discover",
        "diners" => "Diners Club",
        "unionpay" => "UnionPay",
        "jcb" => "JCB",
        _ => "Card",
    }
}

/// Why an intent failed, for the buyer.
fn failure_of(intent: &PaymentIntent) -> &'static str {
    intent.status.failure().map_or(NOT_PROCESSED, failure_text)
}

/// The page of an intent at `now`: 410 where the link can no longer be used, 200 otherwise; 404 for
/// a payment that has no link.
#[must_use]
pub fn pay_page(intent: &PaymentIntent, now: Time) -> Reply {
    let Some(terms) = intent.link_terms() else {
        return error_page(&Problem::NotFound(Resource::Link));
    };
    let (status, state) = match intent.status_at(now) {
        StatusName::Pending => (200, PageState::Payable),
        StatusName::Processing | StatusName::PendingReview | StatusName::Held => {
            (200, PageState::Processing)
        }
        StatusName::RequiresAction => (200, PageState::Challenge),
        StatusName::Succeeded | StatusName::Settled => {
            let card = intent.status.attempt().map(|attempt| PaidCard {
                name: brand_name(&attempt.card.brand),
                last4: &attempt.card.last4,
            });
            (200, PageState::Paid { card })
        }
        StatusName::Failed => (200, PageState::NotPaid { message: failure_of(intent) }),
        StatusName::Expired => (410, PageState::Expired),
        StatusName::Canceled => (410, PageState::Canceled),
    };
    let amount = intent.amount().major();
    let html = view::pay_page(&PayPage {
        payee: &terms.link.payee,
        amount: &amount,
        currency: intent.amount().currency().code(),
        description: &intent.description,
        asks_email: intent.surface == model::Surface::Payments && intent.customer.is_none(),
        expires_at_ms: Some(terms.link.expires_at).filter(|end| *end < Time::NEVER).map(Time::ms),
        now_ms: now.ms(),
        payment_intent_id: &intent.id.to_string(),
        test_mode: intent.scope.mode == crate::model::Mode::Test,
        allowed_origins: &origins(terms),
        return_url: intent.return_url().as_deref(),
        state,
    });
    html_reply(status, html)
}

/// The simulated bank's page.
#[must_use]
pub fn challenge_page(intent: &PaymentIntent) -> Reply {
    let Some(terms) = intent.link_terms() else {
        return error_page(&Problem::NotFound(Resource::Link));
    };
    let amount = intent.amount().major();
    let last4 = intent.status.attempt().map(|attempt| attempt.card.last4.as_str());
    html_reply(
        200,
        view::challenge_page(&ChallengePage {
            payee: &terms.link.payee,
            amount: &amount,
            currency: intent.amount().currency().code(),
            last4: last4.unwrap_or_default(),
            allowed_origins: &origins(terms),
        }),
    )
}

/// What stands in the simulated bank's place when there is nothing to answer any more.
#[must_use]
pub fn challenge_over(intent: &PaymentIntent) -> Reply {
    html_reply(
        problems::row(ProblemKind::State(StateRefusal::ChallengeOver)).status,
        view::challenge_over(&intent.link_terms().map(origins).unwrap_or_default()),
    )
}

/// An error as a page for people.
fn error_page(problem: &Problem) -> Reply {
    let status = problems::row(problem.kind()).status;
    let html = if status == 404 {
        view::unknown_link()
    } else {
        view::problem(
            "Something went wrong on our side",
            "Please try again in a moment. If you have just paid, please do not pay again: this \
             page will say how your payment went.",
        )
    };
    html_reply(status, html)
}

fn html_reply(status: u16, html: Html) -> Reply {
    Reply::html(status, html.body, html.csp)
}

fn origins(terms: &LinkTerms) -> Vec<String> {
    terms.link.allowed_origins.iter().map(|origin| Origin::as_str(origin).to_owned()).collect()
}
