//! `GET`, `HEAD` and `OPTIONS /pay/{token}` and `GET /pay/{token}/status`: looking changes nothing.

use crate::stack::{Answer, Link, Stack};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use shared::app::clock;

/// Those who open links before people do.
const PREVIEWS: [&str; 9] = [
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "WhatsApp/2.23.20.0",
    "Twitterbot/1.0",
    "Mozilla/5.0 (compatible; Google-Safety; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "TelegramBot (like TwitterBot)",
    "Barracuda Sentinel (EE)",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
];

#[test]
fn opening_a_link_a_hundred_times_changes_no_item_and_leaves_it_payable() {
    let stack = Stack::get();
    let tenant = stack.tenant("Looking Shop");
    let link = tenant.new_link();
    let before = stack.quiet_items_about(&tenant.id);
    let methods = ["GET", "HEAD", "OPTIONS", "GET"];
    for (at, agent) in (0..100).zip(PREVIEWS.iter().cycle()) {
        let method = methods[at % 4];
        let answer = link.call(method, "").header("user-agent", agent).send();
        assert_eq!(answer.status, if method == "OPTIONS" { 204 } else { 200 }, "{method}");
    }
    for _ in 0..10 {
        assert_eq!(link.status(), "pending");
    }
    assert_eq!(stack.quiet_items_about(&tenant.id), before, "looking wrote something");
    assert_eq!(link.pay("4242424242424242")["status"], "succeeded");
}

fn safe(answer: &Answer, ancestors: &str) {
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-robots-tag", "noindex, nofollow"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert!(answer.header("strict-transport-security").is_some());
    assert!(answer.header("x-request-id").is_some());
    assert!(answer.header("set-cookie").is_none(), "the page sets a cookie");
    assert!(answer.header("x-frame-options").is_none(), "this would forbid every frame");
    let policy = answer.header("content-security-policy").unwrap();
    let directives: Vec<&str> = policy.split("; ").collect();
    let ancestors = format!("frame-ancestors {ancestors}");
    for directive in ["default-src 'none'", "base-uri 'none'", "form-action 'none'", &ancestors] {
        assert!(directives.contains(&directive), "no {directive} in {policy}");
    }
    assert!(!policy.contains("unsafe-") && !policy.contains('*'), "{policy}");
}

#[test]
fn the_page_is_sent_with_a_policy_for_this_tenants_origins_and_is_never_kept() {
    let stack = Stack::get();
    let ours = format!("{} https://shop.example", stack.shop_origin());
    let link = stack.merchant().new_link();
    for method in ["GET", "HEAD"] {
        let answer = link.call(method, "").send();
        assert_eq!(answer.status, 200, "{method}");
        safe(&answer, &ours);
        assert_eq!(answer.body.is_empty(), method == "HEAD", "{method}");
    }
    let asked = link.call("OPTIONS", "").send();
    assert_eq!((asked.status, asked.header("allow")), (204, Some("GET, HEAD, OPTIONS")));
    assert_eq!(asked.header("access-control-allow-origin"), None, "other pages may call it");
    let page = link.open().body;
    for shown in ["$12.50", "Corner Shop", &link.id] {
        assert!(page.contains(shown), "the page does not show {shown}");
    }
    assert!(!page.contains("simulator"), "the page names a processor");
    for foreign in ["src=\"http", "href=\"http", "@import", "url(http", "integrity="] {
        assert!(!page.contains(foreign), "the page fetches something: {foreign}");
    }
}

#[test]
fn origins_are_frozen_into_a_link_and_without_any_nobody_may_frame_the_page() {
    let stack = Stack::get();
    let tenant = stack.tenant("Moving Shop");
    let before = tenant.new_link();
    let update = |origins: serde_json::Value| {
        let input = json!({"tenant_id": tenant.id, "mode": "test", "allowed_origins": origins});
        stack.invoke("operators-update-tenant", &input);
    };
    update(json!([]));
    let nobody = tenant.new_link();
    update(json!(["https://new.example:8443"]));
    let after = tenant.new_link();
    safe(&before.open(), &format!("{} https://shop.example", stack.shop_origin()));
    safe(&nobody.open(), "'none'");
    safe(&after.open(), "https://new.example:8443");
}

