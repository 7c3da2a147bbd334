use super::*;
use crate::{
    model::Mode,
    operations::fixture::{PEPPER, now, setup, tenant},
    store::{self, memory::Memory},
};

fn ambient() -> Ambient {
    Ambient { now, random: || [7; 10] }
}

async fn world() -> (Table, NewInvitation) {
    let store = Table::Memory(Memory::default());
    store.commit(store::tenant::insert(&setup(Mode::Test)).to_vec()).await.unwrap();
    let email = "grace@example.com";
    let new = invite_owner(&store, tenant(), email, [5; 32], ambient()).await.unwrap();
    (store, new)
}

fn acceptance(password: &str) -> Acceptance {
    Acceptance {
        name: "Grace".into(),
        password: Password::new(password),
        origin: SignInOrigin { network: "n".into(), browser: "curl".into(), by_cookie: false },
    }
}

async fn accept_with(store: &Table, token: &str, password: &str) -> Result<NewSession> {
    accept(store, token, acceptance(password), PEPPER, ambient()).await
}

fn over() -> Problem {
    Problem::State(StateRefusal::InvitationOver)
}

#[tokio::test]
async fn the_first_owner_accepts_once() {
    let (store, NewInvitation { token, .. }) = world().await;
    let token = token.reveal();
    let (shown, organization) = preview(&store, token, now()).await.unwrap();
    assert_eq!((shown.role, &*organization[0].name), (Role::Owner, "Demo Shop"));
    let new = accept_with(&store, token, "correct horse battery").await.unwrap();
    assert_eq!(new.signed_in.member.email, "grace@example.com");
    assert_eq!(new.signed_in.session.mode, Mode::Test);
    let known = store.member_by_email("grace@example.com").await.unwrap().unwrap();
    assert_eq!(known, new.signed_in.member);
    assert_eq!(preview(&store, token, now()).await.unwrap_err(), over());
    let again = accept_with(&store, token, "correct horse battery").await;
    assert_eq!(again.unwrap_err(), over());
    let invited = invite_owner(&store, tenant(), "grace@example.com", [6; 32], ambient()).await;
    assert_eq!(invited.unwrap_err(), Problem::Taken(Unique::MemberEmail));
}

#[tokio::test]
async fn a_weak_password_leaves_the_invitation_open() {
    let (store, NewInvitation { token, .. }) = world().await;
    let token = token.reveal();
    for weak in ["short", "demo shop forever", "grace is amazing"] {
        let problem = accept_with(&store, token, weak).await.unwrap_err();
        assert!(matches!(&problem, Problem::Invalid(fields) if fields[0].field == "password"));
    }
    assert!(preview(&store, token, now()).await.is_ok());
}

#[tokio::test]
async fn unknown_forged_and_late_tokens_are_over_alike() {
    let (store, NewInvitation { token, invitation }) = world().await;
    let token = token.reveal();
    let forged = SingleUse::Invitation.encode(tenant(), invitation.id, [6; 32]);
    let unknown =
        SingleUse::Invitation.encode(tenant(), InvitationId::mint(now(), [8; 10]), [5; 32]);
    for text in [&*forged, &*unknown, "pli_", "", "nonsense"] {
        assert_eq!(preview(&store, text, now()).await.unwrap_err(), over(), "{text}");
    }
    let late = now().plus_days(VALID_DAYS);
    assert_eq!(preview(&store, token, late).await.unwrap_err(), over());
}
