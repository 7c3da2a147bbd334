//! API keys that a tenant makes and ends by itself. A key grants no more than the one that makes it.

use super::{
    Commit, IdempotentAnswer, Problem, Remember, Resource, Result, StateRefusal,
    provisioning::NewKey,
};
use crate::{
    model::{
        Scope, Surface, Time,
        actor::Actor,
        api_key::{ApiKey, MAX_LINKS_KEYS, MAX_PAYMENTS_KEYS, OVERLAP_S},
        id::ApiKeyId,
    },
    store::{
        Error, Table, api_key,
        list::{Listing, Slice},
    },
};

/// Tries of an addition against others at the same moment.
const MAX_TRIES: u32 = 4;

/// What those who add a key take turns at.
const TURNS: &str = "api_key";

/// What a new key shall be.
#[derive(Debug, Clone)]
pub struct KeyWish {
    /// The caller's name for it.
    pub name: String,
    /// How long it is good; for ever when absent.
    pub days: Option<i64>,
    /// What it may do; all that its maker may when absent.
    pub scopes: Option<Vec<String>>,
}

impl KeyWish {
    /// The record of a new key that another key makes.
    ///
    /// # Errors
    /// [`Problem::Forbidden`] naming a scope that the maker lacks.
    pub fn record(self, maker: &ApiKey, new: &NewKey, secret_hash: String) -> Result<ApiKey> {
        let scopes = self.scopes.unwrap_or_else(|| maker.scopes.clone());
        if let Some(lacking) = maker.lacks(&scopes) {
            return Err(Problem::Forbidden { scope: lacking.to_owned() });
        }
        let first = new.record(maker.scope, secret_hash);
        Ok(ApiKey {
            name: self.name,
            scopes,
            created_by: Actor::ApiKey(maker.id),
            expires_at: self.days.map(|days| first.created_at.plus_days(days)),
            ..first
        })
    }
}

/// Keeps a new key, unless there are as many as its surface may have: the count holds in the commit
/// itself.
///
/// # Errors
/// [`StateRefusal::TooManyApiKeys`]; [`Problem::Contended`] where others add keys again and again.
pub async fn add(
    store: &Table,
    key: &ApiKey,
    remember: &Remember<'_, ApiKey>,
    now: Time,
) -> Result<IdempotentAnswer> {
    for _ in 0..MAX_TRIES {
        let turn = store.turn(key.scope, key.surface, TURNS).await?;
        let known = store.api_keys(key.scope, key.surface).await?;
        if known.iter().filter(|known| known.good_at(now)).count() >= max_keys(key.surface) {
            // A duplicate may have added the last one.
            let earlier = remember.earlier(store).await?;
            return earlier.ok_or(Problem::State(StateRefusal::TooManyApiKeys));
        }
        let commit = Commit::new()
            .write(turn.take(), Problem::Contended)
            .write(api_key::insert(key), Problem::Contended);
        match remember.commit(store, commit, key, now).await {
            Err(Problem::Contended) => {}
            done => return done,
        }
    }
    Err(Problem::Contended)
}

/// Most keys of a tenant and mode that are good at one moment.
const fn max_keys(surface: Surface) -> usize {
    match surface {
        Surface::Payments => MAX_PAYMENTS_KEYS,
        Surface::Links | Surface::Platform => MAX_LINKS_KEYS,
    }
}

/// Which key a new one replaces.
#[derive(Debug, Clone, Copy)]
pub struct Rotation {
    /// The key; the only good one when absent.
    pub id: Option<ApiKeyId>,
    /// How long the old one is good beside the new one, in seconds; a day when absent.
    pub overlap_s: Option<i64>,
}

