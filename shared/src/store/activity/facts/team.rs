//! What is told of those who work for a tenant.

use super::{action, both, changes, yes_or_no};
use crate::{
    model::{
        Time,
        activity::{ActivityAction, TellableFacts},
        id::MemberId,
        invitation::{Invitation, InvitationEnd},
        member::Member,
    },
    store::{
        Item,
        activity::told::{Before, Read, ToldAct, tenant_of},
        invitation as invitations, member as members, reset as resets, second_factor as factors,
        session as sessions,
    },
};

/// What a member tells of. Language and colours of the own dashboard are nobody's business.
pub(super) fn member(before: Before<'_>, new: &Item) -> Read<Option<ToldAct>> {
    let tenant = tenant_of(new)?;
    let reopened = |member: &mut Member| member.removed_at = None;
    let (old, new) = both(before, new, |item| members::from_item(tenant, item), reopened)?;
    let facts = |member: &Member| {
        let on = member.totp_enabled;
        TellableFacts::default()
            .with("name", &member.name)
            .with("role", member.role.as_str())
            .with("totp_enabled", yes_or_no(on))
    };
    let changes = changes(old.as_ref(), &new, facts);
    let named = old.as_ref().and_then(|old| {
        if old.is_active() && !new.is_active() {
            Some(ActivityAction::MemberRemoved)
        } else if old.role != new.role {
            Some(ActivityAction::MemberRoleChanged)
        } else if old.password != new.password {
            Some(ActivityAction::MemberPasswordChanged)
        } else {
            match (old.totp_enabled, new.totp_enabled) {
                (false, true) => Some(ActivityAction::MemberSecondFactorEnabled),
                (true, false) => Some(ActivityAction::MemberSecondFactorDisabled),
                (true, true) | (false, false) => None,
            }
        }
    });
    let (made, updated) = (ActivityAction::MemberJoined, ActivityAction::MemberUpdated);
    let action = action(before, old.as_ref(), made, updated, named, &changes);
    Ok(action.map(|action| ToldAct::new(action, new.id.links_form(), changes)))
}

/// What a second factor tells of, besides its member: other codes for recovery. A code that was used
/// is none.
pub(super) fn second_factor(before: Before<'_>, new: &Item) -> Read<Option<ToldAct>> {
    let Before::Known(old) = before else { return Ok(None) };
    let (tenant, member): (_, MemberId) = (tenant_of(new)?, new.parse("sk")?);
    let read = |item| factors::from_item(tenant, member, item);
    let (old, new) = (read(old)?, read(new)?);
    let added = new.recovery.iter().any(|code| !old.recovery.contains(code));
    let renewed = old.confirmed && new.confirmed && added;
    let action = renewed.then_some(ActivityAction::MemberRecoveryCodesRenewed);
    Ok(action.map(|action| ToldAct::new(action, member.links_form(), Vec::new())))
}

/// What a reset tells of: it was made for a member.
pub(super) fn reset(new: &Item) -> Read<ToldAct> {
    let member: MemberId = new.parse("sk")?;
    let reset = resets::from_item(tenant_of(new)?, member, new)?;
    let facts = TellableFacts::default()
        .with("totp", yes_or_no(reset.removes_totp))
        .with("expires_at", reset.expires_at.rfc3339());
    let changes = facts.since(&TellableFacts::default());
    Ok(ToldAct::new(ActivityAction::MemberResetCreated, member.links_form(), changes))
}

/// What an invitation tells of. One that is accepted is told of by its member.
pub(super) fn invitation(before: Before<'_>, new: &Item) -> Read<Option<ToldAct>> {
    let tenant = tenant_of(new)?;
    let reopened = |invitation: &mut Invitation| invitation.end = None;
    let read = |item: &Item| invitations::from_item(tenant, item);
    let (old, new) = both(before, new, read, reopened)?;
    let facts = |of: &Invitation| {
        TellableFacts::default()
            .with("email", &of.email)
            .with("role", of.role.as_str())
            .with("expires_at", Time::rfc3339(of.expires_at))
    };
    let action = match (&old, new.end) {
        (None, _) => ActivityAction::InvitationCreated,
        (Some(_), Some(InvitationEnd::Accepted)) => return Ok(None),
        (Some(_), Some(InvitationEnd::Withdrawn)) => ActivityAction::InvitationWithdrawn,
        (Some(_), None) => ActivityAction::InvitationRenewed,
    };
    Ok(Some(ToldAct::new(action, new.id.links_form(), changes(old.as_ref(), &new, facts))))
}

/// What a sign-in tells of: it was begun or ended, and on which browser it was.
pub(super) fn session(new: &Item) -> Read<ToldAct> {
    let member = new.text("pk")?.split('#').nth(2).and_then(|text| text.parse().ok());
    let member: MemberId = member.ok_or_else(|| new.corrupt("pk"))?;
    let session = sessions::from_item(tenant_of(new)?, member, new)?;
    let facts = TellableFacts::default().with("device", &session.device);
    let changes = facts.since(&TellableFacts::default());
    let action = match session.revoked_at {
        None => ActivityAction::SessionCreated,
        Some(_) => ActivityAction::SessionEnded,
    };
    Ok(ToldAct::new(action, session.id.links_form(), changes))
}
