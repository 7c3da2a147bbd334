//! Wallets: names, balances, and the journal behind them.

use crate::{
    http::{
        Result,
        field::{PageLimit, Text},
        platform::page::{Asked, Page},
    },
    model::{
        Currency, Money, Scope, Time,
        id::{CustomerId, PaymentIntentId, WalletId},
        ledger::{Account, Balance, Entry},
        wallet::{Change, LONGEST_NAME, Wallet},
    },
    operations::wallets::{NewWallet, OpenWallet},
};
use derive::{Body, View};

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

impl CreateWallet {
    /// The wallet that is asked for.
    #[must_use]
    pub fn command(self, id: WalletId) -> NewWallet {
        NewWallet {
            id,
            customer: self.user_id,
            name: self.name.0,
            currency: self.currency.unwrap_or(Currency::USD),
            primary: self.primary == Some(true),
        }
    }
}

impl UpdateWallet {
    /// What is to change.
    #[must_use]
    pub fn change(self) -> Change {
        Change { name: self.name.map(|name| name.0), primary: self.primary }
    }
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

/// A wallet as this surface shows it.
#[must_use]
pub fn view(wallet: &Wallet, account: &Account, user: CustomerId) -> WalletView {
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

/// A wallet that was made, found or changed, as this surface shows it.
#[must_use]
pub fn open_view(open: &OpenWallet) -> WalletView {
    view(&open.wallet, &open.account, open.wallets.customer)
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
