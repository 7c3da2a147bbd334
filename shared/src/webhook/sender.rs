//! Posts a webhook to its receiver, which may be slow, broken or hostile.
//!
//! - A name is resolved once; every address it resolves to must be allowed, and the connection
//!   goes to one of those very addresses. The name stays in TLS and in the `Host` header.
//! - Redirects are not followed, proxies not used, compressed answers not asked for.
//! - One deadline covers everything from resolving to the last byte; the answer's head and body
//!   are bounded as well.
//! - Connections that ended in good order are kept for the next webhook to the same receiver.

mod tls_cause;

use super::egress::{Policy, Target};
use crate::{
    model::{Invalid, delivery::AttemptResult},
    store::meter::Stopwatch,
};
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    client::conn::http1::{self, SendRequest},
    header::{HOST, LOCATION, RETRY_AFTER},
};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, ServerName},
};
use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    task::{JoinHandle, yield_now},
    time,
};
use tokio_rustls::TlsConnector;

/// How much of an answer is read, and how much of that is kept.
const MOST_READ: usize = 64 * 1024;
const MOST_KEPT: usize = 4 * 1024;

/// Bounds of an answer's head: bytes, and lines.
const HEAD_BYTES: usize = 32 * 1024;
const HEAD_LINES: usize = 100;

/// Addresses tried of each family. IPv4 comes first: functions rarely have a way out over IPv6.
const MOST_TRIES: usize = 2;

/// Connections kept, and for how long; many servers give up an idle one after a minute.
const MOST_IDLE: usize = 16;
const IDLE_MICROS: u64 = 30_000_000;

/// How long the rest of an answer is waited for that said yes.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// Longest address of a redirect that is told.
const MOST_LOCATION: usize = 500;

/// How long registering an endpoint waits for the name.
const VET_TIMEOUT: Duration = Duration::from_secs(2);

/// Posts webhooks. One per process, so that connections are reused.
pub struct Sender {
    policy: Policy,
    tls: Option<TlsConnector>,
    network: Box<dyn Network>,
    idle: Mutex<VecDeque<Idle>>,
}

/// What became of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// How it went.
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

/// The way to the world. Tests play their own.
trait Network: Send + Sync {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>>;
    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>>;
}

struct Internet;

impl Network for Internet {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move {
            if host.ends_with(".localhost") {
                // No resolver knows these names, and all of them mean this machine (RFC 6761).
                return Ok(lookup_host(("localhost", port)).await?.collect());
            }
            Ok(lookup_host((host, port)).await?.collect())
        })
    }

    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(TcpStream::connect(address))
    }
}

/// Judges a URL when it is registered: its form, and where its name points now. A name that does
/// not resolve yet is let through; each delivery resolves it anew and decides for itself.
///
/// # Errors
///
/// Says in one sentence what is wrong with the URL.
pub async fn vet(url: &str, policy: Policy) -> Result<(), Invalid> {
    vet_on(&Internet, url, policy).await
}

async fn vet_on(network: &dyn Network, url: &str, policy: Policy) -> Result<(), Invalid> {
    let target = Target::parse(url, policy)?;
    match time::timeout(VET_TIMEOUT, addresses(network, &target, policy)).await {
        Ok(Err(AttemptResult::Refused)) => Err(Invalid::new(
            "must not name a host that resolves to a private, local or reserved address",
        )),
        Ok(Ok(_) | Err(_)) | Err(_) => Ok(()),
    }
}

impl Sender {
    /// A sender that trusts the public certificate authorities and `extra_roots`.
    #[must_use]
    pub fn new(policy: Policy, extra_roots: Vec<CertificateDer<'static>>) -> Self {
        Self::on(Box::new(Internet), policy, extra_roots)
    }

    fn on(
        network: Box<dyn Network>,
        policy: Policy,
        extra_roots: Vec<CertificateDer<'static>>,
    ) -> Self {
        Self { policy, tls: connector(extra_roots), network, idle: Mutex::default() }
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
        let mut answer = Answer::default();
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

    /// Everything that the deadline covers.
    async fn exchange(
        &self,
        url: &str,
        headers: &[(&str, String)],
        body: &str,
        timeout: Duration,
        answer: &mut Answer,
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
            self.keep(line);
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
        while let Some(mut line) = self.kept(target, addresses) {
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
                    return self.start(target, *address, stream).await;
                }
                Ok(Err(error)) => cause = format!("no connection: {}", error.kind()),
                Err(_) => {}
            }
        }
        Err(Failure::because(AttemptResult::Connect, cause))
    }

    /// Starts HTTP on a connection, over TLS if the target wants that.
    async fn start(
        &self,
        target: &Target,
        address: SocketAddr,
        stream: TcpStream,
    ) -> Result<Line, Failure> {
        let (requests, driver) = if target.https {
            let tls = self.tls.as_ref().ok_or(AttemptResult::Tls)?;
            let name = ServerName::try_from(target.host.clone());
            let name = name.map_err(|_| AttemptResult::Tls)?;
            let stream = tls.connect(name, stream).await;
            let stream = stream.map_err(|error| {
                Failure::because(AttemptResult::Tls, tls_cause::of(&error, &target.host))
            })?;
            http1(stream).await?
        } else {
            http1(stream).await?
        };
        let host = target.host.clone();
        Ok(Line { https: target.https, host, address, requests, _driver: driver })
    }

    /// Takes out a kept connection to one of these addresses, made for the same name.
    fn kept(&self, target: &Target, addresses: &[SocketAddr]) -> Option<Line> {
        let mut idle = self.idle();
        idle.retain(|idle| idle.since.micros() < IDLE_MICROS && !idle.line.requests.is_closed());
        let at = idle.iter().rposition(|idle| idle.line.serves(target, addresses))?;
        idle.remove(at).map(|idle| idle.line)
    }

    /// Keeps a connection whose last answer was read to its end.
    fn keep(&self, line: Line) {
        let mut idle = self.idle();
        if idle.len() >= MOST_IDLE {
            idle.pop_front();
        }
        idle.push_back(Idle { line, since: Stopwatch::start() });
    }

    fn idle(&self) -> MutexGuard<'_, VecDeque<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
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

