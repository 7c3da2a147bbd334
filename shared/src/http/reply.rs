//! Answers, before a surface puts its envelope around them.

use super::Request;
use crate::{
    digest::{hex, sha256},
    operations::Allowance,
};
use serde::Serialize;

/// How a request went. What HTTP status that is, the statement of its route says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyStatus {
    /// What was asked for is done.
    Done,
    /// It is done in the route's other way, such as accepted and not over yet.
    DoneOtherwise,
    /// Something else is answered instead, with this status: 304, or a refusal that is a page or
    /// says more than a problem does.
    Instead(u16),
}

/// The HTTP statuses with which a route answers that it did what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SuccessStatus {
    /// The status of [`ReplyStatus::Done`].
    pub done: u16,
    /// The status of [`ReplyStatus::DoneOtherwise`], where the route has one.
    pub otherwise: Option<u16>,
}

impl SuccessStatus {
    /// 200, whatever happens.
    pub const OK: Self = Self { done: 200, otherwise: None };

    /// The HTTP status of a reply of the route.
    pub fn of(self, reply: ReplyStatus) -> u16 {
        match reply {
            ReplyStatus::Done => self.done,
            ReplyStatus::DoneOtherwise => self.otherwise.unwrap_or(self.done),
            ReplyStatus::Instead(status) => status,
        }
    }
}

