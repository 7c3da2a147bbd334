//! Members sign in with a code as well: enrolling, two steps, recovery, and live mode, which asks for
//! it.

use crate::stack::{Answer, Shop, Stack, shop::PASSWORD};
use serde_json::{Value, json};
use shared::{app::clock, model::totp};

fn post(path: &str, body: &Value) -> Answer {
    Stack::get().anonymous("POST", path).json(body).send()
}

/// Signs the owner of a shop in.
pub fn sign_in(shop: &Shop, more: &Value) -> Answer {
    let mut body = json!({"email": shop.email, "password": PASSWORD});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    post("/api/auth/login/", &body)
}

fn as_of(session: &Value, method: &str, path: &str, body: &Value) -> Answer {
    let token = format!("Token {}", session["access_token"].as_str().unwrap());
    let call = Stack::get().anonymous(method, path).header("authorization", &token);
    if method == "GET" { call.send() } else { call.json(body).send() }
}

/// The secret's bytes, as apps read them.
fn bytes(base32: &str) -> Vec<u8> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> = base32
        .chars()
        .flat_map(|c| {
            let value = letters.find(c).unwrap();
            (0..5).rev().map(move |bit| u8::try_from(value >> bit & 1).unwrap())
        })
        .collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |all, bit| all * 2 + bit)).collect()
}

/// What an app shows now, or so many steps later. Each step is good once, one step early and one late:
/// of an enrolment with the present step the next one is left, however long both take.
fn code(secret: &[u8], steps: i64) -> String {
    totp::code(secret, clock::now().seconds() / 30 + steps)
}

/// Puts a second factor on for a session; answers its secret and the codes for recovery.
pub fn enrol(session: &Value) -> (Vec<u8>, Vec<String>) {
    let begun = as_of(session, "POST", "/api/auth/totp/", &json!({})).shown(200);
    let secret = bytes(begun["secret"].as_str().unwrap());
    assert!(begun["otpauth_url"].as_str().unwrap().starts_with("otpauth://totp/"), "{begun}");
    assert!(begun["qr_svg"].as_str().unwrap().starts_with("<svg"), "{begun}");
    let confirm =
        |code: &str| as_of(session, "POST", "/api/auth/totp/confirm/", &json!({"code": code}));
    confirm("000000").told_off(400, "validation_error");
    let codes = confirm(&code(&secret, 0)).shown(200);
    let codes = codes["recovery_codes"].as_array().unwrap().iter();
    let codes: Vec<String> = codes.map(|code| code.as_str().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 10);
    as_of(session, "POST", "/api/auth/totp/", &json!({})).told_off(409, "totp_already_enabled");
    (secret, codes)
}

#[test]
fn hard_case_34_a_member_signs_in_in_two_steps_and_each_code_is_good_once() {
    let shop = Stack::get().shop("Careful Shop");
    let before = as_of(&shop.session, "POST", "/api/auth/totp/confirm/", &json!({"code": "1"}));
    before.told_off(409, "conflict");
    let (secret, codes) = enrol(&shop.session);
    assert_eq!(shop.get("/api/auth/me/").shown(200)["totp_enabled"], true);
    let asked = sign_in(&shop, &json!({})).shown(200);
    assert_eq!((&asked["status"], &asked["expires_in"]), (&json!("mfa_required"), &json!(300)));
    assert_eq!(asked["methods"], json!(["totp", "recovery_code"]));
    let second = |asked: &Value, code: &str| {
        post("/api/auth/mfa/", &json!({"challenge_token": asked["challenge_token"], "code": code}))
    };
    second(&asked, "000000").told_off(401, "invalid_credentials");
    let now = code(&secret, 1);
    let session = second(&asked, &now).shown(200);
    assert_eq!((&session["status"], &session["mode"]), (&json!("ok"), &json!("test")));
    second(&asked, &now).told_off(401, "invalid_credentials");
    sign_in(&shop, &json!({"mfa_code": now})).told_off(401, "invalid_credentials");
    let typed = codes[0].to_uppercase().replace('-', "  ");
    sign_in(&shop, &json!({"mfa_code": typed})).shown(200);
    sign_in(&shop, &json!({"mfa_code": codes[0]})).told_off(401, "invalid_credentials");

    let prove = |body: Value| as_of(&session, "POST", "/api/auth/reauthenticate/", &body);
    prove(json!({"password": PASSWORD})).told_off(400, "validation_error");
    prove(json!({"mfa_code": "000000"})).told_off(401, "invalid_credentials");
    assert_eq!(prove(json!({"mfa_code": codes[1]})).status, 204);
    let renew = as_of(&session, "POST", "/api/auth/totp/recovery-codes/", &json!({}));
    let renewed = renew.shown(200)["recovery_codes"].clone();
    sign_in(&shop, &json!({"mfa_code": codes[2]})).told_off(401, "invalid_credentials");
    sign_in(&shop, &json!({"mfa_code": renewed[2]})).shown(200);

    for _ in 0..2 {
        assert_eq!(as_of(&session, "DELETE", "/api/auth/totp/", &json!({})).status, 204);
    }
    assert_eq!(sign_in(&shop, &json!({})).shown(200)["status"], "ok");
}

#[test]
fn hard_case_49_live_mode_asks_for_a_second_factor_and_shares_members_and_nothing_else() {
    let stack = Stack::get();
    let shop = stack.shop("Both Modes");
    let live = json!({"name": "Both Modes", "mode": "live", "tenant_id": shop.tenant});
    stack.invoke("operators-provision-tenant", &live);
    let product = shop.product();
    let link = shop.link(None);
    let session = sign_in(&shop, &json!({"mode": "live"})).shown(200);
    assert_eq!((&session["mode"], &session["modes"]), (&json!("live"), &json!(["test", "live"])));
    let me = as_of(&session, "GET", "/api/auth/me/", &json!({})).shown(200);
    assert_eq!(me["must_enroll_totp"], true);
    for path in
        ["/api/products/", "/api/organization/", "/api/transactions/", "/api/auth/sessions/"]
    {
        as_of(&session, "GET", path, &json!({})).told_off(403, "totp_enrollment_required");
    }
    enrol(&session);
    let get = |path: &str| as_of(&session, "GET", path, &json!({}));
    assert_eq!(get("/api/auth/me/").shown(200)["must_enroll_totp"], false);
    for path in ["/api/products/", "/api/payment-links/", "/api/organization/api-keys/"] {
        assert_eq!(get(path).shown(200)["results"], json!([]), "{path}");
    }
    get(&format!("/api/products/{product}/")).told_off(404, "product_not_found");
    get(&format!("/api/payment-links/{link}/")).told_off(404, "link_not_found");
    assert_eq!(get("/api/organization/members/").shown(200)["results"][0]["email"], shop.email);
    as_of(&session, "DELETE", "/api/auth/totp/", &json!({})).told_off(403, "permission_denied");
}
