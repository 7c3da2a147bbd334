//! `GET`, `HEAD` and `OPTIONS /l/{uuid}`: the page behind a shared link.

use crate::stack::{Answer, NOBODY, Shop, Stack};
use serde_json::json;

fn page(path: &str) -> Answer {
    Stack::get().anonymous("GET", path).send()
}

#[test]
fn the_page_of_a_link_shows_what_is_sold_and_changes_nothing() {
    let stack = Stack::get();
    let shop = stack.shop("Page Shop");
    let uuid = shop.link(Some(3));
    let before = stack.quiet_items_about(&shop.tenant);
    for method in ["GET", "HEAD"] {
        let seen = stack.anonymous(method, &format!("/l/{uuid}")).send();
        assert_eq!((seen.status, seen.body.is_empty()), (200, method == "HEAD"));
        for (name, value) in [
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-robots-tag", "noindex, nofollow"),
        ] {
            assert_eq!(seen.header(name), Some(value), "{name}");
        }
        let policy = seen.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(seen.header("set-cookie").is_none());
    }
    let body = page(&format!("/l/{uuid}")).body;
    for shown in ["Page Shop", "Workshop seat", "$120.00", "Test mode", "plus tax"] {
        assert!(body.contains(shown), "the page does not show {shown}");
    }
    for hidden in ["Autumn", "max_uses", "metadata"] {
        assert!(!body.contains(hidden), "the page shows {hidden}");
    }
    let options = stack.anonymous("OPTIONS", &format!("/l/{uuid}")).send();
    assert_eq!((options.status, options.header("allow")), (204, Some("GET, HEAD, OPTIONS")));
    stack.anonymous("POST", &format!("/l/{uuid}")).json(&json!({})).send().is_page(405);
    assert_eq!(stack.quiet_items_about(&shop.tenant), before, "looking wrote something");
}

impl Answer {
    fn is_page(&self, status: u16) {
        assert_eq!(self.status, status, "{}", self.body);
    }
}

#[test]
fn hard_case_46_a_link_with_additions_or_in_capitals_opens_and_half_a_link_asks_for_all_of_it() {
    let stack = Stack::get();
    let shop = stack.shop("Shared Shop");
    let uuid = shop.link(None);
    for good in [
        format!("/l/{uuid}?fbclid=x"),
        format!("/l/{uuid}?utm_source=news&utm_source=again"),
        format!("/l/{}", uuid.to_uppercase()),
        format!("/l/{uuid}?currency=GBP"),
    ] {
        let seen = page(&good);
        assert!(seen.status == 200 && seen.body.contains("$120.00"), "{good}: {}", seen.status);
    }
    let euro = page(&format!("/l/{uuid}?currency=eur"));
    assert!(euro.body.contains("110.00") && !euro.body.contains("$120.00"));
    for half in [format!("/l/{uuid}."), format!("/l/{}", &uuid[..20]), format!("/l/{NOBODY}")] {
        let seen = page(&half);
        assert_eq!(seen.status, 404, "{half}");
        assert!(seen.body.contains("Check that you have the whole link"), "{half}");
    }
}

#[test]
fn hard_case_42_a_mail_guard_that_fetches_everything_starts_nothing() {
    let stack = Stack::get();
    let shop = stack.shop("Guarded Shop");
    let uuid = shop.link(Some(1));
    let before = stack.quiet_items_about(&shop.tenant);
    let start = format!("/api/payment-links/public/{uuid}/start/");
    for (method, path) in [
        ("GET", format!("/l/{uuid}")),
        ("HEAD", format!("/l/{uuid}")),
        ("GET", format!("/l/{uuid}?currency=EUR")),
        ("GET", format!("/api/payment-links/public/{uuid}/")),
        ("HEAD", format!("/api/payment-links/public/{uuid}/")),
        ("GET", start.clone()),
    ] {
        let seen = stack.anonymous(method, &path).send();
        assert!(seen.status == 200 || seen.status == 405, "{method} {path}: {}", seen.status);
    }
    stack.anonymous("POST", &start).json(&json!({})).send().told_off(400, "validation_error");
    assert_eq!(stack.quiet_items_about(&shop.tenant), before, "a mail guard wrote something");
}

#[test]
fn a_link_that_is_sold_out_is_gone_and_says_so() {
    let stack = Stack::get();
    let shop = stack.shop("Sold Out Shop");
    let uuid = shop.link(Some(1));
    let checkout = shop.start(&uuid, &Shop::buyer()).shown(201);
    shop.page(&checkout).pay("4242424242424242");
    let over = page(&format!("/l/{uuid}"));
    assert_eq!(over.status, 410);
    assert!(over.body.contains("This is sold out") && over.body.contains("Sold Out Shop"));
    assert!(!over.body.contains("<form") && !over.body.contains("Workshop seat"));
}

#[test]
fn a_link_whose_last_use_is_being_paid_is_in_use_and_looks_again() {
    let stack = Stack::get();
    let shop = stack.shop("Busy Shop");
    let uuid = shop.link(Some(1));
    let first = shop.page(&shop.start(&uuid, &Shop::buyer()).shown(201));
    let second = shop.page(&shop.start(&uuid, &Shop::buyer()).shown(201));
    first.pay("4000000000003220");
    let busy = page(&format!("/l/{uuid}"));
    assert_eq!(busy.status, 200);
    assert!(busy.body.contains("Somebody is paying right now") && !busy.body.contains("<form"));
    let seen = shop.preview(&uuid).shown(200);
    assert_eq!(
        (&seen["available"], &seen["unavailable_reason"], &seen["retry_after"]),
        (&json!(false), &json!("in_use"), &json!(60))
    );
    // Hard case 2: the second buyer is told, and it is free again at once when the check fails.
    let refused = second.submit(&second.card_token("4242424242424242"), false);
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("link_in_use")));
    first.call("POST", "/challenge").json(&json!({"approve": false})).send();
    assert!(page(&format!("/l/{uuid}")).body.contains("<form"));
    assert_eq!(second.pay("4242424242424242")["status"], "succeeded");
}
