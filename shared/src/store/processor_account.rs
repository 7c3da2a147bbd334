//! A tenant's own merchant accounts in the table: one item for all of them, read with the key that a
//! request is made with.

use super::{
    Consistency, Corrupt, Item, Result, Table, Value, Write,
    customer::{account_from_item, account_to_item},
    key,
};
use crate::model::{Scope, processor_account::TenantAccounts};

impl Table {
    /// A tenant's merchant accounts; none before the first was set up.
    pub async fn tenant_accounts(&self, scope: Scope) -> Result<TenantAccounts> {
        let item = self.get(&key::tenant_accounts(scope), Consistency::Strong).await?;
        Ok(from_item(scope, item.as_ref())?)
    }
}

/// The write that puts the accounts in place: an insert at version 1, a replacement above.
pub fn put(next: &TenantAccounts) -> Write {
    let accounts = next.accounts.iter().map(|account| Value::M(account_to_item(account)));
    let item = key::tenant_accounts(next.scope)
        .item()
        .with("v", next.version)
        .with("accts", Value::L(accounts.collect()));
    Write::at_version(item, next.version)
}

/// Accounts as they were kept; none where there is no record.
pub fn from_item(
    scope: Scope,
    item: Option<&Item>,
) -> std::result::Result<TenantAccounts, Corrupt> {
    let Some(item) = item else { return Ok(TenantAccounts::none(scope)) };
    let accounts = item.items("accts")?.into_iter().map(account_from_item);
    Ok(TenantAccounts {
        scope,
        accounts: accounts.collect::<std::result::Result<_, Corrupt>>()?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
