//! Two hundred buyers want the ten uses of a shared link at once, every third with a card that is
//! declined, while the functions that charge and look after them are killed at random.
//!
//! What was held and paid is read from the table's stream: at no moment more than ten.

use super::killer::Prey;
use crate::{
    random::Random,
    stack::{Changes, Link, Shop, Stack, eventually, text_of},
};
use serde_json::{Value, json};
use shared::{app::clock, model::id::PaymentIntentId, store::Key};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::Duration,
};

const USES: usize = 10;
const BUYERS: usize = 200;

/// Buyers start so many visits before the counters of starts are set back: all of them come from
/// one network here.
const STARTS: usize = 9;

/// What is killed: the submit itself, and what goes on with charges whose submit died.
const PREYS: [&str; 2] = ["hosted-submit-payment", "workers-reconcile-payments"];

/// Submits that must die at work before the killing stops, and when it stops at the latest, in
/// seconds.
const DEATHS: usize = 5;
const MAX_KILLING_S: i64 = 120;

/// A charge whose submit died is looked after within a minute; a buyer waits for several of them.
const WAIT_TIMEOUT_S: i64 = 900;

/// How a visit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Paid,
    Declined,
    SoldOut,
}

/// Every visit by its payment, started one after the other.
fn visits(stack: &'static Stack, shop: &Shop, uuid: &str) -> BTreeMap<String, Link> {
    let visit = |n: usize| {
        if n.is_multiple_of(STARTS) {
            let counters = stack.items_where(|(pk, _), _| pk.starts_with("throttle#start_"));
            for (pk, sk) in counters.into_keys() {
                stack.remove(&Key { pk, sk });
            }
        }
        let page = shop.page(&shop.start(uuid, &Shop::buyer()).shown(201));
        let id = PaymentIntentId::from_links_form(&page.id).unwrap();
        (id.uuid().to_string(), page)
    };
    (0..BUYERS).map(visit).collect()
}

/// A buyer who submits until there is an answer, as the page does with the same attempt.
fn buy(visit: &Link, number: &str) -> End {
    let token = visit.card_token(number);
    let given_up = clock::now().plus_seconds(WAIT_TIMEOUT_S);
    loop {
        assert!(clock::now() < given_up, "a buyer has no answer after {WAIT_TIMEOUT_S} seconds");
        let body = json!({"card_token": token, "save_card": false});
        let answer = visit.call("POST", "/submit").json(&body).try_send();
        let said = answer.ok().map(|answer| (answer.status, answer.body.clone()));
        let Some((status, body)) = said else { continue };
        let told: Value = serde_json::from_str(&body).unwrap_or_default();
        match (status, told["status"].as_str(), told["code"].as_str()) {
            (200, Some("succeeded"), _) => return End::Paid,
            (200, Some("pending" | "failed"), _) => return End::Declined,
            (410, _, Some("link_exhausted")) => return End::SoldOut,
            // Under way, taken for the moment, busy, or the function died.
            (200, Some("processing"), _) | (409 | 429 | 500.., ..) => {
                thread::sleep(Duration::from_millis(500));
            }
            _ => panic!("{status} {body}"),
        }
    }
}

/// Kills until enough submits have died in the middle of their work, or everybody has an answer.
fn kill_them(preys: &[Prey], random: &mut Random, over: &AtomicBool) {
    let most = clock::now().plus_seconds(MAX_KILLING_S);
    while preys[0].deaths() < DEATHS && clock::now() < most && !over.load(Relaxed) {
        for prey in preys {
            let mut processes = prey.processes();
            // One of them, unless none of those was at work so far: then now and again all.
            if prey.deaths() > 0 || random.chance(70) {
                processes = random.pick(&processes).into_iter().collect();
            }
            prey.kill(&processes);
        }
        let pause = u64::try_from(20 + random.below(200)).unwrap();
        thread::sleep(Duration::from_millis(pause));
    }
}

/// The link's counters and what its payments hold, followed change by change.
#[derive(Default)]
struct Holders {
    taken: BTreeSet<String>,
    most: usize,
    link: Option<(i64, i64)>,
}

