use super::*;
use crate::{
    model::{
        Currency, Mode, Money,
        catalog::{Offer, Prices, Product, Snapshot},
        customer::{MerchantAccount, MerchantAccountStatus},
        id::{MemberId, MerchantAccountId, ProductId},
        payment_link::LinkStatus,
    },
    operations::{
        Idempotency,
        fixture::{now, setup, tenant},
        link_list,
        merchant_links::{NewMerchantLink, create, open},
    },
    store::{self, catalog, memory::Memory, processor_account},
};

fn scope() -> Scope {
    Scope { tenant: tenant(), mode: Mode::Test }
}

fn actor() -> Actor {
    Actor::Member(MemberId::mint(now(), [2; 10]))
}

fn product(n: u8) -> Product {
    Product {
        id: ProductId::mint(now(), [n; 10]),
        scope: scope(),
        offer: Offer {
            name: format!("Product {n}"),
            description: None,
            image: None,
            tax_code: None,
            tax_rate: None,
            prices: Prices::new([Money::from_minor(12_000, Currency::USD)]).unwrap(),
        },
        sku: None,
        image_url: None,
        active: true,
        archived_at: None,
        metadata: None,
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn id(n: u128) -> PaymentLinkId {
    PaymentLinkId::from_uuid(uuid::Uuid::from_u128(n))
}

/// A tenant with products 1 and 2.
async fn world() -> Table {
    let store = Table::Memory(Memory::default());
    let mut writes = store::tenant::insert(&setup(Mode::Test)).to_vec();
    writes.extend([1, 2].iter().flat_map(|n| catalog::insert(&product(*n))));
    store.commit(writes).await.unwrap();
    store
}

fn no_key() -> Idempotency {
    Idempotency::new(scope(), "test", None, std::iter::empty())
}

async fn make(store: &Table, n: u128, max: Option<u32>) -> Result<MadeMerchantLink> {
    let line = |n| NewLine {
        product: Some(ProductId::mint(now(), [n; 10])),
        quantity: 1,
        adjustable: None,
    };
    let new = NewMerchantLink {
        id: id(n),
        name: "Autumn".into(),
        lines: vec![line(1), line(2)],
        currency: None,
        pricing_mode: None,
        expires_at: None,
        uses: Limit::at_most(max).unwrap(),
        metadata: None,
        success_url: None,
        created_by: actor(),
    };
    let shown = |_: &MadeMerchantLink| String::new();
    create(store, scope(), new, no_key().remember(&shown), now()).await?;
    find(store, scope(), id(n)).await
}

fn uses(max: Option<u32>) -> LinkChange {
    let edit = LinkEdit { uses: Limit::at_most(max), ..LinkEdit::default() };
    LinkChange { edit, ..LinkChange::default() }
}

fn ends(at: Option<Time>) -> LinkChange {
    let edit = LinkEdit { expires_at: Some(at), ..LinkEdit::default() };
    LinkChange { edit, ..LinkChange::default() }
}

/// So many charges that were approved, and so many under way.
async fn charge(store: &Table, n: u128, paid: u32, held: u32) {
    for _ in 0..paid + held {
        store.update(payment_link::reserve_use(id(n), now())).await.unwrap();
    }
    for _ in 0..paid {
        store.update(payment_link::confirm_use(id(n))).await.unwrap();
    }
}

async fn edit(store: &Table, n: u128, wish: &LinkChange) -> Result<MadeMerchantLink> {
    let found = find(store, scope(), id(n)).await?;
    change(store, found, wish, false, now()).await
}

async fn restored(store: &Table, n: u128, at: Time) -> Result<()> {
    let found = find(store, scope(), id(n)).await?;
    let shown = |_: &(MadeMerchantLink, LinkFigures)| String::new();
    restore(store, found, no_key().remember(&shown), at).await.map(|_| ())
}

#[tokio::test]
async fn hard_case_5_a_limit_below_what_is_paid_and_held_is_refused_naming_the_least() {
    let store = world().await;
    make(&store, 1, Some(10)).await.unwrap();
    charge(&store, 1, 4, 2).await;
    let refused = edit(&store, 1, &uses(Some(5))).await.unwrap_err();
    let why = "4 paid and 2 in progress; 6 is the least.";
    assert_eq!(refused, Problem::field("max_uses", why));
    make(&store, 2, Some(10)).await.unwrap();
    charge(&store, 2, 4, 1).await;
    let kept = edit(&store, 2, &uses(Some(5))).await.unwrap().link;
    assert!(!kept.uses.exhausted(), "one is still under way");
    store.update(payment_link::confirm_use(id(2))).await.unwrap();
    let link = find(&store, scope(), id(2)).await.unwrap().link;
    assert_eq!(link.status_at(now()), LinkStatus::Exhausted);
}

#[tokio::test]
async fn hard_case_6_a_limit_set_on_an_unlimited_link_while_payments_run_is_exact() {
    let store = world().await;
    make(&store, 1, None).await.unwrap();
    let read_before = find(&store, scope(), id(1)).await.unwrap();
    charge(&store, 1, 3, 1).await;
    let kept = change(&store, read_before, &uses(Some(20)), false, now()).await.unwrap();
    assert_eq!((kept.link.uses.confirmed, kept.link.uses.left()), (3, Some(16)));
    make(&store, 2, None).await.unwrap();
    let read_before = find(&store, scope(), id(2)).await.unwrap();
    charge(&store, 2, 3, 1).await;
    let refused = change(&store, read_before, &uses(Some(3)), false, now()).await.unwrap_err();
    assert_eq!(refused, Problem::field("max_uses", "3 paid and 1 in progress; 4 is the least."));
    let lifted = edit(&store, 1, &uses(None)).await.unwrap();
    assert_eq!(lifted.link.uses.left(), None);
}

#[tokio::test]
async fn hard_case_7_of_two_limits_at_the_same_moment_one_wins_and_the_other_is_decided_anew() {
    let store = world().await;
    let both = make(&store, 1, Some(10)).await.unwrap();
    let again = find(&store, scope(), id(1)).await.unwrap();
    change(&store, both, &uses(Some(5)), false, now()).await.unwrap();
    let second = change(&store, again, &uses(Some(7)), false, now()).await.unwrap();
    assert_eq!((second.link.uses.left(), second.link.edits), (Some(7), 2));
    let link = find(&store, scope(), id(1)).await.unwrap().link;
    assert_eq!((link.uses.limit.max(), link.uses.left()), (Some(7), Some(7)));
}

#[tokio::test]
async fn who_says_which_version_they_read_does_not_undo_what_others_did() {
    let store = world().await;
    let seen = make(&store, 1, Some(10)).await.unwrap();
    edit(&store, 1, &uses(Some(9))).await.unwrap();
    let name = LinkChange { name: Some("Winter".into()), ..LinkChange::default() };
    let refused = change(&store, seen, &name, true, now()).await.unwrap_err();
    assert_eq!(refused, Problem::State(StateRefusal::ChangedMeanwhile));
    // A payment meanwhile is no edit.
    let seen = find(&store, scope(), id(1)).await.unwrap();
    charge(&store, 1, 1, 0).await;
    let kept = change(&store, seen, &name, true, now()).await.unwrap();
    assert_eq!((kept.details.name.as_str(), kept.link.edits), ("Winter", 2));
}

#[tokio::test]
async fn an_end_that_is_past_ends_the_link_at_once_and_lifting_it_wakes_it() {
    let store = world().await;
    make(&store, 1, None).await.unwrap();
    let ended = edit(&store, 1, &ends(Some(now().plus_days(-400)))).await.unwrap();
    assert_eq!(ended.link.status_at(now()), LinkStatus::Expired);
    let woken = edit(&store, 1, &ends(None)).await.unwrap();
    assert_eq!(woken.link.status_at(now()), LinkStatus::Active);
    let far = edit(&store, 1, &ends(Some(now().plus_days(MAX_LIFE_DAYS + 1)))).await;
    assert!(matches!(far, Err(Problem::Invalid(_))));
}

#[tokio::test]
async fn an_edit_that_changes_nothing_writes_nothing() {
    let store = world().await;
    make(&store, 1, Some(3)).await.unwrap();
    let Table::Memory(memory) = &store else { panic!() };
    let before = memory.everything();
    let same = LinkChange { name: Some("Autumn".into()), ..uses(Some(3)) };
    edit(&store, 1, &same).await.unwrap();
    edit(&store, 1, &LinkChange::default()).await.unwrap();
    assert_eq!(memory.everything(), before);
}

#[tokio::test]
async fn deleting_twice_is_deleting_once_and_an_edit_waits_for_the_restore() {
    let store = world().await;
    make(&store, 1, None).await.unwrap();
    for _ in 0..2 {
        let found = find(&store, scope(), id(1)).await.unwrap();
        delete(&store, found, false, now()).await.unwrap();
    }
    let found = find(&store, scope(), id(1)).await.unwrap();
    assert_eq!(found.link.edits, 1, "the second changed nothing");
    let refused = edit(&store, 1, &uses(Some(1))).await.unwrap_err();
    assert_eq!(refused, Problem::State(StateRefusal::RestoreFirst));
    restored(&store, 1, now().plus_days(90)).await.unwrap();
    let refused = restored(&store, 1, now()).await.unwrap_err();
    assert_eq!(refused, Problem::State(StateRefusal::NotDeleted));
}

#[tokio::test]
async fn hard_case_14_after_ninety_one_days_a_link_is_cloned_and_not_restored() {
    let store = world().await;
    make(&store, 1, Some(3)).await.unwrap();
    charge(&store, 1, 2, 0).await;
    let found = find(&store, scope(), id(1)).await.unwrap();
    delete(&store, found, false, now()).await.unwrap();
    let late = now().plus_days(91);
    let refused = restored(&store, 1, late).await.unwrap_err();
    assert_eq!(refused, Problem::State(StateRefusal::RestorePeriodOver));
    clone_of(&store, 1, 2, false, late).await.unwrap();
    let clone = find(&store, scope(), id(2)).await.unwrap();
    assert_eq!(clone.link.uses, LinkUses::none(Limit::at_most(Some(3)).unwrap()));
    assert_eq!((clone.details.cloned_from, clone.link.deleted_at), (Some(id(1)), None));
}

async fn clone_of(store: &Table, from: u128, to: u128, refresh: bool, at: Time) -> Result<()> {
    let found = find(store, scope(), id(from)).await?;
    let wish = LinkCopy {
        id: id(to),
        name: None,
        expires_at: None,
        uses: None,
        active: None,
        metadata: None,
        success_url: None,
        refresh,
        created_by: actor(),
    };
    let shown = |_: &MadeMerchantLink| String::new();
    copy(store, found, wish, no_key().remember(&shown), at).await.map(|_| ())
}

fn first_price(snapshot: Option<&Snapshot>) -> i64 {
    let line = &snapshot.unwrap().lines[0];
    line.offer.prices.get(Currency::USD).unwrap().minor()
}

#[tokio::test]
async fn hard_case_16_a_clone_copies_frozen_lines_or_takes_todays_catalog() {
    let store = world().await;
    make(&store, 1, None).await.unwrap();
    edit(&store, 1, &ends(Some(now().plus_seconds(-1)))).await.unwrap();
    let before = product(1);
    let mut dearer = Product { version: 2, ..before.clone() };
    dearer.offer.prices = Prices::new([Money::from_minor(99_000, Currency::USD)]).unwrap();
    store.commit(catalog::replace(&before, &dearer)).await.unwrap();
    clone_of(&store, 1, 2, false, now()).await.unwrap();
    clone_of(&store, 1, 3, true, now()).await.unwrap();
    let [as_it_was, as_it_is] = [2, 3].map(|n| find(&store, scope(), id(n)));
    let (as_it_was, as_it_is) = (as_it_was.await.unwrap(), as_it_is.await.unwrap());
    assert_eq!(as_it_was.link.expires_at, None, "an end that is past is not copied");
    assert_eq!(first_price(as_it_was.details.snapshot.as_ref()), 12_000);
    assert_eq!(first_price(as_it_is.details.snapshot.as_ref()), 99_000);
    store.commit(catalog::replace(&dearer, &dearer.archive(now()))).await.unwrap();
    let refused = clone_of(&store, 1, 4, true, now()).await.unwrap_err();
    assert_eq!(refused, Problem::field("products[0].product_id", "is archived"));
    clone_of(&store, 1, 4, false, now()).await.unwrap();
}

/// The processor is that of the account which charges now, whatever charged when the link was made.
#[tokio::test]
async fn a_clone_whose_total_the_processor_does_not_charge_is_refused_and_the_link_stays() {
    let store = world().await;
    make(&store, 1, None).await.unwrap();
    let before = product(1);
    let mut dearer = Product { version: 2, ..before.clone() };
    dearer.offer.prices = Prices::new([Money::from_minor(99_999_999, Currency::USD)]).unwrap();
    let mut settings = store.organization(scope(), now()).await.unwrap();
    let most = Money::from_minor(999_999_999, Currency::USD);
    let least = Money::from_minor(1, Currency::USD);
    let limits = crate::model::organization::PaymentLimits { min: least, max: most };
    (settings.limits, settings.version) = ([(Currency::USD, limits)].into(), 1);
    let account = MerchantAccount {
        id: MerchantAccountId::mint(now(), [1; 10]),
        status: MerchantAccountStatus::Approved,
        descriptor: "SHOP".into(),
        processor: "stripe".into(),
        connected: None,
        created_at: now(),
    };
    let accounts = store.tenant_accounts(scope()).await.unwrap().with_account(account).unwrap();
    let mut writes = catalog::replace(&before, &dearer);
    writes.extend([store::organization::put(&settings), processor_account::put(&accounts)]);
    store.commit(writes).await.unwrap();
    clone_of(&store, 1, 2, false, now()).await.unwrap();
    let refused = clone_of(&store, 1, 3, true, now()).await.unwrap_err();
    let why = "The total 1000119.99 USD must be at most 999999.99 USD.";
    assert_eq!(refused, Problem::field("", why));
    // Editing it changes no amount, so nothing about its amount is asked.
    edit(&store, 1, &uses(Some(4))).await.unwrap();
}

#[tokio::test]
async fn there_are_never_more_links_than_the_limit_and_deleted_ones_do_not_count() {
    let store = world().await;
    let mut settings = store.organization(scope(), now()).await.unwrap();
    settings.max_links = Some(2);
    settings.version = 1;
    store.commit(vec![store::organization::put(&settings)]).await.unwrap();
    make(&store, 1, None).await.unwrap();
    make(&store, 2, None).await.unwrap();
    let full = Problem::State(StateRefusal::TooManyLinks);
    assert_eq!(make(&store, 3, None).await.unwrap_err(), full);
    assert_eq!(clone_of(&store, 1, 3, false, now()).await.unwrap_err(), full);
    for _ in 0..2 {
        let found = find(&store, scope(), id(1)).await.unwrap();
        delete(&store, found, false, now()).await.unwrap();
    }
    make(&store, 3, None).await.unwrap();
    assert_eq!(restored(&store, 1, now()).await.unwrap_err(), full);
}

#[tokio::test]
async fn a_deleted_link_is_gone_for_buyers_and_still_there_for_members() {
    let store = world().await;
    let made = make(&store, 1, None).await.unwrap();
    delete(&store, made, false, now()).await.unwrap();
    let opened = open(&store, id(1)).await.unwrap();
    assert_eq!(opened.link.status_at(now()), LinkStatus::Deleted);
    let query = |deleted| link_list::LinkQuery {
        filter: link_list::LinkFilter { deleted, ..link_list::LinkFilter::default() },
        order: link_list::LinkOrder::Newest,
        after: None,
        limit: 25,
        aggregates: false,
    };
    let count = async |deleted| {
        link_list::list(&store, scope(), &query(deleted), now()).await.unwrap().rows.len()
    };
    assert_eq!((count(false).await, count(true).await), (0, 1));
}
