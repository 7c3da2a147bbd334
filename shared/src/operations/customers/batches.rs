//! Many customers at once. Each is kept on its own, so that one that is refused keeps no other.

use super::keeping::create_or_get_one;
use crate::{
    model::customer::Customer,
    operations::{Problem, Result},
    store::Table,
};
use futures_util::future::join_all;

/// Customers kept at the same time.
const AT_ONCE: usize = 10;

/// Keeps those customers that could be read. Their places stay, and what was wrong with the others.
/// With an idempotency key each claims its place in the batch, so that one that comes again after
/// half of it was done makes nobody twice.
///
/// # Errors
/// A fault of Paylink, or too many who want the same: the whole batch may come again.
pub async fn create(
    store: &Table,
    wishes: Vec<Result<Customer>>,
    key: Option<&str>,
) -> Result<Vec<Result<Customer>>> {
    let mut done = Vec::with_capacity(wishes.len());
    let mut wishes = wishes.into_iter().enumerate();
    loop {
        let some: Vec<_> = wishes.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            return Ok(done);
        }
        let kept = some.into_iter().map(|(place, wish)| async move {
            let request = key.map(|key| format!("{place}#{key}"));
            create_or_get_one(store, &wish?, request.as_deref()).await
        });
        for one in join_all(kept).await {
            match one {
                Err(problem) if problem.is_ours() || problem == Problem::Contended => {
                    return Err(problem);
                }
                settled => done.push(settled),
            }
        }
    }
}
