use super::*;
use crate::{
    model::{actor::Actor, secret::Sealed},
    store::{
        Consistency,
        memory::Memory,
        tests::{now, scope},
    },
};

fn wish(mode: Mode, key: &str, publishable: &str) -> StripeWish {
    StripeWish {
        scope: Scope { mode, ..scope() },
        key: StripeKey::new(key.to_owned()),
        publishable: publishable.to_owned(),
        events: Some(Secret::new("whsec_1".to_owned())),
        connected_events: None,
        account: None,
    }
}

fn broken(wish: &StripeWish) -> Vec<String> {
    match wish.check() {
        Err(Problem::Invalid(fields)) => {
            let told = format!("{fields:?}");
            assert!(!told.contains(wish.key.reveal()), "{told}");
            fields.into_iter().map(|field| field.field).collect()
        }
        Ok(()) => Vec::new(),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn keys_are_of_the_mode_that_they_are_put_for() {
    for (mode, other) in [(Mode::Test, Mode::Live), (Mode::Live, Mode::Test)] {
        let publishable = format!("pk_{mode}_1");
        for kind in ["sk", "rk"] {
            let key = format!("{kind}_{mode}_1");
            assert!(broken(&wish(mode, &key, &publishable)).is_empty());
            assert_eq!(broken(&wish(other, &key, &publishable)), ["secret_key", "publishable_key"]);
        }
        let swapped = wish(mode, &publishable, &format!("sk_{mode}_1"));
        assert_eq!(broken(&swapped), ["secret_key", "publishable_key"]);
    }
    assert_eq!(broken(&wish(Mode::Test, "sk_test_1\n", "pk_test_1")), ["secret_key"]);
}

#[test]
fn every_broken_field_is_named_at_once() {
    let wish = StripeWish {
        events: Some(Secret::new("whsec 1".to_owned())),
        connected_events: Some(Secret::new("sk_test_1".to_owned())),
        account: Some("cus_1".to_owned()),
        ..wish(Mode::Test, "x", "y")
    };
    let fields =
        ["secret_key", "publishable_key", "webhook_secret", "connect_webhook_secret", "account_id"];
    assert_eq!(broken(&wish), fields);
}

#[tokio::test]
async fn a_tenant_keeps_the_account_that_its_payments_belong_to() {
    let store = Table::Memory(Memory::default());
    let first = StripeCredentials {
        scope: scope(),
        account: "acct_1".to_owned(),
        sealed_key: Sealed::kept("1.a".to_owned()),
        publishable: "pk_test_1".to_owned(),
        events: vec![],
        connected_events: vec![],
        saved_at: now(),
        saved_by: Actor::Operator,
        version: 1,
    };
    put(&store, None, &first).await.unwrap();
    let other = StripeCredentials { account: "acct_2".to_owned(), version: 2, ..first.clone() };
    let refused = put(&store, Some(&first), &other).await.unwrap_err();
    let told = format!("{refused:?}");
    assert!(told.contains("secret_key") && told.contains("acct_1"), "{told}");
    let next =
        StripeCredentials { publishable: "pk_test_2".to_owned(), version: 2, ..first.clone() };
    put(&store, Some(&first), &next).await.unwrap();
    // The same again is fine; what somebody else asks who has read the same, and comes later, is not.
    put(&store, Some(&first), &next).await.unwrap();
    let another = StripeCredentials { publishable: "pk_test_3".to_owned(), ..next.clone() };
    let late = put(&store, Some(&first), &another).await.unwrap_err();
    assert!(matches!(late, Problem::Contended), "{late:?}");
    let kept = store.stripe_credentials(scope(), Consistency::Strong).await.unwrap();
    assert_eq!(kept, Some(next));
}
