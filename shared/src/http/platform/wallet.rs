//! Wallets: names, balances, and the journal behind them.

use crate::{
    http::{
        Result,
        field::{PageLimit, Text},
        platform::page::Page,
    },
    model::{
        Currency, Money, Scope, Time,
        id::{CustomerId, PaymentIntentId, WalletId},
        ledger::{Account, Balance, Entry},
        wallet::{MAX_NAME, Wallet, WalletChange},
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
    pub name: Text<1, MAX_NAME>,
    /// ISO 4217, of all its money.
    #[body(default = Currency::USD)]
    pub currency: Option<Currency>,
    /// Takes the place of the user's primary wallet in this currency; the first one is primary
    /// anyway.
    #[body(default = false)]
    pub primary: Option<bool>,
    /// Makes repeating the request harmless, as the header `Idempotency-Key` does: the two must
    /// agree.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// Changes of a wallet; what is absent stays.
#[derive(Body)]
pub struct UpdateWallet {
    /// Unique among the user's wallets, in any case.
    pub name: Option<Text<1, MAX_NAME>>,
    /// True takes the place of the user's primary wallet in this currency.
    pub primary: Option<bool>,
}

/// Which wallets to list.
#[derive(Body)]
pub struct ListWallets {
    /// Only those of this user.
    pub user_id: CustomerId,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Text<1, 200>>,
}

/// Which part of a wallet's journal to list.
#[derive(Body)]
pub struct ListWalletEntries {
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Text<1, 200>>,
}

/// Money in major units.
#[derive(View)]
pub struct BalancesView {
    /// What is there for good, in major units: posted, and not on its way.
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
    /// The wallet's id, a UUID.
    pub wallet_id: WalletId,
    /// The user whose wallet it is.
    pub user_id: CustomerId,
    /// The wallet's own name.
    pub name: String,
    /// The currency's code, as in ISO 4217.
    pub currency: String,
    /// Whether it is the user's primary wallet in this currency.
    pub primary: bool,
    /// What is in the wallet: posted, on its way in, and on its way out.
    pub balances: BalancesView,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
}

/// One line of a wallet's journal. It never changes.
#[derive(View)]
pub struct WalletEntryView {
    /// The entry's number in the wallet's journal, from 1 without gaps.
    pub sequence: u64,
    /// `reserved`, `posted`, `voided`, `transferred`, `held`, `released`, `given_back` or
    /// `returned`.
    pub r#type: &'static str,
    /// The payment that moved the money.
    pub payment_intent_id: PaymentIntentId,
    /// By how much the balances changed.
    pub changes: BalancesView,
    /// The wallet's balances after this entry.
    pub balances: BalancesView,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
}

impl CreateWallet {
    /// The wallet that is asked for.
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
    /// The change that is asked for: a name, or to become the primary one.
    pub fn change(self) -> WalletChange {
        WalletChange { name: self.name.map(|name| name.0), primary: self.primary }
    }
}

impl ListWallets {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 422 for a cursor of another list.
    pub fn page(&self, scope: Scope, now: Time) -> Result<Page> {
        let list = format!("wallets {}", self.user_id);
        Page::of_all(scope, list, self.limit, self.cursor.as_ref(), now)
    }
}

impl ListWalletEntries {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 422 for a cursor of another list.
    pub fn page(&self, scope: Scope, wallet: WalletId, now: Time) -> Result<Page> {
        let list = format!("wallet entries {wallet}");
        Page::of_all(scope, list, self.limit, self.cursor.as_ref(), now)
    }
}

/// A wallet as this surface shows it.
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
pub fn open_view(open: &OpenWallet) -> WalletView {
    view(&open.wallet, &open.account, open.wallets.customer)
}

/// A journal entry as this surface shows it.
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
