//! What members do with their links: list, edit, delete, clone, draw and export them.

use super::with;
use crate::stack::{NOBODY, Shop, Stack};
use serde_json::{Value, json};

pub(super) const LINKS: &str = "/api/payment-links/";
pub(super) const PRODUCTS: &str = "/api/products/";
pub(super) const ORGANIZATION: &str = "/api/organization/";

pub(super) fn patch(shop: &Shop, path: &str, body: &Value) -> crate::stack::Answer {
    shop.call("PATCH", path).json(body).send()
}

pub(super) fn link_path(uuid: &str) -> String {
    format!("{LINKS}{uuid}/")
}

/// A cursor of another list, another organisation, or edited: 400, never another's data.
#[test]
fn hard_case_29_a_cursor_is_good_for_its_own_list_only() {
    let stack = Stack::get();
    let (shop, other) = (stack.shop("Cursor Shop"), stack.shop("Other Cursor Shop"));
    for shop in [&shop, &other] {
        shop.link(None);
        shop.link(None);
    }
    let first = shop.get(&format!("{LINKS}?limit=1")).shown(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    shop.get(&format!("{LINKS}?limit=2&cursor={cursor}")).shown(200);
    let edited = format!("A{cursor}");
    for (shop, path, cursor) in [
        (&shop, PRODUCTS, cursor),
        (&shop, &*format!("{LINKS}?search=a"), cursor),
        (&other, LINKS, cursor),
        (&shop, LINKS, &*edited),
        (&shop, LINKS, "x"),
    ] {
        let and = if path.contains('?') { '&' } else { '?' };
        let refused = shop.get(&format!("{path}{and}cursor={cursor}"));
        assert!(refused.told_off(400, "validation_error")["cursor"][0].is_string());
    }
}

#[test]
fn links_are_listed_filtered_and_summed_up() {
    let shop = Stack::get().shop("Listing Shop");
    let product = shop.product();
    let make = |name: &str, currency: &str, more: Value| {
        let body =
            json!({"name": name, "products": [{"product_id": product}], "currency": currency});
        let body =
            more.as_object().unwrap().iter().fold(body, |body, (k, v)| with(&body, k, v.clone()));
        shop.post(LINKS, &body).shown(201)["uuid"].as_str().unwrap().to_owned()
    };
    let cafe = make("Café, autumn", "USD", json!({"max_uses": 3, "metadata": {"n": 1.10}}));
    let euro = make("Winter 100%_", "EUR", json!({"success_url": "https://shop.example/ok"}));
    let gone = make("Spring", "USD", json!({}));
    shop.call("DELETE", &link_path(&gone)).send();
    let list = |query: &str| shop.get(&format!("{LINKS}{query}")).shown(200);
    let found = |query: &str| {
        let list = list(query);
        let rows = list["results"].as_array().unwrap().iter();
        rows.map(|row| row["uuid"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // A list may be a moment behind.
    crate::stack::eventually("the list shows what was made", 5, || {
        (found("") == [euro.clone(), cafe.clone()]).then_some(())
    });
    assert_eq!(found("?ordering=created_at"), [cafe.clone(), euro.clone()]);
    assert_eq!(found("?search=cafe"), std::slice::from_ref(&cafe));
    assert_eq!(found("?search=autumn%20CAFE"), std::slice::from_ref(&cafe));
    assert_eq!(found("?search=100%25_"), std::slice::from_ref(&euro));
    assert_eq!(found("?currency=eur"), std::slice::from_ref(&euro));
    assert_eq!(found("?deleted=true"), [gone]);
    assert_eq!(found(&format!("?product_id={product}")).len(), 2);
    assert_eq!(found("?status=active").len(), 2);
    assert!(found("?status=expired").is_empty() && found("?is_active=false").is_empty());
    assert_eq!(found("?ordering=-revenue&currency=USD"), [cafe]);
    let row = &list("?search=cafe")["results"][0];
    assert!(row.get("products").is_none());
    for (field, value) in [
        ("subtotal", json!("120.00")),
        ("totals", json!({"USD": "120.00", "EUR": "110.00"})),
        ("remaining", json!(3)),
        ("in_progress", json!(null)),
        ("status", json!("active")),
    ] {
        assert_eq!(row[field], value, "{field}: {row}");
    }
    assert_eq!(row["statistics"]["paid_count"], 0);
    assert_eq!(list("")["aggregates"], json!(null));
    let sums = json!({"links": 2, "active": 2, "paid_count": 0, "revenue": {"USD": "0.00", "EUR": "0.00"}});
    assert_eq!(list("?aggregates=true&limit=1")["aggregates"], sums);
    for broken in [
        "?ordering=-revenue",
        "?ordering=price",
        "?status=deleted",
        "?created_from=2026-12-31",
        "?product_id=x",
        "?colour=red",
    ] {
        shop.get(&format!("{LINKS}{broken}")).told_off(400, "validation_error");
    }
}

#[test]
fn a_link_is_renamed_switched_limited_and_ended() {
    let stack = Stack::get();
    let (shop, other) = (stack.shop("Editing Shop"), stack.shop("Other Editing Shop"));
    let uuid = shop.link(Some(3));
    let path = link_path(&uuid);
    let seen = shop.get(&path);
    let tag = seen.header("etag").unwrap().to_owned();
    let before = seen.shown(200);
    assert_eq!(before["statistics"]["starts"], 0);
    let unchanged = shop.call("GET", &path).header("if-none-match", &tag).send();
    assert_eq!(unchanged.status, 304);
    let wish = json!({
        "name": "Winter", "is_active": false, "max_uses": 5, "metadata": {"big": 1_234_567_890_123_456_789_i64},
        "expires_at": "2027-06-01T00:00:00+02:00",
    });
    let answer = shop.call("PATCH", &path).header("if-match", &tag).json(&wish).send();
    let after = answer.shown(200);
    for (field, value) in [
        ("name", json!("Winter")),
        ("status", json!("inactive")),
        ("max_uses", json!(5)),
        ("remaining", json!(5)),
        ("expires_at", json!("2027-05-31T22:00:00Z")),
    ] {
        assert_eq!(after[field], value, "{field}: {after}");
    }
    assert!(answer.body.contains("1234567890123456789"), "every digit comes back");
    let stale = shop.call("PATCH", &path).header("if-match", &tag).json(&wish).send();
    stale.told_off(412, "changed_meanwhile");
    shop.preview(&uuid).told_off(410, "link_inactive");
    // The past ends it at once; lifting its end wakes it.
    let ended = json!({"is_active": true, "expires_at": "2020-01-01T00:00:00Z"});
    assert_eq!(patch(&shop, &path, &ended).shown(200)["status"], "expired");
    shop.preview(&uuid).told_off(410, "link_expired");
    let woken = patch(&shop, &path, &json!({"expires_at": null, "max_uses": null})).shown(200);
    assert_eq!((&woken["status"], &woken["max_uses"]), (&json!("active"), &json!(null)));
    shop.preview(&uuid).shown(200);
    for (field, value) in [
        ("expires_at", json!("2026-12-31")),
        ("expires_at", json!("2026-12-31T23:59:60Z")),
        ("expires_at", json!("9999-12-31T00:00:00Z")),
        ("max_uses", json!(0)),
        ("max_uses", json!("2")),
        ("is_active", json!(null)),
        ("name", json!(null)),
        ("products", json!([])),
        ("currency", json!("EUR")),
        ("metadata", json!([])),
    ] {
        let refused = patch(&shop, &path, &json!({field: value})).told_off(400, "validation_error");
        assert!(refused[field][0].is_string(), "{field}: {refused}");
    }
    let time = patch(&shop, &path, &json!({"expires_at": "2026-12-31"}));
    let sentence = "Say the time and the zone, such as 2026-12-31T23:59:59+01:00.";
    assert_eq!(time.json()["expires_at"], json!([sentence]));
    patch(&other, &path, &json!({"name": null})).told_off(404, "link_not_found");
    patch(&shop, &link_path(NOBODY), &wish).told_off(404, "link_not_found");
    other.get(&path).told_off(404, "link_not_found");
}

#[test]
fn a_link_is_deleted_restored_and_cloned() {
    let shop = Stack::get().shop("Deleting Shop");
    let uuid = shop.link(Some(3));
    let path = link_path(&uuid);
    for _ in 0..2 {
        let gone = shop.call("DELETE", &path).send();
        assert_eq!((gone.status, &*gone.body), (204, ""));
    }
    let deleted = shop.get(&path).shown(200);
    assert_eq!(deleted["status"], "deleted");
    assert!(deleted["deleted_at"].is_string());
    patch(&shop, &path, &json!({"name": "x"})).told_off(409, "conflict");
    shop.preview(&uuid).told_off(410, "link_deleted");
    let clone = |key: &str, body: &Value| {
        let call = shop.call("POST", &format!("{path}clone/"));
        call.header("idempotency-key", key).json(body).send()
    };
    let made = clone("c-1", &json!({"name": "Copy", "max_uses": null})).shown(201);
    assert_ne!(made["uuid"], uuid);
    assert_eq!((&made["cloned_from"], &made["max_uses"]), (&json!(uuid), &json!(null)));
    assert_eq!((&made["products"], &made["uses"]), (&deleted["products"], &json!(0)));
    let again = clone("c-1", &json!({"max_uses": null, "name": "Copy", "refresh_snapshot": false}));
    assert_eq!(again.shown(201), made);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    clone("c-1", &json!({"name": "Other"})).told_off(409, "idempotency_key_reused");
    let restore = || shop.call("POST", &format!("{path}restore/")).send();
    let back = restore().shown(200);
    assert_eq!((&back["status"], &back["deleted_at"]), (&json!("active"), &json!(null)));
    restore().told_off(409, "not_deleted");
    let product = back["products"][0]["product_id"].as_str().unwrap();
    shop.call("DELETE", &format!("{PRODUCTS}{product}/")).send();
    let stale = clone("c-2", &json!({"refresh_snapshot": true})).told_off(400, "validation_error");
    assert!(stale["products"][0]["product_id"][0].is_string(), "{stale}");
    clone("c-3", &json!({})).shown(201);
}

#[test]
fn a_code_for_phones_is_drawn_and_pixels_need_to_be_asked_for() {
    let shop = Stack::get().shop("Code Shop");
    let path = format!("{}qr/", link_path(&shop.link(None)));
    let drawn = shop.get(&path);
    assert_eq!((drawn.status, drawn.header("content-type")), (200, Some("image/svg+xml")));
    assert!(drawn.body.starts_with("<svg "), "{}", drawn.body);
    assert_eq!(drawn.header("content-disposition"), Some("inline; filename=\"Autumn.svg\""));
    let pixels = || shop.call("GET", &format!("{path}?format=png&size=128"));
    let refused = pixels().header("accept", "*/*").send().told_off(406, "not_acceptable");
    assert!(refused["detail"].as_str().unwrap().contains("Accept: image/png"), "{refused}");
    let png = pixels().header("accept", "image/png").send();
    assert_eq!((png.status, png.header("content-type")), (200, Some("image/png")));
    assert!(png.body.contains("PNG"), "bytes, and not their base64");
    for query in ["size=127", "margin=11", "ecc=Z", "format=gif"] {
        shop.get(&format!("{path}?{query}")).told_off(400, "validation_error");
    }
    shop.get(&format!("{LINKS}{NOBODY}/qr/?size=1")).told_off(404, "link_not_found");
}

#[test]
fn links_are_exported_as_a_table_that_no_spreadsheet_misreads() {
    let shop = Stack::get().shop("Table Shop");
    let product = shop.product();
    for name in ["=HYPERLINK(\"https://evil.example\")", "Plain; \"quoted\""] {
        let body = json!({"name": name, "products": [{"product_id": product}]});
        shop.post(LINKS, &body).shown(201);
    }
    patch(&shop, ORGANIZATION, &json!({"timezone": "Asia/Kolkata"})).shown(200);
    let path = format!("{LINKS}export/?separator=semicolon&ordering=created_at");
    let table = crate::stack::eventually("the table shows what was made", 5, || {
        let table = shop.get(&path);
        (table.body.lines().count() == 3).then_some(table)
    });
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(table.header("link"), None);
    let lines: Vec<&str> = table.body.split("\r\n").collect();
    assert!(lines[0].starts_with("\u{FEFF}\"uuid\";\"url\";\"name\";"), "{}", lines[0]);
    assert!(lines[1].contains("\"'=HYPERLINK(\"\"https://evil.example\"\")\""), "{}", lines[1]);
    assert!(lines[2].contains("\"Plain; \"\"quoted\"\"\""), "{}", lines[2]);
    assert!(lines[1].contains("+05:30\"") && lines[1].contains("\"120.00\""), "{}", lines[1]);
    for query in ["separator=tab", "limit=5", "aggregates=true", "status=deleted"] {
        shop.get(&format!("{LINKS}export/?{query}")).told_off(400, "validation_error");
    }
}

#[test]
fn webhooks_that_name_it_hear_that_a_link_is_exhausted_or_has_ended() {
    let shop = Stack::get().shop("Telling Shop");
    let receiver = shop.listen(&["payment_link.exhausted", "payment_link.expired"]);
    let heard = |event: &str, uuid: &str, seconds| {
        crate::stack::eventually(&format!("{event} of {uuid}"), seconds, || {
            let bodies = receiver.received().into_iter().map(|got| got.attested(&receiver.secret));
            let mut bodies = bodies.filter(|body| body["payment_link_id"] == *uuid);
            bodies.find(|body| body["event"] == *event)
        })
    };
    let (once, ending) = (shop.link(Some(1)), shop.link(None));
    let checkout = shop.start(&once, &Shop::buyer()).shown(201);
    shop.page(&checkout).pay("4242424242424242");
    let told = heard("payment_link.exhausted", &once, 60);
    for (field, value) in [
        ("status", json!("exhausted")),
        ("name", json!("Autumn")),
        ("uses", json!(1)),
        ("max_uses", json!(1)),
        ("test_mode", json!(true)),
    ] {
        assert_eq!(told[field], value, "{field}: {told}");
    }
    assert_eq!(shop.get(&link_path(&once)).shown(200)["status"], "exhausted");
    shop.preview(&once).told_off(410, "link_exhausted");
    patch(&shop, &link_path(&ending), &json!({"expires_at": "2026-01-01T00:00:00Z"})).shown(200);
    let told = heard("payment_link.expired", &ending, 150);
    assert_eq!((&told["status"], &told["uses"]), (&json!("expired"), &json!(0)));
    // One more use wakes it.
    let woken = patch(&shop, &link_path(&once), &json!({"max_uses": 2})).shown(200);
    assert_eq!((&woken["status"], &woken["remaining"]), (&json!("active"), &json!(1)));
}
