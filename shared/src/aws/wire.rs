//! Connections to one service: HTTP/1.1, over TLS but for an endpoint that says otherwise.
//!
//! TLS trusts Amazon's roots and nothing else: reading the system's bundle would be nine tenths of
//! a function's start.

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Request,
    body::Bytes,
    client::conn::http1::{self, SendRequest},
    http::response::Parts,
};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::{JoinHandle, yield_now},
    time::{Instant, timeout},
};
use tokio_rustls::TlsConnector;

/// Root certificates of Amazon Trust Services, which AWS endpoints chain to.
const AMAZON_ROOTS: [&[u8]; 5] = [
    include_bytes!("roots/amazon-root-ca-1.der"),
    include_bytes!("roots/amazon-root-ca-2.der"),
    include_bytes!("roots/amazon-root-ca-3.der"),
    include_bytes!("roots/amazon-root-ca-4.der"),
    include_bytes!("roots/starfield-services-root-g2.der"),
];

/// Opening a connection, without TLS.
const CONNECT: Duration = Duration::from_secs(1);

/// Connections kept, and for how long: services give up idle ones without a word.
const MOST_IDLE: usize = 16;
const IDLE: Duration = Duration::from_secs(60);

/// Longest answer that is read: above DynamoDB's 16 MB.
const MOST_BYTES: usize = 20 * 1024 * 1024;

/// A request as it goes out.
pub type Outgoing = Request<Full<Bytes>>;

/// How TLS tells a service from an impostor; shared by all clients of a process.
#[derive(Clone)]
pub struct Trust(TlsConnector);

/// Trusts Amazon's roots, or the authorities in a PEM file's content.
///
/// # Errors
/// There is no certificate in it.
pub fn trust(bundle: Option<&[u8]>) -> Result<Trust, String> {
    let mut roots = RootCertStore::empty();
    match bundle {
        None => {
            let amazon = AMAZON_ROOTS.map(CertificateDer::from);
            roots.add_parsable_certificates(amazon);
        }
        Some(pem) => {
            let listed = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok);
            roots.add_parsable_certificates(listed);
        }
    }
    if roots.is_empty() {
        return Err("the bundle of certificate authorities holds none".to_owned());
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Trust(TlsConnector::from(Arc::new(config))))
}

/// Where a service is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    https: bool,
    /// Host, and port where the URL has one: the `Host` header.
    authority: String,
    host: String,
    port: u16,
}

impl Endpoint {
    /// Reads `http[s]://host[:port]`, with or without a slash at its end.
    #[must_use]
    pub fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (https, port) = match scheme {
            "https" => (true, 443),
            "http" => (false, 80),
            _ => return None,
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.is_empty() || authority.contains(['/', '?', '#', '@', ' ']) {
            return None;
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, digits)) if !digits.ends_with(']') => (host, digits.parse().ok()?),
            Some(_) | None => (authority, port),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Some(Self { https, authority: authority.to_owned(), host, port })
    }
}

/// Connections to one service.
pub struct Connections {
    endpoint: Endpoint,
    trust: Trust,
    idle: Mutex<Vec<(Line, Instant)>>,
}

impl Connections {
    /// None is open yet.
    #[must_use]
    pub fn new(endpoint: Endpoint, trust: &Trust) -> Self {
        Self { endpoint, trust: trust.clone(), idle: Mutex::default() }
    }

    /// To the same place, none open.
    #[must_use]
    pub fn afresh(&self) -> Self {
        Self::new(self.endpoint.clone(), &self.trust)
    }

    /// What the `Host` header says.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.endpoint.authority
    }

    /// Sends a request and reads the whole answer. A kept connection may have ended unnoticed: if
    /// nothing of the request went out on it, the request goes to the next one.
    ///
    /// # Errors
    /// Says what went wrong with the connection.
    pub async fn send(&self, mut request: Outgoing) -> Result<(Parts, Bytes), String> {
        // Lets the connections notice what happened while the process slept.
        yield_now().await;
        while let Some(mut line) = self.kept() {
            match line.requests.try_send_request(request).await {
                Ok(response) => return self.read(line, response).await,
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(error.into_error().to_string()),
                },
            }
        }
        let mut line = self.open().await?;
        let response = line.requests.send_request(request).await.map_err(|e| e.to_string())?;
        self.read(line, response).await
    }

    /// Reads an answer to its end, after which the connection is free again.
    async fn read(
        &self,
        line: Line,
        response: hyper::Response<hyper::body::Incoming>,
    ) -> Result<(Parts, Bytes), String> {
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MOST_BYTES).collect().await.map_err(|e| e.to_string())?;
        let mut idle = self.idle();
        if idle.len() < MOST_IDLE {
            idle.push((line, Instant::now()));
        }
        Ok((head, body.to_bytes()))
    }

    /// Takes out the connection that was used last.
    fn kept(&self) -> Option<Line> {
        let mut idle = self.idle();
        idle.retain(|(line, since)| since.elapsed() < IDLE && !line.requests.is_closed());
        idle.pop().map(|(line, _)| line)
    }

    async fn open(&self) -> Result<Line, String> {
        let Endpoint { https, host, port, .. } = &self.endpoint;
        let connecting = timeout(CONNECT, TcpStream::connect((host.as_str(), *port)));
        let stream = connecting.await.map_err(|_| format!("{host} takes no connection in time"))?;
        let stream = stream.map_err(|error| format!("{host}: {error}"))?;
        // Only a delay if it fails.
        let _ = stream.set_nodelay(true);
        if !https {
            return line(stream).await;
        }
        let name = ServerName::try_from(host.clone()).map_err(|error| error.to_string())?;
        let stream = self.trust.0.connect(name, stream).await;
        line(stream.map_err(|error| format!("{host}: {error}"))?).await
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(Line, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that can take requests. What moves its bytes ends with it.
struct Line {
    requests: SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// Starts HTTP/1 on a connection.
async fn line<T>(stream: T) -> Result<Line, String>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let started = http1::Builder::new().handshake(TokioIo::new(stream)).await;
    let (requests, connection) = started.map_err(|error| error.to_string())?;
    let driver = tokio::spawn(async move {
        // Whoever waits for an answer is told of a failure there.
        let _ = connection.await;
    });
    Ok(Line { requests, driver })
}

#[cfg(test)]
mod tests;
