use super::*;
use futures_util::future::{pending, ready};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    date_time_ymd,
};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned, pki_types::PrivatePkcs8KeyDer, version::TLS12,
};
use std::{
    collections::HashMap,
    io::{Read, Write},
    net::TcpListener,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
};

const STRICT: Policy = Policy { allow_local: false, networks: &[] };
const LOCAL: Policy = Policy { allow_local: true, networks: &[] };

/// Long enough for everything that is meant to work.
const PLENTY: Duration = Duration::from_secs(10);

/// Enough for a receiver to get to the point where it stalls.
const SHORT: Duration = Duration::from_millis(250);

/// The public address that names resolve to unless a test says otherwise.
const PUBLIC: &str = "93.184.216.34:443";

fn address(text: &str) -> SocketAddr {
    text.parse().expect(text)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn post(sender: &Sender, url: &str, timeout: Duration) -> Sent {
    block_on(sender.send(url, &[], "{}", timeout))
}

// A receiver: a listener on loopback with a thread for each connection.

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

/// What a receiver does with a connection.
type Script = dyn Fn(&mut dyn Stream) + Send + Sync;

#[derive(Clone)]
struct Receiver {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Receiver {
    fn start(tls: Option<Arc<ServerConfig>>, script: Arc<Script>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let receiver = Self { address, connections: Arc::clone(&connections) };
        thread::spawn(move || {
            for stream in listener.incoming() {
                connections.fetch_add(1, SeqCst);
                let (tls, script) = (tls.clone(), Arc::clone(&script));
                thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    match tls {
                        None => script(&mut stream),
                        Some(config) => {
                            let connection = ServerConnection::new(config).unwrap();
                            script(&mut StreamOwned::new(connection, stream));
                        }
                    }
                });
            }
        });
        receiver
    }

    fn http(script: impl Fn(&mut dyn Stream) + Send + Sync + 'static) -> Self {
        Self::start(None, Arc::new(script))
    }

    fn https(
        config: ServerConfig,
        script: impl Fn(&mut dyn Stream) + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(Arc::new(config)), Arc::new(script))
    }

    /// Answers each request on each connection with these bytes.
    fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::http(move |stream| serve(stream, &answer))
    }

    fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    fn connections(&self) -> usize {
        self.connections.load(SeqCst)
    }
}

