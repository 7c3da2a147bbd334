//! Calls of AWS services that speak JSON: a signed POST, and an answer.
//!
//! The four services that functions call need eleven operations between them. The SDK's clients
//! for these were two thirds of a function's size and start; see "Decisions" in the README.
//!
//! - [`sign`]: signature version 4.
//! - [`wire`]: connections: HTTP/1.1 over TLS, kept open.
//! - [`Client`]: one service: timeouts, and what is tried again.

pub mod sign;
pub mod wire;

use crate::model::Time;
use hyper::{
    HeaderMap, Request,
    body::Bytes,
    header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, USER_AGENT},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sign::Signer;
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{sleep, timeout};
use wire::{Connections, Endpoint};

pub use sign::Credentials;
pub use wire::{Trust, trust};

/// A service: how it is addressed and signed for.
#[derive(Debug)]
pub struct Service {
    /// Its name in host names and signatures.
    pub name: &'static str,
    /// What stands before the operation in `x-amz-target`.
    target: &'static str,
    content_type: &'static str,
}

/// The table.
pub const DYNAMODB: Service = Service {
    name: "dynamodb",
    target: "DynamoDB_20120810",
    content_type: "application/x-amz-json-1.0",
};

/// The key service.
pub const KMS: Service =
    Service { name: "kms", target: "TrentService", content_type: "application/x-amz-json-1.1" };

/// Queues.
pub const SQS: Service =
    Service { name: "sqs", target: "AmazonSQS", content_type: "application/x-amz-json-1.0" };

/// The bus.
pub const EVENTBRIDGE: Service =
    Service { name: "events", target: "AWSEvents", content_type: "application/x-amz-json-1.1" };

const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// How long to wait, and how often to try. Every write is conditional and every message may come
/// twice, so a repeat is harmless.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Tries per call, the first one included.
    pub tries: u32,
    /// One try.
    pub attempt: Duration,
    /// All tries of one call.
    pub operation: Duration,
    /// Longest wait before the second try, in milliseconds; doubled before each further one.
    pub pause_ms: u64,
}

impl Patience {
    /// A try is long enough for a first TLS handshake, short enough that two fit into a request.
    pub const NORMAL: Self = Self {
        tries: 3,
        attempt: Duration::from_millis(2_500),
        operation: Duration::from_secs(6),
        pause_ms: 50,
    };
}

/// So many times longer is the wait where the service asks to slow down.
const SLOWER: u64 = 8;

/// Codes by which services ask to slow down.
const SLOW_DOWN: [&str; 7] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
];

/// The invocation's trace, which AWS follows through queues: it links what X-Ray shows, and lets
/// Lambda notice messages that go round in circles.
static TRACE: Mutex<Option<String>> = Mutex::new(None);

/// Notes whose invocation the calls from here on belong to.
pub fn trace(id: Option<String>) {
    *TRACE.lock().unwrap_or_else(PoisonError::into_inner) = id;
}

/// One service. Clones share connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    service: &'static Service,
    signer: Signer,
    connections: Connections,
    patience: Patience,
    now: fn() -> Time,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Error {
    /// The service refused, and says why.
    Refused(Fault),
    /// It could not be reached, or not in time, or not understood.
    Unreached(String),
}

/// A service's own words.
#[derive(Debug)]
pub struct Fault {
    /// What was asked.
    operation: String,
    status: u16,
    /// Its name for what is wrong, such as `ConditionalCheckFailedException`.
    pub code: String,
    body: Bytes,
}

