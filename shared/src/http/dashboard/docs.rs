//! The reference for people: one page of the three descriptions, without script.

use crate::{
    digest::sha256,
    http::{Reply, Request},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::sync::LazyLock;

/// The page. A test makes it anew from the descriptions and compares.
pub const PAGE: &str = include_str!("docs.html");

/// What the page may do: show its own style, and nothing else.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = PAGE.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>"));
    let hash = STANDARD.encode(sha256::<32>(style.map(|(style, _)| style).unwrap_or_default()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; form-action 'none'; \
         base-uri 'none'; frame-ancestors 'none'"
    )
});

/// The reference, which a browser asks for each time and loads once.
pub fn show(req: &Request) -> Reply {
    let reply = Reply::page(PAGE.to_owned()).revalidated(req);
    reply.header("content-security-policy", POLICY.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Content, gateway};
    use serde_json::json;

    fn shown(tag: &str) -> Reply {
        let headers = json!({"If-None-Match": tag});
        show(&gateway::request(json!({"httpMethod": "GET", "headers": headers})).unwrap())
    }

    #[test]
    fn its_policy_allows_its_own_style_and_nothing_else() {
        let reply = shown("");
        let Content::Html(html) = &reply.content else { panic!("not a page") };
        assert_eq!(html.matches("<style>").count(), 1);
        let policies: Vec<&str> = reply
            .headers
            .iter()
            .filter(|(name, _)| *name == "content-security-policy")
            .map(|(_, value)| value.as_str())
            .collect();
        assert_eq!(policies.len(), 1);
        let style = html.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
        let hash = STANDARD.encode(sha256::<32>(style));
        assert!(policies[0].contains(&format!("style-src 'sha256-{hash}';")), "{policies:?}");
        assert!(!policies[0].contains("script-src") && !policies[0].contains("unsafe"));
    }

    #[test]
    fn a_browser_that_has_it_loads_it_once() {
        let first = shown("");
        let (_, tag) = first.headers.iter().find(|(name, _)| *name == "etag").unwrap();
        assert_eq!(shown(tag).status, crate::http::reply::ReplyStatus::Instead(304));
    }
}
