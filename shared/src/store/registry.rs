//! The accounts of a tenant's ledger by name, for whoever has to look at all of them.

use super::{Consistency, Corrupt, Error, Query, Result, Table, Write, key};
use crate::model::{Scope, ledger::AccountId};

/// Largest page.
pub const MOST_ACCOUNTS: u32 = 100;

impl Table {
    /// Names of a tenant's accounts in their order, after one of them. Answers whether there are
    /// more.
    ///
    /// # Errors
    /// The table cannot be reached, or a record is corrupt.
    pub async fn registered_accounts(
        &self,
        scope: Scope,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<(Vec<AccountId>, bool)> {
        let query = Query {
            index: None,
            pk: key::ledger(scope),
            // A name with a blank behind it sorts right after the name itself.
            from: after.map_or_else(|| " ".to_owned(), |id| format!("{id} ")),
            to: "~".to_owned(),
            consistency: Consistency::Strong,
            oldest_first: true,
            limit: limit.min(MOST_ACCOUNTS),
        };
        let page = self.query(query).await?;
        let ids = page.items.iter().map(|item| item.parse("sk"));
        let ids = ids.collect::<std::result::Result<_, Corrupt>>().map_err(Error::from)?;
        Ok((ids, page.more))
    }
}

/// The write that puts a new account on the list.
#[must_use]
pub fn insert(scope: Scope, id: AccountId) -> Write {
    Write::Insert(key::ledger_account(scope, id).item().with("v", 1_i64))
}
