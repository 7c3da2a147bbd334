//! The one page of the dashboard. Everything else is done by scripts, behind the `#` of its address.

use super::BUILD;
use crate::http::{Reply, Request};
use crate::url::UrlParts;
use askama::Template;

/// The page, before any script has run.
#[derive(Template)]
#[template(path = "shell.html")]
struct Shell<'a> {
    /// The path that the deployment's own addresses begin with, the stage included.
    base: &'a str,
    build: &'a str,
}

/// The page, for a deployment whose public address is `public_base` or else the one that the caller
/// used.
///
/// # Errors
/// The template cannot be rendered, which no input brings about.
pub fn show(req: &Request, public_base: Option<&str>) -> Reply {
    let asked = req.base_url();
    let base = public_base.filter(|base| host(base) == req.header("host")).or(asked.as_deref());
    let shell = Shell { base: base.map(path).unwrap_or_default(), build: BUILD };
    // Nothing in it can fail to become text.
    let html = shell.render().unwrap_or_default();
    Reply::page(html).revalidated(req)
}

/// The host of an address, with its port.
fn host(url: &str) -> Option<&str> {
    UrlParts::of(url).map(|parts| parts.authority)
}

/// The path of an address, without a slash at its end.
fn path(url: &str) -> &str {
    UrlParts::of(url).map_or("", |parts| parts.rest).trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Content, gateway};
    use serde_json::json;

    fn shown(host: &str, base: Option<&str>, tag: &str) -> Reply {
        let context = json!({
            "domainName": host, "path": "/live/dashboard", "resourcePath": "/dashboard",
        });
        let headers = json!({"Host": host, "If-None-Match": tag});
        let event = json!({"httpMethod": "GET", "headers": headers, "requestContext": context});
        show(&gateway::request(event).unwrap(), base)
    }

    fn html(reply: &Reply) -> &str {
        let Content::Html(html) = &reply.content else { panic!("not a page") };
        html
    }

    #[test]
    fn its_addresses_work_under_a_stage_and_under_a_domain_of_ones_own() {
        let with_stage = shown("a1.execute-api.example", Some("https://pay.example"), "");
        let start = format!("src=\"/live/dashboard/assets/{BUILD}/app/main.mjs\"");
        assert!(html(&with_stage).contains(&start), "{}", html(&with_stage));
        let own = shown("pay.example", Some("https://pay.example"), "");
        assert!(html(&own).contains(&format!("src=\"/dashboard/assets/{BUILD}/app/main.mjs\"")));
        let deep = shown("127.0.0.1:4566", Some("http://127.0.0.1:4566/a/b/"), "");
        assert!(html(&deep).contains("content=\"/a/b\""));
    }

    #[test]
    fn a_browser_asks_each_time_and_loads_it_once() {
        let first = shown("pay.example", None, "");
        assert!(first.headers.contains(&("cache-control", "no-cache".to_owned())));
        let (_, tag) = first.headers.iter().find(|(name, _)| *name == "etag").unwrap();
        let again = shown("pay.example", None, tag);
        assert_eq!(again.status, crate::http::reply::ReplyStatus::Instead(304));
        assert!(html(&first).len() < 3 * 1024, "the page has {} bytes", html(&first).len());
    }

    #[test]
    fn it_has_no_script_and_no_style_of_its_own() {
        let page = shown("pay.example", None, "");
        let html = html(&page);
        assert!(!html.contains("<style") && !html.contains(" style="));
        assert!(html.matches("<script").all(|_| html.contains("<script type=\"module\" src=")));
        assert_eq!(html.matches("<script").count(), 1);
    }
}
