//! Connections to AWS: HTTP/1.1, over TLS but for an endpoint that says otherwise.
//!
//! One client serves all services of a process. TLS trusts Amazon's roots and nothing else:
//! reading the system's bundle would be most of a function's start. Few idle connections are kept,
//! and not for long: services close them without a word, and while the process sleeps nobody
//! notices.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
            SharedHttpClient, SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::body::SdkBody;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector as TcpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};
use tokio::task::yield_now;

/// Root certificates of Amazon Trust Services, which AWS endpoints chain to.
const AMAZON_ROOTS: [&[u8]; 5] = [
    include_bytes!("roots/amazon-root-ca-1.der"),
    include_bytes!("roots/amazon-root-ca-2.der"),
    include_bytes!("roots/amazon-root-ca-3.der"),
    include_bytes!("roots/amazon-root-ca-4.der"),
    include_bytes!("roots/starfield-services-root-g2.der"),
];

/// Opening a connection, without TLS. The SDK's own connect timeout does not reach this client.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The same to hosts that may be far away.
const PUBLIC_CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Idle connections kept per host, and for how long.
const MAX_IDLE: usize = 4;
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

type Pool = Client<HttpsConnector<TcpConnector>, SdkBody>;

/// An HTTP client that trusts Amazon's roots, or the authorities in a PEM file's content.
///
/// # Errors
/// There is no certificate in it.
pub fn http_client(ca_bundle: Option<&[u8]>) -> Result<SharedHttpClient, String> {
    http_client_within(CONNECT_TIMEOUT, ca_bundle)
}

/// The same, with another time for opening a connection.
///
/// # Errors
/// As [`http_client`].
pub fn http_client_within(
    connect: Duration,
    ca_bundle: Option<&[u8]>,
) -> Result<SharedHttpClient, String> {
    Ok(SharedHttpClient::new(One(connector(connect, ca_bundle)?)))
}

/// The same for requests that no client of a service makes.
///
/// # Errors
/// There is no certificate in it.
pub fn http_connector(ca_bundle: Option<&[u8]>) -> Result<SharedHttpConnector, String> {
    connector(CONNECT_TIMEOUT, ca_bundle)
}

/// The same to hosts that are not Amazon's, over public authorities. Nothing is made before the first
/// request goes out: most processes of a function that may ask a processor never do.
pub fn public_connector() -> SharedHttpConnector {
    SharedHttpConnector::new(Public::default())
}

fn connector(connect: Duration, ca_bundle: Option<&[u8]>) -> Result<SharedHttpConnector, String> {
    over(connect, roots(ca_bundle)?)
}

fn over(connect: Duration, roots: RootCertStore) -> Result<SharedHttpConnector, String> {
    let tls = tls(roots)?;
    let mut tcp = TcpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(connect));
    let https = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
    let connections = Connections::over(https.enable_http1().wrap_connector(tcp));
    Ok(SharedHttpConnector::new(connections))
}

fn roots(ca_bundle: Option<&[u8]>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match ca_bundle {
        None => {
            roots.add_parsable_certificates(AMAZON_ROOTS.map(CertificateDer::from));
        }
        Some(pem) => {
            let listed = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok);
            roots.add_parsable_certificates(listed);
        }
    }
    if roots.is_empty() {
        return Err("the bundle of certificate authorities holds none".to_owned());
    }
    Ok(roots)
}

fn tls(roots: RootCertStore) -> Result<ClientConfig, String> {
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|e| e.to_string())?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Connections over public authorities, once they are needed.
#[derive(Debug, Default)]
struct Public(OnceLock<Result<SharedHttpConnector, String>>);

impl HttpConnector for Public {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let made = self.0.get_or_init(|| {
            let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
            over(PUBLIC_CONNECT_TIMEOUT, roots)
        });
        match made {
            Ok(connector) => connector.call(request),
            Err(why) => HttpConnectorFuture::ready(Err(ConnectorError::user(why.clone().into()))),
        }
    }
}

/// One connector for every service and every setting.
#[derive(Debug)]
struct One(SharedHttpConnector);

impl HttpClient for One {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.0.clone()
    }
}

/// A pool of connections that starts afresh after a request got no answer: those that are idle
/// then are likely dead too, and each would cost the next try its time.
#[derive(Debug, Clone)]
struct Connections {
    connector: HttpsConnector<TcpConnector>,
    pool: Arc<Mutex<Arc<Pool>>>,
}

impl Connections {
    fn over(connector: HttpsConnector<TcpConnector>) -> Self {
        let pool = Arc::new(Mutex::new(Arc::new(pool_over(&connector))));
        Self { connector, pool }
    }

    fn current(&self) -> MutexGuard<'_, Arc<Pool>> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let unusable = |error| ConnectorError::user(BoxError::from(error));
        let request = request.try_into_http1x().map_err(unusable)?;
        // Lets the connections notice what happened to them while the process slept.
        yield_now().await;
        let pool = self.current().clone();
        let mut call = Call { pool, connections: self, answered: false };
        let answer = call.pool.request(request).await;
        let answer = answer.map_err(|error| ConnectorError::io(error.into()))?;
        call.answered = true;
        HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
            .map_err(|error| ConnectorError::other(error.into(), None))
    }
}

fn pool_over(connector: &HttpsConnector<TcpConnector>) -> Pool {
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(MAX_IDLE)
        .build(connector.clone())
}

impl HttpConnector for Connections {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().send(request))
    }
}

/// A request under way. It ends without an answer where it fails, and where the SDK gives it up
/// because its time is over.
struct Call {
    connections: Connections,
    pool: Arc<Pool>,
    answered: bool,
}

impl Drop for Call {
    fn drop(&mut self) {
        if self.answered {
            return;
        }
        // Another call may have started afresh already.
        let mut current = self.connections.current();
        if Arc::ptr_eq(&current, &self.pool) {
            *current = Arc::new(pool_over(&self.connections.connector));
        }
    }
}

#[cfg(test)]
mod tests;
