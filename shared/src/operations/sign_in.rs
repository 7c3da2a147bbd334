//! Members sign in with address and password, keep their session alive, and sign out.

mod tries;

use super::{Ambient, Anew, Commit, Problem, Result, Unauthenticated};
use crate::{
    digest::first_of,
    model::{
        Mode, Scope, Time,
        actor::Actor,
        member::{Member, PasswordHash},
        password::{Password, PasswordCheck, Pepper},
        session::{Refreshed, Session, SessionRef, SessionRefusal},
        tenant::Tenant,
        token::{AccessToken, DEVICE_DAYS, DeviceToken, RefreshToken},
    },
    store::{
        Table, Write,
        acting::{self, Stamp},
        member, session,
    },
};
use tries::{SignInTries, count};

pub use tries::of_account;

/// A wish to sign in.
#[derive(Debug)]
pub struct Login {
    /// The address, in lower case.
    pub email: String,
    /// The password as it was typed.
    pub password: Password,
    /// Proves a browser in which somebody signed in before.
    pub device: Option<DeviceToken>,
    /// In which mode the first pair of tokens works.
    pub mode: Mode,
    /// Where the wish comes from.
    pub origin: SignInOrigin,
}

/// Where a sign-in comes from.
#[derive(Debug, Clone)]
pub struct SignInOrigin {
    /// The caller's network, as [`crate::model::client_network::network_of`] names it.
    pub network: String,
    /// The browser, as people recognise it.
    pub browser: String,
    /// Whether the refresh token goes into a cookie.
    pub by_cookie: bool,
}

/// Somebody who is signed in, with what every answer about it shows.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The record of the sign-in, which its tokens belong to.
    pub session: Session,
    /// The member who is signed in.
    pub member: Member,
    /// The organisation in each of its modes, test first; at least one.
    pub organization: Vec<Tenant>,
}

/// A sign-in that just began, with the proof for this browser's next one.
#[derive(Debug)]
pub struct NewSession {
    /// The member, the sign-in and the organisation, as answers show them.
    pub signed_in: SignedIn,
    /// Proves this browser at its next sign-in, for [`DEVICE_DAYS`].
    pub device: DeviceToken,
}

/// What became of a sign-in whose password was right.
#[derive(Debug)]
pub enum LoginOutcome {
    /// The member is signed in.
    SignedIn(Box<NewSession>),
    /// A code of the second factor is needed as well.
    NeedsCode(Box<PendingSignIn>),
}

/// A sign-in whose password was right.
#[derive(Debug)]
pub struct PendingSignIn {
    /// The member whose password was right; the code is still missing.
    pub member: Member,
    /// In which mode the first pair of tokens works.
    pub mode: Mode,
    /// Where the wish comes from.
    pub origin: SignInOrigin,
    /// Whether the code has to come with the password: the account had too many failures.
    pub must_come_together: bool,
    organization: Vec<Tenant>,
    device: Option<DeviceToken>,
    renewed: Option<PasswordHash>,
    tries: SignInTries,
}

impl PendingSignIn {
    /// Adds to a commit what a right password takes back.
    pub fn forgive(&self, commit: Commit) -> Commit {
        self.tries.forgive(commit)
    }
}

/// Signs a member in, or says that a second step is needed.
///
/// # Errors
/// [`Problem::RateLimited`]; [`Unauthenticated::Client`], the same for an unknown address, a wrong
/// password and a removed member; no such mode.
pub async fn login(
    store: &Table,
    login: Login,
    pepper: Pepper<'_>,
    ambient: Ambient,
) -> Result<LoginOutcome> {
    let now = ambient.now();
    let member = store.member_by_email(&login.email).await?.filter(Member::is_active);
    let (tries, must_come_together) = count(store, &login, member.as_ref(), pepper, now).await?;
    let hash = member.as_ref().map(|member| &member.password);
    let check = login.password.check_hash(pepper, hash);
    let member = match (member, check) {
        (Some(member), PasswordCheck::Right | PasswordCheck::RightButOld) => member,
        (_, PasswordCheck::Wrong) | (None, _) => {
            return Err(Problem::Unauthenticated(Unauthenticated::Client));
        }
    };
    let organization = store.tenant_in_all_modes(member.tenant).await?;
    let renewed = match check {
        PasswordCheck::RightButOld => login.password.hash(pepper, salt(ambient)),
        PasswordCheck::Right | PasswordCheck::Wrong => None,
    };
    if let Err(problem) = usable(&organization, login.mode) {
        tries.forgive(Commit::new()).run(store).await?;
        return Err(problem);
    }
    let needs_code = member.totp_enabled;
    let pending = PendingSignIn {
        member,
        mode: login.mode,
        origin: login.origin,
        must_come_together,
        organization,
        device: login.device,
        renewed,
        tries,
    };
    if needs_code {
        return Ok(LoginOutcome::NeedsCode(Box::new(pending)));
    }
    let new = finish(store, pending, Vec::new(), ambient).await?;
    Ok(LoginOutcome::SignedIn(Box::new(new)))
}

