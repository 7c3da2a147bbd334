//! Members sign in with address and password, keep their session alive, and sign out.
//!
//! Throttling never locks an owner out: a try is counted before the password is hashed and taken back
//! on success, so that guesses at the same moment do not pass together; a browser that signed in
//! before has a counter of its own, which nobody else can fill.

use super::{Ambient, Commit, Problem, Result, StateRefusal, Unauthenticated};
use crate::{
    digest::{first_of, hex},
    model::{
        Mode, Time,
        id::TenantId,
        member::Member,
        password::{Password, PasswordCheck, Pepper},
        session::{Refreshed, Session, SessionRefusal},
        tenant::Tenant,
        token::{AccessToken, DEVICE_DAYS, DeviceToken, RefreshToken},
    },
    store::{Table, member, session, throttle::Counter},
};
use ring::hmac;

/// How often a sign-in is decided anew when somebody writes the same member at the same moment.
const TRIES: usize = 3;

/// A wish to sign in.
#[derive(Debug)]
pub struct Login {
    /// In lower case.
    pub email: String,
    /// As typed.
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
    /// The sign-in.
    pub session: Session,
    /// Who.
    pub member: Member,
    /// The organisation in each of its modes, test first; at least one.
    pub organization: Vec<Tenant>,
}

/// A sign-in that just began, with the proof for this browser's next one.
#[derive(Debug)]
pub struct NewSession {
    /// Who signed in.
    pub signed_in: SignedIn,
    /// Proves this browser.
    pub device: DeviceToken,
}

/// Signs a member in.
///
/// # Errors
/// [`Problem::RateLimited`]; [`Unauthenticated::Client`], the same for an unknown address, a wrong
/// password and a removed member; no such mode; [`StateRefusal::SecondFactorMissing`] in live mode.
pub async fn login(
    store: &Table,
    login: Login,
    pepper: Pepper<'_>,
    ambient: Ambient,
) -> Result<NewSession> {
    let now = ambient.now();
    let member = store.member_by_email(&login.email).await?.filter(Member::is_active);
    let tries = count(store, &login, member.as_ref(), pepper, now).await?;
    let hash = member.as_ref().map(|member| &member.password);
    let check = login.password.check_hash(pepper, hash);
    let mut member = match (member, check) {
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
    let new = begin(&member, login.mode, &login.origin, ambient);
    for tries_left in (0..TRIES).rev() {
        let next = member.signed_in(renewed.clone(), now);
        let commit = Commit::new()
            .write(session::put(&new), Problem::Conflict)
            .all(member::replace(&member, &next), &Problem::Conflict);
        match tries.forgive(commit).run(store).await {
            Ok(()) => {
                let device = device(&login, &next, ambient);
                return Ok(NewSession {
                    signed_in: SignedIn { session: new, member: next, organization },
                    device,
                });
            }
            Err(Problem::Conflict) if tries_left > 0 => {
                let again = store.member(member.tenant, member.id).await?;
                let same =
                    again.filter(|again| again.is_active() && again.password == member.password);
                member = same.ok_or(Problem::Unauthenticated(Unauthenticated::Client))?;
            }
            Err(problem) => return Err(problem),
        }
    }
    Err(Problem::Conflict)
}

/// A new sign-in of a member.
#[must_use]
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
        revoked_at: None,
        version: 1,
    }
}

/// The proof that somebody signed in in this browser: a new one.
#[must_use]
pub fn new_device(member: &Member, ambient: Ambient) -> DeviceToken {
    let device = first_of(&(ambient.random)());
    DeviceToken { member: member.id, device, ends_at: ambient.now().plus_days(DEVICE_DAYS) }
}

/// Random bytes for a password's hash.
#[must_use]
pub fn salt(ambient: Ambient) -> [u8; 16] {
    let bytes = [(ambient.random)(), (ambient.random)()];
    first_of(&bytes.concat())
}

/// Whether members can work in this mode of an organisation.
///
/// # Errors
/// The organisation does not have it; a second factor is needed there, which nobody has yet.
pub fn usable(organization: &[Tenant], mode: Mode) -> Result<()> {
    if organization.iter().all(|tenant| tenant.scope.mode != mode) {
        return Err(Problem::field("mode", format!("names no mode of yours: there is no {mode}")));
    }
    match mode {
        Mode::Test => Ok(()),
        Mode::Live => Err(Problem::State(StateRefusal::SecondFactorMissing)),
    }
}

/// The same browser keeps its name, so that its counter is the same.
fn device(login: &Login, member: &Member, ambient: Ambient) -> DeviceToken {
    let ends_at = ambient.now().plus_days(DEVICE_DAYS);
    let known = login.device.filter(|device| device.member == member.id);
    known.map_or_else(|| new_device(member, ambient), |known| DeviceToken { ends_at, ..known })
}

/// What was counted for a try.
enum Tries {
    /// Against a browser that is known.
    OfDevice(Counter, Time),
    /// Against networks and the account.
    OfNetwork(Vec<Counter>, Time),
}

impl Tries {
    /// Adds to a commit what a success takes back.
    fn forgive(&self, commit: Commit) -> Commit {
        match self {
            Self::OfDevice(counter, at) => commit.write(counter.clear(*at), Problem::Conflict),
            Self::OfNetwork(counters, at) => {
                let writes = counters.iter().map(|counter| counter.take_back(*at));
                commit.all(writes, &Problem::Conflict)
            }
        }
    }
}

