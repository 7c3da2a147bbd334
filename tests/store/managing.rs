//! What members do with their organisation, its products and its links, with the writes as the table
//! judges them: several guards, several records, counters that limits are held against.

use super::{fixture, on_every_table};
use futures_util::future::join_all;
use shared::{
    app::clock,
    model::{
        Currency, Money, Scope, Time,
        actor::Actor,
        catalog::{Offer, Prices, Product},
        id::{PaymentLinkId, ProductId},
        payment_link::{Limit, LinkEdit},
    },
    operations::{
        Idempotency, Problem, StateRefusal, catalog,
        link_edits::{self, LinkChange},
        link_list::{self, LinkFilter, LinkOrder, LinkQuery},
        merchant_links::{self, MadeMerchantLink, NewLine, NewMerchantLink},
        organizations,
    },
    store::{
        Table, organization,
        payment_link::{confirm_use, give_back_use, reserve_use},
        tenant,
    },
};
use std::sync::Arc;

on_every_table!(
    a_link_is_edited_deleted_and_restored_while_it_is_paid,
    limits_set_at_once_are_exact_whatever_is_paid_meanwhile,
    links_made_at_once_never_pass_the_limit,
    an_organisation_is_renamed_in_both_records_and_operators_can_still_change_it,
    a_products_number_changes_hands_in_one_commit,
);

fn now() -> Time {
    fixture::someday()
}

/// A tenant of its own with one product.
pub(super) async fn shop(table: &Table) -> (Scope, ProductId) {
    let scope = fixture::scope();
    let setup = fixture::setup(scope);
    table.commit(tenant::insert(&setup).to_vec()).await.unwrap();
    let product = product(scope, None);
    add(table, &product).await.unwrap();
    (scope, product.id)
}

