//! How tries to sign in are counted.
//!
//! Throttling never locks an owner out: a try is counted before the password is hashed and taken back
//! on success, so that guesses at the same moment do not pass together; a browser that signed in
//! before has a counter of its own, which nobody else can fill.

use super::super::{Commit, Problem, Result};
use super::Login;
use crate::{
    digest::{first_of, hex},
    model::{
        Time,
        member::Member,
        password::Pepper,
        token::{DEVICE_DAYS, DeviceToken},
    },
    store::{Table, throttle::Counter},
};
use ring::hmac;

/// What was counted for a try.
#[derive(Debug)]
pub(super) enum SignInTries {
    /// Against a browser that is known.
    OfDevice(Counter, Time),
    /// Against networks and the account.
    OfNetwork(Vec<Counter>, Time),
}

impl SignInTries {
    /// Adds to a commit what a success takes back.
    pub(super) fn forgive(&self, commit: Commit) -> Commit {
        match self {
            Self::OfDevice(counter, at) => commit.write(counter.clear(*at), Problem::Contended),
            Self::OfNetwork(counters, at) => {
                let writes = counters.iter().map(|counter| counter.take_back(*at));
                commit.all(writes, &Problem::Contended)
            }
        }
    }
}

/// Counts a try, by the rules of `links.md`, section 2, and says whether password and code have to come
/// together.
pub(super) async fn count(
    store: &Table,
    login: &Login,
    member: Option<&Member>,
    pepper: Pepper<'_>,
    now: Time,
) -> Result<(SignInTries, bool)> {
    let ours = |device: &DeviceToken| {
        now < device.ends_at && member.is_some_and(|member| member.id == device.member)
    };
    if let Some(device) = login.device.filter(ours) {
        let counter = of_device(&device);
        if store.count_try(&[&counter], now).await?.is_none() {
            return Ok((SignInTries::OfDevice(counter, now), false));
        }
        // Ten failures in a row: this browser is none that we know.
    }
    let network = &login.origin.network;
    let of = |what, whom: String, limit, window_s| Counter { what, whom, limit, window_s };
    // Failures against a password that was replaced keep nobody out: with the next one a network
    // counts anew, since nobody can list the networks whose counters a reset would have to clear.
    let known_by = member.map_or(login.email.as_str(), |member| member.password.0.as_str());
    let here = format!("{}#{network}", hidden(known_by, pepper));
    let counters = [
        of("login_network", network.clone(), 30, 600),
        of("login_here", here.clone(), 10, 900),
        of_account(&login.email, pepper),
    ];
    let [by_network, by_both, by_account] = &counters;
    let wait = |counter: &Counter| Problem::RateLimited { retry_after_s: counter.wait_s(now) };
    match store.count_try(&[by_network, by_both, by_account], now).await? {
        None => return Ok((SignInTries::OfNetwork(counters.to_vec(), now), false)),
        Some(0) => return Err(wait(by_network)),
        Some(1) => return Err(wait(by_both)),
        Some(_) => {}
    }
    // The account has had too many failures from everywhere. Whoever has a second factor is safe behind
    // both at once; for others each network has one try at a time.
    if member.is_some_and(|member| member.totp_enabled) {
        return match store.count_try(&[by_network, by_both], now).await? {
            None => {
                Ok((SignInTries::OfNetwork(vec![by_network.clone(), by_both.clone()], now), true))
            }
            Some(0) => Err(wait(by_network)),
            Some(_) => Err(wait(by_both)),
        };
    }
    let slot = of("login_slot", here, 1, 600);
    let [by_network, by_both, _] = counters;
    match store.count_try(&[&by_network, &by_both, &slot], now).await? {
        None => Ok((SignInTries::OfNetwork(vec![by_network, by_both, slot], now), false)),
        Some(0) => Err(wait(&by_network)),
        Some(1) => Err(wait(&by_both)),
        Some(_) => Err(wait(&slot)),
    }
}

/// The counter of failures for an address, from anywhere.
pub fn of_account(email: &str, pepper: Pepper<'_>) -> Counter {
    let whom = hidden(email, pepper);
    Counter { what: "login_account", whom, limit: 50, window_s: 3600 }
}

/// An address or a password's hash as counters know it: nobody reads it back.
fn hidden(text: &str, pepper: Pepper<'_>) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, pepper.key);
    hex(&first_of::<16>(hmac::sign(&key, text.as_bytes()).as_ref()))
}

fn of_device(device: &DeviceToken) -> Counter {
    let whom = hex(&device.device);
    Counter { what: "login_device", whom, limit: 10, window_s: DEVICE_DAYS * 86_400 }
}
