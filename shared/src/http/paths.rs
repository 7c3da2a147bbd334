//! What is known of a path before any function serves it: whose it is, and its methods.

use super::{
    Request, dashboard,
    dashboard::Dashboard,
    hosted,
    hosted::{Hosted, HostedPages},
    links,
    links::Links,
    payments,
    payments::Payments,
    platform,
    platform::Platform,
    route::Served,
    surface::Voice,
};
use crate::operations::Problem;

/// Where the payments surface begins: its paths have no prefix in common.
const PAYMENTS: [&str; 13] = [
    "api-keys",
    "credit-notes",
    "customers",
    "invoice-files",
    "invoices",
    "openapi.json",
    "payments",
    "refunds",
    "tax",
    "tax-rates",
    "tax-settings",
    "transactions",
    "webhooks",
];

/// What clients of the published design may ask the payments surface for, and it does not have.
const ABSENT_PAYMENTS: [&str; 10] = [
    "credits",
    "disputes",
    "markets",
    "payouts",
    "plans",
    "portal",
    "promo-codes",
    "seats",
    "subscriptions",
    "usage",
];

/// Instead of a route that would pretend to send an invoice.
const NO_MAIL: &str = "Nothing is sent by mail: share a download link of the invoice, from \
    POST /invoices/{id}/download-links.";

/// Method and path of the routes of each surface.
const SERVED: [&[Served]; 5] = [
    platform::routes::METHODS,
    payments::routes::METHODS,
    links::routes::METHODS,
    hosted::routes::METHODS,
    dashboard::routes::METHODS,
];

/// What routes leave unsaid: a page can be looked at in more ways than one.
const BESIDES: [(&str, &str); 9] = [
    ("HEAD", "/dashboard"),
    ("HEAD", "/invoice-files/{token}"),
    ("HEAD", "/l/{uuid}"),
    ("OPTIONS", "/l/{uuid}"),
    ("HEAD", "/pay/{token}"),
    ("OPTIONS", "/pay/{token}"),
    ("HEAD", "/api/payment-links/public/{uuid}"),
    ("OPTIONS", "/api/payment-links/public/{uuid}"),
    ("OPTIONS", "/api/payment-links/public/{uuid}/start"),
];

/// The surface that a path belongs to. What belongs to none is answered as the payments surface does
/// to whoever shows one of its keys, else as the platform surface does.
pub fn voice_of(req: &Request) -> Voice {
    match req.raw_path().split('/').nth(1).unwrap_or_default() {
        "l" | "pay" | "invoice-files" if wants_page(req) => Voice::of::<HostedPages>(),
        "l" | "pay" => Voice::of::<Hosted>(),
        "api" | "images" => Voice::of::<Links>(),
        "dashboard" => Voice::of::<Dashboard>(),
        first if PAYMENTS.contains(&first) || ABSENT_PAYMENTS.contains(&first) => {
            Voice::of::<Payments>()
        }
        "v1" => Voice::of::<Platform>(),
        _ if req.header("x-api-key").is_some() => Voice::of::<Payments>(),
        _ => Voice::of::<Platform>(),
    }
}

/// Whether a browser asks, which shows people what it gets.
fn wants_page(req: &Request) -> bool {
    req.header("accept").is_some_and(|media| media.to_ascii_lowercase().contains("text/html"))
}

/// Why a request is not served: its path has other methods, or is none of ours.
pub fn unserved(req: &Request) -> Problem {
    let allow = methods_of(req.resource());
    if allow.is_empty() {
        Problem::NoRoute { method: req.method().to_owned(), instead: instead(req) }
    } else {
        Problem::MethodNotAllowed { allow }
    }
}

/// What there is instead of a path that somebody may well have looked for.
fn instead(req: &Request) -> Option<&'static str> {
    let parts: Vec<&str> = req.raw_path().trim_matches('/').split('/').collect();
    matches!(parts.as_slice(), ["invoices", _, "send"]).then_some(NO_MAIL)
}

