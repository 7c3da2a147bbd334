//! Events that Stripe never sends: they are found on its list, and each is handled once.

use super::{CONNECTED, CardKind, Cut, KEY, StripeShop, Verdict, backend, clock, fixture};
use shared::{
    model::{
        Time,
        payment_intent::StatusName,
        stripe_poll::{PolledAccount, StripePoll},
    },
    operations::{
        Commit,
        stripe_accounts::poll,
        stripe_polls::{MAX_PAGES, ask, look},
    },
    processor::stripe::event_list::PAGE,
    queue::sqs::{LookForEvents, ToldByProcessor, Unsent},
    store::Table,
};
use std::{
    future::{pending, ready},
    sync::Mutex,
    time::Duration,
};

/// What a minute's sweep asks to be looked at, of all tenants.
async fn swept(table: &Table, at: Time) -> Vec<LookForEvents> {
    let looks = Mutex::new(Vec::new());
    let send = |more: Vec<LookForEvents>| {
        looks.lock().unwrap().extend(more);
        ready(Ok(()))
    };
    let (asked, troubles) = ask(table, &|| at, send).await.unwrap();
    let looks = looks.into_inner().unwrap();
    assert_eq!((asked, troubles), (looks.len(), Vec::<String>::new()));
    looks
}

impl StripeShop {
    fn own(&self) -> PolledAccount {
        PolledAccount::own(self.scope)
    }

    fn connected(&self) -> PolledAccount {
        PolledAccount { connected: Some(CONNECTED.to_owned()), ..self.own() }
    }

    /// What an operator's function does when an account is put.
    async fn is_polled(&self, account: PolledAccount, from: Time) {
        poll(&self.table, account, from, Commit::new).await.unwrap();
    }

    async fn poll_of(&self, account: &PolledAccount) -> Option<StripePoll> {
        self.table.stripe_poll(account).await.unwrap()
    }

    /// What one look puts on the queue.
    async fn looked(&self, asked: &LookForEvents, at: Time) -> Vec<ToldByProcessor> {
        let told = Mutex::new(Vec::new());
        let tell = |more: Vec<ToldByProcessor>| {
            told.lock().unwrap().extend(more);
            ready(Ok(()))
        };
        let verdict = look(&self.table, &self.stripe(), asked, &|| at, tell).await;
        assert_eq!(verdict, Ok(Verdict::Done));
        told.into_inner().unwrap()
    }

    /// One minute: the sweep, the looks of this tenant, and what they have told. How many that was.
    async fn minute(&self, at: Time) -> usize {
        let mut count = 0;
        for asked in swept(&self.table, at).await {
            if asked.tenant != self.scope.tenant.to_string() {
                continue;
            }
            for told in self.looked(&asked, at).await {
                let message = serde_json::to_string(&told).unwrap();
                assert_eq!(LookForEvents::parse(&message), None);
                assert_eq!(self.hear(&message).await, Ok(Verdict::Done));
                count += 1;
            }
        }
        count
    }

    /// Something happens to an object, and nobody is told.
    fn happens(&self, kind: &str, thing: &str, object: &str, at: Time) -> String {
        self.stand_in.happens(kind, thing, object, at.seconds())
    }
}

fn after(start: Time, minutes: i64) -> Time {
    start.plus_seconds(minutes * 60)
}

#[tokio::test]
async fn a_dispute_and_a_refund_at_the_dashboard_that_nobody_sent_are_heard_of_a_minute_later() {
    let (shop, start) = (StripeShop::new(), clock::now());
    shop.is_polled(shop.own(), start).await;
    let id = shop.paid().await;
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 500);
    shop.happens("refund.created", "refund", &refund, after(start, 1));
    assert_eq!(shop.minute(after(start, 1)).await, 1);
    assert_eq!(shop.standing(id).await.refunded, 500);
    let dispute = shop.stand_in.disputes(&id.to_string(), 700, "needs_response");
    shop.happens("charge.dispute.created", "dispute", &dispute, after(start, 1));
    assert_eq!(shop.minute(after(start, 2)).await, 1);
    assert_eq!(shop.standing(id).await.disputed.open, 700);
    shop.stand_in.dispute_becomes(&dispute, "lost");
    shop.happens("charge.dispute.closed", "dispute", &dispute, after(start, 3));
    // What is none of ours is on the list, too.
    let others = shop.stand_in.pays_others(900);
    shop.happens("payment_intent.succeeded", "payment_intent", &others, after(start, 3));
    assert_eq!(shop.minute(after(start, 3)).await, 1);
    let known = shop.standing(id).await;
    assert_eq!((known.disputed.open, known.disputed.lost, known.refunded), (0, 700, 500));
}

