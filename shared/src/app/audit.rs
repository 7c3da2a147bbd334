//! Recomputes every balance from its journal, and says where they differ.
//!
//! An account is read first, then its entries up to the number it had then: movements that go on
//! meanwhile do not look like differences. Nothing is mended here; a difference is for people.

use super::{clock, context::Records, log::log_at};
use crate::{
    http::{Result, body::Fields, platform::operator::AuditLedger},
    model::{
        Scope,
        audit::{Difference, Finding, Fold, mirrors},
        ledger::{AccountId, Entry},
    },
    store::{self, Table, account::MOST_ENTRIES, audit, meter::Stopwatch, registry::MOST_ACCOUNTS},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tracing::Level;

/// Differences that are told one by one; of all others only the number.
const MOST_TOLD: usize = 50;

/// After this long no further account is begun; the answer says where to go on.
const PATIENCE_MICROS: u64 = 780_000_000;

/// What a run has seen.
#[derive(Default)]
struct Report {
    accounts: u64,
    entries: u64,
    differences: u64,
    told: Vec<Value>,
}

/// Where a run stopped.
struct Stopped {
    scope: Scope,
    after: Option<AccountId>,
}

/// Audits one tenant, or all of them.
///
/// # Errors
/// 422 for an input that is none; 503 when the table cannot be reached.
pub async fn audit(context: &Records, input: &str) -> Result<Value> {
    let store = &context.store;
    let wish: AuditLedger = Fields::from_json(input)?.read()?;
    let stopwatch = Stopwatch::start();
    let mut report = Report::default();
    let stopped = match wish.scope()? {
        Some(scope) => one(store, scope, wish.after()?, &stopwatch, &mut report).await?,
        None => all(store, &stopwatch, &mut report).await?,
    };
    log_at!(
        if report.differences == 0 { Level::INFO } else { Level::ERROR },
        ledger_accounts = report.accounts,
        ledger_entries = report.entries,
        ledger_differences = report.differences,
        ledger_unfinished = u64::from(stopped.is_some()),
        differences = %json!(report.told),
        "audit of the ledger"
    );
    Ok(json!({
        "accounts": report.accounts,
        "entries": report.entries,
        "differences": report.differences,
        "first_differences": report.told,
        "next": stopped.map(|stopped| json!({
            "tenant_id": stopped.scope.tenant.to_string(),
            "mode": stopped.scope.mode.as_str(),
            "after": stopped.after.map(|account| account.to_string()),
        })),
    }))
}

async fn all(store: &Table, stopwatch: &Stopwatch, report: &mut Report) -> Result<Option<Stopped>> {
    let mut after = None;
    loop {
        let (tenants, more) = store.tenants(after).await?;
        for scope in &tenants {
            if let Some(stopped) = one(store, *scope, None, stopwatch, report).await? {
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
async fn one(
    store: &Table,
    scope: Scope,
    mut after: Option<AccountId>,
    stopwatch: &Stopwatch,
    report: &mut Report,
) -> Result<Option<Stopped>> {
    let mut found: Vec<String> = Vec::new();
    let mut stopped = None;
    'pages: loop {
        let (ids, more) = store.registered_accounts(scope, after, MOST_ACCOUNTS).await?;
        for id in &ids {
            if stopwatch.micros() > PATIENCE_MICROS {
                stopped = Some(Stopped { scope, after });
                break 'pages;
            }
            report.accounts = report.accounts.saturating_add(1);
            for (number, difference) in account(store, scope, *id, report).await? {
                report.differences = report.differences.saturating_add(1);
                let place = format!("{id}, entry {number}: {difference}");
                if report.told.len() < MOST_TOLD {
                    let tenant = scope.tenant.to_string();
                    report.told.push(
                        json!({"tenant": tenant, "mode": scope.mode.as_str(), "place": place}),
                    );
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
        let now = clock::now();
        let finding = Finding::new(clock::new_id(), scope, differences, first.clone(), now);
        store.commit(vec![audit::insert(&finding)]).await?;
    }
    Ok(stopped)
}

/// What is wrong in one account's journal, by entry.
async fn account(
    store: &Table,
    scope: Scope,
    id: AccountId,
    report: &mut Report,
) -> store::Result<Vec<(u64, Difference)>> {
    let Some(account) = store.account(scope, id).await? else {
        return Ok(vec![(0, Difference::Balance)]);
    };
    let mut fold = Fold::default();
    let mut found = Vec::new();
    while fold.number() < account.version {
        let from = fold.number().saturating_add(1);
        let (mut entries, _) = store.entries_from(scope, id, from, MOST_ENTRIES).await?;
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
        for entry in store.entries_at(scope, chunk).await? {
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
