//! The pages in other languages, as buyers see them: right to left, on the smallest phone and wide.

use super::*;
use crate::stack::Shop;
use shared::http::hosted::words::{self, Locale};

const LANGUAGES: [&str; 3] = ["de", "ar", "ja"];
const SIZES: [(u32, u32); 2] = [(320, 700), (1280, 900)];

fn address(uuid: &str) -> String {
    format!("{}/l/{uuid}", Stack::get().fact("BASE_URL"))
}

/// The page says its language, runs its way, fits, and has none of the English sentences.
fn speaks(browser: &Browser, locale: Locale, width: u32) {
    assert_eq!(browser.value("document.documentElement.lang"), locale.code());
    assert_eq!(browser.value("getComputedStyle(document.body).direction"), locale.dir());
    assert_eq!(browser.value("document.documentElement.scrollWidth"), width);
    let shown = text(browser);
    let (english, notice) = (words::pay(Locale::En), words::notice(Locale::En));
    let link = words::link(Locale::En);
    for sentence in [
        english.by_card,
        english.card_number,
        english.expiry,
        english.security_code,
        english.name_on_card,
        english.test_mode,
        english.payment_to,
        english.success_title,
        english.failed_title,
        english.unsure_title,
        notice.secure,
        link.go_on,
        link.details,
        link.buy_from,
        link.total,
        link.nothing_charged_yet,
        link.first_name,
    ] {
        assert!(!shown.contains(sentence), "{}: {sentence} in {shown}", locale.code());
    }
    // A placeholder that nobody filled in.
    assert!(!shown.contains('{') && !shown.contains('}'), "{shown}");
}

fn named(language: &str) -> Locale {
    Locale::named(language).unwrap()
}

fn fill_in_who_buys(browser: &Browser) {
    for (id, typed) in [
        ("billing_email", "ada@example.com"),
        ("billing_first_name", "Ada"),
        ("billing_last_name", "Example"),
    ] {
        focus(browser, id);
        browser.press(typed.chars());
    }
    browser.value(
        "(() => { const s = document.getElementById('billing_country'); s.value = 'FR'; \
         s.dispatchEvent(new Event('change', {bubbles: true})); return s.value; })()",
    );
}

/// From the link's page to a payment, in the language that the browser asks for.
#[test]
fn a_buyer_buys_in_german_arabic_and_japanese() {
    let shop = Stack::get().shop("Corner Shop of Languages");
    let uuid = shop.link(None);
    for language in LANGUAGES {
        let locale = named(language);
        for (width, height) in SIZES {
            let browser = Browser::start_in(language, width, height);
            browser.open(&address(&uuid));
            browser.wait_until("!document.getElementById('go').disabled");
            speaks(&browser, locale, width);
            browser.screenshot(&format!("link-{language}-{width}"));
            focus(&browser, "go");
            browser.press([ENTER]);
            browser.wait_until("!document.getElementById('summary').hidden");
            let problem = words::link_script(locale);
            let required = serde_json::from_str::<Value>(problem).unwrap()["required"].clone();
            assert!(text(&browser).contains(required.as_str().unwrap()));
            speaks(&browser, locale, width);
            browser.screenshot(&format!("link-{language}-{width}-mistakes"));
            fill_in_who_buys(&browser);
            focus(&browser, "go");
            browser.press([ENTER]);
            browser.wait_until("location.pathname.includes('/pay/')");
            browser.wait_until("!document.getElementById('pay').disabled");
            speaks(&browser, locale, width);
            browser.screenshot(&format!("pay-{language}-{width}"));
            focus(&browser, "number");
            // The bank says no: the sentence of the server's English answer, in the page's language.
            pay(&browser, ["4000000000000002", "1230", "739"]);
            browser.wait_until("!document.getElementById('summary').hidden");
            let declined = words::told(locale).declined;
            assert!(text(&browser).contains(declined), "{}", text(&browser));
            browser.screenshot(&format!("pay-{language}-{width}-declined"));
            browser.value("(document.getElementById('number').value = '', true)");
            focus(&browser, "number");
            pay(&browser, ["4242424242424242", "1230", "739"]);
            browser.wait_for_view("success");
            assert!(text(&browser).contains(words::pay(locale).success_title));
            speaks(&browser, locale, width);
            is_clean(&browser);
            browser.screenshot(&format!("pay-{language}-{width}-success"));
        }
    }
}

/// `1,234.50 US$` is longer than `$1,234.50`, by which the server chooses how large it is written.
#[test]
fn an_amount_stands_whole_on_one_line_in_every_language() {
    let tenant = Stack::get().merchant();
    let user = tenant.payer().user;
    for amount in ["1234.50", "9999.99"] {
        let link = tenant.link(&json!({"user_id": user, "amount": amount, "currency": "USD"}));
        for (width, height) in SIZES {
            let browser = Browser::start(width, height);
            for locale in Locale::ALL {
                browser.open(&format!("{}?lang={}", link.pay_url, locale.code()));
                browser.wait_until("!document.getElementById('pay').disabled");
                let cut = "[...document.querySelectorAll('.amount .money, #pay-label .money')]\
                           .filter(e => { const box = e.getBoundingClientRect(), \
                           around = e.closest('.panel, .button').getBoundingClientRect(); \
                           return box.left < around.left || box.right > around.right \
                           || box.height > 80; }).map(e => e.textContent)";
                assert_eq!(browser.value(cut), json!([]), "{} at {width}", locale.code());
            }
        }
    }
}

#[test]
fn the_address_may_name_a_language_and_it_is_kept_on_the_way_to_the_bank() {
    let link = Stack::get().merchant().new_link();
    let browser = Browser::start_in("de", 360, 800);
    browser.open(&format!("{}?lang=ar", link.pay_url));
    browser.wait_until("!document.getElementById('pay').disabled");
    speaks(&browser, Locale::Ar, 360);
    focus(&browser, "number");
    pay(&browser, ["4000000000003220", "1230", "739"]);
    browser.wait_for_view("challenge");
    browser.enter_frame("#challenge");
    browser.wait_until("document.getElementById('approve')?.disabled === false");
    assert_eq!(browser.value("document.documentElement.lang"), "ar");
    assert!(text(&browser).contains(words::bank(Locale::Ar).ask));
    browser.screenshot("challenge-ar");
    focus(&browser, "approve");
    browser.press([ENTER]);
    browser.leave_frames();
    browser.wait_for_view("success");
    speaks(&browser, Locale::Ar, 360);
}

#[test]
fn a_link_that_is_over_and_one_that_never_was_say_so_in_every_language() {
    let shop = Stack::get().shop("Shop of the Past");
    let sold = shop.link(Some(1));
    shop.page(&shop.start(&sold, &Shop::buyer()).shown(201)).pay("4242424242424242");
    let base = Stack::get().fact("BASE_URL");
    for locale in Locale::ALL {
        let said = |url: String| {
            let call = Stack::get().call("GET", &url);
            call.header("accept-language", &format!("{}-XX, en;q=0.5", locale.code())).send().body
        };
        let open = format!("<html lang=\"{}\" dir=\"{}\">", locale.code(), locale.dir());
        let over = said(address(&sold));
        assert!(over.contains(&open) && over.contains(words::link(locale).exhausted), "{over}");
        let unknown = said(format!("{base}/pay/nothing"));
        assert!(unknown.contains(&open), "{unknown}");
        assert!(unknown.contains(words::notice(locale).unknown_title), "{unknown}");
    }
}
