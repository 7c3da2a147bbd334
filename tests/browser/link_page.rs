//! The page of a shared link, from what is sold to a payment.

use super::{
    driver::{END, UP},
    *,
};
use crate::stack::Shop;

fn address(uuid: &str) -> String {
    format!("{}/l/{uuid}", Stack::get().fact("BASE_URL"))
}

fn opened(browser: &Browser, uuid: &str) {
    browser.open(&address(uuid));
    browser.wait_until("!document.getElementById('go').disabled");
}

fn fill_in(browser: &Browser) {
    for (id, text) in [
        ("billing_email", "ada@example.com"),
        ("billing_first_name", "Ada"),
        ("billing_last_name", "Example"),
    ] {
        focus(browser, id);
        browser.press(text.chars());
    }
    // By arrows: a list takes letters for one word only where they come fast.
    focus(browser, "billing_country");
    let after = browser.value(
        "(() => { const all = [...document.getElementById('billing_country').options]; \
         return all.length - 1 - all.findIndex((one) => one.textContent === 'United States'); })()",
    );
    browser.press([END].into_iter().chain((0..after.as_u64().unwrap()).map(|_| UP)));
    assert_eq!(value_of(browser, "billing_country"), "US");
    focus(browser, "billing_postal_code");
    browser.press("10001".chars());
}

#[test]
fn a_buyer_chooses_types_and_pays_with_the_keyboard() {
    let shop = Stack::get().shop("Keyboard Shop");
    let uuid = shop.link(Some(3));
    let browser = Browser::start(360, 800);
    opened(&browser, &uuid);
    is_clean(&browser);
    // The Tab key selects what is in the field.
    focus(&browser, "q0");
    browser.value("(document.getElementById('q0').select(), true)");
    browser.press(['2', TAB]);
    browser.wait_until("document.getElementById('sum').textContent === '$240.00'");
    // Nothing typed: every field is named, and the first thing read is the summary.
    focus(&browser, "go");
    browser.press([ENTER]);
    assert_eq!(browser.value("document.activeElement.id"), "summary");
    assert!(text(&browser).contains("E-mail address: Please fill in this field."));
    browser.screenshot("link-errors");
    fill_in(&browser);
    focus(&browser, "go");
    browser.press([ENTER]);
    browser.wait_until("location.pathname.includes('/pay/')");
    browser.wait_until("!document.getElementById('pay').disabled");
    assert!(text(&browser).contains("$240.00") && text(&browser).contains("2 x Workshop seat"));
    focus(&browser, "number");
    pay(&browser, ["4242424242424242", "1230", "739"]);
    browser.wait_for_view("success");
    // Back on the link's page the buyer reads that it is paid.
    browser.value("(history.back(), true)");
    browser.wait_until("document.getElementById('back')?.hidden === false");
    assert!(text(&browser).contains("You have paid already"));
    assert_eq!(value_of(&browser, "billing_email"), "ada@example.com");
    assert_eq!(browser.value("localStorage.length + sessionStorage.length"), 0);
}

#[test]
fn the_page_of_a_link_fits_every_screen() {
    let shop = Stack::get().shop("Fitting Shop With A Long Name For Small Screens");
    let (open, sold) = (shop.link(None), shop.link(Some(1)));
    shop.page(&shop.start(&sold, &Shop::buyer()).shown(201)).pay("4242424242424242");
    for (width, height) in [(320, 640), (360, 740), (1280, 900)] {
        let browser = Browser::start(width, height);
        opened(&browser, &open);
        browser.screenshot(&format!("link-{width}"));
        assert_eq!(browser.value("document.documentElement.scrollWidth"), width);
        is_clean(&browser);
        browser.open(&address(&sold));
        browser.screenshot(&format!("link-over-{width}"));
        assert_eq!(browser.value("document.documentElement.scrollWidth"), width);
    }
}
