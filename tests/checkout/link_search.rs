//! Finding payments by their buyers' addresses, by cards and by orders, however old they are.

use super::link_world::{AMBIENT, BAD, Crash, GOOD, World};
use crate::{invoices::shop::Seller, random::Random, store::on_own_tables};
use shared::{
    app::clock,
    model::{
        Id, Scope, Time,
        customer::Customer,
        date::Date,
        id::{CheckoutSessionId, PaymentIntentId},
        password::Pepper,
        payment_intent::PaymentIntent,
        transaction::{TransactionFilter, TransactionStatus},
    },
    operations::{
        erasing::{self, Erased},
        numbering,
        search::{self, Search, SearchKeys},
        statistics::{self, DayRange, RecountWish},
    },
    store::{self, Consistency, Table, list::Slice},
};
use std::sync::Arc;

on_own_tables!(
    a_payment_is_found_by_each_of_its_names_at_once_and_for_good,
    pages_of_a_search_go_on_from_what_is_new_to_what_is_old,
    an_erased_buyer_is_in_no_payment_and_no_customer_and_others_stay,
    names_whose_message_was_lost_are_kept_by_the_nightly_count_once,
    names_under_a_revoked_pepper_are_found_and_erased,
    a_buyer_whose_invoice_is_not_written_yet_is_erased_after_it,
);

fn keys() -> SearchKeys {
    SearchKeys::of(Pepper { number: 1, key: &[7; 32], older: &[] })
}

/// The same after the pepper was replaced, with what is known of the older one.
fn later_keys(known: bool) -> SearchKeys {
    let older = [(1_u8, Arc::new(vec![7; 32]))];
    let older = if known { older.as_slice() } else { &[] };
    SearchKeys::of(Pepper { number: 2, key: &[8; 32], older })
}

/// What a text finds, with where the next page begins.
async fn found(
    world: &World,
    scope: Scope,
    text: &str,
    status: Option<TransactionStatus>,
    before: Option<PaymentIntentId>,
    limit: u32,
) -> (Vec<PaymentIntentId>, bool) {
    found_with(&keys(), world, scope, text, status, before, limit).await
}

async fn found_with(
    keys: &SearchKeys,
    world: &World,
    scope: Scope,
    text: &str,
    status: Option<TransactionStatus>,
    before: Option<PaymentIntentId>,
    limit: u32,
) -> (Vec<PaymentIntentId>, bool) {
    let search = Some(text.to_owned());
    let filter = TransactionFilter { status, search, ..TransactionFilter::default() };
    let slice = Slice {
        before: before.map(|id| *id.uuid()),
        from: Time::EPOCH,
        until: world.now().plus_seconds(1),
        limit,
    };
    let wish = Search { keys, text };
    let page = search::find(&world.table, wish, scope, &filter, &slice, world.now());
    let page = page.await.unwrap();
    (page.entries.iter().map(|found| found.intent.id).collect(), page.next.is_some())
}

/// Buyers who pay one after the other, an hour and a half between them; the first card of each is
/// declined. Addresses repeat with every third.
async fn sold(world: &mut World, visits: usize) -> Vec<PaymentIntentId> {
    let link = world.create(None, None, &mut Random(3)).await;
    let mut paid = Vec::new();
    for n in 0..visits {
        if n > 0 {
            world.pass(5_400);
        }
        let visit = world.start(link).await.unwrap();
        for number in [BAD, GOOD] {
            let card = world.card(visit, number);
            world.submit(visit, &card, Crash::Never).await.unwrap();
        }
        paid.push(visit);
    }
    paid
}

