//! What an organisation sells.

use super::{Commit, IdempotentAnswer, Problem, Remember, Result};
use crate::{
    model::{Time, catalog::Product, tax::BUILT_IN_CODES},
    store::{Table, catalog},
};

/// Keeps a new product, and claims its number.
///
/// # Errors
/// An unknown tax code; another product has the number.
pub async fn create_product(
    store: &Table,
    new: &Product,
    remember: Remember<'_, Product>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    check_tax_code(new.offer.tax_code.as_deref())?;
    let mut writes = catalog::insert(new).into_iter();
    let record = writes.next().into_iter();
    let taken = Problem::field("sku", "is the number of another product");
    let commit = Commit::new().all(record, &Problem::Conflict).all(writes, &taken);
    remember.commit(store, commit, new, now).await
}

/// Tax codes are those that everybody has; an organisation has none of its own yet.
fn check_tax_code(code: Option<&str>) -> Result<()> {
    match code {
        Some(code) if !BUILT_IN_CODES.contains(&code) => {
            let message = format!("must be one of {}", BUILT_IN_CODES.join(", "));
            Err(Problem::field("tax_code", message))
        }
        Some(_) | None => Ok(()),
    }
}
