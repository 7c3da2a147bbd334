//! Transactions as a tenant lists them: by the moment of the submit, whenever the payment was made.

use super::{fixture, on_every_table};
use shared::{
    app::clock,
    model::{
        Scope, Surface, Time,
        card::FailureReason,
        id::{Id, PaymentIntentId},
        payment_intent::{
            ChargeOutcome, LinkRequest, LinkTerms, PaymentIntent, StatusName, Terms, TokenHome,
        },
        payment_link::Limit,
        submit::TransactionState,
    },
    operations::submits::{self, SubmitFilter},
    store::{
        Table, customer, intent,
        intent::Reserved,
        list::{Listing, Slice},
        submit::FoundTransaction,
    },
};
use std::sync::Arc;

mod listed {
    super::on_every_table!(
        submits_stand_by_their_own_time_not_by_that_of_their_payment,
        a_page_goes_on_where_the_one_before_ended,
        filters_find_what_they_name,
        a_submit_that_is_refused_is_not_listed,
        one_submit_that_arrives_twice_is_listed_once,
    );
    use super::{
        a_page_goes_on_where_the_one_before_ended, a_submit_that_is_refused_is_not_listed,
        filters_find_what_they_name, one_submit_that_arrives_twice_is_listed_once,
        submits_stand_by_their_own_time_not_by_that_of_their_payment,
    };
}

/// A link of the payments surface, made at `at`, with the customer it was made for.
async fn link(table: &Table, scope: Scope, at: Time) -> PaymentIntent {
    let payer = fixture::customer(scope, at);
    table.commit(customer::insert(&payer).to_vec()).await.unwrap();
    let made = fixture::intent(scope, payer.id, at);
    let Terms::Link(terms) = made.terms else { panic!("made through a link") };
    let request = LinkRequest {
        idempotency_key: None,
        customer: Some(payer.id),
        tax_code: None,
        payment_link: None,
        estimate: None,
        invoiced: false,
    };
    let mut terms = LinkTerms { request: Some(request), ..terms };
    terms.link.expires_at = None;
    terms.link.attempts.limit = Limit::UNLIMITED;
    let made = PaymentIntent {
        id: Id::derive(at, clock::random()),
        surface: Surface::Payments,
        terms: Terms::Link(terms),
        ..made
    };
    table.commit(vec![intent::insert(&made)]).await.unwrap();
    made
}

/// Submits a card to a link; it is declined unless it pays.
async fn submit(table: &Table, link: &PaymentIntent, at: Time, pays: bool) -> Id<()> {
    let mut attempt = fixture::attempt(at);
    attempt.id = Id::derive(link.id.minted_at(), clock::random());
    let (id, scope) = (attempt.id, link.scope);
    let reserved =
        table.reserve(scope, link.id, attempt, TokenHome::own("simulator"), at).await.unwrap();
    let Reserved::Yes(reserved) = reserved else { panic!("{reserved:?}") };
    let outcome = if pays {
        ChargeOutcome::Approved { charge: "ch_1".to_owned(), payment_method: None }
    } else {
        ChargeOutcome::Declined(FailureReason::CardDeclined)
    };
    let settled = reserved.settle(id, &outcome, at.plus_seconds(1)).unwrap();
    table.replace_intent(&settled, None).await.unwrap();
    Id::from_uuid(*id.uuid())
}

fn slice(limit: u32) -> Slice {
    let from = fixture::someday().plus_days(-400);
    Slice { before: None, from, until: fixture::someday().plus_days(400), limit }
}

async fn list(table: &Table, scope: Scope, filter: SubmitFilter) -> Vec<Id<()>> {
    ids(&submits::list(table, scope, &filter, &slice(100)).await.unwrap())
}

fn ids(listing: &Listing<FoundTransaction>) -> Vec<Id<()>> {
    listing.entries.iter().map(|found| Id::from_uuid(*found.attempt.uuid())).collect()
}

