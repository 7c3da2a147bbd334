//! The links surface: `/api/...`. Answers are plain JSON, errors as a Django client reads them.

pub mod account;
pub mod activity;
pub mod api_key;
pub mod browser;
pub mod buyer_details;
pub mod checkout;
pub mod credential;
pub mod csv;
pub mod delivery;
pub mod field;
pub mod link_change;
pub mod link_list;
pub mod list;
pub mod openapi;
pub mod organization;
pub mod organization_change;
pub mod payment_link;
pub mod picture;
pub mod problems;
pub mod product;
pub mod public_link;
pub mod qr;
pub mod refund;
pub mod routes;
pub mod second_factor;
pub mod session;
pub mod statistics;
pub mod tax;
pub mod team;
pub mod transaction;
pub mod transaction_csv;
pub mod transaction_list;
pub mod version;
pub mod webhook;

use super::{
    Reply,
    reply::json,
    surface::{Exchange, Rendered, Surface, UnknownFields},
};
use crate::{model::id::form::behind_any_prefix, operations::Problem};
use uuid::Uuid;

/// The links surface.
pub struct Links;

impl Surface for Links {
    const NAME: &'static str = "links";
    const UNKNOWN_FIELDS: UnknownFields = UnknownFields::Refused;

    fn id_meaning(text: &str) -> Option<String> {
        let uuid = Uuid::try_parse(text).ok().or_else(|| behind_any_prefix(text))?;
        Some(uuid.to_string())
    }

    fn headers() -> &'static [(&'static str, &'static str)] {
        &[
            ("cache-control", "no-store"),
            ("strict-transport-security", "max-age=31536000"),
            ("x-content-type-options", "nosniff"),
        ]
    }

    fn success(reply: Reply, status: u16, _: &Exchange<'_>) -> Rendered {
        Rendered::plain(reply, status)
    }

    fn problem(problem: &Problem, _: &Exchange<'_>) -> Rendered {
        let (status, code) = Self::code(problem);
        let mut body = problems::nested(problem);
        body.insert("detail".to_owned(), problems::detail(problem).into());
        body.insert("code".to_owned(), code.into());
        let retry_after = problems::retry_after_s(problem);
        if status == 429 {
            body.insert("retry_after".to_owned(), retry_after.into());
        }
        Rendered::json(status, Vec::new(), json(&body)).retry_after(retry_after).allow(problem)
    }

    fn code(problem: &Problem) -> (u16, &'static str) {
        let row = problems::row(problem);
        (row.status, row.code)
    }
}

/// The two routes for buyers: pages of any origin may call them, without credentials.
pub struct PublicLinks;

impl Surface for PublicLinks {
    const NAME: &'static str = Links::NAME;
    const UNKNOWN_FIELDS: UnknownFields = Links::UNKNOWN_FIELDS;

    fn id_meaning(text: &str) -> Option<String> {
        Links::id_meaning(text)
    }

