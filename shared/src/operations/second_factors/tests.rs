use super::*;
use crate::{
    model::{Mode, Scope, organization::Organization, password::Password, session::Session},
    operations::{
        fixture::{self, AMBIENT, EMAIL, PASSWORD, PEPPER, known, member_id, now, tenant},
        own_account,
        resets::{self, ResetWish},
        sign_in::{Login, LoginOutcome, login},
    },
    store::organization,
};

const SECRET: &[u8] = b"12345678901234567890";

async fn world() -> Table {
    fixture::world(&[Mode::Test, Mode::Live]).await
}

async fn try_in(store: &Table, mode: Mode) -> Result<LoginOutcome> {
    let wish = Login {
        email: EMAIL.into(),
        password: Password::new(PASSWORD),
        device: None,
        mode,
        origin: SignInOrigin { network: "n".into(), browser: "curl".into(), by_cookie: false },
    };
    login(store, wish, PEPPER, AMBIENT).await
}

async fn signed_in(store: &Table, mode: Mode) -> (Session, Member) {
    match try_in(store, mode).await.unwrap() {
        LoginOutcome::SignedIn(new) => (new.signed_in.session, new.signed_in.member),
        LoginOutcome::NeedsCode(_) => panic!("no code is asked for yet"),
    }
}

async fn pending(store: &Table) -> PendingSignIn {
    match try_in(store, Mode::Live).await.unwrap() {
        LoginOutcome::SignedIn(_) => panic!("a code is asked for"),
        LoginOutcome::NeedsCode(pending) => *pending,
    }
}

async fn opened(store: &Table) -> OpenedFactor {
    let factor = store.second_factor(tenant(), member_id()).await.unwrap().unwrap();
    OpenedFactor { factor, secret: SECRET.to_vec() }
}

fn sealed() -> Sealed<Totp> {
    Sealed::kept("1.sealed".to_owned())
}

fn random() -> RecoveryBytes {
    std::array::from_fn(|n| [u8::try_from(n).unwrap(); 7])
}

/// The code of so many steps from now.
fn shown(steps: i64) -> String {
    totp::code(SECRET, now().seconds() / 30 + steps)
}

async fn confirms(
    store: &Table,
    session: Session,
    member: Member,
    code: &str,
) -> Result<Vec<String>> {
    let prover = Prover { session, member, network: "n".to_owned() };
    let opened = opened(store).await;
    let typed = TypedCode { opened: &opened, code };
    confirm(store, prover, typed, PEPPER, &random(), now()).await
}

/// Signs in with password and code at once.
async fn together(store: &Table, pending: PendingSignIn, code: &str) -> Result<NewSession> {
    let opened = opened(store).await;
    finish_at_once(store, pending, TypedCode { opened: &opened, code }, PEPPER, AMBIENT).await
}

/// Puts a second factor on; its first step is the one before now.
async fn enrolled(store: &Table) -> Vec<String> {
    let (session, member) = signed_in(store, Mode::Live).await;
    begin(store, &member, sealed()).await.unwrap();
    confirms(store, session, member, &shown(-1)).await.unwrap()
}

#[tokio::test]
async fn live_mode_opens_once_a_code_has_confirmed_the_app() {
    let store = world().await;
    let (session, member) = signed_in(&store, Mode::Live).await;
    assert!(session.enrolling, "nothing but enrolling");
    begin(&store, &member, sealed()).await.unwrap();
    // A second time gives another secret; the password alone still signs in.
    begin(&store, &member, sealed()).await.unwrap();
    assert!(signed_in(&store, Mode::Live).await.0.enrolling);
    let try_with = async |code: &str| confirms(&store, session.clone(), member.clone(), code).await;
    assert!(matches!(try_with("000000").await, Err(Problem::Invalid(_))));
    let codes = try_with(&shown(0)).await.unwrap();
    assert_eq!(codes.len(), totp::RECOVERY_CODES);
    let (session, known) = store.session_and_member(session.place()).await.unwrap().unwrap();
    assert!(!session.enrolling && known.totp_enabled);
    let enabled = Problem::State(StateRefusal::TotpEnabled);
    assert_eq!(try_with(&shown(1)).await.unwrap_err(), enabled);
    assert_eq!(begin(&store, &known, sealed()).await.unwrap_err(), enabled);
    pending(&store).await;
}

