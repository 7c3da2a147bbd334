//! Posts a webhook to its receiver, which may be slow, broken or hostile.
//!
//! - A name is resolved once; every address it resolves to must be allowed, and the connection
//!   goes to one of those very addresses. The name stays in TLS and in the `Host` header.
//! - Redirects are not followed, proxies not used, compressed answers not asked for.
//! - One deadline covers everything from resolving to the last byte; the answer's head and body
//!   are bounded as well.
//! - Connections that ended in good order are kept for the next webhook to the same receiver.

mod answer;
mod line;
mod network;
mod request;
mod tls_cause;

use super::egress::{Policy, Target};
use crate::{deadline::Deadline, model::delivery::AttemptResult, store::meter::Stopwatch};
use answer::{ReceiverAnswer, readable};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header::{LOCATION, RETRY_AFTER},
};
use line::{Drawer, Line, connector};
pub use network::vet;
use network::{Internet, Reachable, addresses};
use request::{get, request};
use rustls::pki_types::CertificateDer;
use std::{net::SocketAddr, time::Duration};
use tokio::{task::yield_now, time};
use tokio_rustls::TlsConnector;

/// How long the rest of an answer is waited for that said yes.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// What is kept of the invocation's time to write the attempt down.
const WRITE_RESERVE: Duration = Duration::from_secs(2);

/// Posts webhooks. One per process, so that connections are reused.
pub struct Sender {
    policy: Policy,
    tls: Option<TlsConnector>,
    network: Box<dyn Reachable>,
    drawer: Drawer,
}

/// What became of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Whether the receiver took it with a 2xx status in time, and if not, why.
    pub result: AttemptResult,
    /// The status, if one came, whatever happened afterwards.
    pub http_status: Option<u16>,
    /// How long it took.
    pub latency_ms: u32,
    /// The first 4 KiB of the answer as text.
    pub answer: String,
    /// The header `Retry-After`, if one came.
    pub retry_after: Option<String>,
    /// What was wrong and what would mend it, where more is known than the result says.
    pub cause: Option<String>,
}

impl Sender {
    /// A sender that trusts the public certificate authorities and `extra_roots`.
    pub fn new(policy: Policy, extra_roots: Vec<CertificateDer<'static>>) -> Self {
        Self::on(Box::new(Internet), policy, extra_roots)
    }

    fn on(
        network: Box<dyn Reachable>,
        policy: Policy,
        extra_roots: Vec<CertificateDer<'static>>,
    ) -> Self {
        Self { policy, tls: connector(extra_roots), network, drawer: Drawer::default() }
    }

    /// Posts `body` with these headers. A status counts as soon as it came within `timeout`,
    /// whatever becomes of the rest of the answer.
    pub async fn send(
        &self,
        url: &str,
        headers: &[(&str, String)],
        body: &str,
        timeout: Duration,
    ) -> Sent {
        let stopwatch = Stopwatch::start();
        let timeout = Deadline::limit_before(WRITE_RESERVE, timeout);
        let mut answer = ReceiverAnswer::default();
        let exchange = self.exchange(url, headers, body, timeout, &mut answer);
        let failure = match time::timeout(timeout, exchange).await {
            Ok(Ok(())) => None,
            Ok(Err(failure)) => Some(failure),
            Err(_) => Some(Failure::from(AttemptResult::Timeout)),
        };
        let (result, cause) = match (answer.status, failure) {
            (Some(status), _) if status.is_success() => (AttemptResult::Success, None),
            (Some(status), _) => (AttemptResult::Status, answer.redirect(status)),
            (None, Some(Failure { result, cause })) => (result, cause),
            (None, None) => (AttemptResult::Connect, None),
        };
        Sent {
            result,
            http_status: answer.status.map(|status| status.as_u16()),
            latency_ms: u32::try_from(stopwatch.micros() / 1_000).unwrap_or(u32::MAX),
            answer: readable(&answer.start),
            retry_after: answer.retry_after,
            cause,
        }
    }

    /// Reads a document of at most `max` bytes, by the same rules as webhooks go out by.
    pub async fn fetch(&self, url: &str, max: usize, timeout: Duration) -> Result<String, String> {
        let timeout = Deadline::limit_before(WRITE_RESERVE, timeout);
        let fetched = time::timeout(timeout, self.document(url, max, timeout)).await;
        match fetched {
            Ok(document) => document.map_err(|failure| failure.told()),
            Err(_) => Err("no whole answer came in time".to_owned()),
        }
    }

