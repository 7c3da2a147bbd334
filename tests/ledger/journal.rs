//! What has to be true of the books, whoever wrote them.

use shared::{
    model::{
        Scope,
        id::PaymentIntentId,
        ledger::{Account, AccountId, Balance, Entry, EntryKind},
    },
    store::Table,
};
use std::collections::BTreeMap;

/// The books of some accounts: each account with its whole journal.
pub struct Books {
    accounts: BTreeMap<AccountId, (Account, Vec<Entry>)>,
}

impl Books {
    pub async fn read(table: &Table, scope: Scope, ids: &[AccountId]) -> Self {
        let mut accounts = BTreeMap::new();
        for id in ids {
            let Some(account) = table.account(scope, *id).await.unwrap() else { continue };
            let mut journal: Vec<Entry> = Vec::new();
            loop {
                let from = journal.last().map_or(1, |entry| entry.number + 1);
                let (page, more) = table.entries_from(scope, *id, from, 100).await.unwrap();
                journal.extend(page);
                if !more {
                    break;
                }
            }
            accounts.insert(*id, (account, journal));
        }
        Self { accounts }
    }

    /// Every rule of double entry. `escrow` is what stands in escrow, by currency.
    pub fn check(&self, escrow: &BTreeMap<String, i64>) {
        for (account, journal) in self.accounts.values() {
            explains(account, journal);
            for entry in journal {
                self.has_both_sides(entry);
            }
        }
        let mut totals: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for (account, _) in self.accounts.values() {
            let total = totals.entry(account.currency.to_string()).or_default();
            total.0 += account.balance.posted;
            total.1 += account.balance.pending_out - account.balance.pending_in;
        }
        for (currency, (posted, announced)) in totals {
            assert_eq!(posted, 0, "posted money of all accounts in {currency}");
            let held = escrow.get(&currency).copied().unwrap_or(0);
            assert_eq!(announced, held, "what is on its way out is on its way in, or in escrow");
        }
        self.holds_end_once();
    }

    fn has_both_sides(&self, entry: &Entry) {
        let (mut posted, mut announced) = (entry.change.posted, pending(&entry.change));
        for other in &entry.others {
            posted += other.change.posted;
            announced += pending(&other.change);
            let (_, journal) = &self.accounts[&other.account];
            let there = &journal[usize::try_from(other.number).unwrap() - 1];
            assert_eq!((there.intent, there.kind), (entry.intent, entry.kind), "{entry:?}");
            assert_eq!((there.change, there.escrow), (other.change, entry.escrow), "{entry:?}");
            let here = there.others.iter().find(|back| back.account == entry.account);
            assert_eq!(here.map(|back| back.number), Some(entry.number), "{entry:?}");
        }
        assert_eq!((posted, announced), (0, entry.escrow), "{entry:?}");
    }

    /// What went into a payment's escrow leaves it once, and in nothing but whole movements.
    fn holds_end_once(&self) {
        let mut escrows: BTreeMap<PaymentIntentId, Vec<(i64, i64)>> = BTreeMap::new();
        for (account, journal) in self.accounts.values() {
            // A hold's entries are all in the sender's journal; the receiver's show the same.
            let held: BTreeMap<PaymentIntentId, ()> = journal
                .iter()
                .filter(|entry| entry.kind == EntryKind::Held)
                .map(|entry| (entry.intent, ()))
                .collect();
            for entry in journal.iter().filter(|entry| held.contains_key(&entry.intent)) {
                assert!(account.id.has_floor());
                let moved = (entry.escrow, entry.change.pending_out);
                escrows.entry(entry.intent).or_default().push(moved);
            }
        }
        for (intent, moves) in escrows {
            let mut left = 0;
            for (place, (escrow, out)) in moves.iter().enumerate() {
                assert_eq!(escrow, out, "escrow of {intent} is its sender's money on its way out");
                assert_eq!(place == 0, *escrow > 0, "{intent} goes into escrow once, and first");
                assert!(place == 0 || left > 0, "{intent} left escrow after it had ended");
                left += escrow;
                assert!(left >= 0, "more of {intent} left escrow than went in");
            }
        }
    }
}

fn pending(change: &Balance) -> i64 {
    change.pending_out - change.pending_in
}

/// An account is the sum of its journal, at every number, and a wallet is never below its floor.
fn explains(account: &Account, journal: &[Entry]) {
    let mut sum = Balance::default();
    for (number, entry) in (1..).zip(journal) {
        assert_eq!(entry.number, number, "numbers of {} have no gaps", account.id);
        assert_eq!(entry.account, account.id);
        sum.posted += entry.change.posted;
        sum.pending_in += entry.change.pending_in;
        sum.pending_out += entry.change.pending_out;
        assert_eq!(entry.after, sum, "{} at entry {number}", account.id);
        assert_ne!(entry.change, Balance::default(), "an entry says something");
        assert!(sum.pending_in >= 0 && sum.pending_out >= 0, "{} at {number}", account.id);
        assert!(
            !account.id.has_floor() || sum.posted - sum.pending_out >= 0,
            "{} fell below its floor at entry {number}",
            account.id
        );
    }
    assert_eq!(account.balance, sum, "{}", account.id);
    assert_eq!(account.version, u64::try_from(journal.len()).unwrap(), "{}", account.id);
}
