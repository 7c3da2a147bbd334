use super::*;
use crate::{
    model::card::CardSummary,
    store::tests::{golden, id, now, scope},
};

#[test]
fn a_saved_card_is_kept_like_this() {
    let card = CardSummary {
        brand: "visa".into(),
        last4: "4242".into(),
        exp_month: 12,
        exp_year: 2030,
        fingerprint: "q1w2e3r4t5z6u7i8o9p0aa".into(),
    };
    let vault = ("simulator".to_owned(), "pm_1".to_owned());
    let method = PaymentMethod::saved(id(7), (scope(), id(2)), card, vault, now());
    let item = to_item(&method);
    golden(
        &item,
        r#"
card.brand="visa"
card.em=12
card.ey=2030
card.fp="q1w2e3r4t5z6u7i8o9p0aa"
card.last4="4242"
crt=1795255200250
cust="01a1fd8c-69fa-7202-8202-020202020202"
history[0].at=1795255200250
history[0].t="card.added"
outbox="1"
pk="method#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
proc="simulator"
sk="01a1fd8c-69fa-7707-8707-070707070707"
tok="pm_1"
v=1
10 attributes"#,
    );
    assert_eq!(from_item(scope(), &item), Ok(method));
}