/// An answer.
#[derive(Debug)]
#[must_use = "a reply that is not returned answers nobody"]
pub struct Reply {
    /// The status as the route states it, or one that the answer itself decides.
    pub status: ReplyStatus,
    /// Headers besides the ones every answer has.
    pub headers: Vec<(&'static str, String)>,
    /// The body before the surface puts its envelope around it.
    pub content: Content,
}

/// What is in an answer.
#[derive(Debug)]
pub enum Content {
    /// One object, as JSON text: goes into the surface's envelope.
    Data(String),
    /// A list, as JSON text: goes into the envelope beside its page.
    List {
        /// The array.
        data: String,
        /// The page size asked for.
        limit: u32,
        /// Where the next page starts.
        next_cursor: Option<String>,
    },
    /// JSON that has no envelope, such as a key set.
    Json(String),
    /// A page for people.
    Html(String),
    /// Text of another kind, such as a table or a drawing.
    Text {
        /// What it is.
        media: &'static str,
        /// The text.
        text: String,
    },
    /// A picture or a document.
    Bytes {
        /// What it is.
        media: &'static str,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

impl Reply {
    /// One object.
    pub fn data(view: &impl Serialize) -> Self {
        Self::content(Content::Data(json(view)))
    }

    /// One object whose JSON is at hand.
    pub fn data_text(json: String) -> Self {
        Self::content(Content::Data(json))
    }

    /// A page of a list.
    pub fn list<T: Serialize>(views: &[T], limit: u32, next_cursor: Option<String>) -> Self {
        Self::content(Content::List { data: json(&views), limit, next_cursor })
    }

    /// Plain JSON.
    pub fn json(view: &impl Serialize) -> Self {
        Self::content(Content::Json(json(view)))
    }

    /// Plain JSON whose text is at hand.
    pub const fn json_text(json: String) -> Self {
        Self::content(Content::Json(json))
    }

    /// A page for people.
    pub fn html(body: String, csp: String) -> Self {
        Self::content(Content::Html(body)).header("content-security-policy", csp)
    }

    /// A page for people, of a surface that has one policy for all of its pages.
    pub const fn page(body: String) -> Self {
        Self::content(Content::Html(body))
    }

    /// A text of another kind.
    pub fn text(media: &'static str, text: String) -> Self {
        Self::content(Content::Text { media, text })
    }

    /// A picture or a document.
    pub fn bytes(media: &'static str, bytes: Vec<u8>) -> Self {
        Self::content(Content::Bytes { media, bytes })
    }

    /// 204 with the methods a route has.
    pub fn allow(methods: &'static str) -> Self {
        Self::nothing().instead(204).header("allow", methods)
    }

    /// No body: it is done, and there is nothing to say.
    pub const fn nothing() -> Self {
        Self::content(Content::Json(String::new()))
    }

    /// The same with a tag of its version, `"<edits>-<hash>"`, and as 304 without a body for who has
    /// it already.
    pub fn versioned(self, edits: u64, req: &Request) -> Self {
        let (Content::Json(text) | Content::Data(text)) = &self.content else { return self };
        let tag = format!("\"{edits}-{}\"", hex(&sha256::<8>(text)));
        let reply = if req.method() == "GET" && has(req, &tag) { self.unchanged() } else { self };
        reply.header("etag", tag)
    }

    fn unchanged(self) -> Self {
        Self { content: Content::Json(String::new()), ..self }.instead(304)
    }

    /// The same as the route's other way of being done.
    pub fn otherwise(self) -> Self {
        Self { status: ReplyStatus::DoneOtherwise, ..self }
    }

    /// The same with a status that is not one of the route's successes.
    pub fn instead(self, status: u16) -> Self {
        Self { status: ReplyStatus::Instead(status), ..self }
    }

    /// The same for everybody to keep for a while: with a tag, and as 304 without a body for who has
    /// it already.
    pub fn kept(self, seconds: u32, req: &Request) -> Self {
        self.tagged(req).header("cache-control", format!("public, max-age={seconds}"))
    }

    /// The same with a tag, for browsers to keep and to ask about each time: 304 without a body
    /// where they have it already.
    pub fn revalidated(self, req: &Request) -> Self {
        self.tagged(req).header("cache-control", "no-cache")
    }

    fn tagged(self, req: &Request) -> Self {
        let (Content::Json(text) | Content::Data(text) | Content::Html(text)) = &self.content
        else {
            return self;
        };
        let tag = format!("\"{}\"", hex(&sha256::<16>(text)));
        let reply = if has(req, &tag) { self.unchanged() } else { self };
        reply.header("etag", tag)
    }

    /// The same with one header more.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with how far its caller is from a limit, where the request was counted.
    pub fn allowing(mut self, allowance: Option<Allowance>) -> Self {
        self.headers.extend(allowance.iter().flat_map(rate_limit));
        self
    }

    const fn content(content: Content) -> Self {
        Self { status: ReplyStatus::Done, headers: Vec::new(), content }
    }
}

/// The headers that say how far a caller is from a limit, in the names of the draft that clients know.
pub fn rate_limit(allowance: &Allowance) -> [(&'static str, String); 3] {
    [
        ("ratelimit-limit", allowance.limit.to_string()),
        ("ratelimit-remaining", allowance.left.to_string()),
        ("ratelimit-reset", allowance.reset_s.to_string()),
    ]
}

/// Whether the caller says that it has what bears this tag.
fn has(req: &Request, tag: &str) -> bool {
    let known = req.header("if-none-match").unwrap_or_default();
    let mut known = known.split(',').map(|tag| tag.trim().trim_start_matches("W/"));
    known.any(|known| known == tag || known == "*")
}

/// JSON of a view. Views hold nothing that can fail to become JSON.
pub fn json(view: &impl Serialize) -> String {
    serde_json::to_string(view).unwrap_or_else(|_| "null".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::gateway;
    use serde_json::json;

    #[test]
    fn what_a_caller_has_already_is_not_sent_again() {
        let ask = |tag: &str| {
            let headers = json!({"If-None-Match": tag});
            let req = gateway::request(json!({"httpMethod": "GET", "headers": headers})).unwrap();
            Reply::json(&json!({"keys": []})).kept(300, &req)
        };
        let first = ask("");
        assert_eq!(first.status, ReplyStatus::Done);
        assert!(first.headers.contains(&("cache-control", "public, max-age=300".to_owned())));
        let tag = first.headers.iter().find(|(name, _)| *name == "etag").unwrap().1.clone();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".into()] {
            let again = ask(&known);
            assert_eq!(again.status, ReplyStatus::Instead(304), "{known}");
            assert!(matches!(&again.content, Content::Json(text) if text.is_empty()));
        }
        assert_eq!(ask("\"other\"").status, ReplyStatus::Done);
    }

    #[test]
    fn what_is_done_has_the_status_that_its_route_states() {
        let accepted = SuccessStatus { done: 201, otherwise: Some(202) };
        assert_eq!(accepted.of(Reply::nothing().status), 201);
        assert_eq!(accepted.of(Reply::nothing().otherwise().status), 202);
        assert_eq!(accepted.of(Reply::nothing().instead(304).status), 304);
        assert_eq!(SuccessStatus::OK.of(Reply::nothing().otherwise().status), 200);
    }
}
