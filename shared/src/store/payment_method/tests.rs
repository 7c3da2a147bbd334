use super::*;
use crate::{
    model::{
        bank::{AccountType, BankSummary},
        card::CardSummary,
        payment_method::{MethodOwner, VaultPlace},
        secret::ProcessorToken,
    },
    store::tests::{golden, id, now, put, scope},
};

fn owner() -> MethodOwner {
    MethodOwner { scope: scope(), customer: id(2) }
}

fn vault(token: &str) -> VaultPlace {
    VaultPlace { processor: "simulator".to_owned(), token: ProcessorToken::new(token.to_owned()) }
}

#[test]
fn a_saved_card_is_kept_like_this() {
    let card = CardSummary {
        brand: "visa".into(),
        last4: "4242".into(),
        exp_month: 12,
        exp_year: 2030,
        fingerprint: "q1w2e3r4t5z6u7i8o9p0aa".into(),
        country: None,
    };
    let vault = vault("pm_1");
    let method = PaymentMethod::saved(id(7), owner(), card, vault, now());
    let writes = insert(&method);
    assert_eq!(writes.len(), 1);
    let item = put(&writes[0]);
    golden(
        item,
        r#"
card.brand="visa"
card.em=12
card.ey=2030
card.fp="q1w2e3r4t5z6u7i8o9p0aa"
card.last4="4242"
crt=1795255200250
cust="01a1fd8c-69fa-7202-8202-020202020202"
gsi1pk="method#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
gsi1sk="01a1fd8c-69fa-7707-8707-070707070707"
history[0].at=1795255200250
history[0].t="card.added"
outbox="1"
pk="method#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
proc="simulator"
sk="01a1fd8c-69fa-7707-8707-070707070707"
tok="pm_1"
v=1
12 attributes"#,
    );
    assert_eq!(from_item(scope(), item), Ok(method.clone()));
    assert_eq!(remove(&method).len(), 1);
}

#[test]
fn a_saved_bank_account_is_kept_like_this_with_a_pointer_and_without_events() {
    let account = BankSummary {
        routing_number: "110000000".into(),
        last4: "6789".into(),
        account_type: AccountType::Savings,
        holder_name: "Ada Example".into(),
        fingerprint: "0011223344556677".into(),
    };
    let vault = vault("ba_1");
    let method = PaymentMethod::bank(id(7), owner(), account, vault, now());
    let writes = insert(&method);
    golden(
        put(&writes[0]),
        r#"
bank.bank="110000000"
bank.fp="0011223344556677"
bank.last4="6789"
bank.name="Ada Example"
bank.type="savings"
crt=1795255200250
cust="01a1fd8c-69fa-7202-8202-020202020202"
gsi1pk="method#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
gsi1sk="01a1fd8c-69fa-7707-8707-070707070707"
pk="method#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
proc="simulator"
sk="01a1fd8c-69fa-7707-8707-070707070707"
tok="ba_1"
v=1
10 attributes"#,
    );
    assert_eq!(from_item(scope(), put(&writes[0])), Ok(method.clone()));
    golden(
        put(&writes[1]),
        r#"
cust="01a1fd8c-69fa-7202-8202-020202020202"
pk="bank_method#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7707-8707-070707070707"
sk="customer"
v=1
4 attributes"#,
    );
    assert_eq!(remove(&method).len(), writes.len());
}

#[test]
fn a_card_keeps_what_was_agreed_to_and_its_version() {
    let card = CardSummary {
        brand: "visa".into(),
        last4: "4242".into(),
        exp_month: 12,
        exp_year: 2030,
        fingerprint: "f".into(),
        country: None,
    };
    let vault = vault("pm_1");
    let consent = Consent {
        version: 1,
        language: "en".into(),
        at: now(),
        payment: id(4),
        charge: "ch_1".into(),
    };
    let first = PaymentMethod {
        surface: Surface::Payments,
        customer_own_id: Some("user 1".into()),
        consent: Some(consent.clone()),
        ..PaymentMethod::saved(id(7), owner(), card, vault, now())
    };
    assert_eq!(from_item(scope(), put(&super::put(&first))), Ok(first.clone()));
    let newer = PaymentMethod {
        token: ProcessorToken::new("pm_2".into()),
        consent: Some(Consent { charge: "ch_2".into(), ..consent }),
        created_at: now().plus_seconds(9),
        ..first.clone()
    };
    let again = first.saved_again(&newer);
    assert_eq!((again.version, again.token.reveal(), again.created_at), (2, "pm_2", now()));
    let Write::Replace { item, version: 1 } = super::put(&again) else { panic!() };
    assert_eq!(from_item(scope(), &item), Ok(again));
}
