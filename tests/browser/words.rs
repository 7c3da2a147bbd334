//! How the page looks and reads: on small screens, to translators, in other languages, in frames that
//! cut it off.

use super::{link_in_shop, open, text};
use crate::{
    browser::driver::Browser,
    stack::{Link, Stack},
};
use serde_json::json;

fn link_over(amount: &str, currency: &str) -> Link {
    let tenant = Stack::get().merchant();
    let user = tenant.payer().user;
    tenant.link(&json!({"user_id": user, "amount": amount, "currency": currency}))
}

/// How many visible elements take more than one line.
fn broken(browser: &Browser, css: &str) -> serde_json::Value {
    browser.value(&format!(
        "[...document.querySelectorAll('{css}')].filter((element) => {{ \
         const range = document.createRange(); range.selectNodeContents(element); \
         const tops = [...range.getClientRects()].map((box) => Math.round(box.bottom)); \
         return Math.max(...tops) - Math.min(...tops) > 8; }}).length"
    ))
}

#[test]
fn words_and_numbers_stay_whole_on_the_smallest_phone() {
    for (amount, currency) in
        [("9999.99", "USD"), ("9007199254740.991", "KWD"), ("9007199254740991", "JPY")]
    {
        let browser = Browser::start(320, 700);
        open(&browser, &link_over(amount, currency));
        assert_eq!(broken(&browser, ".money"), 0, "{amount} {currency}");
        assert_eq!(browser.value("document.documentElement.scrollWidth <= innerWidth"), true);
        let inside = "[...document.querySelectorAll('.money')].filter(e => e.offsetParent)\
                      .every(e => e.getBoundingClientRect().right <= innerWidth)";
        assert_eq!(browser.value(inside), true, "{amount} {currency} is cut off");
        browser.screenshot(&format!("phone-{currency}"));
    }
    let link = link_over("12.50", "USD");
    assert_eq!(link.pay("4000000000003220")["status"], "requires_action");
    let browser = Browser::start(320, 700);
    browser.open(&link.pay_url);
    browser.wait_for_view("challenge");
    let mains = "document.querySelectorAll('main, [role=main]').length";
    assert_eq!(browser.value(mains), 1);
    let name = "document.getElementById(document.querySelector('main')\
                .getAttribute('aria-labelledby')).textContent.includes('Corner Shop')";
    assert_eq!(browser.value(name), true);
    browser.enter_frame("#challenge");
    browser.wait_until("document.getElementById('approve')?.disabled === false");
    assert_eq!(broken(&browser, ".choices button"), 0, "a word of a button is broken");
    assert_eq!(browser.value(mains), 0, "a second main part");
    browser.screenshot("phone-challenge");
}

#[test]
fn amounts_are_written_in_the_buyers_language_and_no_number_reads_as_another() {
    let links = [("1234.50", "USD"), ("1.500", "KWD"), ("1500", "JPY")]
        .map(|(amount, currency)| link_over(amount, currency));
    for (language, shown) in [
        ("en-US", ["$1,234.50", "KWD\u{a0}1.500", "¥1\u{202f}500"]),
        ("de", ["1.234,50\u{a0}$", "1,500\u{a0}KWD", "1\u{202f}500\u{a0}¥"]),
        ("fr", ["1\u{202f}234,50\u{a0}$US", "1,500\u{a0}KWD", "1\u{202f}500\u{a0}JPY"]),
    ] {
        let browser = Browser::start_in(language, 1000, 1000);
        for (link, money) in links.iter().zip(shown) {
            open(&browser, link);
            let sums =
                browser.value("[...document.querySelectorAll('.money')].map(e => e.textContent)");
            for sum in sums.as_array().unwrap() {
                assert_eq!(sum, money, "{language}");
            }
            assert!(browser.value("document.title").as_str().unwrap().contains(money));
        }
    }
    let browser = Browser::start_in("de", 1000, 1000);
    open(&browser, &links[1]);
    assert!(text(&browser).contains("(1 Dinar und 500 Fils)"), "{}", text(&browser));
}

#[test]
fn facts_are_not_for_translators() {
    let browser = Browser::start(1000, 1000);
    let link = link_over("12.50", "USD");
    link.pay("4242424242424242");
    browser.open(&link.pay_url);
    browser.wait_for_view("success");
    let open_to_translators = "(() => { const walk = document.createTreeWalker(document.body, \
         NodeFilter.SHOW_TEXT, (node) => /Corner Shop|12\\.50|4242|[0-9a-f]{8}-/.test(node.data) \
         && !node.parentElement.closest('script, style') ? 1 : 2); \
         const found = []; while (walk.nextNode()) if (walk.currentNode.parentElement.translate) \
         found.push(walk.currentNode.data); return found; })()";
    assert_eq!(browser.value(open_to_translators), json!([]));
}

#[test]
fn a_frame_that_cuts_the_page_off_is_named_and_says_what_to_do() {
    let (link, shop) = link_in_shop(&Stack::get().demo());
    let browser = Browser::start(1000, 1100);
    let frame = |browser: &Browser, sandbox: &str| {
        browser.open(&shop);
        // Another frame in its place: whoever looks into it never sees the page that was there.
        browser.value(&format!(
            "(() => {{ const frame = document.getElementById('pay'), cut = frame.cloneNode(); \
             cut.sandbox = '{sandbox}'; frame.replaceWith(cut); return true; }})()"
        ));
        browser.enter_frame("#pay");
    };
    frame(&browser, "allow-scripts allow-forms");
    browser.wait_for_view("embedded");
    let shown = text(&browser);
    for words in ["embedded in a way", "tab of its own", "allow-same-origin", &link.pay_url] {
        assert!(shown.contains(words), "{words} is not shown: {shown}");
    }
    browser.screenshot("embedded");
    // Without `allow-forms` browsers swallow the submit of a form, but not the click on its button.
    frame(&browser, "allow-scripts allow-same-origin");
    browser.wait_until("!document.getElementById('pay').disabled");
    super::focus(&browser, "number");
    super::pay(&browser, ["4242424242424242", "1230", "739"]);
    browser.wait_for_view("success");
}