#[test]
fn a_name_full_of_markup_stays_text() {
    let stack = Stack::get();
    let name = "</script><script>alert(1)</script>\"'&<marquee>";
    let link = stack.tenant(name).new_link();
    let page = link.open().body;
    assert!(!page.contains("<script>alert(1)"), "markup got through");
    assert!(!page.contains("<marquee>"), "markup got through");
}

#[test]
fn forged_and_malformed_tokens_are_not_found_and_cost_nothing() {
    let stack = Stack::get();
    let tenant = stack.tenant("Forged Shop");
    let link = tenant.new_link();
    let before = stack.quiet_items_about(&tenant.id);
    let token = link.token();
    let bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
    let flipped = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        URL_SAFE_NO_PAD.encode(bytes)
    };
    let last = bytes.len() - 1;
    // Version, key, mode, tenant, intent, MAC.
    let mut forged: Vec<String> = [0, 1, 2, 3, 18, 19, 34, 35, last].map(flipped).into();
    forged.extend([
        token.get(..token.len() - 1).unwrap().to_owned(),
        format!("{token}A"),
        format!("{token}%3D"),
        token.to_lowercase(),
        token.chars().rev().collect(),
        link.id.clone(),
        "x".to_owned(),
        "%00".to_owned(),
        "A".repeat(68),
        "A".repeat(4000),
    ]);
    for token in forged {
        let url = |below: &str| link.pay_url.replace(link.token(), &token) + below;
        let page = stack.call("GET", &url("")).send();
        assert_eq!(page.status, 404, "{token}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{token}");
        assert!(page.body.contains("cannot find this payment"), "{token}");
        stack.call("GET", &url("/status")).send().refused_plainly(404, "link_not_found");
        let card = stack.call("POST", &url("/card")).json(&Link::card("4242424242424242"));
        card.send().refused_plainly(404, "link_not_found");
        let submit = stack.call("POST", &url("/submit")).json(&json!({"card_token": "tok_x"}));
        submit.send().refused_plainly(404, "link_not_found");
        let challenge = stack.call("POST", &url("/challenge")).json(&json!({"approve": true}));
        challenge.send().refused_plainly(404, "link_not_found");
        assert_eq!(stack.call("GET", &url("/challenge")).send().status, 404, "{token}");
    }
    assert_eq!(stack.quiet_items_about(&tenant.id), before, "a forged token wrote something");
}

#[test]
fn used_links_show_their_outcome_and_expired_ones_say_so() {
    let stack = Stack::get();
    let tenant = stack.merchant();
    let (paid, declined, expired) = (tenant.new_link(), tenant.new_link(), tenant.new_link());
    paid.pay("4242424242424242");
    declined.pay("4000000000000002");
    stack.set_number(&tenant.intent_key(&expired), "exp", clock::now().ms() - 1);
    for (link, status, shown) in [
        (&paid, 200, "Payment complete"),
        (&declined, 200, "Your payment did not go through"),
        (&expired, 410, "This link has expired"),
    ] {
        let page = link.open();
        assert_eq!(page.status, status, "{shown}");
        assert!(page.body.contains(shown), "{shown}");
        assert!(!page.body.contains("id=\"form\""), "a card can still be typed: {shown}");
        // A receipt names the card that was charged; a decline says nothing about its card.
        assert_eq!(page.body.contains("Visa ending in 4242"), link.id == paid.id, "{shown}");
        assert_eq!(page.body.contains("4242"), link.id == paid.id, "{shown}");
        assert!(!page.body.contains("card_declined"), "{shown}");
        safe(&page, &format!("{} https://shop.example", stack.shop_origin()));
        assert_eq!(link.call("HEAD", "").send().status, status);
    }
    let told = paid.call("GET", "/status").send().json();
    assert_eq!(told["card"], json!({"brand": "visa", "name": "Visa", "last4": "4242"}));
    assert_eq!(told["card_saved"], false);
    let answer = declined.call("GET", "/status").send();
    let told = answer.json();
    assert_eq!(told["status"], "failed");
    assert_eq!(told["card"], json!(null), "a card that was not charged");
    assert!(!answer.body.contains("card_declined"), "the page tells why: {told}");
}
