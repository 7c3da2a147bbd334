use super::*;
use crate::{
    model::customer::MerchantAccountStatus,
    store::tests::{golden, id, now, put, scope},
};

#[test]
fn a_customer_and_the_claim_on_the_address_are_kept_like_this() {
    let account = MerchantAccount {
        id: id(3),
        status: MerchantAccountStatus::Approved,
        descriptor: "CORNER SHOP".into(),
        processor: "simulator".into(),
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
