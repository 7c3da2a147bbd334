//! Links of tenants and merchants: another card after a decline, a buyer who becomes a customer, and
//! shared links that are paid as often as their limit says.

use super::{
    link_guard::rest_of,
    shop::{Shop, Token, events},
};
use crate::store::{backend, fixture, on_own_tables};
use futures_util::future::join_all;
use shared::{
    app::clock,
    model::{
        Amounts, Currency, Money, Surface, Time,
        actor::Actor,
        catalog::Purchase,
        checkout_session::{CheckoutSession, Payer},
        event::EventType,
        id::{CheckoutSessionId, Id, PaymentIntentId, PaymentLinkId},
        payment_intent::{Buyer, LinkRequest, PaymentIntent, PaymentRef, StatusName},
        payment_link::{Limit, LinkDetails, LinkUses, PaymentLink, ReturnAddresses, Sells},
        secret::LinkToken,
        tax::{BuiltIn, Pricing},
    },
    operations::{
        Problem, StateRefusal,
        checkout::{self, Submit},
        sales::Typed,
    },
    store::{Consistency, Table, checkout_session, payment_link},
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};

on_own_tables!(
    a_declined_card_sent_again_is_answered_and_not_charged_again,
    retries_end_with_the_links_time,
    five_declines_ask_for_patience_and_the_link_stays_payable,
    a_buyer_becomes_the_same_customer_with_the_same_card_only,
    a_link_for_nobody_asks_who_pays,
    ten_uses_are_paid_ten_times_by_many_buyers_with_bad_cards_among_them,
    hard_case_2_a_use_is_given_back_by_a_challenge_that_was_not_passed,
    hard_case_3_a_crash_keeps_the_use_until_the_reconciler_knows,
    a_link_that_is_over_is_told_by_the_first_reason,
);

const GOOD: &str = "4242424242424242";
const DECLINED: &str = "4000000000000002";
pub(super) const CHALLENGE: &str = "4000000000003220";

fn request(payment_link: Option<PaymentLinkId>) -> LinkRequest {
    LinkRequest { payment_link, ..LinkRequest::default() }
}

/// A tenant's own link; `seconds` until it ends.
async fn own_link(shop: &Shop, seconds: i64) -> PaymentIntent {
    let mut intent = shop.unsaved_link(clock::now(), seconds, Limit::UNLIMITED);
    intent.surface = Surface::Payments;
    intent.link_terms_mut().unwrap().request = Some(request(None));
    shop.put(&intent).await;
    intent
}

/// A tenant's own link that was made for nobody.
async fn link_for_nobody(shop: &Shop) -> PaymentIntent {
    let mut intent = shop.unsaved_link(clock::now(), 600, Limit::UNLIMITED);
    intent.surface = Surface::Payments;
    intent.customer = None;
    intent.link_terms_mut().unwrap().request = Some(request(None));
    shop.put(&intent).await;
    intent
}

