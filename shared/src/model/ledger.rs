//! Double entry: accounts, movements of money between them, and the journal.
//!
//! A wallet is an account; so is each part of the outside world (one per rail, currency and shard),
//! and what a customer owes after a return. Posted money of all accounts of one currency sums to
//! zero at every moment. Pending money is announced on both sides: what goes out of one account is
//! on its way into another, or stands in escrow.
//!
//! Every movement leaves an immutable entry in each account it touches. Entries are numbered from
//! 1 without gaps, an account's version is the number of its last entry, and its balance is the sum
//! of its entries' changes.

use super::{
    Currency, Invalid, Scope, Time,
    id::{CustomerId, PaymentIntentId, WalletId},
    money::LARGEST_MINOR,
    route::Rail,
};
use std::{collections::BTreeMap, fmt, str::FromStr};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Accounts of the outside world are spread over this many items per rail and currency, since one
/// item takes some hundred transactions a second. Their sum is what counts.
pub const SHARDS: u8 = 16;

/// Names an account within one tenant and mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountId {
    /// A customer's money in one wallet.
    Wallet(WalletId),
    /// The outside world at the end of one rail. Negative when more came in than went out.
    Outside {
        /// The rail over which money moves.
        rail: Rail,
        /// The currency of the account.
        currency: Currency,
        /// 0 to [`SHARDS`] - 1.
        shard: u8,
    },
    /// What a customer owes because a payment was returned after its money had been spent.
    Receivable {
        /// The customer who owes.
        customer: CustomerId,
        /// The currency of the account.
        currency: Currency,
    },
}

/// Money of one account in minor units of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    /// What is there for good. Below zero only outside and where somebody owes.
    pub posted: i64,
    /// On its way in; not to be spent.
    pub pending_in: i64,
    /// On its way out or in escrow; not to be spent any more.
    pub pending_out: i64,
}

/// What one movement changes in one account. The same three numbers as a balance, as differences.
pub type BalanceChange = Balance;

/// An account as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Unique within the tenant and mode.
    pub id: AccountId,
    /// The only currency that the account holds; another one needs another account.
    pub currency: Currency,
    /// Whose wallet; nobody's for the outside world.
    pub owner: Option<CustomerId>,
    /// What is in it.
    pub balance: Balance,
    /// Number of its last entry; 0 before the first.
    pub version: u64,
}

/// Why an entry was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = EntryKind::unknown)]
pub enum EntryKind {
    /// Money is announced: on its way in or out.
    Reserved,
    /// Announced money has moved.
    Posted,
    /// Announced money will not move.
    Voided,
    /// Money moved at once.
    Transferred,
    /// Money went into escrow.
    Held,
    /// Money left escrow for the receiver.
    Released,
    /// Money left escrow for the sender.
    GivenBack,
    /// A bank sent money back that had been posted.
    Returned,
}

/// One line of a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// The account that changes.
    pub account: AccountId,
    /// What is added to the account's three numbers, in minor units.
    pub change: BalanceChange,
}

/// Money that moves because of one payment, all of it or none. Balanced by construction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// What the movement does.
    pub kind: EntryKind,
    /// The payment that moves the money.
    pub intent: PaymentIntentId,
    /// The currency of every posting.
    pub currency: Currency,
    /// Each account at most once.
    pub postings: Vec<Posting>,
    /// What enters (or, below zero, leaves) the payment's escrow.
    pub escrow: i64,
}

/// One line of an account's journal. Never changed, never deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// The account that changes.
    pub account: AccountId,
    /// Counts the entries of the account, from 1 and without gaps.
    pub number: u64,
    /// When the money moved.
    pub at: Time,
    /// What the movement does.
    pub kind: EntryKind,
    /// The payment that moves the money.
    pub intent: PaymentIntentId,
    /// What was added to the account's three numbers, in minor units.
    pub change: BalanceChange,
    /// The account's balance after this entry: the sum of all its changes so far.
    pub after: Balance,
    /// The other lines of the movement, so that each entry shows both of its sides.
    pub others: Vec<Other>,
    /// What entered or left the payment's escrow with this movement.
    pub escrow: i64,
}

/// Another account's line of the same movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Other {
    /// The account that changes.
    pub account: AccountId,
    /// The number of its entry.
    pub number: u64,
    /// What was added to that account's three numbers, in minor units.
    pub change: BalanceChange,
}

/// One account after a movement, with the entry that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    /// The account with the change in it; its version is the number of `entry`.
    pub account: Account,
    /// The entry that the movement wrote in this account.
    pub entry: Entry,
}

/// Why money cannot move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerRefusal {
    /// The account would fall below its floor.
    InsufficientFunds(AccountId),
    /// An amount that cannot be kept exactly.
    TooLarge(AccountId),
    /// The account is not there, or has another currency.
    NoAccount(AccountId),
}

impl Balance {
    /// What may be spent.
    pub const fn available(&self) -> i64 {
        self.posted - self.pending_out
    }

    /// The sum; `None` where it cannot be kept exactly.
    pub fn plus(&self, change: &BalanceChange) -> Option<Self> {
        let sum = |a: i64, b: i64| a.checked_add(b).filter(|sum| sum.abs() <= LARGEST_MINOR);
        Some(Self {
            posted: sum(self.posted, change.posted)?,
            pending_in: sum(self.pending_in, change.pending_in)?,
            pending_out: sum(self.pending_out, change.pending_out)?,
        })
    }
}

