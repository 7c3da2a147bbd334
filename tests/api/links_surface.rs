//! The links surface: `/api/...`, from the owner's first sign-in to a webhook that says a link was
//! paid.

use super::with;
use crate::stack::{NOBODY, Shop, Stack, shop::PASSWORD};
use serde_json::{Value, json};

#[test]
fn an_owner_signs_in_from_the_invitation() {
    let stack = Stack::get();
    let (_, email, invitation) = stack.invited_shop("Invited Shop");
    let post = |path: &str, body: &Value| stack.anonymous("POST", path).json(body).send();
    let token = json!({"token": invitation});
    let seen = post("/api/auth/invitations/preview/", &token).shown(200);
    assert_eq!((&seen["organization"], &seen["email"]), (&json!("Invited Shop"), &json!(email)));
    assert_eq!(seen["role"], "owner");
    let accept = |password: &str| {
        let body = json!({"token": invitation, "name": "Grace Hopper", "password": password});
        post("/api/auth/invitations/accept/", &body)
    };
    let weak = accept("invited shop 1").told_off(400, "validation_error");
    assert!(weak["password"][0].is_string(), "{weak}");
    let session = accept(PASSWORD).shown(201);
    assert_eq!((&session["status"], &session["mode"]), (&json!("ok"), &json!("test")));
    assert!(session["access_token"].as_str().unwrap().starts_with("pls_test_"));
    assert!(session["member"]["id"].as_str().unwrap().starts_with("mem_"));
    accept(PASSWORD).told_off(410, "invitation_over");
    post("/api/auth/invitations/preview/", &token).told_off(410, "invitation_over");
    let login = |body: Value| post("/api/auth/login/", &body);
    let again = login(json!({"email": email.to_uppercase(), "password": PASSWORD})).shown(200);
    assert_eq!(again["member"]["id"], session["member"]["id"]);
    let wrong = login(json!({"email": email, "password": "wrong"}));
    wrong.told_off(401, "invalid_credentials");
    let unknown = login(json!({"email": "nobody@example.com", "password": PASSWORD}));
    assert_eq!(unknown.body, wrong.body);
    let fields = login(json!({"email": email, "pasword": "x"})).told_off(400, "validation_error");
    assert_eq!(fields["password"], json!(["This field is required."]));
    assert!(fields["pasword"][0].is_string(), "{fields}");
}

#[test]
fn a_session_is_refreshed_and_ended() {
    let stack = Stack::get();
    let shop = stack.shop("Session Shop");
    let me = shop.get("/api/auth/me/").shown(200);
    assert_eq!((&me["email"], &me["role"]), (&json!(shop.email), &json!("owner")));
    assert_eq!(me["organization"], json!({"id": shop.tenant, "name": "Session Shop"}));
    assert!(me["permissions"].as_array().unwrap().contains(&json!("manage_links")));
    let refresh = |token: &Value| {
        let body = json!({"refresh_token": token});
        stack.anonymous("POST", "/api/auth/refresh").json(&body).send()
    };
    let first = refresh(&shop.session["refresh_token"]).shown(200);
    let tab = refresh(&shop.session["refresh_token"]).shown(200);
    assert_eq!(tab["refresh_token"], first["refresh_token"], "two tabs go on together");
    let call = |session: &Value| {
        let token = format!("Token {}", session["access_token"].as_str().unwrap());
        stack.anonymous("GET", "/api/auth/me/").header("authorization", &token)
    };
    call(&first).send().shown(200);
    let body = json!({"refresh_token": first["refresh_token"]});
    for _ in 0..2 {
        let out = stack.anonymous("POST", "/api/auth/logout/").json(&body).send();
        assert_eq!((out.status, &*out.body), (204, ""));
    }
    call(&first).send().told_off(401, "session_revoked");
    refresh(&first["refresh_token"]).told_off(401, "session_revoked");
}

#[test]
fn other_credentials_are_told_what_the_route_takes() {
    let stack = Stack::get();
    let shop = stack.shop("Strict Shop");
    let call = || stack.anonymous("POST", "/api/products/").json(&json!({}));
    let token = shop.session["access_token"].as_str().unwrap();
    for (name, value) in [
        ("authorization", "Bearer x"),
        ("authorization", "Basic eDp5"),
        ("authorization", "Token pls_test_nonsense"),
        ("authorization", "Api-Key plk_test_x"),
        ("api-key", "plk_test_x"),
        ("x-nothing", ""),
    ] {
        call().header(name, value).send().told_off(401, "token_required");
    }
    let both = call().header("authorization", &format!("Token {token}")).header("api-key", "plk_x");
    both.send().told_off(401, "ambiguous_credentials");
    let spaced = call().header("authorization", &format!("tOKEN    {token}"));
    spaced.send().told_off(400, "validation_error");
    // A token opens no other surface, nor a key of another one this.
    shop.get("/v1/platform/users").refused(401, "unauthorized");
    shop.call("PUT", "/api/products/").send().told_off(405, "method_not_allowed");
    shop.get("/api/nothing/").told_off(404, "not_found");
}

