use super::*;
use crate::{
    model::{
        bank::{AccountType, BankSummary},
        secret::ProcessorToken,
    },
    store::tests::{golden, id, now, put, scope},
};

fn destination(kind: DestinationKind) -> Destination {
    Destination {
        id: id(7),
        scope: scope(),
        customer: id(2),
        payee: id(9),
        kind,
        label: None,
        created_at: now(),
        version: 1,
    }
}

#[test]
fn a_bank_account_of_a_payee_is_kept_like_this() {
    let summary = BankSummary {
        routing_number: "110000000".into(),
        last4: "6789".into(),
        account_type: AccountType::Checking,
        holder_name: "Bo Builder".into(),
        fingerprint: "0011223344556677".into(),
    };
    let (token, processor) = (ProcessorToken::new("ba_1".to_owned()), "simulator".to_owned());
    let bank = DestinationKind::Bank { token, processor, summary };
    let destination = Destination { label: Some("Rent".into()), ..destination(bank) };
    let write = insert(&destination);
    golden(
        put(&write),
        r#"
bank.bank="110000000"
bank.fp="0011223344556677"
bank.last4="6789"
bank.name="Bo Builder"
bank.type="checking"
label="Rent"
payee="01a1fd8c-69fa-7909-8909-090909090909"
pk="destination#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
proc="simulator"
sk="01a1fd8c-69fa-7707-8707-070707070707"
tok="ba_1"
v=1
8 attributes"#,
    );
    assert_eq!(from_item(scope(), id(2), put(&write)), Ok(destination));
}

#[test]
fn an_address_of_a_payee_is_kept_like_this() {
    let email = DestinationKind::Email { address: "bo@example.com".into() };
    let destination = destination(email);
    let write = insert(&destination);
    golden(
        put(&write),
        r#"
email="bo@example.com"
payee="01a1fd8c-69fa-7909-8909-090909090909"
pk="destination#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
sk="01a1fd8c-69fa-7707-8707-070707070707"
v=1
5 attributes"#,
    );
    assert_eq!(from_item(scope(), id(2), put(&write)), Ok(destination));
}
