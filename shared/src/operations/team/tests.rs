use super::*;
use crate::{
    model::{Scope, session::Session},
    operations::{
        Ambient, Idempotency,
        fixture::{now, somebody, tenant},
        invitations,
        sign_in::{SignInOrigin, begin},
    },
    store::{memory::Memory, session},
};

async fn world(members: &[Member]) -> Table {
    let store = Table::Memory(Memory::default());
    for one in members {
        store.commit(member::insert(one).to_vec()).await.unwrap();
    }
    store
}

async fn sign_in(store: &Table, who: &Member) -> Session {
    let origin = SignInOrigin { network: "n".into(), browser: "curl".into(), by_cookie: false };
    let session = begin(who, Mode::Test, &origin, Ambient { now, random: || [7; 10] });
    store.commit(vec![session::put(&session)]).await.unwrap();
    session
}

async fn is_open(store: &Table, known: &Session) -> bool {
    let (session, member) = store.session_and_member(known.place()).await.unwrap().unwrap();
    session.open_at(now()).is_ok() && member.is_active()
}

fn last_owner() -> Problem {
    Problem::State(StateRefusal::LastOwner)
}

fn takes_an_owner() -> Problem {
    Problem::Forbidden { scope: "manage_owners".to_owned() }
}

#[tokio::test]
async fn hard_case_35_the_last_owner_neither_leaves_nor_steps_down_nor_is_removed() {
    let (owner, second) = (somebody(1, Role::Owner), somebody(2, Role::Owner));
    let store = world(&[owner.clone(), second.clone(), somebody(3, Role::Admin)]).await;
    change_role(&store, &owner, second.id, Role::Admin, now()).await.unwrap();
    let step_down = change_role(&store, &owner, owner.id, Role::Viewer, now()).await;
    assert_eq!(step_down.unwrap_err(), last_owner());
    assert_eq!(remove(&store, &owner, owner.id, now()).await, Err(last_owner()));
    change_role(&store, &owner, second.id, Role::Owner, now()).await.unwrap();
    remove(&store, &owner, owner.id, now()).await.unwrap();
    let owners = store.members(tenant()).await.unwrap();
    let owners: Vec<MemberId> =
        owners.iter().filter(|one| one.role == Role::Owner).map(|one| one.id).collect();
    assert_eq!(owners, [second.id]);
}

#[tokio::test]
async fn two_owners_who_step_down_at_the_same_moment_leave_one() {
    let (one, other) = (somebody(1, Role::Owner), somebody(2, Role::Owner));
    let store = world(&[one.clone(), other.clone()]).await;
    // Each has read that the other is there.
    let stepping = async |who: &Member| {
        let next = who.in_role(Role::Viewer);
        let stays = keeps_an_owner(&store, who, &next).await.unwrap();
        Commit::new()
            .all(member::replace(who, &next), &Problem::Contended)
            .all(stays, &Problem::Contended)
    };
    let (first, second) = (stepping(&one).await, stepping(&other).await);
    first.run(&store).await.unwrap();
    assert_eq!(second.run(&store).await, Err(Problem::Contended));
    let told = change_role(&store, &other, other.id, Role::Viewer, now()).await;
    assert_eq!(told.unwrap_err(), last_owner());
}

#[tokio::test]
async fn a_changed_or_removed_member_is_signed_out_and_a_change_to_the_same_is_none() {
    let (owner, staff) = (somebody(1, Role::Owner), somebody(2, Role::Staff));
    let store = world(&[owner.clone(), staff.clone()]).await;
    let session = sign_in(&store, &staff).await;
    change_role(&store, &owner, staff.id, Role::Staff, now()).await.unwrap();
    assert!(is_open(&store, &session).await);
    let changed = change_role(&store, &owner, staff.id, Role::Viewer, now()).await.unwrap();
    assert_eq!(changed.role, Role::Viewer);
    assert!(!is_open(&store, &session).await);
    for _ in 0..2 {
        remove(&store, &owner, staff.id, now()).await.unwrap();
    }
    check_address(&store, &staff.email).await.unwrap();
    let missing = Err(Problem::NotFound(Resource::Member));
    assert_eq!(change_role(&store, &owner, staff.id, Role::Staff, now()).await, missing);
}

#[tokio::test]
async fn admins_manage_staff_and_viewers_only() {
    let (owner, admin) = (somebody(1, Role::Owner), somebody(2, Role::Admin));
    let (other, staff) = (somebody(3, Role::Admin), somebody(4, Role::Staff));
    let store = world(&[owner.clone(), admin.clone(), other.clone(), staff.clone()]).await;
    for target in [&owner, &other] {
        let told = change_role(&store, &admin, target.id, Role::Viewer, now()).await;
        assert_eq!(told.unwrap_err(), takes_an_owner());
        assert_eq!(remove(&store, &admin, target.id, now()).await, Err(takes_an_owner()));
    }
    let raised = change_role(&store, &admin, staff.id, Role::Admin, now()).await;
    assert_eq!(raised.unwrap_err(), takes_an_owner());
    change_role(&store, &admin, staff.id, Role::Viewer, now()).await.unwrap();
    let stranger = Member { tenant: TenantId::mint(now(), [9; 10]), ..owner };
    let told = change_role(&store, &stranger, staff.id, Role::Staff, now()).await;
    assert_eq!(told.unwrap_err(), Problem::NotFound(Resource::Member));
}

