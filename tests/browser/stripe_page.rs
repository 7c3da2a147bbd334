//! Pages whose card fields Stripe shows, and its 3-D Secure: in Chromium, with a stand-in of Stripe's
//! script on a host of its own, under the policy that a deployment has.

use super::{
    driver::{Browser, ENTER, SPACE, TAB},
    messages, text, value_of, wait_for_message,
};
use crate::stack::{Link, Seller, Stack, StripeBooks, Tenant};
use serde_json::json;

const PAYS: &str = "4242424242424242";
const DECLINED: &str = "4000000000000002";
const ASKS: &str = "4000000000003220";
const ASKS_THEN_DECLINED: &str = "4000008400001629";

/// The books of a new account at Stripe that is a tenant's.
fn put_at_stripe(tenant: &str) -> StripeBooks {
    put_in_mode(tenant, "test")
}

fn put_in_mode(tenant: &str, mode: &str) -> StripeBooks {
    let stack = Stack::get();
    let stripe = stack.stripe(mode);
    let input = json!({
        "tenant_id": tenant, "mode": mode, "provider": "stripe", "secret_key": stripe.key,
        "publishable_key": stripe.publishable,
    });
    stack.invoke("operators-put-processor", &input);
    stripe
}

/// A tenant of the platform surface whose customers' accounts are at Stripe, and Stripe's books.
fn tenant_at_stripe() -> (Tenant, StripeBooks) {
    let tenant = Stack::get().tenant("Harbour Books");
    let stripe = put_at_stripe(&tenant.id);
    (tenant, stripe)
}

/// A link over 12.50 USD for a new customer whose account is at Stripe.
fn link_of(tenant: &Tenant) -> Link {
    let user = tenant.user();
    account_at_stripe(&tenant.id, Some(&user));
    tenant.link(&json!({"user_id": user, "amount": "12.50"}))
}

fn account_at_stripe(tenant: &str, user: Option<&str>) {
    let mut input = json!({
        "tenant_id": tenant, "mode": "test", "status": "approved",
        "descriptor": "HARBOUR BOOKS", "processor": "stripe",
    });
    if let Some(user) = user {
        input["user_id"] = json!(user);
    }
    Stack::get().invoke("operators-put-merchant-account", &input);
}

/// A seller of the payments surface at Stripe: another card may be tried there.
fn seller_at_stripe() -> (Seller, StripeBooks) {
    let seller = Stack::get().seller_without_account("Harbour Books");
    let stripe = put_at_stripe(&seller.tenant);
    account_at_stripe(&seller.tenant, None);
    (seller, stripe)
}

fn ready(browser: &Browser) {
    browser.wait_until("document.getElementById('pay')?.disabled === false");
}

/// Writes a card into Stripe's frame, which only its own host can look into.
fn type_card(browser: &Browser, number: &str) {
    browser.enter_frame("#fields iframe");
    for (id, text) in [("number", number), ("expiry", "12 / 40"), ("cvc", "123")] {
        browser.value(&format!("(document.getElementById('{id}').value = '{text}', true)"));
    }
    browser.leave_frame();
}

fn fill(browser: &Browser, id: &str, text: &str) {
    browser.value(&format!("(document.getElementById('{id}').focus(), true)"));
    browser.press(text.chars());
}

fn press(browser: &Browser, id: &str) {
    browser.value(&format!("(document.getElementById('{id}').click(), true)"));
}

/// Opens a link in a tab of its own and pays with this card.
fn pay(browser: &Browser, link: &Link, number: &str) {
    browser.open(&link.pay_url);
    ready(browser);
    if browser.value("document.getElementById('email') !== null") == true {
        fill(browser, "email", "bo@example.com");
    }
    fill(browser, "name", "Bo Buyer");
    type_card(browser, number);
    press(browser, "pay");
}

/// Answers the bank in the frame in the frame, once it is there.
fn answer_bank(browser: &Browser, button: &str) {
    browser.enter_frame("#challenge");
    browser.wait_until("document.querySelector('iframe[src*=\"check.html\"]') !== null");
    browser.enter_frame("iframe[src*=\"check.html\"]");
    browser.wait_until(&format!("document.getElementById('{button}') !== null"));
    press(browser, button);
    browser.leave_frames();
}

