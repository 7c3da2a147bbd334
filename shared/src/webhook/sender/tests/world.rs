//! A world for the sender: names and addresses as a test wants them, receivers behind public
//! addresses, and an authority for their certificates.

use crate::webhook::{
    egress::Policy,
    sender::{Sender, Sent, network::Reachable},
};
use futures_util::future::{BoxFuture, pending, ready};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    date_time_ymd,
};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
};
use std::{
    collections::{HashMap, VecDeque},
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};
use tokio::net::TcpStream;

pub(super) const STRICT: Policy = Policy { allow_local: false, networks: &[] };
pub(super) const LOCAL: Policy = Policy { allow_local: true, networks: &[] };

/// Long enough for everything that is meant to work, however busy the machine is.
pub(super) const PLENTY: Duration = Duration::from_secs(300);

/// Enough for a receiver to get to the point where it stalls.
pub(super) const SHORT: Duration = Duration::from_secs(3);

/// The public address that names resolve to unless a test says otherwise.
pub(super) const PUBLIC: &str = "93.184.216.34:443";

pub(super) fn address(text: &str) -> SocketAddr {
    text.parse().expect(text)
}

pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

pub(super) fn post(sender: &Sender, url: &str, timeout: Duration) -> Sent {
    block_on(sender.send(url, &[], "{}", timeout))
}

// A receiver: a listener on loopback with a thread for each connection.

pub(super) trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

/// What a receiver does with a connection.
pub(super) type Script = dyn Fn(&mut dyn Stream) + Send + Sync;

#[derive(Clone)]
pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
}

impl Receiver {
    pub(super) fn start(tls: Option<Arc<ServerConfig>>, script: Arc<Script>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let ended = Arc::new(AtomicUsize::new(0));
        let receiver =
            Self { address, connections: Arc::clone(&connections), ended: Arc::clone(&ended) };
        thread::spawn(move || {
            for stream in listener.incoming() {
                connections.fetch_add(1, SeqCst);
                let (tls, script, ended) = (tls.clone(), Arc::clone(&script), Arc::clone(&ended));
                thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    match tls {
                        None => {
                            script(&mut stream);
                            drop(stream);
                        }
                        Some(config) => {
                            let connection = ServerConnection::new(config).unwrap();
                            script(&mut StreamOwned::new(connection, stream));
                        }
                    }
                    ended.fetch_add(1, SeqCst);
                });
            }
        });
        receiver
    }

    pub(super) fn http(script: impl Fn(&mut dyn Stream) + Send + Sync + 'static) -> Self {
        Self::start(None, Arc::new(script))
    }

    pub(super) fn https(
        config: ServerConfig,
        script: impl Fn(&mut dyn Stream) + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(Arc::new(config)), Arc::new(script))
    }

    /// Answers each request on each connection with these bytes.
    pub(super) fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::http(move |stream| serve(stream, &answer))
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(SeqCst)
    }

    /// Waits until it has closed so many connections. The thread that waits runs nothing else.
    pub(super) fn wait_until_ended(&self, connections: usize) {
        while self.ended.load(SeqCst) < connections {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Reads one request, head and body; `None` when the other side is gone.
pub(super) fn request_on(stream: &mut dyn Stream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
    }
    let head = String::from_utf8(bytes).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).ok()?;
    Some(head + &String::from_utf8(body).unwrap())
}

pub(super) fn serve(stream: &mut dyn Stream, answer: &[u8]) {
    while request_on(stream).is_some() {
        if stream.write_all(answer).and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}

/// Holds a connection until the other side ends it.
pub(super) fn hold(stream: &mut dyn Stream) {
    let mut ignored = [0; 1024];
    while stream.read(&mut ignored).is_ok_and(|read| read > 0) {}
}

pub(super) fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

// A world: names and addresses as a test wants them, receivers behind public addresses.

#[derive(Default)]
pub(super) struct World {
    names: Mutex<HashMap<String, VecDeque<Vec<SocketAddr>>>>,
    routes: Mutex<HashMap<SocketAddr, SocketAddr>>,
    pub(super) resolved: Mutex<Vec<String>>,
    connected: Mutex<Vec<SocketAddr>>,
}

impl World {
    /// One receiver at [`PUBLIC`], where `hooks.example.com` points.
    pub(super) fn with(receiver: &Receiver) -> Arc<Self> {
        let world = Arc::new(Self::default());
        world.name("hooks.example.com", &[&[PUBLIC]]);
        world.route(PUBLIC, receiver.address);
        world
    }

    /// What a name resolves to, the first, second and later times.
    pub(super) fn name(&self, name: &str, answers: &[&[&str]]) {
        let parse = |list: &&[&str]| list.iter().map(|text| address(text)).collect();
        self.names.lock().unwrap().insert(name.into(), answers.iter().map(parse).collect());
    }

    /// Who really answers at an address.
    pub(super) fn route(&self, from: &str, to: SocketAddr) {
        self.routes.lock().unwrap().insert(address(from), to);
    }

    pub(super) fn connected(&self) -> Vec<SocketAddr> {
        self.connected.lock().unwrap().clone()
    }

    pub(super) fn sender(
        self: &Arc<Self>,
        policy: Policy,
        roots: Vec<CertificateDer<'static>>,
    ) -> Sender {
        Sender::on(Box::new(Arc::clone(self)), policy, roots)
    }
}

impl Reachable for Arc<World> {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        _port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        self.resolved.lock().unwrap().push(host.into());
        if host == "silent.example.com" {
            return Box::pin(pending());
        }
        let mut names = self.names.lock().unwrap();
        let Some(answers) = names.get_mut(host) else {
            return Box::pin(ready(Err(io::Error::other("no such name"))));
        };
        let next = match answers.len() {
            0 => vec![],
            1 => answers[0].clone(),
            _ => answers.pop_front().unwrap(),
        };
        Box::pin(ready(Ok(next)))
    }

    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>> {
        self.connected.lock().unwrap().push(address);
        match self.routes.lock().unwrap().get(&address) {
            Some(to) => Box::pin(TcpStream::connect(*to)),
            None if address.ip() == address_of_nobody() => Box::pin(pending()),
            None => Box::pin(ready(Err(io::ErrorKind::ConnectionRefused.into()))),
        }
    }
}

/// Packets to this one get lost.
pub(super) fn address_of_nobody() -> std::net::IpAddr {
    address("93.184.216.99:443").ip()
}

// Certificates.

pub(super) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(super) fn roots(&self) -> Vec<CertificateDer<'static>> {
        vec![self.0.der().clone()]
    }

    /// What a server needs to be `name` until the end of `year`.
    pub(super) fn server(&self, name: &str, year: i32) -> ServerConfig {
        self.server_of(name, year, rustls::ALL_VERSIONS)
    }

    pub(super) fn server_of(
        &self,
        name: &str,
        year: i32,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> ServerConfig {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(year, 12, 31);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )
            .unwrap()
    }
}
