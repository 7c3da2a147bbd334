//! Charges of saved cards: one outcome each, whatever happens, and never a second charge.

use super::{
    charge_documents::numbered,
    charge_meddler::{Around, die, meddled},
    saver::{
        ASKS_ALWAYS, DECLINED_LATER, GOOD, LATE, LOST_LATER, STOLEN_LATER, Saver, declined, later,
    },
    shop::events,
};
use crate::store::on_own_tables;
use futures_util::future::join_all;
use shared::{
    app::clock,
    model::{
        Time,
        event::EventType,
        id::{AttemptId, PaymentIntentId, PaymentMethodId},
        payment_intent::{LEASE_S, MAX_RETRIES, StatusName},
        tax::BuiltIn,
    },
    operations::{
        Problem, Resource, StateRefusal,
        charges::{ChosenCard, MAX_A_MINUTE, NewCharge},
        tenant_links::LinkCustomer,
        vault::{self, MAX_DECLINES},
    },
    store::{Consistency, Table, Update, Write, key, list::Slice},
};
use std::{collections::BTreeSet, sync::Arc};

on_own_tables!(
    a_charge_is_tried_again_in_the_instant_in_which_no_index_shows_it,
    hard_case_48_outcomes_of_a_charge_with_nobody_there,
    hard_case_49_two_keys_are_two_payments_and_one_key_is_one,
    hard_case_50_a_card_detached_while_its_charge_is_at_the_processor,
    hard_case_51_what_may_be_tried_again_and_what_may_not,
    hard_case_51_two_retries_at_once_are_one_charge_and_one_refusal,
    hard_case_15_a_key_comes_again_after_a_decline,
    hard_case_15_a_key_whose_process_died_has_the_one_true_outcome,
    a_charge_says_that_the_merchant_began_it_and_when_its_holder_agreed,
    a_charge_takes_the_cards_declines_of_earlier_days_out_of_their_counter,
);

pub fn named(id: PaymentMethodId) -> ChosenCard {
    ChosenCard::Named(id)
}

pub fn state(refusal: StateRefusal) -> Problem {
    Problem::State(refusal)
}

async fn hard_case_48_outcomes_of_a_charge_with_nobody_there(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    let none = saver.charge_default().await.unwrap_err();
    assert_eq!(none, state(StateRefusal::NoPaymentMethod));
    let good = saver.save(GOOD).await;
    let paid = saver.charge_default().await.unwrap().payment;
    assert_eq!(paid.status.name(), StatusName::Succeeded);
    assert_eq!(paid, saver.shop.intent(paid.id).await.as_answered_first());
    let told = saver.charge(None, named(saver.save(DECLINED_LATER).await)).await;
    let (payment, _, reason) = declined(told);
    assert_eq!(reason, "card_declined");
    assert_eq!(saver.shop.intent(payment).await.status.name(), StatusName::Failed);
    let told = saver.charge(None, named(saver.save(ASKS_ALWAYS).await)).await;
    let (payment, _, reason) = declined(told);
    assert_eq!(reason, "authentication_required");
    let failed = saver.shop.intent(payment).await;
    assert_eq!((failed.status.name(), failed.due()), (StatusName::Failed, None), "nothing pends");
    for (number, event, status) in [
        (LATE, EventType::PaymentIntentSucceeded, StatusName::Succeeded),
        (LOST_LATER, EventType::PaymentIntentFailed, StatusName::Failed),
    ] {
        let open = saver.charge(None, named(saver.save(number).await)).await.unwrap().payment;
        assert_eq!(open.status.name(), StatusName::Processing, "{number}");
        saver.reconcile(open.id).await;
        saver.reconcile(open.id).await;
        let known = saver.shop.intent(open.id).await;
        assert_eq!(known.status.name(), status, "{number}");
        let told = events(&known.history);
        let created = [EventType::PaymentIntentCreated, EventType::PaymentIntentProcessing];
        assert_eq!(told, [created[0], created[1], event], "{number}");
    }
    saver.detach(good).await.unwrap();
    let gone = saver.charge(None, named(good)).await.unwrap_err();
    assert_eq!(gone, state(StateRefusal::NoPaymentMethod));
    let nobody = NewCharge {
        customer: LinkCustomer::Known(clock::new_id()),
        ..saver.wish(None, ChosenCard::Default)
    };
    let told = saver.ask(&saver.shop.processors(), &BuiltIn, &nobody).await.unwrap_err();
    assert_eq!(told, Problem::NotFound(Resource::Customer));
}

/// A charge as its first request was answered.
trait FirstAnswer {
    fn as_answered_first(&self) -> Self;
}

