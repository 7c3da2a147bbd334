//! A tenant whose account at a processor is sick delays nobody else.

use super::shop::Shop;
use crate::store::backend;
use shared::{
    app::clock,
    model::{
        Scope, Time,
        payment_intent::{RESERVATION_S, StatusName},
    },
    operations::reconcile::reconcile,
    processor::{
        Asked, Done, PageLink, Processor, Processors, Recognised, Task, Unreachable,
        simulator::Simulator,
    },
};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A processor that knows one tenant's key no more.
struct Revoked<'a> {
    simulator: Simulator<'a>,
    sick: Scope,
    asked: &'a AtomicUsize,
}

impl Processor for Revoked<'_> {
    fn name(&self) -> &'static str {
        self.simulator.name()
    }

    fn recognise<'a>(&'a self, token: &'a str, link: PageLink<'a>, now: Time) -> Recognised<'a> {
        self.simulator.recognise(token, link, now)
    }

    fn start<'a>(&'a self, task: &'a Task) -> Asked<'a> {
        self.simulator.start(task)
    }

    fn answer_challenge<'a>(&'a self, charge: &'a Task, passed: bool) -> Asked<'a> {
        self.simulator.answer_challenge(charge, passed)
    }

    fn look_up<'a>(&'a self, task: &'a Task) -> Asked<'a> {
        if task.scope != self.sick {
            return self.simulator.look_up(task);
        }
        let (tenant, mode) = (task.scope.tenant, task.scope.mode);
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::SeqCst);
            Err(Unreachable(format!("{tenant} {mode}: the key was revoked")))
        })
    }

    fn forget<'a>(&'a self, token: &'a str, scope: Scope, now: Time) -> Done<'a> {
        self.simulator.forget(token, scope, now)
    }
}

/// A charge that somebody has begun and died with.
async fn open_charge(shop: &Shop) -> shared::model::id::PaymentIntentId {
    let link = shop.fresh_link().await;
    let token = shop.good_token(link.id);
    shop.reserve(link.id, &token, clock::now()).await;
    shop.publish(link.id).await;
    link.id
}

#[tokio::test]
async fn a_sick_account_is_named_and_delays_no_other() {
    let table = backend::memory();
    let (sick, well) = (Shop::new(table.clone()), Shop::new(table.clone()));
    for _ in 0..120 {
        open_charge(&sick).await;
    }
    let healthy = open_charge(&well).await;
    let asked = AtomicUsize::new(0);
    let revoked = Revoked { simulator: well.simulator(), sick: sick.scope, asked: &asked };
    let processors = Processors::only(revoked);
    let later = clock::now().plus_seconds(RESERVATION_S + 60);
    let (_, troubles) = reconcile(&table, &processors, &|| later).await.unwrap();
    assert_eq!(troubles.len(), 120, "each waits for its next turn, and is listed");
    let asked = asked.load(Ordering::SeqCst);
    assert!((1..=50).contains(&asked), "{asked} questions to an account that answers none");
    let tenant = sick.scope.tenant.to_string();
    for trouble in &troubles {
        assert!(trouble.contains(&tenant) && trouble.contains("the key was revoked"), "{trouble}");
    }
    let done = well.intent(healthy).await;
    assert_ne!(done.status.name(), StatusName::Processing, "the other tenant had its turn");
    // The next run asks anew: the operator may have put a key that works.
    let processors = Processors::only(well.simulator());
    let next = later.plus_seconds(600);
    let (_, troubles) = reconcile(&table, &processors, &|| next).await.unwrap();
    assert!(troubles.is_empty(), "{troubles:?}");
}
