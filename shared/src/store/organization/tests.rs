use super::*;
use crate::store::tests::{golden, now, scope};

#[test]
fn settings_are_kept_like_this() {
    let usd = |minor| Money::from_minor(minor, Currency::USD);
    let text = |text: &str| Some(text.to_owned());
    let organization = Organization {
        website: text("https://shop.example"),
        contact_email: text("shop@example.com"),
        telegram: text("shop"),
        pricing_mode: "TAX_INCLUSIVE".parse().unwrap(),
        limits: [(Currency::USD, PaymentLimits { min: usd(50), max: usd(90_000) })].into(),
        max_links: Some(9_000),
        timezone: "Europe/Berlin".into(),
        locale: "de".into(),
        support: Support { email: text("help@shop.example"), phone: None, url: None },
        branding: Branding { panel_color: text("#112233"), ..Branding::default() },
        messages: Messages { exhausted: text("Sold out.\nSee you."), ..Messages::default() },
        redirect_origins: vec!["https://shop.example".parse().unwrap()],
        ad_hoc_lines: false,
        invoice: true,
        require_totp: Some(true),
        staff_refund_limit: [(Currency::USD, usd(10_000))].into(),
        version: 1,
        ..Organization::unset(scope(), now())
    };
    let Write::Insert(item) = put(&organization) else { panic!("the first is an insert") };
    golden(
        &item,
        r##"
cur="USD"
help.mail="help@shop.example"
inv=true
limits.USD.max=90000
limits.USD.min=50
lines=false
loc="de"
look.panel="#112233"
mail="shop@example.com"
mode="TAX_INCLUSIVE"
most=9000
pk="tenant#01a1fd8c-69fa-7101-8101-010101010101#test"
refund.USD=10000
say.full="Sold out.\nSee you."
sk="organization"
tele="shop"
to[0]="https://shop.example"
totp=true
upd=1795255200250
v=1
web="https://shop.example"
zone="Europe/Berlin"
21 attributes"##,
    );
    assert_eq!(from_item(scope(), now(), Some(&item)), Ok(organization));
}

#[test]
fn what_was_never_set_is_the_default() {
    let unset = Organization::unset(scope(), now());
    assert_eq!(from_item(scope(), now(), None), Ok(unset.clone()));
    let once = Organization { version: 1, ..unset };
    assert_eq!(from_item(scope(), now(), Some(&to_item(&once))), Ok(once));
}