#[tokio::test]
async fn an_event_that_stripe_sent_as_well_is_told_no_second_time_however_often_it_is_listed() {
    let (shop, start) = (StripeShop::new(), clock::now());
    shop.is_polled(shop.own(), start).await;
    let id = shop.paid().await;
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 500);
    let sent = shop.happens("refund.created", "refund", &refund, start);
    assert_eq!(shop.hear(&shop.admitted(&sent)).await, Ok(Verdict::Done));
    shop.happens("refund.updated", "refund", &refund, start);
    let mut told = Vec::new();
    for minute in 1..=12 {
        told.push(shop.minute(after(start, minute)).await);
    }
    assert_eq!((told[0], told[1..].iter().sum::<usize>()), (1, 0));
    assert_eq!((shop.standing(id).await.refunded, shop.refunds(id).await.len()), (500, 1));
}

/// It is tried as often as any other, and becomes one dead letter.
#[tokio::test]
async fn an_event_that_nobody_can_handle_is_told_once_and_holds_up_no_other() {
    let (shop, start) = (StripeShop::new(), clock::now());
    shop.is_polled(shop.own(), start).await;
    let id = shop.paid().await;
    let dispute = shop.stand_in.disputes(&id.to_string(), 700, "lost");
    shop.heard_of_dispute("created", &dispute).await;
    shop.stand_in.dispute_becomes(&dispute, "won");
    shop.happens("charge.dispute.closed", "dispute", &dispute, start);
    let looks = swept(&shop.table, after(start, 1)).await;
    let told = shop.looked(&looks[0], after(start, 1)).await;
    let message = serde_json::to_string(&told[0]).unwrap();
    assert!(shop.hear(&message).await.is_err(), "what was decided stays");
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 100);
    shop.happens("refund.created", "refund", &refund, after(start, 1));
    assert_eq!(shop.minute(after(start, 2)).await, 1, "the refund alone");
    assert_eq!(shop.standing(id).await.refunded, 100);
}

#[tokio::test]
async fn a_look_that_was_asked_for_twice_is_taken_once_and_one_that_waited_long_not_at_all() {
    let (shop, start) = (StripeShop::new(), clock::now());
    shop.is_polled(shop.own(), start).await;
    let at = after(start, 1);
    let looks = [swept(&shop.table, at).await, swept(&shop.table, at).await].concat();
    assert_eq!(looks.len(), 2);
    for asked in &looks {
        shop.looked(asked, at).await;
    }
    assert_eq!(shop.stand_in.asked("events?"), 1);
    let waited = swept(&shop.table, after(start, 2)).await;
    shop.looked(&waited[0], after(start, 60)).await;
    assert_eq!(shop.stand_in.asked("events?"), 1, "younger ones are behind it");
    assert_eq!(swept(&shop.table, after(start, 60)).await.len(), 1);
}

/// Two at once: either counts, and what they find is booked once.
#[tokio::test]
async fn two_looks_at_once_book_what_they_find_once() {
    let (shop, start) = (StripeShop::new(), clock::now());
    shop.is_polled(shop.own(), start).await;
    let id = shop.paid().await;
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 500);
    shop.happens("refund.created", "refund", &refund, start);
    let (one, other) = tokio::join!(shop.minute(after(start, 1)), shop.minute(after(start, 1)));
    assert!(one + other >= 1, "{one} {other}");
    assert_eq!((shop.standing(id).await.refunded, shop.refunds(id).await.len()), (500, 1));
    assert_eq!(shop.minute(after(start, 2)).await, 0);
}

#[tokio::test]
async fn a_look_that_dies_half_way_is_made_up_for_a_minute_later() {
    let (shop, start) = (StripeShop::new(), clock::now());
    shop.is_polled(shop.own(), start).await;
    let id = shop.paid().await;
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 500);
    shop.happens("refund.created", "refund", &refund, start);
    let at = after(start, 1);
    let looks = swept(&shop.table, at).await;
    // The process ends once the queue has taken it, before anything is noted.
    let (stripe, clock) = (shop.stripe(), || at);
    let dies = look(&shop.table, &stripe, &looks[0], &clock, |_| pending());
    assert!(tokio::time::timeout(Duration::from_millis(50), dies).await.is_err());
    // The queue takes nothing: the message comes back.
    let refuses = |_| ready(Err(Unsent("no queue".to_owned())));
    let refused = look(&shop.table, &shop.stripe(), &looks[0], &|| at, refuses).await;
    let trouble = refused.unwrap_err();
    assert!(trouble.contains(&shop.scope.tenant.to_string()), "{trouble}");
    assert_eq!(shop.looked(&looks[0], at).await.len(), 1, "and is taken then");
    assert_eq!(shop.minute(after(start, 2)).await, 0);
}

