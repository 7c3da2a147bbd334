use super::*;
use crate::{
    model::member::{Role, Theme},
    store::{
        memory::Memory,
        tests::{golden, id, now, put, scope},
    },
};
use futures_util::FutureExt;

fn member(n: u8) -> Member {
    Member {
        id: id(n),
        tenant: scope().tenant,
        email: "ada@example.com".into(),
        name: "Ada Lovelace".into(),
        role: Role::Owner,
        password: PasswordHash("1$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".into()),
        totp_enabled: false,
        locale: "en".into(),
        theme: Theme::System,
        security_notice: None,
        last_login_at: Some(now()),
        removed_at: None,
        created_at: now(),
        version: 1,
    }
}

#[test]
fn a_member_and_the_claim_on_the_address_are_kept_like_this() {
    let [record, claim] = insert(&member(6));
    golden(
        put(&record),
        r#"
crt=1795255200250
email="ada@example.com"
loc="en"
name="Ada Lovelace"
pass="1$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA"
pk="member#01a1fd8c-69fa-7101-8101-010101010101"
role="owner"
seen=1795255200250
sk="01a1fd8c-69fa-7606-8606-060606060606"
theme="system"
totp=false
v=1
12 attributes"#,
    );
    golden(
        put(&claim),
        r#"
id="01a1fd8c-69fa-7606-8606-060606060606"
pk="member_email#ada@example.com"
sk="email"
tenant="01a1fd8c-69fa-7101-8101-010101010101"
v=1
5 attributes"#,
    );
    assert_eq!(from_item(scope().tenant, put(&record)), Ok(member(6)));
    let warned = member(6).warned(now()).removed(now());
    assert_eq!(from_item(scope().tenant, &to_item(&warned)), Ok(warned));
}

#[test]
fn an_address_belongs_to_one_member_until_the_member_is_removed() {
    let table = Table::Memory(Memory::default());
    let run = |writes: Vec<Write>| table.commit(writes).now_or_never().unwrap().is_ok();
    assert!(run(insert(&member(6)).to_vec()));
    assert!(!run(insert(&member(7)).to_vec()));
    let find = || table.member_by_email("ada@example.com").now_or_never().unwrap().unwrap();
    assert_eq!(find(), Some(member(6)));
    let before = table.meter().take();
    let unknown = table.member_by_email("eve@example.com").now_or_never().unwrap().unwrap();
    assert_eq!((unknown, table.meter().take().calls), (None, 2), "{before:?}");
    let gone = member(6).removed(now());
    assert!(run(replace(&member(6), &gone)));
    assert_eq!(find(), None);
    assert!(run(insert(&member(7)).to_vec()));
    let members = table.members(scope().tenant).now_or_never().unwrap().unwrap();
    assert_eq!(members, [member(7)]);
}
