use super::*;
use crate::{
    model::{
        Currency, Time,
        ledger::{BalanceChange, EntryKind, Movement, Posting},
        route::Rail,
    },
    store::tests::{golden, id, now, put, scope, size},
};

/// A wallet with money in every place.
fn wallet() -> Account {
    Account {
        balance: Balance { posted: 12_500, pending_in: 300, pending_out: 2_500 },
        version: 7,
        ..Account::wallet(scope(), id(5), Currency::USD, id(2))
    }
}

fn outside() -> Account {
    Account::empty(scope(), AccountId::outside(Rail::Ach, Currency::USD, id(4), 1), Currency::USD)
}

/// Money that a bank brought: announced before, there from now on.
fn arrival(kind: EntryKind) -> Vec<Booked> {
    let line = |account, posted, pending_in, pending_out| Posting {
        account,
        change: BalanceChange { posted, pending_in, pending_out },
    };
    let movement = Movement {
        kind,
        intent: id(4),
        currency: Currency::USD,
        postings: vec![line(wallet().id, 300, -300, 0), line(outside().id, -300, 0, -300)],
        escrow: 0,
    };
    let known = Account { version: 12, ..outside() };
    let accounts = [wallet(), known].map(|account| (account.id, account)).into();
    movement.book(&accounts, now().plus_seconds(4)).unwrap()
}

fn check(account: &Account, expected: &str) {
    let Write::Insert(item) = insert(account) else { panic!("an account is inserted once") };
    golden(&item, expected);
    assert_eq!(from_item(scope(), &item).as_ref(), Ok(account));
}

fn added(update: &Update) -> Vec<(&str, i64)> {
    update.add.iter().map(|(name, delta)| (name.as_ref(), *delta)).collect()
}

#[test]
fn a_wallets_account_is_kept_like_this() {
    check(
        &wallet(),
        r#"
avail=10000
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
id="wallet#01a1fd8c-69fa-7505-8505-050505050505"
in=300
out=2500
pk="account#01a1fd8c-69fa-7101-8101-010101010101#test#wallet#01a1fd8c-69fa-7505-8505-050505050505"
posted=12500
sk="account"
v=7
10 attributes"#,
    );
}

#[test]
fn an_account_of_the_outside_is_kept_like_this() {
    check(
        &Account { version: 1, ..outside() },
        r#"
avail=0
cur="USD"
id="outside#ach#USD#05"
in=0
out=0
pk="account#01a1fd8c-69fa-7101-8101-010101010101#test#outside#ach#USD#05"
posted=0
sk="account"
v=1
9 attributes"#,
    );
}

#[test]
fn what_a_customer_owes_is_kept_like_this() {
    let debt = AccountId::Receivable { customer: id(2), currency: Currency::USD };
    let balance = Balance { posted: -500, ..Balance::default() };
    let account = Account { balance, version: 1, ..Account::empty(scope(), debt, Currency::USD) };
    check(
        &account,
        r#"
avail=-500
cur="USD"
id="receivable#01a1fd8c-69fa-7202-8202-020202020202#USD"
in=0
out=0
pk="account#01a1fd8c-69fa-7101-8101-010101010101#test#receivable#01a1fd8c-69fa-7202-8202-020202020202#USD"
posted=-500
sk="account"
v=1
9 attributes"#,
    );
}

#[test]
fn an_entry_is_kept_like_this() {
    let [wallet, _] = &arrival(EntryKind::Posted)[..] else { panic!("two lines") };
    let item = entry_to_item(&wallet.entry);
    golden(
        &item,
        r#"
after.in=0
after.out=2500
after.posted=12800
at=1795255204250
escrow=0
in=-300
intent="01a1fd8c-69fa-7404-8404-040404040404"
kind="posted"
others[0].id="outside#ach#USD#05"
others[0].in=0
others[0].n=13
others[0].out=-300
others[0].posted=-300
out=0
pk="entry#01a1fd8c-69fa-7101-8101-010101010101#test#wallet#01a1fd8c-69fa-7505-8505-050505050505"
posted=300
sk="000000000008"
v=1
12 attributes"#,
    );
    assert_eq!(entry_from_item(scope(), wallet.account.id, &item).as_ref(), Ok(&wallet.entry));
}

