//! One dead endpoint among twenty, with ten times the traffic of any other: the others do not
//! notice.
//!
//! Counts are asserted, delays only shown: the emulator hands messages out first come, first
//! served, where SQS looks after quiet tenants first, and adds its own time to every step. The
//! sender's own figures come from `python3 tests/bench fairness`.

use crate::stack::{Received, Receiver, Stack, Tenant, eventually, text_of, unique};
use serde_json::json;
use shared::store::Key;
use std::{collections::BTreeSet, net::TcpListener, thread};

const LIVING: usize = 19;

/// Test events of each living tenant, and of the dead one.
const EVENTS: usize = 3;
const DEAD_EVENTS: usize = 10 * EVENTS;

/// Tenants whose servers answer at once.
struct Crowd {
    stack: &'static Stack,
    shops: Vec<(Tenant, Receiver)>,
}

impl Crowd {
    fn gather(stack: &'static Stack) -> Self {
        let shop = |_| {
            let tenant = stack.tenant("Living Shop");
            let receiver = tenant.listen(&[]);
            (tenant, receiver)
        };
        Self { stack, shops: (0..LIVING).map(shop).collect() }
    }

    /// Lets everybody ask for test events, the dead one ten times as often, and
    /// waits until the living have theirs. Answers their delays from commit to arrival, sorted, in
    /// milliseconds. What a machine could not send in time is sent again, so an event counts once
    /// however often it comes.
    fn chat(&self, dead: Option<&Tenant>) -> Vec<i64> {
        let before: Vec<usize> = self.shops.iter().map(|shop| firsts(&shop.1).len()).collect();
        for _ in 0..EVENTS {
            thread::scope(|scope| {
                // One tenant's own requests one after the other: they change the same record.
                scope.spawn(|| dead.map(|dead| [dead; DEAD_EVENTS / EVENTS].map(test_event)));
                for shops in self.shops.chunks(LIVING.div_ceil(3)) {
                    scope.spawn(|| shops.iter().for_each(|shop| test_event(&shop.0)));
                }
            });
        }
        let mut delays = Vec::new();
        for ((tenant, receiver), before) in self.shops.iter().zip(before) {
            let received = eventually("every event of the living", 180, || {
                let received = firsts(receiver);
                (received.len() >= before + EVENTS).then_some(received)
            });
            assert_eq!(received.len(), before + EVENTS, "an event that nobody asked for");
            let times = self.asked_at(tenant);
            for one in &received[before..] {
                let sequence = one.verified(&receiver.secret)["data"]["sequence"].as_u64().unwrap();
                delays.push(one.at.ms() - times[usize::try_from(sequence).unwrap() - 1]);
            }
        }
        delays.sort_unstable();
        delays
    }

    /// When each test event of a tenant was committed.
    fn asked_at(&self, tenant: &Tenant) -> Vec<i64> {
        let key = Key { pk: format!("endpoint#{}#test", tenant.id), sk: "platform".to_owned() };
        let endpoint = self.stack.item(&key).unwrap();
        let times = endpoint["history"]["L"].as_array().unwrap().iter();
        times.map(|entry| entry["M"]["at"]["N"].as_str().unwrap().parse().unwrap()).collect()
    }

    /// Where the deliveries of a tenant stand.
    fn statuses(&self, tenant: &Tenant) -> Vec<String> {
        let items = self.stack.items_about(&tenant.id).into_iter();
        let deliveries = items.filter(|((pk, _), _)| pk.starts_with("delivery#"));
        deliveries.map(|(_, item)| text_of(&item, "st")).collect()
    }
}

/// What a server got, each event when it came first.
fn firsts(receiver: &Receiver) -> Vec<Received> {
    let mut known = BTreeSet::new();
    let mut received = receiver.received();
    received.retain(|one| known.insert(one.header("webhook-id").to_owned()));
    received
}

fn test_event(tenant: &Tenant) {
    // One event, though it is asked for again where an answer gets lost.
    let key = json!({"idempotency_key": unique()});
    tenant.post("/v1/platform/webhooks/test", &key).ok();
}

fn shown(delays: &[i64]) -> String {
    let at = |percent: usize| delays[(delays.len() - 1) * percent / 100];
    format!("{} ms in the middle, {} ms for 19 of 20", at(50), at(95))
}

#[test]
fn a_dead_endpoint_among_twenty_holds_up_nobody() {
    let stack = Stack::get();
    let crowd = Crowd::gather(stack);
    eprintln!("nobody is dead: {}", shown(&crowd.chat(None)));
    // Takes connections and never says a word; and nobody there at all.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}/", silent.local_addr().unwrap());
    for (how, url) in [("never answers", silent.as_str()), ("is not there", "http://127.0.0.1:9/")]
    {
        let dead = stack.tenant("Dead Shop");
        dead.post("/v1/platform/webhooks", &json!({"url": url})).ok();
        let delays = crowd.chat(Some(&dead));
        eprintln!("one of {} {how}: {}", LIVING + 1, shown(&delays));
        let all = eventually("the dead one's deliveries are written down", 60, || {
            let statuses = crowd.statuses(&dead);
            (statuses.len() == DEAD_EVENTS).then_some(statuses)
        });
        assert_eq!(all, ["pending"; DEAD_EVENTS], "nothing is given up for being slow");
        dead.call("DELETE", "/v1/platform/webhooks").send().ok();
    }
}
