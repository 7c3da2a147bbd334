//! Recomputes every balance from its journal, and says where they differ.
//!
//! An account is read first, then its entries up to the number it had then: movements that go on
//! meanwhile do not look like differences. Nothing is mended here; a difference is for people.

use super::{Ambient, Result};
use crate::{
    model::{
        Scope,
        audit::{Difference, Finding, Fold, mirrors},
        ledger::{AccountId, Entry},
    },
    store::{self, Table, account::MOST_ENTRIES, audit, meter::Stopwatch, registry::MOST_ACCOUNTS},
};
use std::collections::BTreeMap;

/// Differences that are told one by one; of all others only the number.
const MAX_TOLD: usize = 50;

/// After this long no further account is begun; the answer says where to go on.
const TIMEOUT_MICROS: u64 = 780_000_000;

/// Whose books to audit.
#[derive(Debug, Clone, Copy)]
pub struct AuditWish {
    /// One tenant's; every tenant's when `None`.
    pub scope: Option<Scope>,
    /// Where a run before this one stopped, within one tenant.
    pub after: Option<AccountId>,
}

/// What a run has seen.
#[derive(Debug, Default)]
pub struct Report {
    /// Accounts recomputed.
    pub accounts: u64,
    /// Entries read.
    pub entries: u64,
    /// Differences found.
    pub differences: u64,
    /// The first of them.
    pub told: Vec<Told>,
    /// Where to go on, if the run did not come to its end.
    pub stopped: Option<Stopped>,
}

/// A difference in words.
#[derive(Debug)]
pub struct Told {
    /// Whose books.
    pub scope: Scope,
    /// Where, and what is wrong.
    pub place: String,
}

/// Where a run stopped.
#[derive(Debug)]
pub struct Stopped {
    /// In whose books.
    pub scope: Scope,
    /// After which account.
    pub after: Option<AccountId>,
}

/// Audits one tenant, or all of them.
///
/// # Errors
/// The table cannot be reached.
pub async fn audit(store: &Table, wish: AuditWish, ambient: Ambient) -> Result<Report> {
    let mut run = Run { store, ambient, stopwatch: Stopwatch::start(), report: Report::default() };
    run.report.stopped = match wish.scope {
        Some(scope) => run.one(scope, wish.after).await?,
        None => run.all().await?,
    };
    Ok(run.report)
}

/// One run.
struct Run<'a> {
    store: &'a Table,
    ambient: Ambient,
    stopwatch: Stopwatch,
    report: Report,
}

impl Run<'_> {
    async fn all(&mut self) -> Result<Option<Stopped>> {
        let mut after = None;
        loop {
            let (tenants, more) = self.store.tenants(after).await?;
            for scope in &tenants {
                if let Some(stopped) = self.one(*scope, None).await? {
                    return Ok(Some(stopped));
                }
            }
            after = tenants.last().copied();
            if !more || after.is_none() {
                return Ok(None);
            }
        }
    }

    /// One tenant's books; what is found there is kept, which tells the tenant and the bus.
    async fn one(&mut self, scope: Scope, mut after: Option<AccountId>) -> Result<Option<Stopped>> {
        let mut found: Vec<String> = Vec::new();
        let mut stopped = None;
        'pages: loop {
            let (ids, more) = self.store.registered_accounts(scope, after, MOST_ACCOUNTS).await?;
            for id in &ids {
                if self.stopwatch.micros() > TIMEOUT_MICROS {
                    stopped = Some(Stopped { scope, after });
                    break 'pages;
                }
                self.report.accounts = self.report.accounts.saturating_add(1);
                for (number, difference) in
                    account(self.store, scope, *id, &mut self.report).await?
                {
                    self.report.differences = self.report.differences.saturating_add(1);
                    let place = format!("{id}, entry {number}: {difference}");
                    if self.report.told.len() < MAX_TOLD {
                        self.report.told.push(Told { scope, place: place.clone() });
                    }
                    found.push(place);
                }
                after = Some(*id);
            }
            if !more || ids.is_empty() {
                break;
            }
        }
        if let Some(first) = found.first() {
            let differences = u32::try_from(found.len()).unwrap_or(u32::MAX);
            let (id, now) = (self.ambient.new_id(), self.ambient.now());
            let finding = Finding::new(id, scope, differences, first.clone(), now);
            self.store.commit(vec![audit::insert(&finding)]).await?;
        }
        Ok(stopped)
    }
}

