//! Stripe on buyers' pages: its Payment Element takes the card, and its script shows the bank's check.
//!
//! The Payment Element and not the Card Element: Stripe puts wallets (Apple Pay, Google Pay) beside the
//! card by itself where device and account have them, and shows fields that a country needs. It begins
//! without a payment (`mode: "payment"`) and ends in a `pm_...`, which is all that the charge takes.

use super::api::API_BASE;
use crate::processor::PageFields;

/// Where Stripe's script and its frames are.
const SCRIPTS: &str = "https://js.stripe.com";

/// The script of the version of the API that is asked: both have the same name.
const SCRIPT: &str = "/dahlia/stripe.js";

/// What a page loads and allows, by <https://docs.stripe.com/security/guide#content-security-policy>.
/// Where a stand-in has Stripe's place, which is on this machine only, it serves the script as well.
pub fn fields(base: &str) -> PageFields {
    if base != API_BASE {
        return PageFields {
            script: format!("{base}{SCRIPT}"),
            script_src: base.to_owned(),
            frame_src: base.to_owned(),
            connect_src: base.to_owned(),
            payment: format!("\"{base}\""),
        };
    }
    PageFields {
        script: format!("{SCRIPTS}{SCRIPT}"),
        script_src: format!("{SCRIPTS} https://*.js.stripe.com"),
        frame_src: format!("{SCRIPTS} https://*.js.stripe.com https://hooks.stripe.com"),
        connect_src: API_BASE.to_owned(),
        payment: format!("\"{SCRIPTS}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processor::stripe::api::API_VERSION;

    #[test]
    fn the_script_is_stripes_and_of_the_version_that_is_asked() {
        let page = fields(API_BASE);
        assert!(page.script.starts_with("https://js.stripe.com/"), "{}", page.script);
        let name = API_VERSION.split('.').nth(1).unwrap();
        assert_eq!(page.script, format!("{SCRIPTS}/{name}/stripe.js"));
    }

    #[test]
    fn a_stand_in_serves_the_script_as_well() {
        let local = fields("http://127.0.0.1:4571");
        assert_eq!(local.script, "http://127.0.0.1:4571/dahlia/stripe.js");
        assert_eq!(local.script_src, "http://127.0.0.1:4571");
    }
}