impl Holders {
    fn follow(&mut self, changes: &[Value], uuid: &str, visits: &BTreeMap<String, Link>) {
        for change in changes {
            let (keys, new) = (&change["Keys"], &change["NewImage"]);
            let (pk, sk) = (keys["pk"]["S"].as_str().unwrap(), keys["sk"]["S"].as_str().unwrap());
            if pk == format!("link#{uuid}") && new.get("h").is_some() {
                let number = |name: &str| new[name]["N"].as_str().unwrap().parse().unwrap();
                let (used, held): (i64, i64) = (number("u"), number("h"));
                let all = usize::try_from(used + held).unwrap();
                assert!(all <= USES, "{used} paid and {held} held of {USES} uses");
                self.link = Some((used, held));
            }
            let Some(item) = new.as_object().filter(|_| pk.starts_with("intent#")) else {
                continue;
            };
            let payment = item.get("id").map_or(sk, |id| id["S"].as_str().unwrap());
            if visits.contains_key(payment) {
                let status = text_of(item, "st");
                let takes = matches!(&*status, "processing" | "requires_action" | "succeeded");
                if takes {
                    self.taken.insert(payment.to_owned());
                } else {
                    self.taken.remove(payment);
                }
                self.most = self.most.max(self.taken.len());
                assert!(self.taken.len() <= USES, "{} payments take a use", self.taken.len());
            }
        }
    }
}

#[test]
fn two_hundred_buyers_take_ten_uses_at_most_while_functions_are_killed() {
    let (stack, _alone) = Stack::alone();
    let seed = std::env::var("PAYLINK_SEED").map_or(11, |seed| seed.parse().unwrap());
    let shop = stack.shop("Crowded Shop");
    let uuid = shop.link(Some(u32::try_from(USES).unwrap()));
    let visits = visits(stack, &shop, &uuid);
    assert_eq!(visits.len(), BUYERS);
    let (mut changes, mut holders) = (Changes::from_now(stack), Holders::default());
    let preys = PREYS.map(Prey::find);
    let over = AtomicBool::new(false);

    let ends: BTreeMap<&String, End> = thread::scope(|scope| {
        let buyers: Vec<_> = (0_usize..)
            .zip(&visits)
            .map(|(n, (id, visit))| {
                let card = if n % 3 == 2 { "4000000000000002" } else { "4242424242424242" };
                (id, scope.spawn(move || buy(visit, card)))
            })
            .collect();
        let killer = scope.spawn(|| kill_them(&preys, &mut Random(seed), &over));
        while !buyers.iter().all(|(_, buyer)| buyer.is_finished()) {
            holders.follow(&changes.next(stack), &uuid, &visits);
            thread::sleep(Duration::from_millis(50));
        }
        over.store(true, Relaxed);
        killer.join().unwrap();
        buyers.into_iter().map(|(id, buyer)| (id, buyer.join().unwrap())).collect()
    });

    eventually("the last use is paid and none is held", 120, || {
        holders.follow(&changes.next(stack), &uuid, &visits);
        (holders.link == Some((i64::try_from(USES).unwrap(), 0))).then_some(())
    });
    let count = |end| ends.values().filter(|found| **found == end).count();
    let deaths: Vec<_> = preys.iter().map(|prey| (prey.name, prey.deaths())).collect();
    eprintln!(
        "seed {seed}: {} paid, {} declined, {} came too late; at most {} held or paid at once; \
         invocations killed: {deaths:?}",
        count(End::Paid),
        count(End::Declined),
        count(End::SoldOut),
        holders.most,
    );
    let mut charged = 0;
    for (id, end) in &ends {
        let approved =
            stack.charges(id).iter().filter(|one| text_of(one, "is") == "approved").count();
        assert_eq!(approved, usize::from(holders.taken.contains(*id)), "{id}");
        charged += approved;
        // Whoever was told an outcome was told the truth.
        assert!(*end != End::Paid || approved == 1, "{id}");
        assert!(*end != End::Declined || approved == 0, "{id}");
    }
    assert_eq!((charged, holders.taken.len()), (USES, USES));
    assert!(deaths[0].1 > 0, "no submit died: {deaths:?}");
}
