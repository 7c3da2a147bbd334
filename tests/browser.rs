//! The payment page in Chromium, embedded in a shop of another origin, on the local stack.

mod consent;
mod dashboard;
mod dashboard_team;
mod doubt;
mod driver;
mod languages;
mod link_page;
pub mod stripe_js;
mod stripe_page;
mod tax_page;
mod typing;
mod words;

use crate::stack::{Link, Stack, Tenant, eventually};
use driver::{Browser, ENTER, SPACE, TAB};
use serde_json::{Value, json};
use shared::app::clock;

/// A link of the demo shop, and the shop's page around it.
fn link_in_shop(tenant: &Tenant) -> (Link, String) {
    let stack = Stack::get();
    let body = json!({
        "user_id": stack.fact("USER_ID"),
        "amount": "12.50",
        "return_url": "https://shop.example/thanks",
    });
    let link = tenant.link(&body);
    let shop = format!("{}?pay_url={}", stack.fact("DEMO_URL"), link.pay_url);
    (link, shop)
}

/// Types a card and pays, from the shop's page on and with nothing but the keyboard.
fn pay_by_keyboard(browser: &Browser, number: &str, save: bool) {
    browser.wait_until("document.readyState === 'complete'");
    // The shop's amount, its button, then into the frame.
    browser.press([TAB, TAB, TAB]);
    browser.enter_frame("#pay");
    browser.wait_until("!document.getElementById('pay').disabled");
    browser.wait_until("document.activeElement.id === 'number'");
    type_card(browser, [number, "1230", "739"]);
    assert_eq!(browser.value("document.activeElement.id"), "save");
    if save {
        browser.press([SPACE]);
    }
    browser.press([TAB]);
    assert_eq!(browser.value("document.activeElement.id"), "pay");
}

/// Types number, expiry and security code, then name and postal code, from the first field on.
fn type_card(browser: &Browser, card: [&str; 3]) {
    for text in card.into_iter().chain(["Bo Buyer", "12345"]) {
        browser.press(text.chars());
        browser.press([TAB]);
    }
}

/// Opens a link in a tab of its own, ready to type.
fn open(browser: &Browser, link: &Link) {
    browser.open(&link.pay_url);
    browser.wait_until("!document.getElementById('pay').disabled");
    focus(browser, "number");
}

fn focus(browser: &Browser, id: &str) {
    browser.value(&format!("(document.getElementById('{id}').focus(), true)"));
}

/// Types a card and presses Enter in its last field.
fn pay(browser: &Browser, card: [&str; 3]) {
    type_card(browser, card);
    focus(browser, "postal_code");
    browser.press([ENTER]);
}

fn text(browser: &Browser) -> String {
    browser.value("document.body.innerText").as_str().unwrap().to_owned()
}

fn value_of(browser: &Browser, id: &str) -> String {
    let value = browser.value(&format!("document.getElementById('{id}').value"));
    value.as_str().unwrap().to_owned()
}

