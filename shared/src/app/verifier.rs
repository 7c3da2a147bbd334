//! Who is calling: verifies access tokens, and remembers those it has verified.

use super::{
    Config, clock,
    jwt::{self, Caller, VerifyingKey},
    log,
};
use crate::{
    http::{Request, Result},
    model::{
        Time,
        issuer::{Issuer, Issuers},
    },
    operations::{Problem, Unauthenticated},
    store::{
        self, Table,
        key_ring::{self, PublishedKey},
    },
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Verified tokens remembered by a process.
const MAX_REMEMBERED: usize = 256;

/// Keys are read again after this long, so that rotation and revoking reach warm processes.
const FRESH_S: i64 = 60;

/// The same for keys of outside issuers, which are fetched each hour. They are looked at where a
/// token is not ours, and nowhere else.
const OUTSIDE_FRESH_S: i64 = 300;

/// An unknown key makes us look for new ones, but after one that nobody knows not for this long.
const LOOK_AGAIN_S: i64 = 10;

/// Verifies access tokens, our own and those of outside issuers, and remembers the verified ones.
pub struct Verifier {
    issuer: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Our own keys as they were read, and when.
    published: Vec<PublishedKey>,
    own: Vec<OwnKey>,
    read_at: Option<Time>,
    /// When an unknown key last made us look for new ones.
    looked_again_at: Option<Time>,
    /// Outside issuers as they were read, and when.
    issuers: Issuers,
    outside: Vec<OutsideKey>,
    outside_read_at: Option<Time>,
    remembered: HashMap<String, Remembered>,
}

/// One of our own keys, with its end.
struct OwnKey {
    key: VerifyingKey,
    ends_at: Option<Time>,
}

/// A key of an outside issuer, with what bounds its tokens.
struct OutsideKey {
    key: VerifyingKey,
    issuer: Arc<Issuer>,
}

/// What a token was found to say, and until when that holds: its own end, or that of its key.
#[derive(Clone)]
struct Remembered {
    caller: Caller,
    until: Time,
    is_ours: bool,
}

impl OwnKey {
    fn is_live_at(&self, now: Time) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }
}

impl OutsideKey {
    /// What a token of this issuer allows: for its tenants only, and no more than it may grant.
    fn verify(&self, kid: &Option<String>, token: &str) -> Option<Caller> {
        let caller = named(&self.key, kid, token)?;
        let scopes = self.issuer.bounded(&caller.scopes);
        let known = self.issuer.tenants.contains(&caller.scope.tenant);
        known.then_some(Caller { scopes, ..caller })
    }
}

impl Verifier {
    /// Reads the deployment's public keys.
    pub async fn new(config: &Config, store: &Table) -> store::Result<Self> {
        let verifier = Self::of(config.issuer.clone());
        verifier.read_keys(store, clock::now()).await?;
        Ok(verifier)
    }

    fn of(issuer: String) -> Self {
        jwt::install();
        Self { issuer, state: Mutex::default() }
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
        self.verify(store, token, clock::now()).await
    }

    async fn verify(&self, store: &Table, token: &str, now: Time) -> Result<Option<Caller>> {
        self.renew(store, FRESH_S, now).await?;
        let known = self.state().remembered.get(token).cloned();
        if let Some(known) = known {
            let gone = !known.is_ours && self.renew_outside(store, OUTSIDE_FRESH_S, now).await?;
            if !gone {
                return Ok((now < known.until).then_some(known.caller));
            }
        }
        let Some(kid) = jwt::kid(token) else {
            return Ok(None);
        };
        let ours = kid.as_deref().and_then(key_ring::number).is_some();
        if ours && !self.knows(&kid, now) && self.may_look_again(now) {
            self.renew(store, 0, now).await?;
        }
        let found = {
            let state = self.state();
            let mut live = state.own.iter().filter(|own| own.is_live_at(now));
            live.find_map(|own| Some((named(&own.key, &kid, token)?, own.ends_at)))
        };
        if let Some((caller, ends_at)) = found {
            let live = now < caller.expires_at;
            return Ok(live.then(|| self.remember(token, caller, ends_at, true)));
        }
        self.outside(store, &kid, token, now).await
    }

