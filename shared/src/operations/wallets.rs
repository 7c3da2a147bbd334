//! Wallets of customers: names, balances, and the journal behind them.

use super::{Commit, IdempotentAnswer, Problem, Remember, Resource, Result, customers};
use crate::{
    model::{
        Currency, Scope, Time,
        id::{CustomerId, WalletId},
        ledger::{Account, AccountId, Entry},
        wallet::{Wallet, WalletChange, Wallets},
    },
    store::{
        Consistency, Table, account,
        list::{Listing, Slice},
        registry, wallet,
    },
};
use futures_util::future::try_join_all;
use uuid::Uuid;

/// Tries to add a wallet while others are added to the same customer.
const MAX_TRIES: u32 = 4;

/// A wallet to be made.
pub struct NewWallet {
    /// Its id, which says when it was made.
    pub id: WalletId,
    /// The customer whose it is.
    pub customer: CustomerId,
    /// Unique among the customer's wallets.
    pub name: String,
    /// What all amounts of the wallet are in; it never changes.
    pub currency: Currency,
    /// Whether it takes the place of the customer's primary wallet in this currency.
    pub primary: bool,
}

/// A wallet with its money and its customer's other wallets.
pub struct OpenWallet {
    /// The wallet's name and settings.
    pub wallet: Wallet,
    /// Its balance, and the number of its last journal entry.
    pub account: Account,
    /// All wallets of the customer.
    pub wallets: Wallets,
}

/// Makes a wallet: its account, its place in the customer's record, and its line in the register
/// of accounts, all or none. While others are made for the same customer, it is tried again.
///
/// # Errors
/// In this order: no such customer, the name is taken, there are too many, [`Problem::Contended`].
pub async fn create(
    store: &Table,
    scope: Scope,
    new: &NewWallet,
    remember: Remember<'_, OpenWallet>,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    customers::check(store, scope, new.customer).await?;
    let now = new.id.minted_at();
    for _ in 0..MAX_TRIES {
        let known = store.wallets(scope, new.customer, Consistency::Strong).await?;
        let made = Wallet {
            id: new.id,
            name: new.name.clone(),
            currency: new.currency,
            primary: new.primary,
            created_at: now,
        };
        let account = Account::wallet(scope, new.id, new.currency, new.customer);
        let opened = open(known.with(made)?, account, new.id)?;
        let commit = Commit::new()
            .write(wallet::put(&opened.wallets), Problem::Contended)
            .write(account::insert(&opened.account), Problem::Contended)
            .write(registry::insert(scope, opened.account.id), Problem::Contended);
        match remember.commit(store, commit, &opened, now).await {
            Err(Problem::Contended) => {}
            other => return other,
        }
    }
    Err(Problem::Contended)
}

/// A wallet as its account reads at `now`.
pub async fn find(store: &Table, scope: Scope, id: WalletId, now: Time) -> Result<OpenWallet> {
    let missing = || Problem::NotFound(Resource::Wallet);
    let account = store.wallet_at(scope, id, now).await?.ok_or_else(missing)?;
    let owner = account.owner.ok_or_else(missing)?;
    open(store.wallets(scope, owner, Consistency::Strong).await?, account, id)
}

/// Renames a wallet, or makes it the primary one. What is so already is not written.
///
/// # Errors
/// In this order: no such wallet, the name is taken, a primary wallet cannot just stop being one,
/// [`Problem::Contended`].
pub async fn update(
    store: &Table,
    scope: Scope,
    id: WalletId,
    change: WalletChange,
    now: Time,
) -> Result<OpenWallet> {
    let known = find(store, scope, id, now).await?;
    let next = known.wallets.changed(id, change)?;
    if next != known.wallets {
        Commit::new().write(wallet::put(&next), Problem::Contended).run(store).await?;
    }
    open(next, known.account, id)
}

/// One page of a customer's wallets, newest first, each as its account reads at `now`.
pub async fn list(
    store: &Table,
    scope: Scope,
    customer: CustomerId,
    slice: &Slice,
    now: Time,
) -> Result<Listing<(Wallet, Account)>> {
    customers::check(store, scope, customer).await?;
    let wallets = store.wallets(scope, customer, Consistency::Strong).await?;
    let limit = usize::try_from(slice.limit).unwrap_or(usize::MAX);
    let before = |wallet: &&Wallet| slice.before.is_none_or(|id| *wallet.id.uuid() < id);
    let mut found: Vec<&Wallet> = wallets.list.iter().filter(before).collect();
    found.sort_by_key(|wallet| std::cmp::Reverse(wallet.id));
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|wallet| *wallet.id.uuid());
    let accounts = found.iter().map(|wallet| store.wallet_at(scope, wallet.id, now));
    let accounts = try_join_all(accounts).await?;
    let entries = found.into_iter().zip(accounts);
    let entries = entries.filter_map(|(wallet, account)| Some((wallet.clone(), account?)));
    Ok(Listing { entries: entries.collect(), next })
}

/// One page of a wallet's journal, newest first, and the currency of its amounts.
pub async fn entries(
    store: &Table,
    scope: Scope,
    id: WalletId,
    slice: &Slice,
) -> Result<(Listing<Entry>, Currency)> {
    let account = store.account(scope, AccountId::Wallet(id)).await?;
    let account = account.ok_or(Problem::NotFound(Resource::Wallet))?;
    let before = slice.before.and_then(|number| u64::try_from(number.as_u128()).ok());
    let (entries, more) = store.entries(scope, account.id, before, slice.limit).await?;
    let last = entries.last().filter(|entry| more && entry.number > 1);
    let next = last.map(|entry| Uuid::from_u128(entry.number.into()));
    Ok((Listing { entries, next }, account.currency))
}

fn open(wallets: Wallets, account: Account, id: WalletId) -> Result<OpenWallet> {
    let wallet = wallets.find(id).cloned().ok_or(Problem::NotFound(Resource::Wallet))?;
    Ok(OpenWallet { wallet, account, wallets })
}
