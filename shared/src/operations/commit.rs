//! Writes that happen together or not at all, each with the problem it stands for.

use super::{Problem, Result};
use crate::store::{Error, Table, Write};

/// Writes that happen together or not at all. Each carries the problem that its refusal means, so
/// that a commit of several says which one was refused.
#[derive(Debug, Default)]
pub struct Commit {
    writes: Vec<Write>,
    problems: Vec<Problem>,
}

impl Commit {
    /// No writes yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One more write, and what its refusal means.
    #[must_use]
    pub fn write(mut self, write: Write, problem: Problem) -> Self {
        self.writes.push(write);
        self.problems.push(problem);
        self
    }

    /// More writes whose refusals all mean the same.
    #[must_use]
    pub fn all(self, writes: impl IntoIterator<Item = Write>, problem: &Problem) -> Self {
        writes.into_iter().fold(self, |commit, write| commit.write(write, problem.clone()))
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// Writes all of it, or nothing. Without any writes this is done at once.
    ///
    /// # Errors
    /// The problem of the first write that is refused; or the table cannot be reached.
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
}
