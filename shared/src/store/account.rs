//! The ledger in the table: accounts, and the journal of each.
//!
//! An account changes only together with its next entry, in a commit that is refused when somebody
//! else has written that entry already, or when a wallet's spendable money is less than what is
//! taken: the floor is a condition of the write, not a look before it.

use super::{
    Consistency, Corrupt, Error, Guard, Item, Query, Result, Table, Update, Write, key, registry,
};
use crate::model::{
    Currency, Scope,
    id::CustomerId,
    ledger::{Account, AccountId, Balance, Booked, Entry, Other},
};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Largest page of a journal.
pub const MAX_ENTRIES: u32 = 100;

impl Table {
    /// One account, read strongly; `None` where there is none.
    pub async fn account(&self, scope: Scope, id: AccountId) -> Result<Option<Account>> {
        let item = self.get(&key::account(scope, id), Consistency::Strong).await?;
        item.map(|item| from_item(scope, &item)).transpose().map_err(Error::from)
    }

    /// Several accounts at one moment. Accounts of the outside that have no entry yet are there,
    /// empty; wallets are there only if somebody made them.
    pub async fn accounts(
        &self,
        scope: Scope,
        ids: &[AccountId],
        currency: Currency,
    ) -> Result<BTreeMap<AccountId, Account>> {
        let keys: Vec<_> = ids.iter().map(|id| key::account(scope, *id)).collect();
        let items = self.get_many(&keys, Consistency::Strong).await?;
        let mut accounts = BTreeMap::new();
        for (id, item) in ids.iter().zip(items) {
            let account = match item {
                Some(item) => from_item(scope, &item)?,
                None if id.has_floor() => continue,
                None => Account::empty(scope, *id, currency),
            };
            accounts.insert(*id, account);
        }
        Ok(accounts)
    }

    /// Part of an account's journal, newest first, before an entry's number. Answers whether there
    /// is more.
    pub async fn entries(
        &self,
        scope: Scope,
        id: AccountId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<(Vec<Entry>, bool)> {
        let last = before.map_or(u64::MAX, |number| number.saturating_sub(1));
        self.journal(scope, id, 1..=last, limit, false).await
    }

    /// Part of an account's journal, oldest first, from an entry's number on.
    pub async fn entries_from(
        &self,
        scope: Scope,
        id: AccountId,
        from: u64,
        limit: u32,
    ) -> Result<(Vec<Entry>, bool)> {
        self.journal(scope, id, from..=u64::MAX, limit, true).await
    }

    /// Certain entries of certain accounts, as far as they are there.
    pub async fn entries_at(
        &self,
        scope: Scope,
        places: &[(AccountId, u64)],
    ) -> Result<Vec<Entry>> {
        let keys: Vec<_> = places.iter().map(|(id, n)| key::entry(scope, *id, *n)).collect();
        let items = self.get_many(&keys, Consistency::Strong).await?;
        let found = places.iter().zip(items).filter_map(|((id, _), item)| Some((*id, item?)));
        let entries = found.map(|(id, item)| entry_from_item(scope, id, &item));
        Ok(entries.collect::<std::result::Result<_, Corrupt>>()?)
    }

    async fn journal(
        &self,
        scope: Scope,
        id: AccountId,
        numbers: RangeInclusive<u64>,
        limit: u32,
        oldest_first: bool,
    ) -> Result<(Vec<Entry>, bool)> {
        let sk = |number: u64| format!("{:012}", number.min(999_999_999_999));
        let query = Query {
            index: None,
            pk: key::entries(scope, id),
            from: sk(*numbers.start()),
            to: sk(*numbers.end()),
            consistency: Consistency::Strong,
            oldest_first,
            limit: limit.min(MAX_ENTRIES),
        };
        let page = self.query(query).await?;
        let entries = page.items.iter().map(|item| entry_from_item(scope, id, item));
        Ok((entries.collect::<std::result::Result<_, Corrupt>>()?, page.more))
    }
}

/// The write that makes a wallet.
pub fn insert(account: &Account) -> Write {
    Write::Insert(to_item(account))
}

/// The writes of a movement: each account it touches, and the entry that says so. An account of the
/// outside that comes into being is put on the tenant's list of accounts.
#[must_use = "writes change nothing until they are committed"]
pub fn writes(booked: &[Booked]) -> Vec<Write> {
    let accounts = booked.iter().map(account_write);
    let entries = booked.iter().map(|line| Write::Insert(entry_to_item(&line.entry)));
    let new = booked.iter().map(|line| &line.account).filter(|account| is_new(account));
    let listed = new.map(|account| registry::insert(account.scope, account.id));
    accounts.chain(entries).chain(listed).collect()
}

/// A wallet is made before its first entry; accounts of the outside come into being with it.
const fn is_new(account: &Account) -> bool {
    account.version == 1 && !account.id.has_floor()
}

fn account_write(line: &Booked) -> Write {
    let (account, change) = (&line.account, line.entry.change);
    if is_new(account) {
        return Write::Insert(to_item(account));
    }
    let before = account.version.saturating_sub(1);
    let update = Update::of(key::account(account.scope, account.id))
        .add("posted", change.posted)
        .add("in", change.pending_in)
        .add("out", change.pending_out)
        .add("avail", change.available())
        .guard(Guard::Is("v", before.into()));
    let spends = account.id.has_floor() && change.available() < 0;
    Write::Update(if spends {
        update.guard(Guard::AtLeast("avail", -change.available()))
    } else {
        update
    })
}

fn to_item(account: &Account) -> Item {
    with_balance(key::account(account.scope, account.id).item(), &account.balance)
        .with("v", account.version)
        .with("id", account.id.to_string())
        .with("cur", account.currency.code())
        .with("avail", account.balance.available())
        .with_some("cust", account.owner.map(|owner| owner.to_string()))
}

/// An account as it was kept.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<Account, Corrupt> {
    let owner: Option<CustomerId> = item.parse_if_any("cust")?;
    Ok(Account {
        scope,
        id: item.parse("id")?,
        currency: item.parse("cur")?,
        owner,
        balance: balance(item)?,
        version: item.number("v")?,
    })
}

