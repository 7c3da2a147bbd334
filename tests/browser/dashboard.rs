//! The merchant dashboard on the local stack: from sign-in to a payment that is watched.

use super::*;
use crate::stack::{Shop, shop::PASSWORD};

pub fn address() -> String {
    format!("{}/dashboard/", Stack::get().fact("BASE_URL"))
}

/// Signs in with the keyboard, as the one field that has the focus asks for.
pub fn sign_in(browser: &Browser, shop: &Shop) {
    browser.open(&address());
    browser.wait_until("document.activeElement?.name === 'email'");
    browser.press(shop.email.chars().chain([TAB]));
    browser.press(PASSWORD.chars().chain([ENTER]));
    shown(browser, ".frame main h1");
}

/// Waits until there is such an element.
pub fn shown(browser: &Browser, css: &str) {
    browser.wait_until(&format!("document.querySelector('{css}') !== null"));
}

pub fn press_button(browser: &Browser, label: &str) {
    browser.wait_until(&format!(
        "[...document.querySelectorAll('button, a.button')]\
         .some(b => b.textContent.trim() === '{label}')"
    ));
    browser.value(&format!(
        "([...document.querySelectorAll('button, a.button')]\
         .filter(b => b.textContent.trim() === '{label}').at(-1).click(), true)"
    ));
}

/// Nothing was fetched from elsewhere and no policy was broken; nothing secret is stored.
pub fn is_tidy(browser: &Browser) {
    let resources = browser.value("performance.getEntriesByType('resource').map(r => r.name)");
    let ours = Stack::get().fact("BASE_URL");
    for name in resources.as_array().unwrap() {
        let name = name.as_str().unwrap();
        let own = name.starts_with(ours) || name.starts_with("data:") || name.starts_with("blob:");
        assert!(own, "{name} was fetched");
    }
    assert_eq!(browser.value("document.cookie"), "", "a script can read a cookie");
    let kept = browser.value("JSON.stringify({...localStorage}) + location.href");
    for secret in [PASSWORD, "pls_", "plr_"] {
        assert!(!kept.as_str().unwrap().contains(secret), "{secret} is kept: {kept}");
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn a_member_makes_a_link_with_the_keyboard_alone_and_watches_it_being_paid() {
    let shop = Stack::get().shop("Dashboard Shop");
    let browser = Browser::of_member(1280, 900);
    sign_in(&browser, &shop);
    browser.wait_until("document.activeElement.tagName !== 'INPUT'");
    browser.press(['n']);
    browser.wait_until("document.activeElement.getAttribute('role') === 'combobox'");
    browser.press("Poster".chars());
    browser.wait_until("document.querySelector('[role=option]')?.textContent.includes('Poster')");
    browser.press([ENTER]);
    browser.wait_until("document.activeElement.dataset.price === '0'");
    browser.press("12.50".chars().chain([ENTER]));
    browser.wait_until("document.querySelector('.address input') === document.activeElement");
    let url = browser.value("document.querySelector('.address input').value");
    let uuid = url.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let made = shop.get(&format!("/api/payment-links/{uuid}/")).shown(200);
    assert_eq!((&made["name"], &made["subtotal"]), (&json!("Poster"), &json!("12.50")));
    browser.screenshot("dashboard-share");
    // What is there already is no news.
    shown(&browser, ".live .quiet-line");
    // A buyer pays, and the page says so by itself.
    let checkout = shop.start(&uuid, &Shop::buyer()).shown(201);
    let page = shop.page(&checkout);
    assert_eq!(page.pay("4242424242424242")["status"], "succeeded");
    browser.wait_until("document.querySelector('.live .chip')?.textContent === 'Paid'");
    browser.wait_until("document.title.startsWith('(1) ')");
    browser.wait_until("document.querySelector('.ring li.used').textContent.startsWith('1 ')");
    browser.screenshot("dashboard-paid");
    is_tidy(&browser);
}

#[test]
fn a_reload_keeps_the_session_and_signing_out_ends_it() {
    let shop = Stack::get().shop("Session Shop");
    let uuid = shop.link(Some(3));
    let browser = Browser::of_member(360, 740);
    sign_in(&browser, &shop);
    browser.open(&format!("{}#/links/{uuid}", address()));
    browser.reload();
    browser.wait_until("document.querySelector('.address input')?.value.includes('/l/')");
    assert_eq!(browser.value("document.documentElement.scrollWidth <= innerWidth"), true);
    browser.screenshot("dashboard-phone");
    is_tidy(&browser);
    browser.value("(document.querySelector('.topbar [aria-haspopup=menu]').click(), true)");
    shown(&browser, ".topbar [role=menu]");
    browser
        .value("([...document.querySelectorAll('.topbar [role=menuitem]')].at(-1).click(), true)");
    browser.wait_until("document.activeElement?.name === 'email'");
    browser.reload();
    browser.wait_until("document.activeElement?.name === 'email'");
}

#[test]
fn an_invitation_is_accepted_at_the_address_that_the_operator_hands_over() {
    let (_, email, token) = Stack::get().invited_shop("Invited Shop");
    let browser = Browser::of_member(1280, 900);
    browser.open(&format!("{}#/invite/{token}", address()));
    shown(&browser, "[name=name]");
    assert!(text(&browser).contains(&email) && text(&browser).contains("Invited Shop"));
    browser.value("(document.querySelector('[name=name]').focus(), true)");
    browser.press("Grace Hopper".chars().chain([TAB]));
    browser.press(PASSWORD.chars().chain([ENTER]));
    shown(&browser, ".frame");
    assert!(!browser.value("location.href").as_str().unwrap().contains(&token));
    is_tidy(&browser);
}

#[test]
fn a_viewer_sees_and_is_told_what_it_takes_to_do_more() {
    let shop = Stack::get().shop("Roles Shop");
    shop.link(None);
    let viewer = shop.member("viewer");
    let browser = Browser::of_member(1280, 900);
    sign_in(&browser, &viewer);
    browser.open(&format!("{}#/links", address()));
    shown(&browser, "table.cards");
    assert!(!text(&browser).contains("New link"), "{}", text(&browser));
    browser.value("(location.hash = '#/developers/keys', true)");
    browser.wait_until("document.body.innerText.includes('This takes one of these roles')");
    viewer.get("/api/organization/api-keys/").told_off(403, "permission_denied");
    let owner = Browser::of_member(1280, 900);
    sign_in(&owner, &shop);
    owner.open(&format!("{}#/developers/keys", address()));
    press_button(&owner, "New key");
    owner.wait_until("document.querySelector('dialog[open] input') === document.activeElement");
    owner.press("Till".chars().chain([ENTER]));
    owner.wait_until("document.querySelector('.secret code')?.textContent.startsWith('plk_test_')");
    press_button(&owner, "I have saved it");
    owner.wait_until("!document.querySelector('dialog')");
    is_tidy(&owner);
}