async fn a_payment_is_found_by_each_of_its_names_at_once_and_for_good(table: Arc<Table>) {
    World::set_clock("2026-11-26T10:00:00Z", 11);
    let mut world = World::over(table, "UTC").await;
    let visit = sold(&mut world, 1).await[0];
    let order = CheckoutSessionId::from_uuid(*visit.uuid()).links_form().to_lowercase();
    let names = ["ada1@example.com", "ADA1@example.com", "4242", "0002", &order];
    for late in [false, true] {
        for text in names {
            let one = found(&world, world.scope, text, None, None, 25).await;
            assert_eq!(one, (vec![visit], false), "{text}");
        }
        for text in ["ada2@example.com", "424", "42421", "ada1@example", "A-1001"] {
            let none = found(&world, world.scope, text, None, None, 25).await;
            assert_eq!(none, (Vec::new(), false), "{text}");
        }
        if !late {
            // Messages come twice.
            for _ in 0..2 {
                search::keep_names(&world.table, &keys(), world.scope, visit).await.unwrap();
            }
            world.pass(400 * 86_400);
        }
    }
    let canceled = Some(TransactionStatus::Canceled);
    let other = found(&world, world.scope, "4242", canceled, None, 25).await;
    assert_eq!(other, (Vec::new(), false), "the other filters hold as well");
    let stranger = Scope { tenant: Id::mint(world.now(), [9; 10]), ..world.scope };
    for text in names {
        assert!(found(&world, stranger, text, None, None, 25).await.0.is_empty(), "{text}");
    }
}

async fn pages_of_a_search_go_on_from_what_is_new_to_what_is_old(table: Arc<Table>) {
    World::set_clock("2026-11-26T10:00:00Z", 12);
    let mut world = World::over(table, "UTC").await;
    let mut paid = sold(&mut world, 7).await;
    // The newest is not kept yet.
    for visit in &paid[..6] {
        search::keep_names(&world.table, &keys(), world.scope, *visit).await.unwrap();
    }
    paid.reverse();
    for limit in 1..=8 {
        let (mut walked, mut before) = (Vec::new(), None);
        loop {
            let (page, more) = found(&world, world.scope, "4242", None, before, limit).await;
            assert!(!page.is_empty() || !more);
            before = page.last().copied().or(before);
            walked.extend(page);
            if !more {
                break;
            }
        }
        assert_eq!(walked, paid, "pages of {limit}");
    }
    let (mine, _) = found(&world, world.scope, "ada1@example.com", None, None, 25).await;
    assert_eq!(mine, [paid[0], paid[3], paid[6]]);
}

async fn an_erased_buyer_is_in_no_payment_and_no_customer_and_others_stay(table: Arc<Table>) {
    World::set_clock("2026-11-26T10:00:00Z", 13);
    let mut world = World::over(table, "UTC").await;
    let paid = sold(&mut world, 5).await;
    // The fifth is so young that its names are not kept yet; all five are of three buyers.
    for visit in &paid[..4] {
        search::keep_names(&world.table, &keys(), world.scope, *visit).await.unwrap();
    }
    let (scope, email) = (world.scope, "ada2@example.com");
    let new = |n| Id::mint(world.now(), [n; 10]);
    let known = Customer::new(new(1), scope, "Ada".to_owned(), email.to_owned());
    let other = Customer::new(new(2), scope, "Bo".to_owned(), "bo@example.com".to_owned());
    for one in [&known, &other] {
        world.table.commit(store::customer::insert(one).to_vec()).await.unwrap();
    }
    let run = async || erasing::erase(&world.table, &keys(), scope, email, AMBIENT).await.unwrap();
    let done = Erased { payments: 2, customers: 1, left: 0, more: false };
    assert_eq!(run().await, done);
    assert_eq!(run().await, Erased::default(), "a second run finds nothing");
    let texts = [email, "Ada", "Example", "10001"];
    for visit in [paid[1], paid[4]] {
        let blank = world.table.transaction(scope, visit).await.unwrap().unwrap();
        let told = format!("{blank:?}");
        assert!(texts.iter().all(|text| !told.contains(text)), "{told}");
        assert!(told.contains("4242") && told.contains("\"US\""), "cards and countries stay");
    }
    assert!(found(&world, scope, email, None, None, 25).await.0.is_empty());
    for visit in [paid[0], paid[2], paid[3]] {
        let kept = world.table.transaction(scope, visit).await.unwrap().unwrap();
        assert!(format!("{kept:?}").contains("Example"), "others stay");
    }
    let customer =
        async |id| world.table.customer(scope, id, Consistency::Strong).await.unwrap().unwrap();
    let (blank, kept) = (customer(known.id).await, customer(other.id).await);
    assert_eq!((blank.name.as_str(), blank.email.as_str()), ("", ""));
    assert_eq!(kept.name, "Bo");
    // The address is free again.
    let again = Customer::new(new(3), scope, "Ada".to_owned(), email.to_owned());
    world.table.commit(store::customer::insert(&again).to_vec()).await.unwrap();
}

