//! Second factors: enrolling an authenticator app, codes for recovery, and sign-ins in two steps.
//!
//! A code is used in the commit of what it allows, under the version of the factor that was read: of two
//! who show the same code at the same moment one is refused.

use super::{
    Ambient, Anew, Commit, Problem, Result, StateRefusal, Unauthenticated,
    own_account::{Prover, Tries, fresh_member, fresh_session},
    sign_in::{self, NewSession, PendingSignIn, SignInOrigin, SignedIn},
};
use crate::{
    digest::same,
    model::{
        Time,
        id::kind,
        member::Member,
        password::Pepper,
        second_factor::{CHALLENGE_S, SecondFactor, SignInChallenge},
        secret::{ChallengeToken, Sealed, kind::Totp},
        token::SingleUse,
        totp,
    },
    operations::invitations::token_hash,
    store::{Table, member, second_factor, session, throttle::Counter},
};

/// Random bytes of all codes for recovery.
pub type RecoveryBytes = [[u8; 7]; totp::RECOVERY_CODES];

/// A second factor with its secret opened, for one request.
pub struct OpenedFactor {
    /// The record, in which the secret is sealed.
    pub factor: SecondFactor,
    /// The bytes that the app computes its codes from.
    pub secret: Vec<u8>,
}

/// A code that somebody typed, and the factor that it is to belong to.
#[derive(Clone, Copy)]
pub struct TypedCode<'a> {
    /// The member's factor, which the code is checked against.
    pub opened: &'a OpenedFactor,
    /// The code, of the app or for recovery.
    pub code: &'a str,
}

impl TypedCode<'_> {
    /// The factor once the code is used up.
    fn used(&self, pepper: Pepper<'_>, now: Time) -> Option<SecondFactor> {
        let Self { opened, code } = self;
        opened.factor.with_any_code(&opened.secret, code, pepper, now)
    }
}

/// Beside a password: says no more than for a wrong one.
fn wrong() -> Problem {
    Problem::Unauthenticated(Unauthenticated::Client)
}

/// Where the password was right before.
fn wrong_code() -> Problem {
    Problem::Unauthenticated(Unauthenticated::Code)
}

/// Gives a member a secret for an app, which counts once a code has proved that the app has it. A
/// second time gives another one.
///
/// # Errors
/// [`StateRefusal::TotpEnabled`]; somebody enrols the same member at the same moment.
pub async fn begin(store: &Table, member: &Member, secret: Sealed<Totp>) -> Result<()> {
    let before = store.second_factor(member.tenant, member.id).await?;
    if before.as_ref().is_some_and(|before| before.confirmed) {
        return Err(Problem::State(StateRefusal::TotpEnabled));
    }
    let version = before.map_or(0, |before| before.version) + 1;
    let begun = SecondFactor::begun(member.tenant, member.id, secret, version);
    Commit::new().write(second_factor::put(&begun), Problem::Contended).run(store).await
}

/// Confirms that the app has the secret, and gives codes for recovery, which are answered once.
///
/// # Errors
/// [`StateRefusal::TotpEnabled`]; a wrong code, by field; as [`Tries::count`].
pub async fn confirm(
    store: &Table,
    prover: Prover,
    typed: TypedCode<'_>,
    pepper: Pepper<'_>,
    random: &RecoveryBytes,
    now: Time,
) -> Result<Vec<String>> {
    let TypedCode { opened, code } = typed;
    if opened.factor.confirmed {
        return Err(Problem::State(StateRefusal::TotpEnabled));
    }
    let tries = Tries::count(store, &prover.session, &prover.network, now).await?;
    let used = opened.factor.with_code(&opened.secret, code, now);
    let used =
        used.ok_or_else(|| Problem::field("code", "is not the one that your app shows now"))?;
    let (shown, hashes) = recovery_codes(pepper, random);
    let next = used.confirmed_with(hashes);
    let place = prover.session.place();
    let mut anew = Anew::from_known((prover.session, prover.member));
    loop {
        let (session, known) = anew.next(fresh_session(store, place, now)).await?;
        let commit = Commit::new()
            .write(second_factor::put(&next), Problem::State(StateRefusal::TotpEnabled))
            .all(member::replace(&known, &known.with_totp(true)), &Problem::Contended)
            .write(session::put(&session.enrolled(now)), Problem::Contended)
            .all(tries.forgiven(), &Problem::Contended);
        if anew.run(store, commit).await? {
            return Ok(shown);
        }
    }
}