/// A connection that can take requests.
struct Line {
    https: bool,
    host: String,
    address: SocketAddr,
    requests: SendRequest<Full<Bytes>>,
    _driver: Driver,
}

/// A connection in the drawer.
struct Idle {
    line: Line,
    since: Stopwatch,
}

impl Line {
    fn serves(&self, target: &Target, addresses: &[SocketAddr]) -> bool {
        self.https == target.https && self.host == target.host && addresses.contains(&self.address)
    }
}

/// The task that moves a connection's bytes. It ends with its [`Line`], whatever the receiver does.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Starts HTTP/1 on a connection.
async fn http1<T>(stream: T) -> Result<(SendRequest<Full<Bytes>>, Driver), AttemptResult>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (requests, connection) = http1::Builder::new()
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEAD_LINES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| AttemptResult::Connect)?;
    let driver = tokio::spawn(async move {
        // Whoever waits for an answer is told of a failure there.
        let _ = connection.await;
    });
    Ok((requests, Driver(driver)))
}

/// TLS as the receiver sees it: public authorities, HTTP/1.1, no client certificate.
fn connector(extra_roots: Vec<CertificateDer<'static>>) -> Option<TlsConnector> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add_parsable_certificates(extra_roots);
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Some(TlsConnector::from(Arc::new(config)))
}

/// The addresses to try. Resolves once; one address that is not allowed spoils them all.
async fn addresses(
    network: &dyn Network,
    target: &Target,
    policy: Policy,
) -> Result<Vec<SocketAddr>, AttemptResult> {
    let found = match target.ip {
        Some(ip) => vec![SocketAddr::new(ip, target.port)],
        None => {
            let found = network.resolve(&target.host, target.port).await;
            found.map_err(|_| AttemptResult::Dns)?
        }
    };
    if found.is_empty() {
        return Err(AttemptResult::Dns);
    }
    if !found.iter().all(|address| policy.allows(address.ip())) {
        return Err(AttemptResult::Refused);
    }
    let (v4, v6): (Vec<_>, Vec<_>) = found.into_iter().partition(SocketAddr::is_ipv4);
    Ok(v4.into_iter().take(MOST_TRIES).chain(v6.into_iter().take(MOST_TRIES)).collect())
}

/// The request as it leaves. Nothing is sent if a header cannot be written.
fn request(
    target: &Target,
    headers: &[(&str, String)],
    body: &str,
) -> Result<Request<Full<Bytes>>, AttemptResult> {
    let mut request = Request::post(&target.path).header(HOST, target.authority());
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let body = Full::new(Bytes::copy_from_slice(body.as_bytes()));
    request.body(body).map_err(|_| AttemptResult::Refused)
}

/// What has come so far.
#[derive(Default)]
struct Answer {
    status: Option<StatusCode>,
    retry_after: Option<String>,
    location: Option<String>,
    start: Vec<u8>,
}

impl Answer {
    /// Where a redirect leads to. It is not followed; whoever reads this can register it.
    fn redirect(&self, status: StatusCode) -> Option<String> {
        let location = self.location.as_ref().filter(|_| status.is_redirection())?;
        let location: String = readable(location.as_bytes()).chars().take(MOST_LOCATION).collect();
        Some(format!("redirects are not followed; register the address it leads to: {location}"))
    }

    /// Reads the body as far as it is wanted. Says whether that was its end.
    async fn read(&mut self, mut body: Incoming) -> bool {
        let mut read = 0_usize;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            let Some(data) = frame.data_ref() else {
                continue;
            };
            // Three more, so that the last character is whole.
            let room = (MOST_KEPT + 3).saturating_sub(self.start.len());
            self.start.extend(data.iter().take(room));
            read = read.saturating_add(data.len());
            if read >= MOST_READ {
                return false;
            }
        }
        true
    }
}

/// Text that is safe to store and show: at most 4 KiB, no control characters but line ends and
/// tabs, replacement characters for what is not UTF-8.
fn readable(bytes: &[u8]) -> String {
    let mut text = String::new();
    for c in String::from_utf8_lossy(bytes).chars() {
        let c =
            if c.is_control() && c != '\n' && c != '\t' { char::REPLACEMENT_CHARACTER } else { c };
        if text.len().saturating_add(c.len_utf8()) > MOST_KEPT {
            break;
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests;
