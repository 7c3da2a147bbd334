//! Cards that buyers agreed to have saved: kept once each, with what was agreed, and taken away.

use super::{
    saver::{DECLINED_LATER, GOOD, LATE, Saver, later},
    shop::events,
};
use crate::store::on_own_tables;
use futures_util::future::join_all;
use shared::{
    app::clock,
    model::{
        Surface,
        event::EventType,
        payment_intent::StatusName,
        payment_link::Limit,
        payment_method::{CONSENT_VERSION, MAX_CARDS},
        tax::settings::{SaveCard, TaxChange},
    },
    operations::{Problem, Resource, StateRefusal, charges::ChosenCard},
    store::{Consistency, Table, customer, payment_method},
};
use std::sync::Arc;

on_own_tables!(
    a_card_is_kept_with_what_its_buyer_agreed_to_and_is_the_first_default,
    the_settings_say_whether_a_card_is_saved_asked_for_or_neither,
    hard_case_22_a_known_customers_address_typed_by_strangers_gets_no_card_and_no_change,
    hard_case_23_the_same_address_and_card_on_a_second_link_is_the_same_customer_and_method,
    the_same_card_again_keeps_its_id_and_takes_new_token_and_consent,
    beyond_twenty_cards_the_oldest_goes_that_is_not_the_default,
    a_card_saved_on_the_platforms_page_becomes_the_default_where_there_is_none,
    a_detached_card_is_gone_at_once_and_its_token_at_the_processor_later,
    detached_by_many_at_once_it_is_gone_once,
);

async fn a_card_is_kept_with_what_its_buyer_agreed_to_and_is_the_first_default(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    let first = saver.save(GOOD).await;
    let cards = saver.cards().await;
    let [card] = cards.as_slice() else { panic!("{cards:?}") };
    assert_eq!((card.id, card.customer_own_id.as_deref()), (first, Some("user 1")));
    assert_eq!(events(&card.history), [EventType::CardAdded]);
    let consent = card.consent.as_ref().unwrap();
    let paid = saver.shop.intent(consent.payment).await;
    assert_eq!((consent.version, consent.language.as_str()), (CONSENT_VERSION, "en"));
    assert_eq!(consent.charge, format!("ch_{}", paid.status.attempt().unwrap().id));
    assert!(paid.created_at <= consent.at && consent.at <= paid.updated_at);
    let known = saver.known().await;
    assert_eq!(known.profile.default_method, Some(first));
    assert_eq!(
        events(&known.history),
        [EventType::CustomerCreated, EventType::CustomerUpdated],
        "receivers hear of the default"
    );
    let second = saver.save(DECLINED_LATER).await;
    assert_ne!(first, second);
    assert_eq!(saver.known().await, known, "another one leaves the default as it is");
}

async fn a_card_saved_on_the_platforms_page_becomes_the_default_where_there_is_none(
    table: Arc<Table>,
) {
    let saver = Saver::new(table).await;
    let paid = async |number: &str, save: bool| {
        let mut link = saver.shop.unsaved_link(clock::now(), 600, Limit::at_most(Some(1)).unwrap());
        link.customer = Some(saver.customer.id);
        saver.shop.put(&link).await;
        let paid = saver.pay(&link, &saver.shop.token(link.id, number, save), "").await;
        assert_eq!((paid.surface, paid.status.name()), (Surface::Platform, StatusName::Succeeded));
        paid.status.saved_method()
    };
    assert_eq!(paid(GOOD, false).await, None);
    assert_eq!(saver.known().await, saver.customer, "nobody asked");
    let first = paid(GOOD, true).await;
    let known = saver.known().await;
    assert!(first.is_some() && known.profile.default_method == first, "{known:?}");
    assert_eq!(paid(GOOD, true).await, first, "saved already");
    let second = paid(DECLINED_LATER, true).await;
    assert_ne!(first, second);
    assert_eq!(saver.known().await, known, "another one leaves the default as it is");
    saver.detach(first.unwrap()).await.unwrap();
    assert_eq!(saver.known().await.profile.default_method, None);
    let charged = saver.charge_default().await.unwrap_err();
    assert_eq!(charged, Problem::State(StateRefusal::NoPaymentMethod));
    assert_eq!(paid(GOOD, true).await, first);
    assert_eq!(saver.known().await.profile.default_method, first);
    assert!(saver.charge_default().await.is_ok());
}

async fn the_settings_say_whether_a_card_is_saved_asked_for_or_neither(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    for (setting, ticked, saved) in [
        (SaveCard::Never, true, false),
        (SaveCard::Ask, false, false),
        (SaveCard::Ask, true, true),
        (SaveCard::Always, false, true),
    ] {
        saver.set(TaxChange { save_card: Some(setting), ..TaxChange::default() }).await;
        let link = saver.link(true).await;
        let paid = saver.pay(&link, &saver.shop.token(link.id, GOOD, ticked), "").await;
        assert_eq!(paid.status.name(), StatusName::Succeeded);
        assert_eq!(paid.status.saved_method().is_some(), saved, "{setting:?}, {ticked}");
    }
}

