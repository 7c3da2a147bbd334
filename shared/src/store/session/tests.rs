use super::*;
use crate::{
    model::{
        Mode,
        member::{PasswordHash, Role, Theme},
        session::Refreshed,
    },
    store::{
        memory::Memory,
        tests::{golden, id, now, put, scope},
    },
};
use futures_util::FutureExt;

fn session() -> Session {
    Session {
        id: id(3),
        tenant: scope().tenant,
        member: id(6),
        mode: Mode::Test,
        counter: 0,
        by_cookie: true,
        device: "Firefox on Windows".into(),
        network: "203.0.113.0/24".into(),
        created_at: now(),
        refreshed_at: now(),
        authenticated_at: now(),
        enrolling: false,
        revoked_at: None,
        version: 1,
    }
}

#[test]
fn a_session_is_kept_like_this() {
    let write = super::put(&session());
    golden(
        put(&write),
        r#"
auth=1795255200250
cookie=true
crt=1795255200250
dev="Firefox on Windows"
mode="test"
n=0
net="203.0.113.0/24"
pk="session#01a1fd8c-69fa-7101-8101-010101010101#01a1fd8c-69fa-7606-8606-060606060606"
ref=1795255200250
sk="01a1fd8c-69fa-7303-8303-030303030303"
ttl=1795989600
v=1
12 attributes"#,
    );
    let (tenant, member) = (session().tenant, session().member);
    assert_eq!(from_item(tenant, member, put(&write)), Ok(session()));
    let over = session().revoke(now());
    assert_eq!(from_item(tenant, member, &to_item(&over)), Ok(over));
}

#[test]
fn two_refreshes_at_once_write_one_next_session() {
    let table = Table::Memory(Memory::default());
    let run = |write| table.commit(vec![write]).now_or_never().unwrap();
    run(super::put(&session())).unwrap();
    let next = |mode| match session().refresh(0, Some(mode), now()) {
        Ok(Refreshed::Next(next)) => *next,
        other => panic!("{other:?}"),
    };
    run(super::put(&next(Mode::Test))).unwrap();
    assert!(run(super::put(&next(Mode::Live))).is_err());
    let sessions = table.sessions(scope().tenant, id(6)).now_or_never().unwrap().unwrap();
    assert_eq!(sessions, [next(Mode::Test)]);
}

#[test]
fn a_session_and_its_member_come_in_one_trip() {
    let table = Table::Memory(Memory::default());
    let who = session().place();
    let read = || table.session_and_member(who).now_or_never().unwrap().unwrap();
    table.commit(vec![super::put(&session())]).now_or_never().unwrap().unwrap();
    assert_eq!(read(), None, "a session without a member opens nothing");
    let member = Member {
        id: id(6),
        tenant: scope().tenant,
        email: "ada@example.com".into(),
        name: "Ada".into(),
        role: Role::Viewer,
        password: PasswordHash("x".into()),
        totp_enabled: false,
        locale: "en".into(),
        theme: Theme::Dark,
        security_notice: None,
        last_login_at: None,
        removed_at: None,
        created_at: now(),
        version: 1,
    };
    table.commit(member::insert(&member).to_vec()).now_or_never().unwrap().unwrap();
    table.meter().take();
    assert_eq!(read(), Some((session(), member)));
    assert_eq!(table.meter().take().calls, 1);
}
