//! The platform surface: `/v1/platform`.

pub mod access_token;
pub mod bank_account;
pub mod card_payment_link;
pub mod delivery;
pub mod destination;
pub mod jwks;
pub mod merchant_account;
pub mod new_payment;
pub mod page;
pub mod payment;
pub mod payment_method;
pub mod payment_step;
pub mod problems;
pub mod product;
pub mod replay;
pub mod route;
pub mod routes;
pub mod user;
pub mod wallet;
pub mod webhook_endpoint;

use super::{Content, Reply, reply::json};
use crate::model::Time;
use crate::operations::{FieldError, Problem};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

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
#[must_use]
pub fn envelope(status_code: u16, content: Content, now: Time) -> String {
    let query_generated_time = now.ms();
    let (data, page) = match content {
        Content::Data(data) | Content::Json(data) | Content::Html(data) => (data, None),
        Content::List { data, limit, next_cursor } => (data, Some((limit, next_cursor))),
    };
    let data = RawValue::from_string(data).unwrap_or_default();
    let pagination = page.as_ref().map(|(limit, next)| Pagination {
        limit: *limit,
        next_cursor: next.as_deref(),
        has_more: next.is_some(),
    });
    json(&Envelope { status_code, data, pagination, query_generated_time })
}

/// The envelope around an error.
#[must_use]
pub fn error(problem: &Problem, request_id: &str, now: Time) -> Reply {
    let problems::Row { status, code, .. } = problems::row(problem.kind());
    let (message, errors) = (problems::message(problem), problems::fields(problem));
    let data = ErrorData { code, message: &message, errors: &errors, request_id };
    let envelope =
        Envelope { status_code: status, data, pagination: None, query_generated_time: now.ms() };
    let reply = Reply { status, ..Reply::json(&envelope) };
    let reply = match problems::retry_after_s(problem) {
        Some(seconds) => reply.header("retry-after", seconds.to_string()),
        None => reply,
    };
    match status {
        401 => reply.header("www-authenticate", "Bearer"),
        _ => reply,
    }
}
