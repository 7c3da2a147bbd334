//! API keys of the payments and the links surface.

use super::Identity;
use crate::{
    app::{
        Config, clock,
        context::ready_keys,
        keys::{Keys, hmac_key},
        log,
    },
    digest::{hex, same},
    http::{Request, Result, links::Links, payments::Payments},
    model::{
        self,
        api_key::{ApiKey as Record, ClaimedKey},
        key_ring::Purpose,
    },
    operations::{Problem, Unauthenticated},
    store::Table,
};
use std::marker::PhantomData;

/// API keys of one surface. No cache: revoking acts at once.
pub struct ApiKey<S> {
    pepper: Keys,
    surface: PhantomData<fn() -> S>,
}

/// A surface whose callers have API keys.
pub trait KeySurface: 'static {
    /// Whose keys they are.
    const SURFACE: model::Surface;

    /// The key in a request.
    ///
    /// # Errors
    /// There is none, or there are two that differ.
    fn key(req: &Request) -> std::result::Result<&str, Unauthenticated>;
}

impl KeySurface for Payments {
    const SURFACE: model::Surface = model::Surface::Payments;

    fn key(req: &Request) -> std::result::Result<&str, Unauthenticated> {
        one_of(&req.header_values("x-api-key"))
    }
}

impl KeySurface for Links {
    const SURFACE: model::Surface = model::Surface::Links;

    fn key(req: &Request) -> std::result::Result<&str, Unauthenticated> {
        let mut keys = req.header_values("api-key");
        for header in req.header_values("authorization") {
            match header.trim().split_once(' ') {
                Some((scheme, key)) if scheme.eq_ignore_ascii_case("api-key") => keys.push(key),
                Some((scheme, _)) if scheme.eq_ignore_ascii_case("token") && !keys.is_empty() => {
                    return Err(Unauthenticated::Ambiguous);
                }
                Some(_) | None => (),
            }
        }
        one_of(&keys)
    }
}

/// The one key that is sent, however often.
fn one_of<'a>(keys: &[&'a str]) -> std::result::Result<&'a str, Unauthenticated> {
    let Some(first) = keys.first().map(|key| key.trim()) else {
        return Err(Unauthenticated::NoKey);
    };
    if keys.iter().all(|key| key.trim() == first) {
        Ok(first)
    } else {
        Err(Unauthenticated::Ambiguous)
    }
}

impl<S: KeySurface> Identity for ApiKey<S> {
    type Caller = Record;

    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        let pepper = ready_keys(config, store, Purpose::Pepper).await?;
        Ok(Self { pepper, surface: PhantomData })
    }

    async fn caller(
        &self,
        store: &Table,
        req: &Request,
        scope: Option<&'static str>,
    ) -> Result<Record> {
        let text = S::key(req).map_err(Problem::Unauthenticated)?;
        let invalid = || Problem::Unauthenticated(Unauthenticated::InvalidKey);
        let claimed = ClaimedKey::parse(text).filter(|claimed| claimed.surface == S::SURFACE);
        let found = store.claimed_key(&claimed.ok_or_else(invalid)?).await?;
        let now = clock::now();
        let fits = found.as_ref().map(|key| key.secret_hash.clone()).unwrap_or_default();
        let fits = same(self.hash(store, text).await?.as_bytes(), fits.as_bytes());
        let key = found.filter(|key| fits && key.good_at(now)).ok_or_else(invalid)?;
        log::about(key.scope);
        if let Some(scope) = scope.filter(|scope| !key.may(scope)) {
            return Err(Problem::Forbidden { scope: scope.to_owned() });
        }
        store.note_key_use(&key, now).await?;
        Ok(key)
    }
}

impl<S> ApiKey<S> {
    /// What is kept of a key's text.
    ///
    /// # Errors
    /// The pepper cannot be opened.
    pub async fn hash(&self, store: &Table, text: &str) -> Result<String> {
        let (_, pepper) = self.pepper.newest(store).await?;
        Ok(hex(ring::hmac::sign(&hmac_key(&pepper), text.as_bytes()).as_ref()))
    }
}
