//! API keys of the payments and the links surface.

use super::{Identity, acts};
use crate::{
    app::{
        Config, clock,
        context::ready_keys,
        keys::{Keys, hmac_key, peppered},
        log,
    },
    http::{Request, Result, links::Links, payments::Payments},
    model::{
        self, Scope,
        actor::Actor,
        api_key::{ApiKey as Record, ClaimedKey},
        key_ring::Purpose,
        password::Pepper,
        secret::ApiKeyText,
    },
    operations::{Problem, Unauthenticated, search::SearchKeys},
    store::{
        Consistency, Item, Key, Table,
        api_key::{from_item, key_of},
    },
};
use ring::hmac;
use std::marker::PhantomData;

/// API keys of one surface. No cache: revoking acts at once.
pub struct ApiKey<S> {
    pepper: Keys,
    surface: PhantomData<fn() -> S>,
}

/// A key that a request presents; nothing of it is proven yet.
pub struct PresentedKey {
    text: ApiKeyText,
    claimed: ClaimedKey,
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
        let presented = self.presented(req)?;
        let (key, _) = self.prove(store, presented, scope, Vec::new()).await?;
        acts(req, Actor::ApiKey(key.id), &key.name);
        Ok(key)
    }
}

impl PresentedKey {
    /// Whose key it claims to be: good for saying what to read, and for nothing else.
    pub const fn scope(&self) -> Scope {
        self.claimed.scope
    }
}

impl<S: KeySurface> ApiKey<S> {
    /// The key that a request presents.
    ///
    /// # Errors
    /// [`Problem::Unauthenticated`] when there is none, several, or one of another surface.
    pub fn presented(&self, req: &Request) -> Result<PresentedKey> {
        let text = S::key(req).map_err(Problem::Unauthenticated)?;
        let claimed = ClaimedKey::parse(text);
        let claimed = claimed.ok_or(Problem::Unauthenticated(Unauthenticated::InvalidKey))?;
        if claimed.surface != S::SURFACE {
            return Err(Problem::Unauthenticated(Unauthenticated::OtherKey));
        }
        Ok(PresentedKey { text: ApiKeyText::new(text.to_owned()), claimed })
    }

    /// The record of a key that was presented, if the key is good and may do what the scope names,
    /// and in the same read what else the request needs of its tenant, in the order of `keys`:
    /// nothing of that comes back before the key is proven.
    ///
    /// # Errors
    /// As [`Identity::caller`].
    pub async fn prove(
        &self,
        store: &Table,
        presented: PresentedKey,
        scope: Option<&'static str>,
        mut keys: Vec<Key>,
    ) -> Result<(Record, Vec<Option<Item>>)> {
        let whose = presented.scope();
        keys.push(key_of(&presented.claimed));
        let mut found = match keys.as_slice() {
            [one] => vec![store.get(one, Consistency::Strong).await?],
            several => store.get_many(several, Consistency::Strong).await?,
        };
        let record = found.pop().flatten().map(|item| from_item(whose, &item)).transpose()?;
        let now = clock::now();
        let kept = record.as_ref().map(|key| key.secret_hash.clone()).unwrap_or_default();
        let fits = self.pepper.fits(store, presented.text.reveal(), &kept).await?;
        let record = record.filter(|key| fits && key.good_at(now));
        let record = record.ok_or(Problem::Unauthenticated(Unauthenticated::InvalidKey))?;
        log::about(record.scope);
        if let Some(scope) = scope.filter(|scope| !record.may(scope)) {
            return Err(Problem::Forbidden { scope: scope.to_owned() });
        }
        store.note_key_use(&record, now).await?;
        Ok((record, found))
    }
}

impl<S> ApiKey<S> {
    /// What is kept of a key's text.
    pub async fn hash(&self, store: &Table, text: &str) -> Result<String> {
        let (number, pepper) = self.pepper.newest(store).await?;
        Ok(peppered(number, &pepper, text))
    }

    /// The keys that payments are found by.
    pub async fn search_keys(&self, store: &Table) -> Result<SearchKeys> {
        let (number, pepper) = self.pepper.newest(store).await?;
        let older = self.pepper.replaced(store).await?;
        Ok(SearchKeys::of(Pepper { number, key: &pepper, older: &older }))
    }

    /// What proves that a cursor is ours.
    pub async fn cursor_key(&self, store: &Table) -> Result<hmac::Key> {
        let (_, pepper) = self.pepper.newest(store).await?;
        let derived = hmac::sign(&hmac_key(&pepper), b"cursors");
        Ok(hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()))
    }
}
