//! Writes that happen together or not at all, each with the problem it stands for.

use super::{Problem, Result, engine::steps::pause};
use crate::{
    model::Id,
    store::{Error, Table, Write},
};

/// Writes that happen together or not at all. Each carries the problem that its refusal means, so
/// that a commit of several says which one was refused.
#[derive(Debug, Default)]
#[must_use = "the writes do not happen until the commit is sent"]
pub struct Commit {
    writes: Vec<Write>,
    problems: Vec<Problem>,
}

impl Commit {
    /// A commit without writes; each is added with the problem that its refusal means.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more write, and what its refusal means.
    pub fn write(mut self, write: Write, problem: Problem) -> Self {
        self.writes.push(write);
        self.problems.push(problem);
        self
    }

    /// More writes whose refusals all mean the same.
    pub fn all(self, writes: impl IntoIterator<Item = Write>, problem: &Problem) -> Self {
        writes.into_iter().fold(self, |commit, write| commit.write(write, problem.clone()))
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// Writes all of it, or nothing. Without any writes this is done at once.
    ///
    /// # Errors
    /// The problem of the first write that is refused.
    pub async fn run(mut self, store: &Table) -> Result<()> {
        if self.writes.is_empty() {
            return Ok(());
        }
        match store.commit(self.writes).await {
            Err(Error::Refused { index, .. }) if index < self.problems.len() => {
                Err(self.problems.swap_remove(index))
            }
            other => Ok(other?),
        }
    }
}

/// How often a commit is decided anew.
const MAX_TRIES: u32 = 4;

/// The same where many want the same records at one moment, and pause between tries.
const MAX_TRIES_APART: u32 = 6;

/// A commit that is decided anew, by what is there now, while somebody else writes the same records
/// at the same moment ([`Problem::Contended`]).
#[derive(Debug)]
pub struct Anew<S> {
    known: Option<S>,
    tried: u32,
    max: u32,
    apart: Option<Id<()>>,
}

impl<S> Anew<S> {
    /// Decides by what was read already first.
    pub const fn from_known(known: S) -> Self {
        Self { known: Some(known), tried: 0, max: MAX_TRIES, apart: None }
    }

    /// Decides by what is there now from the start.
    pub const fn from_now() -> Self {
        Self { known: None, tried: 0, max: MAX_TRIES, apart: None }
    }

    /// Decides by what is there now from the start, six times at most, and pauses before each further
    /// try: how long follows from the id, so that those who want the same records part ways.
    pub fn apart<K>(what: Id<K>) -> Self {
        let what = Id::from_uuid(*what.uuid());
        Self { known: None, tried: 0, max: MAX_TRIES_APART, apart: Some(what) }
    }

    /// What to decide by. `read` runs where nothing is known yet, or not any more, and refuses where
    /// what is there now ends the matter.
    ///
    /// # Errors
    /// What `read` refuses; [`Problem::Contended`] after four tries, or six that pause.
    pub async fn next(&mut self, read: impl Future<Output = Result<S>>) -> Result<S> {
        if self.tried == self.max {
            return Err(Problem::Contended);
        }
        if let Some(what) = self.apart {
            pause(what, self.tried).await;
        }
        self.tried += 1;
        match self.known.take() {
            Some(known) => Ok(known),
            None => read.await,
        }
    }

    /// Whether the commit was written; if not, it is to be decided anew.
    ///
    /// # Errors
    /// The problem of a write that is refused for another reason.
    pub async fn run(&self, store: &Table, commit: Commit) -> Result<bool> {
        match commit.run(store).await {
            Ok(()) => Ok(true),
            Err(Problem::Contended) => Ok(false),
            Err(problem) => Err(problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        operations::{Resource, Unique},
        store::{Item, memory::Memory},
    };

    fn insert(pk: &str) -> Write {
        Write::Insert(Item::new().with("pk", pk).with("sk", "-").with("v", 1_i64))
    }

    #[tokio::test]
    async fn a_commit_says_which_of_its_writes_was_refused() {
        let store = Table::Memory(Memory::default());
        let commit = |first: &str, second: &str| {
            Commit::new()
                .write(insert(first), Problem::Taken(Unique::Email))
                .write(insert(second), Problem::NotFound(Resource::Customer))
        };
        commit("a", "b").run(&store).await.unwrap();
        let first = commit("a", "c").run(&store).await;
        assert_eq!(first, Err(Problem::Taken(Unique::Email)));
        let second = commit("d", "b").run(&store).await;
        assert_eq!(second, Err(Problem::NotFound(Resource::Customer)));
        assert_eq!(commit("c", "d").run(&store).await, Ok(()), "a refused commit writes nothing");
        assert_eq!(Commit::new().run(&store).await, Ok(()));
    }

    #[tokio::test]
    async fn a_commit_is_decided_anew_by_what_is_there_now() {
        let store = Table::Memory(Memory::default());
        let clash = insert;
        let insert = |pk: &str| Commit::new().write(insert(pk), Problem::Contended);
        let item =
            Item::new().with("pk", "a").with("sk", "-").with("v", 1_i64).with("by", "another");
        store.commit(vec![Write::Insert(item)]).await.unwrap();
        let mut anew = Anew::from_known("a");
        let mut seen = Vec::new();
        loop {
            let pk = anew.next(async { Ok("b") }).await.unwrap();
            seen.push(pk);
            if anew.run(&store, insert(pk)).await.unwrap() {
                break;
            }
        }
        assert_eq!(seen, ["a", "b"]);
        let mut anew = Anew::from_now();
        for _ in 0..4 {
            let pk = anew.next(async { Ok("a") }).await.unwrap();
            assert_eq!(anew.run(&store, insert(pk)).await, Ok(false));
        }
        let told = anew.next(async { Ok("a") }).await;
        assert_eq!(told, Err(Problem::Contended), "what stays in the way is told");
        let other = Commit::new().write(clash("a"), Problem::Conflict);
        assert_eq!(anew.run(&store, other).await, Err(Problem::Conflict));
    }

    #[tokio::test]
    async fn who_pauses_for_others_tries_six_times() {
        let mut anew = Anew::apart(Id::<()>::mint(crate::model::Time::EPOCH, [1; 10]));
        for tried in 0..6 {
            assert_eq!(anew.next(async { Ok(tried) }).await, Ok(tried));
        }
        assert_eq!(anew.next(async { Ok(6) }).await, Err(Problem::Contended));
    }
}