#[test]
fn a_product_is_made_once_for_a_key() {
    let shop = Stack::get().shop("Catalog Shop");
    let body = json!({
        "name": "  Workshop seat ", "prices": {"USD": 1.2e2, "EUR": "110.00"}, "sku": "WS-1",
        "tax_code": "service", "tax_rate": "19.00", "metadata": {"n": 1.10},
    });
    let post = |body: &Value| {
        shop.call("POST", "/api/products/").header("idempotency-key", "p-1").json(body).send()
    };
    let made = post(&body).shown(201);
    assert_eq!(made["name"], "Workshop seat");
    assert_eq!(made["prices"], json!({"USD": "120.00", "EUR": "110.00"}));
    assert!(made["id"].as_str().unwrap().starts_with("prod_"));
    let again = post(&with(&body, "prices", json!({"eur": "110.0", "usd": "120"})));
    assert_eq!(again.shown(201), made);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    post(&with(&body, "name", "Other")).told_off(409, "idempotency_key_reused");
    let taken = shop.post("/api/products/", &body).told_off(400, "validation_error");
    assert!(taken["sku"][0].is_string(), "{taken}");
    let broken = json!({"name": "", "prices": {"GBP": "1.00"}, "tax_rate": "101", "color": "red"});
    let broken = shop.post("/api/products/", &broken).told_off(400, "validation_error");
    for field in ["name", "prices", "tax_rate", "color"] {
        assert!(broken[field][0].is_string(), "{field}: {broken}");
    }
}

#[test]
fn a_link_sells_what_its_products_were() {
    let stack = Stack::get();
    let (shop, other) = (stack.shop("Link Shop"), stack.shop("Other Link Shop"));
    let line = json!({"product_id": shop.product(), "quantity": 2});
    let body = json!({
        "name": "Autumn", "products": [line], "max_uses": 40, "metadata": {"campaign": "autumn"},
        "expires_at": "2027-01-01T00:30:00+02:00",
    });
    let link = shop.post("/api/payment-links/", &body).shown(201);
    let uuid = link["uuid"].as_str().unwrap();
    assert!(link["url"].as_str().unwrap().ends_with(&format!("/l/{uuid}")));
    for (field, value) in [
        ("status", json!("active")),
        ("currency", json!("USD")),
        ("currencies", json!(["EUR", "USD"])),
        ("subtotal", json!("240.00")),
        ("remaining", json!(40)),
        ("expires_at", json!("2026-12-31T22:30:00Z")),
    ] {
        assert_eq!(link[field], value, "{field}");
    }
    // Another organisation's products are unknown ones.
    let theirs = other.post("/api/payment-links/", &body).told_off(400, "validation_error");
    assert!(theirs["products"][0]["product_id"][0].is_string(), "{theirs}");
    let refused =
        |body: Value| shop.post("/api/payment-links/", &body).told_off(400, "validation_error");
    assert!(refused(with(&body, "products", json!([])))["products"][0].is_string());
    assert!(refused(with(&body, "max_uses", 0))["max_uses"][0].is_string());
    assert!(refused(with(&body, "expires_at", "2026-12-31"))["expires_at"][0].is_string());
    let many = json!([{"product_id": link["products"][0]["product_id"], "quantity": 84}]);
    assert!(refused(with(&body, "products", many))["non_field_errors"][0].is_string());
}

#[test]
fn looking_at_a_link_changes_nothing_and_tells_buyers_only_what_they_may_know() {
    let stack = Stack::get();
    let shop = stack.shop("Public Shop");
    let uuid = shop.link(Some(3));
    let before = stack.quiet_items_about(&shop.tenant);
    for _ in 0..10 {
        let seen = shop.preview(&uuid).shown(200);
        assert_eq!(seen["organization"]["name"], "Public Shop");
        assert_eq!((&seen["available"], &seen["subtotal"]), (&json!(true), &json!("120.00")));
        for hidden in ["name", "metadata", "max_uses", "uses", "statistics", "success_url"] {
            assert!(seen.get(hidden).is_none(), "{hidden}: {seen}");
        }
    }
    assert_eq!(stack.quiet_items_about(&shop.tenant), before, "looking wrote something");
    let call = |method: &str, path: &str| stack.anonymous(method, path);
    let path = format!("/api/payment-links/public/{}", uuid.to_uppercase());
    let euro = call("GET", &format!("{path}?currency=eur&country=de")).send();
    let euro_seen = euro.shown(200);
    assert_eq!((&euro_seen["total"], &euro_seen["tax"]), (&json!("110.00"), &json!("0.00")));
    assert_eq!(euro.header("access-control-allow-origin"), Some("*"));
    call("GET", &format!("{path}?color=red")).send().told_off(400, "validation_error");
    for unknown in [NOBODY, "nothing"] {
        shop.preview(unknown).told_off(404, "link_not_found");
    }
}

