//! What is known of a path before any function serves it: whose it is, and its methods.

use super::{
    Request, hosted, hosted::Hosted, links, links::Links, payments, payments::Payments, platform,
    platform::Platform, route::Method, surface::Voice,
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

/// Method and path of the routes of each surface.
const SERVED: [&[(Method, &str)]; 4] = [
    platform::routes::METHODS,
    payments::routes::METHODS,
    links::routes::METHODS,
    hosted::routes::METHODS,
];

/// What routes leave unsaid: a page can be looked at in more ways than one.
const BESIDES: [(&str, &str); 5] = [
    ("HEAD", "/pay/{token}"),
    ("OPTIONS", "/pay/{token}"),
    ("HEAD", "/api/payment-links/public/{uuid}"),
    ("OPTIONS", "/api/payment-links/public/{uuid}"),
    ("OPTIONS", "/api/payment-links/public/{uuid}/start"),
];

/// The surface that a path belongs to. What belongs to none is answered as the platform surface
/// does.
#[must_use]
pub fn voice_of(req: &Request) -> Voice {
    match req.raw_path().split('/').nth(1).unwrap_or_default() {
        "pay" => Voice::of::<Hosted>(),
        "api" => Voice::of::<Links>(),
        first if PAYMENTS.contains(&first) => Voice::of::<Payments>(),
        _ => Voice::of::<Platform>(),
    }
}

/// Why a request is not served: its path has other methods, or is none of ours.
#[must_use]
pub fn unserved(req: &Request) -> Problem {
    let allow = methods_of(req.resource());
    if allow.is_empty() {
        Problem::NoRoute { method: req.method().to_owned() }
    } else {
        Problem::MethodNotAllowed { allow }
    }
}

/// The methods of a path, as a route writes it.
fn methods_of(path: &str) -> Vec<&'static str> {
    let routes = SERVED.iter().flat_map(|routes| routes.iter());
    let routes = routes.map(|(method, served)| (method.as_str(), *served)).chain(BESIDES);
    let mut methods: Vec<_> =
        routes.filter(|(_, served)| *served == path).map(|(method, _)| method).collect();
    methods.sort_unstable();
    methods
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::gateway;
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
        assert_eq!(unknown, Problem::NoRoute { method: "PUT".to_owned() });
    }

    #[test]
    fn each_path_is_answered_in_its_surfaces_envelope() {
        for (path, code) in [
            ("/v1/platform/nothing", "platform"),
            ("/", "platform"),
            ("/pay/a/b", "hosted"),
            ("/api/nothing", "links"),
            ("/customers/cus_1/nothing", "payments"),
        ] {
            let voice = voice_of(&request(path, "/{proxy+}"));
            assert_eq!(voice.name, code, "{path}");
        }
    }
}
