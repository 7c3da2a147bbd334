use super::*;
use crate::{
    model::Mode,
    operations::{
        fixture::{self, AMBIENT, EMAIL, PASSWORD, PEPPER, drawn, known, member_id, now, tenant},
        resets::{self, OperatorReset, ResetWish},
        sign_in::{Login, SignInOrigin, begin, login},
    },
};

const OTHER: &str = "another horse battery";

async fn world() -> Table {
    fixture::world(&[Mode::Test]).await
}

fn origin(network: &str) -> SignInOrigin {
    let browser = "Firefox on Linux".to_owned();
    SignInOrigin { network: network.to_owned(), browser, by_cookie: false }
}

async fn signed_in(store: &Table) -> Session {
    let session = begin(&fixture::member(), Mode::Test, &origin("n"), AMBIENT);
    store.commit(vec![session::put(&session)]).await.unwrap();
    session
}

async fn open(store: &Table) -> Vec<SessionId> {
    let sessions = sessions(store, tenant(), member_id(), now()).await.unwrap();
    sessions.iter().map(|session| session.id).collect()
}

fn revoked() -> Problem {
    Problem::Unauthenticated(Unauthenticated::SessionRevoked)
}

async fn signs_in(store: &Table, password: &str) -> bool {
    let wish = Login {
        email: EMAIL.into(),
        password: Password::new(password),
        device: None,
        mode: Mode::Test,
        origin: origin("elsewhere"),
    };
    login(store, wish, PEPPER, AMBIENT).await.is_ok()
}

#[tokio::test]
async fn the_own_name_changes_beside_a_sign_in_at_the_same_moment() {
    let store = world().await;
    let read = known(&store).await;
    assert!(signs_in(&store, PASSWORD).await, "which writes the member");
    let name = Some("Grace Hopper".to_owned());
    let change = ProfileChange { name, theme: Some(Theme::Dark), locale: None };
    let changed = change_profile(&store, read, &change).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.theme), ("Grace Hopper", Theme::Dark));
    assert!(changed.last_login_at.is_some(), "the sign-in is not undone");
    let again = change_profile(&store, changed.clone(), &change).await.unwrap();
    assert_eq!(again, changed, "a change that changes nothing writes nothing");
}

#[tokio::test]
async fn the_fifth_wrong_password_ends_the_sign_in_and_a_right_one_starts_over() {
    let store = world().await;
    let session = signed_in(&store).await;
    let member = known(&store).await;
    let prove = async |password: &str, session: &Session| {
        let (session, member) = (session.clone(), member.clone());
        let prover = Prover { session, member, network: "n".to_owned() };
        reauthenticate(&store, prover, &Password::new(password), PEPPER, now()).await
    };
    let wrong = Problem::Unauthenticated(Unauthenticated::Client);
    for _ in 0..4 {
        assert_eq!(prove("wrong", &session).await, Err(wrong.clone()));
    }
    prove(PASSWORD, &session).await.unwrap();
    let (session, _) = store.session_and_member(session.place()).await.unwrap().unwrap();
    assert_eq!(session.version, 2);
    for _ in 0..5 {
        assert_eq!(prove("wrong", &session).await, Err(wrong.clone()));
    }
    assert_eq!(prove(PASSWORD, &session).await, Err(revoked()));
    assert_eq!(open(&store).await, [], "sign in again");
}

#[tokio::test]
async fn another_password_ends_all_other_sign_ins_in_the_same_commit() {
    let store = world().await;
    let (current, _other) = (signed_in(&store).await, signed_in(&store).await);
    let change = async |old: &str, new: &str| {
        let wish = NewPassword {
            current: Password::new(old),
            new: Password::new(new),
            network: "n".to_owned(),
        };
        let member = known(&store).await;
        change_password(&store, &current, member, wish, PEPPER, AMBIENT).await
    };
    assert!(matches!(change("wrong", OTHER).await, Err(Problem::Invalid(_))));
    for weak in ["short", "grace hopper's own", "demo shop forever"] {
        assert!(matches!(change(PASSWORD, weak).await, Err(Problem::Invalid(_))), "{weak}");
    }
    assert_eq!(open(&store).await.len(), 2);
    change(PASSWORD, OTHER).await.unwrap();
    assert_eq!(open(&store).await, [current.id]);
    assert!(!signs_in(&store, PASSWORD).await && signs_in(&store, OTHER).await);
}

