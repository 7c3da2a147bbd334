//! The platform surface: `/v1/platform`.

pub mod access_token;
pub mod bank_account;
pub mod card_payment_link;
pub mod delivery;
pub mod destination;
pub mod jwks;
pub mod merchant_account;
pub mod new_payment;
pub mod oauth;
pub mod page;
pub mod payment;
pub mod payment_method;
pub mod payment_step;
pub mod problems;
pub mod product;
pub mod refund;
pub mod replay;
pub mod route;
pub mod routes;
pub mod user;
pub mod wallet;
pub mod webhook_endpoint;

use super::{
    Content, Reply,
    reply::json,
    surface::{Exchange, Rendered, Surface, UnknownFields},
};
use crate::model::Time;
use crate::operations::{FieldError, Problem};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// The platform surface.
pub struct Platform;

impl Surface for Platform {
    const NAME: &'static str = "platform";
    const UNKNOWN_FIELDS: UnknownFields = UnknownFields::Refused;

    fn headers() -> &'static [(&'static str, &'static str)] {
        &[
            ("cache-control", "no-store"),
            ("strict-transport-security", "max-age=31536000"),
            ("x-content-type-options", "nosniff"),
        ]
    }

    fn success(reply: Reply, status: u16, exchange: &Exchange<'_>) -> Rendered {
        let Reply { headers, content, .. } = reply;
        match content {
            Content::Html(html) => Rendered::html(status, headers, html),
            Content::Json(json) => Rendered::json(status, headers, json),
            Content::Text { media, text } => Rendered::text(status, headers, media, text),
            Content::Bytes { media, bytes } => Rendered::bytes(status, headers, media, bytes),
            content @ (Content::Data(_) | Content::List { .. }) => {
                Rendered::json(status, headers, envelope(status, content, exchange.now))
            }
        }
    }

    fn problem(problem: &Problem, exchange: &Exchange<'_>) -> Rendered {
        let (status, code) = Self::code(problem);
        let (message, errors) = (problems::message(problem), problems::fields(problem));
        let request_id = exchange.request_id;
        let data = ErrorData { code, message: &message, errors: &errors, request_id };
        let query_generated_time = exchange.now.ms();
        let envelope =
            Envelope { status_code: status, data, pagination: None, query_generated_time };
        let rendered = Rendered::json(status, Vec::new(), json(&envelope))
            .retry_after(problems::retry_after_s(problem))
            .allow(problem);
        match status {
            401 => rendered.header("www-authenticate", "Bearer"),
            _ => rendered,
        }
    }

    fn code(problem: &Problem) -> (u16, &'static str) {
        let row = problems::row(problem.kind());
        (row.status, row.code)
    }
}

#[derive(Serialize)]
struct Envelope<'a, D: Serialize> {
    status_code: u16,
    data: D,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination<'a>>,
    query_generated_time: i64,
}

#[derive(Serialize)]
struct Pagination<'a> {
    limit: u32,
    next_cursor: Option<&'a str>,
    has_more: bool,
}

#[derive(Serialize)]
struct ErrorData<'a> {
    code: &'a str,
    message: &'a str,
    errors: &'a [FieldError],
    request_id: &'a str,
}

impl Serialize for FieldError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut object = serializer.serialize_struct("FieldError", 2)?;
        object.serialize_field("field", &self.field)?;
        object.serialize_field("message", &self.message)?;
        object.end()
    }
}

/// The envelope around an answer.
fn envelope(status_code: u16, content: Content, now: Time) -> String {
    let query_generated_time = now.ms();
    let (data, page) = match content {
        Content::Data(data) | Content::Json(data) | Content::Html(data) => (data, None),
        Content::List { data, limit, next_cursor } => (data, Some((limit, next_cursor))),
        // These have no envelope.
        Content::Text { .. } | Content::Bytes { .. } => ("null".to_owned(), None),
    };
    let data = RawValue::from_string(data).unwrap_or_default();
    let pagination = page.as_ref().map(|(limit, next)| Pagination {
        limit: *limit,
        next_cursor: next.as_deref(),
        has_more: next.is_some(),
    });
    json(&Envelope { status_code, data, pagination, query_generated_time })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store;

    fn answer(problem: &Problem) -> (u16, Option<String>, serde_json::Value) {
        let exchange =
            Exchange { request_id: "r-1", now: Time::from_ms(0), docs_url: None, languages: "" };
        let Rendered { status, headers, body, .. } = Platform::problem(problem, &exchange);
        let mut headers = headers.into_iter();
        let extra = headers.find(|(name, _)| ["retry-after", "allow"].contains(name));
        (status, extra.map(|(_, value)| value), serde_json::from_str(&body).unwrap())
    }

    #[test]
    fn contention_is_load_and_not_our_fault() {
        let problem = Problem::from(store::Error::Contended);
        assert!(!problem.is_ours());
        let (status, retry_after, body) = answer(&problem);
        assert_eq!((status, retry_after.as_deref()), (429, Some("1")));
        assert_eq!(body["data"]["code"], "rate_limited");
    }

    #[test]
    fn another_method_is_answered_with_the_ones_there_are() {
        let (status, allow, body) =
            answer(&Problem::MethodNotAllowed { allow: vec!["GET", "POST"] });
        assert_eq!((status, allow.as_deref()), (405, Some("GET, POST")));
        assert_eq!(body["data"]["code"], "method_not_allowed");
    }
}
