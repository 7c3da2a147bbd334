//! The rules that hold for every route of members on the links surface.

use super::with;
use crate::stack::{NOBODY, Shop, Stack};
use serde_json::{Value, json};

const LINKS: &str = "/api/payment-links/";
const PRODUCTS: &str = "/api/products/";

/// Routes of members that read, with an id where one is needed.
fn reads(shop: &Shop) -> Vec<String> {
    let (link, product) = (shop.link(None), shop.product());
    vec![
        "/api/organization/".to_owned(),
        PRODUCTS.to_owned(),
        format!("{PRODUCTS}{product}/"),
        LINKS.to_owned(),
        format!("{LINKS}{link}/"),
        format!("{LINKS}{link}/qr/"),
        format!("{LINKS}export/"),
    ]
}

/// Routes of members that write, with ids that are nobody's.
fn writes() -> Vec<(&'static str, String)> {
    let product = "prod_01JDPNX3R00000000000000009";
    vec![
        ("PATCH", "/api/organization/".to_owned()),
        ("POST", PRODUCTS.to_owned()),
        ("PATCH", format!("{PRODUCTS}{product}/")),
        ("DELETE", format!("{PRODUCTS}{product}/")),
        ("POST", format!("{PRODUCTS}{product}/restore/")),
        ("POST", LINKS.to_owned()),
        ("PATCH", format!("{LINKS}{NOBODY}/")),
        ("DELETE", format!("{LINKS}{NOBODY}/")),
        ("POST", format!("{LINKS}{NOBODY}/restore/")),
        ("POST", format!("{LINKS}{NOBODY}/clone/")),
    ]
}

#[test]
fn a_path_answers_the_same_with_and_without_its_slash() {
    let shop = Stack::get().shop("Slash Shop");
    for path in reads(&shop) {
        let (with, without) = (shop.get(&path), shop.get(path.trim_end_matches('/')));
        assert_eq!((with.status, without.status), (200, 200), "{path}");
        assert_eq!(with.body, without.body, "{path}");
    }
    for (method, path) in writes() {
        let call = |path: &str| shop.call(method, path).json(&json!({"x": 1})).send();
        let (with, without) = (call(&path), call(path.trim_end_matches('/')));
        assert_eq!((with.status, &with.body), (without.status, &without.body), "{method} {path}");
    }
}

#[test]
fn every_route_of_members_asks_for_a_token_before_all_else() {
    let stack = Stack::get();
    let shop = stack.shop("Token Shop");
    let token = shop.session["access_token"].as_str().unwrap();
    let reading = reads(&shop).into_iter().map(|path| ("GET", path));
    for (method, path) in reading.chain(writes()) {
        let call = || stack.anonymous(method, &path).text("text/plain", "not even JSON");
        call().send().told_off(401, "token_required");
        let key = call().header("authorization", "Api-Key plk_test_x").send();
        let sentence = "API keys do not manage payment links. Sign in and send \
                        `Authorization: Token ...`.";
        assert_eq!(key.told_off(401, "token_required")["detail"], sentence, "{method} {path}");
        let keys = call().header("authorization", "Api-Key a").header("api-key", "b");
        keys.send().told_off(401, "ambiguous_credentials");
        let both = call().header("authorization", &format!("Token {token}"));
        both.header("api-key", "plk_x").send().told_off(401, "ambiguous_credentials");
    }
}

#[test]
fn bodies_are_one_json_object_and_refused_in_the_contracts_order() {
    let shop = Stack::get().shop("Body Shop");
    let bodies = writes()
        .into_iter()
        .filter(|(method, path)| *method != "DELETE" && !path.ends_with("/restore/"));
    for (method, path) in bodies {
        let send = |media: &str, text: &str| shop.call(method, &path).text(media, text).send();
        let json = "application/json";
        if !path.ends_with("/clone/") {
            send("text/plain", "{}").told_off(415, "unsupported_media_type");
        }
        let large = format!("{{\"name\":\"{}\"}}", "x".repeat(65_536));
        send(json, &large).told_off(413, "body_too_large");
        for broken in ["[]", "{\"a\":1,\"a\":2}", "{", "{} {}"] {
            send(json, broken).told_off(400, "invalid_json");
        }
        // What is not there is told before what is wrong with single fields.
        let unknown = send(json, r#"{"colour": "red"}"#);
        if path.contains(NOBODY) {
            unknown.told_off(404, "link_not_found");
        } else if path.contains("prod_") {
            unknown.told_off(404, "product_not_found");
        } else {
            let told = unknown.told_off(400, "validation_error");
            assert!(told["colour"][0].is_string(), "{method} {path}: {told}");
        }
    }
    let marked = "\u{FEFF}{\"locale\": \"fr\"}";
    let patched = shop.call("PATCH", "/api/organization/").text("application/json", marked).send();
    assert_eq!(patched.shown(200)["locale"], "fr", "a byte order mark is skipped");
}

#[test]
fn a_post_with_a_key_happens_once_however_it_is_spelled() {
    let shop = Stack::get().shop("Repeating Shop");
    let product = shop.product();
    let body = json!({"name": "Autumn", "products": [{"product_id": product, "quantity": 1}]});
    let post = |text: &str| {
        let call = shop.call("POST", LINKS).header("idempotency-key", "k-1");
        call.text("application/json", text).send()
    };
    let first = post(&body.to_string()).shown(201);
    let spelled = format!(
        r#" {{"products":[{{"quantity":1.0,"product_id":"{}"}}], "metadata": null,
            "name" : "  Autumn ", "max_uses": null }}"#,
        product.to_lowercase()
    );
    let again = post(&spelled);
    assert_eq!(again.shown(201), first);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let other = post(&with(&body, "name", "Winter").to_string());
    let told = other.told_off(409, "idempotency_key_reused");
    assert!(told["detail"].as_str().unwrap().contains("name"), "{told}");
    let list = crate::stack::eventually("the link is listed", 5, || {
        let list = shop.get(LINKS).shown(200);
        (list["results"] != json!([])).then_some(list)
    });
    assert_eq!(list["results"].as_array().unwrap().len(), 1);
}

