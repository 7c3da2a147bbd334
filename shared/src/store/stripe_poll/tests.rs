use super::*;
use crate::{
    model::stripe_poll::PollFault,
    store::{
        memory::Memory,
        tests::{golden, id, now, scope},
    },
};

fn account(n: u8, connected: Option<&str>) -> PolledAccount {
    let scope = Scope { tenant: id(n), ..scope() };
    PolledAccount { scope, connected: connected.map(str::to_owned) }
}

#[test]
fn how_far_events_were_read_is_kept_like_this() {
    let mut poll = StripePoll::first(account(1, Some("acct_1")), now());
    let Write::Insert(item) = put(&poll) else { panic!("the first is an insert") };
    assert_eq!(from_item(&item), Ok(poll.clone()));
    poll.came_to("evt_1".into(), now());
    let poll = poll.failed(PollFault::Gone, now()).unwrap();
    let Write::Replace { item, version: 1 } = put(&poll) else { panic!("the second replaces") };
    golden(
        &item,
        r#"
acct="acct_1"
after="evt_1"
began=1795255200250
failed=1
gone=1795255200250
heard=1795254600250
mode="test"
next=1795255230250
pk="stripe_polls#1"
sk="01a1fd8c-69fa-7101-8101-010101010101#test#acct_1"
tenant="01a1fd8c-69fa-7101-8101-010101010101"
v=2
12 attributes"#,
    );
    assert_eq!(from_item(&item), Ok(poll));
}

#[tokio::test]
async fn accounts_of_a_shard_are_listed_page_by_page_and_none_twice() {
    let store = Table::Memory(Memory::default());
    // All in one shard.
    let tenants = [1, 5, 9];
    let connected = [None, Some("acct_1"), Some("acct_10")];
    for (tenant, connected) in tenants.into_iter().flat_map(|t| connected.map(|c| (t, c))) {
        let poll = StripePoll::first(account(tenant, connected), now());
        store.commit(vec![put(&poll)]).await.unwrap();
    }
    let (mut found, mut seen): (Vec<PolledAccount>, Option<PolledAccount>) = (Vec::new(), None);
    loop {
        let (polls, more) = store.stripe_polls(1, seen.as_ref(), 2).await.unwrap();
        found.extend(polls.into_iter().map(|poll| poll.account));
        seen = found.last().cloned();
        if !more {
            break;
        }
    }
    let all = tenants.iter().flat_map(|tenant| connected.map(|acct| account(*tenant, acct)));
    assert_eq!(found, all.collect::<Vec<_>>());
    assert!(store.stripe_polls(0, None, 2).await.unwrap().0.is_empty());
}

#[tokio::test]
async fn of_two_who_look_at_once_one_is_kept_and_one_that_was_put_again_is_not_dropped() {
    let store = Table::Memory(Memory::default());
    let first = StripePoll::first(account(1, None), now());
    store.commit(vec![put(&first)]).await.unwrap();
    let later = now().plus_seconds(60);
    let (one, other) =
        (first.clone().looked_at(later, later), first.clone().looked_at(now(), now()));
    store.keep_stripe_poll(&one).await.unwrap();
    store.keep_stripe_poll(&other).await.unwrap();
    store.drop_stripe_poll(&first).await.unwrap();
    assert_eq!(store.stripe_poll(&first.account).await.unwrap(), Some(one.clone()));
    store.drop_stripe_poll(&one).await.unwrap();
    store.drop_stripe_poll(&one).await.unwrap();
    assert_eq!(store.stripe_poll(&first.account).await.unwrap(), None);
}