fn invitee(n: u8, role: Role) -> InvitationWish {
    InvitationWish {
        id: InvitationId::mint(now(), [n; 10]),
        email: format!("new{n}@example.com"),
        role,
        secret: [n; 32],
    }
}

async fn ask(store: &Table, by: &Member, wish: &InvitationWish) -> Result<IdempotentAnswer> {
    let scope = Scope { tenant: tenant(), mode: Mode::Test };
    let once = Idempotency::new(scope, "invite", None, std::iter::empty());
    let shown = |one: &Invitation| one.id.to_string();
    invite(store, by, wish, &once.remember(&shown), now()).await
}

async fn ask_again(store: &Table, by: &Member, id: InvitationId) -> Result<String> {
    let scope = Scope { tenant: tenant(), mode: Mode::Test };
    let once = Idempotency::new(scope, "renew", None, std::iter::empty());
    let shown = |one: &Invitation| one.id.to_string();
    renew(store, by, id, [99; 32], &once.remember(&shown), now()).await?;
    Ok(SingleUse::Invitation.encode(tenant(), id, [99; 32]))
}

async fn is_good(store: &Table, token: &str) -> bool {
    match invitations::preview(store, token, now()).await {
        Ok(_) => true,
        Err(problem) => {
            assert_eq!(problem, Problem::State(StateRefusal::InvitationOver));
            false
        }
    }
}

#[tokio::test]
async fn hard_case_36_looking_at_an_invitation_changes_nothing_and_a_renewed_one_voids_the_first() {
    let owner = somebody(1, Role::Owner);
    let store = world(std::slice::from_ref(&owner)).await;
    let wish = invitee(5, Role::Staff);
    ask(&store, &owner, &wish).await.unwrap();
    let first = wish.token(tenant());
    for _ in 0..3 {
        assert!(is_good(&store, &first).await, "a scanner that opens it uses nothing up");
    }
    let second = ask_again(&store, &owner, wish.id).await.unwrap();
    assert!(!is_good(&store, &first).await && is_good(&store, &second).await);
    for _ in 0..2 {
        withdraw(&store, &owner, wish.id).await.unwrap();
    }
    assert!(!is_good(&store, &second).await);
    let missing = Problem::NotFound(Resource::Invitation);
    assert_eq!(ask_again(&store, &owner, wish.id).await.unwrap_err(), missing);
    ask(&store, &owner, &InvitationWish { id: InvitationId::mint(now(), [6; 10]), ..wish })
        .await
        .unwrap();
}

#[tokio::test]
async fn nobody_is_invited_twice_and_only_by_those_who_may() {
    let (owner, admin) = (somebody(1, Role::Owner), somebody(2, Role::Admin));
    let store = world(&[owner.clone(), admin.clone()]).await;
    for role in [Role::Owner, Role::Admin] {
        assert_eq!(ask(&store, &admin, &invitee(5, role)).await.unwrap_err(), takes_an_owner());
    }
    ask(&store, &admin, &invitee(5, Role::Viewer)).await.unwrap();
    let again = InvitationWish { email: "new5@example.com".into(), ..invitee(6, Role::Viewer) };
    let told = ask(&store, &owner, &again).await.unwrap_err();
    assert_eq!(told, Problem::Taken(Unique::InvitedEmail));
    let member = InvitationWish { email: admin.email.clone(), ..invitee(7, Role::Viewer) };
    let told = ask(&store, &owner, &member).await.unwrap_err();
    assert_eq!(told, Problem::Taken(Unique::MemberEmail));
    ask(&store, &owner, &invitee(8, Role::Admin)).await.unwrap();
    let told = withdraw(&store, &admin, InvitationId::mint(now(), [8; 10])).await;
    assert_eq!(told, Err(takes_an_owner()));
}

#[tokio::test]
async fn fifty_invitations_are_open_at_once_and_no_more_however_many_ask() {
    let owner = somebody(1, Role::Owner);
    let store = world(std::slice::from_ref(&owner)).await;
    for n in 0..48 {
        ask(&store, &owner, &invitee(100 + n, Role::Viewer)).await.unwrap();
    }
    let (a, b, c, d) = (
        invitee(160, Role::Viewer),
        invitee(161, Role::Viewer),
        invitee(162, Role::Viewer),
        invitee(163, Role::Viewer),
    );
    let told = tokio::join!(
        ask(&store, &owner, &a),
        ask(&store, &owner, &b),
        ask(&store, &owner, &c),
        ask(&store, &owner, &d)
    );
    let told = [told.0, told.1, told.2, told.3];
    assert!(told.iter().filter(|told| told.is_ok()).count() <= 2, "{told:?}");
    let open = store.invitations(tenant()).await.unwrap().len();
    assert!(open <= MAX_OPEN, "{open}");
    while ask(&store, &owner, &invitee(170, Role::Viewer)).await.is_ok() {}
    assert!(store.invitations(tenant()).await.unwrap().len() <= MAX_OPEN);
}
