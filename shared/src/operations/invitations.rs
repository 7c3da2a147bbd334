//! Invitations: how somebody becomes a member. The first owner is invited by an operator.

use super::{Ambient, Commit, Problem, Result, StateRefusal, Unique, problem::on, sign_in};
use crate::{
    digest::{hex, same, sha256},
    model::{
        Time,
        actor::Actor,
        id::{InvitationId, TenantId, kind},
        invitation::{Invitation, InvitationStatus, VALID_DAYS},
        member::{Member, Role, Theme},
        organization::DEFAULT_LOCALE,
        password::{Password, Pepper},
        secret::InvitationToken,
        session::Session,
        tenant::Tenant,
        token::SingleUse,
    },
    operations::sign_in::{NewSession, SignInOrigin, SignedIn},
    store::{
        Consistency, Table,
        acting::{self, Stamp},
        invitation, key, member, session,
    },
};

/// An invitation that was just made, with the token that accepts it: shown once, never kept.
#[derive(Debug)]
pub struct NewInvitation {
    /// The record, which holds only a hash of the token.
    pub invitation: Invitation,
    /// The text that was handed over by people; it opens once, and is kept as a hash.
    pub token: InvitationToken,
}

/// What somebody who accepts says of themselves.
#[derive(Debug)]
pub struct Acceptance {
    /// Full name, 1 to 100 characters.
    pub name: String,
    /// The password that the new member chooses.
    pub password: Password,
    /// Where the first session comes from.
    pub origin: SignInOrigin,
}

/// Checks that no member has an address: it would accept an invitation in vain.
///
/// # Errors
/// A member of some organisation has it.
pub async fn check_address(store: &Table, email: &str) -> Result<()> {
    let claim = store.get(&key::member_email(email), Consistency::Strong).await?;
    claim.map_or(Ok(()), |_| Err(Problem::Taken(Unique::MemberEmail)))
}

/// Invites the first owner of an organisation, as part of what makes it.
///
/// # Errors
/// A member of some organisation has this address already.
pub async fn invite_owner(
    store: &Table,
    tenant: TenantId,
    email: &str,
    secret: [u8; 32],
    ambient: Ambient,
) -> Result<NewInvitation> {
    check_address(store, email).await?;
    let id: InvitationId = ambient.new_id();
    let token = SingleUse::Invitation.encode(tenant, id, secret);
    let now = ambient.now();
    let invitation = Invitation {
        id,
        tenant,
        email: email.to_owned(),
        role: Role::Owner,
        token_hash: token_hash(&token),
        end: None,
        invited_by: Actor::Operator,
        created_at: now,
        expires_at: now.plus_days(VALID_DAYS),
        version: 1,
    };
    store.commit(vec![invitation::put(&invitation)]).await?;
    Ok(NewInvitation { invitation, token: InvitationToken::new(token) })
}

/// What an invitation says, and to which organisation it leads.
///
/// # Errors
/// [`StateRefusal::InvitationOver`] for one that is used, withdrawn, expired or unknown alike.
pub async fn preview(store: &Table, token: &str, now: Time) -> Result<(Invitation, Vec<Tenant>)> {
    let over = || Problem::State(StateRefusal::InvitationOver);
    let place = SingleUse::Invitation.decode::<kind::Invitation>(token);
    let (tenant, id) = place.ok_or_else(over)?;
    let found = store.invitation(tenant, id).await?.ok_or_else(over)?;
    let ours = same(found.token_hash.as_bytes(), token_hash(token).as_bytes());
    match found.status_at(now) {
        InvitationStatus::Open if ours => Ok((found, store.tenant_in_all_modes(tenant).await?)),
        InvitationStatus::Open
        | InvitationStatus::Accepted
        | InvitationStatus::Withdrawn
        | InvitationStatus::Expired => Err(over()),
    }
}

/// Makes a member of whoever holds the token, and signs them in.
///
/// # Errors
/// As [`preview`]; a password that is too weak; somebody has the address; as [`sign_in::usable`].
pub async fn accept(
    store: &Table,
    token: &str,
    acceptance: Acceptance,
    pepper: Pepper<'_>,
    ambient: Ambient,
) -> Result<NewSession> {
    let now = ambient.now();
    let (invitation, organization) = preview(store, token, now).await?;
    let over = || Problem::State(StateRefusal::InvitationOver);
    let first = organization.first().ok_or_else(over)?;
    let names = [&*acceptance.name, &*invitation.email, &*first.name];
    acceptance.password.check(&names).map_err(|invalid| on("password", invalid))?;
    let mode = first.scope.mode;
    sign_in::usable(&organization, mode)?;
    let hash = acceptance.password.hash(pepper, sign_in::salt(ambient));
    let new = Member {
        id: ambient.new_id(),
        tenant: invitation.tenant,
        email: invitation.email.clone(),
        name: acceptance.name,
        role: invitation.role,
        password: hash.ok_or_else(|| Problem::internal("no memory for a password's hash"))?,
        totp_enabled: false,
        locale: DEFAULT_LOCALE.to_owned(),
        theme: Theme::System,
        security_notice: None,
        last_login_at: Some(now),
        removed_at: None,
        created_at: now,
        version: 1,
    };
    let accepted = invitation.accept(now).map_err(|_| over())?;
    let enrolling = sign_in::must_enrol(store, &new, mode, now).await?;
    let begun = sign_in::begin(&new, mode, &acceptance.origin, ambient);
    let begun = Session { enrolling, ..begun };
    let actor = Actor::Member(new.id);
    acting::set(Stamp::new(actor, Some(&new.name), now, (ambient.random)()));
    let [record, claim] = member::insert(&new);
    let commit = Commit::new()
        .write(invitation::put(&accepted), over())
        .write(record, Problem::Contended)
        .write(claim, Problem::Taken(Unique::MemberEmail))
        .write(session::put(&begun), Problem::Contended);
    commit.run(store).await?;
    let device = sign_in::new_device(&new, ambient);
    Ok(NewSession { signed_in: SignedIn { session: begun, member: new, organization }, device })
}

/// What is kept of an invitation's token.
pub fn token_hash(token: &str) -> String {
    hex(&sha256::<32>(token))
}

#[cfg(test)]
mod tests;