    /// A token of an outside issuer.
    async fn outside(
        &self,
        store: &Table,
        kid: &Option<String>,
        token: &str,
        now: Time,
    ) -> Result<Option<Caller>> {
        let find = || {
            let state = self.state();
            state.outside.iter().find_map(|key| key.verify(kid, token))
        };
        self.renew_outside(store, OUTSIDE_FRESH_S, now).await?;
        let mut found = find();
        if found.is_none() && self.renew_outside(store, LOOK_AGAIN_S, now).await? {
            found = find();
        }
        let found = found.filter(|caller| now < caller.expires_at);
        Ok(found.map(|caller| self.remember(token, caller, None, false)))
    }

    /// Reads outside issuers and their keys again where that is longer ago than so many seconds.
    /// Answers whether any has changed. Those that are known go on being used while the table cannot
    /// be reached.
    async fn renew_outside(&self, store: &Table, fresh_s: i64, now: Time) -> Result<bool> {
        let read_at = self.state().outside_read_at;
        if read_at.is_some_and(|at| now.ms_since(at) < fresh_s * 1000) {
            return Ok(false);
        }
        match (self.read_outside(store, now).await, read_at) {
            (Err(error), Some(_)) => {
                let cause = error.to_string();
                tracing::warn!(cause, "outside issuers could not be read again");
                Ok(false)
            }
            (read, _) => Ok(read?),
        }
    }

    async fn read_outside(&self, store: &Table, now: Time) -> store::Result<bool> {
        let issuers = store.issuers().await?;
        if self.state().issuers == issuers {
            self.state().outside_read_at = Some(now);
            return Ok(false);
        }
        let mut keys = Vec::new();
        let mut whole = true;
        for issuer in &issuers.list {
            let issuer = Arc::new(issuer.clone());
            let text = store.issuer_keys(&issuer).await?;
            whole &= text.is_some() || issuer.key_set.is_none();
            for key in text.iter().flat_map(|text| VerifyingKey::outside(&issuer, text)) {
                keys.push(OutsideKey { key, issuer: Arc::clone(&issuer) });
            }
        }
        let mut state = self.state();
        // A set that was replaced while it was read is read again by the next token.
        state.outside_read_at = whole.then_some(now);
        state.issuers = if whole { issuers } else { Issuers::default() };
        state.outside = keys;
        state.remembered.retain(|_, known| known.is_ours);
        Ok(true)
    }

    /// Whether an unknown key is worth a look, however fresh what is known is: it may be younger.
    fn may_look_again(&self, now: Time) -> bool {
        let mut state = self.state();
        let lately = state.looked_again_at.is_some_and(|at| now.ms_since(at) < LOOK_AGAIN_S * 1000);
        if !lately {
            state.looked_again_at = Some(now);
        }
        !lately
    }

    fn knows(&self, kid: &Option<String>, now: Time) -> bool {
        let state = self.state();
        let mut live = state.own.iter().filter(|own| own.is_live_at(now));
        live.any(|own| own.key.is_named(kid.as_deref()))
    }

    /// Reads our own keys again where that is longer ago than so many seconds. Those that are known
    /// go on being used while the table cannot be reached.
    async fn renew(&self, store: &Table, fresh_s: i64, now: Time) -> Result<()> {
        let read_at = self.state().read_at;
        if read_at.is_some_and(|at| now.ms_since(at) < fresh_s * 1000) {
            return Ok(());
        }
        match (self.read_keys(store, now).await, read_at) {
            (Err(error), Some(_)) => {
                let cause = error.to_string();
                tracing::warn!(cause, "keys could not be read again; known ones are used");
                Ok(())
            }
            (read, _) => Ok(read?),
        }
    }

    async fn read_keys(&self, store: &Table, now: Time) -> store::Result<()> {
        let published = store.public_keys().await?;
        let mut state = self.state();
        state.read_at = Some(now);
        if state.published != published {
            let own = published.iter().filter_map(|key| {
                let verifying = VerifyingKey::own(&key.kid, &key.point, &self.issuer)?;
                Some(OwnKey { key: verifying, ends_at: key.ends_at })
            });
            state.own = own.collect();
            state.published = published;
            // Some of them may rest on a key that was revoked.
            state.remembered.clear();
        }
        Ok(())
    }

    fn remember(
        &self,
        token: &str,
        caller: Caller,
        key_ends_at: Option<Time>,
        is_ours: bool,
    ) -> Caller {
        let until = key_ends_at.map_or(caller.expires_at, |end| end.min(caller.expires_at));
        let mut state = self.state();
        if state.remembered.len() >= MAX_REMEMBERED {
            state.remembered.clear();
        }
        let remembered = Remembered { caller: caller.clone(), until, is_ours };
        state.remembered.insert(token.to_owned(), remembered);
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

#[cfg(test)]
mod tests;