impl FirstAnswer for shared::model::payment_intent::PaymentIntent {
    fn as_answered_first(&self) -> Self {
        let first = self.declined_attempts().first().map(|declined| declined.attempt.id);
        let first = first.or_else(|| Some(self.status.attempt()?.id)).unwrap();
        self.as_answered(first).expect("it was answered")
    }
}

async fn hard_case_49_two_keys_are_two_payments_and_one_key_is_one(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    saver.save(GOOD).await;
    let keys = ["a", "b", "a", "b", "a", "b", "a", "b"];
    let told = join_all(keys.map(|key| saver.charge(Some(key), ChosenCard::Default))).await;
    let mut ids: Vec<PaymentIntentId> = Vec::new();
    for told in told {
        match told {
            Ok(charged) => ids.push(charged.payment.id),
            Err(Problem::InProgress { retry_after_s: 1..=60 } | Problem::Contended) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 2);
    for (key, id) in [("a", ids[0]), ("b", ids[1])] {
        let again = saver.charge(Some(key), ChosenCard::Default).await.unwrap();
        assert!(again.replayed && ids.contains(&again.payment.id));
        let attempt = saver.shop.intent(id).await.status.attempt().unwrap().id;
        assert_eq!(saver.shop.booked(attempt).await.as_deref(), Some("approved"));
    }
    let other =
        NewCharge { description: "Other".into(), ..saver.wish(Some("a"), ChosenCard::Nothing) };
    let told = saver.ask(&saver.shop.processors(), &BuiltIn, &other).await.unwrap_err();
    let differing = vec!["description".to_owned(), "paymentMethodId".to_owned()];
    assert_eq!(told, Problem::Repeated { differing });
}

async fn hard_case_50_a_card_detached_while_its_charge_is_at_the_processor(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    let id = saver.save(GOOD).await;
    let processors = meddled(&saver, Around::Detached(id));
    let wish = saver.wish(None, ChosenCard::Default);
    let charged = saver.ask(&processors, &BuiltIn, &wish).await.unwrap();
    assert_eq!(charged.payment.status.name(), StatusName::Succeeded, "it ends as it ends");
    saver.erase().await;
    let next = saver.charge(None, named(id)).await.unwrap_err();
    assert_eq!(next, state(StateRefusal::NoPaymentMethod));
    assert_eq!(saver.shop.intent(charged.payment.id).await.status.name(), StatusName::Succeeded);
}

#[tokio::test]
async fn a_challenge_that_nobody_can_pass_is_ended_and_declined() {
    let saver = Saver::new(crate::store::backend::memory()).await;
    saver.save(GOOD).await;
    let processors = meddled(&saver, Around::Challenges);
    let told = saver.ask(&processors, &BuiltIn, &saver.wish(None, ChosenCard::Default)).await;
    assert_eq!(declined(told).2, "authentication_required");
}

async fn hard_case_51_what_may_be_tried_again_and_what_may_not(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    let soft = saver.save(DECLINED_LATER).await;
    let (payment, first, _) = declined(saver.charge(None, named(soft)).await);
    // The default is still the declined card: one more decline, then another card.
    let (same, second, _) = declined(saver.retry(first, None).await);
    assert!(same == payment && second != first);
    let before = saver.retry(first, None).await.unwrap_err();
    assert_eq!(before, state(StateRefusal::NotRetryable), "not the last one");
    let good = saver.save(GOOD).await;
    saver.choose(good).await;
    let paid = saver.retry(second, Some("k")).await.unwrap();
    assert_eq!((paid.payment.id, paid.payment.status.name()), (payment, StatusName::Succeeded));
    let again = saver.retry(second, Some("k")).await.unwrap();
    assert!(again.replayed && again.transaction == paid.transaction);
    let kept = saver.shop.intent(payment).await;
    assert_eq!(kept.transactions().count(), 3);
    let slice = Slice { before: None, from: kept.created_at, until: later(), limit: 50 };
    let scope = saver.shop.scope;
    let listed = saver.shop.table.submits(scope, &slice, |found| found.payment.id == payment).await;
    let listed = listed.unwrap().entries.into_iter().map(|found| found.attempt);
    let made = kept.transactions().map(|made| made.attempt.id);
    // Two of one millisecond stand in any order.
    let (listed, made): (BTreeSet<_>, BTreeSet<_>) = (listed.collect(), made.collect());
    assert_eq!(listed, made, "each attempt stands in the list of transactions");
    assert_eq!(kept.charge_terms().unwrap().method, good);
    let told = events(&kept.history);
    let failed = told.iter().filter(|kind| **kind == EventType::PaymentIntentFailed).count();
    assert_eq!(failed, 2);
    for never in [paid.transaction, stolen(&saver).await, of_a_link(&saver).await] {
        let told = saver.retry(never, None).await.unwrap_err();
        assert_eq!(told, state(StateRefusal::NotRetryable));
    }
    let unknown = saver.retry(clock::new_id(), None).await.unwrap_err();
    assert_eq!(unknown, Problem::NotFound(Resource::Transaction));
    // The fifth.
    saver.choose(soft).await;
    let (_, mut last, _) = declined(saver.charge(None, ChosenCard::Default).await);
    let other = saver.save(LOST_LATER).await;
    saver.choose(other).await;
    for _ in 0..MAX_RETRIES {
        let open = saver.retry(last, None).await.unwrap();
        saver.reconcile(open.payment.id).await;
        last = open.transaction;
    }
    assert_eq!(saver.retry(last, None).await.unwrap_err(), state(StateRefusal::NotRetryable));
}

async fn stolen(saver: &Saver) -> shared::model::id::TransactionId {
    let card = saver.save(STOLEN_LATER).await;
    let (_, transaction, reason) = declined(saver.charge(None, named(card)).await);
    assert_eq!(reason, "stolen_card");
    transaction
}

async fn of_a_link(saver: &Saver) -> shared::model::id::TransactionId {
    let link = saver.link(true).await;
    let token = saver.shop.token(link.id, "4000000000000002", false);
    saver.pay(&link, &token, "").await.last_failure().unwrap().attempt.transaction()
}

async fn hard_case_51_two_retries_at_once_are_one_charge_and_one_refusal(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    let soft = saver.save(DECLINED_LATER).await;
    let (payment, first, _) = declined(saver.charge(None, named(soft)).await);
    let late = saver.save(LATE).await;
    saver.choose(late).await;
    let told = join_all((0..2).map(|_| saver.retry(first, None))).await;
    let charged = told.iter().filter(|told| told.is_ok()).count();
    assert_eq!(charged, 1, "{told:?}");
    let refused = told.into_iter().find_map(Result::err).unwrap();
    assert!(
        [state(StateRefusal::ChargeInProgress), Problem::Contended].contains(&refused),
        "{refused:?}"
    );
    assert_eq!(saver.retry(first, None).await.unwrap_err(), state(StateRefusal::ChargeInProgress));
    saver.reconcile(payment).await;
    let kept = saver.shop.intent(payment).await;
    assert_eq!((kept.status.name(), kept.transactions().count()), (StatusName::Succeeded, 2));
}

async fn hard_case_15_a_key_comes_again_after_a_decline(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    saver.save(DECLINED_LATER).await;
    let first = declined(saver.charge(Some("k"), ChosenCard::Default).await);
    let good = saver.save(GOOD).await;
    saver.choose(good).await;
    let told = saver.charge(Some("k"), ChosenCard::Default).await;
    assert!(matches!(told, Err(Problem::ChargeFailed { replayed: true, .. })), "{told:?}");
    assert_eq!(declined(told), first, "the same answer, and no second charge");
    // Even after the payment moved on.
    saver.retry(first.1, None).await.unwrap();
    assert_eq!(declined(saver.charge(Some("k"), ChosenCard::Default).await), first);
    let paid = saver.charge(Some("p"), ChosenCard::Default).await.unwrap().payment;
    numbered(&saver, paid.id).await;
    let again = saver.charge(Some("p"), ChosenCard::Default).await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.payment.invoice(), None, "as it was then");
    assert_eq!(
        (again.payment.status, again.payment.updated_at),
        (paid.status.clone(), paid.updated_at)
    );
}

