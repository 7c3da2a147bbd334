//! `POST /v1/platform/users`, `GET /v1/platform/users`, `GET /v1/platform/users/{user_id}`.

use super::{Bad, broken_bodies, not_texts, refuses, refuses_other_media, with, without};
use crate::stack::{NOBODY, Stack, Tenant, unique};
use serde_json::{Value, json};

const PATH: &str = "/v1/platform/users";

fn body() -> Value {
    json!({"name": "Ada Example", "email": format!("{}@example.com", unique())})
}

#[test]
fn a_user_is_created_read_and_listed() {
    let stack = Stack::get();
    let tenant = stack.tenant("User Shop");
    let email = format!("Ada.{}@Example.COM", unique());
    let made = tenant.post(PATH, &json!({"name": "Ada Lovelace-Ñandú", "email": email})).ok();
    assert_eq!(made["name"], "Ada Lovelace-Ñandú");
    assert_eq!(made["email"], email.to_lowercase());
    assert!(made["created_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(made.as_object().unwrap().len(), 4, "{made}");
    let id = made["user_id"].as_str().unwrap();
    assert_eq!(tenant.get(&format!("{PATH}/{id}")).ok(), made);
    assert_eq!(tenant.get(&format!("{PATH}/{}", id.to_uppercase())).ok(), made);
    assert_eq!(tenant.get(PATH).ok(), json!([made]));
}

#[test]
fn broken_users_are_refused_field_by_field_and_nothing_is_written() {
    let stack = Stack::get();
    let tenant = stack.tenant("Strict User Shop");
    let good = body();
    let mut bad = broken_bodies(&good);
    for field in ["name", "email"] {
        bad.push(Bad::fields("missing", without(&good, field), &[field]));
        bad.push(Bad::fields("null", with(&good, field, Value::Null), &[field]));
        bad.push(Bad::fields("empty", with(&good, field, ""), &[field]));
        bad.push(Bad::fields("blank", with(&good, field, "   "), &[field]));
        bad.push(Bad::fields("control", with(&good, field, "a\u{0}@example.com"), &[field]));
        for value in not_texts() {
            bad.push(Bad::fields("no text", with(&good, field, value), &[field]));
        }
    }
    bad.push(Bad::fields("101 characters", with(&good, "name", "é".repeat(101)), &["name"]));
    let long = format!("{}@{}.example", "a".repeat(64), "b".repeat(182));
    assert_eq!(long.len(), 255);
    let at = "@".to_owned();
    for email in ["ada", "@example.com", "ada@", "ada@example", "a b@example.com", &at, &long] {
        bad.push(Bad::fields("no address", with(&good, "email", email), &["email"]));
    }
    for key in [json!(""), json!(5), json!("x".repeat(121)), json!("a\nb")] {
        let body = with(&good, "idempotency_key", key);
        bad.push(Bad::fields("bad key", body, &["idempotency_key"]));
    }
    bad.push(Bad::fields("unknown", with(&good, "phone", "1"), &["phone"]));
    let all = json!({"name": 5, "email": "x", "idempotency_key": "", "phone": null});
    let names = ["name", "email", "idempotency_key", "phone"];
    bad.push(Bad::fields("all at once", all, &names));
    refuses(stack, &tenant, PATH, &bad);
    refuses_other_media(&|| tenant.call("POST", PATH), &good);
    assert_eq!(tenant.get(PATH).ok(), json!([]));
}

#[test]
fn the_longest_values_and_other_spellings_of_json_are_accepted() {
    let tenant = Stack::get().merchant();
    let good = body();
    tenant.post(PATH, &with(&good, "name", "é".repeat(100))).ok();
    let tail = ".example";
    let local = unique();
    // Labels of a host have at most 63 letters.
    let letters = 254 - local.len() - 1 - tail.len();
    let domain: String =
        (0..letters).map(|at| if at % 60 == 59 && at + 1 < letters { '.' } else { 'b' }).collect();
    tenant.post(PATH, &with(&good, "email", format!("{local}@{domain}{tail}"))).ok();
    for media in ["application/json; charset=utf-8", "APPLICATION/JSON", "application/a+json"] {
        tenant.call("POST", PATH).text(media, &body().to_string()).send().ok();
    }
}

#[test]
fn an_address_belongs_to_one_user_of_a_tenant_in_any_case_even_when_twins_race() {
    let stack = Stack::get();
    let tenant = stack.tenant("Racing Shop");
    let good = body();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let duplicates: Vec<_> =
            (0..8).map(|_| scope.spawn(|| tenant.post(PATH, &good).status)).collect();
        duplicates.into_iter().map(|duplicate| duplicate.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");
    let shouted = good["email"].as_str().unwrap().to_uppercase();
    let again = json!({"name": "Somebody Else", "email": shouted});
    refuses(stack, &tenant, PATH, &[Bad::of("taken", &again, 409, "email_taken")]);
    assert_eq!(tenant.get(PATH).ok().as_array().unwrap().len(), 1);
    // Another tenant may have a user with this address.
    stack.tenant("Elsewhere").post(PATH, &good).ok();
}

#[test]
fn unknown_users_are_not_found_whatever_the_id_looks_like() {
    let tenant = Stack::get().merchant();
    for id in [NOBODY, "x", "0", "..", "%00", "null", "%7Buser_id%7D", &"9".repeat(300)] {
        tenant.get(&format!("{PATH}/{id}")).refused(404, "user_not_found");
    }
    let known = tenant.user();
    let bare = known.replace('-', "");
    tenant.get(&format!("{PATH}/{bare}")).refused(404, "user_not_found");
}

/// Reads a list page by page.
pub fn walk(tenant: &Tenant, path: &str, limit: usize) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    for _ in 0..100 {
        let sign = if path.contains('?') { '&' } else { '?' };
        let answer = tenant.get(&format!("{path}{sign}limit={limit}{cursor}"));
        let page = answer.ok();
        let page = page.as_array().unwrap();
        let pagination = answer.json()["pagination"].clone();
        assert!(page.len() <= limit);
        assert_eq!(pagination["limit"], limit);
        assert_eq!(pagination["has_more"], !pagination["next_cursor"].is_null());
        found.extend(page.iter().cloned());
        match pagination["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
    panic!("{path} does not end");
}

#[test]
fn users_are_listed_newest_first_in_pages_without_gaps_or_repeats() {
    let tenant = Stack::get().tenant("Crowded Shop");
    let mut made: Vec<String> = (0..5).map(|_| tenant.user()).collect();
    made.reverse();
    for limit in [1, 2, 4, 5, 6, 100] {
        let listed = walk(&tenant, PATH, limit);
        let ids: Vec<&str> = listed.iter().map(|user| user["user_id"].as_str().unwrap()).collect();
        assert_eq!(ids, made, "limit {limit}");
    }
    let answer = tenant.get(PATH);
    assert_eq!(
        answer.json()["pagination"],
        json!({"limit": 25, "next_cursor": null, "has_more": false})
    );
}

/// What every list refuses in its query.
pub fn refuses_broken_queries(path: &str) {
    let stack = Stack::get();
    let tenant = stack.merchant();
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=", "limit"),
        ("limit=ten", "limit"),
        ("limit=1.5", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("cursor=", "cursor"),
        ("cursor=x", "cursor"),
        ("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "cursor"),
        ("cursor=%F0%9F%92%B3", "cursor"),
        ("page=2", "page"),
        ("Limit=5", "Limit"),
    ] {
        let answer = tenant.get(&format!("{path}?{query}"));
        assert_eq!(answer.status, 422, "{path}?{query}: {}", answer.body);
        assert_eq!(answer.refused(422, "validation_error"), [field], "{path}?{query}");
    }
    let several = tenant.get(&format!("{path}?limit=0&page=2"));
    assert_eq!(several.refused(422, "validation_error"), ["limit", "page"]);
}

#[test]
fn broken_queries_of_users_are_refused_and_cursors_belong_to_their_list_and_tenant() {
    refuses_broken_queries(PATH);
    let stack = Stack::get();
    let (one, other) = (stack.tenant("Cursor Shop"), stack.stranger());
    (0..2).for_each(|_| drop(one.user()));
    let answer = one.get(&format!("{PATH}?limit=1"));
    let cursor = answer.json()["pagination"]["next_cursor"].as_str().unwrap().to_owned();
    let query = format!("?limit=1&cursor={cursor}");
    one.get(&format!("{PATH}{query}")).ok();
    for answer in [
        other.get(&format!("{PATH}{query}")),
        one.get(&format!("/v1/platform/payments{query}")),
        one.get(&format!("/v1/platform/webhooks/deliveries{query}")),
        one.get(&format!("{PATH}{query}x")),
    ] {
        assert_eq!(answer.refused(422, "validation_error"), ["cursor"]);
    }
}