fn product(scope: Scope, sku: Option<&str>) -> Product {
    Product {
        id: fixture::id_at(now()),
        scope,
        offer: Offer {
            name: "Workshop seat".to_owned(),
            description: None,
            image: None,
            tax_code: None,
            tax_rate: None,
            prices: Prices::new([Money::from_minor(12_000, Currency::USD)]).unwrap(),
        },
        sku: sku.map(str::to_owned),
        image_url: None,
        active: true,
        archived_at: None,
        metadata: None,
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn no_key(scope: Scope) -> Idempotency {
    Idempotency::new(scope, "test", None, std::iter::empty())
}

async fn add(table: &Table, product: &Product) -> Result<(), Problem> {
    let shown = |_: &Product| String::new();
    let key = no_key(product.scope);
    catalog::create_product(table, product, key.remember(&shown), now()).await.map(|_| ())
}

/// A link without limits.
pub(super) fn new_link(product: ProductId) -> NewMerchantLink {
    NewMerchantLink {
        id: clock::new_secret_id(),
        name: "Autumn".to_owned(),
        lines: vec![NewLine { product: Some(product), quantity: 1, adjustable: None }],
        currency: None,
        pricing_mode: None,
        expires_at: None,
        uses: Limit::UNLIMITED,
        metadata: None,
        success_url: None,
        created_by: Actor::Operator,
    }
}

async fn make(
    table: &Table,
    scope: Scope,
    product: ProductId,
    max: Option<u32>,
) -> Result<PaymentLinkId, Problem> {
    let uses = Limit::at_most(max).unwrap();
    let new = NewMerchantLink { uses, ..new_link(product) };
    let id = new.id;
    let shown = |_: &MadeMerchantLink| String::new();
    let key = no_key(scope);
    merchant_links::create(table, scope, new, key.remember(&shown), now()).await.map(|_| id)
}

fn uses(max: Option<u32>) -> LinkChange {
    let edit = LinkEdit { uses: Limit::at_most(max), ..LinkEdit::default() };
    LinkChange { edit, ..LinkChange::default() }
}

async fn edit(
    table: &Table,
    scope: Scope,
    id: PaymentLinkId,
    wish: &LinkChange,
) -> Result<MadeMerchantLink, Problem> {
    let found = link_edits::find(table, scope, id).await?;
    link_edits::change(table, found, wish, false, now()).await
}

async fn a_link_is_edited_deleted_and_restored_while_it_is_paid(table: Arc<Table>) {
    let shop = shop(&table).await;
    let id = make(&table, shop.0, shop.1, Some(3)).await.unwrap();
    let seen = link_edits::find(&table, shop.0, id).await.unwrap();
    table.update(reserve_use(id, now())).await.unwrap();
    let wish = LinkChange {
        name: Some("Winter".to_owned()),
        metadata: Some(Some(shared::model::metadata::Metadata::new(r#"{"n":1.10}"#).unwrap())),
        edit: LinkEdit {
            active: Some(false),
            expires_at: Some(Some(now().plus_days(9))),
            uses: Limit::at_most(Some(5)),
        },
    };
    let kept = link_edits::change(&table, seen, &wish, true, now()).await.unwrap();
    assert_eq!((kept.link.edits, kept.details.name.as_str()), (1, "Winter"));
    table.update(confirm_use(id)).await.unwrap();
    let read = link_edits::find(&table, shop.0, id).await.unwrap();
    assert_eq!((read.link.uses.confirmed, read.link.uses.left()), (1, Some(4)));
    assert_eq!((read.link.active, read.link.expires_at), (false, Some(now().plus_days(9))));
    assert_eq!(read.details, kept.details);
    for _ in 0..2 {
        let found = link_edits::find(&table, shop.0, id).await.unwrap();
        link_edits::delete(&table, found, false, now()).await.unwrap();
    }
    let found = link_edits::find(&table, shop.0, id).await.unwrap();
    assert!(found.link.deleted_at.is_some());
    let shown = |_: &_| String::new();
    let key = no_key(shop.0);
    link_edits::restore(&table, found, key.remember(&shown), now()).await.unwrap();
    let back = link_edits::find(&table, shop.0, id).await.unwrap();
    assert_eq!((back.link.deleted_at, back.link.edits), (None, 3));
    let row = table.link_row(&back.link).await.unwrap().unwrap();
    assert_eq!(
        (row.name.as_str(), row.deleted_at, row.metadata),
        ("Winter", None, back.details.metadata)
    );
    assert_eq!(row.expires_at, Some(now().plus_days(9)));
}

/// Buyers pay and give back while members set the limit: what is left, confirmed and held adds up to
/// the limit in the end, and nothing was refused that had to go through.
async fn limits_set_at_once_are_exact_whatever_is_paid_meanwhile(table: Arc<Table>) {
    let shop = shop(&table).await;
    let id = make(&table, shop.0, shop.1, None).await.unwrap();
    let buy = |n: u32| {
        let table = &table;
        async move {
            let insist = async |update: shared::store::Update| {
                loop {
                    match table.update(update.clone()).await {
                        Err(shared::store::Error::Contended) => tokio::task::yield_now().await,
                        other => return other.is_ok(),
                    }
                }
            };
            if insist(reserve_use(id, now())).await {
                let end = if n.is_multiple_of(3) { give_back_use(id) } else { confirm_use(id) };
                assert!(insist(end).await, "a charge under way always ends");
            }
        }
    };
    let limit = |max: Option<u32>| {
        let table = &table;
        async move {
            // Who is refused may be: others were quicker, or too much is taken by now.
            drop(edit(table, shop.0, id, &uses(max)).await);
        }
    };
    let buyers = async { join_all((0..12).map(buy)).await };
    let members =
        async { join_all([Some(20), Some(9), None, Some(15), Some(12)].map(limit)).await };
    futures_util::future::join(buyers, members).await;
    let link = link_edits::find(&table, shop.0, id).await.unwrap().link;
    assert_eq!(link.uses.in_progress, 0);
    let key = shared::store::key::payment_link(id);
    let item = table.get(&key, shared::store::Consistency::Strong).await.unwrap().unwrap();
    let number = |name: &str| item.number::<i64>(name).unwrap();
    if let Some(max) = link.uses.limit.max() {
        assert_eq!(number("c") + number("u") + number("h"), i64::from(max));
        assert!(link.uses.confirmed <= max);
    }
}

async fn links_made_at_once_never_pass_the_limit(table: Arc<Table>) {
    let shop = shop(&table).await;
    let mut settings = table.organization(shop.0, now()).await.unwrap();
    settings.max_links = Some(3);
    settings.version = 1;
    table.commit(vec![organization::put(&settings)]).await.unwrap();
    let made = (0..8).map(|_| async {
        loop {
            match make(&table, shop.0, shop.1, None).await {
                Err(Problem::Contended) => tokio::task::yield_now().await,
                other => return other,
            }
        }
    });
    let made = join_all(made).await;
    let full = Err(Problem::State(StateRefusal::TooManyLinks));
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 3);
    assert!(made.iter().all(|made| made.is_ok() || *made == full), "{made:?}");
    let query = LinkQuery {
        filter: LinkFilter::default(),
        order: LinkOrder::Name,
        after: None,
        limit: 100,
        aggregates: true,
    };
    let page = link_list::list(&table, shop.0, &query, now()).await.unwrap();
    assert_eq!((page.rows.len(), page.aggregates.unwrap().links), (3, 3));
}

async fn an_organisation_is_renamed_in_both_records_and_operators_can_still_change_it(
    table: Arc<Table>,
) {
    let (scope, _) = shop(&table).await;
    let before = organizations::find(&table, scope).await.unwrap();
    let after = before.organization.clone();
    let name = Some("Another name".to_owned());
    let kept = organizations::change(&table, before, after, name, now()).await.unwrap();
    let read = organizations::find(&table, scope).await.unwrap();
    assert_eq!((read.tenant.name.as_str(), &read.tenant), ("Another name", &kept.tenant));
    let setup = table.setup(scope).await.unwrap().unwrap();
    let mut next = setup.clone();
    next.tenant.version += 1;
    table.commit(tenant::replace(&next).to_vec()).await.unwrap();
}

async fn a_products_number_changes_hands_in_one_commit(table: Arc<Table>) {
    let (scope, _) = shop(&table).await;
    let (one, two) = (product(scope, Some("A-1")), product(scope, Some("A-2")));
    add(&table, &one).await.unwrap();
    add(&table, &two).await.unwrap();
    let taken = Product { sku: Some("A-2".to_owned()), ..one.clone() };
    let refused = catalog::change(&table, &one, taken.clone(), now()).await.unwrap_err();
    assert!(matches!(refused, Problem::Invalid(_)));
    catalog::archive(&table, &two, now()).await.unwrap();
    let kept = catalog::change(&table, &one, taken, now()).await.unwrap();
    assert_eq!(kept.version, 2);
    let archived = catalog::find(&table, scope, two.id).await.unwrap();
    let shown = |_: &_| String::new();
    let key = no_key(scope);
    let back = catalog::restore(&table, &archived, key.remember(&shown), now()).await;
    assert!(matches!(back, Err(Problem::Invalid(_))), "its number is another's by now");
    let free = Product { sku: None, ..kept.clone() };
    catalog::change(&table, &kept, free, now()).await.unwrap();
    catalog::restore(&table, &archived, key.remember(&shown), now()).await.unwrap();
}

/// What the contract allows: a list of 25 is one trip and two read units, an edit two trips.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_list_of_links_is_one_trip_and_an_edit_two() {
    let table = super::backend::dynoxide().await;
    let shop = shop(&table).await;
    let mut last = None;
    for _ in 0..30 {
        last = Some(make(&table, shop.0, shop.1, Some(40)).await.unwrap());
    }
    let used = || table.meter().take();
    used();
    let query = LinkQuery {
        filter: LinkFilter::default(),
        order: LinkOrder::Newest,
        after: None,
        limit: 25,
        aggregates: false,
    };
    let page = link_list::list(&table, shop.0, &query, now()).await.unwrap();
    assert_eq!((page.rows.len(), page.next.is_some()), (25, true));
    let listed = used();
    assert_eq!(listed.calls, 1);
    assert!(listed.half_read_units <= 4, "{} half units", listed.half_read_units);
    edit(&table, shop.0, last.unwrap(), &uses(Some(50))).await.unwrap();
    assert_eq!(used().calls, 2);
}