#[test]
fn methods_that_a_path_lacks_are_405_with_those_it_has() {
    let shop = Stack::get().shop("Method Shop");
    for (method, path, allow) in [
        ("PUT", LINKS, "GET, POST"),
        ("DELETE", "/api/organization/", "GET, PATCH"),
        ("POST", &*format!("{LINKS}{NOBODY}/"), "DELETE, GET, PATCH"),
    ] {
        let refused = shop.call(method, path).send();
        refused.told_off(405, "method_not_allowed");
        assert_eq!(refused.header("allow"), Some(allow), "{method} {path}");
    }
    shop.get("/api/payment-links/nothing/at/all/").told_off(404, "not_found");
}

#[test]
fn another_organisation_finds_nothing_of_this_one() {
    let stack = Stack::get();
    let (shop, other) = (stack.shop("Own Shop"), stack.shop("Foreign Shop"));
    let (link, product) = (shop.link(None), shop.product());
    let empty: Value = json!({});
    for (method, path, code) in [
        ("GET", format!("{LINKS}{link}/"), "link_not_found"),
        ("PATCH", format!("{LINKS}{link}/"), "link_not_found"),
        ("DELETE", format!("{LINKS}{link}/"), "link_not_found"),
        ("POST", format!("{LINKS}{link}/restore/"), "link_not_found"),
        ("POST", format!("{LINKS}{link}/clone/"), "link_not_found"),
        ("GET", format!("{LINKS}{link}/qr/"), "link_not_found"),
        ("GET", format!("{PRODUCTS}{product}/"), "product_not_found"),
        ("PATCH", format!("{PRODUCTS}{product}/"), "product_not_found"),
        ("DELETE", format!("{PRODUCTS}{product}/"), "product_not_found"),
        ("POST", format!("{PRODUCTS}{product}/restore/"), "product_not_found"),
    ] {
        let call = other.call(method, &path);
        let call = if method == "GET" { call } else { call.json(&empty) };
        call.send().told_off(404, code);
    }
    assert_eq!(other.get(LINKS).shown(200)["results"], json!([]));
    assert_eq!(other.get(PRODUCTS).shown(200)["results"], json!([]));
    assert_eq!(shop.get(&format!("{LINKS}{link}/")).shown(200)["status"], "active");
}

/// A path with ids in place of its names that are well-formed and nobody's.
fn of_nobody(path: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in path.split('/') {
        let kind = parts.last().map(String::as_str).unwrap_or_default();
        let prefix = match kind {
            "products" => "prod_",
            "transactions" => "TX",
            "refunds" => "RF",
            "members" => "mem_",
            "sessions" => "ses_",
            "invitations" => "inv_",
            "api-keys" => "key_",
            "webhooks" => "wh_",
            "deliveries" => "whd_",
            _ => "",
        };
        parts.push(match part {
            "{uuid}" => NOBODY.to_owned(),
            name if name.starts_with('{') => format!("{prefix}01JDPNX3R00000000000000009"),
            other => other.to_owned(),
        });
    }
    parts.join("/")
}

#[test]
fn what_is_not_there_is_told_before_what_is_wrong_with_fields_on_every_route() {
    use shared::http::{links::routes, route::Method};
    let shop = Stack::get().shop("Order Shop");
    let mut tried = 0;
    for route in routes::all().into_iter().filter(|route| route.path.contains('{')) {
        let reads = matches!(route.method, Method::Get | Method::Delete);
        let broken: String = route
            .path
            .split('/')
            .map(|part| match part.starts_with('{') {
                true => "nothing/".to_owned(),
                false => format!("{part}/"),
            })
            .collect();
        for path in [of_nobody(route.path), broken.trim_end_matches('/').to_owned()] {
            let method = route.method.as_str();
            let call = match reads {
                true => shop.call(method, &format!("{path}?colour=red")),
                false => shop.call(method, &path).json(&json!({"colour": "red"})),
            };
            let told = call.send();
            assert_eq!(told.status, 404, "{method} {path}: {}", told.body);
            assert!(told.body.contains("_not_found"), "{method} {path}: {}", told.body);
        }
        tried += 1;
    }
    assert!(tried >= 35, "only {tried} routes name an object");
}