/// Counts a try, by the rules of `links.md`, section 2.
async fn count(
    store: &Table,
    login: &Login,
    member: Option<&Member>,
    pepper: Pepper<'_>,
    now: Time,
) -> Result<Tries> {
    let ours = |device: &DeviceToken| {
        now < device.ends_at && member.is_some_and(|member| member.id == device.member)
    };
    if let Some(device) = login.device.filter(ours) {
        let counter = of_device(&device);
        if store.count_try(&[&counter], now).await?.is_none() {
            return Ok(Tries::OfDevice(counter, now));
        }
        // Ten failures in a row: this browser is none that we know.
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, pepper.key);
    let account = hex(&first_of::<16>(hmac::sign(&key, login.email.as_bytes()).as_ref()));
    let network = &login.origin.network;
    let of = |what, whom: String, limit, window_s| Counter { what, whom, limit, window_s };
    let here = format!("{account}#{network}");
    let counters = [
        of("login_network", network.clone(), 30, 600),
        of("login_here", here.clone(), 10, 900),
        of("login_account", account, 50, 3600),
    ];
    let [by_network, by_both, by_account] = &counters;
    let wait = |counter: &Counter| Problem::RateLimited { retry_after_s: counter.wait_s(now) };
    match store.count_try(&[by_network, by_both, by_account], now).await? {
        None => return Ok(Tries::OfNetwork(counters.to_vec(), now)),
        Some(0) => return Err(wait(by_network)),
        Some(1) => return Err(wait(by_both)),
        Some(_) => {}
    }
    // The account has had too many failures from everywhere: each network has one try at a time.
    let slot = of("login_slot", here, 1, 600);
    let [by_network, by_both, _] = counters;
    match store.count_try(&[&by_network, &by_both, &slot], now).await? {
        None => Ok(Tries::OfNetwork(vec![by_network, by_both, slot], now)),
        Some(0) => Err(wait(&by_network)),
        Some(1) => Err(wait(&by_both)),
        Some(_) => Err(wait(&slot)),
    }
}

fn of_device(device: &DeviceToken) -> Counter {
    let whom = hex(&device.device);
    Counter { what: "login_device", whom, limit: 10, window_s: DEVICE_DAYS * 86_400 }
}

/// Who is behind an access token, from session and member at one moment.
///
/// # Errors
/// [`Unauthenticated::TokenExpired`], [`Unauthenticated::SessionRevoked`].
pub async fn find(store: &Table, token: &AccessToken, now: Time) -> Result<(Session, Member)> {
    if token.ends_at <= now {
        return Err(Problem::Unauthenticated(Unauthenticated::TokenExpired));
    }
    let place = (token.tenant, token.member, token.session);
    let found = store.session_and_member(place).await?;
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
    for _ in 0..TRIES {
        let place = (token.tenant, token.member, token.session);
        let found = store.session_and_member(place).await?;
        let expired = || Problem::Unauthenticated(Unauthenticated::TokenExpired);
        let (session, member) = found.ok_or_else(expired)?;
        if !member.is_active() {
            return Err(Problem::Unauthenticated(Unauthenticated::SessionRevoked));
        }
        let (session, commit) = match session.refresh(token.counter, mode, now) {
            Ok(Refreshed::Again) => (session, Commit::new()),
            Ok(Refreshed::Next(next)) => {
                let commit = Commit::new().write(session::put(&next), Problem::Conflict);
                (*next, commit)
            }
            Err(SessionRefusal::Reused) => {
                let ended = session.revoke(now);
                let commit = Commit::new()
                    .write(session::put(&ended), Problem::Conflict)
                    .all(member::replace(&member, &member.warned(now)), &Problem::Conflict);
                (ended, commit)
            }
            Err(refusal @ (SessionRefusal::Expired | SessionRefusal::Revoked)) => {
                return Err(over(refusal));
            }
        };
        match commit.run(store).await {
            Ok(()) if session.revoked_at.is_some() => return Err(over(SessionRefusal::Reused)),
            Ok(()) => return Ok(SignedIn { session, member, organization }),
            // Another tab was faster: by now its pair is the current one.
            Err(Problem::Conflict) => {}
            Err(problem) => return Err(problem),
        }
    }
    Err(Problem::Conflict)
}

/// Ends a session; one that is over already, or that is gone, stays so.
///
/// # Errors
/// The table cannot be reached.
pub async fn logout(
    store: &Table,
    place: (TenantId, crate::model::id::MemberId, crate::model::id::SessionId),
    now: Time,
) -> Result<()> {
    for _ in 0..TRIES {
        let Some((session, _)) = store.session_and_member(place).await? else { return Ok(()) };
        if session.revoked_at.is_some() {
            return Ok(());
        }
        let ended = session.revoke(now);
        let commit = Commit::new().write(session::put(&ended), Problem::Conflict);
        match commit.run(store).await {
            Err(Problem::Conflict) => {}
            done => return done,
        }
    }
    Err(Problem::Conflict)
}

fn over(refusal: SessionRefusal) -> Problem {
    Problem::Unauthenticated(match refusal {
        SessionRefusal::Expired => Unauthenticated::TokenExpired,
        SessionRefusal::Revoked | SessionRefusal::Reused => Unauthenticated::SessionRevoked,
    })
}

#[cfg(test)]
mod tests;
