//! Who is calling: verifies access tokens, and remembers those it has verified.

use super::{
    Config, clock,
    jwt::{self, Caller, VerifyingKey},
    log,
};
use crate::{
    http::{Request, Result},
    model::Time,
    operations::{Problem, Unauthenticated},
    store::{self, Table, key_ring},
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Verified tokens remembered by a process.
const MOST_REMEMBERED: usize = 256;

/// An unknown key makes us look for new ones, but after one that nobody knows not for this long.
const LOOK_AGAIN_S: i64 = 10;

/// Verifies access tokens.
pub struct Verifier {
    issuer: String,
    outside: Vec<VerifyingKey>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    own: Vec<VerifyingKey>,
    absent: HashMap<u8, Time>,
    remembered: HashMap<String, Caller>,
}

impl Verifier {
    /// Reads the deployment's public keys.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn new(config: &Config, store: &Table) -> store::Result<Self> {
        jwt::install();
        let outside = config.outside.as_ref().map(VerifyingKey::outside).unwrap_or_default();
        let verifier = Self { issuer: config.issuer.clone(), outside, state: Mutex::default() };
        verifier.read_keys(store).await?;
        Ok(verifier)
    }

    /// The caller behind a request, if its token carries the scope; without one any token will do.
    ///
    /// # Errors
    /// 401 without a valid token; 403 without the scope.
    pub async fn caller(
        &self,
        store: &Table,
        req: &Request,
        scope: Option<&str>,
    ) -> Result<Caller> {
        let caller = self.verified(store, req).await?.ok_or_else(|| {
            Problem::Unauthenticated(match req.header("authorization") {
                None => Unauthenticated::NoToken,
                Some(_) => Unauthenticated::InvalidToken,
            })
        })?;
        log::about(caller.scope);
        match scope {
            Some(scope) if !caller.scopes.split(' ').any(|granted| granted == scope) => {
                Err(Problem::Forbidden { scope: scope.to_owned() })
            }
            Some(_) | None => Ok(caller),
        }
    }

    async fn verified(&self, store: &Table, req: &Request) -> Result<Option<Caller>> {
        let Some(token) = req.header("authorization").and_then(bearer) else {
            return Ok(None);
        };
        let now = clock::now();
        if let Some(caller) = self.state().remembered.get(token) {
            return Ok((now < caller.expires_at).then(|| caller.clone()));
        }
        let Some(kid) = jwt::kid(token) else {
            return Ok(None);
        };
        let outside = self.outside.iter().find_map(|key| named(key, &kid, token));
        if let Some(caller) = outside.filter(|caller| now < caller.expires_at) {
            return Ok(Some(self.remember(token, caller)));
        }
        let Some(number) = kid.as_deref().and_then(key_ring::number) else { return Ok(None) };
        if !self.knows(number) && !self.look_for(store, number, now).await? {
            return Ok(None);
        }
        let caller = self.state().own.iter().find_map(|key| named(key, &kid, token));
        let caller = caller.filter(|caller| now < caller.expires_at);
        Ok(caller.map(|caller| self.remember(token, caller)))
    }

    fn knows(&self, number: u8) -> bool {
        let kid = key_ring::kid(number);
        self.state().own.iter().any(|key| key.is_named(Some(&kid)))
    }

    /// Whether a key that this process does not know yet is there by now.
    async fn look_for(&self, store: &Table, number: u8, now: Time) -> Result<bool> {
        let missed_at = self.state().absent.get(&number).copied();
        if missed_at.is_some_and(|at| now.ms_since(at) < LOOK_AGAIN_S * 1000) {
            return Ok(false);
        }
        self.read_keys(store).await?;
        if !self.knows(number) {
            self.state().absent.insert(number, now);
        }
        Ok(self.knows(number))
    }

    async fn read_keys(&self, store: &Table) -> store::Result<()> {
        let keys = store.public_keys().await?;
        let own =
            keys.iter().filter_map(|key| VerifyingKey::own(&key.kid, &key.point, &self.issuer));
        let own: Vec<_> = own.collect();
        self.state().own = own;
        Ok(())
    }

    fn remember(&self, token: &str, caller: Caller) -> Caller {
        let mut state = self.state();
        if state.remembered.len() >= MOST_REMEMBERED {
            state.remembered.clear();
        }
        state.remembered.insert(token.to_owned(), caller.clone());
        caller
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn named(key: &VerifyingKey, kid: &Option<String>, token: &str) -> Option<Caller> {
    key.is_named(kid.as_deref()).then(|| key.verify(token)).flatten()
}

/// The token after the scheme, whose name has no case.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
