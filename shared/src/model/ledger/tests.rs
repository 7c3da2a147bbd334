use super::*;
use crate::model::{
    Mode,
    id::{Id, TenantId},
};

fn id<K>(n: u8) -> Id<K> {
    Id::mint(Time::from_ms(0), [n; 10])
}

fn scope() -> Scope {
    Scope { tenant: TenantId::mint(Time::from_ms(0), [0; 10]), mode: Mode::Test }
}

fn wallet(n: u8, balance: Balance) -> Account {
    let empty = Account::wallet(scope(), id(n), Currency::USD, id(100));
    Account { balance, version: 7, ..empty }
}

fn books(accounts: impl IntoIterator<Item = Account>) -> BTreeMap<AccountId, Account> {
    accounts.into_iter().map(|account| (account.id, account)).collect()
}

fn posted(posted: i64) -> BalanceChange {
    BalanceChange { posted, ..BalanceChange::default() }
}

fn transfer(minor: i64) -> Movement {
    Movement {
        kind: EntryKind::Transferred,
        intent: id(50),
        currency: Currency::USD,
        postings: vec![
            Posting { account: AccountId::Wallet(id(1)), change: posted(-minor) },
            Posting { account: AccountId::Wallet(id(2)), change: posted(minor) },
        ],
        escrow: 0,
    }
}

#[test]
fn a_movement_writes_numbered_entries_that_show_both_sides() {
    let accounts = books([wallet(1, posted(100)), wallet(2, posted(5))]);
    let booked = transfer(40).book(&accounts, Time::from_ms(9)).unwrap();
    assert_eq!(booked[0].account.balance, posted(60));
    assert_eq!(booked[1].account.balance, posted(45));
    for line in &booked {
        assert_eq!((line.entry.number, line.account.version), (8, 8));
        assert_eq!(line.entry.after, line.account.balance);
        assert!(line.entry.is_balanced());
    }
    assert_eq!(booked[0].entry.others[0].account, AccountId::Wallet(id(2)));
    assert_eq!(booked[0].entry.others[0].change, posted(40));
}

#[test]
fn a_wallet_cannot_spend_what_is_on_its_way_out() {
    let reserved = Balance { posted: 100, pending_in: 1_000, pending_out: 70 };
    let accounts = books([wallet(1, reserved), wallet(2, posted(0))]);
    assert!(transfer(30).book(&accounts, Time::from_ms(0)).is_ok());
    let refusal = transfer(31).book(&accounts, Time::from_ms(0)).unwrap_err();
    assert_eq!(refusal, LedgerRefusal::InsufficientFunds(AccountId::Wallet(id(1))));
}

#[test]
fn posting_and_voiding_never_lack_money_even_below_the_floor() {
    let below = Balance { posted: -50, pending_in: 0, pending_out: 20 };
    for change in [
        BalanceChange { posted: -20, pending_in: 0, pending_out: -20 },
        BalanceChange { posted: 0, pending_in: 0, pending_out: -20 },
    ] {
        let movement = Movement {
            postings: vec![Posting { account: AccountId::Wallet(id(1)), change }],
            ..transfer(1)
        };
        assert!(movement.book(&books([wallet(1, below)]), Time::from_ms(0)).is_ok());
    }
}

#[test]
fn unknown_accounts_other_currencies_and_amounts_beyond_exactness_are_refused() {
    let first = AccountId::Wallet(id(1));
    let second = AccountId::Wallet(id(2));
    let alone = books([wallet(1, posted(100))]);
    assert_eq!(transfer(1).book(&alone, Time::from_ms(0)), Err(LedgerRefusal::NoAccount(second)));
    let yen = Account { currency: "JPY".parse().unwrap(), ..wallet(1, posted(100)) };
    let other = books([yen, wallet(2, posted(0))]);
    assert_eq!(transfer(1).book(&other, Time::from_ms(0)), Err(LedgerRefusal::NoAccount(first)));
    let full = books([wallet(1, posted(100)), wallet(2, posted(LARGEST_MINOR))]);
    assert_eq!(transfer(1).book(&full, Time::from_ms(0)), Err(LedgerRefusal::TooLarge(second)));
}

#[test]
fn a_movement_that_makes_money_is_not_balanced() {
    assert!(transfer(5).is_balanced());
    assert!(!Movement { escrow: 1, ..transfer(5) }.is_balanced());
    let mut lopsided = transfer(5);
    lopsided.postings[0].change.posted = -4;
    assert!(!lopsided.is_balanced());
}

#[test]
fn names_of_accounts_and_kinds_read_back() {
    let accounts = [
        AccountId::Wallet(id(1)),
        AccountId::outside(Rail::Ach, Currency::USD, id(3), 1),
        AccountId::Receivable { customer: id(4), currency: Currency::USD },
    ];
    for account in accounts {
        assert_eq!(account.to_string().parse(), Ok(account));
    }
    for kind in EntryKind::ALL.iter().copied() {
        assert_eq!(kind.as_str().parse(), Ok(kind));
    }
    for text in ["", "wallet", "wallet#1", "outside#ach#USD", "escrow#1"] {
        assert!(text.parse::<AccountId>().is_err(), "{text}");
    }
}

#[test]
fn the_two_legs_of_a_payment_never_share_a_shard() {
    for n in 0..=255 {
        let intent = PaymentIntentId::mint(Time::from_ms(0), [n; 10]);
        let shard = |leg| AccountId::outside(Rail::Ach, Currency::USD, intent, leg);
        assert_ne!(shard(1), shard(2));
    }
}