/// Nothing was fetched but from us and from Stripe's own host, and nothing broke the page's policy.
fn is_clean(browser: &Browser) {
    let resources = browser.value("performance.getEntriesByType('resource').map(r => r.name)");
    let ours = Stack::get().fact("BASE_URL");
    for name in resources.as_array().unwrap() {
        let name = name.as_str().unwrap();
        let known = name.starts_with(ours) || name.starts_with(Stack::get().fact("STRIPE_API_URL"));
        assert!(known || name.starts_with("data:"), "{name} was fetched");
    }
    assert_eq!(browser.value("localStorage.length + sessionStorage.length"), 0);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// A payment's mark in Stripe's books: its UUID, whichever surface it is of.
fn mark(link: &Link) -> String {
    let hex = link.id.trim_start_matches("pay_").replace('-', "");
    let at = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [at(0, 8), at(8, 12), at(12, 16), at(16, 20), at(20, 32)].join("-")
}

fn taken(stripe: &StripeBooks, link: &Link) -> i64 {
    stripe.stand_in.books(&mark(link)).taken
}

#[test]
fn a_buyer_pays_in_stripes_fields_with_the_keyboard_in_a_frame_of_another_origin() {
    let (tenant, stripe) = tenant_at_stripe();
    let link = link_of(&tenant);
    let shop = format!("{}?pay_url={}", Stack::get().fact("DEMO_URL"), link.pay_url);
    let browser = Browser::start(1000, 1100);
    browser.open(&shop);
    browser.wait_until("document.readyState === 'complete'");
    browser.enter_frame("#pay");
    ready(&browser);
    browser.screenshot("stripe-form");
    browser.leave_frames();
    // The shop's amount, its button, then into the frame, and into Stripe's in it.
    browser.press([TAB, TAB, TAB]);
    browser.enter_frame("#pay");
    browser.enter_frame("#fields iframe");
    browser.wait_until("document.activeElement.id === 'number'");
    for text in [PAYS, "1240", "123"] {
        browser.press(text.chars());
        browser.press([TAB]);
    }
    browser.leave_frame();
    browser.wait_until("document.activeElement.id === 'name'");
    browser.press("Bo Buyer".chars());
    browser.press([TAB, SPACE]);
    assert_eq!(browser.value("document.getElementById('save').checked"), true);
    browser.screenshot("stripe-filled");
    browser.press([TAB, ENTER]);
    browser.wait_for_view("success");
    let text = text(&browser);
    for shown in ["Payment complete", "$12.50", "Visa ending in 4242", link.id.as_str()] {
        assert!(text.contains(shown), "{shown} is not shown: {text}");
    }
    is_clean(&browser);
    wait_for_message(&browser, &link, &["succeeded"]);
    browser.screenshot("stripe-success");
    let payment = tenant.payment(&link);
    assert_eq!(payment["status"], "succeeded");
    assert!(payment["payment_method_id"].is_string(), "the card was not saved: {payment}");
    assert_eq!(taken(&stripe, &link), 12_50);
}

/// The same page in live mode: nothing on it speaks of play, and the money is in the live account.
#[test]
fn in_live_mode_a_buyer_pays_in_stripes_fields_and_reads_nothing_of_a_test() {
    let stack = Stack::get();
    let tenant = stack.seller_without_account("Harbour Books").tenant;
    let live = json!({"name": "Harbour Books", "mode": "live", "tenant_id": tenant});
    let made = stack.invoke("operators-provision-tenant", &live);
    let seller = stack.seller_with(&tenant, made["api_key"].as_str().unwrap());
    let stripe = put_in_mode(&tenant, "live");
    let account = json!({
        "tenant_id": tenant, "mode": "live", "status": "approved", "descriptor": "HARBOUR BOOKS",
        "processor": "stripe",
    });
    stack.invoke("operators-put-merchant-account", &account);
    let payment = seller.payment();
    let link = seller.page(&payment);
    let browser = Browser::start(1000, 1300);
    pay(&browser, &link, PAYS);
    browser.wait_for_view("success");
    is_clean(&browser);
    let page = text(&browser);
    assert!(!page.contains("Test mode") && !page.contains("No money moves"), "{page}");
    browser.screenshot("stripe-live-success");
    assert_eq!(taken(&stripe, &link), 25_000);
    assert_eq!(seller.read(&payment)["livemode"], true);
}

#[test]
fn mistakes_are_shown_and_after_a_decline_another_card_pays() {
    let (seller, stripe) = seller_at_stripe();
    let link = seller.page(&seller.payment());
    let browser = Browser::start(1000, 1300);
    browser.open(&link.pay_url);
    ready(&browser);
    press(&browser, "pay");
    browser.wait_until("!document.getElementById('summary').hidden");
    assert!(text(&browser).contains("Enter your e-mail address."));
    fill(&browser, "email", "bo@example.com");
    fill(&browser, "name", "Bo Buyer");
    // What is missing in Stripe's fields, they say themselves.
    press(&browser, "pay");
    browser.enter_frame("#fields iframe");
    browser.wait_until("document.getElementById('error').textContent !== ''");
    browser.leave_frame();
    browser.wait_until("document.getElementById('pay-busy').hidden");
    browser.screenshot("stripe-mistakes");
    type_card(&browser, "4111111111111112");
    press(&browser, "pay");
    let said = "document.getElementById('summary-title').textContent";
    browser.wait_until(&format!("{said} === 'Your card number is invalid.'"));
    type_card(&browser, DECLINED);
    press(&browser, "pay");
    browser.wait_until(&format!("{said} === 'The card was declined.'"));
    assert_eq!(taken(&stripe, &link), 0);
    browser.screenshot("stripe-declined");
    type_card(&browser, PAYS);
    press(&browser, "pay");
    browser.wait_for_view("success");
    is_clean(&browser);
    assert_eq!(taken(&stripe, &link), 25_000);
}

#[test]
fn a_challenge_goes_on_after_a_reload_and_on_another_device_and_charges_once() {
    let (tenant, stripe) = tenant_at_stripe();
    let link = link_of(&tenant);
    let browser = Browser::start(1000, 1100);
    pay(&browser, &link, ASKS);
    browser.wait_for_view("challenge");
    assert_eq!(tenant.payment(&link)["status"], "processing");
    browser.reload();
    browser.wait_for_view("challenge");
    browser.enter_frame("#challenge");
    browser.wait_until("document.querySelector('iframe[src*=\"check.html\"]') !== null");
    browser.screenshot("stripe-challenge");
    browser.leave_frames();
    // Saying that it was passed is nobody's word but Stripe's.
    let forged = link.challenge(true).json();
    assert_eq!(forged["status"], "requires_action");
    assert_eq!(taken(&stripe, &link), 0);
    let phone = Browser::start(320, 640);
    phone.open(&link.pay_url);
    phone.wait_for_view("challenge");
    assert_eq!(phone.value("document.documentElement.scrollWidth <= innerWidth"), true);
    answer_bank(&phone, "pass");
    phone.wait_for_view("success");
    is_clean(&phone);
    phone.screenshot("stripe-phone-success");
    // The first device hears of it, though its own check was never answered.
    browser.wait_for_view("success");
    is_clean(&browser);
    assert_eq!(taken(&stripe, &link), 12_50);
}

#[test]
fn a_challenge_inside_a_shops_frame_is_passed_and_the_shop_hears_of_it() {
    let (tenant, stripe) = tenant_at_stripe();
    let link = link_of(&tenant);
    let shop = format!("{}?pay_url={}", Stack::get().fact("DEMO_URL"), link.pay_url);
    let browser = Browser::start(1000, 1100);
    browser.open(&shop);
    browser.enter_frame("#pay");
    ready(&browser);
    fill(&browser, "name", "Bo Buyer");
    type_card(&browser, ASKS);
    press(&browser, "pay");
    browser.wait_for_view("challenge");
    browser.enter_frame("#challenge");
    browser.wait_until("document.querySelector('iframe[src*=\"check.html\"]') !== null");
    browser.enter_frame("iframe[src*=\"check.html\"]");
    browser.wait_until("document.activeElement.id === 'pass'");
    press(&browser, "pass");
    browser.leave_frames();
    browser.enter_frame("#pay");
    browser.wait_for_view("success");
    is_clean(&browser);
    wait_for_message(&browser, &link, &["processing", "succeeded"]);
    assert!(!messages(&browser).iter().any(|message| message.to_string().contains("_secret_")));
    assert_eq!(taken(&stripe, &link), 12_50);
}

#[test]
fn a_challenge_that_is_failed_or_given_up_charges_nothing_and_another_card_pays() {
    let (seller, stripe) = seller_at_stripe();
    let link = seller.page(&seller.payment());
    let browser = Browser::start(1000, 1300);
    pay(&browser, &link, ASKS);
    browser.wait_for_view("challenge");
    answer_bank(&browser, "fail");
    browser.wait_for_view("form");
    let said = "document.getElementById('summary-title').textContent";
    browser.wait_until(&format!("{said} === 'Your bank\\'s check was not completed.'"));
    // A check that the bank ends with a no.
    type_card(&browser, ASKS_THEN_DECLINED);
    press(&browser, "pay");
    browser.wait_for_view("challenge");
    answer_bank(&browser, "pass");
    browser.wait_for_view("form");
    // And one that nobody answers: the buyer takes another card.
    type_card(&browser, ASKS);
    press(&browser, "pay");
    browser.wait_for_view("challenge");
    press(&browser, "other-card");
    browser.wait_for_view("form");
    assert_eq!(taken(&stripe, &link), 0);
    type_card(&browser, PAYS);
    press(&browser, "pay");
    browser.wait_for_view("success");
    assert_eq!(taken(&stripe, &link), 25_000);
    let states = stripe.stand_in.states(&mark(&link));
    assert_eq!(states.iter().filter(|state| **state == "canceled").count(), 3, "{states:?}");
}

#[test]
fn fields_that_are_blocked_are_said_to_be_and_a_second_try_keeps_what_was_typed() {
    let (seller, _) = seller_at_stripe();
    let link = seller.page(&seller.payment());
    let browser = Browser::start_in("de", 320, 900);
    browser.block(&["*/dahlia/stripe.js*"]);
    browser.open(&link.pay_url);
    browser.wait_until("!document.getElementById('fields-failed').hidden");
    let page = text(&browser);
    assert!(page.contains("Die Kartenfelder konnten nicht geladen werden"), "{page}");
    assert_eq!(browser.value("document.getElementById('pay').disabled"), true);
    assert_eq!(browser.value("document.documentElement.scrollWidth <= innerWidth"), true);
    browser.screenshot("stripe-blocked");
    fill(&browser, "email", "bo@example.com");
    fill(&browser, "name", "Bo Buyer");
    // Still blocked: said again, and still nothing is lost.
    browser.value("(window.before = true)");
    press(&browser, "fields-again");
    // On the page that comes, not on the one that is left.
    browser.wait_until(
        "!window.before && document.getElementById('fields-failed')?.hidden === false \
         && document.getElementById('email').value === 'bo@example.com'",
    );
    browser.block(&[]);
    press(&browser, "fields-again");
    ready(&browser);
    assert_eq!(value_of(&browser, "email"), "bo@example.com");
    assert_eq!(value_of(&browser, "name"), "Bo Buyer");
    assert_eq!(browser.value("document.getElementById('fields-failed').hidden"), true);
    assert_eq!(browser.value("document.documentElement.scrollWidth <= innerWidth"), true);
    browser.screenshot("stripe-phone-form");
    assert_eq!(link.status(), "pending");
}

#[test]
fn a_check_whose_script_is_blocked_says_so_and_a_second_try_shows_it() {
    let (tenant, stripe) = tenant_at_stripe();
    let link = link_of(&tenant);
    let browser = Browser::start(1000, 1100);
    pay(&browser, &link, ASKS);
    browser.wait_for_view("challenge");
    browser.block(&["*/dahlia/stripe.js*"]);
    browser.reload();
    browser.wait_for_view("challenge");
    browser.enter_frame("#challenge");
    browser.wait_until("document.getElementById('failed')?.hidden === false");
    assert!(text(&browser).contains("please do not pay again"));
    browser.screenshot("stripe-check-blocked");
    browser.block(&[]);
    press(&browser, "again");
    browser.wait_until("document.querySelector('iframe[src*=\"check.html\"]') !== null");
    browser.leave_frames();
    answer_bank(&browser, "pass");
    browser.wait_for_view("success");
    assert_eq!(taken(&stripe, &link), 12_50);
}

#[test]
fn a_check_is_shown_by_its_secret_only_while_it_is_open_and_only_on_its_own_page() {
    let (tenant, stripe) = tenant_at_stripe();
    let link = link_of(&tenant);
    let secret_in = |below: &str| link.call("GET", below).send().body.contains("_secret_");
    let browser = Browser::start(1000, 1100);
    assert!(!secret_in("") && !secret_in("/challenge"));
    pay(&browser, &link, ASKS);
    browser.wait_for_view("challenge");
    assert!(secret_in("/challenge"));
    assert!(!secret_in("") && !secret_in("/status"));
    // Passed at the bank, and the browser that passed it is gone: the next look settles it.
    let page = link.call("GET", "/challenge").send().body;
    let secret = page.split("\"secret\":\"").nth(1).unwrap().split('"').next().unwrap();
    stripe.stand_in.check(secret, true);
    assert!(!secret_in("/challenge"));
    browser.reload();
    browser.wait_for_view("success");
    assert_eq!(link.call("GET", "/challenge").send().status, 409);
    assert_eq!(taken(&stripe, &link), 12_50);
}

#[test]
fn an_amount_that_stripe_does_not_charge_is_refused_by_its_field() {
    let (tenant, _) = tenant_at_stripe();
    let user = tenant.user();
    account_at_stripe(&tenant.id, Some(&user));
    let body = json!({"user_id": user, "amount": "0.49"});
    let refused = tenant.post("/v1/platform/card/payment-link", &body);
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(refused.body.contains("must be at least 0.50 USD"), "{}", refused.body);
    let (seller, _) = seller_at_stripe();
    let body = json!({"amount": 1234, "currency": "kwd", "description": "Annual report"});
    let refused = seller.post("/payments", &body);
    assert_eq!(refused.status, 400, "{}", refused.body);
    assert!(refused.body.contains("must end in a zero"), "{}", refused.body);
    // At the simulator the same amount is none of Stripe's business.
    let payer = tenant.payer();
    tenant.link(&json!({"user_id": payer.user, "amount": "0.49"}));
}
