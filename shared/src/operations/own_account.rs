//! What members do with their own account: name, language and colours, password, sign-ins.

use super::{
    Ambient, Anew, Commit, Problem, Resource, Result, StateRefusal, Unauthenticated, problem::on,
    sign_in,
};
use crate::{
    digest::hex,
    model::{
        Time,
        id::{MemberId, SessionId, TenantId},
        member::{Member, Theme},
        password::{Password, PasswordCheck, Pepper},
        session::{Session, SessionRef},
    },
    store::{Table, Write, member, session, throttle::Counter},
};

/// Sign-ins that end in one commit with what ends them; older ones are ended right before it.
const MAX_ENDED_TOGETHER: usize = 90;

/// Wrong passwords or codes that end a sign-in.
pub const MAX_WRONG: i64 = 5;

/// What a member changes of itself; absent parts stay.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    /// The member's full name, 1 to 100 characters.
    pub name: Option<String>,
    /// Language of the dashboard, one of those it has a catalogue for; unchanged when absent.
    pub locale: Option<String>,
    /// Light, dark, or as the member's system is set; unchanged when absent.
    pub theme: Option<Theme>,
}

/// Changes a member's own name, language or colours.
///
/// # Errors
/// Somebody else writes the same member, time and again.
pub async fn change_profile(
    store: &Table,
    known: Member,
    change: &ProfileChange,
) -> Result<Member> {
    let (tenant, id) = (known.tenant, known.id);
    let mut anew = Anew::from_known(known);
    loop {
        let known = anew.next(fresh_member(store, tenant, id)).await?;
        let name = change.name.clone().unwrap_or_else(|| known.name.clone());
        let locale = change.locale.clone().unwrap_or_else(|| known.locale.clone());
        let theme = change.theme.unwrap_or(known.theme);
        if (&name, &locale, theme) == (&known.name, &known.locale, known.theme) {
            return Ok(known);
        }
        let next = known.with_profile(name, locale, theme);
        let commit = Commit::new().all(member::replace(&known, &next), &Problem::Contended);
        if anew.run(store, commit).await? {
            return Ok(next);
        }
    }
}

/// The member as it is now; one that was removed meanwhile has no session any more.
pub(super) async fn fresh_member(store: &Table, tenant: TenantId, id: MemberId) -> Result<Member> {
    let found = store.member(tenant, id).await?;
    let revoked = || Problem::Unauthenticated(Unauthenticated::SessionRevoked);
    found.filter(Member::is_active).ok_or_else(revoked)
}

/// A sign-in and its member as they are now; one that is over opens nothing any more.
pub(super) async fn fresh_session(
    store: &Table,
    place: SessionRef,
    now: Time,
) -> Result<(Session, Member)> {
    let revoked = || Problem::Unauthenticated(Unauthenticated::SessionRevoked);
    let (session, member) = store.session_and_member(place).await?.ok_or_else(revoked)?;
    session.open_at(now).map_err(|_| revoked())?;
    Ok((session, member))
}

/// Who proves once more who it is, and from where.
pub struct Prover {
    /// The sign-in that too many wrong tries end.
    pub session: Session,
    /// The member whose password or code is checked.
    pub member: Member,
    /// The network that the request came from.
    pub network: String,
}

/// Takes a password as given a moment ago. The fifth wrong one ends the sign-in.
///
/// # Errors
/// [`Problem::RateLimited`] for the network; [`Unauthenticated::Client`] for another password;
/// [`Unauthenticated::SessionRevoked`] after too many.
pub async fn reauthenticate(
    store: &Table,
    prover: Prover,
    password: &Password,
    pepper: Pepper<'_>,
    now: Time,
) -> Result<()> {
    let tries = Tries::count(store, &prover.session, &prover.network, now).await?;
    if password.check_hash(pepper, Some(&prover.member.password)) == PasswordCheck::Wrong {
        return Err(Problem::Unauthenticated(Unauthenticated::Client));
    }
    tries.succeed(store, prover.session, now).await
}

/// Tries of a password or a code within one sign-in.
pub struct Tries {
    network: Counter,
    session: Counter,
    at: Time,
}

impl Tries {
    /// Counts one before it is judged, so that several at the same moment do not pass together.
    ///
    /// # Errors
    /// [`Problem::RateLimited`]; [`Unauthenticated::SessionRevoked`] beyond the limit, which ends the
    /// sign-in.
    pub async fn count(store: &Table, known: &Session, network: &str, now: Time) -> Result<Self> {
        let of = |what, whom, limit, window_s| Counter { what, whom, limit, window_s };
        let here = of("login_network", network.to_owned(), 30, 600);
        let whom = hex(known.id.uuid().as_bytes());
        let session = of("reauthenticate", whom, MAX_WRONG, 7 * 86_400);
        match store.count_try(&[&here, &session], now).await? {
            None => Ok(Self { network: here, session, at: now }),
            Some(0) => Err(Problem::RateLimited { retry_after_s: here.wait_s(now) }),
            Some(_) => {
                sign_in::logout(store, known.place(), now).await?;
                Err(Problem::Unauthenticated(Unauthenticated::SessionRevoked))
            }
        }
    }

    /// The writes that take the tries back: for the commit of what they allow.
    pub fn forgiven(&self) -> [Write; 2] {
        [self.network.take_back(self.at), self.session.clear(self.at)]
    }

