//! The token route as stock OAuth clients read it (RFC 6749): the members of the answer, or of the
//! error, stand at the top level too, beside the surface's envelope. For requests with a form,
//! which is what such clients send.

use super::Platform;
use crate::{
    http::{
        Content, Reply, Request,
        reply::json,
        request::Media,
        surface::{Exchange, Rendered, Surface, UnknownFields, Voice},
    },
    operations::{Problem, ProblemKind},
};
use serde::Serialize;

/// The platform surface for stock OAuth clients.
pub struct OAuth;

#[derive(Serialize)]
struct Failure<'a> {
    error: &'a str,
    error_description: &'a str,
}

/// Whose envelope a request for a token is answered in.
pub fn voice_of(req: &Request) -> Voice {
    match req.media() {
        Ok(Media::Form) => Voice::of::<OAuth>(),
        Ok(Media::Json) | Err(_) => Voice::of::<Platform>(),
    }
}

impl Surface for OAuth {
    const NAME: &'static str = Platform::NAME;
    const UNKNOWN_FIELDS: UnknownFields = Platform::UNKNOWN_FIELDS;

    fn headers() -> &'static [(&'static str, &'static str)] {
        Platform::headers()
    }

    fn success(reply: Reply, status: u16, exchange: &Exchange<'_>) -> Rendered {
        let members = match &reply.content {
            Content::Data(members) => members.clone(),
            Content::List { .. }
            | Content::Json(_)
            | Content::Html(_)
            | Content::Text { .. }
            | Content::Bytes { .. } => "{}".to_owned(),
        };
        beside(Platform::success(reply, status, exchange), &members)
    }

    fn problem(problem: &Problem, exchange: &Exchange<'_>) -> Rendered {
        let message = super::problems::message(problem);
        let members = json(&Failure { error: error(problem), error_description: &message });
        beside(Platform::problem(problem, exchange), &members)
    }

    fn code(problem: &Problem) -> (u16, &'static str) {
        Platform::code(problem)
    }
}

/// Puts the members of an object beside those of the envelope.
fn beside(rendered: Rendered, members: &str) -> Rendered {
    let joined = rendered.body.strip_suffix('}').zip(members.strip_prefix('{'));
    match joined {
        Some((envelope, rest)) if rest != "}" => {
            Rendered { body: format!("{envelope},{rest}"), ..rendered }
        }
        Some(_) | None => rendered,
    }
}

/// The error's name in RFC 6749, 5.2.
fn error(problem: &Problem) -> &'static str {
    match problem.kind() {
        ProblemKind::InvalidClient | ProblemKind::Unauthenticated => "invalid_client",
        ProblemKind::Invalid => {
            let fields = super::problems::fields(problem);
            if fields.iter().all(|field| field.field == "scope") {
                "invalid_scope"
            } else if fields.iter().any(|field| field.field == "grant_type") {
                "unsupported_grant_type"
            } else {
                "invalid_request"
            }
        }
        ProblemKind::RateLimited | ProblemKind::Contended | ProblemKind::Unavailable => {
            "temporarily_unavailable"
        }
        ProblemKind::Internal => "server_error",
        ProblemKind::InvalidJson
        | ProblemKind::BodyTooLarge
        | ProblemKind::UnsupportedMediaType
        | ProblemKind::Forbidden
        | ProblemKind::NoRoute
        | ProblemKind::MethodNotAllowed
        | ProblemKind::NotFound(_)
        | ProblemKind::Taken(_)
        | ProblemKind::Repeated
        | ProblemKind::InProgress
        | ProblemKind::Conflict
        | ProblemKind::RefundExceedsRest
        | ProblemKind::RefundAboveLimit
        | ProblemKind::RefundFailed
        | ProblemKind::ChargeFailed
        | ProblemKind::AmountChanged
        | ProblemKind::State(_) => "invalid_request",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Time, operations::Unauthenticated};
    use serde_json::{Value, json};

    fn exchange() -> Exchange<'static> {
        Exchange { request_id: "r-1", now: Time::from_ms(5), docs_url: None, languages: "" }
    }

    fn body(rendered: &Rendered) -> Value {
        serde_json::from_str(&rendered.body).unwrap()
    }

    #[test]
    fn stock_clients_find_the_token_at_the_top_level() {
        let token = json!({"access_token": "ey", "token_type": "Bearer"});
        let answer = body(&OAuth::success(Reply::data(&token), 200, &exchange()));
        assert_eq!(answer["access_token"], "ey");
        assert_eq!(answer["data"], token);
        assert_eq!(
            (&answer["status_code"], &answer["query_generated_time"]),
            (&json!(200), &json!(5))
        );
    }

    #[test]
    fn stock_clients_find_the_error_at_the_top_level() {
        let unknown = Problem::Unauthenticated(Unauthenticated::Client);
        for (problem, status, error, code) in [
            (unknown, 401, "invalid_client", "invalid_client"),
            (Problem::field("scope", "x"), 422, "invalid_scope", "validation_error"),
            (Problem::field("grant_type", "x"), 422, "unsupported_grant_type", "validation_error"),
            (Problem::field("client_id", "x"), 422, "invalid_request", "validation_error"),
        ] {
            let rendered = OAuth::problem(&problem, &exchange());
            let answer = body(&rendered);
            assert_eq!((rendered.status, &answer["error"]), (status, &json!(error)));
            assert_eq!(answer["data"]["code"], code);
            assert!(answer["error_description"].is_string());
        }
    }
}