async fn names_whose_message_was_lost_are_kept_by_the_nightly_count_once(table: Arc<Table>) {
    World::set_clock("2026-11-26T10:00:00Z", 14);
    let mut world = World::over(table, "UTC").await;
    let paid = sold(&mut world, 3).await;
    // The message of the second came, those of the others did not.
    search::keep_names(&world.table, &keys(), world.scope, paid[1]).await.unwrap();
    world.pass(2 * 86_400);
    let lost = found(&world, world.scope, "4242", None, None, 25).await.0;
    assert_eq!(lost, [paid[1]]);
    let date = |text: &str| text.parse::<Date>().unwrap();
    let days = Some(DayRange { first: date("2026-11-26"), last: date("2026-11-26") });
    let wish = RecountWish { scope: Some(world.scope), days };
    let count = async |keys: &SearchKeys| {
        statistics::recount(&world.table, keys, wish, world.now()).await.unwrap().names
    };
    assert_eq!(count(&keys()).await, 6, "an address and two cards of each");
    let all = [paid[2], paid[1], paid[0]];
    assert_eq!(found(&world, world.scope, "4242", None, None, 25).await.0, all);
    assert_eq!(count(&keys()).await, 0, "a second run finds nothing");
    assert_eq!(count(&later_keys(true)).await, 0, "what an older pepper finds is not kept twice");
}

async fn names_under_a_revoked_pepper_are_found_and_erased(table: Arc<Table>) {
    World::set_clock("2026-11-26T10:00:00Z", 15);
    let mut world = World::over(table, "UTC").await;
    let paid = sold(&mut world, 2).await;
    for visit in &paid {
        search::keep_names(&world.table, &keys(), world.scope, *visit).await.unwrap();
    }
    world.pass(2 * 86_400);
    let (scope, email) = (world.scope, "ada1@example.com");
    let seen =
        async |keys: &SearchKeys| found_with(keys, &world, scope, email, None, None, 25).await.0;
    assert_eq!(seen(&later_keys(true)).await, [paid[0]]);
    assert_eq!(seen(&later_keys(false)).await, [], "this is what a ring without it would find");
    let keys = later_keys(true);
    let erased = erasing::erase(&world.table, &keys, scope, email, AMBIENT);
    assert_eq!(erased.await.unwrap().payments, 1);
    assert_eq!(seen(&later_keys(true)).await, []);
}

/// The invoice has to name its buyer, so erasing waits for it: seconds, as a rule.
async fn a_buyer_whose_invoice_is_not_written_yet_is_erased_after_it(table: Arc<Table>) {
    let seller = Seller::new(table);
    let (scope, email) = (seller.scope, "ada@example.com");
    let payment = seller.paid().await;
    let known = Customer::new(clock::new_id(), scope, "Ada".to_owned(), email.to_owned());
    let customer = PaymentIntent { customer: Some(known.id), ..seller.unsaved(clock::now()) };
    let mut writes = store::customer::insert(&known).to_vec();
    writes.push(store::intent::insert(&customer));
    seller.table.commit(writes).await.unwrap();
    search::keep_names(&seller.table, &keys(), scope, payment.id).await.unwrap();
    let run = async || erasing::erase(&seller.table, &keys(), scope, email, clock::AMBIENT).await;
    let waiting = run().await.unwrap();
    assert_eq!((waiting.payments, waiting.customers, waiting.left), (0, 0, 3), "{waiting:?}");
    for id in [payment.id, customer.id] {
        numbering::invoice_payment(&seller.table, scope, id, clock::AMBIENT).await.unwrap();
    }
    let invoice = seller.invoice(payment.id).await.unwrap();
    assert!(format!("{invoice:?}").contains(email), "{invoice:?}");
    let done = run().await.unwrap();
    assert_eq!((done.payments, done.customers, done.left), (2, 1, 0), "{done:?}");
    for id in [payment.id, customer.id] {
        let blank = seller.table.intent(scope, id, Consistency::Strong).await.unwrap().unwrap();
        assert!(!format!("{blank:?}").contains(email), "{blank:?}");
    }
    assert_eq!(run().await.unwrap(), Erased::default(), "a second run finds nothing");
    let invoice = seller.invoice(payment.id).await.unwrap();
    assert!(format!("{invoice:?}").contains(email), "what the law needs stays");
}
