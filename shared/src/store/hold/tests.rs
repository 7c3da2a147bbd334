use super::*;
use crate::{
    model::{
        Currency,
        payment_intent::{
            Status, Terms, WalletTerms,
            wallet::{Hold, Step},
        },
        route::IntentType,
    },
    store::tests::{golden, id, now, pending, put, size},
};

/// A transfer of 1,250 minor units with a hold of a week, before it starts.
fn new() -> PaymentIntent {
    let terms = WalletTerms {
        kind: IntentType::Transfer,
        wallet: id(5),
        destination_wallet: Some(id(6)),
        way: None,
        hold: Some(Hold::lasting(7 * 86_400, now())),
        first: None,
    };
    PaymentIntent { terms: Terms::Wallet(terms), ..pending() }
}

fn held() -> PaymentIntent {
    let Step { intent, .. } = new().start(now()).unwrap();
    PaymentIntent { version: 1, ..intent }
}

fn released(part: Option<i64>) -> PaymentIntent {
    held().release(part, false, now().plus_seconds(60)).unwrap().intent
}

#[test]
fn a_hold_is_kept_like_this() {
    let write = write(None, &held()).unwrap();
    let item = put(&write);
    golden(
        item,
        r#"
id="01a1fd8c-69fa-7404-8404-040404040404"
left=1250
pk="hold#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7505-8505-050505050505"
sk="001795860000250#01a1fd8c-69fa-7404-8404-040404040404"
v=1
5 attributes"#,
    );
    assert_eq!(from_item(item), Ok(DueHold { intent: id(4), left: 1_250 }));
    assert!(size(item) < 1024);
}

#[test]
fn a_hold_is_made_changed_and_removed_with_its_intent() {
    let part = released(Some(1_000));
    let Some(Write::Replace { item, version: 1 }) = write(Some(&held()), &part) else {
        panic!("part of it is left")
    };
    assert_eq!((item.number("left"), item.number("v")), (Ok(250_i64), Ok(2_i64)));
    let ended = [
        released(None),
        held().call_off(now()).unwrap().intent,
        held().let_go(now().plus_days(8)).unwrap().intent,
        held().release(Some(1), true, now()).unwrap().intent,
    ];
    for ended in &ended {
        let removed = write(Some(&held()), ended);
        let Some(Write::Remove { key, version: 1 }) = removed else { panic!("{ended:?}") };
        assert_eq!(key, key_of(&held()).unwrap());
    }
    for (before, after) in [(None, &new()), (Some(&new()), &new()), (Some(&ended[0]), &ended[0])] {
        assert!(write(before, after).is_none());
    }
}

#[test]
fn a_hold_after_a_review_begins_with_the_approval() {
    let stopped = new().stop_for_review(now());
    assert!(write(None, &stopped).is_none());
    let approved = stopped.start(now().plus_days(1)).unwrap().intent;
    let Some(Write::Insert(item)) = write(Some(&stopped), &approved) else {
        panic!("{approved:?}")
    };
    assert_eq!(Key::of(&item).unwrap(), key_of(&approved).unwrap());
    assert_eq!(approved.expires_at(), Some(now().plus_days(8)));
    let refused = PaymentIntent { status: Status::Canceled, ..stopped.clone() };
    assert!(write(Some(&stopped), &refused).is_none());
}

#[test]
fn what_is_past_its_time_reads_as_back_with_the_sender() {
    let scope = held().scope;
    let mut account = Account::wallet(scope, id(5), Currency::USD, id(2));
    account.balance.posted = 2_000;
    account.balance.pending_out = 1_400;
    let due = [1_000, 250].map(|left| DueHold { intent: id(4), left });
    let read = without_due(account, &due);
    assert_eq!((read.balance.pending_out, read.balance.available()), (150, 1_850));
}
