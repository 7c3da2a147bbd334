//! Wallets: names, balances, and the journal behind them.

use crate::{
    http::{
        Result,
        field::{PageLimit, Text},
        once::{Answer, Once},
        platform::page::{Asked, Page},
        reply,
    },
    model::{
        Currency, Money, Scope, Time,
        id::{CustomerId, PaymentIntentId, WalletId},
        ledger::{Account, Balance, Entry},
        wallet::{Change, LONGEST_NAME, MOST_WALLETS, Refusal, Wallet, Wallets},
    },
    operations::{Problem, Resource, Unique},
    store::{self, Consistency, Table, account, list::Listing, registry},
};
use derive::{Body, View};
use futures_util::future::try_join_all;
use uuid::Uuid;

/// Tries to add a wallet while others are added to the same user.
const MOST_TRIES: u32 = 4;

/// A new wallet.
#[derive(Body)]
pub struct CreateWallet {
    /// Whose wallet; one of your users.
    pub user_id: CustomerId,
    /// Unique among the user's wallets, in any case.
    pub name: Text<1, LONGEST_NAME>,
    /// ISO 4217, of all its money.
    #[body(default = Currency::USD)]
    pub currency: Option<Currency>,
    /// Takes the place of the user's primary wallet in this currency; the first one is primary
    /// anyway.
    #[body(default = false)]
    pub primary: Option<bool>,
    /// Makes repeating the request harmless.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// Changes of a wallet; what is absent stays.
#[derive(Body)]
pub struct UpdateWallet {
    /// Unique among the user's wallets, in any case.
    pub name: Option<Text<1, LONGEST_NAME>>,
    /// True takes the place of the user's primary wallet in this currency.
    pub primary: Option<bool>,
}

/// Which wallets to list.
#[derive(Body)]
pub struct ListWallets {
    /// Of this user.
    pub user_id: CustomerId,
    /// Page size.
    pub limit: Option<PageLimit>,
    /// `next_cursor` of the page before.
    pub cursor: Option<Text<1, 200>>,
}

/// Which part of a wallet's journal to list.
#[derive(Body)]
pub struct ListWalletEntries {
    /// Page size.
    pub limit: Option<PageLimit>,
    /// `next_cursor` of the page before.
    pub cursor: Option<Text<1, 200>>,
}

/// Money in major units.
#[derive(View)]
pub struct BalancesView {
    /// What is there for good.
    pub posted: String,
    /// On its way in; not to be spent yet.
    pub pending_in: String,
    /// On its way out or in escrow; not to be spent any more.
    pub pending_out: String,
    /// What may be spent: `posted` less `pending_out`.
    pub available: String,
}

/// A wallet.
#[derive(View)]
pub struct WalletView {
    /// Its id.
    pub wallet_id: WalletId,
    /// Whose wallet.
    pub user_id: CustomerId,
    /// Its name.
    pub name: String,
    /// ISO 4217.
    pub currency: String,
    /// Whether it is the user's primary wallet in this currency.
    pub primary: bool,
    /// What is in it.
    pub balances: BalancesView,
    /// RFC 3339.
    pub created_at: String,
}

/// One line of a wallet's journal. It never changes.
#[derive(View)]
pub struct WalletEntryView {
    /// From 1, without gaps.
    pub sequence: u64,
    /// `reserved`, `posted`, `voided`, `transferred`, `held`, `released`, `given_back` or
    /// `returned`.
    pub r#type: &'static str,
    /// The payment that moved the money.
    pub payment_intent_id: PaymentIntentId,
    /// By how much the balances changed.
    pub changes: BalancesView,
    /// The balances afterwards.
    pub balances: BalancesView,
    /// RFC 3339.
    pub created_at: String,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NameTaken => Self::Taken(Unique::WalletName),
            Refusal::Unknown => Self::NotFound(Resource::Wallet),
            Refusal::TooMany => {
                Self::field("user_id", format!("has {MOST_WALLETS} wallets already"))
            }
            Refusal::StaysPrimary => {
                Self::field("primary", "stays true until another wallet is made primary")
            }
        }
    }
}

impl CreateWallet {
    /// The idempotency key in the body.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.idempotency_key.as_ref().map(|key| key.0.as_str())
    }

    /// Makes the wallet: its account, its place in the user's record, and its line in the register
    /// of accounts, all or none. Others that are made for the same user at this moment are waited
    /// for.
    ///
    /// # Errors
    /// In this order: `wallet_name_taken`, `validation_error` when there are too many, `conflict`.
    pub async fn make(
        &self,
        store: &Table,
        once: &Once,
        (scope, id): (Scope, WalletId),
    ) -> Result<Answer> {
        let now = id.minted_at();
        let currency = self.currency.unwrap_or(Currency::USD);
        let account = Account::wallet(scope, id, currency, self.user_id);
        for _ in 0..MOST_TRIES {
            let known = store.wallets(scope, self.user_id, Consistency::Strong).await?;
            let next = known.with(Wallet {
                id,
                name: self.name.0.clone(),
                currency,
                primary: self.primary == Some(true),
                created_at: now,
            })?;
            let wallet = next.find(id).ok_or(Refusal::Unknown)?;
            let writes = vec![
                store::wallet::put(&next),
                account::insert(&account),
                registry::insert(scope, account.id),
            ];
            let data = reply::json(&view(self.user_id, wallet, &account));
            match once.commit(store, writes, data, now, Problem::Conflict).await {
                Err(Problem::Conflict) => {}
                other => return other,
            }
        }
        Err(Problem::Conflict)
    }
}