/// Begins the session of a sign-in, in one commit with what proved it.
///
/// # Errors
/// The problem of a write that proved it; somebody else writes the member, time and again.
pub async fn finish(
    store: &Table,
    pending: PendingSignIn,
    proof: Vec<(Write, Problem)>,
    ambient: Ambient,
) -> Result<NewSession> {
    let now = ambient.now();
    let PendingSignIn { member, tries, organization, renewed, .. } = pending;
    let enrolling = must_enrol(store, &member, pending.mode, now).await?;
    let begun = begin(&member, pending.mode, &pending.origin, ambient);
    let session = Session { enrolling, ..begun };
    let (tenant, id, password) = (member.tenant, member.id, member.password.clone());
    acting::set(Stamp::new(Actor::Member(id), Some(&member.name), now, (ambient.random)()));
    let mut anew = Anew::from_known(member);
    loop {
        let again = async {
            let again = store.member(tenant, id).await?;
            let same = again.filter(|again| again.is_active() && again.password == password);
            same.ok_or(Problem::Unauthenticated(Unauthenticated::Client))
        };
        let known = anew.next(again).await?;
        let member = known.signed_in(renewed.clone(), now);
        let proved = proof.iter().cloned();
        let commit = proved
            .fold(Commit::new(), |commit, (write, problem)| commit.write(write, problem))
            .write(session::put(&session), Problem::Contended)
            .all(member::replace(&known, &member), &Problem::Contended);
        if anew.run(store, tries.forgive(commit)).await? {
            let device = device(pending.device, &member, ambient);
            return Ok(NewSession {
                signed_in: SignedIn { session, member, organization },
                device,
            });
        }
    }
}

/// Whether a member can do nothing in this mode before a second factor is on.
pub async fn must_enrol(store: &Table, member: &Member, mode: Mode, now: Time) -> Result<bool> {
    if member.totp_enabled {
        return Ok(false);
    }
    let scope = Scope { tenant: member.tenant, mode };
    Ok(store.organization(scope, now).await?.requires_totp())
}

/// A new sign-in of a member.
pub fn begin(member: &Member, mode: Mode, origin: &SignInOrigin, ambient: Ambient) -> Session {
    let now = ambient.now();
    Session {
        id: ambient.new_id(),
        tenant: member.tenant,
        member: member.id,
        mode,
        counter: 0,
        by_cookie: origin.by_cookie,
        device: origin.browser.clone(),
        network: origin.network.clone(),
        created_at: now,
        refreshed_at: now,
        authenticated_at: now,
        enrolling: false,
        revoked_at: None,
        version: 1,
    }
}

/// The proof that somebody signed in in this browser: a new one.
pub fn new_device(member: &Member, ambient: Ambient) -> DeviceToken {
    let device = first_of(&(ambient.random)());
    DeviceToken { member: member.id, device, ends_at: ambient.now().plus_days(DEVICE_DAYS) }
}

/// Random bytes for a password's hash.
pub fn salt(ambient: Ambient) -> [u8; 16] {
    let bytes = [(ambient.random)(), (ambient.random)()];
    first_of(&bytes.concat())
}

/// Whether members can work in this mode of an organisation.
pub fn usable(organization: &[Tenant], mode: Mode) -> Result<()> {
    if organization.iter().all(|tenant| tenant.scope.mode != mode) {
        return Err(Problem::field("mode", format!("names no mode of yours: there is no {mode}")));
    }
    Ok(())
}