/// A shared link with so many uses.
pub(super) async fn shared_link(shop: &Shop, uses: u32) -> PaymentLink {
    let now = clock::now();
    let link = PaymentLink {
        id: clock::new_id(),
        scope: shop.scope,
        surface: Surface::Links,
        sells: Sells::Amount(Money::from_minor(1_000, Currency::USD)),
        account: None,
        uses: LinkUses::none(Limit::at_most(Some(uses)).unwrap()),
        attempts: Limit::UNLIMITED,
        expires_at: None,
        active: true,
        deleted_at: None,
        edits: 0,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let details = LinkDetails {
        name: "Workshop".to_owned(),
        metadata: None,
        snapshot: None,
        addresses: ReturnAddresses::default(),
        created_by: Actor::Operator,
        cloned_from: None,
        version: 1,
    };
    shop.table.commit(payment_link::insert(&link, &details).to_vec()).await.unwrap();
    link
}

/// A buyer's visit of a shared link.
pub(super) async fn visit(shop: &Shop, link: PaymentLinkId) -> PaymentIntentId {
    visit_as(shop, link, Id::derive(clock::now(), clock::random()), 600).await
}

/// One with this id, which says when it began, that lasts so many seconds.
pub(super) async fn visit_as(
    shop: &Shop,
    link: PaymentLinkId,
    id: CheckoutSessionId,
    seconds: i64,
) -> PaymentIntentId {
    let now = id.minted_at();
    let mut intent = shop.unsaved_link(now, seconds, Limit::UNLIMITED);
    intent.id = PaymentIntentId::from_uuid(*id.uuid());
    intent.surface = Surface::Links;
    intent.customer = None;
    intent.link_terms_mut().unwrap().request = Some(request(Some(link)));
    let payer = Payer {
        first_name: "Ada".to_owned(),
        last_name: "Example".to_owned(),
        email: "ada@example.com".to_owned(),
        phone: None,
        company: None,
        tax_id: None,
        country: "US".to_owned(),
        region: None,
        postal_code: None,
    };
    let seat = Purchase {
        product: None,
        name: "Seat".to_owned(),
        quantity: 1,
        unit_price: intent.amount(),
        tax_code: None,
        tax_rate: None,
    };
    let session = CheckoutSession {
        id,
        scope: shop.scope,
        surface: Surface::Links,
        link: Some(link),
        payer,
        lines: vec![seat],
        pricing_mode: Pricing::Exclusive,
        amounts: Amounts::untaxed(intent.amount()),
        tax: None,
        addresses: ReturnAddresses::default(),
        client_reference: None,
        metadata: None,
        expires_at: now.plus_seconds(seconds),
        created_at: now,
    };
    shop.table.commit(vec![checkout_session::insert(&session)]).await.unwrap();
    shop.put(&intent).await;
    intent.id
}

pub(super) async fn uses(shop: &Shop, link: PaymentLinkId) -> (u32, u32) {
    let uses = shop.table.payment_link(link, Consistency::Strong).await.unwrap().unwrap().uses;
    (uses.confirmed, uses.in_progress)
}

/// The submit as `hosted-submit-payment` makes it.
pub(super) async fn submit(
    shop: &Shop,
    link: PaymentIntentId,
    token: &Token,
    email: Option<&str>,
) -> Result<PaymentIntent, Problem> {
    submit_from(shop, link, token, email, None).await
}

/// The same from a network.
pub(super) async fn submit_from(
    shop: &Shop,
    link: PaymentIntentId,
    token: &Token,
    email: Option<&str>,
    network: Option<&str>,
) -> Result<PaymentIntent, Problem> {
    let network = network.map(str::to_owned);
    let buyer = email.map(|email| Buyer { email: email.to_owned(), name: Some("Ada".to_owned()) });
    let text = LinkToken::new(link.to_string());
    let (card_token, save_card) = (token.text.clone(), token.save);
    let (typed, shown) = (Typed::default(), None);
    let submit = Submit { link_token: &text, card_token, save_card, buyer, typed, shown, network };
    let (processors, link) = (shop.processors(), PaymentRef { scope: shop.scope, id: link });
    checkout::submit(&shop.table, &processors, &BuiltIn, link, submit, &clock::now).await
}

/// Insists against contention, as the page does with the same attempt.
async fn insist(
    shop: &Shop,
    link: PaymentIntentId,
    token: &Token,
) -> Result<PaymentIntent, Problem> {
    loop {
        match submit(shop, link, token, None).await {
            Err(Problem::Contended) => tokio::task::yield_now().await,
            other => return other,
        }
    }
}

async fn a_declined_card_sent_again_is_answered_and_not_charged_again(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = own_link(&shop, 600).await;
    let bad = shop.token(link.id, DECLINED, false);
    let declined = submit(&shop, link.id, &bad, None).await.unwrap();
    assert_eq!(declined.status.name(), StatusName::Pending);
    assert_eq!(declined.last_failure().unwrap().reason.as_str(), "card_declined");
    let again = submit(&shop, link.id, &bad, None).await.unwrap();
    assert_eq!(again, declined, "the same attempt has its answer");
    let paid = submit(&shop, link.id, &shop.good_token(link.id), None).await.unwrap();
    assert_eq!(paid.status.name(), StatusName::Succeeded);
    let failed = |kind: &&EventType| **kind == EventType::PaymentLinkFailed;
    assert_eq!(events(&paid.history).iter().filter(failed).count(), 1);
    assert_eq!(paid.link_terms().unwrap().link.attempts.made, 2);
    assert_eq!(submit(&shop, link.id, &bad, None).await.unwrap(), paid);
}

async fn retries_end_with_the_links_time(table: Arc<Table>) {
    let shop = Shop::new(table);
    let made = clock::now().plus_seconds(-61);
    let mut link = shop.unsaved_link(made, 60, Limit::UNLIMITED);
    link.surface = Surface::Payments;
    link.link_terms_mut().unwrap().request = Some(request(None));
    shop.put(&link).await;
    let token = shop.token(link.id, DECLINED, false);
    let reserved = shop.reserved(link.id, &token, link.expires_at().unwrap().plus_ms(-1)).await;
    let over = shop.charge(reserved, &token).await;
    assert_eq!(over.status.name(), StatusName::Expired);
    assert!(events(&over.history).ends_with(&[
        EventType::PaymentIntentProcessing,
        EventType::PaymentLinkFailed,
        EventType::PaymentIntentExpired,
    ]));
    shop.publish(link.id).await;
    shop.expire().await;
    assert_eq!(shop.intent(link.id).await, over, "no second event by the sweep");
    assert_eq!(submit(&shop, link.id, &token, None).await.unwrap(), over);
}

async fn five_declines_ask_for_patience_and_the_link_stays_payable(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = own_link(&shop, 3_600).await;
    let began = clock::now();
    for _ in 0..5 {
        let token = shop.token(link.id, DECLINED, false);
        submit(&shop, link.id, &token, None).await.unwrap();
    }
    let good = shop.good_token(link.id);
    let slow = submit(&shop, link.id, &good, None).await.unwrap_err();
    let Problem::RateLimited { retry_after_s } = slow else { panic!("{slow:?}") };
    assert!(rest_of(900, began).contains(&retry_after_s), "{retry_after_s}");
    let later: Time = shop.intent(link.id).await.slow_until().unwrap();
    let reserved = shop.reserved(link.id, &good, later).await;
    assert_eq!(shop.charge(reserved, &good).await.status.name(), StatusName::Succeeded);
}

async fn a_buyer_becomes_the_same_customer_with_the_same_card_only(table: Arc<Table>) {
    let shop = Shop::new(table);
    let mut payers = Vec::new();
    for (card, email) in [
        (GOOD, "ada@example.com"),
        (GOOD, "ada@example.com"),
        ("5555555555554444", "ada@example.com"),
        (GOOD, "bob@example.com"),
    ] {
        let link = link_for_nobody(&shop).await;
        let token = shop.token(link.id, card, true);
        let paid = submit(&shop, link.id, &token, Some(email)).await.unwrap();
        let id = paid.customer.expect("somebody has paid");
        let known = shop.table.customer(shop.scope, id, Consistency::Strong).await.unwrap();
        assert_eq!(known.unwrap().email, email);
        payers.push((id, paid.status.saved_method()));
    }
    assert_eq!(payers[0], payers[1]);
    assert!(payers[2].0 != payers[0].0 && payers[3].0 != payers[0].0);
    assert!(payers.iter().all(|(_, method)| method.is_some()));
}

async fn a_link_for_nobody_asks_who_pays(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = link_for_nobody(&shop).await;
    let good = shop.good_token(link.id);
    let refused = submit(&shop, link.id, &good, None).await.unwrap_err();
    assert!(matches!(&refused, Problem::Invalid(fields) if fields[0].field == "email"));
    assert_eq!(shop.intent(link.id).await, link);
    let challenge = shop.token(link.id, CHALLENGE, false);
    let asked = submit(&shop, link.id, &challenge, Some("ada@example.com")).await.unwrap();
    assert_eq!((asked.status.name(), asked.customer), (StatusName::RequiresAction, None));
    let paid = shop.answer_challenge(asked, true).await;
    assert!(paid.status.name() == StatusName::Succeeded && paid.customer.is_some());
}

async fn ten_uses_are_paid_ten_times_by_many_buyers_with_bad_cards_among_them(table: Arc<Table>) {
    rush(table, 40).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hard_case_1_a_thousand_buyers_pay_ten_uses_ten_times() {
    rush(backend::memory(), 1_000).await;
}

/// So many buyers of ten uses at once, each third with a bad card: never more than ten are paid or
/// held, and in the end ten are paid.
async fn rush(table: Arc<Table>, buyers: usize) {
    let shop = Arc::new(Shop::new(table));
    let link = shared_link(&shop, 10).await.id;
    let visits = join_all((0..buyers).map(|_| visit(&shop, link))).await;
    let over = Arc::new(AtomicBool::new(false));
    let watch = {
        let (shop, over) = (Arc::clone(&shop), Arc::clone(&over));
        tokio::spawn(async move {
            while !over.load(SeqCst) {
                let (paid, held) = uses(&shop, link).await;
                assert!(paid + held <= 10, "{paid} paid and {held} held");
                tokio::task::yield_now().await;
            }
        })
    };
    let buyers = visits.iter().enumerate().map(|(n, visit)| {
        let (shop, visit) = (Arc::clone(&shop), *visit);
        tokio::spawn(async move {
            let number = if n % 3 == 0 { DECLINED } else { GOOD };
            let token = shop.token(visit, number, false);
            loop {
                // Two presses of one button.
                let both = tokio::join!(insist(&shop, visit, &token), insist(&shop, visit, &token));
                match both {
                    (Err(Problem::State(StateRefusal::LinkInUse)), _)
                    | (_, Err(Problem::State(StateRefusal::LinkInUse))) => {
                        tokio::task::yield_now().await;
                    }
                    (Err(Problem::State(StateRefusal::LinkExhausted)), _) => return,
                    (answer, _) => {
                        answer.unwrap();
                        return;
                    }
                }
            }
        })
    });
    for buyer in join_all(buyers.collect::<Vec<_>>()).await {
        buyer.unwrap();
    }
    over.store(true, SeqCst);
    watch.await.unwrap();
    // An answer that could not be written down is the reconciler's.
    let later = clock::now().plus_seconds(120);
    let mut paid = 0;
    for visit in &visits {
        shop.reconcile_at(*visit, later).await;
        let intent = shop.intent(*visit).await;
        paid += u32::from(intent.status.name() == StatusName::Succeeded);
        assert!(intent.status.open().is_none());
    }
    assert_eq!((uses(&shop, link).await, paid), ((10, 0), 10));
    let late = visit(&shop, link).await;
    let token = shop.good_token(late);
    let refused = submit(&shop, late, &token, None).await.unwrap_err();
    assert_eq!(refused, Problem::State(StateRefusal::LinkExhausted));
}

async fn hard_case_2_a_use_is_given_back_by_a_challenge_that_was_not_passed(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = shared_link(&shop, 1).await.id;
    let first = visit(&shop, link).await;
    let asked = submit(&shop, first, &shop.token(first, CHALLENGE, false), None).await.unwrap();
    assert_eq!(uses(&shop, link).await, (0, 1));
    let second = visit(&shop, link).await;
    let good = shop.good_token(second);
    let busy = submit(&shop, second, &good, None).await.unwrap_err();
    assert_eq!(busy, Problem::State(StateRefusal::LinkInUse));
    let open = shop.answer_challenge(asked, false).await;
    assert_eq!((open.status.name(), uses(&shop, link).await), (StatusName::Pending, (0, 0)));
    let paid = submit(&shop, second, &good, None).await.unwrap();
    assert_eq!((paid.status.name(), uses(&shop, link).await), (StatusName::Succeeded, (1, 0)));
    let late = submit(&shop, first, &shop.good_token(first), None).await.unwrap_err();
    assert_eq!(late, Problem::State(StateRefusal::LinkExhausted));
}

async fn hard_case_3_a_crash_keeps_the_use_until_the_reconciler_knows(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = shared_link(&shop, 2).await.id;
    let [before, after] = [visit(&shop, link).await, visit(&shop, link).await];
    let token = shop.good_token(before);
    shop.reserved(before, &token, clock::now()).await;
    let token = shop.good_token(after);
    let reserved = shop.reserved(after, &token, clock::now()).await;
    shop.charge_only(&reserved, &token).await;
    assert_eq!(uses(&shop, link).await, (0, 2));
    let later = clock::now().plus_seconds(120);
    for visit in [before, after] {
        shop.reconcile_at(visit, later).await;
        shop.reconcile_at(visit, later).await;
    }
    assert_eq!(shop.intent(before).await.status.name(), StatusName::Pending);
    assert_eq!(shop.intent(after).await.status.name(), StatusName::Succeeded);
    assert_eq!(uses(&shop, link).await, (1, 0), "each counts once");
}

async fn a_link_that_is_over_is_told_by_the_first_reason(table: Arc<Table>) {
    let shop = Shop::new(table);
    let before = shared_link(&shop, 1).await;
    let visit = visit(&shop, before.id).await;
    let off = PaymentLink { active: false, ..before.clone() };
    shop.table.commit(payment_link::edit(&before, &off, None, false)).await.unwrap();
    let token = shop.good_token(visit);
    let refused = submit(&shop, visit, &token, None).await.unwrap_err();
    assert_eq!(refused, Problem::State(StateRefusal::LinkInactive));
    let deleted = PaymentLink { deleted_at: Some(fixture::someday()), ..off.clone() };
    shop.table.commit(payment_link::edit(&off, &deleted, None, false)).await.unwrap();
    let refused = submit(&shop, visit, &token, None).await.unwrap_err();
    assert_eq!(refused, Problem::State(StateRefusal::LinkDeleted));
    assert_eq!(shop.booked(shop.attempt(visit, &token)).await, None);
}