#[tokio::test]
async fn hard_case_34_a_code_signs_in_once_with_the_password_or_after_it() {
    let store = world().await;
    enrolled(&store).await;
    let at_once = async |code: &str| {
        let pending = pending(&store).await;
        together(&store, pending, code).await
    };
    assert_eq!(at_once("123456").await.unwrap_err(), wrong());
    assert_eq!(at_once(&shown(-1)).await.unwrap_err(), wrong(), "used to enrol");
    let new = at_once(&shown(0)).await.unwrap();
    assert!(!new.signed_in.session.enrolling && new.signed_in.session.mode == Mode::Live);
    assert_eq!(at_once(&shown(0)).await.unwrap_err(), wrong(), "used within its step");

    // Two who show one code at the same moment: one of them signs in.
    let (one, other) = (pending(&store).await, pending(&store).await);
    let (opened, code) = (opened(&store).await, shown(1));
    let typed = TypedCode { opened: &opened, code: &code };
    let told = tokio::join!(
        finish_at_once(&store, one, typed, PEPPER, AMBIENT),
        finish_at_once(&store, other, typed, PEPPER, AMBIENT)
    );
    assert_eq!(usize::from(told.0.is_ok()) + usize::from(told.1.is_ok()), 1);
}

async fn waiting(store: &Table) -> ChallengeToken {
    challenge(store, pending(store).await, [5; 32], AMBIENT).await.unwrap()
}

async fn answer(store: &Table, token: &ChallengeToken, code: &str) -> Result<NewSession> {
    let (waiting, member) = open(store, token.reveal(), "n", now()).await?;
    let opened = opened(store).await;
    finish(store, waiting, member, TypedCode { opened: &opened, code }, PEPPER, AMBIENT).await
}

#[tokio::test]
async fn a_sign_in_waits_for_its_second_step_five_tries_and_five_minutes() {
    let store = world().await;
    let codes = enrolled(&store).await;
    let token = waiting(&store).await;
    for _ in 0..3 {
        assert_eq!(answer(&store, &token, "000000").await.unwrap_err(), wrong_code());
    }
    let typed = codes[0].to_uppercase().replace('-', " ");
    let new = answer(&store, &token, &typed).await.unwrap();
    assert_eq!(new.signed_in.session.mode, Mode::Live);
    assert_eq!(answer(&store, &token, &shown(0)).await.unwrap_err(), wrong_code(), "used");
    let second = waiting(&store).await;
    assert_eq!(answer(&store, &second, &codes[0]).await.unwrap_err(), wrong_code(), "good once");
    for _ in 0..4 {
        assert_eq!(answer(&store, &second, "000000").await.unwrap_err(), wrong_code());
    }
    assert_eq!(
        answer(&store, &second, &shown(0)).await.unwrap_err(),
        wrong_code(),
        "five were wrong"
    );
    let third = waiting(&store).await;
    let late = now().plus_seconds(CHALLENGE_S);
    assert_eq!(open(&store, third.reveal(), "n", late).await.unwrap_err(), wrong_code());
    for forged in ["", "plc_", "plc_AAAA", "plx_AAAA"] {
        assert_eq!(open(&store, forged, "n", now()).await.unwrap_err(), wrong_code(), "{forged}");
    }
    answer(&store, &third, &shown(0)).await.unwrap();
}

#[tokio::test]
async fn another_password_ends_a_sign_in_that_waits_for_its_second_step() {
    let store = world().await;
    enrolled(&store).await;
    let token = waiting(&store).await;
    let (waiting, member) = open(&store, token.reveal(), "n", now()).await.unwrap();
    let known = known(&store).await;
    let hash = Password::new("eleven quiet lamps hum").hash(PEPPER, [4; 16]).unwrap();
    let changed = member::replace(&known, &known.with_password(hash));
    store.commit(changed.into_iter().collect()).await.unwrap();
    let opened = opened(&store).await;
    let typed = TypedCode { opened: &opened, code: &shown(0) };
    let late = finish(&store, waiting, member, typed, PEPPER, AMBIENT).await;
    assert_eq!(late.unwrap_err(), wrong_code(), "it was read before");
    assert_eq!(answer(&store, &token, &shown(0)).await.unwrap_err(), wrong_code());
}

