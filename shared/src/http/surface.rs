//! What tells the surfaces apart on the wire: envelopes, codes, headers, and whether unknown fields
//! are refused. A function names its surface as a type, so that it links only its own.

use super::{Content, Reply};
use crate::{model::Time, operations::Problem};
use uuid::Uuid;

/// A surface of the API. Implemented by types that hold nothing.
pub trait Surface: 'static {
    /// Its name, as in names of functions.
    const NAME: &'static str;
    /// What becomes of fields that a request has and its route does not know.
    const UNKNOWN_FIELDS: UnknownFields;
    /// What an idempotency key belongs to, besides its tenant and mode.
    const KEYS_OF: KeysOf = KeysOf::Operation;
    /// What `OPTIONS` answers without asking the handler; `None`: nothing special.
    const OPTIONS: Option<&'static str> = None;

    /// The same for one path, as its route writes it, where paths differ.
    fn options(_path: &str) -> Option<&'static str> {
        Self::OPTIONS
    }

    /// What an id in a path stands for, where this surface reads it in more than one form: a UUID in
    /// any case.
    fn id_meaning(text: &str) -> Option<String> {
        Uuid::try_parse(text).ok().map(|id| id.to_string())
    }

    /// Headers that every answer has, unless the answer itself says something else.
    fn headers() -> &'static [(&'static str, &'static str)];

    /// An answer with its HTTP status, in the surface's envelope.
    fn success(reply: Reply, status: u16, exchange: &Exchange<'_>) -> Rendered;

    /// A problem in the surface's envelope.
    fn problem(problem: &Problem, exchange: &Exchange<'_>) -> Rendered;

    /// The status and the code of a problem; the code is what the log says, too.
    fn code(problem: &Problem) -> (u16, &'static str);
}

/// What becomes of fields that a request has and its route does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownFields {
    /// The request is refused, naming each.
    Refused,
    /// They are passed over.
    Ignored,
}

/// What an idempotency key belongs to: with the same text it is another key elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeysOf {
    /// The operation: ids in the path are part of the request.
    Operation,
    /// The operation on what the path names.
    Path,
}

/// What envelopes say of a request besides its answer.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// The request's id.
    pub request_id: &'a str,
    /// The moment of the answer, for envelopes that tell it.
    pub now: Time,
    /// The page that explains codes, each under its own anchor.
    pub docs_url: Option<&'a str>,
    /// The languages that the caller reads, as in `Accept-Language`.
    pub languages: &'a str,
}

/// An answer as it is sent.
#[derive(Debug)]
pub struct Rendered {
    /// HTTP status.
    pub status: u16,
    /// Headers, besides those of every answer.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
    /// The body, where it is no text.
    pub bytes: Option<Vec<u8>>,
}

impl Rendered {
    /// An answer of a surface that has no envelope.
    pub fn plain(reply: Reply, status: u16) -> Self {
        let Reply { headers, content, .. } = reply;
        match content {
            Content::Html(html) => Self::html(status, headers, html),
            Content::Text { media, text } => Self::text(status, headers, media, text),
            Content::Bytes { media, bytes } => Self::bytes(status, headers, media, bytes),
            Content::Data(json) | Content::Json(json) | Content::List { data: json, .. } => {
                Self::json(status, headers, json)
            }
        }
    }

    /// JSON.
    pub fn json(status: u16, mut headers: Vec<(&'static str, String)>, body: String) -> Self {
        headers.push(("content-type", "application/json".to_owned()));
        Self { status, headers, body, bytes: None }
    }

    /// A page for people.
    pub fn html(status: u16, mut headers: Vec<(&'static str, String)>, body: String) -> Self {
        headers.push(("content-type", "text/html; charset=utf-8".to_owned()));
        Self { status, headers, body, bytes: None }
    }

    /// Text of another kind.
    pub fn text(
        status: u16,
        mut headers: Vec<(&'static str, String)>,
        media: &str,
        body: String,
    ) -> Self {
        headers.push(("content-type", media.to_owned()));
        Self { status, headers, body, bytes: None }
    }

    /// A picture or a document.
    pub fn bytes(
        status: u16,
        mut headers: Vec<(&'static str, String)>,
        media: &str,
        bytes: Vec<u8>,
    ) -> Self {
        headers.push(("content-type", media.to_owned()));
        Self { status, headers, body: String::new(), bytes: Some(bytes) }
    }

    /// The same with one header more.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with `Retry-After`, where there is something to wait for.
    pub fn retry_after(self, seconds: Option<i64>) -> Self {
        match seconds {
            Some(seconds) => self.header("retry-after", seconds.to_string()),
            None => self,
        }
    }

    /// The same with `Allow`, where the problem is the method.
    pub fn allow(self, problem: &Problem) -> Self {
        let Problem::MethodNotAllowed { allow } = problem else { return self };
        self.header("allow", allow.join(", "))
    }
}

/// A surface as values, so that what runs functions is compiled once and not for each surface.
#[derive(Clone, Copy)]
pub struct Voice {
    /// [`Surface::NAME`]
    pub name: &'static str,
    /// [`Surface::options`]
    pub options: fn(&str) -> Option<&'static str>,
    /// [`Surface::headers`]
    pub headers: fn() -> &'static [(&'static str, &'static str)],
    /// [`Surface::success`]
    pub success: fn(Reply, u16, &Exchange<'_>) -> Rendered,
    /// [`Surface::problem`]
    pub problem: fn(&Problem, &Exchange<'_>) -> Rendered,
    /// [`Surface::code`]
    pub code: fn(&Problem) -> (u16, &'static str),
}

impl Voice {
    /// The surface's.
    pub const fn of<S: Surface>() -> Self {
        Self {
            name: S::NAME,
            options: S::options,
            headers: S::headers,
            success: S::success,
            problem: S::problem,
            code: S::code,
        }
    }
}