/// Keeps a key in the place of another, with its name and scopes; the other ends after the overlap.
/// Keys that end because of this are not counted twice, but there are never more than twice as many
/// as the surface may have.
///
/// # Errors
/// No such key, or one that is over; none is named and there are several;
/// [`StateRefusal::TooManyApiKeys`]; [`Problem::Contended`] where others change keys again and again.
pub async fn rotate(
    store: &Table,
    rotation: Rotation,
    new: ApiKey,
    remember: &Remember<'_, ApiKey>,
    now: Time,
) -> Result<IdempotentAnswer> {
    let end = now.plus_seconds(rotation.overlap_s.unwrap_or(OVERLAP_S));
    for _ in 0..MAX_TRIES {
        if let Some(earlier) = remember.earlier(store).await? {
            return Ok(earlier);
        }
        let turn = store.turn(new.scope, new.surface, TURNS).await?;
        let known = store.api_keys(new.scope, new.surface).await?;
        let good: Vec<&ApiKey> = known.iter().filter(|known| known.good_at(now)).collect();
        if good.len() >= 2 * max_keys(new.surface) {
            return Err(Problem::State(StateRefusal::TooManyApiKeys));
        }
        let old = replaced(&good, rotation.id)?;
        let remember = remember.clone().by_default("id", &old.id.to_string());
        let key = ApiKey { name: old.name.clone(), scopes: old.scopes.clone(), ..new.clone() };
        let commit = Commit::new()
            .write(turn.take(), Problem::Contended)
            .write(api_key::end(&old.end_by(end)), Problem::Contended)
            .write(api_key::insert(&key), Problem::Contended);
        match remember.commit(store, commit, &key, now).await {
            Err(Problem::Contended) => {}
            done => return done,
        }
    }
    Err(Problem::Contended)
}

/// The key that is to be replaced.
fn replaced<'a>(good: &[&'a ApiKey], id: Option<ApiKeyId>) -> Result<&'a ApiKey> {
    match (id, good) {
        (Some(id), good) => {
            good.iter().find(|key| key.id == id).copied().ok_or(Problem::NotFound(Resource::ApiKey))
        }
        (None, [only]) => Ok(only),
        (None, []) => Err(Problem::NotFound(Resource::ApiKey)),
        (None, _) => Err(Problem::field("id", "is required, since there are several keys")),
    }
}

/// One of a tenant's keys, good or not.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn find(store: &Table, scope: Scope, surface: Surface, id: ApiKeyId) -> Result<ApiKey> {
    let found = store.api_key(scope, surface, id).await?;
    found.ok_or(Problem::NotFound(Resource::ApiKey))
}

/// Ends a key with the next request. One that is over already stays as it is.
///
/// # Errors
/// [`Problem::NotFound`] for a key that this surface does not know.
pub async fn end(
    store: &Table,
    scope: Scope,
    surface: Surface,
    id: ApiKeyId,
    now: Time,
) -> Result<ApiKey> {
    for _ in 0..MAX_TRIES {
        let key = find(store, scope, surface, id).await?;
        if !key.good_at(now) {
            return Ok(key);
        }
        let ended = key.revoke(now);
        match store.commit(vec![api_key::end(&ended)]).await {
            Ok(()) => return Ok(ended),
            Err(Error::Refused { .. }) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Problem::Contended)
}

/// Keeps a key that an operator makes for whoever is locked out. It is not counted: fifty lost keys
/// must not keep out the one that ends them.
///
/// # Errors
/// The table cannot be reached, or there is no such tenant in this mode.
pub async fn add_for_operator(store: &Table, key: &ApiKey) -> Result<()> {
    if store.setup(key.scope).await?.is_none() {
        return Err(Problem::field("tenant_id", "names no tenant of this mode"));
    }
    Commit::new().write(api_key::insert(key), Problem::Contended).run(store).await
}

/// A page of the keys that are good at `now`, newest first.
pub async fn list(
    store: &Table,
    scope: Scope,
    surface: Surface,
    slice: &Slice,
    now: Time,
) -> Result<Listing<ApiKey>> {
    let limit = usize::try_from(slice.limit).unwrap_or(usize::MAX);
    let keys = store.api_keys(scope, surface).await?.into_iter().filter(|key| {
        key.good_at(now)
            && key.created_at <= slice.until
            && slice.before.is_none_or(|before| *key.id.uuid() < before)
    });
    let mut entries: Vec<ApiKey> = keys.take(limit + 1).collect();
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| more).map(|key| *key.id.uuid());
    Ok(Listing { entries, next })
}

/// Ends a key with the next request. One that is over already is not found.
pub async fn revoke(
    store: &Table,
    scope: Scope,
    surface: Surface,
    id: ApiKeyId,
    now: Time,
) -> Result<()> {
    let missing = || Problem::NotFound(Resource::ApiKey);
    let key = store.api_key(scope, surface, id).await?;
    let key = key.filter(|key| key.good_at(now)).ok_or_else(missing)?;
    match store.commit(vec![api_key::end(&key.revoke(now))]).await {
        Err(Error::Refused { .. }) => Err(missing()),
        done => Ok(done?),
    }
}

#[cfg(test)]
mod tests;
