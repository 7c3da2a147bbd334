//! Saved bank accounts and payees' destinations: who finds them, in which order, and what is left
//! when they are gone.

use super::{fixture, on_every_table};
use shared::{
    model::{
        Mode, Scope, Time,
        bank::{AccountType, BankSummary},
        destination::{Destination, DestinationKind},
        id::{CustomerId, PayeeId},
        payment_method::{MethodOwner, PaymentMethod, VaultPlace},
        secret::ProcessorToken,
    },
    store::{Consistency, Table, destination, list::Slice, payment_method},
};
use std::sync::Arc;

on_every_table!(
    payment_methods_are_listed_by_age_whatever_their_ids,
    a_bank_account_is_found_by_its_id_alone_within_its_tenant_until_it_is_removed,
    an_account_that_is_saved_already_is_refused_whole,
    destinations_are_listed_by_payee_within_one_address_book,
);

fn method(scope: Scope, customer: CustomerId, id_ms: i64, at: Time) -> PaymentMethod {
    let account = BankSummary {
        routing_number: "110000000".to_owned(),
        last4: "6789".to_owned(),
        account_type: AccountType::Checking,
        holder_name: "Ada Lovelace".to_owned(),
        fingerprint: "00112233445566778899aabbccddeeff".to_owned(),
    };
    let token = ProcessorToken::new("ba_1".to_owned());
    let vault = VaultPlace { processor: "simulator".to_owned(), token };
    let owner = MethodOwner { scope, customer };
    let id = fixture::id_at(fixture::someday().plus_ms(id_ms));
    PaymentMethod::bank(id, owner, account, vault, at)
}

fn slice(limit: u32) -> Slice {
    let now = fixture::someday();
    Slice { before: None, from: now.plus_days(-1), until: now.plus_days(1), limit }
}

async fn payment_methods_are_listed_by_age_whatever_their_ids(table: Arc<Table>) {
    let scope = fixture::scope();
    let (customer, other) =
        (fixture::id_at(fixture::someday()), fixture::id_at(fixture::someday()));
    let age = |seconds| fixture::someday().plus_seconds(seconds);
    // Ids in another order than ages.
    let methods: Vec<PaymentMethod> = [(5, 1), (1, 2), (9, 3), (3, 4)]
        .map(|(id, seconds)| method(scope, customer, id, age(seconds)))
        .into();
    for saved in methods.iter().chain([&method(scope, other, 0, age(5))]) {
        table.commit(payment_method::insert(saved)).await.unwrap();
    }
    let mut found = Vec::new();
    let mut next = slice(3);
    for _ in 0..4 {
        let page = table.payment_methods(scope, customer, &next).await.unwrap();
        found.extend(page.entries);
        let Some(before) = page.next else { break };
        next.before = Some(before);
    }
    let newest_first: Vec<PaymentMethod> = methods.into_iter().rev().collect();
    assert_eq!(found, newest_first);
}

async fn a_bank_account_is_found_by_its_id_alone_within_its_tenant_until_it_is_removed(
    table: Arc<Table>,
) {
    let scope = fixture::scope();
    let saved = method(scope, fixture::id_at(fixture::someday()), 0, fixture::someday());
    table.commit(payment_method::insert(&saved)).await.unwrap();
    assert_eq!(table.bank_method(scope, saved.id).await.unwrap(), Some(saved.clone()));
    for stranger in [Scope { mode: Mode::Live, ..scope }, fixture::scope()] {
        assert_eq!(table.bank_method(stranger, saved.id).await.unwrap(), None);
    }
    table.commit(payment_method::remove(&saved)).await.unwrap();
    assert_eq!(table.bank_method(scope, saved.id).await.unwrap(), None);
    let strong = Consistency::Strong;
    let left = table.payment_method(scope, saved.customer, saved.id, strong).await.unwrap();
    assert_eq!(left, None);
    assert!(table.commit(payment_method::remove(&saved)).await.is_err(), "gone already");
    table.commit(payment_method::insert(&saved)).await.unwrap();
}

async fn an_account_that_is_saved_already_is_refused_whole(table: Arc<Table>) {
    let scope = fixture::scope();
    let saved = method(scope, fixture::id_at(fixture::someday()), 0, fixture::someday());
    table.commit(payment_method::insert(&saved)).await.unwrap();
    let duplicate =
        PaymentMethod { created_at: fixture::someday().plus_seconds(9), ..saved.clone() };
    assert!(table.commit(payment_method::insert(&duplicate)).await.is_err());
    assert_eq!(table.bank_method(scope, saved.id).await.unwrap(), Some(saved));
}

async fn destinations_are_listed_by_payee_within_one_address_book(table: Arc<Table>) {
    let scope = fixture::scope();
    let now = fixture::someday();
    let (ada, eve): (CustomerId, CustomerId) = (fixture::id_at(now), fixture::id_at(now));
    let (bo, cy): (PayeeId, PayeeId) = (fixture::id_at(now), fixture::id_at(now));
    let of = |customer, payee, seconds| Destination {
        id: fixture::id_at(now.plus_seconds(seconds)),
        scope,
        customer,
        payee,
        kind: DestinationKind::Email { address: "bo@example.com".to_owned() },
        label: None,
        created_at: now.plus_seconds(seconds),
        version: 1,
    };
    let added = [of(ada, bo, 1), of(ada, cy, 2), of(ada, bo, 3), of(eve, bo, 4)];
    for destination in &added {
        table.commit(vec![destination::insert(destination)]).await.unwrap();
    }
    let found = table.destinations(scope, ada, bo, &slice(10)).await.unwrap();
    assert_eq!(found.entries, [added[2].clone(), added[0].clone()]);
    assert_eq!(found.next, None);
    let first = table.destinations(scope, ada, bo, &slice(1)).await.unwrap();
    assert_eq!(first.entries, [added[2].clone()]);
    let rest = Slice { before: first.next, ..slice(1) };
    let rest = table.destinations(scope, ada, bo, &rest).await.unwrap();
    assert_eq!(rest.entries, [added[0].clone()]);
    let strong = Consistency::Strong;
    let one = table.destination(scope, ada, added[0].id, strong).await.unwrap();
    assert_eq!(one, Some(added[0].clone()));
    assert_eq!(table.destination(scope, eve, added[0].id, strong).await.unwrap(), None);
    let stranger = fixture::scope();
    assert_eq!(table.destination(stranger, ada, added[0].id, strong).await.unwrap(), None);
}