    fn options(path: &str) -> Option<&'static str> {
        Some(if path.ends_with("/start") { "OPTIONS, POST" } else { "GET, HEAD, OPTIONS" })
    }

    fn headers() -> &'static [(&'static str, &'static str)] {
        &[
            ("access-control-allow-headers", "content-type, idempotency-key"),
            ("access-control-allow-methods", "POST, GET, OPTIONS"),
            ("access-control-allow-origin", "*"),
            ("access-control-expose-headers", "idempotent-replayed, retry-after, x-request-id"),
            ("cache-control", "no-store"),
            ("strict-transport-security", "max-age=31536000"),
            ("x-content-type-options", "nosniff"),
        ]
    }

    fn success(reply: Reply, status: u16, exchange: &Exchange<'_>) -> Rendered {
        Links::success(reply, status, exchange)
    }

    fn problem(problem: &Problem, exchange: &Exchange<'_>) -> Rendered {
        Links::problem(problem, exchange)
    }

    fn code(problem: &Problem) -> (u16, &'static str) {
        Links::code(problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Time,
        operations::{FieldError, Resource, StateRefusal, Unauthenticated},
    };
    use serde_json::{Value, json};

    fn exchange() -> Exchange<'static> {
        Exchange { request_id: "r-1", now: Time::from_ms(0), docs_url: None, languages: "" }
    }

    fn refused(problem: &Problem) -> (u16, Value) {
        let rendered = Links::problem(problem, &exchange());
        (rendered.status, serde_json::from_str(&rendered.body).unwrap())
    }

    #[test]
    fn answers_have_no_envelope() {
        let made = Reply::data(&json!({"id": "prod_1"}));
        let rendered = Links::success(made, 201, &exchange());
        assert_eq!((rendered.status, &*rendered.body), (201, r#"{"id":"prod_1"}"#));
    }

    #[test]
    fn broken_fields_have_lists_nested_like_the_request() {
        let field = |field: &str, message: &str| FieldError {
            field: field.to_owned(),
            message: message.to_owned(),
        };
        let problem = Problem::Invalid(vec![
            field("name", "is required"),
            field("products[1].quantity", "must be between 1 and 999999"),
            field("", "The total 0.30 USD is below the minimum of 0.50 USD."),
            field("name", "must not be blank"),
        ]);
        let body = json!({
            "detail": "Some fields are not valid.",
            "code": "validation_error",
            "name": ["This field is required.", "Must not be blank."],
            "products": [{}, {"quantity": ["Must be between 1 and 999999."]}],
            "non_field_errors": ["The total 0.30 USD is below the minimum of 0.50 USD."],
        });
        assert_eq!(refused(&problem), (400, body));
    }

    #[test]
    fn a_field_that_is_named_like_a_part_of_a_refusal_is_not_lost() {
        let message = "is not the one that your app shows now".to_owned();
        let problem = Problem::Invalid(vec![FieldError { field: "code".to_owned(), message }]);
        let body = json!({
            "detail": "Some fields are not valid.",
            "code": "validation_error",
            "non_field_errors": ["code: Is not the one that your app shows now."],
        });
        assert_eq!(refused(&problem), (400, body));
    }

    #[test]
    fn each_way_to_lack_a_credential_has_its_code() {
        for (why, code) in [
            (Unauthenticated::NoToken, "token_required"),
            (Unauthenticated::TokenExpired, "token_expired"),
            (Unauthenticated::SessionRevoked, "session_revoked"),
            (Unauthenticated::NoKey, "api_key_required"),
            (Unauthenticated::InvalidKey, "api_key_invalid"),
            (Unauthenticated::Ambiguous, "ambiguous_credentials"),
            (Unauthenticated::Client, "invalid_credentials"),
            (Unauthenticated::Code, "invalid_credentials"),
        ] {
            let (status, body) = refused(&Problem::Unauthenticated(why));
            assert_eq!((status, &body["code"]), (401, &json!(code)));
        }
    }

    #[test]
    fn links_that_are_over_are_gone() {
        for (problem, status, code) in [
            (Problem::NotFound(Resource::Link), 404, "link_not_found"),
            (Problem::State(StateRefusal::LinkExpired), 410, "link_expired"),
            (Problem::State(StateRefusal::LinkUsed), 410, "link_exhausted"),
            (Problem::State(StateRefusal::LinkCanceled), 410, "link_inactive"),
        ] {
            let (answered, body) = refused(&problem);
            assert_eq!((answered, &body["code"]), (status, &json!(code)));
        }
    }

    #[test]
    fn who_is_too_fast_is_told_when_to_come_again() {
        let (status, body) = refused(&Problem::RateLimited { retry_after_s: 9 });
        assert_eq!(
            (status, &body["code"], &body["retry_after"]),
            (429, &json!("throttled"), &json!(9))
        );
        assert_eq!(refused(&Problem::Contended).1["retry_after"], 1);
        let rendered = Links::problem(&Problem::Contended, &exchange());
        assert!(rendered.headers.contains(&("retry-after", "1".to_owned())));
    }
}
