use super::*;
use crate::{
    model::{
        address::Address,
        customer::{MerchantAccountStatus, Profile},
        metadata::Metadata,
        tax::Exemption,
    },
    store::tests::{golden, id, now, put, scope},
};

#[test]
fn a_customer_and_the_claim_on_the_address_are_kept_like_this() {
    let account = MerchantAccount {
        id: id(3),
        status: MerchantAccountStatus::Approved,
        descriptor: "CORNER SHOP".into(),
        processor: "simulator".into(),
        connected: None,
        created_at: now(),
    };
    let customer = Customer::new(id(2), scope(), "Ada Lovelace".into(), "ada@example.com".into());
    let customer = Customer { merchant_accounts: vec![account], ..customer };
    let [record, claim] = insert(&customer);
    golden(
        put(&record),
        r#"
accts[0].crt=1795255200250
accts[0].desc="CORNER SHOP"
accts[0].id="01a1fd8c-69fa-7303-8303-030303030303"
accts[0].proc="simulator"
accts[0].st="approved"
email="ada@example.com"
name="Ada Lovelace"
pk="customer#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
sk="01a1fd8c-69fa-7202-8202-020202020202"
v=1
6 attributes"#,
    );
    golden(
        put(&claim),
        r#"
cust="01a1fd8c-69fa-7202-8202-020202020202"
pk="customer_email#01a1fd8c-69fa-7101-8101-010101010101#test#ada@example.com"
sk="email"
v=1
4 attributes"#,
    );
    assert_eq!(from_item(scope(), put(&record)), Ok(customer));
}

fn kept() -> Customer {
    let address = Address {
        line1: "Example Street 1".into(),
        line2: Some("3rd floor".into()),
        city: "Berlin".into(),
        state: None,
        postal_code: "10115".into(),
        country: "DE".parse().unwrap(),
        region: Some("BE".into()),
    };
    let profile = Profile {
        own_id: Some("user_123".into()),
        tax_document: Some("DE136695976".into()),
        address: Some(address),
        timezone: Some("Europe/Berlin".into()),
        exemption: Exemption::Exempt,
        exemption_reason: Some("Diplomat".into()),
        metadata: Metadata::new(r#"{"a":1.0}"#).ok(),
        default_method: Some(id(4)),
    };
    let new = Customer::new(id(2), scope(), String::new(), "ada@example.com".into());
    let idempotency_key = Some("key-1".into());
    Customer { surface: Surface::Payments, profile, idempotency_key, ..new }.announced()
}

#[test]
fn a_customer_of_the_payments_surface_is_kept_like_this() {
    let next = kept().changed(|next| next.name = "Ada".into(), now().plus_seconds(9)).unwrap();
    let writes = insert_kept(&kept(), Some("0#key-1"));
    assert_eq!(writes.len(), 3);
    let record = replace(&next);
    let Write::Replace { item, version: 1 } = &record else { panic!() };
    golden(
        item,
        r#"
accts=[]
addr.city="Berlin"
addr.ctry="DE"
addr.l1="Example Street 1"
addr.l2="3rd floor"
addr.post="10115"
addr.reg="BE"
dm="01a1fd8c-69fa-7404-8404-040404040404"
email="ada@example.com"
ex="exempt"
exr="Diplomat"
gsi1pk="customer#01a1fd8c-69fa-7101-8101-010101010101#test#email#ada@example.com"
gsi1sk="01a1fd8c-69fa-7202-8202-020202020202"
history[0].at=1795255200250
history[0].kept.addr.city="Berlin"
history[0].kept.addr.ctry="DE"
history[0].kept.addr.l1="Example Street 1"
history[0].kept.addr.l2="3rd floor"
history[0].kept.addr.post="10115"
history[0].kept.addr.reg="BE"
history[0].kept.dm="01a1fd8c-69fa-7404-8404-040404040404"
history[0].kept.email="ada@example.com"
history[0].kept.ex="exempt"
history[0].kept.exr="Diplomat"
history[0].kept.meta="{\"a\":1.0}"
history[0].kept.name=""
history[0].kept.own="user_123"
history[0].kept.taxd="DE136695976"
history[0].kept.tz="Europe/Berlin"
history[0].t="customer.created"
history[1].at=1795255209250
history[1].t="customer.updated"
idem="key-1"
meta="{\"a\":1.0}"
name="Ada"
outbox="1"
own="user_123"
pk="customer#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
sfc="payments"
sk="01a1fd8c-69fa-7202-8202-020202020202"
taxd="DE136695976"
tz="Europe/Berlin"
upd=1795255209250
v=2
21 attributes"#,
    );
    assert_eq!(from_item(scope(), item), Ok(next));
    assert_eq!(from_item(scope(), put(&writes[0])), Ok(kept()));
}