/// Stripe's list may be behind.
#[tokio::test]
async fn an_event_that_is_listed_late_is_heard_of() {
    let (shop, start) = (StripeShop::new(), clock::now());
    shop.is_polled(shop.own(), start).await;
    let id = shop.paid().await;
    for minute in 1..=20 {
        assert_eq!(shop.minute(after(start, minute)).await, 0);
    }
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 500);
    shop.happens("refund.created", "refund", &refund, after(start, 12));
    assert_eq!(shop.minute(after(start, 21)).await, 1);
    assert_eq!(shop.standing(id).await.refunded, 500);
}

#[tokio::test]
async fn a_long_list_is_read_in_steps_and_no_event_of_it_is_passed_over() {
    let (shop, start) = (StripeShop::new(), clock::now());
    shop.is_polled(shop.own(), start).await;
    let id = shop.paid().await;
    let step = PAGE * MAX_PAGES;
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 500);
    let old = shop.happens("refund.created", "refund", &refund, start);
    for second in 1..=i64::try_from(2 * step + 10).unwrap() {
        shop.happens("refund.updated", "refund", &refund, start.plus_seconds(second));
    }
    let mut told = vec![shop.minute(after(start, 10)).await];
    assert_eq!(told[0], step);
    assert_eq!(shop.stand_in.asked("events?"), MAX_PAGES);
    // What happens during the walk is heard of by the next one.
    let late = shop.stand_in.disputes(&id.to_string(), 700, "needs_response");
    shop.happens("charge.dispute.created", "dispute", &late, after(start, 10));
    told.push(shop.minute(after(start, 11)).await);
    assert_eq!((told[1], shop.standing(id).await.disputed.open), (step, 0));
    told.push(shop.minute(after(start, 12)).await);
    assert_eq!(told[2], 11, "the oldest, at last");
    assert_eq!(shop.hear(&shop.admitted(&old)).await, Ok(Verdict::Done));
    assert_eq!(shop.minute(after(start, 13)).await, 1);
    assert_eq!(shop.standing(id).await.disputed.open, 700);
}

#[tokio::test]
async fn a_walk_whose_place_is_on_the_list_no_more_begins_anew() {
    let (shop, start) = (StripeShop::new(), clock::now());
    shop.is_polled(shop.own(), start).await;
    let id = shop.paid().await;
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 500);
    let step = i64::try_from(PAGE * MAX_PAGES).unwrap();
    for second in 0..step + 5 {
        shop.happens("refund.created", "refund", &refund, start.plus_seconds(second));
    }
    shop.minute(after(start, 5)).await;
    assert!(shop.poll_of(&shop.own()).await.unwrap().walk.is_some());
    // Thirty days later Stripe has forgotten all but the newest.
    shop.stand_in.forgets_events(start.seconds() + step);
    shop.happens("refund.updated", "refund", &refund, after(start, 6));
    assert_eq!(shop.minute(after(start, 6)).await, 1);
    assert_eq!(shop.poll_of(&shop.own()).await.unwrap().walk, None);
}

#[tokio::test]
async fn after_an_outage_of_days_everything_since_is_heard_of() {
    let (shop, start) = (StripeShop::new(), clock::now());
    shop.is_polled(shop.own(), start).await;
    let id = shop.paid().await;
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 500);
    assert_eq!(shop.minute(after(start, 1)).await, 0);
    shop.happens("refund.created", "refund", &refund, after(start, 2));
    let days = 3 * 24 * 60;
    for minute in (2..days).step_by(10) {
        shop.stand_in.breaks(&[Cut::Status(503)]);
        assert_eq!(shop.minute(after(start, minute)).await, 0);
    }
    shop.stand_in.breaks(&[]);
    assert_eq!(shop.minute(after(start, days)).await, 1);
    assert_eq!(shop.standing(id).await.refunded, 500);
}

#[tokio::test]
async fn an_account_that_is_no_more_is_asked_about_once_more_and_never_again() {
    let (shop, start) = (StripeShop::new(), clock::now());
    let gone = PolledAccount::own(fixture::scope());
    shop.is_polled(gone.clone(), start).await;
    let looks = swept(&shop.table, after(start, 1)).await;
    assert!(shop.looked(&looks[0], after(start, 1)).await.is_empty());
    assert_eq!(shop.poll_of(&gone).await, None);
    assert!(swept(&shop.table, after(start, 2)).await.is_empty());
    assert_eq!(shop.stand_in.asked("events?"), 0);
    // A look that was asked for before comes late.
    assert!(shop.looked(&looks[0], after(start, 2)).await.is_empty());
}

