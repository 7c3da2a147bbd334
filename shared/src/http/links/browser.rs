//! What a sign-in takes from its browser: the name, the network, and the cookie that it keeps.

use crate::{
    http::{Request, Result, trusted_proxies::TrustedProxies},
    operations::{Problem, StateRefusal, Unauthenticated, sign_in::SignInOrigin},
    url::UrlParts,
};

/// The browser that a request came from, as people recognise it: `Firefox on Windows`.
pub fn browser(user_agent: Option<&str>) -> String {
    let agent = user_agent.unwrap_or_default();
    // The order matters: each of these also names those that come after it.
    let browsers = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    let systems = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let named = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    match (named(&browsers), named(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Unknown".to_owned(),
    }
}

/// Where the refresh token lies for a browser: the page's scripts cannot read it.
pub const COOKIE: &str = "__Host-paylink_refresh";

/// The header that puts a refresh token into the cookie; an empty one takes it out.
pub fn set_cookie(token: &str, seconds: i64) -> String {
    let age = if token.is_empty() { 0 } else { seconds };
    format!("{COOKIE}={token}; Max-Age={age}; Path=/; Secure; HttpOnly; SameSite=Strict")
}

/// The refresh token in the cookie, where there is one.
pub fn cookie(header: Option<&str>) -> Option<&str> {
    let pairs = header?.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs
        .filter(|(name, _)| *name == COOKIE)
        .map(|(_, token)| token)
        .find(|token| !token.is_empty())
}

/// Where a sign-in comes from.
pub fn origin(req: &Request, proxies: &TrustedProxies, by_cookie: Option<bool>) -> SignInOrigin {
    SignInOrigin {
        network: req.network(proxies),
        browser: browser(req.header("user-agent")),
        by_cookie: by_cookie == Some(true),
    }
}

/// The refresh token of a request: in the body, or else in the cookie, which counts only where the
/// request comes from a page of ours.
///
/// # Errors
/// 401: there is none. 403: the cookie comes from another web site.
pub fn refresh_token<'a>(
    req: &'a Request,
    in_body: Option<&'a str>,
    base: Option<&str>,
) -> Result<&'a str> {
    if let Some(token) = in_body {
        return Ok(token);
    }
    let none = || Problem::Unauthenticated(Unauthenticated::NoToken);
    let token = cookie(req.header("cookie")).ok_or_else(none)?;
    let same_site = req.header("sec-fetch-site") == Some("same-origin");
    let ours = base.is_some_and(|base| req.header("origin") == Some(origin_of(base)));
    if same_site || ours { Ok(token) } else { Err(Problem::State(StateRefusal::ForeignOrigin)) }
}

/// The origin of an address, which browsers send without any path.
fn origin_of(url: &str) -> &str {
    UrlParts::of(url).map_or(url, |parts| parts.origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_named_as_people_know_them() {
        let windows = "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0";
        assert_eq!(browser(Some(windows)), "Firefox on Windows");
        let edge = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Chrome/128 Safari/537 Edg/128";
        assert_eq!(browser(Some(edge)), "Edge on macOS");
        assert_eq!(browser(Some("curl/8.5.0")), "curl");
        assert_eq!(browser(None), "Unknown");
    }

    #[test]
    fn a_pages_origin_is_ours_whatever_path_the_deployments_addresses_begin_with() {
        for base in ["https://pay.example", "https://pay.example/", "https://pay.example/live"] {
            assert_eq!(origin_of(base), "https://pay.example");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let header = format!("a=b; {COOKIE}=plr_x; c=d");
        assert_eq!(cookie(Some(&header)), Some("plr_x"));
        assert_eq!(cookie(Some(&format!("x{COOKIE}=plr_x; {COOKIE}="))), None);
        assert!(set_cookie("plr_x", 60).starts_with("__Host-paylink_refresh=plr_x; Max-Age=60;"));
        assert!(set_cookie("", 60).contains("Max-Age=0"));
    }
}