#[tokio::test]
async fn sign_ins_are_ended_one_by_one_or_all_but_this_one() {
    let store = world().await;
    let mut all = Vec::new();
    for _ in 0..4 {
        all.push(signed_in(&store).await);
    }
    for _ in 0..2 {
        end_session(&store, all[1].place(), now()).await.unwrap();
    }
    let unknown = SessionRef { id: SessionId::mint(now(), [9; 10]), ..all[0].place() };
    let missing = Problem::NotFound(Resource::Session);
    assert_eq!(end_session(&store, unknown, now()).await, Err(missing.clone()));
    let stranger = SessionRef { member: MemberId::mint(now(), [8; 10]), ..all[0].place() };
    assert_eq!(end_session(&store, stranger, now()).await, Err(missing));
    end_others(&store, &all[0], now()).await.unwrap();
    assert_eq!(open(&store).await, [all[0].id]);
}

#[tokio::test]
async fn more_sign_ins_than_a_commit_holds_are_all_ended() {
    let store = world().await;
    for _ in 0..130 {
        signed_in(&store).await;
    }
    let writes = ending(&store, tenant(), member_id(), None, now()).await.unwrap();
    assert_eq!(writes.len(), MAX_ENDED_TOGETHER);
    store.commit(writes).await.unwrap();
    assert_eq!(open(&store).await, []);
}

async fn reset(store: &Table, secret: u8) -> String {
    let wish = ResetWish {
        tenant: tenant(),
        member: member_id(),
        removes_totp: false,
        made_by: crate::model::actor::Actor::Operator,
    };
    resets::begin(store, wish, [secret; 32], now()).await.unwrap().token.reveal().to_owned()
}

async fn set(store: &Table, token: &str, password: &str) -> Result<()> {
    resets::finish(store, token, &Password::new(password), PEPPER, AMBIENT).await
}

#[tokio::test]
async fn a_reset_opens_once_ends_all_sign_ins_and_is_void_once_there_is_a_newer_one() {
    let store = world().await;
    signed_in(&store).await;
    let old = reset(&store, 4).await;
    let new = reset(&store, 5).await;
    assert_eq!(set(&store, &old, OTHER).await, Err(reset_over()));
    assert!(matches!(set(&store, &new, "short").await, Err(Problem::Invalid(_))));
    assert_eq!(open(&store).await.len(), 1, "nothing happened yet");
    set(&store, &new, OTHER).await.unwrap();
    assert_eq!(open(&store).await, []);
    assert_eq!(set(&store, &new, PASSWORD).await, Err(reset_over()), "used");
    assert!(!signs_in(&store, PASSWORD).await && signs_in(&store, OTHER).await);
    for forged in ["", "plx_", "plx_AAAA", "pli_AAAA"] {
        assert_eq!(set(&store, forged, OTHER).await, Err(reset_over()), "{forged}");
    }
}

#[tokio::test]
async fn a_reset_is_over_after_an_hour_and_for_whoever_is_gone() {
    let store = world().await;
    let token = reset(&store, 4).await;
    let late = Ambient { now: || now().plus_seconds(3600), random: drawn };
    let password = Password::new(OTHER);
    let told = resets::finish(&store, &token, &password, PEPPER, late).await;
    assert_eq!(told, Err(reset_over()));
    let before = known(&store).await;
    store.commit(member::replace(&before, &before.removed(now()))).await.unwrap();
    assert_eq!(set(&store, &token, OTHER).await, Err(reset_over()));
}

#[tokio::test]
async fn hard_case_35_an_operator_helps_an_owner_who_has_lost_everything() {
    let store = world().await;
    let counter = sign_in::of_account(EMAIL, PEPPER);
    for _ in 0..50 {
        assert_eq!(store.count_try(&[&counter], now()).await.unwrap(), None);
    }
    assert_eq!(store.count_try(&[&counter], now()).await.unwrap(), Some(0), "locked by strangers");
    let help = async |email: &str| {
        let of = OperatorReset { tenant: tenant(), email, removes_totp: true };
        resets::begin_for_operator(&store, of, [6; 32], PEPPER, now()).await
    };
    assert!(matches!(help("nobody@example.com").await, Err(Problem::Invalid(_))));
    let new = help(EMAIL).await.unwrap();
    assert!(new.reset.removes_totp && new.token.reveal().starts_with("plx_"));
    set(&store, new.token.reveal(), OTHER).await.unwrap();
    assert!(signs_in(&store, OTHER).await, "the counter is cleared");
}

#[tokio::test]
async fn a_member_who_was_helped_signs_in_at_once_from_the_network_that_failed() {
    let store = world().await;
    for _ in 0..10 {
        assert!(!signs_in(&store, OTHER).await, "a wrong password");
    }
    assert!(!signs_in(&store, PASSWORD).await, "the network has to wait");
    let of = OperatorReset { tenant: tenant(), email: EMAIL, removes_totp: false };
    let new = resets::begin_for_operator(&store, of, [6; 32], PEPPER, now()).await.unwrap();
    assert!(!signs_in(&store, PASSWORD).await, "the old password is tried no sooner");
    set(&store, new.token.reveal(), OTHER).await.unwrap();
    assert!(signs_in(&store, OTHER).await);
}
