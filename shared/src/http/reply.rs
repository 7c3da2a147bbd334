//! Answers, before a surface puts its envelope around them.

use super::Request;
use crate::digest::{hex, sha256};
use serde::Serialize;

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers besides the ones every answer has.
    pub headers: Vec<(&'static str, String)>,
    /// What is in it.
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
}

impl Reply {
    /// 200 with one object.
    #[must_use]
    pub fn data(view: &impl Serialize) -> Self {
        Self::content(Content::Data(json(view)))
    }

    /// 200 with an object whose JSON is at hand.
    #[must_use]
    pub fn data_text(json: String) -> Self {
        Self::content(Content::Data(json))
    }

    /// 200 with a page of a list.
    #[must_use]
    pub fn list<T: Serialize>(views: &[T], limit: u32, next_cursor: Option<String>) -> Self {
        Self::content(Content::List { data: json(&views), limit, next_cursor })
    }

    /// 200 with plain JSON.
    #[must_use]
    pub fn json(view: &impl Serialize) -> Self {
        Self::content(Content::Json(json(view)))
    }

    /// 200 with plain JSON whose text is at hand.
    #[must_use]
    pub const fn json_text(json: String) -> Self {
        Self::content(Content::Json(json))
    }

    /// A page for people.
    #[must_use]
    pub fn html(status: u16, body: String, csp: String) -> Self {
        let reply = Self { status, ..Self::content(Content::Html(body)) };
        reply.header("content-security-policy", csp)
    }

    /// 204 with the methods a route has.
    #[must_use]
    pub fn allow(methods: &'static str) -> Self {
        let reply = Self { status: 204, ..Self::content(Content::Json(String::new())) };
        reply.header("allow", methods)
    }

    /// The same with 201: something came to be.
    #[must_use]
    pub fn created(self) -> Self {
        Self { status: 201, ..self }
    }

    /// The same for everybody to keep for a while: with a tag, and as 304 without a body for who has
    /// it already.
    #[must_use]
    pub fn kept(self, seconds: u32, req: &Request) -> Self {
        let (Content::Json(text) | Content::Data(text) | Content::Html(text)) = &self.content
        else {
            return self;
        };
        let tag = format!("\"{}\"", hex(&sha256::<16>(text)));
        let known = req.header("if-none-match").unwrap_or_default();
        let known = known.split(',').map(|tag| tag.trim().trim_start_matches("W/"));
        let reply = if known.into_iter().any(|known| known == tag || known == "*") {
            Self { status: 304, content: Content::Json(String::new()), ..self }
        } else {
            self
        };
        reply.header("cache-control", format!("public, max-age={seconds}")).header("etag", tag)
    }

    /// The same with one header more.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    const fn content(content: Content) -> Self {
        Self { status: 200, headers: Vec::new(), content }
    }
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
        assert_eq!(first.status, 200);
        assert!(first.headers.contains(&("cache-control", "public, max-age=300".to_owned())));
        let tag = first.headers.iter().find(|(name, _)| *name == "etag").unwrap().1.clone();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".into()] {
            let again = ask(&known);
            assert_eq!(again.status, 304, "{known}");
            assert!(matches!(&again.content, Content::Json(text) if text.is_empty()));
        }
        assert_eq!(ask("\"other\"").status, 200);
    }
}
