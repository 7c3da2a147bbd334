use super::*;
use crate::{
    model::{
        Currency, Time,
        ledger::{Account, Balance, BalanceChange, EntryKind, Movement, Posting},
    },
    store::{
        Write, key,
        memory::Memory,
        registry,
        tests::{id, scope},
    },
};

const AMBIENT: Ambient = Ambient { now: || Time::from_ms(1_795_255_200_000), random: || [7; 10] };

#[tokio::test]
async fn an_entry_that_cannot_be_read_is_a_difference_and_the_audit_goes_on() {
    let store = Table::Memory(Memory::default());
    let mut writes = Vec::new();
    for n in [10, 11] {
        let account = Account {
            scope: scope(),
            id: AccountId::Wallet(id(n)),
            currency: Currency::USD,
            owner: Some(id(2)),
            balance: Balance::default(),
            version: if n == 10 { 1 } else { 0 },
        };
        writes.push(store::account::insert(&account));
        writes.push(registry::insert(scope(), account.id));
    }
    let broken = key::entry(scope(), AccountId::Wallet(id(10)), 1).item().with("v", 1_i64);
    writes.push(Write::Insert(broken));
    store.commit(writes).await.unwrap();
    let wish = AuditWish { scope: Some(scope()), after: None, full: false };
    let report = audit(&store, wish, AMBIENT).await.unwrap();
    assert_eq!((report.accounts, report.differences), (2, 1), "{:?}", report.told);
    assert!(report.told[0].place.ends_with("entry 1: the record cannot be read"));
}

/// A wallet without entries, in the books of a tenant.
async fn open_wallet(store: &Table, scope: Scope, n: u8) {
    let account = Account::wallet(scope, id(n), Currency::USD, id(2));
    let writes = vec![store::account::insert(&account), registry::insert(scope, account.id)];
    store.commit(writes).await.unwrap();
}

/// Tenants with so many wallets each, in the order of the list.
async fn tenants(store: &Table, wallets: &[u8]) -> Vec<Scope> {
    let mut scopes = Vec::new();
    for (n, count) in (1..).zip(wallets) {
        let scope = Scope { tenant: id(n), ..scope() };
        store.commit(vec![store::audit::list_tenant(scope)]).await.unwrap();
        for wallet in 0..*count {
            open_wallet(store, scope, 10 + wallet).await;
        }
        scopes.push(scope);
    }
    scopes
}

async fn night(store: &Table, most: u64) -> (u64, Option<Stopped>) {
    let wish = AuditWish { scope: None, after: None, full: false };
    let report = audit_until(store, wish, AMBIENT, &|report| report.accounts >= most).await;
    let report = report.unwrap();
    (report.accounts, report.stopped)
}

/// With room for four accounts a night, ten accounts take three nights, whoever is first on the list.
#[tokio::test]
async fn an_audit_goes_on_by_itself_where_the_one_before_stopped() {
    let store = Table::Memory(Memory::default());
    let scopes = tenants(&store, &[3, 5, 2]).await;
    let cursor = async || store.audit_cursor().await.unwrap().map(|cursor| cursor.scope);
    let (done, stopped) = night(&store, 4).await;
    assert_eq!((done, stopped.map(|stopped| stopped.scope)), (4, Some(scopes[1])));
    assert_eq!(cursor().await, Some(scopes[1]), "in the middle of the second's books");
    let (done, _) = night(&store, 4).await;
    assert_eq!((done, cursor().await), (4, Some(scopes[1])), "its other four");
    let (done, _) = night(&store, 4).await;
    assert_eq!((done, cursor().await), (4, Some(scopes[0])), "the third's two, then the first");
    // Enough room: all ten, from behind the tenant that was last.
    let (done, stopped) = night(&store, 1_000).await;
    assert_eq!((done >= 10, stopped.is_none()), (true, true), "{done}");
}

/// Wallets with a journal of transfers between them.
#[tokio::test]
async fn an_audit_reads_what_is_new_and_everything_again_after_a_month() {
    let store = Table::Memory(Memory::default());
    open_wallet(&store, scope(), 10).await;
    open_wallet(&store, scope(), 11).await;
    let wish = |full| AuditWish { scope: Some(scope()), after: None, full };
    let ids = [10, 11].map(|n| AccountId::Wallet(id(n)));
    let transfer = async || {
        let accounts = store.accounts(scope(), &ids, Currency::USD).await.unwrap();
        let postings = ids.map(|account| Posting { account, change: BalanceChange::default() });
        let movement = Movement {
            kind: EntryKind::Transferred,
            intent: id(50),
            currency: Currency::USD,
            postings: postings.to_vec(),
            escrow: 0,
        };
        let booked = movement.book(&accounts, AMBIENT.now()).unwrap();
        store.commit(store::account::writes(&booked)).await.unwrap();
    };
    transfer().await;
    transfer().await;
    let read = async |full, ambient| audit(&store, wish(full), ambient).await.unwrap();
    let first = read(false, AMBIENT).await;
    assert_eq!((first.entries, first.differences), (4, 0), "{:?}", first.told);
    assert_eq!(read(false, AMBIENT).await.entries, 0, "nothing is new");
    transfer().await;
    transfer().await;
    assert_eq!(read(false, AMBIENT).await.entries, 4);
    assert_eq!(read(true, AMBIENT).await.entries, 8);
    let later = Ambient { now: || AMBIENT.now().plus_days(30), ..AMBIENT };
    assert_eq!(read(false, later).await.entries, 8);
}
