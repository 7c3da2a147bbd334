//! Links that many pay at once, and refunds of one payment side by side: counted by guarded writes
//! that need no read first.

use super::{fixture, on_every_table, on_own_tables};
use futures_util::future::join_all;
use shared::{
    model::{
        Currency, Id, Money, Scope, Surface,
        actor::Actor,
        event::{EventType, History},
        id::PaymentLinkId,
        payment_intent::{PaymentIntent, StatusName},
        payment_link::{
            Limit, LinkDetails, LinkRefusal, LinkUses, PaymentLink, ReturnAddresses, Sells,
        },
        refund::{Refund, RefundStatus, Standing},
    },
    store::{
        Consistency, Error, Index, Query, Table, Write, intent, key,
        payment_link::{self, confirm_use, give_back_use, reserve_refusal, reserve_use},
        refund::RefundWritten,
    },
};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::SeqCst},
};

mod counted {
    super::on_every_table!(
        a_link_is_paid_as_often_as_its_limit_says_and_never_more,
        a_use_and_its_payment_are_reserved_together_or_not_at_all,
        refunds_at_once_never_pass_the_total,
    );
    use super::{
        a_link_is_paid_as_often_as_its_limit_says_and_never_more,
        a_use_and_its_payment_are_reserved_together_or_not_at_all,
        refunds_at_once_never_pass_the_total,
    };
}

mod indexed {
    super::on_own_tables!(refunds_that_succeeded_stand_in_an_index_of_keys);
    use super::refunds_that_succeeded_stand_in_an_index_of_keys;
}

