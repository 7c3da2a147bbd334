//! The page of the payments surface where tax is collected: what it asks, what it shows, and the
//! invoice after paying.

use super::*;
use crate::stack::Seller;

/// A German seller that uses the one-stop shop.
fn seller(name: &str) -> Seller {
    let seller = Stack::get().seller(name);
    let settings = json!({
        "seller": {
            "legalName": name,
            "address":
                {"line1": "Street 1", "city": "Berlin", "postalCode": "10115", "country": "DE"},
            "taxId": "DE136695976",
        },
        "collect": "registered",
        "registrations": [{"country": "DE"}, {"country": "DE", "scheme": "oss"}],
    });
    seller.call("PATCH", "/tax-settings").json(&settings).send().told();
    seller
}

fn opened(browser: &Browser, payment: &Value) {
    browser.open(payment["url"].as_str().unwrap());
    browser.wait_until("!document.getElementById('pay').disabled");
}

fn choose(browser: &Browser, country: &str) {
    let script = format!(
        "(() => {{ const s = document.getElementById('country'); s.value = '{country}'; \
         s.dispatchEvent(new Event('input', {{bubbles: true}})); \
         s.dispatchEvent(new Event('change', {{bubbles: true}})); return s.value; }})()"
    );
    assert_eq!(browser.value(&script), country);
}

fn total_is(browser: &Browser, total: &str) {
    browser.wait_until(&format!(
        "document.getElementById('pay-label').innerText.replace(/\\s/g, ' ').includes('{total}')"
    ));
}

fn fill_in(browser: &Browser) {
    for (id, typed) in [
        ("email", "ada@example.com"),
        ("number", "4242424242424242"),
        ("expiry", "1230"),
        ("cvc", "739"),
        ("name", "Ada Example"),
    ] {
        focus(browser, id);
        browser.press(typed.chars());
    }
}

/// Hard case 25, as a buyer sees it, and the invoice of what was paid.
#[test]
fn the_total_follows_the_country_and_the_payer_is_given_the_invoice() {
    let seller = seller("Page Tax GmbH");
    let payment = seller.payment();
    let browser = Browser::start(360, 800);
    opened(&browser, &payment);
    is_clean(&browser);
    assert!(text(&browser).contains("plus tax, if any"));
    browser.screenshot("tax-first");
    choose(&browser, "DE");
    total_is(&browser, "297.50");
    assert!(text(&browser).contains("VAT 19 % (DE)"), "{}", text(&browser));
    choose(&browser, "FR");
    total_is(&browser, "300.00");
    choose(&browser, "CH");
    total_is(&browser, "250.00");
    choose(&browser, "DE");
    total_is(&browser, "297.50");
    browser.screenshot("tax-country");
    fill_in(&browser);
    focus(&browser, "name");
    browser.press([ENTER]);
    browser.wait_for_view("success");
    assert!(text(&browser).contains("297.50"));
    // The page looks for half a minute; where the invoice takes longer, whoever comes back finds it.
    eventually("the invoice on the page", 300, || {
        let shown = browser.becomes(40, "!document.getElementById('invoice-row').hidden");
        if !shown {
            browser.reload();
        }
        shown.then_some(())
    });
    let number = browser.value("document.getElementById('invoice-number').textContent");
    assert_eq!(number, "INV-000001");
    browser.screenshot("tax-paid");
    let url = browser.value("document.getElementById('invoice-file').href");
    let leads = || Stack::get().call("GET", url.as_str().unwrap()).send().status;
    eventually("the file is there", 120, || (leads() == 302).then_some(()));
    is_clean(&browser);
    // A reload of the same tab finds it again; whoever else has the link sees only that it is paid.
    browser.reload();
    browser.wait_until("!document.getElementById('invoice-row').hidden");
    let other = Browser::start(360, 800);
    other.open(payment["url"].as_str().unwrap());
    other.wait_for_view("success");
    let status =
        "fetch(location.pathname + '/status').then(r => r.json()).then(b => window.told = b)";
    other.value(&format!("({status}, true)"));
    other.wait_until("window.told && window.told.status === 'succeeded'");
    assert_eq!(other.value("window.told.invoice"), Value::Null);
    assert_eq!(other.value("window.told.receipt"), Value::Null);
    assert_eq!(other.value("document.getElementById('invoice-row').hidden"), true);
    assert!(!text(&other).contains("INV-000001") && !text(&other).contains("ada@example.com"));
}

/// Hard case 27, as a buyer sees it.
#[test]
fn settings_that_change_meanwhile_change_the_amount_before_anything_is_charged() {
    let seller = seller("Changing Tax GmbH");
    let payment = seller.payment();
    let browser = Browser::start(1280, 900);
    opened(&browser, &payment);
    choose(&browser, "DE");
    total_is(&browser, "297.50");
    browser.screenshot("tax-wide");
    fill_in(&browser);
    let change = json!({"overrides": [{"taxCode": "digital", "country": "DE", "rate": "7"}]});
    seller.call("PATCH", "/tax-settings").json(&change).send().told();
    focus(&browser, "name");
    browser.press([ENTER]);
    browser.wait_until("!document.getElementById('summary').hidden");
    assert!(text(&browser).contains("The tax has changed. You have not been charged."));
    total_is(&browser, "267.50");
    browser.screenshot("tax-changed");
    assert_eq!(seller.read(&payment)["attempts"], 0, "nothing was tried");
    focus(&browser, "name");
    browser.press([ENTER]);
    browser.wait_for_view("success");
    let paid = seller.read(&payment);
    assert_eq!((&paid["amountTotal"], &paid["taxAmount"]), (&json!(26750), &json!(1750)));
}

#[test]
fn a_business_types_its_tax_id_and_a_wrong_one_is_an_error_at_its_field() {
    let seller = seller("Business Tax GmbH");
    let payment = seller.payment();
    let browser = Browser::start(320, 700);
    opened(&browser, &payment);
    assert_eq!(browser.value("document.documentElement.scrollWidth"), 320);
    choose(&browser, "FR");
    total_is(&browser, "300.00");
    browser.value("(document.getElementById('business').click(), true)");
    browser.wait_until("!document.getElementById('taxId-field').hidden");
    for (id, typed) in [
        ("company", "Acme SARL"),
        ("taxId", "FR40303265046"),
        ("line1", "1 rue de la Paix"),
        ("city", "Paris"),
    ] {
        focus(&browser, id);
        browser.press(typed.chars());
    }
    browser.press([TAB]);
    browser.wait_until("document.getElementById('taxId').getAttribute('aria-invalid') === 'true'");
    browser.screenshot("tax-business-error");
    assert_eq!(browser.value("document.documentElement.scrollWidth"), 320);
    browser.value("(document.getElementById('taxId').value = '', true)");
    focus(&browser, "taxId");
    browser.press("FR40303265045".chars());
    browser.press([TAB]);
    total_is(&browser, "250.00");
    assert!(text(&browser).contains("Reverse charge"), "{}", text(&browser));
    fill_in(&browser);
    browser.screenshot("tax-business");
    focus(&browser, "name");
    browser.press([ENTER]);
    browser.wait_for_view("success");
    browser.screenshot("tax-business-paid");
    let tax = seller.read(&payment)["tax"].clone();
    assert_eq!(
        (&tax["treatment"], &tax["taxId"]),
        (&json!("reverse_charge"), &json!("FR40303265045"))
    );
}
