//! Where webhooks may go: names, addresses, and those that are refused.

use super::world::*;
use crate::{
    model::delivery::AttemptResult,
    webhook::sender::{Sender, network::vet_on, vet},
};
use std::net::TcpListener;

#[test]
fn what_is_not_allowed_gets_no_connection() {
    let receiver = Receiver::answering(answer("200 OK", ""));
    let world = World::with(&receiver);
    let lists: [&[&str]; 9] = [
        &["127.0.0.1:443"],
        &["10.0.0.1:443"],
        &["169.254.169.254:443"],
        &["[::1]:443"],
        &["[fd00:ec2::254]:443"],
        &["[::ffff:127.0.0.1]:443"],
        &["[64:ff9b::a00:1]:443"],
        &[PUBLIC, "127.0.0.1:443"],
        &["[2606:4700::1111]:443", PUBLIC, "8.8.8.8:443", "1.1.1.1:443", "[fe80::1]:443"],
    ];
    for list in lists {
        world.name("inside.example.com", &[list]);
        let sender = world.sender(STRICT, vec![]);
        let sent = post(&sender, "https://inside.example.com/", PLENTY);
        assert_eq!((sent.result, sent.http_status), (AttemptResult::Refused, None), "{list:?}");
        let reason = block_on(vet_on(&world, "https://inside.example.com/", STRICT)).unwrap_err();
        assert!(reason.0.contains("resolves to a private"), "{list:?}");
    }
    let resolved = world.resolved.lock().unwrap().len();
    let loopback = receiver.url();
    for url in [
        &loopback,
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://[::ffff:7f00:1]/",
        "https://localhost/",
        "http://hooks.example.com/",
        "https://hooks.example.com:22/",
        "https://user@hooks.example.com/",
        "",
    ] {
        let sent = post(&world.sender(STRICT, vec![]), url, PLENTY);
        assert_eq!(sent.result, AttemptResult::Refused, "{url}");
        assert!(block_on(vet_on(&world, url, STRICT)).is_err(), "{url}");
    }
    assert_eq!(world.resolved.lock().unwrap().len(), resolved, "not even resolved");
    assert_eq!(world.connected(), []);
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn a_name_that_turns_to_loopback_gets_nothing_there() {
    let ours = Authority::new();
    let serving = |stream: &mut dyn Stream| serve(stream, answer("200 OK", "").as_bytes());
    let public = Receiver::https(ours.server("rebind.example.com", 4000), serving);
    let inside = Receiver::https(ours.server("rebind.example.com", 4000), serving);
    let world = World::with(&public);
    world.route("127.0.0.1:443", inside.address);
    world.name("rebind.example.com", &[&[PUBLIC], &["127.0.0.1:443"]]);
    let sender = world.sender(STRICT, ours.roots());
    block_on(async {
        let url = "https://rebind.example.com/";
        let first = sender.send(url, &[], "{}", PLENTY).await;
        assert_eq!(first.result, AttemptResult::Success);
        assert_eq!(world.resolved.lock().unwrap().len(), 1, "resolved once");
        // Not even over the connection that is still open.
        assert_eq!(sender.drawer.idle().len(), 1);
        for _ in 0..3 {
            let next = sender.send(url, &[], "{}", PLENTY).await;
            assert_eq!(next.result, AttemptResult::Refused);
        }
    });
    assert_eq!(world.connected(), [address(PUBLIC)]);
    assert_eq!((public.connections(), inside.connections()), (1, 0));
}

#[test]
fn names_that_do_not_resolve() {
    let world = World::with(&Receiver::answering(""));
    world.name("empty.example.com", &[]);
    let sender = world.sender(STRICT, vec![]);
    for (host, timeout, result) in [
        ("unknown.example.com", PLENTY, AttemptResult::Dns),
        ("empty.example.com", PLENTY, AttemptResult::Dns),
        ("silent.example.com", SHORT, AttemptResult::Timeout),
    ] {
        let sent = post(&sender, &format!("https://{host}/"), timeout);
        assert_eq!((sent.result, sent.http_status), (result, None), "{host}");
    }
    for host in ["unknown.example.com", "empty.example.com", "hooks.example.com"] {
        let url = format!("https://{host}/");
        assert_eq!(block_on(vet_on(&world, &url, STRICT)), Ok(()), "{host}");
    }
    assert_eq!(world.connected(), []);
}

#[test]
fn the_next_address_is_tried_when_one_does_not_take_connections() {
    let receiver = Receiver::answering(answer("200 OK", ""));
    let world = World::with(&receiver);
    let [lost, dead, v6] = ["93.184.216.99:80", "93.184.216.35:80", "[2606:4700::1111]:80"];
    world.route(v6, receiver.address);
    world.name("many.example.com", &[&[v6, lost, dead, "8.8.8.8:80", "1.1.1.1:80"]]);
    let sent = post(&world.sender(LOCAL, vec![]), "http://many.example.com/", SHORT * 4);
    assert_eq!(sent.result, AttemptResult::Success);
    assert_eq!(world.connected(), [address(lost), address(dead), address(v6)]);
    assert!(sent.latency_ms >= 250);

    // Nobody there at all.
    world.name("lost.example.com", &[&[lost]]);
    let sent = post(&world.sender(LOCAL, vec![]), "http://lost.example.com/", SHORT);
    assert_eq!(sent.result, AttemptResult::Connect);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let sent = post(&Sender::new(LOCAL, vec![]), &format!("http://{closed}/"), PLENTY);
    assert_eq!(sent.result, AttemptResult::Connect);
}

#[test]
fn a_name_of_this_machine_works_on_the_local_stack() {
    let receiver = Receiver::answering(answer("200 OK", ""));
    // What is registered is reached: every name below localhost is this machine (RFC 6761).
    for name in ["localhost", "app.localhost", "hooks.shop.localhost"] {
        let url = format!("http://{name}:{}/", receiver.address.port());
        let sent = post(&Sender::new(LOCAL, vec![]), &url, PLENTY);
        assert_eq!(sent.result, AttemptResult::Success, "{name}");
        assert_eq!(block_on(vet(&url, LOCAL)), Ok(()));
        assert!(block_on(vet(&url, STRICT)).is_err());
    }
}

#[test]
fn an_address_in_the_url_needs_no_resolver_and_its_own_certificate() {
    let ours = Authority::new();
    let receiver = Receiver::https(ours.server("93.184.216.34", 4000), |stream| {
        serve(stream, answer("200 OK", "").as_bytes());
    });
    let world = World::with(&receiver);
    let sender = world.sender(STRICT, ours.roots());
    assert_eq!(post(&sender, "https://93.184.216.34/", PLENTY).result, AttemptResult::Success);
    assert!(world.resolved.lock().unwrap().is_empty());
}
