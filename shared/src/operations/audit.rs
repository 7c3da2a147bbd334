//! Recomputes every balance from its journal, and says where they differ.
//!
//! An account is read first, then its entries up to the number it had then: movements that go on
//! meanwhile do not look like differences. Nothing is mended here; a difference is for people.
//!
//! Only entries since the audit before are read, and all of them again once a month. An audit of all
//! tenants begins behind the one where the last has stopped, in the middle of its books if need be.

use super::{Ambient, Result};
use crate::{
    model::{
        Scope,
        audit::{Checkpoint, Difference, Finding, Fold, mirrors},
        ledger::{AccountId, Entry},
    },
    store::{
        self, Table,
        account::MAX_ENTRIES,
        audit::{self, AuditCursor},
        meter::Stopwatch,
        registry::{MAX_ACCOUNTS, Registered},
    },
};
use std::collections::BTreeMap;

/// Differences that are told one by one; of all others only the number.
const MAX_TOLD: usize = 50;

/// After this long no further account is begun; the answer says where to go on.
const TIMEOUT_MICROS: u64 = 780_000_000;

/// Which books to audit, and how far back.
#[derive(Debug, Clone, Copy)]
pub struct AuditWish {
    /// One tenant's; every tenant's when `None`.
    pub scope: Option<Scope>,
    /// Where a run before this one stopped, within one tenant.
    pub after: Option<AccountId>,
    /// Whether every entry is read again.
    pub full: bool,
}

/// What a run has seen.
#[derive(Debug, Default)]
pub struct AuditReport {
    /// Accounts whose balance was recomputed.
    pub accounts: u64,
    /// Journal entries that were read for it.
    pub entries: u64,
    /// All differences that were found, also those that are not in `told`.
    pub differences: u64,
    /// The first of them.
    pub told: Vec<Told>,
    /// Where to go on, if the run did not come to its end.
    pub stopped: Option<Stopped>,
}

/// A difference that was found, as an operator reads it.
#[derive(Debug)]
pub struct Told {
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Where, and what is wrong.
    pub place: String,
}

/// Where a run ended before its last journal, so that the next one goes on there.
#[derive(Debug)]
pub struct Stopped {
    /// The tenant and mode whose accounts it was at.
    pub scope: Scope,
    /// The last account that was done; `None` when none was.
    pub after: Option<AccountId>,
}

/// Audits one tenant, or all of them.
pub async fn audit(store: &Table, wish: AuditWish, ambient: Ambient) -> Result<AuditReport> {
    let stopwatch = Stopwatch::start();
    audit_until(store, wish, ambient, &|_| stopwatch.micros() > TIMEOUT_MICROS).await
}

/// The same; before each account it is asked whether the run has done enough.
async fn audit_until(
    store: &Table,
    wish: AuditWish,
    ambient: Ambient,
    enough: &(dyn Fn(&AuditReport) -> bool + Sync),
) -> Result<AuditReport> {
    let mut run = Run { store, ambient, full: wish.full, enough, report: AuditReport::default() };
    run.report.stopped = match wish.scope {
        Some(scope) => run.one(scope, wish.after).await?,
        None => run.all().await?,
    };
    Ok(run.report)
}

/// The state of one run, from its first tenant to its end.
struct Run<'a> {
    store: &'a Table,
    ambient: Ambient,
    full: bool,
    enough: &'a (dyn Fn(&AuditReport) -> bool + Sync),
    report: AuditReport,
}