/// What the shop's page heard from the payment page.
fn messages(browser: &Browser) -> Vec<Value> {
    browser.leave_frames();
    let text = browser.value("document.getElementById('messages').textContent");
    let lines = text.as_str().unwrap().lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn statuses(browser: &Browser, link: &Link) -> Vec<String> {
    let payments = messages(browser).into_iter().filter(|message| message["type"] == "payment");
    payments
        .map(|message| {
            assert_eq!(message["source"], "paylink");
            assert_eq!(message["version"], 1);
            assert_eq!(message["payment_intent_id"], link.id.as_str());
            message["status"].as_str().unwrap().to_owned()
        })
        .collect()
}

fn wait_for_message(browser: &Browser, link: &Link, expected: &[&str]) {
    eventually(&format!("the shop hears {expected:?}"), 20, || {
        (statuses(browser, link) == expected).then_some(())
    });
}

/// The webhook at the receiver of `make start`, which keeps only what it could verify with the
/// library of Standard Webhooks and by the platform's own signature.
fn wait_for_webhook(link: &Link, kind: &str) -> Value {
    let stack = Stack::get();
    let url = format!("{}/received", stack.shop_origin());
    eventually(&format!("{kind} at the receiver"), 30, || {
        let received = stack.call("GET", &url).send().json();
        let mut bodies = received.as_array().unwrap().iter().map(|entry| entry["body"].clone());
        bodies.find(|body| {
            body["event"] == kind && body["data"]["payment_intent_id"] == link.id.as_str()
        })
    })
}

/// Nothing is fetched from elsewhere, nothing is stored, nothing broke the page's policy.
fn is_clean(browser: &Browser) {
    let resources = browser.value("performance.getEntriesByType('resource').map(r => r.name)");
    let ours = Stack::get().fact("BASE_URL");
    for name in resources.as_array().unwrap() {
        let name = name.as_str().unwrap();
        assert!(name.starts_with(ours) || name.starts_with("data:"), "{name} was fetched");
    }
    assert_eq!(browser.value("document.cookie"), "");
    assert_eq!(browser.value("localStorage.length + sessionStorage.length"), 0);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn a_buyer_pays_with_the_keyboard_in_a_frame_of_another_origin_and_the_webhook_is_verified() {
    let tenant = Stack::get().demo();
    let (link, shop) = link_in_shop(&tenant);
    let browser = Browser::start(1000, 1100);
    browser.open(&shop);
    pay_by_keyboard(&browser, "4242424242424242", true);
    assert_eq!(browser.value("document.getElementById('number').value"), "4242 4242 4242 4242");
    assert_eq!(browser.value("document.getElementById('expiry').value"), "12 / 30");
    assert_eq!(browser.value("document.getElementById('brand-name').textContent"), "Visa");
    assert_eq!(browser.value("document.getElementById('save').checked"), true);
    assert_eq!(browser.value("document.getElementById('pay-label').textContent"), "Pay $12.50");
    browser.screenshot("form-filled");
    browser.press([ENTER]);
    browser.wait_for_view("success");
    let text = browser.value("document.body.innerText");
    for shown in ["Payment complete", "$12.50", "Visa ending in 4242", link.id.as_str()] {
        assert!(text.as_str().unwrap().contains(shown), "{shown} is not shown: {text}");
    }
    assert_eq!(
        browser.value("document.getElementById('return').href"),
        "https://shop.example/thanks"
    );
    assert_eq!(browser.value("document.getElementById('number').value"), "", "the card stays");
    is_clean(&browser);
    wait_for_message(&browser, &link, &["succeeded"]);
    browser.screenshot("success");
    let event = wait_for_webhook(&link, "payment_intent.succeeded");
    assert_eq!(event["data"]["status"], "succeeded");
    assert_eq!(event["data"]["amount"], "12.50");
    let payment = tenant.payment(&link);
    assert_eq!(payment["status"], "succeeded");
    assert_eq!(payment["payment_method_id"], event["data"]["payment_method_id"]);
    assert!(payment["payment_method_id"].is_string(), "the card was not saved: {payment}");
    assert_eq!(Stack::get().charges(&link.id).len(), 1);
    // Used: the same link shows its outcome, to everybody who opens it.
    browser.open(&shop);
    browser.enter_frame("#pay");
    browser.wait_for_view("success");
    assert_eq!(browser.value("document.getElementById('form')"), Value::Null);
    is_clean(&browser);
    wait_for_message(&browser, &link, &["succeeded"]);
    browser.screenshot("used");
}

#[test]
fn a_buyer_passes_the_banks_challenge_inside_the_page_with_the_keyboard() {
    let tenant = Stack::get().demo();
    let (link, shop) = link_in_shop(&tenant);
    let browser = Browser::start(1000, 1100);
    browser.open(&shop);
    pay_by_keyboard(&browser, "4000000000003220", false);
    browser.press([ENTER]);
    browser.wait_for_view("challenge");
    assert_eq!(tenant.payment(&link)["status"], "processing");
    browser.enter_frame("#challenge");
    browser.wait_until("document.getElementById('approve')?.disabled === false");
    let text = browser.value("document.body.innerText");
    for shown in ["Do you approve this payment?", "$12.50", "ending in 3220"] {
        assert!(text.as_str().unwrap().contains(shown), "{shown} is not shown: {text}");
    }
    browser.screenshot("challenge");
    // The page put the focus on the heading above the bank's frame.
    browser.press([TAB]);
    assert_eq!(browser.value("document.activeElement.id"), "approve");
    browser.press([ENTER]);
    browser.leave_frames();
    browser.enter_frame("#pay");
    browser.wait_for_view("success");
    is_clean(&browser);
    wait_for_message(&browser, &link, &["processing", "succeeded"]);
    browser.screenshot("challenge-passed");
    let event = wait_for_webhook(&link, "payment_intent.succeeded");
    assert_eq!(event["data"]["card"]["last4"], "3220");
    assert_eq!(event["data"]["payment_method_id"], Value::Null, "nobody asked to save the card");
    wait_for_webhook(&link, "payment_intent.requires_action");
}

#[test]
fn mistakes_are_shown_where_they_are_and_a_decline_is_final() {
    let tenant = Stack::get().demo();
    let (link, shop) = link_in_shop(&tenant);
    let browser = Browser::start(1000, 1100);
    browser.open(&shop);
    // One digit wrong: found by the page itself.
    pay_by_keyboard(&browser, "4242424242424241", false);
    browser.press([ENTER]);
    browser.wait_until("document.activeElement.id === 'summary'");
    assert_eq!(
        browser.value("document.getElementById('number').getAttribute('aria-invalid')"),
        "true"
    );
    let error = browser.value("document.getElementById('number-error').textContent");
    assert_eq!(error, "Check the card number: a digit seems wrong.");
    browser.screenshot("mistakes");
    assert_eq!(link.status(), "pending");
    // Well-formed, but somebody's real card could have this number: found by the server.
    let retype = "(() => { const n = document.getElementById('number'); \
                  n.value = ''; n.focus(); return true; })()";
    browser.value(retype);
    browser.press("4111111111111111".chars().chain([ENTER]));
    browser.wait_until("document.getElementById('number-error').textContent.includes('test card')");
    assert_eq!(link.status(), "pending");
    browser.value(retype);
    browser.press("4000000000000002".chars().chain([ENTER]));
    browser.wait_for_view("failed");
    let text = browser.value("document.body.innerText");
    assert!(text.as_str().unwrap().contains("You have not been charged"), "{text}");
    wait_for_message(&browser, &link, &["failed"]);
    browser.screenshot("failed");
    let event = wait_for_webhook(&link, "payment_intent.failed");
    assert_eq!(event["data"]["failure_reason"], "card_declined");
}

#[test]
fn a_link_expires_under_the_buyers_eyes_on_a_phone_and_stays_expired() {
    let stack = Stack::get();
    let tenant = stack.demo();
    let (link, shop) = link_in_shop(&tenant);
    let browser = Browser::start(360, 740);
    // The page's own data, so that its time is over when it has been looked at.
    browser.before_scripts(
        "(() => { const parse = JSON.parse; JSON.parse = (text) => { const data = parse(text); \
         if (data && data.now_ms) window.told = data; return data; }; })()",
    );
    browser.open(&shop);
    browser.enter_frame("#pay");
    browser.wait_for_view("form");
    assert_eq!(browser.value("document.documentElement.scrollWidth <= innerWidth"), true);
    browser.screenshot("phone-form");
    stack.set_number(&tenant.intent_key(&link), "exp", clock::now().ms());
    browser.value("(window.told.expires_at_ms = window.told.now_ms)");
    browser.wait_for_view("expired");
    is_clean(&browser);
    wait_for_message(&browser, &link, &["expired"]);
    browser.open(&link.pay_url);
    browser.wait_for_view("expired");
    let text = browser.value("document.body.innerText");
    assert!(text.as_str().unwrap().contains("This link has expired"), "{text}");
    assert_eq!(browser.value("document.documentElement.scrollWidth <= innerWidth"), true);
    assert_eq!(browser.value("document.getElementById('form')"), Value::Null);
    assert_eq!(browser.complaints(), Vec::<String>::new());
    browser.screenshot("phone-expired");
    assert_eq!(stack.charges(&link.id), Vec::new());
}

#[test]
fn a_page_of_an_origin_that_is_not_allowed_cannot_embed_the_link() {
    // This tenant allows the shop at 127.0.0.1 only; `localhost` is another origin.
    let stack = Stack::get();
    let (_, shop) = link_in_shop(&stack.demo());
    let elsewhere = shop.replacen("127.0.0.1", "localhost", 1);
    assert_ne!(elsewhere, shop);
    let browser = Browser::start(1000, 1100);
    browser.open(&elsewhere);
    browser.wait_until("document.readyState === 'complete'");
    eventually("the browser refuses the frame", 20, || {
        let complaints = browser.complaints();
        complaints.iter().any(|text| text.contains("frame-ancestors")).then_some(())
    });
    browser.screenshot("not-allowed");
}