impl Fault {
    /// What else it says.
    ///
    /// # Errors
    /// It says something else.
    pub fn read<O: DeserializeOwned>(&self) -> Result<O, Error> {
        read(&self.operation, &self.body)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(fault) => {
                let message = Said::of(&fault.body).message.unwrap_or_default();
                write!(f, "{}: {} {}: {message}", fault.operation, fault.status, fault.code)
            }
            Self::Unreached(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for Error {}

impl Client {
    /// A client of one service at `endpoint`, or where AWS has it.
    ///
    /// # Errors
    /// The endpoint is not an `http` or `https` URL.
    pub fn new(
        service: &'static Service,
        (region, credentials): (&str, Credentials),
        (endpoint, trust): (Option<String>, &Trust),
        now: fn() -> Time,
    ) -> Result<Self, String> {
        let aws = || format!("https://{}.{region}.amazonaws.com", service.name);
        let url = endpoint.unwrap_or_else(aws);
        let endpoint = Endpoint::parse(&url).ok_or_else(|| format!("{url} is no endpoint"))?;
        Ok(Self(Arc::new(Inner {
            service,
            signer: Signer::new(credentials, region, service.name),
            connections: Connections::new(endpoint, trust),
            patience: Patience::NORMAL,
            now,
        })))
    }

    /// The same with another patience.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        let Inner { service, signer, connections, now, .. } = &*self.0;
        let (signer, connections) = (signer.clone(), connections.afresh());
        Self(Arc::new(Inner { service, signer, connections, patience, now: *now }))
    }

    /// Calls one operation.
    ///
    /// # Errors
    /// The service refuses, or cannot be reached after all tries.
    pub async fn call<O: DeserializeOwned>(
        &self,
        operation: &str,
        input: &impl Serialize,
    ) -> Result<O, Error> {
        let named = |error| Error::Unreached(format!("{operation}: {error}"));
        let body = serde_json::to_vec(input).map_err(named)?;
        read(operation, &self.0.ask(operation, body.into()).await?)
    }
}

fn read<O: DeserializeOwned>(operation: &str, body: &[u8]) -> Result<O, Error> {
    // Its own text could quote the answer, which may be secret.
    serde_json::from_slice(body).map_err(|error| {
        let (kind, column) = (error.classify(), error.column());
        Error::Unreached(format!("{operation}: not understood, {kind:?} at {column}"))
    })
}

impl Inner {
    async fn ask(&self, operation: &str, body: Bytes) -> Result<Bytes, Error> {
        let late = |_| Error::Unreached(format!("{operation}: no answer in time"));
        timeout(self.patience.operation, self.try_often(operation, body)).await.map_err(late)?
    }

    async fn try_often(&self, operation: &str, body: Bytes) -> Result<Bytes, Error> {
        let mut tried = 1;
        loop {
            let once = timeout(self.patience.attempt, self.try_once(operation, body.clone()));
            let result = once.await.unwrap_or_else(|_| {
                Err(Error::Unreached(format!("{operation}: no answer to one try in time")))
            });
            let pauses = result.as_ref().err().and_then(pauses);
            let Some(pauses) = pauses.filter(|_| tried < self.patience.tries) else {
                return result;
            };
            let most_ms = (self.patience.pause_ms * pauses).saturating_mul(1 << (tried - 1));
            sleep(Duration::from_millis(random_part(most_ms))).await;
            tried += 1;
        }
    }

    async fn try_once(&self, operation: &str, body: Bytes) -> Result<Bytes, Error> {
        let failed = |cause: String| Error::Unreached(format!("{operation}: {cause}"));
        let request = self.request(operation, body).map_err(|e| failed(e.to_string()))?;
        let (head, body) = self.connections.send(request).await.map_err(failed)?;
        if head.status.is_success() {
            return Ok(body);
        }
        let (operation, status) = (operation.to_owned(), head.status.as_u16());
        Err(Error::Refused(Fault { operation, status, code: code(&head.headers, &body), body }))
    }

    fn request(&self, operation: &str, body: Bytes) -> hyper::http::Result<wire::Outgoing> {
        let Self { service, signer, connections, .. } = self;
        let target = format!("{}.{operation}", service.target);
        let host = connections.authority();
        let signed = signer.sign((self.now)(), host, (service.content_type, &target), &body);
        let mut request = Request::post("/")
            .header(HOST, host)
            .header(CONTENT_TYPE, service.content_type)
            .header(CONTENT_LENGTH, body.len())
            .header(USER_AGENT, concat!("paylink/", env!("CARGO_PKG_VERSION")))
            .header(AUTHORIZATION, signed.authorization)
            .header(DATE, signed.date)
            .header(TARGET, target);
        if let Some(token) = signer.session_token() {
            request = request.header(TOKEN, token);
        }
        let trace = TRACE.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(trace) = trace.filter(|id| id.bytes().all(|byte| byte.is_ascii_graphic())) {
            request = request.header(TRACE_ID, trace);
        }
        request.body(body.into())
    }
}

/// How many pauses to wait at most before the next try; `None` for an answer that stays the same.
fn pauses(error: &Error) -> Option<u64> {
    let Error::Refused(fault) = error else { return Some(1) };
    if fault.status == 429 || SLOW_DOWN.contains(&fault.code.as_str()) {
        Some(SLOWER)
    } else {
        (fault.status >= 500 || fault.code.starts_with("RequestTimeout")).then_some(1)
    }
}

/// A random part, so that twins part ways.
fn random_part(most: u64) -> u64 {
    let mut bytes = [0; 2];
    // Without randomness the wait is none, and still right.
    let _ = ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes);
    u64::from(u16::from_be_bytes(bytes)).saturating_mul(most) / 65_536
}

/// What every refusal says, in one spelling or the other.
#[derive(Deserialize, Default)]
struct Said {
    #[serde(rename = "__type", alias = "code")]
    kind: Option<String>,
    #[serde(alias = "Message")]
    message: Option<String>,
}

impl Said {
    fn of(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }
}

/// The name of a refusal: `<namespace>#<name>:<link>`, of which only the name counts.
fn code(headers: &HeaderMap, body: &[u8]) -> String {
    let header = headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    let kind = header.map(str::to_owned).or_else(|| Said::of(body).kind).unwrap_or_default();
    let name = kind.rsplit('#').next().unwrap_or_default();
    name.split(':').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
