//! One request, whatever the surface.

use super::{Result, body::Fields, gateway::Event};
use crate::model::id::Id;
use crate::operations::{Problem, Resource};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::collections::HashMap;

/// Largest body, in bytes.
pub const MOST_BYTES: usize = 64 * 1024;

/// One request.
pub struct Request {
    event: Event,
    headers: HashMap<String, String>,
}

/// What a body is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/json`, or anything that ends in `+json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
}

impl Request {
    /// Takes a request over from the gateway.
    #[must_use]
    pub fn new(mut event: Event) -> Self {
        let headers = event.headers.take().unwrap_or_default().into_iter();
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        Self { event, headers }
    }

    /// GET, POST, ...
    #[must_use]
    pub fn method(&self) -> &str {
        &self.event.http_method
    }

    /// The route's pattern: `POST /pay/{token}/submit`. Safe to log.
    #[must_use]
    pub fn route(&self) -> String {
        format!("{} {}", self.event.http_method, self.event.resource)
    }

    /// The gateway's id of the request.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.event.request_context.request_id
    }

    /// A header by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// A part of the path; empty when the route has none of that name.
    #[must_use]
    pub fn path(&self, name: &str) -> &str {
        let parameters = self.event.path_parameters.as_ref();
        parameters.and_then(|map| map.get(name)).map_or("", String::as_str)
    }

    /// An id in the path. What is no id is simply not found.
    ///
    /// # Errors
    /// [`Problem::NotFound`], when it is not a UUID.
    pub fn id_in_path<K>(&self, name: &str, missing: Resource) -> Result<Id<K>> {
        self.path(name).parse().map_err(|_| Problem::NotFound(missing))
    }

    /// The query as fields.
    #[must_use]
    pub fn query(&self) -> Fields {
        Fields::from_texts(self.event.query_string_parameters.iter().flatten())
    }

    /// The base URL the caller used, stage included, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> Option<String> {
        let context = &self.event.request_context;
        let (host, path) = (context.domain_name.as_deref()?, context.path.as_deref()?);
        // The resource is the path after the stage, with as many segments.
        let segments = self.event.resource.matches('/').count();
        let base = path.rsplitn(segments.saturating_add(1), '/').last().unwrap_or_default();
        Some(format!("https://{host}{base}"))
    }

    /// What the body says it is.
    ///
    /// # Errors
    /// 415 when it says something else, or nothing.
    pub fn media(&self) -> Result<Media> {
        let named = self.header("content-type").unwrap_or_default();
        let named = named.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match named.as_str() {
            "application/x-www-form-urlencoded" => Ok(Media::Form),
            "application/json" => Ok(Media::Json),
            other if other.starts_with("application/") && other.ends_with("+json") => {
                Ok(Media::Json)
            }
            _ => Err(Problem::UnsupportedMediaType),
        }
    }

    /// The body as text.
    ///
    /// # Errors
    /// 413 when it is larger than [`MOST_BYTES`]; 400 when it is not text.
    pub fn text(&self) -> Result<String> {
        let body = self.event.body.as_deref().unwrap_or_default();
        let too_large = || Problem::BodyTooLarge { max_bytes: MOST_BYTES };
        if body.len() > MOST_BYTES * 2 {
            return Err(too_large());
        }
        let text = if self.event.is_base64_encoded {
            let bytes = STANDARD.decode(body).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            bytes.ok_or_else(|| Problem::InvalidJson("the body is not UTF-8 text".into()))?
        } else {
            body.to_owned()
        };
        if text.len() > MOST_BYTES { Err(too_large()) } else { Ok(text) }
    }

    /// The body as the fields of a JSON object.
    ///
    /// # Errors
    /// 413, 415, or 400 when it is not a JSON object without duplicate names.
    pub fn fields(&self) -> Result<Fields> {
        let text = self.text()?;
        match self.media()? {
            Media::Json => Fields::from_json(&text),
            Media::Form => Err(Problem::UnsupportedMediaType),
        }
    }

    /// The body of an optional kind: none at all counts as an empty object.
    ///
    /// # Errors
    /// As [`Request::fields`].
    pub fn fields_if_any(&self) -> Result<Fields> {
        let absent = self.event.body.as_deref().is_none_or(|body| body.trim().is_empty());
        if absent { Fields::from_json("{}") } else { self.fields() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::ProblemKind;

    fn request(json: &str) -> Request {
        Request::new(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn the_base_url_is_what_the_caller_used_less_the_route() {
        for (resource, path, base) in [
            ("/v1/platform/card/payment-link", "/live/v1/platform/card/payment-link", "/live"),
            ("/v1/platform/card/payment-link", "/v1/platform/card/payment-link", ""),
            ("/pay/{token}", "/base/live/pay/abc", "/base/live"),
        ] {
            let r = request(&format!(
                r#"{{"httpMethod":"GET","resource":"{resource}",
                    "requestContext":{{"domainName":"api.example","path":"{path}"}}}}"#
            ));
            assert_eq!(r.base_url(), Some(format!("https://api.example{base}")));
        }
    }

    #[test]
    fn bodies_up_to_64_kib_are_read() {
        let body = |n: usize| {
            let text = "x".repeat(n);
            request(&format!(r#"{{"httpMethod":"POST","body":"{text}"}}"#)).text()
        };
        assert!(body(MOST_BYTES).is_ok());
        assert_eq!(body(MOST_BYTES + 1).unwrap_err().kind(), ProblemKind::BodyTooLarge);
    }

    #[test]
    fn header_names_have_no_case() {
        let r = request(r#"{"httpMethod":"GET","headers":{"X-Thing":"1"}}"#);
        assert_eq!(r.header("x-thing"), Some("1"));
    }
}
