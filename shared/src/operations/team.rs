//! Who works for an organisation: roles, who is invited, who leaves.

use super::{
    Anew, Commit, IdempotentAnswer, Problem, Remember, Resource, Result, StateRefusal, Unique,
    invitations::{check_address, token_hash},
    own_account,
};
use crate::{
    model::{
        Mode, Scope, Surface, Time,
        actor::Actor,
        id::{InvitationId, MemberId, TenantId},
        invitation::{Invitation, InvitationEnd, InvitationStatus, MAX_OPEN, VALID_DAYS},
        member::{MAX_MEMBERS, Member, Permission, Role},
        token::SingleUse,
    },
    store::{Guard, Table, Value, Write, invitation, key, member},
};

/// How often a change is decided anew when somebody else changes the team at the same moment.
const TRIES: usize = 4;

/// What those who invite take turns at.
const TURNS: &str = "invitation";

/// The organisation's members that somebody may look at, newest first.
pub async fn members(store: &Table, tenant: TenantId) -> Result<Vec<Member>> {
    Ok(store.members(tenant).await?)
}

/// A member whom another one may change.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Forbidden`] where it takes an owner.
pub async fn managed(store: &Table, by: &Member, id: MemberId) -> Result<Member> {
    let found = find(store, by, id).await?;
    found.filter(Member::is_active).ok_or(Problem::NotFound(Resource::Member))
}

/// The same, also when it was removed.
async fn find(store: &Table, by: &Member, id: MemberId) -> Result<Option<Member>> {
    let found = store.member(by.tenant, id).await?.ok_or(Problem::NotFound(Resource::Member))?;
    may_manage(by.role, found.role)?;
    Ok(Some(found))
}

/// Whether a role may invite, change or remove somebody of another role.
///
/// # Errors
/// [`Problem::Forbidden`], naming the permission that it takes.
pub fn may_manage(by: Role, other: Role) -> Result<()> {
    if by.may_manage(other) {
        return Ok(());
    }
    let needed = match other {
        Role::Owner | Role::Admin => Permission::ManageOwners,
        Role::Staff | Role::Viewer => Permission::ManageMembers,
    };
    Err(Problem::Forbidden { scope: needed.as_str().to_owned() })
}

/// Gives a member another role, and ends its sign-ins: what it may do is read anew.
///
/// # Errors
/// As [`managed`], for the new role as well; [`StateRefusal::LastOwner`].
pub async fn change_role(
    store: &Table,
    by: &Member,
    id: MemberId,
    role: Role,
    now: Time,
) -> Result<Member> {
    let mut anew = Anew::from_now();
    loop {
        let known = anew.next(managed(store, by, id)).await?;
        may_manage(by.role, role)?;
        if known.role == role {
            return Ok(known);
        }
        let next = known.in_role(role);
        if anew.run(store, change(store, &known, &next, now).await?).await? {
            return Ok(next);
        }
    }
}

/// Takes a member out of the organisation. One that is out already stays out.
///
/// # Errors
/// As [`managed`]; [`StateRefusal::LastOwner`].
pub async fn remove(store: &Table, by: &Member, id: MemberId, now: Time) -> Result<()> {
    let mut anew = Anew::from_now();
    loop {
        let known = anew.next(find(store, by, id)).await?;
        let Some(known) = known.filter(Member::is_active) else { return Ok(()) };
        if anew.run(store, change(store, &known, &known.removed(now), now).await?).await? {
            return Ok(());
        }
    }
}

/// A member's change with the end of its sign-ins, as long as an owner stays.
async fn change(store: &Table, known: &Member, next: &Member, now: Time) -> Result<Commit> {
    let stays = keeps_an_owner(store, known, next).await?;
    let ended = own_account::ending(store, known.tenant, known.id, None, now).await?;
    Ok(Commit::new()
        .all(member::replace(known, next), &Problem::Contended)
        .all(stays, &Problem::Contended)
        .all(ended, &Problem::Contended))
}

/// Where an owner goes or steps down: the check that another one is still there in that very commit,
/// so that the last two cannot both go.
async fn keeps_an_owner(store: &Table, known: &Member, next: &Member) -> Result<Option<Write>> {
    let owns = |member: &Member| member.role == Role::Owner && member.is_active();
    if !owns(known) || owns(next) {
        return Ok(None);
    }
    let members = store.members(known.tenant).await?;
    let other = members.into_iter().find(|other| owns(other) && other.id != known.id);
    let other = other.ok_or(Problem::State(StateRefusal::LastOwner))?;
    let version = i64::try_from(other.version).unwrap_or(i64::MAX);
    let guards = vec![Guard::Is("v", Value::from(version))];
    Ok(Some(Write::Check { key: key::member(other.tenant, other.id), guards }))
}

/// An invitation that a member asks for.
#[derive(Debug, Clone)]
pub struct InvitationWish {
    /// The id of the record, which the token contains as well.
    pub id: InvitationId,
    /// Whose address, in lower case.
    pub email: String,
    /// The role that the new member gets; the inviter's own role has to allow it.
    pub role: Role,
    /// The random part of the token, of which a hash is kept.
    pub secret: [u8; 32],
}