async fn a_charge_is_tried_again_in_the_instant_in_which_no_index_shows_it(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    saver.save(DECLINED_LATER).await;
    let (payment, transaction, _) = declined(saver.charge_default().await);
    // An index follows a moment later.
    let unseen = Update::of(key::intent(saver.shop.scope, payment));
    let unseen = unseen.remove("gsi2pk").remove("gsi2sk");
    saver.shop.table.commit(vec![Write::Update(unseen)]).await.unwrap();
    let told = declined(saver.retry(transaction, None).await);
    assert_eq!(told.0, payment);
    assert_ne!(told.1, transaction, "a try of its own");
}

async fn hard_case_15_a_key_whose_process_died_has_the_one_true_outcome(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    saver.save(GOOD).await;
    for (key, charged) in [("before", false), ("after", true)] {
        let wish = saver.wish(Some(key), ChosenCard::Default);
        die(&saver, &wish, charged).await;
        // C6: not a constant, but the time that is left until somebody looks after it.
        let due = saver.shop.intent(wish.id).await.updated_at.plus_seconds(LEASE_S);
        let left = |at| due.ms_since(at).saturating_add(999).div_euclid(1000).max(1);
        let most = left(clock::now());
        let running = saver.charge(Some(key), ChosenCard::Default).await.unwrap_err();
        let Problem::InProgress { retry_after_s } = running else { panic!("{running:?}") };
        assert!((left(clock::now())..=most).contains(&retry_after_s), "{retry_after_s}");
        saver.reconcile(wish.id).await;
        let told = saver.charge(Some(key), ChosenCard::Default).await;
        if charged {
            let told = told.unwrap();
            assert_eq!((told.payment.id, told.replayed), (wish.id, true));
            assert_eq!(told.payment.status.name(), StatusName::Succeeded);
        } else {
            assert_eq!(declined(told).2, "processor_unavailable");
        }
    }
}

