//! Requests as they leave: nothing is sent where a header cannot be written.

use crate::{model::delivery::AttemptResult, webhook::egress::Target};
use http_body_util::Full;
use hyper::{Request, body::Bytes, header::HOST, http::request::Builder};

/// The request as it leaves. Nothing is sent if a header cannot be written.
pub(super) fn request(
    target: &Target,
    headers: &[(&str, String)],
    body: &str,
) -> Result<Request<Full<Bytes>>, AttemptResult> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    with_headers(Request::post(&target.path), target, headers, body)
}

/// The request for a document.
pub(super) fn get(
    target: &Target,
    headers: &[(&str, String)],
) -> Result<Request<Full<Bytes>>, AttemptResult> {
    with_headers(Request::get(&target.path), target, headers, Bytes::new())
}

fn with_headers(
    mut request: Builder,
    target: &Target,
    headers: &[(&str, String)],
    body: Bytes,
) -> Result<Request<Full<Bytes>>, AttemptResult> {
    request = request.header(HOST, target.authority());
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    request.body(Full::new(body)).map_err(|_| AttemptResult::Refused)
}