/// New codes as they are shown, and as they are kept.
fn recovery_codes(pepper: Pepper<'_>, random: &RecoveryBytes) -> (Vec<String>, Vec<String>) {
    let shown: Vec<String> = random.iter().map(|bytes| totp::recovery_code(*bytes)).collect();
    let letters = shown.iter().filter_map(|code| totp::typed_recovery_code(code));
    let hashes = letters.map(|letters| totp::recovery_hash(pepper, &letters)).collect();
    (shown, hashes)
}

/// Gives other codes for recovery; those before are void.
///
/// # Errors
/// [`StateRefusal::TotpOff`]; somebody uses a code at the same moment, time and again.
pub async fn renew_recovery(
    store: &Table,
    member: &Member,
    pepper: Pepper<'_>,
    random: &RecoveryBytes,
) -> Result<Vec<String>> {
    let (shown, hashes) = recovery_codes(pepper, random);
    let mut anew = Anew::from_now();
    loop {
        let known = anew.next(confirmed(store, member)).await?;
        let next = known.with_recovery(hashes.clone());
        let commit = Commit::new().write(second_factor::put(&next), Problem::Contended);
        if anew.run(store, commit).await? {
            return Ok(shown);
        }
    }
}

async fn confirmed(store: &Table, member: &Member) -> Result<SecondFactor> {
    let known = store.second_factor(member.tenant, member.id).await?;
    known.filter(|known| known.confirmed).ok_or(Problem::State(StateRefusal::TotpOff))
}

/// Takes the second factor away; one that is not there stays away.
///
/// # Errors
/// [`StateRefusal::TotpRequired`] where the organisation wants one in any of its modes.
pub async fn remove(store: &Table, known: Member, now: Time) -> Result<()> {
    for tenant in store.tenant_in_all_modes(known.tenant).await? {
        if store.organization(tenant.scope, now).await?.requires_totp() {
            return Err(Problem::State(StateRefusal::TotpRequired));
        }
    }
    let (tenant, id) = (known.tenant, known.id);
    let mut anew = Anew::from_known(known);
    loop {
        let known = anew.next(fresh_member(store, tenant, id)).await?;
        let factor = store.second_factor(tenant, id).await?;
        if factor.is_none() && !known.totp_enabled {
            return Ok(());
        }
        let gone = factor.iter().map(second_factor::remove);
        let commit = Commit::new()
            .all(member::replace(&known, &known.with_totp(false)), &Problem::Contended)
            .all(gone, &Problem::Contended);
        if anew.run(store, commit).await? {
            return Ok(());
        }
    }
}

/// Proves a member once more by a code.
///
/// # Errors
/// As [`Tries::count`]; [`Unauthenticated::Code`] for a wrong code.
pub async fn reauthenticate(
    store: &Table,
    prover: Prover,
    typed: TypedCode<'_>,
    pepper: Pepper<'_>,
    now: Time,
) -> Result<()> {
    let tries = Tries::count(store, &prover.session, &prover.network, now).await?;
    let used = typed.used(pepper, now).ok_or_else(wrong_code)?;
    Commit::new().write(second_factor::put(&used), wrong_code()).run(store).await?;
    tries.succeed(store, prover.session, now).await
}

/// Ends a sign-in whose code came with the password.
///
/// # Errors
/// [`Unauthenticated::Client`] for a wrong code: it tells no more than a wrong password.
pub async fn finish_at_once(
    store: &Table,
    pending: PendingSignIn,
    typed: TypedCode<'_>,
    pepper: Pepper<'_>,
    ambient: Ambient,
) -> Result<NewSession> {
    let used = typed.used(pepper, ambient.now()).ok_or_else(wrong)?;
    sign_in::finish(store, pending, vec![(second_factor::put(&used), wrong())], ambient).await
}

