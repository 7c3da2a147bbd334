//! Members care for their own account, and for their team.

use crate::stack::{Answer, NOBODY, Shop, Stack, shop::PASSWORD};
use serde_json::{Value, json};

const MEMBERS: &str = "/api/organization/members/";
const INVITATIONS: &str = "/api/organization/invitations/";
const SESSIONS: &str = "/api/auth/sessions/";
const OTHER: &str = "umbrellas-for-the-winter";

fn post(path: &str, body: &Value) -> Answer {
    Stack::get().anonymous("POST", path).json(body).send()
}

fn sign_in(email: &str, password: &str) -> Answer {
    post("/api/auth/login/", &json!({"email": email, "password": password}))
}

/// A call with the token of a session.
fn as_of(session: &Value, method: &str, path: &str) -> Answer {
    let token = format!("Token {}", session["access_token"].as_str().unwrap());
    Stack::get().anonymous(method, path).header("authorization", &token).send()
}

fn done(answer: &Answer) {
    assert_eq!((answer.status, &*answer.body), (204, ""));
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// What stands behind the `#` of an address.
fn token_in(url: &Value) -> String {
    let (page, token) = text(url).rsplit_once('/').unwrap();
    assert!(page.contains("/dashboard/#/"), "servers never see it: {url}");
    token.to_owned()
}

fn ids(list: &Value) -> Vec<&str> {
    list["results"].as_array().unwrap().iter().map(|one| text(&one["id"])).collect()
}

#[test]
fn a_member_sees_and_ends_its_sign_ins() {
    let stack = Stack::get();
    let shop = stack.shop("Many Tabs");
    let second = sign_in(&shop.email, PASSWORD).shown(200);
    let third = sign_in(&shop.email, PASSWORD).shown(200);
    let list = shop.get(SESSIONS).shown(200);
    let all = ids(&list);
    assert_eq!(all.len(), 3);
    let current: Vec<&Value> = list["results"].as_array().unwrap().iter().collect();
    assert_eq!(current.iter().filter(|one| one["current"] == true).count(), 1);
    for name in ["device", "network", "created_at", "last_refreshed_at", "expires_at"] {
        assert!(current[0][name].is_string(), "{name}: {list}");
    }
    let page = shop.get(&format!("{SESSIONS}?limit=2")).shown(200);
    let next = shop.get(&format!("{SESSIONS}?limit=2&cursor={}", text(&page["next_cursor"])));
    assert_eq!([ids(&page), ids(&next.shown(200))].concat(), all);
    let newest = format!("{SESSIONS}{}/", all[0]);
    for _ in 0..2 {
        done(&shop.call("DELETE", &newest).send());
    }
    as_of(&third, "GET", "/api/auth/me/").told_off(401, "session_revoked");
    as_of(&second, "GET", "/api/auth/me/").shown(200);
    let stranger = stack.shop("Other Tabs");
    let foreign = text(&stranger.get(SESSIONS).shown(200)["results"][0]["id"]).to_owned();
    for unknown in [foreign.as_str(), "ses_0", NOBODY] {
        let path = format!("{SESSIONS}{unknown}/");
        shop.call("DELETE", &path).send().told_off(404, "session_not_found");
    }
    done(&shop.call("DELETE", SESSIONS).send());
    as_of(&second, "GET", "/api/auth/me/").told_off(401, "session_revoked");
    assert_eq!(ids(&shop.get(SESSIONS).shown(200)).len(), 1);
}

#[test]
fn a_member_changes_its_own_account() {
    let shop = Stack::get().shop("Own Shop");
    let me = |body: &Value| shop.call("PATCH", "/api/auth/me/").json(body).send();
    let changed = me(&json!({"name": "Ada", "theme": "dark", "locale": "de"})).shown(200);
    let expected = (&json!("Ada"), &json!("dark"), &json!("de"));
    assert_eq!((&changed["name"], &changed["theme"], &changed["locale"]), expected);
    assert_eq!(shop.get("/api/auth/me/").shown(200)["name"], "Ada");
    let wrong = me(&json!({"name": null, "theme": "pink", "locale": "xx", "role": "owner"}));
    let wrong = wrong.told_off(400, "validation_error");
    for field in ["name", "theme", "locale", "role"] {
        assert!(wrong[field][0].is_string(), "{field}: {wrong}");
    }
    assert_eq!(me(&json!({})).shown(200)["name"], "Ada");
}

#[test]
fn a_password_is_proved_changed_and_reset() {
    let stack = Stack::get();
    let shop = stack.shop("Locked Shop");
    let prove =
        |password: &str| shop.post("/api/auth/reauthenticate/", &json!({"password": password}));
    prove("wrong").told_off(401, "invalid_credentials");
    done(&prove(PASSWORD));
    shop.post("/api/auth/reauthenticate/", &json!({})).told_off(400, "validation_error");
    let elsewhere = sign_in(&shop.email, PASSWORD).shown(200);
    let change = |old: &str, new: &str| {
        let body = json!({"current_password": old, "new_password": new});
        shop.post("/api/auth/password/", &body)
    };
    let wrong = change("wrong", OTHER).told_off(400, "validation_error");
    assert!(wrong["current_password"][0].is_string(), "{wrong}");
    let weak = change(PASSWORD, "locked shop 1234").told_off(400, "validation_error");
    assert!(weak["new_password"][0].is_string(), "{weak}");
    for guessed in ["123456789012", "abcdefghijkl", "password1234", "eleven\0quiet lamps"] {
        let told = change(PASSWORD, guessed).told_off(400, "validation_error");
        assert!(told["new_password"][0].is_string(), "{guessed:?}: {told}");
        done(&prove(PASSWORD));
    }
    done(&change(PASSWORD, OTHER));
    as_of(&elsewhere, "GET", "/api/auth/me/").told_off(401, "session_revoked");
    sign_in(&shop.email, PASSWORD).told_off(401, "invalid_credentials");
    sign_in(&shop.email, OTHER).shown(200);

    let help = json!({"tenant_id": shop.tenant, "email": shop.email});
    let first = stack.invoke("operators-reset-member", &help);
    let second = stack.invoke("operators-reset-member", &help);
    let set = |token: &Value, password: &str| {
        post("/api/auth/password/reset/", &json!({"token": token, "password": password}))
    };
    set(&first["reset_token"], PASSWORD).told_off(410, "reset_over");
    set(&second["reset_token"], "short").told_off(400, "validation_error");
    done(&set(&second["reset_token"], PASSWORD));
    set(&second["reset_token"], OTHER).told_off(410, "reset_over");
    shop.get("/api/auth/me/").told_off(401, "session_revoked");
    sign_in(&shop.email, PASSWORD).shown(200);
}

fn invite(shop: &Shop, email: &str, role: &str) -> Answer {
    shop.post(INVITATIONS, &json!({"email": email, "role": role}))
}

fn accept(token: &str, name: &str) -> Answer {
    let body = json!({"token": token, "name": name, "password": PASSWORD});
    post("/api/auth/invitations/accept/", &body)
}

#[test]
fn a_team_is_invited_listed_changed_and_removed() {
    let shop = Stack::get().shop("Team Shop");
    let email = format!("new-{}", shop.email);
    let made = invite(&shop, &email.to_uppercase(), "staff").shown(201);
    assert_eq!((&made["email"], &made["status"]), (&json!(email), &json!("open")));
    invite(&shop, &email, "viewer").told_off(409, "email_taken");
    invite(&shop, &shop.email, "viewer").told_off(409, "email_taken");
    let wrong = invite(&shop, "nobody", "boss").told_off(400, "validation_error");
    assert!(wrong["email"][0].is_string() && wrong["role"][0].is_string(), "{wrong}");
    let first = token_in(&made["invite_url"]);
    let path = format!("{INVITATIONS}{}/", text(&made["id"]));
    let renewed = shop.post(&format!("{path}renew/"), &json!({})).shown(200);
    assert_eq!(renewed["id"], made["id"]);
    accept(&first, "Ada").told_off(410, "invitation_over");
    let listed = shop.get(INVITATIONS).shown(200);
    // The oldest is the owner's own, by the operator.
    assert_eq!((ids(&listed)[0], ids(&listed).len()), (text(&made["id"]), 2));
    assert_eq!(listed["results"][1]["status"], "accepted");
    assert!(listed["results"][0].get("invite_url").is_none(), "shown once");
    let ada = accept(&token_in(&renewed["invite_url"]), "Ada").shown(201);
    assert_eq!(shop.get(INVITATIONS).shown(200)["results"][0]["status"], "accepted");
    shop.call("DELETE", &path).send().told_off(404, "invitation_not_found");
    shop.post(&format!("{path}renew/"), &json!({})).told_off(404, "invitation_not_found");

    let members = shop.get(MEMBERS).shown(200);
    let ada_id = text(&ada["member"]["id"]);
    assert_eq!(ids(&members), [ada_id, text(&shop.session["member"]["id"])]);
    let ada_path = format!("{MEMBERS}{ada_id}/");
    let role = |body: &Value| shop.call("PATCH", &ada_path).json(body).send();
    assert_eq!(role(&json!({"role": "viewer"})).shown(200)["role"], "viewer");
    as_of(&ada, "GET", "/api/auth/me/").told_off(401, "session_revoked");
    role(&json!({})).told_off(400, "validation_error");
    let reset = shop.post(&format!("{ada_path}reset/"), &json!({})).shown(201);
    let body = json!({"token": token_in(&reset["reset_url"]), "password": OTHER});
    done(&post("/api/auth/password/reset/", &body));
    let again = sign_in(&email, OTHER).shown(200);
    assert_eq!(again["member"]["role"], "viewer");
    for _ in 0..2 {
        done(&shop.call("DELETE", &ada_path).send());
    }
    as_of(&again, "GET", "/api/auth/me/").told_off(401, "session_revoked");
    sign_in(&email, OTHER).told_off(401, "invalid_credentials");
    role(&json!({"role": "staff"})).told_off(404, "member_not_found");
}

#[test]
fn hard_case_35_the_last_owner_stays() {
    let shop = Stack::get().shop("Lonely Shop");
    let own = format!("{MEMBERS}{}/", text(&shop.session["member"]["id"]));
    let down = shop.call("PATCH", &own).json(&json!({"role": "viewer"})).send();
    down.told_off(409, "last_owner");
    shop.call("DELETE", &own).send().told_off(409, "last_owner");
    shop.get("/api/auth/me/").shown(200);
    // Beside another owner both are allowed, until one is left.
    let (second, third) = (shop.member("owner"), shop.member("owner"));
    shop.call("PATCH", &own).json(&json!({"role": "viewer"})).send().shown(200);
    shop.get("/api/auth/me/").told_off(401, "session_revoked");
    let path = |member: &Shop| format!("{MEMBERS}{}/", text(&member.session["member"]["id"]));
    done(&second.call("DELETE", &path(&third)).send());
    second.call("DELETE", &path(&second)).send().told_off(409, "last_owner");
}

#[test]
fn hard_case_36_a_request_that_invites_twice_shows_its_address_once() {
    let shop = Stack::get().shop("Repeating Shop");
    let body = json!({"email": format!("twice-{}", shop.email), "role": "viewer"});
    let call = || {
        let call = shop.call("POST", INVITATIONS).header("idempotency-key", "once");
        call.json(&body).send()
    };
    let (first, second) = (call(), call());
    assert_eq!(second.header("idempotent-replayed"), Some("true"));
    let (first, second) = (first.shown(201), second.shown(201));
    assert_eq!((&second["id"], &second["invite_url"]), (&first["id"], &Value::Null));
    let token = token_in(&first["invite_url"]);
    for _ in 0..3 {
        let seen = post("/api/auth/invitations/preview/", &json!({"token": token}));
        assert_eq!(seen.shown(200)["role"], "viewer");
    }
    accept(&token, "Bo").shown(201);
    let member = json!({"totp": false});
    let bo = text(&shop.get(MEMBERS).shown(200)["results"][0]["id"]).to_owned();
    let reset = || {
        let path = format!("{MEMBERS}{bo}/reset/");
        shop.call("POST", &path).header("idempotency-key", "help").json(&member).send().shown(201)
    };
    let (first, second) = (reset(), reset());
    assert!(first["reset_url"].is_string() && second["reset_url"].is_null());
    assert_eq!(first["expires_at"], second["expires_at"]);
}

#[test]
fn each_role_cares_for_the_team_as_far_as_the_contract_says() {
    let stack = Stack::get();
    let shop = stack.shop("Ranked Shop");
    let owner = text(&shop.session["member"]["id"]).to_owned();
    for role in ["admin", "staff", "viewer"] {
        let member = shop.member(role);
        let own = text(&member.session["member"]["id"]);
        member.get(MEMBERS).shown(200);
        let admin = role == "admin";
        let listed = member.get(INVITATIONS);
        assert_eq!(listed.status, if admin { 200 } else { 403 }, "{role}");
        for (method, path, body) in [
            ("POST", INVITATIONS.to_owned(), json!({"email": "o@example.com", "role": "owner"})),
            ("PATCH", format!("{MEMBERS}{owner}/"), json!({"role": "viewer"})),
            ("POST", format!("{MEMBERS}{owner}/reset/"), json!({})),
            ("PATCH", format!("{MEMBERS}{own}/"), json!({"role": "owner"})),
        ] {
            let told = member.call(method, &path).json(&body).send();
            let told = told.told_off(403, "permission_denied");
            assert!(text(&told["detail"]).contains("owner"), "{role}: {told}");
        }
        let removed = member.call("DELETE", &format!("{MEMBERS}{owner}/")).send();
        removed.told_off(403, "permission_denied");
        let email = format!("{role}-{}", shop.email);
        let invited = invite(&member, &email, "staff");
        assert_eq!(invited.status, if admin { 201 } else { 403 }, "{role}");
    }
    let other = stack.shop("Unranked Shop");
    let foreign = format!("{MEMBERS}{owner}/");
    let told = other.call("PATCH", &foreign).json(&json!({"role": "viewer"})).send();
    told.told_off(404, "member_not_found");
    other.call("DELETE", &foreign).send().told_off(404, "member_not_found");
    other.post(&format!("{foreign}reset/"), &json!({})).told_off(404, "member_not_found");
}
