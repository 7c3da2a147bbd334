//! The buyer's page and its own calls: `/pay/{token}`.

pub mod call;
pub mod problems;
pub mod routes;
pub mod view;

use super::{Content, Reply};
use crate::model::{
    Time,
    card::FailureReason,
    origin::Origin,
    payment_intent::{LinkTerms, PaymentIntent, StatusName},
};
use crate::operations::{Problem, ProblemKind, Resource, StateRefusal};
use serde_json::{Value, json};
use view::{ChallengePage, Html, PageState, PaidCard, PayPage};

const NOT_PROCESSED: &str = "The card could not be processed.";

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
        expires_at_ms: terms.link.expires_at.ms(),
        now_ms: now.ms(),
        payment_intent_id: &intent.id.to_string(),
        test_mode: intent.scope.mode == crate::model::Mode::Test,
        allowed_origins: &origins(terms),
        return_url: terms.link.return_url.as_deref(),
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
#[must_use]
pub fn error_page(problem: &Problem) -> Reply {
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

/// An error of one of the page's own calls.
#[must_use]
pub fn error(problem: &Problem, request_id: &str) -> Reply {
    let errors: Vec<Value> = problems::fields(problem)
        .iter()
        .map(|field| json!({"field": field.field, "message": field.message}))
        .collect();
    let row = problems::row(problem.kind());
    let body = json!({
        "code": row.code,
        "message": problems::message(problem),
        "errors": errors,
        "request_id": request_id,
    });
    let reply = Reply { status: row.status, ..Reply::json(&body) };
    match problems::retry_after_s(problem) {
        Some(seconds) => reply.header("retry-after", seconds.to_string()),
        None => reply,
    }
}

/// An answer to one of the page's own calls has no envelope.
#[must_use]
pub fn plain(content: Content) -> String {
    match content {
        Content::Data(text) | Content::Json(text) | Content::Html(text) => text,
        Content::List { data, .. } => data,
    }
}

fn html_reply(status: u16, html: Html) -> Reply {
    Reply::html(status, html.body, html.csp)
}

fn origins(terms: &LinkTerms) -> Vec<String> {
    terms.link.allowed_origins.iter().map(|origin| Origin::as_str(origin).to_owned()).collect()
}