/// Has a sign-in wait for its second step: the token is shown once.
///
/// # Errors
/// The account had too many failures from everywhere, so that password and code have to come together:
/// as for a wrong password.
pub async fn challenge(
    store: &Table,
    pending: PendingSignIn,
    secret: [u8; 32],
    ambient: Ambient,
) -> Result<ChallengeToken> {
    if pending.must_come_together {
        return Err(wrong());
    }
    let (id, now) = (ambient.new_id(), ambient.now());
    let member = &pending.member;
    let token = SingleUse::Challenge.encode(member.tenant, id, secret);
    let waiting = SignInChallenge {
        id,
        tenant: member.tenant,
        member: member.id,
        token_hash: token_hash(&token),
        password_sha256: SignInChallenge::password_sha256(&member.password),
        mode: pending.mode,
        network: pending.origin.network.clone(),
        browser: pending.origin.browser.clone(),
        by_cookie: pending.origin.by_cookie,
        wrong: 0,
        expires_at: now.plus_seconds(CHALLENGE_S),
        version: 1,
    };
    let commit = Commit::new().write(second_factor::put_challenge(&waiting), Problem::Contended);
    // The password was right.
    pending.forgive(commit).run(store).await?;
    Ok(ChallengeToken::new(token))
}

/// The sign-in that a token belongs to, with one more try counted.
///
/// # Errors
/// [`Problem::RateLimited`] for the network; [`Unauthenticated::Code`] for one that is over, used or
/// unknown.
pub async fn open(
    store: &Table,
    token: &str,
    network: &str,
    now: Time,
) -> Result<(SignInChallenge, Member)> {
    let place = SingleUse::Challenge.decode::<kind::Challenge>(token).ok_or_else(wrong_code)?;
    let whom = network.to_owned();
    let here = Counter { what: "login_network", whom, limit: 30, window_s: 600 };
    let found = store.sign_in_challenge(place.0, place.1).await?.ok_or_else(wrong_code)?;
    let ours = same(found.token_hash.as_bytes(), token_hash(token).as_bytes());
    if !ours || !found.is_open_at(now) {
        return Err(wrong_code());
    }
    if store.count_try(&[&here], now).await?.is_some() {
        return Err(Problem::RateLimited { retry_after_s: here.wait_s(now) });
    }
    let tried = found.tried();
    let commit = Commit::new().write(second_factor::put_challenge(&tried), Problem::Contended);
    commit.run(store).await?;
    let member = store.member(found.tenant, found.member).await?;
    let member = member.filter(|member| tried.holds_for(member)).ok_or_else(wrong_code)?;
    Ok((tried, member))
}

/// Ends a sign-in with its second step.
///
/// # Errors
/// [`Unauthenticated::Code`] for a wrong code.
pub async fn finish(
    store: &Table,
    waiting: SignInChallenge,
    member: Member,
    typed: TypedCode<'_>,
    pepper: Pepper<'_>,
    ambient: Ambient,
) -> Result<NewSession> {
    let now = ambient.now();
    let used = typed.used(pepper, now).ok_or_else(wrong_code)?;
    let organization = store.tenant_in_all_modes(member.tenant).await?;
    let origin = SignInOrigin {
        network: waiting.network.clone(),
        browser: waiting.browser.clone(),
        by_cookie: waiting.by_cookie,
    };
    let whom = origin.network.clone();
    let here = Counter { what: "login_network", whom, limit: 30, window_s: 600 };
    let mut anew = Anew::from_known(member);
    loop {
        let again = async {
            let again = store.member(waiting.tenant, waiting.member).await?;
            again.filter(|again| waiting.holds_for(again)).ok_or_else(wrong_code)
        };
        let known = anew.next(again).await?;
        let session = sign_in::begin(&known, waiting.mode, &origin, ambient);
        let member = known.signed_in(None, now);
        let commit = Commit::new()
            .write(second_factor::put(&used), wrong_code())
            .write(second_factor::remove_challenge(&waiting), wrong_code())
            .write(session::put(&session), Problem::Contended)
            .all(member::replace(&known, &member), &Problem::Contended)
            .write(here.take_back(now), Problem::Contended);
        if anew.run(store, commit).await? {
            let device = sign_in::new_device(&member, ambient);
            return Ok(NewSession {
                signed_in: SignedIn { session, member, organization },
                device,
            });
        }
    }
}

#[cfg(test)]
mod tests;