#[tokio::test]
async fn a_sick_account_is_asked_less_and_less_and_delays_no_other() {
    let (table, start) = (backend::memory(), clock::now());
    let (sick, well) = (StripeShop::over(table.clone()), StripeShop::over(table));
    for shop in [&sick, &well] {
        shop.is_polled(shop.own(), start).await;
    }
    let (hers, his) = (sick.paid().await, well.paid().await);
    sick.stand_in.revokes_key();
    let hours = 5 * 60;
    for minute in 1..=hours {
        sick.minute(after(start, minute)).await;
        well.minute(after(start, minute)).await;
    }
    let asked = sick.stand_in.asked("events?");
    assert!((7..=12).contains(&asked), "{asked} times in five hours");
    assert_eq!(well.stand_in.asked("events?"), 300);
    let refund = well.stand_in.refunds_elsewhere(&his.to_string(), 500);
    well.happens("refund.created", "refund", &refund, after(start, hours));
    assert_eq!(well.minute(after(start, hours + 1)).await, 1);
    assert_eq!(sick.status(hers).await, StatusName::Succeeded);
    // The operator puts the account again, with a key that works.
    let missed = sick.stand_in.refunds_elsewhere(&hers.to_string(), 400);
    sick.happens("refund.created", "refund", &missed, after(start, 5));
    sick.stand_in.takes_key(KEY);
    sick.is_polled(sick.own(), after(start, hours + 1)).await;
    assert_eq!(sick.minute(after(start, hours + 2)).await, 1);
    assert_eq!(sick.standing(hers).await.refunded, 400);
}

#[tokio::test]
async fn a_key_without_the_right_to_read_events_is_told_as_that() {
    let (shop, start) = (StripeShop::new(), clock::now());
    shop.is_polled(shop.own(), start).await;
    shop.stand_in.lacks(&["events"]);
    assert_eq!(shop.minute(after(start, 1)).await, 0);
    assert_eq!(shop.poll_of(&shop.own()).await.unwrap().failures, 1);
    shop.stand_in.lacks(&[]);
    assert_eq!(shop.minute(after(start, 2)).await, 0);
    assert_eq!(shop.poll_of(&shop.own()).await.unwrap().failures, 0);
}

#[tokio::test]
async fn an_event_of_a_connected_account_is_found_on_its_list_and_read_there() {
    let (shop, start) = (StripeShop::new(), clock::now());
    let id = shop.tried_at(CardKind::Pays, Some(CONNECTED)).await;
    let refund = shop.stand_in.refunds_elsewhere(&id.to_string(), 500);
    shop.happens("refund.created", "refund", &refund, start);
    shop.is_polled(shop.own(), start).await;
    assert_eq!(shop.minute(after(start, 1)).await, 0, "it is not on the tenant's own");
    shop.is_polled(shop.connected(), after(start, 1)).await;
    assert_eq!(shop.minute(after(start, 2)).await, 1);
    assert_eq!(shop.standing(id).await.refunded, 500);
}

#[tokio::test]
async fn a_connected_account_that_left_is_forgotten_after_a_month_and_the_tenants_own_stays() {
    let (shop, start) = (StripeShop::new(), clock::now());
    for account in [shop.own(), shop.connected()] {
        shop.is_polled(account, start).await;
    }
    shop.stand_in.leaves(CONNECTED);
    for hour in 0..=31 * 24 {
        shop.minute(after(start, hour * 70)).await;
    }
    assert_eq!(shop.poll_of(&shop.connected()).await, None);
    assert_eq!(shop.poll_of(&shop.own()).await.unwrap().failures, 0);
    // It may come back.
    shop.is_polled(shop.connected(), after(start, 50_000)).await;
    assert!(shop.poll_of(&shop.connected()).await.is_some());
}

#[tokio::test]
async fn an_account_that_is_put_twice_is_asked_once_and_goes_on_where_it_was() {
    let (shop, start) = (StripeShop::new(), clock::now());
    shop.is_polled(shop.own(), start).await;
    shop.minute(after(start, 60)).await;
    let before = shop.poll_of(&shop.own()).await;
    let again = [after(start, 61), start].map(|at| shop.is_polled(shop.own(), at));
    futures_util::future::join_all(again).await;
    assert_eq!(shop.poll_of(&shop.own()).await, before);
    assert_eq!(swept(&shop.table, after(start, 62)).await.len(), 1);
}

#[tokio::test]
async fn more_accounts_than_one_batch_have_all_their_turn_each_minute() {
    let (shop, start) = (StripeShop::new(), clock::now());
    for _ in 0..450 {
        shop.is_polled(PolledAccount::own(fixture::scope()), start).await;
    }
    let looks = swept(&shop.table, after(start, 1)).await;
    let tenants: std::collections::BTreeSet<_> = looks.iter().map(|look| &look.tenant).collect();
    assert_eq!((looks.len(), tenants.len()), (450, 450));
    // A queue that takes nothing is told as trouble, and the next minute asks again.
    let refuses = |_| ready(Err(Unsent("no queue".to_owned())));
    let (_, troubles) = ask(&shop.table, &|| after(start, 1), refuses).await.unwrap();
    assert!(!troubles.is_empty() && troubles.iter().all(|why| why.contains("no queue")));
}