impl AccountId {
    /// The outside world at the end of a rail, at the shard that serves a payment. `leg` 1 and 2
    /// of one payment use different shards, since a commit may touch an item only once.
    pub fn outside(rail: Rail, currency: Currency, intent: PaymentIntentId, leg: u8) -> Self {
        let byte = intent.uuid().as_bytes().last().copied().unwrap_or_default();
        Self::Outside { rail, currency, shard: byte.wrapping_add(leg) % SHARDS }
    }

    /// Whether it may not fall below zero.
    pub const fn has_floor(&self) -> bool {
        matches!(self, Self::Wallet(_))
    }
}

impl Account {
    /// An account without money.
    pub const fn empty(scope: Scope, id: AccountId, currency: Currency) -> Self {
        let balance = Balance { posted: 0, pending_in: 0, pending_out: 0 };
        Self { scope, id, currency, owner: None, balance, version: 0 }
    }

    /// A customer's new wallet.
    pub const fn wallet(
        scope: Scope,
        id: WalletId,
        currency: Currency,
        customer: CustomerId,
    ) -> Self {
        let empty = Self::empty(scope, AccountId::Wallet(id), currency);
        Self { owner: Some(customer), ..empty }
    }
}

impl Movement {
    /// Applies the movement to the accounts it touches.
    ///
    /// # Errors
    /// The first account that cannot take its part. Only what lowers `available` can lack money, so
    /// posting, voiding and giving back never do.
    pub fn book(
        &self,
        accounts: &BTreeMap<AccountId, Account>,
        at: Time,
    ) -> Result<Vec<Booked>, LedgerRefusal> {
        let after = self.postings.iter().map(|posting| self.apply(posting, accounts));
        let after: Vec<Account> = after.collect::<Result<_, _>>()?;
        let lines = self.postings.iter().zip(&after);
        let booked = lines.clone().map(|(posting, account)| Booked {
            account: account.clone(),
            entry: Entry {
                scope: account.scope,
                account: account.id,
                number: account.version,
                at,
                kind: self.kind,
                intent: self.intent,
                change: posting.change,
                after: account.balance,
                others: lines
                    .clone()
                    .filter(|(_, other)| other.id != account.id)
                    .map(|(posting, other)| Other {
                        account: other.id,
                        number: other.version,
                        change: posting.change,
                    })
                    .collect(),
                escrow: self.escrow,
            },
        });
        Ok(booked.collect())
    }

    fn apply(
        &self,
        posting: &Posting,
        accounts: &BTreeMap<AccountId, Account>,
    ) -> Result<Account, LedgerRefusal> {
        let id = posting.account;
        let account = accounts.get(&id).filter(|account| account.currency == self.currency);
        let account = account.ok_or(LedgerRefusal::NoAccount(id))?;
        let balance = account.balance.plus(&posting.change).ok_or(LedgerRefusal::TooLarge(id))?;
        let spends = posting.change.available() < 0;
        if id.has_floor() && spends && balance.available() < 0 {
            return Err(LedgerRefusal::InsufficientFunds(id));
        }
        let version = account.version.saturating_add(1);
        Ok(Account { balance, version, ..account.clone() })
    }

    /// Whether debits equal credits: posted money sums to zero, and what is on its way out is on its
    /// way in elsewhere or in escrow.
    pub fn is_balanced(&self) -> bool {
        balanced(self.postings.iter().map(|posting| posting.change), self.escrow)
    }
}

impl Entry {
    /// Whether the entry's own line and the others of its movement balance.
    pub fn is_balanced(&self) -> bool {
        let others = self.others.iter().map(|other| other.change);
        balanced(std::iter::once(self.change).chain(others), self.escrow)
    }
}

fn balanced(changes: impl Iterator<Item = BalanceChange>, escrow: i64) -> bool {
    let (mut posted, mut pending) = (0_i128, -i128::from(escrow));
    for change in changes {
        posted += i128::from(change.posted);
        pending += i128::from(change.pending_out) - i128::from(change.pending_in);
    }
    posted == 0 && pending == 0
}

impl EntryKind {
    /// Every kind, in the order in which they are declared.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name in snake case; parsing takes the same name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("is not a kind of entry")
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wallet(id) => write!(f, "wallet#{id}"),
            Self::Outside { rail, currency, shard } => {
                write!(f, "outside#{rail}#{currency}#{shard:02}")
            }
            Self::Receivable { customer, currency } => {
                write!(f, "receivable#{customer}#{currency}")
            }
        }
    }
}

impl FromStr for AccountId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let parts: Vec<&str> = text.split('#').collect();
        match parts.as_slice() {
            ["wallet", id] => Ok(Self::Wallet(id.parse()?)),
            ["outside", rail, currency, shard] => Ok(Self::Outside {
                rail: rail.parse()?,
                currency: currency.parse()?,
                shard: shard.parse().map_err(|_| Invalid::new("is not a shard"))?,
            }),
            ["receivable", customer, currency] => {
                Ok(Self::Receivable { customer: customer.parse()?, currency: currency.parse()? })
            }
            _ => Err(Invalid::new("is not an account")),
        }
    }
}

#[cfg(test)]
mod tests;
