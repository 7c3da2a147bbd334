use super::*;
use crate::{
    model::actor::Actor,
    store::{
        memory::Memory,
        tests::{golden, id, now, put, scope},
    },
};
use futures_util::FutureExt;

fn api_key(n: u8, surface: Surface) -> ApiKey {
    ApiKey {
        id: id(n),
        scope: scope(),
        surface,
        name: "Server".into(),
        secret_hash: "ab".repeat(32),
        scopes: vec!["payments:read".into(), "payments:write".into()],
        created_by: Actor::Member(id(6)),
        expires_at: Some(now().plus_days(30)),
        revoked_at: None,
        last_used_at: None,
        created_at: now(),
        version: 1,
    }
}

fn table() -> Table {
    let table = Table::Memory(Memory::default());
    for (n, surface) in [(1, Surface::Payments), (2, Surface::Payments), (3, Surface::Links)] {
        table.commit(vec![insert(&api_key(n, surface))]).now_or_never().unwrap().unwrap();
    }
    table
}

#[test]
fn an_api_key_is_kept_like_this() {
    let key = ApiKey { last_used_at: Some(now()), ..api_key(1, Surface::Payments) };
    let write = insert(&key);
    golden(
        put(&write),
        r#"
by="member#01a1fd8c-69fa-7606-8606-060606060606"
crt=1795255200250
exp=1797847200250
hash="abababababababababababababababababababababababababababababababab"
id="01a1fd8c-69fa-7101-8101-010101010101"
name="Server"
pk="api_key#01a1fd8c-69fa-7101-8101-010101010101#test"
scopes[0]="payments:read"
scopes[1]="payments:write"
sfc="payments"
sk="payments#2081040g2081"
ttl=1800439200
used=1795255200250
v=1
13 attributes"#,
    );
    assert_eq!(from_item(scope(), put(&write)), Ok(key));
}

#[test]
fn a_key_is_found_by_its_text_and_listed_by_surface() {
    let table = table();
    let text = crate::model::api_key::text(Surface::Links, scope(), id(3), [7; 32]);
    let claimed = ClaimedKey::parse(text.reveal()).unwrap();
    let found = table.claimed_key(&claimed).now_or_never().unwrap().unwrap();
    assert_eq!(found, Some(api_key(3, Surface::Links)));
    let other = ClaimedKey { surface: Surface::Payments, ..claimed };
    assert_eq!(table.claimed_key(&other).now_or_never().unwrap().unwrap(), None);
    let keys = table.api_keys(scope(), Surface::Payments).now_or_never().unwrap().unwrap();
    assert_eq!(keys.iter().map(|key| key.id).collect::<Vec<_>>(), [id(2), id(1)]);
}

#[test]
fn a_key_is_ended_once_and_uses_are_noted_once_an_hour() {
    let table = table();
    let read = |table: &Table| {
        let key = table.api_key(scope(), Surface::Payments, id(1));
        key.now_or_never().unwrap().unwrap().unwrap()
    };
    table.note_key_use(&read(&table), now()).now_or_never().unwrap().unwrap();
    let soon = now().plus_seconds(3_599);
    table.note_key_use(&api_key(1, Surface::Payments), soon).now_or_never().unwrap().unwrap();
    assert_eq!(read(&table).last_used_at, Some(now()), "the record says so too");
    let later = now().plus_seconds(3_600);
    table.note_key_use(&read(&table), later).now_or_never().unwrap().unwrap();
    assert_eq!(read(&table).last_used_at, Some(later));
    let ended = end(&api_key(1, Surface::Payments).revoke(later));
    table.commit(vec![ended.clone()]).now_or_never().unwrap().unwrap();
    assert!(!read(&table).good_at(later));
    assert!(table.commit(vec![ended]).now_or_never().unwrap().is_err());
}
