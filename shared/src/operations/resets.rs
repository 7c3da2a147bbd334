//! Resets: how a member who has lost the password, or the second factor as well, comes back in.

use super::{
    Ambient, Anew, Commit, IdempotentAnswer, Problem, Remember, Result, invitations::token_hash,
    own_account, sign_in, team,
};
use crate::{
    digest::same,
    model::{
        Time,
        actor::Actor,
        id::{MemberId, TenantId, kind},
        member::Member,
        password::{Password, Pepper},
        reset::{PasswordReset, VALID_S},
        secret::ResetToken,
        token::SingleUse,
    },
    store::{
        Table,
        acting::{self, Stamp},
        member, reset, second_factor,
    },
};

/// A reset that was just made, with the token that opens it: shown once, never kept.
#[derive(Debug)]
pub struct NewReset {
    /// The record, which holds only a hash of the token.
    pub reset: PasswordReset,
    /// The text that is handed over by people; it is shown once, and kept as a hash.
    pub token: ResetToken,
}

/// Whose password is set anew, and who asks for it.
#[derive(Debug, Clone, Copy)]
pub struct ResetWish {
    /// The organisation that the member belongs to.
    pub tenant: TenantId,
    /// The member whose password is set anew.
    pub member: MemberId,
    /// Whether the second factor goes as well.
    pub removes_totp: bool,
    /// The member who manages the other, or the operator.
    pub made_by: Actor,
}

/// Whose reset a member asks for who may manage the other.
#[derive(Debug, Clone, Copy)]
pub struct MemberReset {
    /// The member whose password is set anew.
    pub member: MemberId,
    /// Whether the second factor goes as well.
    pub removes_totp: bool,
}

/// Whose reset an operator asks for.
#[derive(Debug, Clone, Copy)]
pub struct OperatorReset<'a> {
    /// The organisation that the member belongs to.
    pub tenant: TenantId,
    /// The member's address, in lower case.
    pub email: &'a str,
    /// Whether the second factor goes as well.
    pub removes_totp: bool,
}

/// Lets a member set a new password; a reset that was made before opens nothing any more.
///
/// # Errors
/// Somebody else resets the same member at the same moment.
pub async fn begin(
    store: &Table,
    wish: ResetWish,
    secret: [u8; 32],
    now: Time,
) -> Result<NewReset> {
    let new = decide(store, wish, secret, now).await?;
    Commit::new().write(reset::put(&new.reset), Problem::Contended).run(store).await?;
    Ok(new)
}

async fn decide(store: &Table, wish: ResetWish, secret: [u8; 32], now: Time) -> Result<NewReset> {
    let token = SingleUse::Reset.encode(wish.tenant, wish.member, secret);
    let before = store.reset(wish.tenant, wish.member).await?;
    let reset = PasswordReset {
        tenant: wish.tenant,
        member: wish.member,
        token_hash: token_hash(&token),
        removes_totp: wish.removes_totp,
        made_by: wish.made_by,
        expires_at: now.plus_seconds(VALID_S),
        version: before.map_or(0, |before| before.version) + 1,
    };
    Ok(NewReset { reset, token: ResetToken::new(token) })
}

/// The same by a member who may manage the other. The answer has everything but the token.
///
/// # Errors
/// As [`team::managed`]; as [`begin`].
pub async fn begin_for(
    store: &Table,
    by: &Member,
    of: MemberReset,
    secret: [u8; 32],
    remember: &Remember<'_, PasswordReset>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(earlier) = remember.earlier(store).await? {
        return Ok(earlier);
    }
    let target = team::managed(store, by, of.member).await?;
    let (tenant, made_by) = (by.tenant, Actor::Member(by.id));
    let wish = ResetWish { tenant, member: target.id, removes_totp: of.removes_totp, made_by };
    let new = decide(store, wish, secret, now).await?;
    let commit = Commit::new().write(reset::put(&new.reset), Problem::Contended);
    remember.commit(store, commit, &new.reset, now).await
}

/// The same by an operator, for whom nobody else can help; the account's counter of failures is
/// cleared as well.
pub async fn begin_for_operator(
    store: &Table,
    of: OperatorReset<'_>,
    secret: [u8; 32],
    pepper: Pepper<'_>,
    now: Time,
) -> Result<NewReset> {
    let OperatorReset { tenant, email, removes_totp } = of;
    let found = store.member_by_email(email).await?;
    let ours = found.filter(|found| found.tenant == tenant && found.is_active());
    let member = ours.ok_or_else(|| Problem::field("email", "is no member's of this tenant"))?;
    let counter = sign_in::of_account(email, pepper);
    Commit::new().write(counter.clear(now), Problem::Contended).run(store).await?;
    let wish = ResetWish { tenant, member: member.id, removes_totp, made_by: Actor::Operator };
    begin(store, wish, secret, now).await
}

/// Sets a new password with a reset's token, which is used up by it, and ends all sign-ins.
///
/// # Errors
/// [`super::StateRefusal::ResetOver`] for one that is used, voided, past its time or unknown alike; a
/// password that is too weak.
pub async fn finish(
    store: &Table,
    token: &str,
    password: &Password,
    pepper: Pepper<'_>,
    ambient: Ambient,
) -> Result<()> {
    let now = ambient.now();
    let (reset, known) = find(store, token, now).await?;
    own_account::check_strength(store, &known, password, "password").await?;
    let hash = password.hash(pepper, sign_in::salt(ambient)).ok_or_else(own_account::no_memory)?;
    let actor = Actor::Member(known.id);
    acting::set(Stamp::new(actor, Some(&known.name), now, (ambient.random)()));
    let mut anew = Anew::from_known((reset, known));
    loop {
        // Somebody may sign in at this moment, or use the same token.
        let (reset, known) = anew.next(find(store, token, now)).await?;
        let next = known.with_password(hash.clone());
        // Both were lost: the factor goes with the password.
        let (next, factor) = match reset.removes_totp {
            true => {
                let factor = store.second_factor(known.tenant, known.id).await?;
                (Member { totp_enabled: false, ..next }, factor)
            }
            false => (next, None),
        };
        let ended = own_account::ending(store, known.tenant, known.id, None, now).await?;
        let commit = Commit::new()
            .write(reset::remove(&reset), Problem::Contended)
            .all(factor.iter().map(second_factor::remove), &Problem::Contended)
            .all(member::replace(&known, &next), &Problem::Contended)
            .all(ended, &Problem::Contended);
        if anew.run(store, commit).await? {
            return Ok(());
        }
    }
}

/// What a token opens.
async fn find(store: &Table, token: &str, now: Time) -> Result<(PasswordReset, Member)> {
    let over = own_account::reset_over;
    let (tenant, id) = SingleUse::Reset.decode::<kind::Member>(token).ok_or_else(over)?;
    let (reset, member) = store.reset_and_member(tenant, id).await?.ok_or_else(over)?;
    let ours = same(reset.token_hash.as_bytes(), token_hash(token).as_bytes());
    if ours && reset.is_open_at(now) && member.is_active() {
        Ok((reset, member))
    } else {
        Err(over())
    }
}