/// The same browser keeps its name, so that its counter is the same.
fn device(known: Option<DeviceToken>, member: &Member, ambient: Ambient) -> DeviceToken {
    let ends_at = ambient.now().plus_days(DEVICE_DAYS);
    let known = known.filter(|device| device.member == member.id);
    known.map_or_else(|| new_device(member, ambient), |known| DeviceToken { ends_at, ..known })
}

/// Who is behind an access token, from session and member at one moment.
///
/// # Errors
/// [`Unauthenticated::TokenExpired`], [`Unauthenticated::SessionRevoked`].
pub async fn find(store: &Table, token: &AccessToken, now: Time) -> Result<(Session, Member)> {
    if token.ends_at <= now {
        return Err(Problem::Unauthenticated(Unauthenticated::TokenExpired));
    }
    let found = store.session_and_member(token.place()).await?;
    let revoked = || Problem::Unauthenticated(Unauthenticated::SessionRevoked);
    let (session, member) = found.ok_or_else(revoked)?;
    session.open_at(now).map_err(over)?;
    if member.is_active() { Ok((session, member)) } else { Err(revoked()) }
}

/// Goes on with a session: its next pair of tokens, or the current one again for whoever comes
/// within a minute of somebody else.
///
/// # Errors
/// [`Unauthenticated::TokenExpired`]; [`Unauthenticated::SessionRevoked`], also when an old token
/// came, which ends the session; as [`usable`] for a change of mode.
pub async fn refresh(
    store: &Table,
    token: &RefreshToken,
    mode: Option<Mode>,
    now: Time,
) -> Result<SignedIn> {
    let organization = store.tenant_in_all_modes(token.tenant).await?;
    if let Some(mode) = mode {
        usable(&organization, mode)?;
    }
    let expired = || Problem::Unauthenticated(Unauthenticated::TokenExpired);
    let mut anew = Anew::from_now();
    loop {
        // Another tab may be faster: then its pair is the current one.
        let found = async { store.session_and_member(token.place()).await?.ok_or_else(expired) };
        let (session, member) = anew.next(found).await?;
        if !member.is_active() {
            return Err(Problem::Unauthenticated(Unauthenticated::SessionRevoked));
        }
        let (session, commit) = match session.refresh(token.counter, mode, now) {
            Ok(Refreshed::Again) => (session, Commit::new()),
            Ok(Refreshed::Next(next)) => {
                let enrolling = must_enrol(store, &member, next.mode, now).await?;
                let next = Session { enrolling, ..*next };
                let commit = Commit::new().write(session::put(&next), Problem::Contended);
                (next, commit)
            }
            Err(SessionRefusal::Reused) => {
                let ended = session.revoke(now);
                let commit = Commit::new()
                    .write(session::put(&ended), Problem::Contended)
                    .all(member::replace(&member, &member.warned(now)), &Problem::Contended);
                (ended, commit)
            }
            Err(refusal @ (SessionRefusal::Expired | SessionRefusal::Revoked)) => {
                return Err(over(refusal));
            }
        };
        if anew.run(store, commit).await? {
            return match session.revoked_at {
                Some(_) => Err(over(SessionRefusal::Reused)),
                None => Ok(SignedIn { session, member, organization }),
            };
        }
    }
}

/// Ends a session; one that is over already, or that is gone, stays so.
pub async fn logout(store: &Table, place: SessionRef, now: Time) -> Result<()> {
    let mut anew = Anew::from_now();
    loop {
        let found = anew.next(async { Ok(store.session_and_member(place).await?) }).await?;
        let open = found.filter(|(session, _)| session.revoked_at.is_none());
        let ended = open.map(|(session, _)| session::put(&session.revoke(now)));
        if anew.run(store, Commit::new().all(ended, &Problem::Contended)).await? {
            return Ok(());
        }
    }
}

fn over(refusal: SessionRefusal) -> Problem {
    Problem::Unauthenticated(match refusal {
        SessionRefusal::Expired => Unauthenticated::TokenExpired,
        SessionRefusal::Revoked | SessionRefusal::Reused => Unauthenticated::SessionRevoked,
    })
}

#[cfg(test)]
mod tests;
