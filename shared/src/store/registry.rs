//! The accounts of a tenant's ledger by name, for whoever has to look at all of them; and how far each
//! was audited.

use super::{
    Consistency, Corrupt, Error, Item, Query, Result, Table, Update, Write,
    account::{balance, with_balance},
    key,
};
use crate::model::{
    Scope,
    audit::{Checkpoint, Fold},
    ledger::AccountId,
};

/// Most accounts in one page; a larger limit is lowered to this.
pub const MAX_ACCOUNTS: u32 = 100;

/// An account by name, and how far it was audited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Names the account within its tenant and mode.
    pub id: AccountId,
    /// Where the audit before ended, when there was one without a difference.
    pub checkpoint: Option<Checkpoint>,
}

impl Table {
    /// A tenant's accounts in their order, after one of them. Answers whether there are more.
    pub async fn registered_accounts(
        &self,
        scope: Scope,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<(Vec<Registered>, bool)> {
        let query = Query {
            index: None,
            pk: key::ledger(scope),
            // A name with a blank behind it sorts right after the name itself.
            from: after.map_or_else(|| " ".to_owned(), |id| format!("{id} ")),
            to: "~".to_owned(),
            consistency: Consistency::Strong,
            oldest_first: true,
            limit: limit.min(MAX_ACCOUNTS),
        };
        let page = self.query(query).await?;
        let listed = page.items.iter().map(from_item);
        let listed = listed.collect::<std::result::Result<_, Corrupt>>().map_err(Error::from)?;
        Ok((listed, page.more))
    }

    /// Notes how far an account was audited without a difference.
    pub async fn note_checkpoint(
        &self,
        scope: Scope,
        id: AccountId,
        checkpoint: &Checkpoint,
    ) -> Result<()> {
        let (number, balance) = (checkpoint.fold.number(), checkpoint.fold.balance());
        let update = Update::of(key::ledger_account(scope, id))
            .set("done", number)
            .set("sum", with_balance(Item::new(), &balance))
            .set("full", checkpoint.full_at);
        self.update(update).await.map(|_| ())
    }
}

/// The write that puts a new account on the list.
pub fn insert(scope: Scope, id: AccountId) -> Write {
    Write::Insert(key::ledger_account(scope, id).item().with("v", 1_i64))
}

fn from_item(item: &Item) -> std::result::Result<Registered, Corrupt> {
    let checkpoint = match item.get("done") {
        Some(_) => Some(Checkpoint {
            fold: Fold::from(item.number("done")?, balance(item.map("sum")?)?),
            full_at: item.time("full")?,
        }),
        None => None,
    };
    Ok(Registered { id: item.parse("sk")?, checkpoint })
}