/// Reads one request, head and body; `None` when the other side is gone.
fn request_on(stream: &mut dyn Stream) -> Option<String> {
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

fn serve(stream: &mut dyn Stream, answer: &[u8]) {
    while request_on(stream).is_some() {
        if stream.write_all(answer).and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}

/// Holds a connection until the other side ends it.
fn hold(stream: &mut dyn Stream) {
    let mut ignored = [0; 1024];
    while stream.read(&mut ignored).is_ok_and(|read| read > 0) {}
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

// A world: names and addresses as a test wants them, receivers behind public addresses.

#[derive(Default)]
struct World {
    names: Mutex<HashMap<String, VecDeque<Vec<SocketAddr>>>>,
    routes: Mutex<HashMap<SocketAddr, SocketAddr>>,
    resolved: Mutex<Vec<String>>,
    connected: Mutex<Vec<SocketAddr>>,
}

impl World {
    /// One receiver at [`PUBLIC`], where `hooks.example.com` points.
    fn with(receiver: &Receiver) -> Arc<Self> {
        let world = Arc::new(Self::default());
        world.name("hooks.example.com", &[&[PUBLIC]]);
        world.route(PUBLIC, receiver.address);
        world
    }

    /// What a name resolves to, the first, second and later times.
    fn name(&self, name: &str, answers: &[&[&str]]) {
        let parse = |list: &&[&str]| list.iter().map(|text| address(text)).collect();
        self.names.lock().unwrap().insert(name.into(), answers.iter().map(parse).collect());
    }

    /// Who really answers at an address.
    fn route(&self, from: &str, to: SocketAddr) {
        self.routes.lock().unwrap().insert(address(from), to);
    }

    fn connected(&self) -> Vec<SocketAddr> {
        self.connected.lock().unwrap().clone()
    }

    fn sender(self: &Arc<Self>, policy: Policy, roots: Vec<CertificateDer<'static>>) -> Sender {
        Sender::on(Box::new(Arc::clone(self)), policy, roots)
    }
}

impl Network for Arc<World> {
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
fn address_of_nobody() -> std::net::IpAddr {
    address("93.184.216.99:443").ip()
}

// Certificates.

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn roots(&self) -> Vec<CertificateDer<'static>> {
        vec![self.0.der().clone()]
    }

    /// What a server needs to be `name` until the end of `year`.
    fn server(&self, name: &str, year: i32) -> ServerConfig {
        self.server_of(name, year, rustls::ALL_VERSIONS)
    }

    fn server_of(
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

#[test]
fn the_request_is_the_one_that_was_asked_for() {
    let (tell, told) = std::sync::mpsc::channel();
    let receiver = Receiver::http(move |stream| {
        while let Some(request) = request_on(stream) {
            tell.send(request).unwrap();
            stream.write_all(answer("200 OK", "thanks").as_bytes()).unwrap();
        }
    });
    let world = World::with(&receiver);
    world.name("hooks.example.com", &[&["93.184.216.34:80"]]);
    world.route("93.184.216.34:80", receiver.address);
    let sender = world.sender(LOCAL, vec![]);
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("webhook-id", "evt_1".to_owned()),
        ("Paylink-Signature", "t=1,v1=00".to_owned()),
    ];
    let url = "http://Hooks.example.com/a/../b?c=%20&d=[1]";
    let body = r#"{"name":"Zo\u00eb é"}"#;
    let sent = block_on(sender.send(url, &headers, body, PLENTY));
    assert_eq!((sent.result, sent.http_status), (AttemptResult::Success, Some(200)));
    assert_eq!(sent.answer, "thanks");
    let expected = format!(
        "POST /a/../b?c=%20&d=[1] HTTP/1.1\r\nhost: hooks.example.com\r\n\
         content-type: application/json\r\nwebhook-id: evt_1\r\npaylink-signature: t=1,v1=00\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len(),
    );
    assert_eq!(told.recv().unwrap(), expected);
}

#[test]
fn the_status_decides() {
    let elsewhere = Receiver::answering(answer("200 OK", ""));
    let cases = [
        ("200 OK", AttemptResult::Success),
        ("201 Created", AttemptResult::Success),
        ("202 Accepted", AttemptResult::Success),
        ("204 No Content", AttemptResult::Success),
        ("299 Whatever", AttemptResult::Success),
        ("300 Multiple Choices", AttemptResult::Status),
        ("301 Moved Permanently", AttemptResult::Status),
        ("302 Found", AttemptResult::Status),
        ("303 See Other", AttemptResult::Status),
        ("304 Not Modified", AttemptResult::Status),
        ("307 Temporary Redirect", AttemptResult::Status),
        ("308 Permanent Redirect", AttemptResult::Status),
        ("400 Bad Request", AttemptResult::Status),
        ("401 Unauthorized", AttemptResult::Status),
        ("404 Not Found", AttemptResult::Status),
        ("410 Gone", AttemptResult::Status),
        ("429 Too Many Requests", AttemptResult::Status),
        ("500 Internal Server Error", AttemptResult::Status),
        ("503 Service Unavailable", AttemptResult::Status),
        ("999 Unheard Of", AttemptResult::Status),
        ("101 Switching Protocols\r\nupgrade: a\r\nconnection: upgrade", AttemptResult::Status),
    ];
    for (status, result) in cases {
        let location = format!("{status}\r\nlocation: {}", elsewhere.url());
        let receiver = Receiver::answering(answer(&location, ""));
        let sent = post(&Sender::new(LOCAL, vec![]), &receiver.url(), PLENTY);
        let number: u16 = status[..3].parse().unwrap();
        assert_eq!((sent.result, sent.http_status), (result, Some(number)), "{status}");
        assert_eq!(receiver.connections(), 1);
        let told = sent.cause.is_some_and(|cause| cause.ends_with(&elsewhere.url()));
        assert_eq!(told, (300..400).contains(&number), "{status}: where a redirect leads to");
    }
    assert_eq!(elsewhere.connections(), 0, "redirects are not followed");
}

#[test]
fn interim_answers_are_not_the_answer() {
    let both = format!("HTTP/1.1 103 Early Hints\r\n\r\n{}", answer("410 Gone", "no"));
    let sent = post(&Sender::new(LOCAL, vec![]), &Receiver::answering(both).url(), PLENTY);
    assert_eq!((sent.result, sent.http_status), (AttemptResult::Status, Some(410)));
}

#[test]
fn a_receiver_that_takes_too_long_is_given_up() {
    let trickle = |stream: &mut dyn Stream, head: &str, drop: &str| {
        request_on(stream);
        let _ = stream.write_all(head.as_bytes());
        while stream.write_all(drop.as_bytes()).is_ok() {
            thread::sleep(Duration::from_millis(5));
        }
    };
    let chunked = "transfer-encoding: chunked\r\n\r\n";
    let cases = [
        (Receiver::http(hold), None),
        (Receiver::http(move |s| trickle(s, "HTTP/1.1 200 OK\r\na: ", "b")), None),
        (Receiver::http(move |s| trickle(s, "", "HTTP/1.1 100 Continue\r\n\r\n")), None),
        (
            Receiver::http(move |s| {
                trickle(s, &format!("HTTP/1.1 200 OK\r\n{chunked}"), "1\r\nx\r\n")
            }),
            Some(200),
        ),
        (
            Receiver::http(move |s| {
                trickle(s, "HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n", "x")
            }),
            Some(200),
        ),
        (
            Receiver::http(move |s| {
                trickle(s, &format!("HTTP/1.1 500 No\r\n{chunked}"), "1\r\nx\r\n")
            }),
            Some(500),
        ),
    ];
    for (case, (receiver, status)) in cases.into_iter().enumerate() {
        let sent = post(&Sender::new(LOCAL, vec![]), &receiver.url(), SHORT);
        let expected = match status {
            None => AttemptResult::Timeout,
            Some(500) => AttemptResult::Status,
            // What was said in time counts; only the rest was not waited for.
            Some(_) => AttemptResult::Success,
        };
        assert_eq!((sent.result, sent.http_status), (expected, status), "case {case}");
        assert_eq!(status.is_some(), sent.answer.starts_with("xx"), "case {case}");
        assert!((250..5_000).contains(&sent.latency_ms), "case {case}: {} ms", sent.latency_ms);
    }
}

#[test]
fn what_was_given_up_is_disconnected_though_the_process_goes_on() {
    let (tell, told) = std::sync::mpsc::channel();
    let receiver = Receiver::http(move |stream| {
        // Starts to read when nobody waits for it any more.
        thread::sleep(Duration::from_millis(100));
        let mut some = vec![0; 64 * 1024];
        let mut all = 0;
        while let Ok(read @ 1..) = stream.read(&mut some) {
            all += read;
        }
        tell.send(all).unwrap();
    });
    let body = "x".repeat(32 * 1024 * 1024);
    let sender = Sender::new(LOCAL, vec![]);
    block_on(async {
        let timeout = Duration::from_millis(50);
        let sent = sender.send(&receiver.url(), &[], &body, timeout).await;
        assert_eq!(sent.result, AttemptResult::Timeout);
        for _ in 0..100 {
            if let Ok(all) = told.try_recv() {
                assert!(all < body.len(), "the rest is not sent later");
                return;
            }
            time::sleep(Duration::from_millis(10)).await;
        }
        panic!("still connected");
    });
}

#[test]
fn a_connection_that_breaks_before_the_answer_is_a_failure() {
    let head = "HTTP/1.1 200 OK\r\n";
    let many: String = (0..=HEAD_LINES).map(|line| format!("h{line}: a\r\n")).collect();
    let cases: [(&str, String); 7] = [
        ("nothing", String::new()),
        ("half a head", "HTTP/1.1 200 OK\r\ncontent-le".into()),
        ("not HTTP", "SSH-2.0-OpenSSH_9.6\r\n".into()),
        ("a status that is none", "HTTP/1.1 20 OK\r\n\r\n".into()),
        ("one huge header", format!("{head}a: {}\r\n\r\n", "b".repeat(4 * HEAD_BYTES))),
        ("many headers", format!("{head}{many}content-length: 0\r\n\r\n")),
        ("a head without end", head.to_owned() + &"a: b\r\n".repeat(20_000)),
    ];
    for (case, bytes) in cases {
        let receiver = Receiver::http(move |stream| {
            request_on(stream);
            // It may have been hung up on by then.
            let _ = stream.write_all(bytes.as_bytes());
        });
        let sent = post(&Sender::new(LOCAL, vec![]), &receiver.url(), PLENTY);
        assert_eq!((sent.result, sent.http_status), (AttemptResult::Connect, None), "{case}");
        assert_eq!(sent.answer, "", "{case}");
        assert_eq!(receiver.connections(), 1, "{case}: not sent twice");
    }
    // Closed before the request was read.
    let receiver = Receiver::http(|_| ());
    let sent = post(&Sender::new(LOCAL, vec![]), &receiver.url(), PLENTY);
    assert_eq!(sent.result, AttemptResult::Connect);
}

#[test]
fn an_answer_that_breaks_after_its_status_is_judged_by_the_status() {
    for (status, result) in [("200 OK", AttemptResult::Success), ("500 No", AttemptResult::Status)]
    {
        for rest in
            ["content-length: 10\r\n\r\nabc", "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\nz"]
        {
            let bytes = format!("HTTP/1.1 {status}\r\n{rest}");
            let receiver = Receiver::http(move |stream| {
                request_on(stream);
                stream.write_all(bytes.as_bytes()).unwrap();
            });
            let sender = Sender::new(LOCAL, vec![]);
            let sent = post(&sender, &receiver.url(), PLENTY);
            assert_eq!((sent.result, sent.answer.as_str()), (result, "abc"), "{status} {rest}");
            assert!(sender.idle().is_empty());
        }
    }
}

#[test]
fn of_a_long_answer_only_the_start_is_read() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("400\r\n{}\r\n", "x".repeat(1024));
    let receiver = Receiver::http(move |stream| {
        request_on(stream);
        stream.write_all(head.as_bytes()).unwrap();
        while stream.write_all(chunk.as_bytes()).is_ok() {}
    });
    let sender = Sender::new(LOCAL, vec![]);
    let sent = post(&sender, &receiver.url(), PLENTY);
    assert_eq!((sent.result, sent.http_status), (AttemptResult::Success, Some(200)));
    assert_eq!(sent.answer, "x".repeat(4096));
    assert!(sender.idle().is_empty(), "what is left unread spoils the connection");
}

#[test]
fn an_answer_becomes_text_that_is_safe_to_keep() {
    let cases: [(&[u8], &str); 7] = [
        (b"", ""),
        (b"plain\n\ttext", "plain\n\ttext"),
        (b"a\r\nb\0c\x1b[31md\x7f", "a\u{fffd}\nb\u{fffd}c\u{fffd}[31md\u{fffd}"),
        ("a\u{85}b\u{9b}".as_bytes(), "a\u{fffd}b\u{fffd}"),
        (b"a\xff\xfe", "a\u{fffd}\u{fffd}"),
        ("Zo\u{eb} \u{1f600}".as_bytes(), "Zo\u{eb} \u{1f600}"),
        (b"\x1f\x8b\x08", "\u{fffd}\u{fffd}\u{8}"),
    ];
    for (bytes, text) in cases {
        assert_eq!(readable(bytes), text.replace('\u{8}', "\u{fffd}"), "{bytes:?}");
    }
    // The end never falls inside a character.
    for before in 0..4 {
        let text = "x".repeat(before) + &"\u{1f600}".repeat(2000);
        let receiver = Receiver::answering(answer("200 OK", &text));
        let sent = post(&Sender::new(LOCAL, vec![]), &receiver.url(), PLENTY);
        assert!((4093..=4096).contains(&sent.answer.len()), "{}", sent.answer.len());
        assert!(text.starts_with(&sent.answer));
    }
    assert_eq!(readable(&[0xff; 5000]).len(), 4095);
}

#[test]
fn a_receiver_may_answer_without_reading_everything() {
    let receiver = Receiver::http(|stream| {
        let mut some = [0; 100];
        stream.read_exact(&mut some).unwrap();
        stream.write_all(answer("413 Too Large", "too large").as_bytes()).unwrap();
        hold(stream);
    });
    let body = "x".repeat(8 * 1024 * 1024);
    let sender = Sender::new(LOCAL, vec![]);
    let sent = block_on(sender.send(&receiver.url(), &[], &body, PLENTY));
    assert_eq!((sent.result, sent.http_status), (AttemptResult::Status, Some(413)));

    let receiver = Receiver::answering(answer("200 OK", ""));
    let sent = block_on(sender.send(&receiver.url(), &[], &body, PLENTY));
    assert_eq!(sent.result, AttemptResult::Success);
}

#[test]
fn tls_needs_a_certificate_for_this_name_that_is_valid_today() {
    let (ours, other) = (Authority::new(), Authority::new());
    let fine = || ours.server("hooks.example.com", 4000);
    let mut http2_only = fine();
    http2_only.alpn_protocols = vec![b"h2".to_vec()];
    let cases = [
        ("fine", fine(), AttemptResult::Success),
        ("wildcard", ours.server("*.example.com", 4000), AttemptResult::Success),
        ("TLS 1.2", ours.server_of("hooks.example.com", 4000, &[&TLS12]), AttemptResult::Success),
        ("another name", ours.server("hooks.example.org", 4000), AttemptResult::Tls),
        ("its address only", ours.server("93.184.216.34", 4000), AttemptResult::Tls),
        ("expired", ours.server("hooks.example.com", 2020), AttemptResult::Tls),
        ("unknown authority", other.server("hooks.example.com", 4000), AttemptResult::Tls),
        ("HTTP/2 only", http2_only, AttemptResult::Tls),
    ];
    for (case, config, result) in cases {
        let receiver =
            Receiver::https(config, |stream| serve(stream, answer("200 OK", "ok").as_bytes()));
        let world = World::with(&receiver);
        let sender = world.sender(STRICT, ours.roots());
        let sent = post(&sender, "https://hooks.example.com/", PLENTY);
        assert_eq!(sent.result, result, "{case}");
        assert_eq!(sent.http_status.is_some(), result == AttemptResult::Success, "{case}");
        let cause = sent.cause.unwrap_or_default();
        let mends = match case {
            "another name" | "its address only" => "it must name hooks.example.com",
            "expired" => "has expired: renew it",
            "unknown authority" => "not publicly trusted",
            "HTTP/2 only" => "must offer HTTP/1.1",
            "TLS 1.1 only" => "must offer TLS 1.2 or 1.3",
            _ => "",
        };
        assert!(cause.contains(mends) && cause.is_empty() == mends.is_empty(), "{case}: {cause}");
        assert_eq!(world.connected(), [address(PUBLIC)], "{case}");
    }
    // Nobody speaks TLS there.
    let receiver = Receiver::answering(answer("200 OK", ""));
    let plain = Receiver::http(|stream| {
        stream.write_all(answer("200 OK", "").as_bytes()).unwrap();
        hold(stream);
    });
    let closing = Receiver::http(|_| ());
    for (receiver, timeout, result) in [
        (receiver, SHORT, AttemptResult::Timeout),
        (plain, PLENTY, AttemptResult::Tls),
        (closing, PLENTY, AttemptResult::Tls),
    ] {
        let sender = World::with(&receiver).sender(STRICT, ours.roots());
        assert_eq!(post(&sender, "https://hooks.example.com/", timeout).result, result);
    }
}

#[test]
fn the_name_is_told_in_tls_and_in_the_host_header() {
    let (tell, told) = std::sync::mpsc::channel();
    let ours = Authority::new();
    let config = Arc::new(ours.server("hooks.example.com", 4000));
    let receiver = Receiver::http(move |mut stream| {
        let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        while connection.is_handshaking() {
            connection.complete_io(&mut stream).unwrap();
        }
        let name = connection.server_name().map(str::to_owned);
        let protocol = connection.alpn_protocol().map(<[u8]>::to_vec);
        let mut stream = StreamOwned::new(connection, stream);
        tell.send((name, protocol, request_on(&mut stream))).unwrap();
        // Ends without TLS's goodbye, as some servers do.
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nok").unwrap();
    });
    let world = World::with(&receiver);
    world.name("hooks.example.com", &[&["93.184.216.34:8443"]]);
    world.route("93.184.216.34:8443", receiver.address);
    let sender = world.sender(STRICT, ours.roots());
    let sent = post(&sender, "https://hooks.example.com:8443/", PLENTY);
    assert_eq!((sent.result, sent.answer.as_str()), (AttemptResult::Success, "ok"));
    let (name, protocol, request) = told.recv().unwrap();
    assert_eq!(name.as_deref(), Some("hooks.example.com"));
    assert_eq!(protocol, None, "offered, but this server does not care");
    assert!(request.unwrap().contains("\r\nhost: hooks.example.com:8443\r\n"));
}

#[test]
fn an_address_in_the_url_needs_no_resolver_and_its_own_certificate() {
    let ours = Authority::new();
    let receiver = Receiver::https(ours.server("93.184.216.34", 4000), |stream| {
        serve(stream, answer("200 OK", "").as_bytes());
    });
    let world = World::with(&receiver);
    let sender = world.sender(STRICT, ours.roots());
    assert_eq!(post(&sender, "https://93.184.216.34/", PLENTY).result, AttemptResult::Success);
    assert!(world.resolved.lock().unwrap().is_empty());
}

#[test]
fn what_is_not_allowed_gets_no_connection() {
    let receiver = Receiver::answering(answer("200 OK", ""));
    let world = World::with(&receiver);
    let lists: [&[&str]; 9] = [
        &["127.0.0.1:443"],
        &["10.0.0.1:443"],
        &["169.254.169.254:443"],
        &["[::1]:443"],
        &["[fd00:ec2::254]:443"],
        &["[::ffff:127.0.0.1]:443"],
        &["[64:ff9b::a00:1]:443"],
        &[PUBLIC, "127.0.0.1:443"],
        &["[2606:4700::1111]:443", PUBLIC, "8.8.8.8:443", "1.1.1.1:443", "[fe80::1]:443"],
    ];
    for list in lists {
        world.name("inside.example.com", &[list]);
        let sender = world.sender(STRICT, vec![]);
        let sent = post(&sender, "https://inside.example.com/", PLENTY);
        assert_eq!((sent.result, sent.http_status), (AttemptResult::Refused, None), "{list:?}");
        let reason = block_on(vet_on(&world, "https://inside.example.com/", STRICT)).unwrap_err();
        assert!(reason.0.contains("resolves to a private"), "{list:?}");
    }
    let resolved = world.resolved.lock().unwrap().len();
    let loopback = receiver.url();
    for url in [
        &loopback,
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://[::ffff:7f00:1]/",
        "https://localhost/",
        "http://hooks.example.com/",
        "https://hooks.example.com:22/",
        "https://user@hooks.example.com/",
        "",
    ] {
        let sent = post(&world.sender(STRICT, vec![]), url, PLENTY);
        assert_eq!(sent.result, AttemptResult::Refused, "{url}");
        assert!(block_on(vet_on(&world, url, STRICT)).is_err(), "{url}");
    }
    assert_eq!(world.resolved.lock().unwrap().len(), resolved, "not even resolved");
    assert_eq!(world.connected(), []);
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn a_name_that_turns_to_loopback_gets_nothing_there() {
    let ours = Authority::new();
    let serving = |stream: &mut dyn Stream| serve(stream, answer("200 OK", "").as_bytes());
    let public = Receiver::https(ours.server("rebind.example.com", 4000), serving);
    let inside = Receiver::https(ours.server("rebind.example.com", 4000), serving);
    let world = World::with(&public);
    world.route("127.0.0.1:443", inside.address);
    world.name("rebind.example.com", &[&[PUBLIC], &["127.0.0.1:443"]]);
    let sender = world.sender(STRICT, ours.roots());
    block_on(async {
        let url = "https://rebind.example.com/";
        let first = sender.send(url, &[], "{}", PLENTY).await;
        assert_eq!(first.result, AttemptResult::Success);
        assert_eq!(world.resolved.lock().unwrap().len(), 1, "resolved once");
        // Not even over the connection that is still open.
        assert_eq!(sender.idle().len(), 1);
        for _ in 0..3 {
            let next = sender.send(url, &[], "{}", PLENTY).await;
            assert_eq!(next.result, AttemptResult::Refused);
        }
    });
    assert_eq!(world.connected(), [address(PUBLIC)]);
    assert_eq!((public.connections(), inside.connections()), (1, 0));
}

#[test]
fn names_that_do_not_resolve() {
    let world = World::with(&Receiver::answering(""));
    world.name("empty.example.com", &[]);
    let sender = world.sender(STRICT, vec![]);
    for (host, timeout, result) in [
        ("unknown.example.com", PLENTY, AttemptResult::Dns),
        ("empty.example.com", PLENTY, AttemptResult::Dns),
        ("silent.example.com", SHORT, AttemptResult::Timeout),
    ] {
        let sent = post(&sender, &format!("https://{host}/"), timeout);
        assert_eq!((sent.result, sent.http_status), (result, None), "{host}");
    }
    for host in ["unknown.example.com", "empty.example.com", "hooks.example.com"] {
        let url = format!("https://{host}/");
        assert_eq!(block_on(vet_on(&world, &url, STRICT)), Ok(()), "{host}");
    }
    assert_eq!(world.connected(), []);
}

#[test]
fn the_next_address_is_tried_when_one_does_not_take_connections() {
    let receiver = Receiver::answering(answer("200 OK", ""));
    let world = World::with(&receiver);
    let [lost, dead, v6] = ["93.184.216.99:80", "93.184.216.35:80", "[2606:4700::1111]:80"];
    world.route(v6, receiver.address);
    world.name("many.example.com", &[&[v6, lost, dead, "8.8.8.8:80", "1.1.1.1:80"]]);
    let sent = post(&world.sender(LOCAL, vec![]), "http://many.example.com/", SHORT * 4);
    assert_eq!(sent.result, AttemptResult::Success);
    assert_eq!(world.connected(), [address(lost), address(dead), address(v6)]);
    assert!(sent.latency_ms >= 250);

    // Nobody there at all.
    world.name("lost.example.com", &[&[lost]]);
    let sent = post(&world.sender(LOCAL, vec![]), "http://lost.example.com/", SHORT);
    assert_eq!(sent.result, AttemptResult::Connect);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let sent = post(&Sender::new(LOCAL, vec![]), &format!("http://{closed}/"), PLENTY);
    assert_eq!(sent.result, AttemptResult::Connect);
}

#[test]
fn a_name_of_this_machine_works_on_the_local_stack() {
    let receiver = Receiver::answering(answer("200 OK", ""));
    // What is registered is reached: every name below localhost is this machine (RFC 6761).
    for name in ["localhost", "app.localhost", "hooks.shop.localhost"] {
        let url = format!("http://{name}:{}/", receiver.address.port());
        let sent = post(&Sender::new(LOCAL, vec![]), &url, PLENTY);
        assert_eq!(sent.result, AttemptResult::Success, "{name}");
        assert_eq!(block_on(vet(&url, LOCAL)), Ok(()));
        assert!(block_on(vet(&url, STRICT)).is_err());
    }
}

#[test]
fn a_connection_in_good_order_is_used_again() {
    let ours = Authority::new();
    let config = ours.server("*.example.com", 4000);
    let receiver =
        Receiver::https(config, |stream| serve(stream, answer("200 OK", "ok").as_bytes()));
    let world = World::with(&receiver);
    world.name("other.example.com", &[&[PUBLIC]]);
    let sender = world.sender(STRICT, ours.roots());
    block_on(async {
        for _ in 0..5 {
            let sent = sender.send("https://hooks.example.com/", &[], "{}", PLENTY).await;
            assert_eq!(sent.result, AttemptResult::Success);
        }
        assert_eq!(receiver.connections(), 1);
        assert_eq!(world.resolved.lock().unwrap().len(), 5, "but the name is checked each time");
        // Another name and another address are another connection.
        sender.send("https://other.example.com/", &[], "{}", PLENTY).await;
        assert_eq!(receiver.connections(), 2);
        world.name("hooks.example.com", &[&["93.184.216.35:443"]]);
        world.route("93.184.216.35:443", receiver.address);
        sender.send("https://hooks.example.com/", &[], "{}", PLENTY).await;
        assert_eq!(receiver.connections(), 3);
    });
}

#[test]
fn requests_at_the_same_time_do_not_share_a_connection_and_few_are_kept() {
    let receiver = Receiver::answering(answer("200 OK", ""));
    let sender = Sender::new(LOCAL, vec![]);
    let url = receiver.url();
    block_on(async {
        for _ in 0..2 {
            let all = (0..20).map(|_| sender.send(&url, &[], "{}", PLENTY));
            for sent in futures_util::future::join_all(all).await {
                assert_eq!(sent.result, AttemptResult::Success);
            }
            assert_eq!(sender.idle().len(), MOST_IDLE);
        }
    });
    assert_eq!(receiver.connections(), 20 + (20 - MOST_IDLE));
}

#[test]
fn a_kept_connection_that_has_ended_costs_nothing_but_a_new_one() {
    // Answers one request and closes, announced or not.
    for close in ["", "\r\nconnection: close"] {
        let status = format!("200 OK{close}");
        let receiver = Receiver::http(move |stream| {
            request_on(stream);
            stream.write_all(answer(&status, "").as_bytes()).unwrap();
        });
        let sender = Sender::new(LOCAL, vec![]);
        block_on(async {
            for sent in 1..=5 {
                let one = sender.send(&receiver.url(), &[], "{}", PLENTY).await;
                assert_eq!(one.result, AttemptResult::Success, "{sent}");
                assert_eq!(receiver.connections(), sent);
                // The process sleeps, and nothing in it notices that the connection ends.
                thread::sleep(Duration::from_millis(20));
            }
        });
    }
}

#[test]
fn what_may_have_been_processed_is_not_sent_again_at_once() {
    let requests = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&requests);
    let receiver = Receiver::http(move |stream| {
        while request_on(stream).is_some() {
            if seen.fetch_add(1, SeqCst) == 1 {
                return;
            }
            stream.write_all(answer("200 OK", "").as_bytes()).unwrap();
        }
    });
    let sender = Sender::new(LOCAL, vec![]);
    let results = block_on(async {
        let mut results = vec![];
        for _ in 0..3 {
            results.push(sender.send(&receiver.url(), &[], "{}", PLENTY).await.result);
        }
        results
    });
    let expected = [AttemptResult::Success, AttemptResult::Connect, AttemptResult::Success];
    assert_eq!(results, expected);
    assert_eq!((requests.load(SeqCst), receiver.connections()), (3, 2));
}

#[test]
fn a_second_answer_that_nobody_asked_for_is_not_taken_for_the_next_ones() {
    let twice = answer("200 OK", "first") + &answer("410 Gone", "second");
    let receiver = Receiver::answering(twice);
    let sender = Sender::new(LOCAL, vec![]);
    block_on(async {
        for _ in 0..4 {
            let sent = sender.send(&receiver.url(), &[], "{}", PLENTY).await;
            assert_eq!((sent.result, sent.answer.as_str()), (AttemptResult::Success, "first"));
            thread::sleep(Duration::from_millis(10));
        }
    });
    assert_eq!(receiver.connections(), 4);
}

#[test]
fn a_header_that_cannot_be_written_sends_nothing() {
    let receiver = Receiver::answering(answer("200 OK", ""));
    for header in [("webhook-id", "a\r\nb: c".to_owned()), ("web hook", "a".to_owned())] {
        let sender = Sender::new(LOCAL, vec![]);
        let sent = block_on(sender.send(&receiver.url(), &[header], "{}", PLENTY));
        assert_eq!(sent.result, AttemptResult::Refused);
    }
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn sending_may_move_between_threads() {
    fn movable<T: Send>(_: &T) {}
    fn shared<T: Send + Sync>(_: &T) {}
    let sender = Sender::new(STRICT, vec![]);
    shared(&sender);
    movable(&sender.send("", &[], "", SHORT));
    movable(&vet("", STRICT));
}

#[test]
fn over_tls_every_status_arrives_with_what_it_asks_for() {
    let authority = Authority::new();
    for (status, header, asked) in [
        ("200 OK", "", None),
        ("302 Found", "location: https://elsewhere.example/\r\n", None),
        ("404 Not Found", "", None),
        ("410 Gone", "", None),
        ("429 Too Many Requests", "retry-after: 120\r\n", Some("120")),
        (
            "503 Service Unavailable",
            "Retry-After: Sat, 21 Nov 2026 10:00:00 GMT\r\n",
            Some("Sat, 21 Nov 2026 10:00:00 GMT"),
        ),
        ("503 Service Unavailable", "retry-after: \u{e9}\r\n", None),
    ] {
        let bytes = format!("HTTP/1.1 {status}\r\n{header}content-length: 0\r\n\r\n");
        let config = authority.server("hooks.example.com", 4000);
        let receiver = Receiver::https(config, move |stream| serve(stream, bytes.as_bytes()));
        let sender = World::with(&receiver).sender(STRICT, authority.roots());
        let sent = post(&sender, "https://hooks.example.com/", PLENTY);
        assert_eq!(sent.http_status.unwrap().to_string(), status[..3]);
        assert_eq!(sent.retry_after.as_deref(), asked, "{status}");
    }
}

#[test]
fn what_is_compressed_stays_compressed() {
    // A few kilobytes of this unpack to gigabytes.
    let bomb = [b"\x1f\x8b\x08\0\0\0\0\0\0\x03".as_slice(), &[0x42; 60_000]].concat();
    let head = format!(
        "HTTP/1.1 500 No\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        bomb.len()
    );
    let receiver = Receiver::answering([head.as_bytes(), &bomb].concat());
    let sent = post(&Sender::new(LOCAL, vec![]), &receiver.url(), PLENTY);
    assert_eq!((sent.result, sent.http_status), (AttemptResult::Status, Some(500)));
    assert!(sent.answer.len() <= 4096 && sent.answer.ends_with('B'), "kept as it came");
}

#[test]
fn a_yes_counts_whatever_happens_to_the_rest_of_the_answer() {
    let heads: [(&str, bool); 5] = [
        ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", true),
        ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", false),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n", true),
        ("HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\nno chunk\r\n", true),
        ("HTTP/1.1 204 No Content\r\n\r\n", true),
    ];
    for (head, stays_open) in heads {
        let receiver = Receiver::http(move |stream| {
            let _ = request_on(stream);
            let _ = stream.write_all(head.as_bytes());
            if stays_open {
                hold(stream);
            }
        });
        let sent = post(&Sender::new(LOCAL, vec![]), &receiver.url(), PLENTY);
        assert_eq!(sent.result, AttemptResult::Success, "{head}, stays open: {stays_open}");
        assert!(sent.latency_ms < 5_000, "the rest is not waited for: {} ms", sent.latency_ms);
    }
    let trickle = Receiver::http(|stream| {
        let _ = request_on(stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n");
        while stream.write_all(b"x").and_then(|()| stream.flush()).is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    let sent = post(&Sender::new(LOCAL, vec![]), &trickle.url(), SHORT);
    assert_eq!((sent.result, sent.http_status), (AttemptResult::Success, Some(200)));
}