impl UpdateWallet {
    /// What is to change.
    #[must_use]
    pub fn change(self) -> Change {
        Change { name: self.name.map(|name| name.0), primary: self.primary }
    }
}

/// A wallet by its id, with its user's other wallets, as its account reads at `now`.
///
/// # Errors
/// `wallet_not_found`.
pub async fn find(
    store: &Table,
    scope: Scope,
    id: WalletId,
    now: Time,
) -> Result<(Wallets, Account)> {
    let missing = || Problem::NotFound(Resource::Wallet);
    let account = store.wallet_at(scope, id, now).await?.ok_or_else(missing)?;
    let owner = account.owner.ok_or_else(missing)?;
    let wallets = store.wallets(scope, owner, Consistency::Strong).await?;
    if wallets.find(id).is_some() { Ok((wallets, account)) } else { Err(missing()) }
}

impl ListWallets {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 422 for a cursor of another list.
    pub fn page(&self, scope: Scope, now: Time) -> Result<Page> {
        let list = format!("wallets {}", self.user_id);
        page(list, self.limit, self.cursor.as_ref(), (scope, now))
    }
}

impl ListWalletEntries {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 422 for a cursor of another list.
    pub fn page(&self, scope: Scope, wallet: WalletId, now: Time) -> Result<Page> {
        let list = format!("wallet entries {wallet}");
        page(list, self.limit, self.cursor.as_ref(), (scope, now))
    }
}

fn page(
    list: String,
    limit: Option<PageLimit>,
    cursor: Option<&Text<1, 200>>,
    (scope, now): (Scope, Time),
) -> Result<Page> {
    let cursor = cursor.map(|cursor| cursor.0.as_str());
    Page::of(scope, Asked { list, limit, cursor, from: None, until: None }, now)
}

/// One page of a user's wallets, newest first, each with its account as it reads at `now`.
///
/// # Errors
/// The table cannot be reached.
pub async fn list(
    store: &Table,
    wallets: &Wallets,
    page: &Page,
    now: Time,
) -> Result<Listing<(Wallet, Account)>> {
    let limit = usize::try_from(page.slice.limit).unwrap_or(usize::MAX);
    let before = |wallet: &&Wallet| page.slice.before.is_none_or(|id| *wallet.id.uuid() < id);
    let mut found: Vec<&Wallet> = wallets.list.iter().filter(before).collect();
    found.sort_by_key(|wallet| std::cmp::Reverse(wallet.id));
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|wallet| *wallet.id.uuid());
    let accounts = found.iter().map(|wallet| store.wallet_at(wallets.scope, wallet.id, now));
    let accounts = try_join_all(accounts).await?;
    let entries = found.into_iter().zip(accounts);
    let entries = entries.filter_map(|(wallet, account)| Some((wallet.clone(), account?)));
    Ok(Listing { entries: entries.collect(), next })
}

/// One page of a wallet's journal, newest first.
///
/// # Errors
/// The table cannot be reached.
pub async fn entries(store: &Table, account: &Account, page: &Page) -> Result<Listing<Entry>> {
    let before = page.slice.before.and_then(|number| u64::try_from(number.as_u128()).ok());
    let (entries, more) =
        store.entries(account.scope, account.id, before, page.slice.limit).await?;
    let last = entries.last().filter(|entry| more && entry.number > 1);
    let next = last.map(|entry| Uuid::from_u128(entry.number.into()));
    Ok(Listing { entries, next })
}

/// A wallet as this surface shows it.
#[must_use]
pub fn view(user: CustomerId, wallet: &Wallet, account: &Account) -> WalletView {
    WalletView {
        wallet_id: wallet.id,
        user_id: user,
        name: wallet.name.clone(),
        currency: wallet.currency.code().to_owned(),
        primary: wallet.primary,
        balances: balances(&account.balance, wallet.currency),
        created_at: wallet.created_at.rfc3339(),
    }
}

/// A journal entry as this surface shows it.
#[must_use]
pub fn entry_view(entry: &Entry, currency: Currency) -> WalletEntryView {
    WalletEntryView {
        sequence: entry.number,
        r#type: entry.kind.as_str(),
        payment_intent_id: entry.intent,
        changes: balances(&entry.change, currency),
        balances: balances(&entry.after, currency),
        created_at: entry.at.rfc3339(),
    }
}

fn balances(balance: &Balance, currency: Currency) -> BalancesView {
    let major = |minor| Money::from_minor(minor, currency).major();
    BalancesView {
        posted: major(balance.posted),
        pending_in: major(balance.pending_in),
        pending_out: major(balance.pending_out),
        available: major(balance.available()),
    }
}