fn entry_to_item(entry: &Entry) -> Item {
    let others = entry.others.iter().map(|other| {
        let item = Item::new().with("id", other.account.to_string()).with("n", other.number);
        with_balance(item, &other.change).into()
    });
    let item = key::entry(entry.scope, entry.account, entry.number).item();
    with_balance(item, &entry.change)
        .with("v", 1_i64)
        .with("at", entry.at)
        .with("kind", entry.kind.as_str())
        .with("intent", entry.intent.to_string())
        .with("after", with_balance(Item::new(), &entry.after))
        .with("others", super::Value::L(others.collect()))
        .with("escrow", entry.escrow)
}

fn entry_from_item(
    scope: Scope,
    account: AccountId,
    item: &Item,
) -> std::result::Result<Entry, Corrupt> {
    let others = item.items("others")?.into_iter().map(|other| {
        Ok(Other {
            account: other.parse("id")?,
            number: other.number("n")?,
            change: balance(other)?,
        })
    });
    Ok(Entry {
        scope,
        account,
        number: item.parse("sk")?,
        at: item.time("at")?,
        kind: item.parse("kind")?,
        intent: item.parse("intent")?,
        change: balance(item)?,
        after: balance(item.map("after")?)?,
        others: others.collect::<std::result::Result<_, Corrupt>>()?,
        escrow: item.number("escrow")?,
    })
}

/// An item with the three numbers of a balance.
pub(super) fn with_balance(item: Item, balance: &Balance) -> Item {
    item.with("posted", balance.posted)
        .with("in", balance.pending_in)
        .with("out", balance.pending_out)
}

/// The three numbers of a balance in an item.
pub(super) fn balance(item: &Item) -> std::result::Result<Balance, Corrupt> {
    Ok(Balance {
        posted: item.number("posted")?,
        pending_in: item.number("in")?,
        pending_out: item.number("out")?,
    })
}

#[cfg(test)]
mod tests;
