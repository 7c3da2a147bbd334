//! Nothing is lost when the workers die: `workers-publish-events`, `workers-fan-out-event` and
//! `workers-deliver-webhook`
//! are killed at random moments while buyers pay, and afterwards every event that was committed
//! has reached every endpoint that wants it.
//!
//! What was committed is read from the histories in the table, not from anything that was sent.
//! `PAYLINK_SEED=7 cargo test -p tests workers::kills -- --nocapture` makes the same choices
//! again; when exactly they hit is up to the machine.

use super::killer::Prey;
use crate::{
    random::Random,
    stack::{Received, Receiver, Stack, Tenant, eventually, text_of, within},
};
use serde_json::{Value, json};
use shared::app::clock;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::Duration,
};

const WORKERS: [&str; 3] =
    ["workers-publish-events", "workers-fan-out-event", "workers-deliver-webhook"];

/// Invocations of each worker that must end with their process before the killing stops.
const DEATHS: usize = 8;

/// The killing lasts at least and at most this long, in seconds.
const KILLING_S: LastsS = LastsS { least: 12, most: 900 };

/// How long the queues wait for a dead function, in seconds; in the template it is six times a
/// function's whole time. Longer than a claim, as there.
const FANOUT_S: i64 = 10;
const DELIVERY_S: i64 = 30;

/// Time for everything to arrive that a killed function held.
const ARRIVAL_S: i64 = 600;

/// One event: its object, its number there, and its type.
type Event = (String, u64, String);

/// A merchant with a server.
struct Shop {
    tenant: Tenant,
    receiver: Receiver,
    wants: &'static [&'static str],
}

/// The queues' patience, put back at the end.
pub struct Patience(&'static Stack, Vec<(&'static str, i64)>);

impl Patience {
    /// Lets these queues wait so many seconds for a dead function.
    pub fn shorten(stack: &'static Stack, short: &[(&'static str, i64)]) -> Self {
        let set =
            |(queue, s): &(&'static str, i64)| (*queue, stack.set_visibility_timeout(queue, *s));
        Self(stack, short.iter().map(set).collect())
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        for (queue, seconds) in &self.1 {
            self.0.set_visibility_timeout(queue, *seconds);
        }
    }
}

