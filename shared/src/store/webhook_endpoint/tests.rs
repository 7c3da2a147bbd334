use super::*;
use crate::{
    model::{event::History, webhook_endpoint::DisabledReason},
    store::{
        memory::Memory,
        tests::{golden, id, kept, now, put as written, scope},
    },
};
use futures_util::FutureExt;

fn endpoint() -> WebhookEndpoint {
    WebhookEndpoint {
        id: id(6),
        scope: scope(),
        surface: Surface::Platform,
        url: "https://shop.example/hooks".into(),
        events: vec!["payment_intent.*".parse().unwrap()],
        description: "orders".into(),
        settings: DeliverySettings::default(),
        secrets: vec![EndpointSecret {
            sealed: Sealed::kept("1.sealed".into()),
            pair: None,
            created_at: now(),
            ends_at: None,
        }],
        disabled: None,
        fresh_from: now(),
        warned: None,
        created_at: now(),
        updated_at: now(),
        history: History::default(),
        version: 1,
    }
}

#[test]
fn an_endpoint_is_kept_like_this() {
    let item = written(&put(&endpoint())).clone();
    golden(
        &item,
        r#"
crt=1795255200250
events[0]="payment_intent.*"
fresh=1795255200250
history=[]
id="01a1fd8c-69fa-7606-8606-060606060606"
note="orders"
outbox="1"
pk="endpoint#01a1fd8c-69fa-7101-8101-010101010101#test"
secrets[0].crt=1795255200250
secrets[0].s="1.sealed"
sk="platform"
upd=1795255200250
url="https://shop.example/hooks"
v=1
13 attributes"#,
    );
    assert_eq!(from_item(scope(), &item), Ok(endpoint()));
}

#[test]
fn an_endpoint_with_everything_is_kept_like_this() {
    let pair = SigningPair {
        sealed: Sealed::kept("1.private".into()),
        public: PublicKey("whpk_x".into()),
    };
    let secret =
        EndpointSecret { pair: Some(pair), created_at: now(), ..endpoint().secrets[0].clone() };
    let settings = DeliverySettings {
        timeout_s: 30,
        schedule: Some(RetrySchedule::new(vec![5, 60]).unwrap()),
        ordered_since: Some(now()),
    };
    let all = WebhookEndpoint { settings, events: vec![], ..endpoint() };
    let all = all.rotated(secret, 3600, now()).unwrap().warned(now(), 3, now()).unwrap();
    let all = all.disabled(DisabledReason::Failing, now()).unwrap();
    let item = written(&put(&all)).clone();
    golden(
        &item,
        r#"
crt=1795255200250
fail=1795255200250
fresh=1795255200250
history[0].at=1795255200250
history[0].t="webhook_endpoint.failing"
history[1].at=1795255200250
history[1].t="webhook_endpoint.disabled"
id="01a1fd8c-69fa-7606-8606-060606060606"
note="orders"
off=1795255200250
ord=1795255200250
outbox="1"
own=true
pk="endpoint#01a1fd8c-69fa-7101-8101-010101010101#test"
sched[0]="5"
sched[1]="60"
secrets[0].crt=1795255200250
secrets[0].end=1795258800250
secrets[0].s="1.sealed"
secrets[1].crt=1795255200250
secrets[1].k="1.private"
secrets[1].p="whpk_x"
secrets[1].s="1.sealed"
sk="platform"
upd=1795255200250
url="https://shop.example/hooks"
v=4
wait=30
warn=3
why="failing"
20 attributes"#,
    );
    assert_eq!(from_item(scope(), &item), Ok(all));
    let once = DeliverySettings {
        schedule: Some(RetrySchedule::new(vec![]).unwrap()),
        ..DeliverySettings::default()
    };
    let once = WebhookEndpoint { settings: once, ..endpoint() };
    assert_eq!(from_item(scope(), written(&put(&once))), Ok(once));
}

#[test]
fn an_endpoint_of_another_surface_has_a_place_of_its_own() {
    let names = || ["payment.received"].into_iter();
    let events = vec![EventFilter::among("payment.*", names()).unwrap()];
    let other = WebhookEndpoint { surface: Surface::Payments, events, ..endpoint() };
    let item = written(&put(&other)).clone();
    golden(
        &item,
        r#"
crt=1795255200250
events[0]="payment.*"
fresh=1795255200250
history=[]
id="01a1fd8c-69fa-7606-8606-060606060606"
note="orders"
outbox="1"
pk="endpoint#01a1fd8c-69fa-7101-8101-010101010101#test"
secrets[0].crt=1795255200250
secrets[0].s="1.sealed"
sk="payments#01a1fd8c-69fa-7606-8606-060606060606"
surf="payments"
upd=1795255200250
url="https://shop.example/hooks"
v=1
14 attributes"#,
    );
    assert_eq!(from_item(scope(), &item), Ok(other));
    let item = item.with("surf", "elsewhere");
    assert_eq!(from_item(scope(), &item), Err(item.corrupt("surf")));
}

#[test]
fn endpoints_are_listed_by_surface_and_all_together() {
    let table = Table::Memory(Memory::default());
    let on = |surface, n| WebhookEndpoint { surface, id: id(n), ..endpoint() };
    let (platform, links) = (on(Surface::Platform, 1), on(Surface::Links, 2));
    let payments = [on(Surface::Payments, 3), on(Surface::Payments, 4)];
    let [first, second] = payments.clone();
    for endpoint in [&platform, &links, &second, &first] {
        done(table.commit(vec![put(endpoint)]));
    }
    let listed = |surface| done(table.endpoints_on(scope(), surface));
    assert_eq!(listed(Surface::Platform), std::slice::from_ref(&platform));
    assert_eq!(listed(Surface::Payments), payments);
    assert_eq!(listed(Surface::Links), [links]);
    assert_eq!(done(table.endpoints(scope())).len(), 4);
    assert_eq!(done(table.platform_endpoint(scope())), Some(platform.clone()));
    let by_id = |surface, n| done(table.endpoint(scope(), surface, id(n)));
    assert_eq!(by_id(Surface::Payments, 3), Some(first));
    assert_eq!(by_id(Surface::Links, 3), None);
    assert_eq!((by_id(Surface::Platform, 1), by_id(Surface::Platform, 9)), (Some(platform), None));
}

/// The future's value: nothing here waits for anything.
fn done<T>(future: impl Future<Output = Result<T>>) -> T {
    future.now_or_never().unwrap().unwrap()
}

#[test]
fn health_is_kept_like_this() {
    let health = EndpointHealth {
        failures: 7,
        failing_since: Some(now()),
        last_success: Some(now().plus_seconds(-5)),
        pause: Some(Pause {
            until: now().plus_seconds(10),
            probe: Some(Probe { until: now().plus_seconds(35), nonce: 7 }),
        }),
        pauses: 1,
        ..EndpointHealth::unknown(scope(), id(6))
    };
    let health = health.written(now());
    let item = kept(|table| {
        let health = health.clone();
        async move { table.put_endpoint_health(&health).await }
    });
    golden(
        &item,
        r#"
fails=7
ok=1795255195250
pauses=1
pk="health#01a1fd8c-69fa-7101-8101-010101010101#test"
probe=1795255235250
since=1795255200250
sk="01a1fd8c-69fa-7606-8606-060606060606"
ttl=1803031200
until=1795255210250
upd=1795255200250
v=1
11 attributes"#,
    );
    assert_eq!(health_from_item(scope(), id(6), &item), Ok(health));
}