/// The methods of a path, as a route writes it.
fn methods_of(path: &str) -> Vec<&'static str> {
    let routes = SERVED.iter().flat_map(|routes| routes.iter());
    let routes = routes.flat_map(|(method, also, served)| {
        [Some(*method), *also].into_iter().flatten().map(|method| (method.as_str(), *served))
    });
    let routes = routes.chain(BESIDES);
    let mut methods: Vec<_> =
        routes.filter(|(_, served)| *served == path).map(|(method, _)| method).collect();
    methods.sort_unstable();
    methods
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        http::{gateway, surface::Exchange},
        model::Time,
    };
    use serde_json::json;

    fn request(path: &str, resource: &str) -> Request {
        let context = json!({"resourcePath": resource, "httpMethod": "PUT"});
        let event = json!({"httpMethod": "PUT", "path": path, "requestContext": context});
        gateway::request(event).unwrap()
    }

    #[test]
    fn a_known_path_names_its_methods_and_an_unknown_one_is_not_found() {
        for (path, resource, allow) in [
            ("/v1/platform/users", "/v1/platform/users", vec!["GET", "POST"]),
            ("/v1/platform/wallets/7", "/v1/platform/wallets/{wallet_id}", vec!["GET", "PATCH"]),
            ("/pay/abc", "/pay/{token}", vec!["GET", "HEAD", "OPTIONS"]),
            ("/openapi.json", "/openapi.json", vec!["GET"]),
        ] {
            assert_eq!(unserved(&request(path, resource)), Problem::MethodNotAllowed { allow });
        }
        let unknown = unserved(&request("/v1/platform/nothing", "/{proxy+}"));
        assert_eq!(unknown, Problem::NoRoute { method: "PUT".to_owned(), instead: None });
        let mail = unserved(&request("/invoices/inv_1/send", "/{proxy+}"));
        assert_eq!(mail, Problem::NoRoute { method: "PUT".to_owned(), instead: Some(NO_MAIL) });
    }

    #[test]
    fn whoever_looks_at_a_page_that_is_none_reads_a_page() {
        let told = |path: &str, accept: &str| {
            let event = json!({"httpMethod": "PUT", "path": path, "headers": {"accept": accept}});
            let req = gateway::request(event).unwrap();
            let exchange =
                Exchange { request_id: "r", now: Time::from_ms(0), docs_url: None, languages: "" };
            let rendered = (voice_of(&req).problem)(&unserved(&req), &exchange);
            rendered.headers.into_iter().find(|(name, _)| *name == "content-type").unwrap().1
        };
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for path in ["/l/a/b", "/l", "/pay/a/b", "/invoice-files/a/b"] {
            assert_eq!(told(path, browser), "text/html; charset=utf-8", "{path}");
        }
        assert_eq!(told("/l/a/b", "application/json"), "application/json");
        assert_eq!(told("/api/nothing", browser), "application/json");
    }

    #[test]
    fn each_path_is_answered_in_its_surfaces_envelope() {
        for (path, code) in [
            ("/v1/platform/nothing", "platform"),
            ("/", "platform"),
            ("/pay/a/b", "hosted"),
            ("/api/nothing", "links"),
            ("/images/a/b", "links"),
            ("/dashboard/assets/0/nothing.mjs", "dashboard"),
            ("/customers/cus_1/nothing", "payments"),
        ] {
            let voice = voice_of(&request(path, "/{proxy+}"));
            assert_eq!(voice.name, code, "{path}");
        }
        let headers = json!({"X-Api-Key": "ck_test_1"});
        for (path, code) in [("/paymentz", "payments"), ("/v1/platform/nothing", "platform")] {
            let event = json!({"httpMethod": "GET", "path": path, "headers": headers});
            assert_eq!(voice_of(&gateway::request(event).unwrap()).name, code, "{path}");
        }
    }
}