impl Shop {
    fn open(stack: &'static Stack, wants: &'static [&'static str], thinks_ms: u64) -> Self {
        let tenant = stack.tenant("Unlucky Shop");
        let receiver = tenant.listen(wants);
        receiver.think(Duration::from_millis(thinks_ms));
        Self { tenant, receiver, wants }
    }

    /// A buyer after the other, until it is enough.
    fn sell(&self, random: &mut Random, enough: &AtomicBool) {
        let user = self.tenant.payer().user;
        while !enough.load(Relaxed) {
            let link = self.tenant.link(&json!({"user_id": user, "amount": "12.50"}));
            let card = random.pick(&["4242424242424242", "4000000000000002"]).unwrap();
            let saves = random.chance(50);
            let token = link.card_token(card);
            // The buyer's page insists on a busy machine, too: one token is one charge.
            eventually("the submit is answered", 120, || {
                let body = json!({"card_token": token, "save_card": saves});
                let answer = link.call("POST", "/submit").json(&body).try_send().ok()?;
                assert!(matches!(answer.status, 200 | 409 | 429 | 500..), "{}", answer.body);
                let ended = answer.status == 200 && answer.json()["status"] != "processing";
                ended.then_some(())
            });
        }
    }

    /// Every event that its objects' histories hold and its endpoint wants.
    fn committed(&self, stack: &'static Stack) -> BTreeSet<Event> {
        let mut events = BTreeSet::new();
        for ((pk, sk), item) in stack.items_about(&self.tenant.id) {
            if !(pk.starts_with("intent#") || pk.starts_with("method#")) {
                continue;
            }
            assert!(item.get("dropped").is_none(), "a history is longer than this test can read");
            let history = item["history"]["L"].as_array().unwrap().iter();
            for (sequence, entry) in (1..).zip(history) {
                let kind = entry["M"]["t"]["S"].as_str().unwrap();
                if self.wants.is_empty() || self.wants.contains(&kind) {
                    events.insert((sk.clone(), sequence, kind.to_owned()));
                }
            }
        }
        events
    }

    /// Every event that its server has taken with a 2xx.
    fn taken(&self) -> BTreeSet<Event> {
        let taken = self.receiver.received().into_iter().filter(|one| one.answered == 200);
        taken.map(|one| event(&one.verified(&self.receiver.secret))).collect()
    }

    /// Its deliveries' statuses, by event and endpoint.
    fn deliveries(&self, stack: &'static Stack) -> BTreeMap<String, String> {
        let items = stack.items_about(&self.tenant.id).into_iter();
        let deliveries = items.filter(|((pk, _), _)| pk.starts_with("delivery#"));
        deliveries.map(|((_, sk), item)| (sk, text_of(&item, "st"))).collect()
    }

    /// Requests that its server had taken before.
    fn duplicates(&self) -> usize {
        let received = self.receiver.received();
        let taken: Vec<&Received> = received.iter().filter(|one| one.answered == 200).collect();
        let ids: BTreeSet<&str> = taken.iter().map(|one| one.header("webhook-id")).collect();
        taken.len() - ids.len()
    }
}

/// What a body is about.
fn event(body: &Value) -> Event {
    let data = &body["data"];
    let kind = body["event"].as_str().unwrap();
    let id = if kind == "card.added" { "payment_method_id" } else { "payment_intent_id" };
    (data[id].as_str().unwrap().to_owned(), data["sequence"].as_u64().unwrap(), kind.to_owned())
}

/// How long killing lasts, in seconds.
#[derive(Clone, Copy)]
pub struct LastsS {
    pub least: i64,
    pub most: i64,
}

/// Kills until every worker has died so often in the middle of its work, for at least and at most so
/// many seconds.
pub fn kill_until(preys: &[Prey], random: &mut Random, enough: usize, lasts: LastsS) {
    let began = clock::now();
    let (least, most) = (began.plus_seconds(lasts.least), began.plus_seconds(lasts.most));
    loop {
        let prey = &preys[random.below(preys.len())];
        let mut processes = prey.processes();
        if random.chance(50) {
            processes = random.pick(&processes).into_iter().collect();
        }
        prey.kill(&processes);
        let pause = u64::try_from(50 + random.below(300)).unwrap();
        thread::sleep(Duration::from_millis(pause));
        let now = clock::now();
        if now >= least && preys.iter().all(|prey| prey.deaths() >= enough) {
            return;
        }
        let deaths: Vec<_> = preys.iter().map(|prey| (prey.name, prey.deaths())).collect();
        assert!(now < most, "the kills hardly ever hit a function at work: {deaths:?}");
    }
}

#[test]
fn workers_killed_at_random_lose_no_event() {
    let (stack, _alone) = Stack::alone();
    let seed = std::env::var("PAYLINK_SEED").map_or(4, |seed| seed.parse().unwrap());
    let mut random = Random(seed);
    let preys = WORKERS.map(Prey::find);
    let shops = [
        Shop::open(stack, &[], 100),
        Shop::open(stack, &["payment_intent.succeeded", "card.added"], 600),
        Shop::open(stack, &[], 0),
    ];
    // One of them has a bad day on top of it.
    let moods: Vec<u16> = (0..20).map(|_| if random.chance(50) { 500 } else { 200 }).collect();
    shops[2].receiver.answer_next(&moods);
    let short = [("webhook-fanout", FANOUT_S), ("webhook-delivery", DELIVERY_S)];
    let patience = Patience::shorten(stack, &short);
    let enough = AtomicBool::new(false);
    thread::scope(|scope| {
        for (number, shop) in (1..).zip(&shops) {
            let (mut random, enough) = (Random(seed + number), &enough);
            scope.spawn(move || shop.sell(&mut random, enough));
        }
        // However the killing ends, the buyers must stop.
        let killing = scope.spawn(|| kill_until(&preys, &mut random, DEATHS, KILLING_S)).join();
        enough.store(true, Relaxed);
        killing.unwrap();
    });

    let missing = || {
        let all = shops.iter().flat_map(|shop| &shop.committed(stack) - &shop.taken());
        all.collect::<Vec<Event>>()
    };
    within(ARRIVAL_S, || missing().is_empty().then_some(()));
    assert_eq!(missing(), [], "committed and never delivered (seed {seed})");
    let unfinished = || {
        let all = shops.iter().flat_map(|shop| shop.deliveries(stack));
        all.filter(|(_, status)| status != "succeeded").collect::<Vec<_>>()
    };
    within(ARRIVAL_S, || unfinished().is_empty().then_some(()));
    assert_eq!(unfinished(), [], "delivered and not recorded (seed {seed})");
    let mentioned = || {
        let queues = stack.queues();
        shops.iter().any(|shop| queues.contains(&shop.tenant.id))
    };
    eventually("no message is left, dead letters included", ARRIVAL_S, || {
        (!mentioned()).then_some(())
    });
    drop(patience);

    let deaths: Vec<(&str, usize)> = preys.iter().map(|prey| (prey.name, prey.deaths())).collect();
    let committed: Vec<BTreeSet<Event>> = shops.iter().map(|shop| shop.committed(stack)).collect();
    let mut duplicates = 0;
    for (shop, committed) in shops.iter().zip(&committed) {
        assert_eq!(&shop.taken(), committed, "something arrived that was never committed");
        assert_eq!(shop.deliveries(stack).len(), committed.len(), "one delivery per event");
        duplicates += shop.duplicates();
    }
    let events: usize = committed.iter().map(BTreeSet::len).sum();
    eprintln!(
        "seed {seed}: {events} events to deliver, all delivered; {duplicates} arrived again; \
         invocations killed: {deaths:?}"
    );
    assert!(events > 10, "hardly any load: {events} events");
}
