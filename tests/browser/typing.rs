//! What buyers, browsers and input methods write into the form.

use super::{focus, open, pay, text, value_of};
use crate::{
    browser::driver::{Browser, TAB},
    stack::Stack,
};
use serde_json::json;

#[test]
fn digits_of_every_script_and_dates_with_the_year_first_pay() {
    for card in [
        ["٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", "٢٠٣٠-١٢", "٧٣٩"],
        ["۴۲۴۲ ۴۲۴۲ ۴۲۴۲ ۴۲۴۲", "۱۲۳۰", "۷۳۹"],
        ["४२४२४२४२४२४२४२४२", "१२/३०", "७३९"],
        ["4242-4242-4242-4242", "203012", "739"],
    ] {
        let link = Stack::get().merchant().new_link();
        let browser = Browser::start(1000, 1000);
        open(&browser, &link);
        pay(&browser, card);
        browser.wait_for_view("success");
        assert!(text(&browser).contains("Visa ending in 4242"), "{card:?}");
    }
}

#[test]
fn a_date_that_was_filled_in_before_the_script_ran_is_understood() {
    let link = Stack::get().merchant().new_link();
    for filled in ["1230", "2030-12", "203012", "12/2030"] {
        let browser = Browser::start(1000, 1000);
        browser.before_scripts(&format!(
            "new MutationObserver(() => {{ const field = document.getElementById('expiry'); \
             if (field && !field.value) field.value = '{filled}'; }})\
             .observe(document, {{ childList: true, subtree: true }})"
        ));
        open(&browser, &link);
        assert_eq!(value_of(&browser, "expiry"), "12 / 30", "{filled}");
    }
}

#[test]
fn the_form_keeps_what_it_does_not_know_and_says_so() {
    let link = Stack::get().merchant().new_link();
    let browser = Browser::start(1000, 1000);
    open(&browser, &link);
    let typed = [("number", "4242what"), ("expiry", "Dez 30"), ("cvc", "73a")];
    for (_, text) in typed {
        browser.press(text.chars().chain([TAB]));
    }
    let long = "x".repeat(130);
    browser.press(long.chars().chain([TAB]));
    for (id, text) in typed.into_iter().chain([("name", long.as_str())]) {
        assert_eq!(value_of(&browser, id), text);
    }
    for (id, error) in [
        ("number", "Enter the card number in digits only."),
        ("expiry", "Enter the date as month and year."),
        ("cvc", "The security code has 3 digits."),
    ] {
        let shown = browser.value(&format!("document.getElementById('{id}-error').textContent"));
        assert_eq!(shown, error);
    }
    // The last error was said when its field was left.
    let said = browser.value("document.getElementById('live').textContent");
    assert_eq!(said, "Security code: The security code has 3 digits.");
}

#[test]
fn an_input_method_composes_in_peace() {
    let link = Stack::get().merchant().new_link();
    let browser = Browser::start(1000, 1000);
    for (id, committed, shown) in [
        ("number", "42424242", "4242 4242"),
        ("number", "４２４２４", "4242 4"),
        ("expiry", "1230", "12 / 30"),
        ("cvc", "739", "739"),
    ] {
        open(&browser, &link);
        focus(&browser, id);
        for (end, last) in committed.char_indices() {
            let part = committed.get(..end + last.len_utf8()).unwrap();
            browser.compose(part);
            assert_eq!(value_of(&browser, id), part, "changed while composing");
        }
        browser.commit(committed);
        let written = format!("document.getElementById('{id}').value === {}", json!(shown));
        browser.wait_until(&written);
    }
}

#[test]
fn a_card_is_good_until_its_month_is_over_everywhere() {
    let link = Stack::get().merchant().new_link();
    for (now, error) in [
        ("2030-12-01T00:00:05Z", ""),
        ("2030-12-01T11:49:00Z", ""),
        ("2030-12-01T12:00:00Z", "This card has expired."),
    ] {
        let browser = Browser::start(1000, 1000);
        browser.before_scripts(&format!(
            "(() => {{ const parse = JSON.parse; JSON.parse = (text) => {{ \
             const data = parse(text), now = Date.parse('{now}'); \
             if (data && data.now_ms) {{ data.expires_at_ms = now + 600e3; data.now_ms = now; }} \
             return data; }}; }})()"
        ));
        open(&browser, &link);
        focus(&browser, "expiry");
        browser.press("1130".chars().chain([TAB]));
        let shown = browser.value("document.getElementById('expiry-error').textContent");
        assert_eq!(shown, error, "{now}");
    }
}