async fn hard_case_22_a_known_customers_address_typed_by_strangers_gets_no_card_and_no_change(
    table: Arc<Table>,
) {
    let saver = Saver::new(table).await;
    for number in [GOOD, DECLINED_LATER] {
        let link = saver.link(false).await;
        let token = saver.shop.token(link.id, number, true);
        let paid = saver.pay(&link, &token, &saver.customer.email).await;
        assert_eq!(paid.status.name(), StatusName::Succeeded);
        assert_ne!(paid.customer, Some(saver.customer.id));
    }
    assert_eq!(saver.cards().await, []);
    assert_eq!(saver.known().await, saver.customer);
}

async fn hard_case_23_the_same_address_and_card_on_a_second_link_is_the_same_customer_and_method(
    table: Arc<Table>,
) {
    let saver = Saver::new(table).await;
    let mut payers = Vec::new();
    for _ in 0..2 {
        let link = saver.link(false).await;
        let token = saver.shop.token(link.id, GOOD, false);
        let paid = saver.pay(&link, &token, "bob@example.com").await;
        payers.push((paid.customer.unwrap(), paid.status.saved_method().unwrap()));
    }
    assert_eq!(payers[0], payers[1]);
    let Saver { shop, .. } = &saver;
    let bob = shop.table.customer(shop.scope, payers[0].0, Consistency::Strong).await;
    let bob = bob.unwrap().unwrap();
    assert_eq!(bob.profile.default_method, Some(payers[0].1), "made with its default");
    assert_eq!(events(&bob.history), [EventType::CustomerCreated]);
}

async fn the_same_card_again_keeps_its_id_and_takes_new_token_and_consent(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    let first = saver.save(GOOD).await;
    let before = saver.cards().await.remove(0);
    let again = saver.save(GOOD).await;
    let cards = saver.cards().await;
    let [card] = cards.as_slice() else { panic!("{cards:?}") };
    assert_eq!((first, card.id), (again, again));
    assert_ne!(card.token, before.token);
    assert_ne!(card.consent, before.consent);
    assert_eq!((card.created_at, &card.history), (before.created_at, &before.history));
    // The old token is deleted at the processor; the new one charges.
    saver.erase().await;
    assert!(saver.charge_default().await.is_ok());
}

async fn beyond_twenty_cards_the_oldest_goes_that_is_not_the_default(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    let first = saver.save(GOOD).await;
    let like = saver.cards().await.remove(0);
    let mut ids = vec![first];
    for n in 1..MAX_CARDS {
        let id = shared::app::clock::new_id();
        let created_at = like.created_at.plus_seconds(i64::try_from(n).unwrap());
        let card = shared::model::payment_method::PaymentMethod { id, created_at, ..like.clone() };
        saver.shop.table.commit(payment_method::insert(&card)).await.unwrap();
        ids.push(id);
    }
    let new = saver.save(DECLINED_LATER).await;
    let kept: Vec<_> = saver.cards().await.into_iter().map(|card| card.id).collect();
    assert_eq!(kept.len(), MAX_CARDS);
    assert!(kept.contains(&first) && kept.contains(&new), "the default and the new one stay");
    assert!(!kept.contains(&ids[1]), "the oldest of the others went");
}

async fn a_detached_card_is_gone_at_once_and_its_token_at_the_processor_later(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    let id = saver.save(GOOD).await;
    let card = saver.cards().await.remove(0);
    assert_eq!(saver.detach(id).await, Ok(id));
    assert_eq!(saver.cards().await, []);
    assert_eq!(saver.known().await.profile.default_method, None);
    for chosen in [ChosenCard::Default, ChosenCard::Named(id)] {
        let refused = saver.charge(None, chosen).await.unwrap_err();
        assert_eq!(refused, Problem::State(StateRefusal::NoPaymentMethod));
    }
    let again = saver.detach(id).await;
    assert_eq!(again, Err(Problem::NotFound(Resource::PaymentMethod)));
    saver.erase().await;
    saver.erase().await;
    // Even a record that was brought back could not be charged: the processor has no such card.
    saver.shop.table.commit(payment_method::insert(&card)).await.unwrap();
    let told = saver.charge(None, ChosenCard::Named(id)).await;
    assert_eq!(super::saver::declined(told).2, "card_declined");
}

async fn detached_by_many_at_once_it_is_gone_once(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    let id = saver.save(GOOD).await;
    let told = join_all((0..6).map(|_| saver.detach(id))).await;
    let gone = told.iter().filter(|told| told.is_ok()).count();
    assert_eq!(gone, 1, "{told:?}");
    let history = saver.known().await.history;
    assert_eq!(events(&history).len(), 3, "made, given a default, without one again");
}

/// A card with a late answer is saved by the reconciler, with the same consent.
#[tokio::test]
async fn the_reconciler_keeps_a_card_as_the_page_does() {
    let saver = Saver::new(crate::store::backend::memory()).await;
    let id = saver.save(LATE).await;
    let card = saver.cards().await.remove(0);
    assert_eq!(card.id, id);
    assert!(card.consent.unwrap().at < later());
}

/// A customer that somebody changes between looking and writing loses neither change.
#[tokio::test]
async fn a_customer_changed_at_this_moment_keeps_both_changes() {
    let saver = Saver::new(crate::store::backend::memory()).await;
    let changed =
        saver.customer.changed(|next| next.name = "Zoë".into(), shared::app::clock::now());
    saver.shop.table.commit(vec![customer::replace(&changed.unwrap())]).await.unwrap();
    let id = saver.save(GOOD).await;
    let known = saver.known().await;
    assert_eq!((known.name.as_str(), known.profile.default_method), ("Zoë", Some(id)));
}
