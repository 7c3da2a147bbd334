//! Wallets by name, and the register of accounts.

use super::{fixture, on_every_table};
use shared::{
    model::{
        Currency, Mode, Scope,
        id::{CustomerId, WalletId},
        ledger::{Account, AccountId},
        wallet::{Wallet, WalletChange, Wallets},
    },
    store::{Consistency, Error, Table, account, registry, wallet},
};
use std::sync::Arc;

on_every_table!(
    a_customers_wallets_are_one_record_that_changes_at_its_version,
    a_wallet_is_made_whole_or_not_at_all,
    the_register_lists_every_account_once_in_pages,
);

fn named(name: &str) -> Wallet {
    Wallet {
        id: fixture::id_at(fixture::someday()),
        name: name.to_owned(),
        currency: Currency::USD,
        primary: false,
        created_at: fixture::someday(),
    }
}

async fn a_customers_wallets_are_one_record_that_changes_at_its_version(table: Arc<Table>) {
    let (scope, customer): (Scope, CustomerId) =
        (fixture::scope(), fixture::id_at(fixture::someday()));
    let strong = Consistency::Strong;
    let none = table.wallets(scope, customer, strong).await.unwrap();
    assert_eq!(none, Wallets::none(scope, customer));
    let first = none.with(named("Daily")).unwrap();
    let duplicate = none.with(named("Other")).unwrap();
    table.commit(vec![wallet::put(&first)]).await.unwrap();
    assert!(matches!(
        table.commit(vec![wallet::put(&duplicate)]).await,
        Err(Error::Refused { .. })
    ));
    let second = first.with(named("Savings")).unwrap();
    let change = WalletChange { name: Some("Every day".to_owned()), primary: None };
    let renamed = first.changed(first.list[0].id, change).unwrap();
    table.commit(vec![wallet::put(&second)]).await.unwrap();
    assert!(matches!(table.commit(vec![wallet::put(&renamed)]).await, Err(Error::Refused { .. })));
    assert_eq!(table.wallets(scope, customer, strong).await.unwrap(), second);
    for stranger in [Scope { mode: Mode::Live, ..scope }, fixture::scope()] {
        let theirs = table.wallets(stranger, customer, strong).await.unwrap();
        assert_eq!(theirs, Wallets::none(stranger, customer));
    }
}

async fn a_wallet_is_made_whole_or_not_at_all(table: Arc<Table>) {
    let (scope, customer): (Scope, CustomerId) =
        (fixture::scope(), fixture::id_at(fixture::someday()));
    let none = Wallets::none(scope, customer);
    let writes = |next: &Wallets, id: WalletId| {
        let account = Account::wallet(scope, id, Currency::USD, customer);
        let register = registry::insert(scope, account.id);
        vec![wallet::put(next), account::insert(&account), register]
    };
    let first = none.with(named("Daily")).unwrap();
    table.commit(writes(&first, first.list[0].id)).await.unwrap();
    // A duplicate that read the list before: neither its account nor its line is there.
    let duplicate = none.with(named("Daily")).unwrap();
    let (mine, theirs) = (first.list[0].id, duplicate.list[0].id);
    assert!(table.commit(writes(&duplicate, theirs)).await.is_err());
    let account = |id| table.account(scope, AccountId::Wallet(id));
    assert_eq!(account(mine).await.unwrap().unwrap().owner, Some(customer));
    assert_eq!(account(theirs).await.unwrap(), None);
    let (registered, _) = table.registered_accounts(scope, None, 10).await.unwrap();
    let ids: Vec<AccountId> = registered.into_iter().map(|listed| listed.id).collect();
    assert_eq!(ids, [AccountId::Wallet(mine)]);
    let now = fixture::someday();
    let read = table.wallet_at(scope, mine, now).await.unwrap().unwrap();
    assert_eq!(read.balance.available(), 0);
}

async fn the_register_lists_every_account_once_in_pages(table: Arc<Table>) {
    let scope = fixture::scope();
    let wallets = (0..5).map(|_| AccountId::Wallet(fixture::id_at(fixture::someday())));
    let customer = fixture::id_at(fixture::someday());
    let debt = AccountId::Receivable { customer, currency: Currency::USD };
    let mut accounts: Vec<AccountId> = wallets.chain([debt]).collect();
    for id in &accounts {
        table.commit(vec![registry::insert(scope, *id)]).await.unwrap();
        assert!(matches!(
            table.commit(vec![registry::insert(fixture::scope(), *id)]).await,
            Ok(()) // another tenant's register is another one
        ));
    }
    accounts.sort_by_key(ToString::to_string);
    for limit in [1, 2, 6, 100] {
        let (mut found, mut after) = (Vec::new(), None);
        for _ in 0..10 {
            let (page, more) = table.registered_accounts(scope, after, limit).await.unwrap();
            after = page.last().map(|listed| listed.id).or(after);
            found.extend(page.into_iter().map(|listed| listed.id));
            if !more {
                break;
            }
        }
        assert_eq!(found, accounts, "{limit} a page");
    }
}
