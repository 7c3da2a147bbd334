//! The audit of the ledger: whether balances are what their journals say.

use super::{
    Scope, Time,
    event::{EventType, History},
    id::AuditId,
    ledger::{Account, Balance, Entry},
};
use std::fmt;

/// What the audit found in one tenant's books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Made anew by each run that finds something: a later run adds a finding and replaces none.
    pub id: AuditId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// How many differences there are.
    pub differences: u32,
    /// The first of them, in words.
    pub first: String,
    /// One event, `ledger.difference_found`, which is made together with the finding.
    pub history: History,
}

impl Finding {
    /// What was found at `now`.
    pub fn new(id: AuditId, scope: Scope, differences: u32, first: String, now: Time) -> Self {
        let history = History::starting(EventType::LedgerDifferenceFound, now);
        Self { id, scope, differences, first, history }
    }
}

/// What is wrong at one place of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// An entry is missing.
    Gap,
    /// The entry's two sides do not balance.
    Unbalanced,
    /// The balance that the entry states is not the sum of the changes so far.
    Sum,
    /// The entry on the movement's other side is missing, or says something else.
    OtherSide,
    /// The account's balance is not the sum of its entries.
    Balance,
    /// The wallet is below its floor.
    Floor,
    /// The account or an entry cannot be read; nothing behind it was looked at.
    Unreadable,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gap => "an entry is missing",
            Self::Unbalanced => "the entry's two sides do not balance",
            Self::Sum => "the stated balance is not the sum of the changes",
            Self::OtherSide => "the entry on the other side is missing or says something else",
            Self::Balance => "the balance is not the sum of the entries",
            Self::Floor => "the wallet is below its floor",
            Self::Unreadable => "the record cannot be read",
        })
    }
}

/// Where the audit of an account ended without a difference: the next one goes on from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The journal so far.
    pub fold: Fold,
    /// When its entries were last read from the first on.
    pub full_at: Time,
}

/// After so many days an account's entries are read again from the first, in case somebody has
/// changed one that was read before.
const FULL_EACH_DAYS: i64 = 30;

impl Checkpoint {
    /// Whether the next audit may begin here at `now`.
    pub fn holds_at(&self, now: Time) -> bool {
        now < self.full_at.plus_days(FULL_EACH_DAYS)
    }
}

/// Folds an account's journal, entry by entry from the first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fold {
    balance: Balance,
    number: u64,
}

impl Fold {
    /// Takes the next entry; answers what is wrong with it. After a difference the fold goes on
    /// from what the entry states, so that one fault is told once.
    pub fn take(&mut self, entry: &Entry) -> Option<Difference> {
        let expected = self.number.saturating_add(1);
        let sum = self.balance.plus(&entry.change);
        self.number = entry.number;
        self.balance = entry.after;
        if entry.number != expected {
            Some(Difference::Gap)
        } else if !entry.is_balanced() {
            Some(Difference::Unbalanced)
        } else {
            (sum != Some(entry.after)).then_some(Difference::Sum)
        }
    }

    /// Compares with the account itself, once all of its entries were taken.
    pub fn compare(&self, account: &Account) -> Option<Difference> {
        if self.number != account.version {
            Some(Difference::Gap)
        } else if self.balance != account.balance {
            Some(Difference::Balance)
        } else {
            let below = account.id.has_floor() && account.balance.available() < 0;
            below.then_some(Difference::Floor)
        }
    }

    /// A journal that was read up to this entry, which left this balance.
    pub const fn from(number: u64, balance: Balance) -> Self {
        Self { balance, number }
    }

    /// The balance after the last entry taken.
    pub const fn balance(&self) -> Balance {
        self.balance
    }

    /// Number of the last entry taken.
    pub const fn number(&self) -> u64 {
        self.number
    }
}

