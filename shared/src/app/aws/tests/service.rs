//! A service on loopback, on a thread of its own: it lives on while the caller's process sleeps.

use super::super::{CallLimits, Clients, connections};
use crate::app::config::{Aws, Endpoints};
use serde_json::Value;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
    sync::watch,
};
use tokio_rustls::TlsAcceptor;

/// A request as the service saw it.
#[derive(Debug)]
pub struct Seen {
    /// The number of its connection, from 1.
    pub connection: usize,
    pub head: String,
    pub body: Vec<u8>,
}

/// What the service does about a request.
#[derive(Debug, Clone)]
pub enum Say {
    Answer(u16, Value),
    /// Answers and closes the connection without a word.
    Last(Value),
    Late(Duration, Value),
    HangUp,
    Silence,
}

type Script = Arc<Mutex<dyn FnMut(&Seen) -> Say + Send>>;

pub struct Service {
    pub url: String,
    seen: mpsc::Receiver<Seen>,
    opened: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
    reset: watch::Sender<()>,
}

#[derive(Clone)]
struct Inner {
    script: Script,
    tell: mpsc::Sender<Seen>,
    reset: watch::Receiver<()>,
}

impl Service {
    /// Says these, one after the other, and keeps to itself after the last.
    pub fn saying(says: Vec<Say>) -> Self {
        let mut says = says.into_iter();
        Self::start(None, move |_| says.next().unwrap_or(Say::Silence))
    }

    pub fn start(
        tls: Option<TlsAcceptor>,
        script: impl FnMut(&Seen) -> Say + Send + 'static,
    ) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let (tell, seen) = mpsc::channel();
        let (reset, resets) = watch::channel(());
        let (opened, open) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let inner = Inner { script: Arc::new(Mutex::new(script)), tell, reset: resets };
        let (all, now_open) = (opened.clone(), open.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(accept(listener, tls, inner, all, now_open));
        });
        Self { url, seen, opened, open, reset }
    }

    /// Connections that were ever opened, closed ones among them.
    pub fn opened(&self) -> usize {
        self.opened.load(SeqCst)
    }

    /// Resets every connection, and returns when that is done.
    pub fn reset_all(&self) {
        self.reset.send(()).unwrap();
        self.wait_until_closed();
    }

    /// Returns when no connection is open. The thread that waits runs nothing else meanwhile.
    pub fn wait_until_closed(&self) {
        while self.open.load(SeqCst) > 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// The requests since the last look.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.try_iter().collect()
    }
}

async fn accept(
    listener: std::net::TcpListener,
    tls: Option<TlsAcceptor>,
    inner: Inner,
    opened: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
) {
    let listener = TcpListener::from_std(listener).unwrap();
    while let Ok((mut stream, _)) = listener.accept().await {
        let number = opened.fetch_add(1, SeqCst) + 1;
        open.fetch_add(1, SeqCst);
        let (tls, inner, open) = (tls.clone(), inner.clone(), open.clone());
        tokio::spawn(async move {
            match tls {
                None => {
                    let reset = inner.serve(&mut stream, number).await;
                    if reset {
                        stream.set_zero_linger().unwrap();
                    }
                    drop(stream);
                }
                Some(tls) => {
                    if let Ok(mut stream) = tls.accept(stream).await {
                        inner.serve(&mut stream, number).await;
                    }
                }
            }
            open.fetch_sub(1, SeqCst);
        });
    }
}

impl Inner {
    /// Answers whether the connection is to be reset.
    async fn serve(
        mut self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        number: usize,
    ) -> bool {
        let mut stream = BufReader::new(stream);
        self.reset.mark_unchanged();
        loop {
            let request = tokio::select! {
                request = read(&mut stream, number) => request,
                _ = self.reset.changed() => return true,
            };
            let Some(request) = request else { return false };
            let say = (self.script.lock().unwrap())(&request);
            let _ = self.tell.send(request);
            let last = matches!(say, Say::Last(_));
            let (status, answer) = match say {
                Say::Answer(status, answer) => (status, answer),
                Say::Last(answer) => (200, answer),
                Say::Late(by, answer) => {
                    tokio::time::sleep(by).await;
                    (200, answer)
                }
                Say::HangUp => return false,
                Say::Silence => return self.reset.changed().await.is_ok(),
            };
            let text = answer.to_string();
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n", text.len());
            let written = stream.write_all((head + &text).as_bytes()).await;
            if written.is_err() || stream.flush().await.is_err() || last {
                return false;
            }
        }
    }
}

async fn read(
    stream: &mut BufReader<impl AsyncRead + AsyncWrite + Unpin>,
    connection: usize,
) -> Option<Seen> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let length = head.split("content-length: ").nth(1)?.split("\r\n").next()?.parse().ok()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Seen { connection, head, body })
}

/// Short pauses, long limits: what a test is not about does not decide it.
pub const PATIENT: CallLimits = CallLimits {
    attempts: 3,
    initial_backoff: Duration::from_millis(1),
    attempt: Duration::from_secs(60),
    operation: Duration::from_secs(60),
};

pub fn aws(endpoint: Option<&str>) -> Aws {
    let endpoints = Endpoints { all: endpoint.map(str::to_owned), ..Endpoints::default() };
    let session = Some("session".to_owned());
    Aws {
        region: "eu-central-1".to_owned(),
        credentials: aws_credential_types::Credentials::new(
            "AKID", "secret", session, None, "test",
        ),
        ca_bundle: None,
        fips: false,
        dual_stack: false,
        endpoints,
    }
}

/// Clients of a service, over connections of their own.
pub fn clients(url: &str, limits: CallLimits, ca_bundle: Option<&[u8]>) -> Clients {
    let http = connections::http_client(ca_bundle).unwrap();
    Clients { aws: aws(Some(url)), http, limits }
}
