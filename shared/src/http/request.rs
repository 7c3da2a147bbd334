//! One request, whatever the surface.

use super::{
    Result,
    body::Fields,
    route::{HttpRoute, RequestBody, RouteQuery},
    surface::Surface,
    trusted_proxies::TrustedProxies,
};
use crate::{
    model::{client_network::network_of, id::Id},
    operations::{Problem, Resource},
};
use lambda_http::{
    RequestExt,
    aws_lambda_events::{apigw::ApiGatewayProxyRequestContext, query_map::QueryMap},
    request::RequestContext,
};
use percent_encoding::percent_decode_str;
use std::{
    collections::{BTreeMap, HashMap},
    str,
};

/// Largest body, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// How compressed bodies begin (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// One request as `lambda_http` hands it over.
pub struct Request(lambda_http::Request);

/// What a body is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/json`, or anything that ends in `+json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
}

impl Request {
    /// Takes a request over from the gateway. A REST API hands parameters of the path over as they
    /// were sent, so that a slash in one (`%2F`) is no end of it; they are decoded here, once.
    pub fn new(request: lambda_http::Request) -> Self {
        let sent = request.path_parameters_ref();
        let encoded = sent.is_some_and(|map| map.iter().any(|(_, value)| value.contains('%')));
        if !encoded {
            return Self(request);
        }
        let decoded = sent.into_iter().flat_map(QueryMap::iter).map(|(name, value)| {
            // What is no encoding of text stands for itself: nothing has such an id.
            let text = percent_decode_str(value).decode_utf8();
            (name.to_owned(), vec![text.map_or_else(|_| value.to_owned(), Into::into)])
        });
        let decoded: HashMap<String, Vec<String>> = decoded.collect();
        Self(request.with_path_parameters(decoded))
    }

    /// The method in upper case, as the gateway passes it on: `GET`, `POST` and so on.
    pub fn method(&self) -> &str {
        self.0.method().as_str()
    }

    /// The method and the route's pattern: `POST /pay/{token}/submit`. Safe to log, which the path
    /// is not.
    pub fn route(&self) -> String {
        format!("{} {}", self.method(), self.resource())
    }

    /// The gateway's id of the request; answered as `x-request-id`.
    pub fn id(&self) -> &str {
        self.context().and_then(|context| context.request_id.as_deref()).unwrap_or_default()
    }

    /// The network that the request came from: by the gateway's word, or by that of a proxy before
    /// it.
    pub fn network(&self, proxies: &TrustedProxies) -> String {
        let seen = self.context().and_then(|context| context.identity.source_ip.as_deref());
        let said = self.header_values(proxies.header());
        network_of(&proxies.caller(seen.unwrap_or_default(), &said))
    }

