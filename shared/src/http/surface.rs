//! What tells the surfaces apart on the wire: envelopes, codes, headers, and whether unknown fields
//! are refused. A function names its surface as a type, so that it links only its own.

use super::Reply;
use crate::{model::Time, operations::Problem};

/// A surface of the API. Implemented by types that hold nothing.
pub trait Surface: 'static {
    /// Its name, as in names of functions.
    const NAME: &'static str;
    /// What becomes of fields that a request has and its route does not know.
    const UNKNOWN_FIELDS: UnknownFields;
    /// What `OPTIONS` answers without asking the handler; `None`: nothing special.
    const OPTIONS: Option<&'static str> = None;

    /// Headers that every answer has, unless the answer itself says something else.
    fn headers() -> &'static [(&'static str, &'static str)];

    /// An answer in the surface's envelope.
    fn success(reply: Reply, exchange: &Exchange<'_>) -> Rendered;

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

/// What envelopes say of a request besides its answer.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// The request's id.
    pub request_id: &'a str,
    /// When it is answered.
    pub now: Time,
    /// The page that explains codes, each under its own anchor.
    pub docs_url: Option<&'a str>,
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
}

impl Rendered {
    /// JSON.
    #[must_use]
    pub fn json(status: u16, mut headers: Vec<(&'static str, String)>, body: String) -> Self {
        headers.push(("content-type", "application/json".to_owned()));
        Self { status, headers, body }
    }

    /// A page for people.
    #[must_use]
    pub fn html(status: u16, mut headers: Vec<(&'static str, String)>, body: String) -> Self {
        headers.push(("content-type", "text/html; charset=utf-8".to_owned()));
        Self { status, headers, body }
    }

    /// The same with one header more.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with `Retry-After`, where there is something to wait for.
    #[must_use]
    pub fn retry_after(self, seconds: Option<i64>) -> Self {
        match seconds {
            Some(seconds) => self.header("retry-after", seconds.to_string()),
            None => self,
        }
    }

    /// The same with `Allow`, where the problem is the method.
    #[must_use]
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
    /// [`Surface::OPTIONS`]
    pub options: Option<&'static str>,
    /// [`Surface::headers`]
    pub headers: fn() -> &'static [(&'static str, &'static str)],
    /// [`Surface::success`]
    pub success: fn(Reply, &Exchange<'_>) -> Rendered,
    /// [`Surface::problem`]
    pub problem: fn(&Problem, &Exchange<'_>) -> Rendered,
    /// [`Surface::code`]
    pub code: fn(&Problem) -> (u16, &'static str),
}

impl Voice {
    /// The surface's.
    #[must_use]
    pub const fn of<S: Surface>() -> Self {
        Self {
            name: S::NAME,
            options: S::OPTIONS,
            headers: S::headers,
            success: S::success,
            problem: S::problem,
            code: S::code,
        }
    }
}