impl Run<'_> {
    /// Every tenant once, from where the run before stopped round to there again.
    async fn all(&mut self) -> Result<Option<Stopped>> {
        let cursor = self.store.audit_cursor().await?;
        if let Some(AuditCursor { scope, after: Some(after) }) = cursor
            && let Some(stopped) = self.one_of_all(scope, Some(after)).await?
        {
            return Ok(Some(stopped));
        }
        let start = cursor.map(|cursor| cursor.scope);
        if let Some(stopped) = self.range(start, None).await? {
            return Ok(Some(stopped));
        }
        match start {
            Some(start) => self.range(None, Some(start)).await,
            None => Ok(None),
        }
    }

    /// The tenants after one of them, up to another.
    async fn range(
        &mut self,
        mut after: Option<Scope>,
        last: Option<Scope>,
    ) -> Result<Option<Stopped>> {
        loop {
            let (tenants, more) = self.store.tenants(after).await?;
            for scope in &tenants {
                if let Some(stopped) = self.one_of_all(*scope, None).await? {
                    return Ok(Some(stopped));
                }
                if last == Some(*scope) {
                    return Ok(None);
                }
            }
            after = tenants.last().copied();
            if !more || after.is_none() {
                return Ok(None);
            }
        }
    }

    /// One tenant's books within a run over all; notes where the next run goes on.
    async fn one_of_all(
        &mut self,
        scope: Scope,
        after: Option<AccountId>,
    ) -> Result<Option<Stopped>> {
        let stopped = self.one(scope, after).await?;
        let cursor = match &stopped {
            // Nothing of it was looked at: it is the next one's first.
            Some(Stopped { after: None, .. }) => return Ok(stopped),
            Some(Stopped { after, .. }) => AuditCursor { scope, after: *after },
            None => AuditCursor { scope, after: None },
        };
        self.store.note_audit_cursor(cursor).await?;
        Ok(stopped)
    }

    /// One tenant's books; what is found there is kept, which tells the tenant and the bus.
    async fn one(&mut self, scope: Scope, mut after: Option<AccountId>) -> Result<Option<Stopped>> {
        let mut found: Vec<String> = Vec::new();
        let mut stopped = None;
        'pages: loop {
            let (listed, more) = self.store.registered_accounts(scope, after, MAX_ACCOUNTS).await?;
            for registered in &listed {
                let id = registered.id;
                if (self.enough)(&self.report) {
                    stopped = Some(Stopped { scope, after });
                    break 'pages;
                }
                self.report.accounts = self.report.accounts.saturating_add(1);
                for (number, difference) in self.account(scope, registered).await? {
                    self.report.differences = self.report.differences.saturating_add(1);
                    let place = format!("{id}, entry {number}: {difference}");
                    if self.report.told.len() < MAX_TOLD {
                        self.report.told.push(Told { scope, place: place.clone() });
                    }
                    found.push(place);
                }
                after = Some(id);
            }
            if !more || listed.is_empty() {
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

impl Run<'_> {
    /// What is wrong in one account's journal since it was audited last. Where nothing is, the next
    /// audit goes on from here.
    async fn account(
        &mut self,
        scope: Scope,
        registered: &Registered,
    ) -> store::Result<Vec<(u64, Difference)>> {
        let now = self.ambient.now();
        let known = registered.checkpoint.clone().filter(|known| !self.full && known.holds_at(now));
        let full_at = known.as_ref().map_or(now, |known| known.full_at);
        let before = known.clone().map_or_else(Fold::default, |known| known.fold);
        let read = account(self.store, scope, registered.id, before, &mut self.report).await?;
        let (fold, found) = read;
        let next = Checkpoint { fold, full_at };
        if found.is_empty() && known.as_ref() != Some(&next) {
            self.store.note_checkpoint(scope, registered.id, &next).await?;
        }
        Ok(found)
    }
}

/// What is wrong in one account's journal from an entry on, by entry; and the journal up to its end.
async fn account(
    store: &Table,
    scope: Scope,
    id: AccountId,
    mut fold: Fold,
    report: &mut AuditReport,
) -> store::Result<(Fold, Vec<(u64, Difference)>)> {
    let account = match store.account(scope, id).await {
        Ok(Some(account)) => account,
        Ok(None) => return Ok((fold, vec![(0, Difference::Balance)])),
        Err(store::Error::Corrupt(_)) => return Ok((fold, vec![(0, Difference::Unreadable)])),
        Err(other) => return Err(other),
    };
    let mut found = Vec::new();
    while fold.number() < account.version {
        let from = fold.number().saturating_add(1);
        let read = store.entries_from(scope, id, from, MAX_ENTRIES).await;
        let mut entries = match read {
            Ok((entries, _)) => entries,
            Err(store::Error::Corrupt(_)) => {
                // Entry by entry up to the one that cannot be read.
                let (readable, unreadable) = readable(store, scope, id, from).await?;
                if readable.is_empty() {
                    found.push((unreadable, Difference::Unreadable));
                    return Ok((fold, found));
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
    Ok((fold, found))
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
    for chunk in wanted.chunks(store::table::MAX_KEYS) {
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
