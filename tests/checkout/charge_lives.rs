//! Random lives of charges: keys, cards, retries, deaths and challenges in any order.

use super::{
    charge_meddler::ask_and_die,
    charges::named,
    saver::{DECLINED_LATER, GOOD, LATE, LOST_LATER, Saver, later},
};
use crate::random::Random;
use futures_util::future::join_all;
use shared::{
    app::clock,
    model::{id::PaymentIntentId, payment_intent::Status},
    operations::{
        Problem,
        charges::{Charged, ChosenCard},
    },
};

/// What a life does with its keys and cards.
async fn random_life(seed: u64) {
    let mut random = Random(seed);
    let saver = Saver::new(crate::store::backend::memory()).await;
    let numbers = [GOOD, DECLINED_LATER, LATE, LOST_LATER];
    let mut cards = Vec::new();
    for number in numbers {
        cards.push(saver.save(number).await);
    }
    let saved = saver.shop.approved();
    let mut payments: Vec<PaymentIntentId> = Vec::new();
    let note = |payments: &mut Vec<PaymentIntentId>, told: &Result<Charged, Problem>| match told {
        Ok(charged) => payments.push(charged.payment.id),
        Err(Problem::ChargeFailed { payment, .. }) => payments.push(*payment),
        Err(_) => {}
    };
    for _ in 0..25 {
        let key = ["a", "b", "c", "d"][random.below(4)];
        let chosen = random.pick(&cards).map_or(ChosenCard::Default, named);
        match random.below(7) {
            0 => {
                let wish = saver.wish(Some(key), chosen);
                match ask_and_die(&saver, &wish, random.chance(50)).await {
                    Some(told) => note(&mut payments, &told),
                    None => payments.push(wish.id),
                }
            }
            1 | 2 => note(&mut payments, &saver.charge(Some(key), chosen).await),
            3 => {
                let both = [key; 2].map(|key| saver.charge(Some(key), chosen));
                for told in join_all(both).await {
                    note(&mut payments, &told);
                }
            }
            4 => {
                if let Some(id) = random.pick(&payments) {
                    saver.reconcile(id).await;
                }
            }
            5 => {
                if let Some(id) = random.pick(&payments) {
                    let last = saver.shop.intent(id).await.status.attempt().unwrap().transaction();
                    let key = random.chance(50).then_some(key);
                    let both = [key; 2].map(|key| saver.retry(last, key));
                    for told in join_all(both).await {
                        note(&mut payments, &told);
                    }
                }
            }
            _ => {
                if cards.len() > 1 && random.chance(30) {
                    let gone = cards.remove(random.below(cards.len()));
                    saver.detach(gone).await.unwrap();
                    saver.erase().await;
                } else if let Some(id) = random.pick(&cards) {
                    saver.choose(id).await;
                }
            }
        }
    }
    charged_once_at_most(&saver, payments, saved, seed).await;
}

/// Each payment is over, and was charged as often as it says; nothing else was charged.
async fn charged_once_at_most(
    saver: &Saver,
    mut payments: Vec<PaymentIntentId>,
    saved: usize,
    seed: u64,
) {
    payments.sort_unstable();
    payments.dedup();
    let mut paid = 0;
    for id in payments {
        saver.reconcile(id).await;
        let payment = saver.shop.intent(id).await;
        assert!(payment.status.open().is_none(), "seed {seed}: {id} is open for ever");
        let mut approved = 0;
        let attempts = payment.transactions().map(|transaction| transaction.attempt.id);
        for attempt in attempts.collect::<Vec<_>>() {
            let booked = saver.shop.booked(attempt).await;
            approved += usize::from(booked.as_deref() == Some("approved"));
        }
        let succeeded = usize::from(matches!(payment.status, Status::Succeeded(_)));
        assert_eq!(approved, succeeded, "seed {seed}: {id} was charged {approved} times");
        paid += succeeded;
    }
    assert_eq!(saver.shop.approved(), saved + paid, "seed {seed}: a charge belongs to no payment");
}

/// `PAYLINK_SEED=7 cargo test -p tests a_random_life_of_charges` replays one.
#[tokio::test]
async fn a_random_life_of_charges_never_charges_twice() {
    let seed = std::env::var("PAYLINK_SEED").ok().map(|seed| seed.parse().unwrap());
    for seed in seed.map_or_else(|| (0..30).collect(), |seed: u64| vec![seed]) {
        random_life(seed).await;
    }
    assert!(later() > clock::now());
}
