//! How a buyer agrees on the page that the card is saved: told, asked, or not at all.

use super::{driver::Browser, focus, open, text, type_card};
use crate::{
    browser::driver::{ENTER, SPACE},
    stack::Stack,
};
use serde_json::json;

const SAYS: &str = "Your card is saved so that Consent Seller can charge it for purchases you agree \
                    to. Ask Consent Seller to remove it at any time.";

#[test]
fn the_page_tells_asks_or_keeps_quiet_about_saving_the_card() {
    let seller = Stack::get().seller("Consent Seller");
    let customer = seller.post("/customers", &json!({"email": "ada@example.com"})).made();
    for (setting, says, box_shown, ticks, saved) in [
        ("never", false, false, false, 0),
        ("ask", true, true, false, 0),
        ("ask", true, true, true, 1),
        ("always", true, false, false, 1),
    ] {
        seller.call("PATCH", "/tax-settings").json(&json!({"saveCard": setting})).send().told();
        let asked = json!({"amount": 1000, "currency": "usd", "description": "First",
            "customerId": customer["id"]});
        let link = seller.page(&seller.post("/payments", &asked).made());
        let browser = Browser::start(390, 844);
        open(&browser, &link);
        assert_eq!(text(&browser).contains(SAYS), says, "{setting}");
        let shown = "document.getElementById('save').offsetParent !== null";
        assert_eq!(browser.value(shown), box_shown, "{setting}");
        let ticked = browser.value("document.getElementById('save').checked");
        assert_eq!(ticked, setting == "always", "nobody ticks a box for the buyer");
        browser.screenshot(&format!("consent-{setting}"));
        type_card(&browser, ["4242424242424242", "1230", "739"]);
        if ticks {
            focus(&browser, "save");
            browser.press([SPACE]);
        }
        focus(&browser, "postal_code");
        browser.press([ENTER]);
        browser.wait_for_view("success");
        let path = format!("/customers/{}/payment-methods", customer["id"].as_str().unwrap());
        let kept = seller.get(&path).told();
        assert_eq!(kept.as_array().unwrap().len(), saved, "{setting}, {ticks}");
        assert_eq!(browser.complaints(), [""; 0], "{setting}");
    }
}
