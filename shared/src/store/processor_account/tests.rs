use super::*;
use crate::{
    model::customer::{MerchantAccount, MerchantAccountStatus},
    store::tests::{golden, id, now, scope},
};

#[test]
fn a_tenants_merchant_accounts_are_kept_like_this() {
    let account = MerchantAccount {
        id: id(3),
        status: MerchantAccountStatus::Approved,
        descriptor: "CORNER SHOP".into(),
        processor: "simulator".into(),
        connected: None,
        created_at: now(),
    };
    let accounts = TenantAccounts::none(scope()).with_account(account).unwrap();
    let Write::Insert(item) = put(&accounts) else { panic!("the first is an insert") };
    golden(
        &item,
        r#"
accts[0].crt=1795255200250
accts[0].desc="CORNER SHOP"
accts[0].id="01a1fd8c-69fa-7303-8303-030303030303"
accts[0].proc="simulator"
accts[0].st="approved"
pk="tenant#01a1fd8c-69fa-7101-8101-010101010101#test"
sk="accounts"
v=1
4 attributes"#,
    );
    assert_eq!(from_item(scope(), Some(&item)), Ok(accounts.clone()));
    assert_eq!(from_item(scope(), None), Ok(TenantAccounts::none(scope())));
    let again = accounts.with_account(accounts.accounts[0].clone()).unwrap();
    assert!(matches!(put(&again), Write::Replace { version: 1, .. }));
}
