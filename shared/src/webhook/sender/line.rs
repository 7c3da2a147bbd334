//! Connections to receivers: how one begins, and the few that are kept for the next webhook.

use super::{Failure, tls_cause};
use crate::{model::delivery::AttemptResult, store::meter::Stopwatch, webhook::egress::Target};
use http_body_util::Full;
use hyper::{
    body::Bytes,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, ServerName},
};
use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinHandle,
};
use tokio_rustls::TlsConnector;

/// Bounds of an answer's head: bytes, and lines.
pub(super) const HEAD_BYTES: usize = 32 * 1024;
pub(super) const HEAD_LINES: usize = 100;

/// Connections kept, and for how long; many servers give up an idle one after a minute.
pub(super) const MAX_IDLE: usize = 16;
const IDLE_MICROS: u64 = 30_000_000;

/// The connections that are kept.
#[derive(Default)]
pub(super) struct Drawer(Mutex<VecDeque<Idle>>);

/// A connection that can take requests.
pub(super) struct Line {
    https: bool,
    host: String,
    address: SocketAddr,
    pub(super) requests: SendRequest<Full<Bytes>>,
    _driver: Driver,
}

/// A connection in the drawer.
pub(super) struct Idle {
    line: Line,
    since: Stopwatch,
}

impl Drawer {
    /// Takes out a kept connection to one of these addresses, made for the same name.
    pub(super) fn take(&self, target: &Target, addresses: &[SocketAddr]) -> Option<Line> {
        let mut idle = self.idle();
        idle.retain(|idle| idle.since.micros() < IDLE_MICROS && !idle.line.requests.is_closed());
        let at = idle.iter().rposition(|idle| idle.line.serves(target, addresses))?;
        idle.remove(at).map(|idle| idle.line)
    }

    /// Keeps a connection whose last answer was read to its end.
    pub(super) fn keep(&self, line: Line) {
        let mut idle = self.idle();
        if idle.len() >= MAX_IDLE {
            idle.pop_front();
        }
        idle.push_back(Idle { line, since: Stopwatch::start() });
    }

    /// All that is kept, oldest first.
    pub(super) fn idle(&self) -> MutexGuard<'_, VecDeque<Idle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// Starts HTTP on a connection, over TLS if the target wants that.
    pub(super) async fn start(
        tls: Option<&TlsConnector>,
        target: &Target,
        address: SocketAddr,
        stream: TcpStream,
    ) -> Result<Self, Failure> {
        let (requests, driver) = if target.https {
            let tls = tls.ok_or(AttemptResult::Tls)?;
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
        Ok(Self { https: target.https, host, address, requests, _driver: driver })
    }

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
pub(super) fn connector(extra_roots: Vec<CertificateDer<'static>>) -> Option<TlsConnector> {
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