    /// A header by its lower-case name; `None` too when its value is not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        str::from_utf8(self.0.headers().get(name)?.as_bytes()).ok()
    }

    /// Every value of a header by its lower-case name, in their order; those that are text.
    pub fn header_values(&self, name: &str) -> Vec<&str> {
        let values = self.0.headers().get_all(name).iter();
        values.filter_map(|value| str::from_utf8(value.as_bytes()).ok()).collect()
    }

    /// The body of a route's request.
    ///
    /// # Errors
    /// It cannot be read, or [`Problem::Invalid`] naming every broken field.
    pub fn body_of<R: HttpRoute>(&self) -> Result<<R::Body as RequestBody>::Read> {
        R::Body::read(self, R::Surface::UNKNOWN_FIELDS)
    }

    /// The query of a route's request.
    ///
    /// # Errors
    /// [`Problem::Invalid`] naming every broken parameter.
    pub fn query_of<R: HttpRoute>(&self) -> Result<<R::Query as RouteQuery>::Read> {
        R::Query::read(self, R::Surface::UNKNOWN_FIELDS)
    }

    /// The path as it was sent, without the stage.
    pub fn raw_path(&self) -> &str {
        self.0.raw_http_path()
    }

    /// A decoded parameter of the path; empty when the route has none of that name.
    pub fn path(&self, name: &str) -> &str {
        self.0.path_parameters_ref().and_then(|map| map.first(name)).unwrap_or_default()
    }

    /// An id in the path. What is no id is simply not found.
    ///
    /// # Errors
    /// [`Problem::NotFound`], when it is not a UUID.
    pub fn id_in_path<K>(&self, name: &str, missing: Resource) -> Result<Id<K>> {
        self.path(name).parse().map_err(|_| Problem::NotFound(missing))
    }

    /// The decoded query as fields; of a repeated name the last value.
    pub fn query(&self) -> Fields {
        let pairs = self.query_pairs().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let last: BTreeMap<String, String> = pairs.collect();
        Fields::from_texts(last.iter())
    }

    /// Names and values of the decoded query, in their order.
    pub fn query_texts(&self) -> Vec<(&str, &str)> {
        self.query_pairs().collect()
    }

    /// The names that the query has more than once, in alphabetical order.
    pub fn repeated_query_names(&self) -> Vec<&str> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        self.query_pairs().for_each(|(name, _)| *counts.entry(name).or_default() += 1);
        counts.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect()
    }

    /// The languages that whoever sent this reads, as in `Accept-Language`: first the one that the
    /// query's `lang` names, if any.
    pub fn languages(&self) -> String {
        let pairs = self.query_pairs().filter(|(name, _)| *name == "lang");
        let named = pairs.map(|(_, value)| value).last();
        let listed = self.header("accept-language");
        named.into_iter().chain(listed).collect::<Vec<_>>().join(",")
    }

    /// The base URL the caller used, stage included, without a slash at its end.
    pub fn base_url(&self) -> Option<String> {
        let context = self.context()?;
        let (host, path) = (context.domain_name.as_deref()?, context.path.as_deref()?);
        // The resource is the path after the stage, with as many segments.
        let segments = self.resource().matches('/').count();
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

    /// The body byte by byte, as a signature is made over it.
    ///
    /// # Errors
    /// 413 when it is larger than `max_bytes`.
    pub fn raw(&self, max_bytes: usize) -> Result<&[u8]> {
        let bytes: &[u8] = self.0.body();
        if bytes.len() > max_bytes {
            return Err(Problem::BodyTooLarge { max_bytes });
        }
        Ok(bytes)
    }

    /// The body as text; empty when there is none.
    ///
    /// # Errors
    /// 413 when it is larger than [`MAX_BODY_BYTES`]; 400 when it is compressed or not text.
    pub fn text(&self) -> Result<&str> {
        let bytes: &[u8] = self.0.body();
        if bytes.len() > MAX_BODY_BYTES {
            return Err(Problem::BodyTooLarge { max_bytes: MAX_BODY_BYTES });
        }
        let encoding = self.header("content-encoding").unwrap_or_default().trim();
        if bytes.starts_with(&GZIP) || !(encoding.is_empty() || encoding == "identity") {
            let message = "the body is compressed; send it as it is, without Content-Encoding";
            return Err(Problem::InvalidJson(message.into()));
        }
        let text = str::from_utf8(bytes)
            .map_err(|_| Problem::InvalidJson("the body is not UTF-8 text".into()))?;
        Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
    }

    /// The body as the fields of a JSON object.
    ///
    /// # Errors
    /// 413, 415, or 400 when it is not a JSON object without duplicate names.
    pub fn fields(&self) -> Result<Fields> {
        match self.media()? {
            Media::Json => Fields::from_json(self.text()?),
            Media::Form => Err(Problem::UnsupportedMediaType),
        }
    }

    /// The body of an optional kind: none at all counts as an empty object.
    ///
    /// # Errors
    /// As [`Request::fields`].
    pub fn fields_if_any(&self) -> Result<Fields> {
        let bytes: &[u8] = self.0.body();
        let absent = str::from_utf8(bytes).is_ok_and(|text| text.trim().is_empty());
        if absent { Fields::from_json("{}") } else { self.fields() }
    }

    fn context(&self) -> Option<&ApiGatewayProxyRequestContext> {
        let RequestContext::ApiGatewayV1(context) = self.0.request_context_ref()? else {
            return None;
        };
        Some(context)
    }

    /// The route's pattern: `/pay/{token}`.
    pub fn resource(&self) -> &str {
        self.context().and_then(|context| context.resource_path.as_deref()).unwrap_or_default()
    }

    /// The decoded query, with every value of a name in its order.
    fn query_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.query_string_parameters_ref().into_iter().flat_map(QueryMap::iter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{http::gateway, operations::ProblemKind};
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde_json::{Value, json};

    fn request(event: Value) -> Request {
        gateway::request(event).unwrap()
    }

    #[test]
    fn the_base_url_is_what_the_caller_used_less_the_route() {
        for (resource, path, base) in [
            ("/v1/platform/card/payment-link", "/live/v1/platform/card/payment-link", "/live"),
            ("/v1/platform/card/payment-link", "/v1/platform/card/payment-link", ""),
            ("/pay/{token}", "/base/live/pay/abc", "/base/live"),
        ] {
            let context =
                json!({"domainName": "api.example", "path": path, "resourcePath": resource});
            let r = request(json!({"httpMethod": "GET", "requestContext": context}));
            assert_eq!(r.base_url(), Some(format!("https://api.example{base}")));
        }
    }

    #[test]
    fn parameters_of_the_path_are_decoded_once() {
        for (sent, read) in [
            ("user_123", "user_123"),
            ("user%2012%2F3%20%25", "user 12/3 %"),
            ("a%252Fb", "a%2Fb"),
            ("a+b", "a+b"),
            ("%D7%A9", "ש"),
            ("100%", "100%"),
            ("%zz", "%zz"),
            ("%ff", "%ff"),
            ("", ""),
        ] {
            let event =
                json!({"httpMethod": "GET", "pathParameters": {"id": sent, "pmId": "pm_1"}});
            let r = request(event);
            assert_eq!((r.path("id"), r.path("pmId"), r.path("other")), (read, "pm_1", ""));
        }
    }

    #[test]
    fn bodies_up_to_64_kib_are_read() {
        for (base64, n, fits) in [
            (false, MAX_BODY_BYTES, true),
            (false, MAX_BODY_BYTES + 1, false),
            (true, MAX_BODY_BYTES, true),
            (true, MAX_BODY_BYTES + 1, false),
        ] {
            let text = "x".repeat(n);
            let body = if base64 { STANDARD.encode(&text) } else { text.clone() };
            let event = json!({"httpMethod": "POST", "body": body, "isBase64Encoded": base64});
            let r = request(event);
            let read = r.text().map_err(|problem| problem.kind());
            assert_eq!(read, if fits { Ok(&*text) } else { Err(ProblemKind::BodyTooLarge) });
        }
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_a_compressed_body_is_named_as_such() {
        let headers = json!({"content-type": "application/json"});
        let event = json!({"httpMethod": "POST", "headers": headers, "body": "\u{FEFF}{}"});
        assert!(request(event).fields().is_ok());
        let zipped = STANDARD.encode([0x1f, 0x8b, 0x08, 0x00]);
        let event = json!({"httpMethod": "POST", "body": zipped, "isBase64Encoded": true});
        let marked = json!({"Content-Encoding": "gzip"});
        let other = json!({"httpMethod": "POST", "headers": marked, "body": "{}"});
        for event in [event, other] {
            let Err(Problem::InvalidJson(why)) = request(event).text().map(|_| ()) else {
                panic!()
            };
            assert!(why.contains("compressed"), "{why}");
        }
    }

    #[test]
    fn a_body_that_is_not_text_is_refused() {
        let body = STANDARD.encode([0x1f, 0x8b, 0xff]);
        let event = json!({"httpMethod": "POST", "body": body, "isBase64Encoded": true});
        assert_eq!(request(event).text().unwrap_err().kind(), ProblemKind::InvalidJson);
    }

    #[test]
    fn what_a_body_says_it_is_is_judged_before_its_bytes() {
        let body = STANDARD.encode([0x89, 0x50, 0xff]);
        let headers = json!({"content-type": "image/png"});
        let event =
            json!({"httpMethod": "PUT", "headers": headers, "body": body, "isBase64Encoded": true});
        let told = request(event).fields().map(|_| ()).unwrap_err();
        assert_eq!(told.kind(), ProblemKind::UnsupportedMediaType);
    }

    #[test]
    fn header_names_have_no_case_and_values_may_be_any_text() {
        let headers = json!({"X-Thing": "1", "X-Name": "Zoë"});
        let r = request(json!({"httpMethod": "GET", "headers": headers}));
        assert_eq!(r.header("x-thing"), Some("1"));
        assert_eq!(r.header("x-name"), Some("Zoë"));
    }

    #[test]
    fn of_repeated_headers_and_query_names_the_last_value_counts() {
        let r = request(json!({
            "httpMethod": "GET",
            "headers": {"Accept": "b"},
            "multiValueHeaders": {"Accept": ["a", "b"]},
            "queryStringParameters": {"status": "failed", "limit": "5"},
            "multiValueQueryStringParameters": {"status": ["pending", "failed"], "limit": ["5"]},
        }));
        assert_eq!(r.header("accept"), Some("b"));
        assert_eq!(r.repeated_query_names(), ["status"]);
        let query = r.query();
        assert_eq!(query.text("status").as_deref(), Some("failed"));
        assert_eq!(query.text("limit").as_deref(), Some("5"));
    }

    #[test]
    fn an_empty_body_is_one_only_where_it_may_be() {
        let headers = json!({"content-type": "application/json"});
        for body in [Value::Null, json!(""), json!(" \n")] {
            let event = json!({"httpMethod": "POST", "headers": headers, "body": body});
            let r = request(event);
            assert!(r.fields_if_any().is_ok());
            assert_eq!(r.fields().err().unwrap().kind(), ProblemKind::InvalidJson);
        }
    }

    #[test]
    fn an_event_of_the_gateway_is_read_as_it_is() {
        let event = include_str!("../../../events/platform-list-wallet-entries.json");
        let r = Request::new(lambda_http::request::from_str(event).unwrap());
        assert_eq!(r.route(), "GET /v1/platform/wallets/{wallet_id}/entries");
        assert_eq!(r.id(), "c6af9ac6-7b61-11e6-9a41-93e8deadbeef");
        assert!(!r.path("wallet_id").is_empty() && r.path("other").is_empty());
        assert_eq!(r.header("authorization"), Some("Bearer ACCESS_TOKEN"));
    }
}
