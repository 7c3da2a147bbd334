//! The demo's past, on a table of its own: what `make start` writes for its shop.

use crate::store::{backend, fixture};
use shared::{
    model::{
        Mode, Scope, Time,
        customer::{MerchantAccount, MerchantAccountStatus},
        date::Date,
        id::Id,
        link_figures::LinkFigures,
        organization::Organization,
        processor_account::TenantAccounts,
    },
    processor::simulator::NAME,
    store::{self, Consistency, Table, key, organization, processor_account},
};
use std::sync::Arc;

const NOW: &str = "2026-11-26T18:30:00Z";

async fn shop() -> (Arc<Table>, Scope) {
    let (table, began) = (backend::memory(), Time::parse(NOW).unwrap());
    let scope = Scope { tenant: Id::mint(began, [1; 10]), mode: Mode::Test };
    let account = MerchantAccount {
        id: Id::mint(began, [2; 10]),
        status: MerchantAccountStatus::Approved,
        descriptor: "DEMO SHOP".to_owned(),
        processor: NAME.to_owned(),
        connected: None,
        created_at: began,
    };
    let accounts =
        TenantAccounts { accounts: vec![account], version: 1, ..TenantAccounts::none(scope) };
    let settings = Organization { version: 1, ..Organization::unset(scope, began) };
    let mut writes = store::tenant::insert(&fixture::setup(scope)).to_vec();
    writes.push(processor_account::put(&accounts));
    writes.push(organization::put(&settings));
    table.commit(writes).await.unwrap();
    (table, scope)
}

async fn days(table: &Table, scope: Scope) -> Vec<LinkFigures> {
    let now = Time::parse(NOW).unwrap();
    let mut found = Vec::new();
    for back in (0..demo::DAYS).rev() {
        let text = now.plus_days(-back).rfc3339();
        let date: Date = text.get(..10).unwrap().parse().unwrap();
        let key = key::counted_day_of_all(scope, date);
        let kept = table.figures(&[key], Consistency::Strong).await.unwrap();
        found.push(kept[0].figures.clone());
    }
    found
}

#[tokio::test]
async fn sixty_days_have_sales_that_are_counted_where_they_happened() {
    let (table, scope) = shop().await;
    let made = demo::load(&table, scope, Time::parse(NOW).unwrap()).await.unwrap();
    assert!(made.started > 150 && made.started < 400, "{made:?}");
    assert!(made.paid * 3 > made.started && made.paid < made.started, "{made:?}");
    assert!(made.refunded >= 5, "{made:?}");
    let days = days(&table, scope).await;
    let counted = LinkFigures::sum(days.iter());
    assert_eq!((counted.starts, counted.paid), (made.started, made.paid));
    assert!(counted.failed_attempts > 10 && !counted.declines.is_empty(), "{counted:?}");
    assert!(!counted.refunded.is_empty());
    let sold = days.iter().filter(|day| day.paid > 0).count();
    assert!(sold > 40, "only {sold} days have a sale");
    assert!(days.iter().filter(|day| day.starts > 0).count() > 55);
}

#[tokio::test]
async fn the_past_is_the_same_each_time_and_marked() {
    let (one, other) = (shop().await, shop().await);
    let now = Time::parse(NOW).unwrap();
    let first = demo::load(&one.0, one.1, now).await.unwrap();
    assert_eq!(demo::load(&other.0, other.1, now).await.unwrap(), first);
    let page = one.0.link_rows(one.1, None, 50).await.unwrap();
    assert!(!page.rows.is_empty());
    for row in page.rows {
        assert!(row.name.starts_with("Demo: "), "{}", row.name);
    }
}
