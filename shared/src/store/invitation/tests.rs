use super::*;
use crate::{
    model::{actor::Actor, invitation::VALID_DAYS, member::Role},
    store::{
        memory::Memory,
        tests::{golden, id, now, put, scope},
    },
};
use futures_util::FutureExt;

fn invitation() -> Invitation {
    Invitation {
        id: id(5),
        tenant: scope().tenant,
        email: "ada@example.com".into(),
        role: Role::Staff,
        token_hash: "cd".repeat(32),
        end: None,
        invited_by: Actor::Member(id(6)),
        created_at: now(),
        expires_at: now().plus_days(VALID_DAYS),
        version: 1,
    }
}

#[test]
fn an_invitation_is_kept_like_this() {
    let write = super::put(&invitation());
    golden(
        put(&write),
        r#"
by="member#01a1fd8c-69fa-7606-8606-060606060606"
crt=1795255200250
email="ada@example.com"
exp=1795860000250
hash="cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
pk="invitation#01a1fd8c-69fa-7101-8101-010101010101"
role="staff"
sk="01a1fd8c-69fa-7505-8505-050505050505"
ttl=1830420000
v=1
10 attributes"#,
    );
    assert_eq!(from_item(scope().tenant, put(&write)), Ok(invitation()));
    let used = invitation().accept(now()).unwrap();
    assert_eq!(from_item(scope().tenant, &to_item(&used)), Ok(used));
}

#[test]
fn an_invitation_is_accepted_once() {
    let table = Table::Memory(Memory::default());
    let run =
        |next: &Invitation| table.commit(vec![super::put(next)]).now_or_never().unwrap().is_ok();
    assert!(run(&invitation()));
    assert!(run(&invitation().accept(now()).unwrap()));
    assert!(!run(&invitation().withdraw().unwrap()));
    let read = table.invitation(scope().tenant, id(5)).now_or_never().unwrap().unwrap();
    assert_eq!(read.and_then(|read| read.end), invitation().accept(now()).unwrap().end);
    let list = table.invitations(scope().tenant).now_or_never().unwrap().unwrap();
    assert_eq!(list.len(), 1);
}