/// Whether an entry is the other side of this one, as this one says.
pub fn mirrors(entry: &Entry, other: &Entry) -> bool {
    let named = entry.others.iter().find(|line| line.account == other.account);
    let back = other.others.iter().find(|line| line.account == entry.account);
    named.is_some_and(|line| line.number == other.number && line.change == other.change)
        && back.is_some_and(|line| line.number == entry.number && line.change == entry.change)
        && entry.intent == other.intent
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Currency, Mode,
        id::{Id, PaymentIntentId, TenantId},
        ledger::{AccountId, BalanceChange, EntryKind, Movement, Posting},
    };
    use std::collections::BTreeMap;

    fn id<K>(n: u8) -> Id<K> {
        Id::mint(Time::from_ms(0), [n; 10])
    }

    /// Two wallets and the entries of three transfers between them.
    fn books() -> (BTreeMap<AccountId, Account>, Vec<(Entry, Entry)>) {
        let scope = Scope { tenant: TenantId::mint(Time::from_ms(0), [0; 10]), mode: Mode::Test };
        let names = [1, 2].map(|n| AccountId::Wallet(id(n)));
        let mut accounts: BTreeMap<_, _> = [1, 2]
            .map(|n| Account::wallet(scope, id(n), Currency::USD, id(9)))
            .map(|account| (account.id, account))
            .into();
        let mut entries = Vec::new();
        for (from, to, posted) in [(1, 0, 0), (1, 0, 0), (0, 1, 0)] {
            let change = |posted| BalanceChange { posted, ..BalanceChange::default() };
            let intent: PaymentIntentId = id(50);
            let movement = Movement {
                kind: EntryKind::Transferred,
                intent,
                currency: Currency::USD,
                postings: vec![
                    Posting { account: names[from], change: change(-posted) },
                    Posting { account: names[to], change: change(posted) },
                ],
                escrow: 0,
            };
            let mut booked = movement.book(&accounts, Time::from_ms(1)).unwrap().into_iter();
            let (a, b) = (booked.next().unwrap(), booked.next().unwrap());
            let pair = if from == 0 {
                (a.entry.clone(), b.entry.clone())
            } else {
                (b.entry.clone(), a.entry.clone())
            };
            entries.push(pair);
            for line in [a, b] {
                accounts.insert(line.account.id, line.account);
            }
        }
        (accounts, entries)
    }

    #[test]
    fn a_sound_journal_has_no_differences() {
        let (accounts, entries) = books();
        let mut fold = Fold::default();
        for (entry, other) in &entries {
            assert_eq!(fold.take(entry), None);
            assert!(mirrors(entry, other) && mirrors(other, entry));
        }
        assert_eq!(fold.compare(&accounts[&AccountId::Wallet(id(1))]), None);
    }

    #[test]
    fn each_kind_of_fault_is_found_once() {
        let (accounts, entries) = books();
        let account = &accounts[&AccountId::Wallet(id(1))];
        let journal: Vec<Entry> = entries.into_iter().map(|(entry, _)| entry).collect();
        let faults = |journal: &[Entry], account: &Account| {
            let mut fold = Fold::default();
            let mut found: Vec<_> = journal.iter().filter_map(|entry| fold.take(entry)).collect();
            found.extend(fold.compare(account));
            found
        };
        assert_eq!(faults(&[&journal[..1], &journal[2..]].concat(), account), [Difference::Gap]);
        let mut lopsided = journal.clone();
        lopsided[1].change.posted += 1;
        assert_eq!(faults(&lopsided, account), [Difference::Unbalanced]);
        let mut forged = journal.clone();
        forged[2].after.posted += 5;
        let found = faults(&forged, account);
        assert_eq!(found, [Difference::Sum, Difference::Balance]);
        let mut richer = account.clone();
        richer.balance.posted += 5;
        assert_eq!(faults(&journal, &richer), [Difference::Balance]);
        let mut poorer = account.clone();
        let mut drained = journal.clone();
        poorer.balance.pending_out = 7;
        drained[2].after.pending_out = 7;
        drained[2].change.pending_out = 7;
        drained[2].escrow = 7;
        assert_eq!(faults(&drained, &poorer), [Difference::Floor]);
        assert!(!mirrors(&journal[0], &journal[1]));
    }
}