#[test]
fn an_entry_of_a_hold_names_its_escrow_and_no_other_account() {
    let held = Movement {
        kind: EntryKind::Held,
        intent: id(4),
        currency: Currency::USD,
        postings: vec![Posting {
            account: wallet().id,
            change: BalanceChange { posted: 0, pending_in: 0, pending_out: 1_250 },
        }],
        escrow: 1_250,
    };
    let booked = held.book(&[(wallet().id, wallet())].into(), now()).unwrap();
    let item = entry_to_item(&booked[0].entry);
    golden(
        &item,
        r#"
after.in=300
after.out=3750
after.posted=12500
at=1795255200250
escrow=1250
in=0
intent="01a1fd8c-69fa-7404-8404-040404040404"
kind="held"
others=[]
out=1250
pk="entry#01a1fd8c-69fa-7101-8101-010101010101#test#wallet#01a1fd8c-69fa-7505-8505-050505050505"
posted=0
sk="000000000008"
v=1
12 attributes"#,
    );
    assert_eq!(entry_from_item(scope(), wallet().id, &item).as_ref(), Ok(&booked[0].entry));
}

/// What DynamoDB has to check: the number of the entry, and the floor where money is spent.
#[test]
fn an_account_changes_by_differences_at_the_version_that_was_read_and_above_its_floor() {
    let spent = Movement {
        kind: EntryKind::Transferred,
        intent: id(4),
        currency: Currency::USD,
        postings: vec![
            Posting {
                account: wallet().id,
                change: BalanceChange { posted: -900, ..BalanceChange::default() },
            },
            Posting {
                account: AccountId::Wallet(id(6)),
                change: BalanceChange { posted: 900, ..BalanceChange::default() },
            },
        ],
        escrow: 0,
    };
    let other = Account::wallet(scope(), id(6), Currency::USD, id(3));
    let accounts = [wallet(), other].map(|account| (account.id, account)).into();
    let booked = spent.book(&accounts, now()).unwrap();
    let [Write::Update(sender), Write::Update(receiver), Write::Insert(_), Write::Insert(_)] =
        &writes(&booked)[..]
    else {
        panic!("two accounts and two entries")
    };
    assert_eq!(sender.guards, [Guard::Is("v", 7_i64.into()), Guard::AtLeast("avail", 900)]);
    assert_eq!(added(sender), [("posted", -900), ("in", 0), ("out", 0), ("avail", -900)]);
    assert_eq!(receiver.guards, [Guard::Is("v", 0_i64.into())]);
    assert_eq!(added(receiver), [("posted", 900), ("in", 0), ("out", 0), ("avail", 900)]);
}

#[test]
fn an_account_of_the_outside_is_inserted_with_its_first_entry() {
    let mut first = arrival(EntryKind::Posted);
    first[1].account.version = 1;
    let writes = writes(&first);
    assert!(matches!(writes[0], Write::Update(_)));
    assert_eq!(put(&writes[1]).text("id"), Ok(&*outside().id.to_string()));
}

/// One kilobyte is one write unit, two in a transaction.
#[test]
fn accounts_and_entries_of_every_kind_stay_below_one_kilobyte() {
    let largest = |account: Account| Account {
        balance: Balance { posted: i64::MAX, pending_in: i64::MAX, pending_out: i64::MAX },
        version: 999_999_999_999,
        ..account
    };
    let debt = AccountId::Receivable { customer: id(2), currency: Currency::USD };
    let debt = Account::empty(scope(), debt, Currency::USD);
    for account in [wallet(), outside(), debt].map(largest) {
        let bytes = size(&to_item(&account));
        eprintln!("{:<60} {bytes} bytes", account.id.to_string());
        assert!(bytes < 1024);
    }
    for kind in EntryKind::ALL.iter().copied() {
        for line in arrival(kind) {
            // Three accounts are the most that a movement has.
            let other = line.entry.others[0];
            let entry =
                Entry { others: vec![other, other], at: Time::from_ms(i64::MAX / 2), ..line.entry };
            let bytes = size(&entry_to_item(&entry));
            eprintln!("{:<12} {bytes} bytes", kind.as_str());
            assert!(bytes < 1024);
        }
    }
}