#[test]
fn a_buyer_pays_a_link_on_the_hosted_page_and_the_webhook_says_so() {
    let stack = Stack::get();
    let shop = stack.shop("Paid Shop");
    let receiver = shop.listen(&[]);
    let uuid = shop.link(Some(3));
    let product = shop.preview(&uuid).shown(200)["products"][0]["product_id"].clone();
    let chosen = json!([{"product_id": product, "quantity": 2}]);
    let checkout = shop.start(&uuid, &with(&Shop::buyer(), "quantities", chosen)).shown(201);
    assert_eq!((&checkout["total"], &checkout["tax"]), (&json!("240.00"), &json!("0.00")));
    assert_eq!(checkout["payment_link_id"], uuid);
    assert_eq!(checkout["checkout_id"], checkout["order_id"]);
    let page = shop.page(&checkout);
    let opened = page.open();
    assert!(opened.body.contains("Paid Shop") && opened.body.contains("2 x Workshop seat"));
    page.pay("4242424242424242");
    let paid = receiver.hear_status(&checkout["transaction_id"], "paid", 60);
    for (field, value) in [
        ("event", json!("transaction.status_changed")),
        ("order_id", checkout["order_id"].clone()),
        ("payment_link_id", json!(uuid)),
        ("amount", json!("240.00")),
        ("currency", json!("USD")),
        ("previous_status", json!("processing")),
        ("test_mode", json!(true)),
    ] {
        assert_eq!(paid[field], value, "{field}: {paid}");
    }
    let attempt = &paid["depositAttempts"][0];
    assert_eq!(attempt["status"], "succeeded");
    assert_eq!(attempt["paymentMethod"]["last4"], "4242");
}

#[test]
fn a_start_is_checked_whole_and_repeats_with_its_key() {
    let stack = Stack::get();
    let shop = stack.shop("Starting Shop");
    let uuid = shop.link(None);
    let good = Shop::buyer();
    let refused = |body: Value| shop.start(&uuid, &body).told_off(400, "validation_error");
    let nothing = refused(json!({}));
    for field in ["billing_country", "billing_first_name", "billing_last_name", "billing_email"] {
        assert_eq!(nothing[field], json!(["This field is required."]), "{nothing}");
    }
    let away = refused(with(&good, "successUrl", "https://evil.example/"));
    assert!(away["successUrl"][0].is_string(), "{away}");
    let product = shop.preview(&uuid).shown(200)["products"][0]["product_id"].clone();
    let choice = |quantity: u32| json!([{"product_id": product, "quantity": quantity}]);
    let many = refused(with(&good, "quantities", choice(5)));
    assert_eq!(many["quantities"][0]["quantity"], json!(["Must be between 1 and 4."]));
    assert!(refused(with(&good, "currency", "GBP"))["currency"][0].is_string());
    let path = format!("/api/payment-links/public/{uuid}/start/");
    let once = |body: &Value| {
        stack.anonymous("POST", &path).header("idempotency-key", "s-1").json(body).send()
    };
    let first = once(&good).shown(201);
    let again = once(&good);
    assert_eq!(again.shown(201), first);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    once(&with(&good, "billing_first_name", "Eve")).told_off(409, "idempotency_key_reused");
    shop.start(NOBODY, &good).told_off(404, "link_not_found");
}

#[test]
fn a_webhook_shows_its_secret_to_the_request_that_made_it() {
    let shop = Stack::get().shop("Listening Shop");
    let body = json!({"url": "http://127.0.0.1:9/a", "events": ["payment_link.*"]});
    let post = |body: &Value| {
        let call = shop.call("POST", "/api/organization/webhooks/");
        call.header("idempotency-key", "w-1").json(body).send()
    };
    let made = post(&body).shown(201);
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    assert!(made["id"].as_str().unwrap().starts_with("wh_"));
    let again = post(&body);
    // Secrets and keys are shown once, whatever is repeated.
    assert_eq!(again.shown(201), with(&made, "secret", Value::Null));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    shop.post("/api/organization/webhooks/", &body).told_off(409, "conflict");
    let refused = |body: Value| {
        shop.post("/api/organization/webhooks/", &body).told_off(400, "validation_error")
    };
    assert!(refused(with(&body, "events", json!(["card.added"])))["events"][0].is_string());
    assert!(refused(with(&body, "url", "https://10.0.0.1/"))["url"][0].is_string());
}
