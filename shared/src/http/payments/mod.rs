//! The payments surface: `/payments` and its neighbours.

pub mod address;
pub mod api_key;
pub mod charge;
pub mod credit_note;
pub mod customer;
pub mod customer_batch;
pub mod deleted;
pub mod delivery;
pub mod document;
pub mod download;
pub mod field;
pub mod invoice;
pub mod new_payment;
pub mod openapi;
pub mod page;
pub mod payment;
pub mod payment_list;
pub mod payment_method;
pub mod problems;
pub mod refund;
pub mod replay;
pub mod routes;
pub mod tax;
pub mod tax_preview;
pub mod tax_rate;
pub mod tax_view;
pub mod transaction;
pub mod webhook_endpoint;

use super::{
    Content, Reply,
    reply::{json, rate_limit},
    surface::{Exchange, KeysOf, Rendered, Surface, UnknownFields},
};
use crate::{model::Mode, operations::Problem};
use problems::Details;
use serde::Serialize;
use serde_json::value::RawValue;

/// The one version of this surface. A request may name any; this is what it gets.
pub use crate::webhook::payload::payments::API_VERSION as VERSION;

/// The payments surface.
pub struct Payments;

/// `livemode` of objects in this mode.
pub const fn livemode(mode: Mode) -> bool {
    match mode {
        Mode::Live => true,
        Mode::Test => false,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Success {
    success: bool,
    data: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    has_more: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

#[derive(Serialize)]
struct Failure<'a> {
    success: bool,
    error: ErrorView<'a>,
}

#[derive(Serialize)]
struct ErrorView<'a> {
    r#type: &'a str,
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    param: Option<&'a str>,
    details: Option<Details<'a>>,
    doc_url: Option<String>,
}

impl Surface for Payments {
    const NAME: &'static str = "payments";
    const UNKNOWN_FIELDS: UnknownFields = UnknownFields::Ignored;
    const KEYS_OF: KeysOf = KeysOf::Path;

    /// Ids have one form here, and callers' own ids are what they are.
    fn id_meaning(_: &str) -> Option<String> {
        None
    }

    fn headers() -> &'static [(&'static str, &'static str)] {
        &[
            ("cache-control", "no-store"),
            ("paylink-version", VERSION),
            ("strict-transport-security", "max-age=31536000"),
            ("x-content-type-options", "nosniff"),
        ]
    }

    fn success(reply: Reply, status: u16, _: &Exchange<'_>) -> Rendered {
        let Reply { headers, content, .. } = reply;
        let (data, page) = match content {
            Content::Html(html) => return Rendered::html(status, headers, html),
            Content::Json(json) => return Rendered::json(status, headers, json),
            Content::Text { media, text } => {
                return Rendered::text(status, headers, media, text);
            }
            Content::Bytes { media, bytes } => {
                return Rendered::bytes(status, headers, media, bytes);
            }
            Content::Data(data) => (data, None),
            Content::List { data, next_cursor, .. } => (data, Some(next_cursor)),
        };
        let data = RawValue::from_string(data).unwrap_or_default();
        let has_more = page.as_ref().map(Option::is_some);
        let envelope = Success { success: true, data, has_more, next_cursor: page.flatten() };
        Rendered::json(status, headers, json(&envelope))
    }

    fn problem(problem: &Problem, exchange: &Exchange<'_>) -> Rendered {
        let problems::Row { status, kind, code, .. } = problems::row(problem.kind());
        let message = problems::message(problem);
        let error = ErrorView {
            r#type: kind,
            code,
            message: &message,
            param: problems::param(problem),
            details: problems::details(problem),
            doc_url: exchange.docs_url.map(|docs| format!("{docs}#{code}")),
        };
        let allowance = problems::allowance(problem);
        let headers = allowance.iter().flat_map(rate_limit).collect();
        let rendered = Rendered::json(status, headers, json(&Failure { success: false, error }))
            .retry_after(problems::retry_after_s(problem))
            .allow(problem);
        // What a processor said no to is an answer, and repeated as one.
        if let Problem::ChargeFailed { replayed: true, .. }
        | Problem::RefundFailed { replayed: true, .. } = problem
        {
            return rendered.header("idempotent-replayed", "true");
        }
        rendered
    }

    fn code(problem: &Problem) -> (u16, &'static str) {
        let row = problems::row(problem.kind());
        (row.status, row.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Time, card::FailureReason, id::RefundId},
        operations::{Allowance, FieldError, Resource},
    };
    use serde_json::{Value, json};

    fn exchange() -> Exchange<'static> {
        let docs_url = Some("https://docs.example.com/errors");
        Exchange { request_id: "r-1", now: Time::from_ms(0), docs_url, languages: "" }
    }

    fn body(rendered: &Rendered) -> Value {
        serde_json::from_str(&rendered.body).unwrap()
    }

    fn refused(problem: &Problem) -> Value {
        body(&Payments::problem(problem, &exchange()))
    }

    #[test]
    fn answers_stand_in_the_envelope() {
        let one = Payments::success(Reply::data(&json!({"id": "pay_1"})), 200, &exchange());
        assert_eq!(body(&one), json!({"success": true, "data": {"id": "pay_1"}}));
        let last = Payments::success(Reply::list::<Value>(&[], 25, None), 200, &exchange());
        assert_eq!(body(&last), json!({"success": true, "data": [], "hasMore": false}));
        let next = Some("djEu".to_owned());
        let first = Payments::success(Reply::list(&[json!(1)], 1, next), 200, &exchange());
        let page = json!({"success": true, "data": [1], "hasMore": true, "nextCursor": "djEu"});
        assert_eq!(body(&first), page);
    }

    #[test]
    fn what_a_processor_refused_is_an_answer_and_repeated_as_one() {
        let told = |replayed| {
            let refund = RefundId::mint(Time::from_ms(0), [1; 10]);
            let problem =
                Problem::RefundFailed { refund, reason: FailureReason::CardDeclined, replayed };
            let rendered = Payments::problem(&problem, &exchange());
            (
                rendered.status,
                rendered.headers.contains(&("idempotent-replayed", "true".to_owned())),
            )
        };
        assert_eq!((told(false), told(true)), ((402, false), (402, true)));
    }

    #[test]
    fn broken_fields_are_400_and_all_named() {
        let field = |field: &str, message: &str| FieldError {
            field: field.to_owned(),
            message: message.to_owned(),
        };
        let amount = field("amount", "must be an integer of at least 1");
        let country = field("address.country", "must be an ISO 3166-1 code such as DE");
        let problem = Problem::Invalid(vec![amount, country]);
        assert_eq!(Payments::problem(&problem, &exchange()).status, 400);
        let error = json!({
            "type": "validation_error",
            "code": "validation_error",
            "message": "Some fields are not right: amount, address.country.",
            "param": "amount",
            "details": [
                {"field": "amount", "message": "must be an integer of at least 1"},
                {"field": "address.country", "message": "must be an ISO 3166-1 code such as DE"},
            ],
            "doc_url": "https://docs.example.com/errors#validation_error",
        });
        assert_eq!(refused(&problem), json!({"success": false, "error": error}));
    }

    #[test]
    fn where_no_input_is_to_blame_there_is_no_param_and_details_are_null() {
        let error = refused(&Problem::NotFound(Resource::Payment))["error"].clone();
        assert_eq!(error["type"], "not_found_error");
        assert_eq!(error["code"], "payment_not_found");
        assert_eq!(error["details"], Value::Null);
        assert_eq!(error.get("param"), None);
    }

    #[test]
    fn another_request_with_the_same_key_is_told_the_names_of_what_differs() {
        let problem = Problem::Repeated { differing: vec!["amount".to_owned()] };
        let error = refused(&problem)["error"].clone();
        assert_eq!(error["code"], "idempotency_key_mismatch");
        assert_eq!(error["details"], json!(["amount"]));
    }

    #[test]
    fn who_has_to_wait_is_told_how_long() {
        for (problem, status, seconds) in [
            (Problem::RateLimited { retry_after_s: 7 }, 429, "7"),
            (Problem::LimitReached(Allowance { limit: 5, left: 0, reset_s: 9 }), 429, "9"),
            (Problem::Contended, 429, "1"),
            (Problem::InProgress { retry_after_s: 30 }, 409, "30"),
        ] {
            let rendered = Payments::problem(&problem, &exchange());
            assert_eq!(rendered.status, status);
            assert!(rendered.headers.contains(&("retry-after", seconds.to_owned())));
        }
    }
}