#[tokio::test]
async fn hard_case_32_password_and_code_together_sign_in_through_a_flood_of_failures() {
    let store = world().await;
    enrolled(&store).await;
    let flood = sign_in::of_account(EMAIL, PEPPER);
    while store.count_try(&[&flood], now()).await.unwrap().is_none() {}
    for _ in 0..2 {
        let pending = pending(&store).await;
        assert!(pending.must_come_together);
        let told = challenge(&store, pending, [5; 32], AMBIENT).await;
        assert_eq!(told.unwrap_err(), wrong(), "the password alone tells nothing");
    }
    let pending = pending(&store).await;
    together(&store, pending, &shown(0)).await.unwrap();
}

#[tokio::test]
async fn a_code_proves_a_member_once_more_and_recovery_codes_are_renewed() {
    let store = world().await;
    let codes = enrolled(&store).await;
    let pending = pending(&store).await;
    let new = together(&store, pending, &shown(0)).await.unwrap();
    let session = new.signed_in.session;
    let prove = async |code: &str| {
        let found = store.session_and_member(session.place()).await.unwrap();
        let (session, member) = found.unwrap();
        let prover = Prover { session, member, network: "n".to_owned() };
        let opened = opened(&store).await;
        let typed = TypedCode { opened: &opened, code };
        reauthenticate(&store, prover, typed, PEPPER, now()).await
    };
    assert_eq!(prove(&shown(0)).await, Err(wrong_code()), "used");
    prove(&shown(1)).await.unwrap();
    let known = known(&store).await;
    let others: RecoveryBytes = std::array::from_fn(|n| [u8::try_from(100 + n).unwrap(); 7]);
    let renewed = renew_recovery(&store, &known, PEPPER, &others).await.unwrap();
    assert_eq!(prove(&codes[3]).await, Err(wrong_code()), "void");
    prove(&renewed[3]).await.unwrap();
}

#[tokio::test]
async fn a_factor_goes_only_where_the_organisation_lets_it_and_with_a_reset_for_it() {
    let store = world().await;
    enrolled(&store).await;
    let known = async || known(&store).await;
    let required = Problem::State(StateRefusal::TotpRequired);
    assert_eq!(remove(&store, known().await, now()).await, Err(required), "live mode asks for it");
    let scope = Scope { tenant: tenant(), mode: Mode::Live };
    let off =
        Organization { require_totp: Some(false), version: 1, ..Organization::unset(scope, now()) };
    store.commit(vec![organization::put(&off)]).await.unwrap();
    for _ in 0..2 {
        remove(&store, known().await, now()).await.unwrap();
    }
    assert!(!known().await.totp_enabled);
    assert!(store.second_factor(tenant(), member_id()).await.unwrap().is_none());
    let none = renew_recovery(&store, &known().await, PEPPER, &random()).await;
    assert_eq!(none.unwrap_err(), Problem::State(StateRefusal::TotpOff));

    enrolled(&store).await;
    let (tenant, member) = (tenant(), member_id());
    for removes_totp in [false, true] {
        let made_by = crate::model::actor::Actor::Operator;
        let wish = ResetWish { tenant, member, removes_totp, made_by };
        let new = resets::begin(&store, wish, [6; 32], now()).await.unwrap();
        let password = Password::new(PASSWORD);
        resets::finish(&store, new.token.reveal(), &password, PEPPER, AMBIENT).await.unwrap();
        assert_eq!(known().await.totp_enabled, !removes_totp);
    }
    assert!(store.second_factor(tenant, member).await.unwrap().is_none());
    assert!(own_account::sessions(&store, tenant, member, now()).await.unwrap().is_empty());
}
