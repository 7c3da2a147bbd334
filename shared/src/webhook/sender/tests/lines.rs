//! Connections that are kept, and what is never sent twice over them.

use super::world::*;
use crate::{
    model::delivery::AttemptResult,
    webhook::sender::{Sender, line::MAX_IDLE},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};
use tokio::time;

#[test]
fn a_connection_in_good_order_is_used_again() {
    let ours = Authority::new();
    let config = ours.server("*.example.com", 4000);
    let receiver =
        Receiver::https(config, |stream| serve(stream, answer("200 OK", "ok").as_bytes()));
    let world = World::with(&receiver);
    world.name("other.example.com", &[&[PUBLIC]]);
    let sender = world.sender(STRICT, ours.roots());
    block_on(async {
        for _ in 0..5 {
            let sent = sender.send("https://hooks.example.com/", &[], "{}", PLENTY).await;
            assert_eq!(sent.result, AttemptResult::Success);
        }
        assert_eq!(receiver.connections(), 1);
        assert_eq!(world.resolved.lock().unwrap().len(), 5, "but the name is checked each time");
        // Another name and another address are another connection.
        sender.send("https://other.example.com/", &[], "{}", PLENTY).await;
        assert_eq!(receiver.connections(), 2);
        world.name("hooks.example.com", &[&["93.184.216.35:443"]]);
        world.route("93.184.216.35:443", receiver.address);
        sender.send("https://hooks.example.com/", &[], "{}", PLENTY).await;
        assert_eq!(receiver.connections(), 3);
    });
}

#[test]
fn requests_at_the_same_time_do_not_share_a_connection_and_few_are_kept() {
    let receiver = Receiver::answering(answer("200 OK", ""));
    let sender = Sender::new(LOCAL, vec![]);
    let url = receiver.url();
    block_on(async {
        for _ in 0..2 {
            let all = (0..20).map(|_| sender.send(&url, &[], "{}", PLENTY));
            for sent in futures_util::future::join_all(all).await {
                assert_eq!(sent.result, AttemptResult::Success);
            }
            assert_eq!(sender.drawer.idle().len(), MAX_IDLE);
        }
    });
    assert_eq!(receiver.connections(), 20 + (20 - MAX_IDLE));
}

#[test]
fn a_kept_connection_that_has_ended_costs_nothing_but_a_new_one() {
    // Answers one request and closes, announced or not.
    for close in ["", "\r\nconnection: close"] {
        let status = format!("200 OK{close}");
        let receiver = Receiver::http(move |stream| {
            request_on(stream);
            stream.write_all(answer(&status, "").as_bytes()).unwrap();
        });
        let sender = Sender::new(LOCAL, vec![]);
        block_on(async {
            for sent in 1..=5 {
                let one = sender.send(&receiver.url(), &[], "{}", PLENTY).await;
                assert_eq!(one.result, AttemptResult::Success, "{sent}");
                assert_eq!(receiver.connections(), sent);
                // The process sleeps, and nothing in it notices that the connection ends.
                receiver.wait_until_ended(sent);
            }
        });
    }
}

#[test]
fn what_may_have_been_processed_is_not_sent_again_at_once() {
    let requests = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&requests);
    let receiver = Receiver::http(move |stream| {
        while request_on(stream).is_some() {
            if seen.fetch_add(1, SeqCst) == 1 {
                return;
            }
            stream.write_all(answer("200 OK", "").as_bytes()).unwrap();
        }
    });
    let sender = Sender::new(LOCAL, vec![]);
    let results = block_on(async {
        let mut results = vec![];
        for _ in 0..3 {
            results.push(sender.send(&receiver.url(), &[], "{}", PLENTY).await.result);
        }
        results
    });
    let expected = [AttemptResult::Success, AttemptResult::Connect, AttemptResult::Success];
    assert_eq!(results, expected);
    assert_eq!((requests.load(SeqCst), receiver.connections()), (3, 2));
}

#[test]
fn a_second_answer_that_nobody_asked_for_is_not_taken_for_the_next_ones() {
    let twice = answer("200 OK", "first") + &answer("410 Gone", "second");
    let receiver = Receiver::answering(twice);
    let sender = Sender::new(LOCAL, vec![]);
    block_on(async {
        for _ in 0..4 {
            let sent = sender.send(&receiver.url(), &[], "{}", PLENTY).await;
            assert_eq!((sent.result, sent.answer.as_str()), (AttemptResult::Success, "first"));
            thread::sleep(Duration::from_millis(10));
        }
    });
    assert_eq!(receiver.connections(), 4);
}

#[test]
fn what_was_given_up_is_disconnected_though_the_process_goes_on() {
    let (tell, told) = std::sync::mpsc::channel();
    let receiver = Receiver::http(move |stream| {
        // Starts to read when nobody waits for it any more.
        thread::sleep(Duration::from_millis(100));
        let mut some = vec![0; 64 * 1024];
        let mut all = 0;
        while let Ok(read @ 1..) = stream.read(&mut some) {
            all += read;
        }
        tell.send(all).unwrap();
    });
    let body = "x".repeat(32 * 1024 * 1024);
    let sender = Sender::new(LOCAL, vec![]);
    block_on(async {
        let timeout = Duration::from_millis(50);
        let sent = sender.send(&receiver.url(), &[], &body, timeout).await;
        assert_eq!(sent.result, AttemptResult::Timeout);
        for _ in 0..12_000 {
            if let Ok(all) = told.try_recv() {
                assert!(all < body.len(), "the rest is not sent later");
                return;
            }
            time::sleep(Duration::from_millis(10)).await;
        }
        panic!("still connected");
    });
}