/// What is wrong in one account's journal, by entry.
async fn account(
    store: &Table,
    scope: Scope,
    id: AccountId,
    report: &mut Report,
) -> store::Result<Vec<(u64, Difference)>> {
    let account = match store.account(scope, id).await {
        Ok(Some(account)) => account,
        Ok(None) => return Ok(vec![(0, Difference::Balance)]),
        Err(store::Error::Corrupt(_)) => return Ok(vec![(0, Difference::Unreadable)]),
        Err(other) => return Err(other),
    };
    let mut fold = Fold::default();
    let mut found = Vec::new();
    while fold.number() < account.version {
        let from = fold.number().saturating_add(1);
        let read = store.entries_from(scope, id, from, MOST_ENTRIES).await;
        let mut entries = match read {
            Ok((entries, _)) => entries,
            Err(store::Error::Corrupt(_)) => {
                // Entry by entry up to the one that cannot be read.
                let (readable, unreadable) = readable(store, scope, id, from).await?;
                if readable.is_empty() {
                    found.push((unreadable, Difference::Unreadable));
                    return Ok(found);
                }
                readable
            }
            Err(other) => return Err(other),
        };
        entries.retain(|entry| entry.number <= account.version);
        if entries.is_empty() {
            break;
        }
        report.entries = report.entries.saturating_add(u64::try_from(entries.len()).unwrap_or(0));
        for entry in &entries {
            found.extend(fold.take(entry).map(|difference| (entry.number, difference)));
        }
        found.extend(other_sides(store, scope, &entries).await?);
    }
    found.extend(fold.compare(&account).map(|difference| (fold.number(), difference)));
    Ok(found)
}

/// Those of these entries that can be read.
async fn one_by_one(
    store: &Table,
    scope: Scope,
    wanted: &[(AccountId, u64)],
) -> store::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for one in wanted {
        match store.entries_at(scope, &[*one]).await {
            Ok(read) => entries.extend(read),
            Err(store::Error::Corrupt(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(entries)
}

/// The entries from a number on up to the first that cannot be read, and that one's number.
async fn readable(
    store: &Table,
    scope: Scope,
    id: AccountId,
    from: u64,
) -> store::Result<(Vec<Entry>, u64)> {
    let mut entries = Vec::new();
    let mut number = from;
    loop {
        match store.entries_from(scope, id, number, 1).await {
            Ok((one, _)) if one.is_empty() => return Ok((entries, number)),
            Ok((one, _)) => {
                number = one.last().map_or(number, |entry| entry.number).saturating_add(1);
                entries.extend(one);
            }
            Err(store::Error::Corrupt(_)) => return Ok((entries, number)),
            Err(other) => return Err(other),
        }
    }
}

/// Entries whose other sides are missing or say something else.
async fn other_sides(
    store: &Table,
    scope: Scope,
    entries: &[Entry],
) -> store::Result<Vec<(u64, Difference)>> {
    let mut wanted: Vec<(AccountId, u64)> = entries
        .iter()
        .flat_map(|entry| entry.others.iter().map(|other| (other.account, other.number)))
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut sides: BTreeMap<(AccountId, u64), Entry> = BTreeMap::new();
    for chunk in wanted.chunks(store::table::MOST_KEYS) {
        let read = match store.entries_at(scope, chunk).await {
            Err(store::Error::Corrupt(_)) => one_by_one(store, scope, chunk).await?,
            read => read?,
        };
        for entry in read {
            sides.insert((entry.account, entry.number), entry);
        }
    }
    let broken = entries.iter().filter(|entry| {
        !entry.others.iter().all(|other| {
            let side = sides.get(&(other.account, other.number));
            side.is_some_and(|side| mirrors(entry, side))
        })
    });
    Ok(broken.map(|entry| (entry.number, Difference::OtherSide)).collect())
}

#[cfg(test)]
mod tests;
