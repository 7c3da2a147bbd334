//! Idempotency keys: the same request again changes nothing and returns what was returned first.

use super::{Commit, Problem, Result};
use crate::{
    digest::{hex, sha256},
    model::{Scope, Time},
    store::{
        Key, Table, Write,
        idempotency::{self, Answered},
        key,
    },
};
use std::{borrow::Cow, collections::BTreeMap};

/// What marks, among the fields of a remembered request, what one of them means where it is left out.
const BY_DEFAULT: char = '~';

/// One request that may have been made before: where its answer is kept, and what tells it from
/// another one.
#[derive(Clone)]
pub struct Idempotency {
    key: Option<Key>,
    request: BTreeMap<String, String>,
}

/// The data of an answer, and whether it is an earlier one.
#[derive(Debug)]
pub struct IdempotentAnswer {
    /// JSON, as the surface rendered it for the first request.
    pub data: String,
    /// Whether the request came before.
    pub replayed: bool,
}

/// How an operation remembers what it returns: the surface says how that looks as JSON.
#[derive(Clone)]
pub struct Remember<'a, T> {
    idempotency: Cow<'a, Idempotency>,
    render: &'a (dyn Fn(&T) -> String + Sync),
}

impl Idempotency {
    /// A request for this operation, with the caller's key where there is one, and what each of its
    /// fields means: the same text for the same value.
    pub fn new<'a>(
        scope: Scope,
        operation: &str,
        key: Option<&str>,
        meaning: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        Self {
            key: key.map(|text| key::idempotency(scope, operation, &sha256_hex(text))),
            // Without a key nobody will ask what the request was.
            request: (meaning.filter(|_| key.is_some()))
                .map(|(name, text)| (name.to_owned(), short_hash(text)))
                .collect(),
        }
    }

    /// The same with another text for what a field means: where the field is a secret, or is known
    /// better than its text says.
    pub fn with(mut self, field: &str, meaning: &str) -> Self {
        self.request.insert(field.to_owned(), short_hash(meaning));
        self
    }

    /// The same, knowing what a field means to this request that leaves it out, where that depends on
    /// settings or records. It is kept with the answer: whoever repeats the request and spells it out
    /// asks for the same, whatever the settings have become, and so does the other way round.
    pub fn by_default(mut self, field: &str, meaning: &str) -> Self {
        if self.key.is_some() {
            self.request.insert(format!("{BY_DEFAULT}{field}"), short_hash(meaning));
        }
        self
    }

    /// Where the first answer would be; `None` when the request has no key.
    pub const fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    /// The first answer, if there was one.
    ///
    /// # Errors
    /// [`Problem::Repeated`] when the key came with another request.
    pub async fn earlier(&self, store: &Table) -> Result<Option<IdempotentAnswer>> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        let answered = store.answered(key).await?;
        answered.map(|answered| self.again(answered)).transpose()
    }

    /// An answer that was read together with something else.
    ///
    /// # Errors
    /// [`Problem::Repeated`] when the key came with another request.
    pub fn again(&self, answered: Answered) -> Result<IdempotentAnswer> {
        // What a field that is left out means was decided when the first request was answered.
        let means = |request: &BTreeMap<String, String>, name: &str| {
            let usual = || answered.request.get(&format!("{BY_DEFAULT}{name}"));
            request.get(name).or_else(usual).cloned()
        };
        let mut differing: Vec<&str> = Vec::new();
        let names = self.request.keys().chain(answered.request.keys());
        for name in names.filter(|name| !name.starts_with(BY_DEFAULT)) {
            if means(&self.request, name) != means(&answered.request, name) {
                differing.push(name);
            }
        }
        differing.sort_unstable();
        differing.dedup();
        if differing.is_empty() {
            return Ok(IdempotentAnswer { data: answered.data, replayed: true });
        }
        Err(Problem::Repeated { differing: differing.into_iter().map(str::to_owned).collect() })
    }

    /// The write that remembers an answer, where the request has a key: for the effect's own
    /// commit.
    #[must_use = "writes change nothing until they are committed"]
    pub fn write(&self, data: &str, now: Time) -> Option<Write> {
        let key = self.key.as_ref()?;
        let answered = Answered { request: self.request.clone(), data: data.to_owned() };
        Some(idempotency::insert(key, &answered, now))
    }

    /// Commits an effect, which may be none, together with its answer. When a duplicate was
    /// faster, its answer counts.
    ///
    /// # Errors
    /// The problem of the effect's write that is refused.
    pub async fn commit(
        &self,
        store: &Table,
        effect: Commit,
        data: String,
        now: Time,
    ) -> Result<IdempotentAnswer> {
        let commit = effect.all(self.write(&data, now), &Problem::Contended);
        match commit.run(store).await {
            Ok(()) => Ok(IdempotentAnswer { data, replayed: false }),
            Err(problem) if problem.is_ours() => Err(problem),
            Err(refused) => self.earlier(store).await?.ok_or(refused),
        }
    }

    /// How an operation remembers what it returns.
    pub fn remember<'a, T>(&'a self, render: &'a (dyn Fn(&T) -> String + Sync)) -> Remember<'a, T> {
        Remember { idempotency: Cow::Borrowed(self), render }
    }
}

impl<T> Remember<'_, T> {
    /// Notes what a field that was left out means, as [`Idempotency::by_default`] does.
    pub fn by_default(self, field: &str, meaning: &str) -> Self {
        let idempotency = self.idempotency.into_owned().by_default(field, meaning);
        Self { idempotency: Cow::Owned(idempotency), ..self }
    }

    /// The first answer, if there was one.
    ///
    /// # Errors
    /// As [`Idempotency::earlier`].
    pub async fn earlier(&self, store: &Table) -> Result<Option<IdempotentAnswer>> {
        self.idempotency.earlier(store).await
    }

    /// The answer with this value, for the first time.
    pub fn answer(&self, value: &T) -> IdempotentAnswer {
        IdempotentAnswer { data: (self.render)(value), replayed: false }
    }

    /// The write that remembers this value, where the request has a key.
    #[must_use = "writes change nothing until they are committed"]
    pub fn write(&self, value: &T, now: Time) -> Option<Write> {
        self.idempotency.write(&(self.render)(value), now)
    }

    /// Commits an effect together with the answer that shows this value.
    ///
    /// # Errors
    /// As [`Idempotency::commit`].
    pub async fn commit(
        &self,
        store: &Table,
        effect: Commit,
        value: &T,
        now: Time,
    ) -> Result<IdempotentAnswer> {
        self.idempotency.commit(store, effect, (self.render)(value), now).await
    }
}

fn sha256_hex(text: &str) -> String {
    hex(&sha256::<32>(text))
}

/// Enough of a hash to tell one field's value from another.
fn short_hash(text: &str) -> String {
    hex(&sha256::<8>(text))
}
