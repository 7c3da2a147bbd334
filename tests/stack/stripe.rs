//! Stripe as the local stack finds it: the stand-in of the tests behind a port on loopback.
//!
//! One listener serves the whole test run. A request is for the stand-in whose key it carries, so that
//! each test has books of its own.

use super::{Stack, unique};
use crate::{browser::stripe_js, processor::stripe_stand_in::StandIn};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Mutex, OnceLock, PoisonError},
    thread,
    time::Duration,
};

/// A stand-in that the stack reaches, with the keys of its account.
pub struct StripeBooks {
    /// What it has been asked for, and what is in its books.
    pub stand_in: StandIn,
    /// `sk_...`.
    pub key: String,
    /// `pk_...`.
    pub publishable: String,
}

/// Stand-ins by their keys.
static KNOWN: Mutex<BTreeMap<String, StandIn>> = Mutex::new(BTreeMap::new());

impl Stack {
    /// An account at Stripe, of this mode.
    pub fn stripe(&self, mode: &str) -> StripeBooks {
        static LISTENS: OnceLock<()> = OnceLock::new();
        LISTENS.get_or_init(|| listen(self.fact("STRIPE_API_URL")));
        let unique = unique();
        let key = format!("sk_{mode}_{unique}");
        let stand_in = StandIn::new(&key);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(key.clone(), stand_in.clone());
        StripeBooks { stand_in, key, publishable: format!("pk_{mode}_{unique}") }
    }
}

/// Listens where the stack looks for Stripe. Another run of tests may have the port for a moment.
fn listen(url: &str) {
    let address = url.strip_prefix("http://").expect("a stand-in's address");
    let listener = super::eventually("the port of Stripe's stand-in is free", 60, || {
        TcpListener::bind(address).ok()
    });
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || serve(stream));
        }
    });
}

/// Serves one connection, request after request.
fn serve(stream: TcpStream) {
    drop(stream.set_read_timeout(Some(Duration::from_secs(60))));
    let mut reader = BufReader::new(stream);
    while let Some((path, request)) = read(&mut reader) {
        let Some((status, media, body)) = answer(&path, &request) else { return };
        let head = format!(
            "HTTP/1.1 {status} Told\r\ncontent-type: {media}\r\ncontent-length: {}\r\n\
             access-control-allow-origin: *\r\n\r\n",
            body.len()
        );
        let stream = reader.get_mut();
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).is_err() {
            return;
        }
    }
}

/// One request, with its path and query.
fn read(reader: &mut BufReader<TcpStream>) -> Option<(String, HttpRequest)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(Some(0), |(_, value)| value.parse().ok())?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method(&method).ok()?;
    request.set_uri(format!("http://stripe.invalid{path}")).ok()?;
    for (name, value) in headers {
        request.headers_mut().try_insert(name, value).ok()?;
    }
    Some((path, request))
}

/// The stand-in of the account that a publishable key names.
fn books_of(publishable: &str) -> Option<StandIn> {
    let key = publishable.replacen("pk_", "sk_", 1);
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
}

/// A status, a kind of content, and the content; nothing where the connection breaks.
fn answer(path: &str, request: &HttpRequest) -> Option<(u16, &'static str, Vec<u8>)> {
    if !path.starts_with("/v1/") {
        let body = request.body().bytes().unwrap_or_default();
        let told = stripe_js::answer(request.method(), path, body, books_of);
        return told.or(Some((404, "text/plain", Vec::new())));
    }
    let key = request.headers().get("authorization").and_then(|text| text.strip_prefix("Bearer "));
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let stand_in = key.and_then(|key| known.get(key)).cloned();
    drop(known);
    let Some(stand_in) = stand_in else {
        let body = r#"{"error": {"type": "invalid_request_error", "code": "api_key_invalid"}}"#;
        return Some((401, "application/json", body.into()));
    };
    let (status, body) = stand_in.answer(request)?;
    Some((status, "application/json", body.to_string().into_bytes()))
}