fn link(scope: Scope, max: u32) -> PaymentLink {
    let now = fixture::someday();
    PaymentLink {
        id: Id::from_uuid(*fixture::id_at::<()>(now).uuid()),
        scope,
        surface: Surface::Links,
        sells: Sells::Amount(Money::from_minor(12_50, Currency::USD)),
        account: None,
        uses: LinkUses::none(Limit::at_most(Some(max)).unwrap()),
        attempts: Limit::UNLIMITED,
        expires_at: None,
        active: true,
        deleted_at: None,
        edits: 0,
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

async fn keep(table: &Table, link: &PaymentLink) {
    let details = LinkDetails {
        name: "Workshop".to_owned(),
        metadata: None,
        snapshot: None,
        addresses: ReturnAddresses::default(),
        created_by: Actor::Operator,
        cloned_from: None,
        version: 1,
    };
    table.commit(payment_link::insert(link, &details).to_vec()).await.unwrap();
}

async fn kept(table: &Table, id: PaymentLinkId) -> LinkUses {
    table.payment_link(id, Consistency::Strong).await.unwrap().unwrap().uses
}

/// Writes, however many others want the same item: contention is no answer here.
async fn insist(table: &Table, write: Write) -> Result<(), Error> {
    loop {
        match table.commit(vec![write.clone()]).await {
            Err(Error::Contended) => tokio::task::yield_now().await,
            other => return other,
        }
    }
}

/// One buyer: a charge that is declined for every third of them. Says whether it was paid.
async fn buy(table: &Table, id: PaymentLinkId, buyer: u32, held: &AtomicU32) -> bool {
    let now = fixture::someday();
    loop {
        match insist(table, Write::Update(reserve_use(id, now))).await {
            Ok(()) => break,
            Err(Error::Refused { old: Some(old), .. }) => {
                match reserve_refusal(&old, now).unwrap() {
                    Some(LinkRefusal::InUse) | None => tokio::task::yield_now().await,
                    Some(LinkRefusal::Exhausted) => return false,
                    Some(other) => panic!("{other:?}"),
                }
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(held.fetch_add(1, SeqCst) < 10, "more paid or held than there are uses");
    if buyer.is_multiple_of(3) {
        held.fetch_sub(1, SeqCst);
        insist(table, Write::Update(give_back_use(id))).await.unwrap();
        return false;
    }
    insist(table, Write::Update(confirm_use(id))).await.unwrap();
    true
}

async fn a_link_is_paid_as_often_as_its_limit_says_and_never_more(table: Arc<Table>) {
    let link = link(fixture::scope(), 10);
    keep(&table, &link).await;
    let held = AtomicU32::new(0);
    let buyers = (0..60).map(|buyer| buy(&table, link.id, buyer, &held));
    let paid = join_all(buyers).await.into_iter().filter(|paid| *paid).count();
    let uses = kept(&table, link.id).await;
    assert_eq!((paid, uses.confirmed, uses.in_progress), (10, 10, 0));
    assert!(uses.exhausted());
}

async fn a_use_and_its_payment_are_reserved_together_or_not_at_all(table: Arc<Table>) {
    let (scope, now) = (fixture::scope(), fixture::someday());
    let link = link(scope, 1);
    keep(&table, &link).await;
    let payments = [(); 2].map(|()| fixture::intent(scope, fixture::id_at(now), now));
    for payment in &payments {
        table.commit(vec![intent::insert(payment)]).await.unwrap();
    }
    let both = |payment: &PaymentIntent| {
        let next = payment.reserve(fixture::attempt(now), now).unwrap();
        let item = intent::to_item(&next);
        let replace = Write::Replace { item, version: payment.version };
        vec![Write::Update(reserve_use(link.id, now)), replace]
    };
    let [first, second] = &payments;
    table.commit(both(first)).await.unwrap();
    let again = table.commit(both(first)).await;
    assert!(matches!(again, Err(Error::Refused { .. })), "one submit takes one use");
    let refused = table.commit(both(second)).await;
    let Err(Error::Refused { index: 0, old: Some(old) }) = refused else { panic!("{refused:?}") };
    assert_eq!(reserve_refusal(&old, now).unwrap(), Some(LinkRefusal::InUse));
    let after = table.intent(scope, second.id, Consistency::Strong).await.unwrap().unwrap();
    assert_eq!(&after, second, "not reserved either");
    assert_eq!(kept(&table, link.id).await.in_progress, 1);
}

/// A payment that succeeded, written.
async fn paid(table: &Table, scope: Scope) -> PaymentIntent {
    let now = fixture::someday();
    let payment = fixture::intent(scope, fixture::id_at(now), now);
    let payment = fixture::in_status(payment, StatusName::Succeeded);
    table.commit(vec![intent::insert(&payment)]).await.unwrap();
    payment
}

fn refund(payment: &PaymentIntent, minor: i64) -> Refund {
    let now = fixture::someday();
    let random: [u8; 10] = shared::app::clock::random();
    Refund {
        id: Id::derive(now, random),
        scope: payment.scope,
        surface: Surface::Payments,
        payment: payment.id,
        transaction: Id::from_uuid(*payment.id.uuid()),
        link: Some("6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21".parse().unwrap()),
        customer: None,
        amount: Money::from_minor(minor, Currency::USD),
        charge: "ch_1".to_owned(),
        processor: "simulator".to_owned(),
        reason: None,
        requested_by: Actor::Client,
        metadata: None,
        status: RefundStatus::Processing { until: now.plus_seconds(30) },
        invoice: None,
        invoiced: true,
        credit_note: None,
        invoiced_later: false,
        first: None,
        began: Standing { pending: minor, ..Standing::default() },
        ended: None,
        history: History::starting(EventType::RefundCreated, now),
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

/// Asks for a refund as an operation would. Says whether it was written.
async fn ask(table: &Table, payment: &PaymentIntent, minor: i64) -> bool {
    loop {
        let read = table.refundable_payment(payment.scope, payment.id).await.unwrap();
        let before = read.unwrap().1.unwrap();
        if before.reserve(Some(minor)).is_err() {
            return false;
        }
        match table.begin_refund(&refund(payment, minor), &before, None).await {
            Ok(RefundWritten::Yes) => return true,
            Ok(RefundWritten::Stale) | Err(Error::Contended) => tokio::task::yield_now().await,
            other => panic!("{other:?}"),
        }
    }
}

async fn refunds_at_once_never_pass_the_total(table: Arc<Table>) {
    let payment = paid(&table, fixture::scope()).await;
    let asked = join_all((0..20).map(|_| ask(&table, &payment, 100))).await;
    assert_eq!(asked.into_iter().filter(|written| *written).count(), 12);
    let read = table.refundable_payment(payment.scope, payment.id).await.unwrap().unwrap();
    let left = read.1.unwrap();
    assert_eq!((left.left, left.pending, left.count), (50, 1_200, 12));
}

async fn refunds_that_succeeded_stand_in_an_index_of_keys(table: Arc<Table>) {
    let (scope, now) = (fixture::scope(), fixture::someday());
    let payment = paid(&table, scope).await;
    let before = table.refundable_payment(scope, payment.id).await.unwrap().unwrap().1.unwrap();
    let asked = refund(&payment, 100);
    table.begin_refund(&asked, &before, None).await.unwrap();
    let pending = before.reserve(Some(100)).unwrap().0;
    let (after, tax) = pending.settle(100);
    let tax = Money::from_minor(tax, Currency::USD);
    let done = asked.succeed("re_1".to_owned(), tax, now).unwrap();
    assert_eq!(table.end_refund(&done, &pending, &after).await.unwrap(), RefundWritten::Yes);
    let query = Query {
        index: Some(Index::Fourth),
        pk: key::refunded_on(scope, done.link),
        from: "0".to_owned(),
        to: "~".to_owned(),
        consistency: Consistency::Eventual,
        oldest_first: true,
        limit: 10,
    };
    let page = table.query(query).await.unwrap();
    let [item] = page.items.as_slice() else { panic!("{page:?}") };
    let names: Vec<&str> = item.0.keys().map(String::as_str).collect();
    assert_eq!(names, ["gsi4pk", "gsi4sk", "pk", "sk"]);
    let found = table.refund(scope, done.id).await.unwrap();
    assert_eq!(found, Some(done));
}