    /// Takes the tries back, and notes that the member proved who it is.
    ///
    /// # Errors
    /// The sign-in ended meanwhile; somebody else writes it, time and again.
    pub async fn succeed(&self, store: &Table, known: Session, now: Time) -> Result<()> {
        let place = known.place();
        let mut anew = Anew::from_known(known);
        loop {
            // Another tab may have refreshed it meanwhile.
            let again = async { Ok(fresh_session(store, place, now).await?.0) };
            let known = anew.next(again).await?;
            let commit = Commit::new()
                .write(session::put(&known.reauthenticated(now)), Problem::Contended)
                .all(self.forgiven(), &Problem::Contended);
            if anew.run(store, commit).await? {
                return Ok(());
            }
        }
    }
}

/// What a member says to have another password.
pub struct NewPassword {
    /// The password until now, which is checked once more.
    pub current: Password,
    /// The one from now on.
    pub new: Password,
    /// Where the wish comes from.
    pub network: String,
}

/// Sets another password, and ends all other sign-ins of the member in the same commit.
///
/// # Errors
/// As [`Tries::count`]; a wrong password, or a new one that is too weak, by field.
pub async fn change_password(
    store: &Table,
    current: &Session,
    member: Member,
    wish: NewPassword,
    pepper: Pepper<'_>,
    ambient: Ambient,
) -> Result<()> {
    let now = ambient.now();
    let tries = Tries::count(store, current, &wish.network, now).await?;
    if wish.current.check_hash(pepper, Some(&member.password)) == PasswordCheck::Wrong {
        return Err(Problem::field("current_password", "is not your password"));
    }
    check_strength(store, &member, &wish.new, "new_password").await?;
    let hash = wish.new.hash(pepper, sign_in::salt(ambient)).ok_or_else(no_memory)?;
    let (tenant, id, password) = (member.tenant, member.id, member.password.clone());
    let mut anew = Anew::from_known(member);
    loop {
        let again = async {
            let again = fresh_member(store, tenant, id).await?;
            if again.password == password { Ok(again) } else { Err(Problem::Conflict) }
        };
        let known = anew.next(again).await?;
        let next = known.with_password(hash.clone());
        let ended = ending(store, tenant, id, Some(current.id), now).await?;
        let commit = Commit::new()
            .all(member::replace(&known, &next), &Problem::Contended)
            .all(tries.forgiven(), &Problem::Contended)
            .all(ended, &Problem::Contended);
        if anew.run(store, commit).await? {
            return Ok(());
        }
    }
}

/// Whether a password is good enough for this member.
///
/// # Errors
/// The field says what is wrong with it.
pub async fn check_strength(
    store: &Table,
    member: &Member,
    password: &Password,
    field: &str,
) -> Result<()> {
    let organization = store.tenant_in_all_modes(member.tenant).await?;
    let names = organization.iter().map(|tenant| tenant.name.as_str());
    let names: Vec<&str> = [&*member.name, &*member.email].into_iter().chain(names).collect();
    password.check(&names).map_err(|invalid| on(field, invalid))
}

/// What a hash that cannot be computed is answered with.
pub fn no_memory() -> Problem {
    Problem::internal("no memory for a password's hash")
}

/// A member's sign-ins that open something, newest first.
pub async fn sessions(
    store: &Table,
    tenant: TenantId,
    member: MemberId,
    now: Time,
) -> Result<Vec<Session>> {
    let mut sessions = store.sessions(tenant, member).await?;
    sessions.retain(|session| session.open_at(now).is_ok());
    Ok(sessions)
}

/// The writes that end a member's sign-ins, except one: for the commit of what ends them. What is more
/// than a commit can hold is ended before it.
pub async fn ending(
    store: &Table,
    tenant: TenantId,
    member: MemberId,
    except: Option<SessionId>,
    now: Time,
) -> Result<Vec<Write>> {
    let mut open = sessions(store, tenant, member, now).await?;
    open.retain(|session| Some(session.id) != except);
    let older = open.split_off(open.len().min(MAX_ENDED_TOGETHER));
    for session in older {
        sign_in::logout(store, session.place(), now).await?;
    }
    Ok(open.iter().map(|session| session::put(&session.revoke(now))).collect())
}

/// Ends one of a member's own sign-ins. One that is over already stays so.
///
/// # Errors
/// [`Problem::NotFound`] for what is none of this member's.
pub async fn end_session(store: &Table, place: SessionRef, now: Time) -> Result<()> {
    session(store, place).await?;
    sign_in::logout(store, place, now).await
}

/// One of a member's sign-ins, over or not.
pub async fn session(store: &Table, place: SessionRef) -> Result<Session> {
    let found = store.session_and_member(place).await?;
    found.map(|(session, _)| session).ok_or(Problem::NotFound(Resource::Session))
}

/// Ends all of a member's sign-ins but this one.
pub async fn end_others(store: &Table, current: &Session, now: Time) -> Result<()> {
    for session in sessions(store, current.tenant, current.member, now).await? {
        if session.id != current.id {
            sign_in::logout(store, session.place(), now).await?;
        }
    }
    Ok(())
}

/// What a reset that opens nothing is answered with.
pub fn reset_over() -> Problem {
    Problem::State(StateRefusal::ResetOver)
}

#[cfg(test)]
mod tests;
