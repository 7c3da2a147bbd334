//! Calls and answers.

use super::NOT_RUNNING;
use crate::openapi;
use serde_json::Value;
use shared::http::reply::SuccessStatus;
use std::{sync::LazyLock, thread, time::Duration};
use ureq::{
    Agent,
    http::{HeaderMap, Request},
};

/// How often a call is sent that the functions answer with being out of reach of AWS, which a machine
/// that stands still for some seconds makes of them; and the pause in between.
const TRIES: usize = 30;
const PAUSE: Duration = Duration::from_secs(1);

/// What they say then, on every surface, on a page, and where they cannot even start.
const OUT_OF_REACH: [&str; 3] = [
    "Out of reach for a moment",
    "Something went wrong on our side",
    "the table cannot be reached",
];

/// What they say where a call with the same key is at work.
const IN_PROGRESS: &str = "is still being answered";

/// A client that shows what servers say: no redirects, no proxies, no errors made of statuses.
pub fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .max_idle_connections(0)
        .timeout_global(Some(Duration::from_secs(600)))
        .build();
    config.into()
}

/// A request in the making.
#[derive(Clone)]
pub struct Call {
    agent: Agent,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Call {
    pub fn new(agent: &Agent, method: &str, url: &str) -> Self {
        Self {
            agent: agent.clone(),
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// Sets a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Comes from this address, as the gateway sees it: the emulator's believes the header.
    pub fn sent_from(self, address: &str) -> Self {
        self.header("x-forwarded-for", address)
    }

    /// Sets the access token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// A JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.text("application/json", &body.to_string())
    }

    /// A body as it is.
    pub fn text(mut self, media: &str, body: &str) -> Self {
        self.body = Some(body.as_bytes().to_vec());
        self.header("content-type", media)
    }

    /// Sends it; again, as callers are told to, while the functions cannot reach AWS.
    ///
    /// # Panics
    /// When nobody answers.
    pub fn send(self) -> Answer {
        let what = format!("{} {}", self.method, self.url);
        let once = || {
            let answer = self.clone().try_send();
            answer.unwrap_or_else(|error| panic!("{what}: {error}; {NOT_RUNNING}"))
        };
        let mut answer = once();
        if !answer.is_out_of_reach() {
            return answer;
        }
        for _ in 1..TRIES {
            thread::sleep(PAUSE);
            answer = once();
            // The call before may still be at work: with a key, callers ask for its answer.
            if !answer.is_out_of_reach() && !answer.is_in_progress() {
                break;
            }
        }
        answer
    }

    /// Sends it to somebody who may not answer.
    pub fn try_send(self) -> Result<Answer, String> {
        let mut request = Request::builder().method(self.method.as_str()).uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let answered = match self.body {
            Some(body) => self.agent.run(request.body(body).unwrap()),
            None => self.agent.run(request.body(()).unwrap()),
        };
        let mut answered = answered.map_err(|error| error.to_string())?;
        let body = answered.body_mut().with_config().limit(64 << 20).read_to_vec();
        is_stated(&self.method, &self.url, answered.status().as_u16());
        Ok(Answer {
            what: format!("{} {}", self.method, self.url),
            status: answered.status().as_u16(),
            headers: answered.headers().clone(),
            body: String::from_utf8_lossy(&body.map_err(|error| error.to_string())?).into_owned(),
        })
    }
}

/// The statuses of success that routes state.
static STATED: LazyLock<Vec<(&str, &str, SuccessStatus)>> = LazyLock::new(openapi::successes);

/// Whatever a test asks for: success has one of the statuses that the route states.
fn is_stated(method: &str, url: &str, status: u16) {
    // Other programs on this machine, such as a shop's receiver, state nothing.
    let Some((_, path)) = url.split_once("/_user_request_/") else { return };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let asked: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let fits = |route: &str| {
        let parts: Vec<&str> = route.trim_start_matches('/').split('/').collect();
        let same = |(part, asked): (&&str, &&str)| part.starts_with('{') || part == asked;
        parts.len() == asked.len() && parts.iter().zip(&asked).all(same)
    };
    // Where two routes fit, the one with fewer names is served.
    let fitting = STATED.iter().filter(|(known, route, _)| *known == method && fits(route));
    let route = fitting.min_by_key(|(_, route, _)| route.matches('{').count());
    let Some((_, route, success)) = route.filter(|_| status < 400 && status != 304) else { return };
    let stated = [Some(success.done), success.otherwise];
    assert!(stated.contains(&Some(status)), "{method} {route} answered {status}, not {stated:?}");
}

/// What came back.
pub struct Answer {
    what: String,
    /// HTTP status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The body as text; of pictures what is text in them.
    pub body: String,
}

impl Answer {
    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the function says that it cannot reach AWS for a moment.
    fn is_out_of_reach(&self) -> bool {
        matches!(self.status, 502 | 503) && OUT_OF_REACH.iter().any(|said| self.body.contains(said))
    }

    /// Whether a call with the same key is still being answered.
    fn is_in_progress(&self) -> bool {
        self.status == 409 && self.body.contains(IN_PROGRESS)
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        let json = serde_json::from_str(&self.body);
        json.unwrap_or_else(|_| panic!("{} answered {}: {}", self.what, self.status, self.body))
    }

    /// The data of a success in the platform's envelope.
    pub fn ok(&self) -> Value {
        let json = self.json();
        assert_eq!(self.status, 200, "{}: {json}", self.what);
        assert_eq!(json["status_code"], 200, "{}: {json}", self.what);
        assert!(json["query_generated_time"].is_i64(), "{}: {json}", self.what);
        assert!(self.header("x-request-id").is_some(), "{} has no request id", self.what);
        json["data"].clone()
    }

    /// An error in the platform's envelope, complete to the last field; answers the names of the
    /// fields it complains about.
    pub fn refused(&self, status: u16, code: &str) -> Vec<String> {
        let json = self.json();
        assert_eq!(self.status, status, "{}: {json}", self.what);
        assert_eq!(json["status_code"], status, "{}: {json}", self.what);
        assert!(json["query_generated_time"].is_i64(), "{}: {json}", self.what);
        self.complains(&json["data"], code)
    }

    /// An error of one of the page's own calls, which have no envelope.
    pub fn refused_plainly(&self, status: u16, code: &str) -> Vec<String> {
        let json = self.json();
        assert_eq!(self.status, status, "{}: {json}", self.what);
        self.complains(&json, code)
    }

    fn complains(&self, error: &Value, code: &str) -> Vec<String> {
        let what = &self.what;
        assert_eq!(error["code"], code, "{what}: {error}");
        assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{what}: {error}");
        assert_eq!(error["request_id"].as_str(), self.header("x-request-id"), "{what}: {error}");
        assert_eq!(error.as_object().unwrap().len(), 4, "{what}: {error}");
        let errors = error["errors"].as_array().unwrap_or_else(|| panic!("{what}: {error}"));
        let fields = errors.iter().map(|entry| {
            assert!(entry["message"].as_str().is_some_and(|text| !text.is_empty()), "{entry}");
            entry["field"].as_str().unwrap().to_owned()
        });
        fields.collect()
    }
}
