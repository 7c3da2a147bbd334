//! Settling, reconciling and expiring at the same moment.

use super::shop::{Shop, events, reason};
use crate::store::on_own_tables;
use futures_util::future::join_all;
use shared::{
    app::clock,
    model::{
        Scope, Time,
        event::EventType::{
            PaymentIntentCreated, PaymentIntentFailed, PaymentIntentProcessing,
            PaymentIntentSucceeded,
        },
        id::PaymentIntentId,
        payment_intent::StatusName,
    },
    operations::checkout,
    processor::{
        Asked, Done, PageLink, Processor, Processors, Recognised, Task, simulator::Simulator,
    },
    store::Table,
};
use std::sync::Arc;

on_own_tables!(
    settling_races_reconciling_and_expiring,
    the_reconciler_settles_while_the_charge_is_on_its_way_back,
    the_reconciler_gives_up_while_the_charge_is_on_its_way_there,
    a_challenge_is_answered_while_the_reconciler_abandons_it,
);

/// Links raced for in each test.
const ROUNDS: usize = 20;

async fn settling_races_reconciling_and_expiring(table: Arc<Table>) {
    let shop = Arc::new(Shop::new(table));
    for round in 0..ROUNDS {
        let link = shop.link(clock::now().plus_seconds(-300), 200, 1).await;
        let token = shop.good_token(link.id);
        let reserved = shop.reserved(link.id, &token, clock::now().plus_seconds(-120)).await;
        shop.publish(link.id).await;
        if round % 2 == 0 {
            shop.charge_only(&reserved, &token).await;
        }
        let tasks: Vec<_> = (0..6)
            .map(|n| {
                let (shop, reserved, token) = (Arc::clone(&shop), reserved.clone(), token.clone());
                tokio::spawn(async move {
                    match n % 3 {
                        0 => shop.reconcile().await,
                        1 => shop.expire().await,
                        _ => {
                            shop.charge(reserved, &token).await;
                        }
                    }
                })
            })
            .collect();
        for task in join_all(tasks).await {
            task.unwrap();
        }
        let end = shop.intent(link.id).await;
        let booked = shop.booked(shop.attempt(link.id, &token)).await;
        let (last, booking) = if end.status.name() == StatusName::Succeeded {
            (PaymentIntentSucceeded, "approved")
        } else {
            // The reconciler was there before the charge, and closed its key.
            assert_eq!(reason(&end), Some("processor_unavailable"), "round {round}");
            assert_eq!(round % 2, 1, "it was charged before the race began");
            (PaymentIntentFailed, "absent")
        };
        assert_eq!(booked.as_deref(), Some(booking), "round {round}");
        assert_eq!(
            events(&end.history),
            [PaymentIntentCreated, PaymentIntentProcessing, last],
            "round {round}"
        );
    }
}

/// The simulator, with somebody else at work before a charge arrives or before its answer does.
struct Meanwhile<'a> {
    simulator: Simulator<'a>,
    shop: &'a Shop,
    link: PaymentIntentId,
    before: bool,
}

impl Processor for Meanwhile<'_> {
    fn name(&self) -> &'static str {
        self.simulator.name()
    }

    fn recognise<'a>(&'a self, token: &'a str, link: PageLink<'a>, now: Time) -> Recognised<'a> {
        self.simulator.recognise(token, link, now)
    }

    fn start<'a>(&'a self, task: &'a Task) -> Asked<'a> {
        Box::pin(async move {
            if self.before {
                self.shop.all_workers(self.link).await;
            }
            let progress = self.simulator.start(task).await;
            if !self.before {
                self.shop.all_workers(self.link).await;
            }
            progress
        })
    }

    fn answer_challenge<'a>(&'a self, charge: &'a Task, passed: bool) -> Asked<'a> {
        self.simulator.answer_challenge(charge, passed)
    }

    fn look_up<'a>(&'a self, task: &'a Task) -> Asked<'a> {
        self.simulator.look_up(task)
    }
    fn forget<'a>(&'a self, token: &'a str, scope: Scope, now: Time) -> Done<'a> {
        self.simulator.forget(token, scope, now)
    }
}

/// A submit during whose charge every worker runs.
async fn interrupted(shop: &Shop, before: bool) -> StatusName {
    let link = shop.link(clock::now().plus_seconds(-300), 200, 1).await;
    let token = shop.good_token(link.id);
    let reserved = shop.reserved(link.id, &token, clock::now().plus_seconds(-120)).await;
    shop.publish(link.id).await;
    let processor = Meanwhile { simulator: shop.simulator(), shop, link: link.id, before };
    let processors = Processors::only(processor);
    let told = checkout::charge(&shop.table, &processors, reserved, &token.text, &clock::now).await;
    let told = told.unwrap().status.name();
    let kept = shop.intent(link.id).await;
    assert_eq!(kept.version, 3);
    // The charge was asked for before its key was closed, by the clock; so the processor may say
    // that it does not know yet. It never says anything that is not so.
    assert!(told == kept.status.name() || told == StatusName::Processing, "{told:?}");
    let paid = kept.status.name() == StatusName::Succeeded;
    let expected = if paid { "approved" } else { "absent" };
    assert_eq!(shop.booked(shop.attempt(link.id, &token)).await.as_deref(), Some(expected));
    kept.status.name()
}

async fn the_reconciler_settles_while_the_charge_is_on_its_way_back(table: Arc<Table>) {
    assert_eq!(interrupted(&Shop::new(table), false).await, StatusName::Succeeded);
}

async fn the_reconciler_gives_up_while_the_charge_is_on_its_way_there(table: Arc<Table>) {
    assert_eq!(interrupted(&Shop::new(table), true).await, StatusName::Failed);
}

async fn a_challenge_is_answered_while_the_reconciler_abandons_it(table: Arc<Table>) {
    let shop = Arc::new(Shop::new(table));
    for _ in 0..ROUNDS {
        let link = shop.fresh_link().await;
        let token = shop.token(link.id, "4000002500003155", false);
        shop.submit(link.id, &token).await;
        let asked = shop.intent(link.id).await;
        let over = clock::now().plus_days(1);
        let tasks: Vec<_> = (0..4)
            .map(|n| {
                let (shop, asked) = (Arc::clone(&shop), asked.clone());
                tokio::spawn(async move {
                    if n % 2 == 0 {
                        shop.reconcile_at(asked.id, over).await;
                    } else {
                        shop.answer_challenge(asked, true).await;
                    }
                })
            })
            .collect();
        for task in join_all(tasks).await {
            task.unwrap();
        }
        let end = shop.intent(link.id).await;
        let booked = shop.booked(shop.attempt(link.id, &token)).await;
        if end.status.name() == StatusName::Succeeded {
            assert_eq!(booked.as_deref(), Some("approved"));
        } else {
            // The processor was told first that nobody answered; who writes it down first, the
            // reconciler or the buyer whose answer came too late, decides the word for it.
            let words = ["authentication_abandoned", "authentication_failed"];
            assert!(words.contains(&reason(&end).unwrap_or_default()), "{end:?}");
            assert_eq!(booked.as_deref(), Some("authentication_failed"));
        }
        assert_eq!(events(&end.history).len(), 4);
    }
}
