use super::*;
use crate::{
    model::tenant::Setup,
    operations::fixture::{self, EMAIL, PASSWORD, PEPPER, drawn, member, now, tenant},
    store,
};

fn later() -> Time {
    now().plus_seconds(900)
}

fn at(now: fn() -> Time) -> Ambient {
    Ambient { now, random: drawn }
}

async fn world() -> Table {
    fixture::world(&[Mode::Test]).await
}

fn wish(password: &str, network: &str, device: Option<DeviceToken>) -> Login {
    Login {
        email: EMAIL.into(),
        password: Password::new(password),
        device,
        mode: Mode::Test,
        origin: SignInOrigin {
            network: network.into(),
            browser: "Firefox on Linux".into(),
            by_cookie: false,
        },
    }
}

async fn try_with(store: &Table, wish: Login) -> Result<NewSession> {
    match login(store, wish, PEPPER, at(now)).await? {
        LoginOutcome::SignedIn(new) => Ok(*new),
        LoginOutcome::NeedsCode(pending) => panic!("no second factor is on: {pending:?}"),
    }
}

fn invalid() -> Problem {
    Problem::Unauthenticated(Unauthenticated::Client)
}

fn is_slow(result: &Result<NewSession>) -> bool {
    matches!(result, Err(Problem::RateLimited { .. }))
}

/// As many failures as one likes would take long with real hashes: the counters alone.
async fn fail(store: &Table, network: &str, device: Option<DeviceToken>, times: usize) {
    for _ in 0..times {
        let wish = wish("", network, device);
        let _tries = count(store, &wish, Some(&member()), PEPPER, now()).await;
    }
}

#[tokio::test]
async fn a_member_signs_in_and_is_found_by_the_access_token() {
    let store = world().await;
    let new = try_with(&store, wish(PASSWORD, "n", None)).await.unwrap();
    let session = &new.signed_in.session;
    assert_eq!(new.signed_in.member.last_login_at, Some(now()));
    assert_eq!(new.device.member, member().id);
    let token = |ends_at| AccessToken {
        tenant: session.tenant,
        member: session.member,
        session: session.id,
        mode: session.mode,
        ends_at,
    };
    let found = find(&store, &token(later()), now()).await.unwrap();
    assert_eq!(found, (session.clone(), new.signed_in.member));
    let over = find(&store, &token(now()), now()).await.unwrap_err();
    assert_eq!(over, Problem::Unauthenticated(Unauthenticated::TokenExpired));
    let place = session.place();
    logout(&store, place, now()).await.unwrap();
    logout(&store, place, now()).await.unwrap();
    let revoked = find(&store, &token(later()), now()).await.unwrap_err();
    assert_eq!(revoked, Problem::Unauthenticated(Unauthenticated::SessionRevoked));
}

#[tokio::test]
async fn hard_case_33_unknown_removed_and_mistaken_are_refused_alike() {
    let store = world().await;
    let wrong = try_with(&store, wish("wrong", "n", None)).await.unwrap_err();
    let stranger = Login { email: "x@example.com".into(), ..wish(PASSWORD, "n", None) };
    let unknown = try_with(&store, stranger).await.unwrap_err();
    assert_eq!((wrong, unknown), (invalid(), invalid()));
    let (before, after) = (member(), member().removed(now()));
    store.commit(member::replace(&before, &after)).await.unwrap();
    assert_eq!(try_with(&store, wish(PASSWORD, "n", None)).await.unwrap_err(), invalid());
}

#[tokio::test]
async fn live_mode_waits_for_the_second_factor_and_an_unknown_mode_is_a_field() {
    let store = world().await;
    let live = Login { mode: Mode::Live, ..wish(PASSWORD, "n", None) };
    let problem = try_with(&store, live).await.unwrap_err();
    assert!(matches!(&problem, Problem::Invalid(fields) if fields[0].field == "mode"));
    let scope = Scope { tenant: tenant(), mode: Mode::Live };
    let Some(known) = store.tenant_in_all_modes(tenant()).await.unwrap().pop() else { panic!() };
    let setup = Setup { tenant: Tenant { scope, ..known }, routes: Vec::new() };
    store.commit(store::tenant::insert(&setup).to_vec()).await.unwrap();
    let live = Login { mode: Mode::Live, ..wish(PASSWORD, "n", None) };
    let new = try_with(&store, live).await.unwrap();
    assert!(new.signed_in.session.enrolling, "nothing but enrolling a second factor");
    let test = try_with(&store, wish(PASSWORD, "n", None)).await.unwrap();
    assert!(!test.signed_in.session.enrolling);
}

#[tokio::test]
async fn ten_failures_from_one_network_stop_that_network_only() {
    let store = world().await;
    fail(&store, "n", None, 10).await;
    assert!(is_slow(&try_with(&store, wish(PASSWORD, "n", None)).await));
    assert!(try_with(&store, wish(PASSWORD, "elsewhere", None)).await.is_ok());
}

#[tokio::test]
async fn a_success_takes_its_try_back() {
    let store = world().await;
    fail(&store, "n", None, 9).await;
    for _ in 0..3 {
        assert!(try_with(&store, wish(PASSWORD, "n", None)).await.is_ok());
    }
    fail(&store, "n", None, 1).await;
    assert!(is_slow(&try_with(&store, wish(PASSWORD, "n", None)).await));
}

#[tokio::test]
async fn hard_case_32_a_flood_from_everywhere_leaves_each_network_a_try_and_a_known_browser_all() {
    let store = world().await;
    let new = try_with(&store, wish(PASSWORD, "home", None)).await.unwrap();
    for n in 0..10 {
        fail(&store, &format!("n{n}"), None, 9).await;
    }
    // The owner's own network has one try, which a success gives back.
    for _ in 0..2 {
        assert!(try_with(&store, wish(PASSWORD, "home", None)).await.is_ok());
    }
    fail(&store, "home", None, 1).await;
    assert!(is_slow(&try_with(&store, wish(PASSWORD, "home", None)).await));
    assert!(try_with(&store, wish(PASSWORD, "home", Some(new.device))).await.is_ok());
    fail(&store, "home", Some(new.device), 10).await;
    assert!(is_slow(&try_with(&store, wish(PASSWORD, "home", Some(new.device))).await));
}

#[tokio::test]
async fn hard_case_31_two_tabs_go_on_together_and_a_copied_token_ends_the_session() {
    let store = world().await;
    let new = try_with(&store, wish(PASSWORD, "n", None)).await.unwrap();
    let session = new.signed_in.session;
    let token = |counter| RefreshToken {
        tenant: session.tenant,
        member: session.member,
        session: session.id,
        counter,
    };
    let first = refresh(&store, &token(0), None, later()).await.unwrap();
    let again = refresh(&store, &token(0), None, later().plus_seconds(9)).await.unwrap();
    assert_eq!((first.session.counter, again.session), (1, first.session));
    let copied = refresh(&store, &token(0), None, later().plus_seconds(60)).await.unwrap_err();
    let revoked = Problem::Unauthenticated(Unauthenticated::SessionRevoked);
    assert_eq!(copied, revoked);
    let current = refresh(&store, &token(1), None, later().plus_seconds(61)).await.unwrap_err();
    assert_eq!(current, revoked);
    let known = store.member(tenant(), member().id).await.unwrap().unwrap();
    assert_eq!(known.security_notice, Some(later().plus_seconds(60)));
}