async fn a_charge_says_that_the_merchant_began_it_and_when_its_holder_agreed(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    saver.save(GOOD).await;
    let consent = saver.cards().await.remove(0).consent.unwrap();
    let charged = saver.charge_default().await.unwrap();
    let attempt = AttemptId::from_uuid(*charged.transaction.uuid());
    let book = saver.book(attempt).await.unwrap();
    assert_eq!(book.text("initiated"), Ok("merchant"));
    assert_eq!(book.text("agreed"), Ok(consent.charge.as_str()));
    assert_eq!(charged.payment.customer_own_id.as_deref(), Some("user 1"));
}

async fn a_charge_takes_the_cards_declines_of_earlier_days_out_of_their_counter(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    let card = saver.save(DECLINED_LATER).await;
    let (counter, table) = (vault::declines(card), &saver.shop.table);
    for days in [3, 2] {
        table.update(counter.note(clock::now().plus_days(-days))).await.unwrap();
    }
    let seconds = async || {
        let item = table.get(&counter.place(), Consistency::Strong).await.unwrap().unwrap();
        let names = item.0.keys().filter_map(|name| name.strip_prefix('s'));
        names.filter_map(|name| name.parse::<i64>().ok()).collect::<Vec<_>>()
    };
    assert_eq!(seconds().await.len(), 2);
    declined(saver.charge(None, named(card)).await);
    let kept = seconds().await;
    assert!(
        matches!(kept[..], [today] if today > clock::now().plus_days(-1).seconds()),
        "{kept:?}"
    );
}

#[tokio::test]
async fn a_card_that_was_declined_five_times_a_day_is_left_alone() {
    let saver = Saver::new(crate::store::backend::memory()).await;
    let card = saver.save(DECLINED_LATER).await;
    for _ in 0..MAX_DECLINES {
        declined(saver.charge(None, named(card)).await);
    }
    let wish = saver.wish(Some("k"), named(card));
    let slow = saver.ask(&saver.shop.processors(), &BuiltIn, &wish).await.unwrap_err();
    let Problem::LimitReached(full) = slow else { panic!("{slow:?}") };
    assert!(matches!((full.limit, full.left, full.reset_s), (5, 0, 86_300..=86_401)), "{full:?}");
    let Saver { shop, .. } = &saver;
    let kept = shop.table.intent(shop.scope, wish.id, Consistency::Strong).await.unwrap();
    assert_eq!(kept, None, "nothing recorded, and nobody asked");
    let good = saver.save(GOOD).await;
    assert!(saver.charge(None, named(good)).await.is_ok(), "another card may");
}

/// How many of so many charges begin at a moment; the others are refused by the limit.
async fn begun_at(saver: &Saver, charges: usize, now: Time) -> usize {
    let mut begun = 0;
    for _ in 0..charges {
        match saver.charge_at(now).await {
            Ok(charged) => {
                begun += 1;
                let told = charged.allowance.unwrap();
                assert!(matches!((told.limit, told.left, told.reset_s), (100, 0..=99, 1..=61)));
            }
            Err(Problem::LimitReached(full)) => {
                assert!(matches!((full.limit, full.left, full.reset_s), (100, 0, 1..=61)));
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    begun
}

#[tokio::test]
async fn a_customer_is_charged_a_hundred_times_in_any_minute_at_most() {
    let saver = Saver::new(crate::store::backend::memory()).await;
    saver.save(GOOD).await;
    // The last moment of a minute, an hour from now, so that the card is saved before.
    let edge = Time::from_ms((clock::now().ms() / 60_000 + 60) * 60_000 - 1);
    let hundred = usize::try_from(MAX_A_MINUTE).unwrap();
    assert_eq!(begun_at(&saver, 120, edge).await, hundred);
    assert_eq!(begun_at(&saver, 120, edge.plus_ms(1)).await, 0, "a new minute is no new hundred");
    assert_eq!(begun_at(&saver, 20, edge.plus_seconds(2)).await, 0);
    assert_eq!(begun_at(&saver, 20, edge.plus_seconds(61)).await, 20);
}
