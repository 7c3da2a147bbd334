//! What the page says when it does not know: answers get lost, proxies make up their own, other tabs
//! pay, buyers reload. It never states an outcome that the server has not given.

use super::{open, pay, text};
use crate::{
    browser::driver::Browser,
    stack::{Link, Stack, eventually},
};

const VISA: [&str; 3] = ["4242424242424242", "1230", "739"];

/// Lets a script answer the page's calls: `answer(path, send)`, where `send()` reaches the server.
fn between(browser: &Browser, answer: &str) {
    browser.before_scripts(&format!(
        "(() => {{ const real = window.fetch.bind(window); let sent = 0; \
         const reloaded = performance.getEntriesByType('navigation')[0].type === 'reload'; \
         const gone = () => Promise.reject(new TypeError('the connection is gone')); \
         const proxy = (status) => Promise.resolve(new Response('<h1>Proxy</h1>', {{ status }})); \
         window.fetch = (url, init) => {{ \
           const send = () => real(url, {{ ...init, signal: undefined }}); \
           const call = String(url).split('/').pop(); \
           {answer} \
           return send(); \
         }}; }})()"
    ));
}

/// No outcome is stated, and nothing offers to pay again.
fn says_that_it_does_not_know(browser: &Browser) {
    let text = text(browser);
    assert!(text.contains("We do not know yet how your payment went"), "{text}");
    assert!(!text.contains("charged") && !text.contains("complete"), "{text}");
    assert_eq!(browser.value("document.getElementById('pay').offsetParent === null"), true);
}

fn is_charged_once(browser: &Browser, link: &Link, card: &str) {
    browser.wait_for_view("success");
    let text = text(browser);
    assert!(text.contains(card), "{text}");
    assert_eq!(Stack::get().charges(&link.id).len(), 1);
}

#[test]
fn a_proxy_that_gives_up_before_the_charge_does_not_make_the_page_say_not_charged() {
    for status in [502, 504] {
        let link = Stack::get().merchant().new_link();
        let browser = Browser::start(1000, 1000);
        // The proxy answers at once, and holds the first submit back until it is released.
        between(
            &browser,
            &format!(
                "if (call === 'submit') {{ if (sent++ === 0) window.release = send; \
                 return proxy({status}); }}"
            ),
        );
        open(&browser, &link);
        pay(&browser, VISA);
        browser.wait_for_view("unsure");
        browser.wait_until("document.body.innerText.includes('does not have your payment')");
        says_that_it_does_not_know(&browser);
        assert_eq!(link.status(), "pending");
        browser.value("(window.release(), true)");
        is_charged_once(&browser, &link, "Visa ending in 4242");
    }
}

#[test]
fn a_payment_that_never_arrived_survives_a_reload_and_is_made_once() {
    let link = Stack::get().merchant().new_link();
    let browser = Browser::start(1000, 1000);
    between(&browser, "if (call === 'submit' && !reloaded) return gone();");
    open(&browser, &link);
    pay(&browser, VISA);
    browser.wait_for_view("unsure");
    says_that_it_does_not_know(&browser);
    assert_eq!(link.status(), "pending");
    browser.reload();
    is_charged_once(&browser, &link, "Visa ending in 4242");
    assert_eq!(browser.value("history.state"), serde_json::Value::Null, "the token stays");
}

#[test]
fn a_reload_while_nothing_reaches_the_server_still_knows_of_the_payment() {
    let link = Stack::get().merchant().new_link();
    let browser = Browser::start(1000, 1000);
    between(
        &browser,
        "if (call === 'submit') return sent++ === 0 && !reloaded ? (setTimeout(send, 10), gone()) \
         : gone(); if (call === 'status' && !window.online) return proxy(502);",
    );
    open(&browser, &link);
    pay(&browser, VISA);
    browser.wait_for_view("unsure");
    eventually("the charge", 20, || (link.status() == "succeeded").then_some(()));
    says_that_it_does_not_know(&browser);
    browser.value("(document.querySelector('[data-view=unsure] [data-check]').click(), true)");
    browser.wait_until("document.body.innerText.includes('cannot reach the server')");
    says_that_it_does_not_know(&browser);
    browser.value("(window.online = true)");
    is_charged_once(&browser, &link, "Visa ending in 4242");
}

#[test]
fn a_pages_words_that_are_not_the_servers_count_for_nothing() {
    for answer in [
        "new Response('<h1>Log in to the wifi</h1>')",
        "new Response('{\"message\":\"Forbidden\"}', {status: 403})",
    ] {
        let link = Stack::get().merchant().new_link();
        let browser = Browser::start(1000, 1000);
        between(
            &browser,
            &format!("if (call === 'submit' && !window.gone) return Promise.resolve({answer});"),
        );
        open(&browser, &link);
        pay(&browser, VISA);
        browser.wait_for_view("unsure");
        says_that_it_does_not_know(&browser);
        browser.value("(window.gone = true)");
        is_charged_once(&browser, &link, "Visa ending in 4242");
    }
}

#[test]
fn a_receipt_names_the_card_that_was_charged_in_every_tab_and_after_a_reload() {
    let link = Stack::get().merchant().new_link();
    let browser = Browser::start(1000, 1000);
    open(&browser, &link);
    // Another tab pays with another card, while this one is typing.
    assert_eq!(link.pay("5555555555554444")["status"], "succeeded");
    pay(&browser, VISA);
    is_charged_once(&browser, &link, "Mastercard ending in 4444");
    assert!(!text(&browser).contains("4242"), "the card that was not charged");
    browser.reload();
    is_charged_once(&browser, &link, "Mastercard ending in 4444");
}

#[test]
fn a_clock_that_runs_out_is_no_outcome_until_the_server_says_so() {
    let link = Stack::get().merchant().new_link();
    let browser = Browser::start(1000, 1000);
    between(&browser, "if (call === 'status' && !window.online) return gone();");
    // For this page the time is over at once.
    browser.before_scripts(
        "(() => { const parse = JSON.parse; JSON.parse = (text) => { const data = parse(text); \
         if (data && data.now_ms) data.expires_at_ms = data.now_ms; return data; }; })()",
    );
    browser.open(&link.pay_url);
    assert_eq!(link.pay("5555555555554444")["status"], "succeeded");
    browser.wait_for_view("unsure");
    says_that_it_does_not_know(&browser);
    assert!(!text(&browser).contains("expired"), "it was paid in time");
    browser.value("(window.online = true)");
    is_charged_once(&browser, &link, "Mastercard ending in 4444");
}