impl InvitationWish {
    /// The token that accepts it.
    pub fn token(&self, tenant: TenantId) -> String {
        SingleUse::Invitation.encode(tenant, self.id, self.secret)
    }
}

/// Invites somebody. Members and open invitations are counted in the commit itself.
///
/// # Errors
/// [`Problem::Forbidden`]; a member or an open invitation has the address;
/// [`StateRefusal::TooManyInvitations`], [`StateRefusal::TooManyMembers`].
pub async fn invite(
    store: &Table,
    by: &Member,
    wish: &InvitationWish,
    remember: &Remember<'_, Invitation>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(earlier) = remember.earlier(store).await? {
        return Ok(earlier);
    }
    may_manage(by.role, wish.role)?;
    check_address(store, &wish.email).await?;
    for _ in 0..TRIES {
        let turn = store.turn(turn_scope(by.tenant), Surface::Links, TURNS).await?;
        check_room(store, by.tenant, &wish.email, None, now).await?;
        let new = Invitation {
            id: wish.id,
            tenant: by.tenant,
            email: wish.email.clone(),
            role: wish.role,
            token_hash: token_hash(&wish.token(by.tenant)),
            end: None,
            invited_by: Actor::Member(by.id),
            created_at: now,
            expires_at: now.plus_days(VALID_DAYS),
            version: 1,
        };
        let commit = Commit::new()
            .write(turn.take(), Problem::Contended)
            .write(invitation::put(&new), Problem::Contended);
        match remember.commit(store, commit, &new, now).await {
            Err(Problem::Contended) => {}
            done => return done,
        }
    }
    Err(Problem::Contended)
}

/// Members work in both modes, so those who invite take one turn.
const fn turn_scope(tenant: TenantId) -> Scope {
    Scope { tenant, mode: Mode::Test }
}

/// Whether one more may be invited, besides an invitation that is there already.
async fn check_room(
    store: &Table,
    tenant: TenantId,
    email: &str,
    renewed: Option<InvitationId>,
    now: Time,
) -> Result<()> {
    let mut open = store.invitations(tenant).await?;
    open.retain(|one| one.status_at(now) == InvitationStatus::Open && Some(one.id) != renewed);
    if open.iter().any(|one| one.email == email) {
        return Err(Problem::Taken(Unique::InvitedEmail));
    }
    if open.len() >= MAX_OPEN {
        return Err(Problem::State(StateRefusal::TooManyInvitations));
    }
    if store.members(tenant).await?.len() + open.len() >= MAX_MEMBERS {
        return Err(Problem::State(StateRefusal::TooManyMembers));
    }
    Ok(())
}

/// An invitation of a role that somebody may manage, over or not.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Forbidden`] where it takes an owner.
pub async fn invited(store: &Table, by: &Member, id: InvitationId) -> Result<Invitation> {
    let missing = || Problem::NotFound(Resource::Invitation);
    let found = store.invitation(by.tenant, id).await?.ok_or_else(missing)?;
    may_manage(by.role, found.role)?;
    Ok(found)
}

/// Gives an invitation a new token and another week; the token before opens nothing any more.
///
/// # Errors
/// [`Problem::NotFound`] for one that was accepted or withdrawn, too; as [`invite`].
pub async fn renew(
    store: &Table,
    by: &Member,
    id: InvitationId,
    secret: [u8; 32],
    remember: &Remember<'_, Invitation>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(earlier) = remember.earlier(store).await? {
        return Ok(earlier);
    }
    let missing = || Problem::NotFound(Resource::Invitation);
    let hash = token_hash(&SingleUse::Invitation.encode(by.tenant, id, secret));
    for _ in 0..TRIES {
        let turn = store.turn(turn_scope(by.tenant), Surface::Links, TURNS).await?;
        let known = invited(store, by, id).await?;
        let next = known.renew(hash.clone(), now).map_err(|_| missing())?;
        check_address(store, &next.email).await?;
        check_room(store, by.tenant, &next.email, Some(id), now).await?;
        let commit = Commit::new()
            .write(turn.take(), Problem::Contended)
            .write(invitation::put(&next), Problem::Contended);
        match remember.commit(store, commit, &next, now).await {
            Err(Problem::Contended) => {}
            done => return done,
        }
    }
    Err(Problem::Contended)
}

/// Takes an invitation back; one that was taken back already stays so.
///
/// # Errors
/// [`Problem::NotFound`] for one that was accepted, too; [`Problem::Forbidden`].
pub async fn withdraw(store: &Table, by: &Member, id: InvitationId) -> Result<()> {
    let mut anew = Anew::from_now();
    loop {
        let known = anew.next(invited(store, by, id)).await?;
        if known.end == Some(InvitationEnd::Withdrawn) {
            return Ok(());
        }
        // One that was accepted is over.
        let next = known.withdraw().map_err(|_| Problem::NotFound(Resource::Invitation))?;
        let commit = Commit::new().write(invitation::put(&next), Problem::Contended);
        if anew.run(store, commit).await? {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests;
