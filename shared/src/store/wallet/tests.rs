use super::*;
use crate::store::tests::{golden, id, now, put as put_item, scope};

#[test]
fn a_customers_wallets_are_kept_like_this() {
    let wallet = |n, name: &str, primary| Wallet {
        id: id(n),
        name: name.into(),
        currency: "USD".parse().unwrap(),
        primary,
        created_at: now(),
    };
    let list = vec![wallet(4, "Daily", true), wallet(5, "Savings", false)];
    let wallets = Wallets { scope: scope(), customer: id(2), list, version: 2 };
    let write = put(&wallets);
    golden(
        put_item(&write),
        r#"
list[0].crt=1795255200250
list[0].cur="USD"
list[0].id="01a1fd8c-69fa-7404-8404-040404040404"
list[0].main=true
list[0].name="Daily"
list[1].crt=1795255200250
list[1].cur="USD"
list[1].id="01a1fd8c-69fa-7505-8505-050505050505"
list[1].name="Savings"
pk="wallets#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
sk="wallets"
v=2
4 attributes"#,
    );
    assert!(matches!(write, Write::Replace { version: 1, .. }));
    assert!(matches!(put(&Wallets { version: 1, ..wallets.clone() }), Write::Insert(_)));
    assert_eq!(from_item(scope(), id(2), put_item(&write)), Ok(wallets));
}