    async fn document(&self, url: &str, max: usize, timeout: Duration) -> Result<String, Failure> {
        let broken = |why: &str| Failure::because(AttemptResult::Status, why);
        let target = Target::parse(url, self.policy).map_err(|why| {
            Failure::because(AttemptResult::Refused, format!("the URL {}", why.0))
        })?;
        let accepted = [("accept", "application/json".to_owned())];
        let request = get(&target, &accepted)?;
        let addresses = addresses(&*self.network, &target, self.policy).await?;
        let (_line, response) = self.ask(&target, &addresses, timeout, request).await?;
        if !response.status().is_success() {
            return Err(broken(&format!("the answer is {}", response.status().as_u16())));
        }
        let mut body = response.into_body();
        let mut read: Vec<u8> = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| broken("the answer broke off"))?;
            let Some(data) = frame.data_ref() else { continue };
            if read.len() + data.len() > max {
                return Err(broken(&format!("the answer has more than {max} bytes")));
            }
            read.extend_from_slice(data);
        }
        String::from_utf8(read).map_err(|_| broken("the answer is no UTF-8"))
    }

    /// Everything that the deadline covers.
    async fn exchange(
        &self,
        url: &str,
        headers: &[(&str, String)],
        body: &str,
        timeout: Duration,
        answer: &mut ReceiverAnswer,
    ) -> Result<(), Failure> {
        let target = Target::parse(url, self.policy).map_err(|why| {
            Failure::because(AttemptResult::Refused, format!("the URL {}", why.0))
        })?;
        let request = request(&target, headers, body)?;
        let addresses = addresses(&*self.network, &target, self.policy).await?;
        let (line, response) = self.ask(&target, &addresses, timeout, request).await?;
        answer.status = Some(response.status());
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        answer.retry_after = header(RETRY_AFTER).map(str::to_owned);
        answer.location = header(LOCATION).map(str::to_owned);
        let wait = if response.status().is_success() { DRAIN_TIMEOUT } else { timeout };
        let read = time::timeout(wait, answer.read(response.into_body())).await;
        if read.unwrap_or(false) {
            self.drawer.keep(line);
        }
        Ok(())
    }

    /// Sends the request over a kept connection or a new one and waits for the answer's head. A
    /// kept connection may have ended unnoticed: if nothing of the request went out on it, the
    /// request goes to the next one.
    async fn ask(
        &self,
        target: &Target,
        addresses: &[SocketAddr],
        timeout: Duration,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Line, Response<Incoming>), Failure> {
        // Lets the connections notice what happened while the process slept.
        yield_now().await;
        while let Some(mut line) = self.drawer.take(target, addresses) {
            match line.requests.try_send_request(request).await {
                Ok(response) => return Ok((line, response)),
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(Failure::because(AttemptResult::Connect, BROKE)),
                },
            }
        }
        let mut line = self.open(target, addresses, timeout).await?;
        match line.requests.send_request(request).await {
            Ok(response) => Ok((line, response)),
            Err(_) => Err(Failure::because(AttemptResult::Connect, BROKE)),
        }
    }

    /// A new connection to the first of these addresses that takes one.
    async fn open(
        &self,
        target: &Target,
        addresses: &[SocketAddr],
        timeout: Duration,
    ) -> Result<Line, Failure> {
        // However many do not even answer, one share of the time is left for the request.
        let shares = u32::try_from(addresses.len()).unwrap_or(u32::MAX).saturating_add(1);
        let mut cause = "nobody answers at this address and port".to_owned();
        for address in addresses {
            let connecting = time::timeout(timeout / shares, self.network.connect(*address));
            match connecting.await {
                Ok(Ok(stream)) => {
                    // Only a delay if it fails.
                    let _ = stream.set_nodelay(true);
                    return Line::start(self.tls.as_ref(), target, *address, stream).await;
                }
                Ok(Err(error)) => cause = format!("no connection: {}", error.kind()),
                Err(_) => {}
            }
        }
        Err(Failure::because(AttemptResult::Connect, cause))
    }
}

/// Why no answer came.
struct Failure {
    result: AttemptResult,
    cause: Option<String>,
}

/// The receiver took the connection, and ended it.
const BROKE: &str = "the connection ended before an answer came";

impl From<AttemptResult> for Failure {
    fn from(result: AttemptResult) -> Self {
        Self { result, cause: None }
    }
}

impl Failure {
    fn because(result: AttemptResult, cause: impl Into<String>) -> Self {
        Self { result, cause: Some(cause.into()) }
    }
}

impl Failure {
    /// In words, for the log.
    fn told(self) -> String {
        self.cause.unwrap_or_else(|| self.result.as_str().to_owned())
    }
}

#[cfg(test)]
mod tests;
