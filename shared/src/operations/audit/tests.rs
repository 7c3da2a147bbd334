use super::*;
use crate::{
    model::{
        Currency, Time,
        ledger::{Account, Balance},
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
    let wish = AuditWish { scope: Some(scope()), after: None };
    let report = audit(&store, wish, AMBIENT).await.unwrap();
    assert_eq!((report.accounts, report.differences), (2, 1), "{:?}", report.told);
    assert!(report.told[0].place.ends_with("entry 1: the record cannot be read"));
}
