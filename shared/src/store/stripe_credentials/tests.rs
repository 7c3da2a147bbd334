use super::*;
use crate::{
    model::{actor::Actor, stripe_credentials::replaced},
    store::tests::{golden, now, scope},
};

#[test]
fn an_account_at_stripe_is_kept_like_this() {
    let first = replaced(&[], Sealed::kept("1.b2xk".into()), now());
    let account = StripeCredentials {
        scope: scope(),
        account: "acct_1".into(),
        sealed_key: Sealed::kept("1.a2V5".into()),
        publishable: "pk_test_1".into(),
        events: replaced(&first, Sealed::kept("1.bmV3".into()), now()),
        connected_events: vec![],
        saved_at: now(),
        saved_by: Actor::Operator,
        version: 2,
    };
    let Write::Replace { item, version: 1 } = put(&account) else { panic!("the second replaces") };
    golden(
        &item,
        r#"
acct="acct_1"
at=1795255200250
by="operator"
events[0].secret="1.b2xk"
events[0].until=1795341600250
events[1].secret="1.bmV3"
key="1.a2V5"
pk="stripe_account#01a1fd8c-69fa-7101-8101-010101010101#test"
pub="pk_test_1"
sk="account"
v=2
9 attributes"#,
    );
    assert_eq!(from_item(scope(), &item), Ok(account.clone()));
    let bare = StripeCredentials { events: vec![], version: 1, ..account };
    let Write::Insert(item) = put(&bare) else { panic!("the first is an insert") };
    assert_eq!(from_item(scope(), &item), Ok(bare));
}
