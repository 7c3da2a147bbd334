//! The edge towards API Gateway (REST API, payload version 1), which `lambda_http` reads and writes.

use super::Request;
use lambda_http::{
    Body, Response,
    http::{HeaderValue, StatusCode},
    request::from_str,
};
use serde_json::Value;

/// The answer for the gateway. Of headers with the same name the last one counts.
///
/// # Errors
/// The status or a header is not one of HTTP.
pub fn response(
    status: u16,
    headers: impl IntoIterator<Item = (&'static str, String)>,
    body: impl Into<Body>,
) -> Result<Response<Body>, lambda_http::http::Error> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status)?;
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::try_from(value)?);
    }
    Ok(response)
}

/// A request as the gateway would hand it over, from its event. Tests call functions with it, so
/// what every event has (the context's method) may be left out.
///
/// # Errors
/// It is not an event of a REST API.
pub fn request(mut event: Value) -> serde_json::Result<Request> {
    let method = event.get("httpMethod").cloned().unwrap_or_default();
    if let Some(event) = event.as_object_mut() {
        let context = event
            .entry("requestContext")
            .or_insert_with(|| Value::Object([].into_iter().collect()));
        if let Some(context) = context.as_object_mut() {
            context.entry("httpMethod").or_insert(method);
        }
    }
    from_str(&event.to_string()).map(Request::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_headers_with_the_same_name_the_last_one_counts() {
        let headers = [("cache-control", "max-age=300"), ("cache-control", "no-store")];
        let headers = headers.map(|(name, value)| (name, value.to_owned()));
        let response = response(404, headers, "{}".to_owned()).unwrap();
        assert_eq!(response.status(), 404);
        let values: Vec<_> = response.headers().get_all("cache-control").iter().collect();
        assert_eq!(values, ["no-store"]);
        assert_eq!(response.body(), &Body::Text("{}".to_owned()));
    }

    #[test]
    fn a_header_cannot_be_split() {
        let headers = [("location", "/a\r\nset-cookie: b".to_owned())];
        assert!(response(200, headers, String::new()).is_err());
    }
}
