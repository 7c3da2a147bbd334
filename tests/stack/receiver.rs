//! A tenant's own server: takes webhooks, answers what it is told to, and verifies what it got.

use super::eventually;
use ring::hmac;
use serde_json::Value;
use shared::{app::clock, model::Time};
use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};
use ureq::http::{HeaderMap, HeaderName};

/// How long requests wait for others to come; shorter than any sender's patience.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// A small web server on loopback that lives as long as the test run.
pub struct Receiver {
    /// Where it listens.
    pub url: String,
    /// The endpoint's signing secret.
    pub secret: String,
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    received: Vec<Received>,
    /// Status and one more header line, or none.
    answers: VecDeque<(u16, String)>,
    usual: Option<u16>,
    pace: Duration,
    /// Requests that must have come before any is answered.
    gather: usize,
    at_once: usize,
    most_at_once: usize,
}

/// One request it got.
#[derive(Clone)]
pub struct Received {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, byte by byte.
    pub body: Vec<u8>,
    /// The status it was answered.
    pub answered: u16,
    /// When it was there.
    pub at: Time,
}

impl Receiver {
    /// Starts to listen. Every request is answered 200 unless something else is queued.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hooks?from=paylink", listener.local_addr().unwrap());
        let state = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || serve(stream, &state.0, &state.1));
            }
        });
        Self { url, secret: String::new(), state }
    }

    /// Statuses for the next requests, one each.
    pub fn answer_next(&self, statuses: &[u16]) {
        self.answer_next_with(statuses, "");
    }

    /// Statuses for the next requests, each with a header line.
    pub fn answer_next_with(&self, statuses: &[u16], header: &str) {
        let answers = statuses.iter().map(|status| (*status, header.to_owned()));
        self.state.0.lock().unwrap().answers.extend(answers);
    }

    /// The status of every request from now on for which nothing else is queued.
    pub fn answer_always(&self, status: u16) {
        self.state.0.lock().unwrap().usual = Some(status);
    }

    /// How long it thinks before each answer.
    pub fn think(&self, pace: Duration) {
        self.state.0.lock().unwrap().pace = pace;
    }

    /// Answers nobody until this many requests have come, or ten seconds are over.
    pub fn gather(&self, count: usize) {
        self.state.0.lock().unwrap().gather = count;
    }

    /// The most requests it ever had at the same time.
    pub fn most_at_once(&self) -> usize {
        self.state.0.lock().unwrap().most_at_once
    }

    /// Everything so far, in the order of arrival.
    pub fn received(&self) -> Vec<Received> {
        self.state.0.lock().unwrap().received.clone()
    }

    /// Everything about one object so far, verified.
    pub fn events_of(&self, id: &str) -> Vec<Value> {
        let bodies = self.received().into_iter().map(|received| received.verified(&self.secret));
        bodies.filter(|body| body["data"]["payment_intent_id"] == id).collect()
    }

    /// Waits for an event about one object.
    pub fn wait_for(&self, kind: &str, id: &str, seconds: i64) -> Value {
        eventually(&format!("{kind} of {id} at the receiver"), seconds, || {
            self.events_of(id).into_iter().find(|body| body["event"] == kind)
        })
    }

    /// Waits until there are this many requests.
    pub fn wait_for_requests(&self, count: usize, seconds: i64) -> Vec<Received> {
        eventually(&format!("{count} requests at the receiver"), seconds, || {
            let received = self.received();
            (received.len() >= count).then_some(received)
        })
    }
}

impl Received {
    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no header {name}"));
        value.to_str().unwrap()
    }

    /// The body, once both signatures have been checked: one with the library of Standard
    /// Webhooks, the platform's own by the formula it documents.
    pub fn verified(&self, secret: &str) -> Value {
        let webhook = standardwebhooks::Webhook::new(secret).unwrap();
        webhook.verify(&self.body, &self.headers).unwrap();
        let stamp = self.header("webhook-timestamp");
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signed = [stamp.as_bytes(), b".", &self.body].concat();
        let mac = hmac::sign(&key, &signed);
        let hex: String = mac.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(self.header("paylink-signature"), format!("t={stamp},v1={hex}"));
        assert_eq!(self.header("paylink-signature-version"), "1");
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(self.header("webhook-id"), body["id"]);
        body
    }
}

/// Serves one connection: requests are small, have a length, and are answered at once.
fn serve(stream: TcpStream, state: &Mutex<State>, changed: &Condvar) {
    let mut reader = BufReader::new(&stream);
    while let Some(received) = read(&mut reader) {
        let (status, header, pace) = {
            let mut state = state.lock().unwrap();
            let usual = (state.usual.unwrap_or(200), String::new());
            let (status, header) = state.answers.pop_front().unwrap_or(usual);
            state.received.push(Received { answered: status, ..received });
            state.at_once += 1;
            state.most_at_once = state.most_at_once.max(state.at_once);
            changed.notify_all();
            let few = |state: &mut State| state.received.len() < state.gather;
            let (mut state, _) = changed.wait_timeout_while(state, MAX_WAIT, few).unwrap();
            state.at_once -= 1;
            (status, header, state.pace)
        };
        thread::sleep(pace);
        let header = if header.is_empty() { header } else { format!("{header}\r\n") };
        let reason = if status < 300 { "thanks" } else { "not now" };
        let answer =
            format!("HTTP/1.1 {status} -\r\n{header}content-length: {}\r\n\r\n", reason.len(),);
        if (&stream).write_all(format!("{answer}{reason}").as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Received> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut headers = HeaderMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        headers.insert(name, value.trim().parse().ok()?);
    }
    let length = headers.get("content-length").and_then(|value| value.to_str().ok()?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(Received { headers, body, answered: 0, at: clock::now() })
}
