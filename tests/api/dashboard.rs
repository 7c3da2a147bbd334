//! The merchant dashboard's page and files, as the gateway serves them.

use crate::stack::Stack;

/// The address of a file that the page names.
fn named<'a>(page: &'a str, ending: &str) -> &'a str {
    let (before, _) = page.split_once(ending).unwrap_or_else(|| panic!("no {ending} in {page}"));
    let start = before.rfind('"').unwrap() + 1;
    &page[start..start + page[start..].find('"').unwrap()]
}

/// Where the stack is, without any path.
fn origin() -> String {
    Stack::get().fact("BASE_URL").split('/').take(3).collect::<Vec<_>>().join("/")
}

#[test]
fn the_page_has_the_strictest_policy_and_is_asked_for_each_time() {
    let stack = Stack::get();
    for path in ["/dashboard", "/dashboard/"] {
        let page = stack.anonymous("GET", path).send();
        assert_eq!(page.status, 200, "{}", page.body);
        let policy = page.header("content-security-policy").unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ] {
            assert!(policy.contains(part), "{part} is not in {policy}");
        }
        for (name, value) in [
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-cache"),
            ("cross-origin-opener-policy", "same-origin"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(page.header(name), Some(value), "{name}");
        }
        let tag = page.header("etag").unwrap();
        let again = stack.anonymous("GET", path).header("if-none-match", tag).send();
        assert_eq!((again.status, again.body.as_str()), (304, ""));
    }
}

#[test]
fn every_file_that_the_page_names_is_there_and_is_kept_for_good() {
    let stack = Stack::get();
    let page = stack.anonymous("GET", "/dashboard").send().body;
    for (ending, media) in
        [("app.css", "text/css; charset=utf-8"), ("app/main.mjs", "text/javascript; charset=utf-8")]
    {
        let url = format!("{}{}", origin(), named(&page, ending));
        let file = stack.call("GET", &url).send();
        assert_eq!(file.status, 200, "{url}");
        assert_eq!(file.header("content-type"), Some(media));
        assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"));
        // What is of another build is not there, whatever its name.
        let build = url.rsplit("/assets/").next().unwrap().split('/').next().unwrap();
        let other = stack.call("GET", &url.replace(build, "0123456789abcdef")).send();
        assert_eq!(other.status, 404);
    }
}