async fn submits_stand_by_their_own_time_not_by_that_of_their_payment(table: Arc<Table>) {
    let (scope, noon) = (fixture::scope(), fixture::someday());
    let old = link(&table, scope, noon.plus_days(-90)).await;
    let new = link(&table, scope, noon).await;
    let untouched = link(&table, scope, noon.plus_seconds(1)).await;
    let first = submit(&table, &new, noon.plus_seconds(10), false).await;
    let second = submit(&table, &old, noon.plus_seconds(20), true).await;
    let third = submit(&table, &new, noon.plus_seconds(30), true).await;
    // A link of the platform surface stands where it was made; one that nobody tried is none.
    let platform = fixture::intent(scope, old.customer.unwrap(), noon.plus_seconds(40));
    let platform = fixture::in_status(platform, StatusName::Succeeded);
    let fresh = fixture::intent(scope, old.customer.unwrap(), noon.plus_seconds(50));
    table.commit(vec![intent::insert(&platform)]).await.unwrap();
    table.commit(vec![intent::insert(&fresh)]).await.unwrap();
    let last = Id::from_uuid(*platform.status.attempt().unwrap().id.uuid());
    let listed = list(&table, scope, SubmitFilter::default()).await;
    assert_eq!(listed, [last, third, second, first]);
    assert_eq!(list(&table, fixture::scope(), SubmitFilter::default()).await, []);
    let of = |id: PaymentIntentId| SubmitFilter { payment: Some(id), ..Default::default() };
    assert_eq!(list(&table, scope, of(new.id)).await, [third, first]);
    assert_eq!(list(&table, scope, of(untouched.id)).await, []);
    assert_eq!(list(&table, fixture::scope(), of(new.id)).await, [], "another tenant's");
}

async fn a_page_goes_on_where_the_one_before_ended(table: Arc<Table>) {
    let (scope, noon) = (fixture::scope(), fixture::someday());
    let links = [link(&table, scope, noon).await, link(&table, scope, noon).await];
    let mut made = Vec::new();
    for n in 0..7_i64 {
        let which = &links[usize::try_from(n % 2).unwrap()];
        made.push(submit(&table, which, noon.plus_seconds(n * 1000), false).await);
    }
    made.reverse();
    let all = SubmitFilter::default();
    let of_one = SubmitFilter { payment: Some(links[0].id), ..SubmitFilter::default() };
    let own: Vec<_> = made.iter().copied().step_by(2).collect();
    for (filter, expected) in [(all, made), (of_one, own)] {
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let part = Slice { before, ..slice(2) };
            let page = submits::list(&table, scope, &filter, &part).await.unwrap();
            assert!(page.entries.len() <= 2);
            seen.extend(ids(&page));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen, expected);
    }
}

async fn filters_find_what_they_name(table: Arc<Table>) {
    let (scope, noon) = (fixture::scope(), fixture::someday());
    let (one, other) = (link(&table, scope, noon).await, link(&table, scope, noon).await);
    let declined = submit(&table, &one, noon.plus_seconds(10), false).await;
    let paid = submit(&table, &one, noon.plus_seconds(20), true).await;
    let others = submit(&table, &other, noon.plus_seconds(30), true).await;
    let state = |state| SubmitFilter { state: Some(state), ..SubmitFilter::default() };
    assert_eq!(list(&table, scope, state(TransactionState::Failed)).await, [declined]);
    assert_eq!(list(&table, scope, state(TransactionState::Succeeded)).await, [others, paid]);
    assert_eq!(list(&table, scope, state(TransactionState::Refunded)).await, []);
    assert_eq!(list(&table, scope, state(TransactionState::Pending)).await, []);
    let email = format!("ADA-{}@Example.com", one.customer.unwrap()).to_uppercase();
    let of = SubmitFilter { email: Some(email), ..SubmitFilter::default() };
    assert_eq!(list(&table, scope, of.clone()).await, [paid, declined], "in any case");
    let both = SubmitFilter { payment: Some(other.id), ..of };
    assert_eq!(list(&table, scope, both).await, [], "all filters at once");
}

async fn a_submit_that_is_refused_is_not_listed(table: Arc<Table>) {
    let (scope, noon) = (fixture::scope(), fixture::someday());
    let link = link(&table, scope, noon).await;
    let paid = submit(&table, &link, noon.plus_seconds(10), true).await;
    let mut late = fixture::attempt(noon);
    late.id = Id::derive(noon, clock::random());
    let at = noon.plus_seconds(20);
    let reserved =
        table.reserve(scope, link.id, late, TokenHome::own("simulator"), at).await.unwrap();
    assert!(matches!(reserved, Reserved::No(..)), "{reserved:?}");
    assert_eq!(list(&table, scope, SubmitFilter::default()).await, [paid]);
}

async fn one_submit_that_arrives_twice_is_listed_once(table: Arc<Table>) {
    let (scope, noon) = (fixture::scope(), fixture::someday());
    let link = link(&table, scope, noon).await;
    let attempt = fixture::attempt(noon);
    for seconds in [10, 11] {
        let at = noon.plus_seconds(seconds);
        let reserved = table
            .reserve(scope, link.id, attempt.clone(), TokenHome::own("simulator"), at)
            .await
            .unwrap();
        assert!(matches!(reserved, Reserved::Yes(..)), "{reserved:?}");
    }
    let listed = list(&table, scope, SubmitFilter::default()).await;
    assert_eq!(listed, [Id::from_uuid(*attempt.id.uuid())]);
}
