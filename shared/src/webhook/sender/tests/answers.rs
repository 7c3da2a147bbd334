//! Answers that are long, broken, compressed or strange.

use super::world::*;
use crate::{
    model::delivery::AttemptResult,
    webhook::sender::{
        Sender,
        answer::readable,
        line::{HEAD_BYTES, HEAD_LINES},
    },
};
use std::{thread, time::Duration};

#[test]
fn interim_answers_are_not_the_answer() {
    let both = format!("HTTP/1.1 103 Early Hints\r\n\r\n{}", answer("410 Gone", "no"));
    let sent = post(&Sender::new(LOCAL, vec![]), &Receiver::answering(both).url(), PLENTY);
    assert_eq!((sent.result, sent.http_status), (AttemptResult::Status, Some(410)));
}

#[test]
fn a_connection_that_breaks_before_the_answer_is_a_failure() {
    let head = "HTTP/1.1 200 OK\r\n";
    let many: String = (0..=HEAD_LINES).map(|line| format!("h{line}: a\r\n")).collect();
    let cases: [(&str, String); 7] = [
        ("nothing", String::new()),
        ("half a head", "HTTP/1.1 200 OK\r\ncontent-le".into()),
        ("not HTTP", "SSH-2.0-OpenSSH_9.6\r\n".into()),
        ("a status that is none", "HTTP/1.1 20 OK\r\n\r\n".into()),
        ("one huge header", format!("{head}a: {}\r\n\r\n", "b".repeat(4 * HEAD_BYTES))),
        ("many headers", format!("{head}{many}content-length: 0\r\n\r\n")),
        ("a head without end", head.to_owned() + &"a: b\r\n".repeat(20_000)),
    ];
    for (case, bytes) in cases {
        let receiver = Receiver::http(move |stream| {
            request_on(stream);
            // It may have been hung up on by then.
            let _ = stream.write_all(bytes.as_bytes());
        });
        let sent = post(&Sender::new(LOCAL, vec![]), &receiver.url(), PLENTY);
        assert_eq!((sent.result, sent.http_status), (AttemptResult::Connect, None), "{case}");
        assert_eq!(sent.answer, "", "{case}");
        assert_eq!(receiver.connections(), 1, "{case}: not sent twice");
    }
    // Closed before the request was read.
    let receiver = Receiver::http(|_| ());
    let sent = post(&Sender::new(LOCAL, vec![]), &receiver.url(), PLENTY);
    assert_eq!(sent.result, AttemptResult::Connect);
}

#[test]
fn an_answer_that_breaks_after_its_status_is_judged_by_the_status() {
    for (status, result) in [("200 OK", AttemptResult::Success), ("500 No", AttemptResult::Status)]
    {
        for rest in
            ["content-length: 10\r\n\r\nabc", "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\nz"]
        {
            let bytes = format!("HTTP/1.1 {status}\r\n{rest}");
            let receiver = Receiver::http(move |stream| {
                request_on(stream);
                stream.write_all(bytes.as_bytes()).unwrap();
            });
            let sender = Sender::new(LOCAL, vec![]);
            let sent = post(&sender, &receiver.url(), PLENTY);
            assert_eq!((sent.result, sent.answer.as_str()), (result, "abc"), "{status} {rest}");
            assert!(sender.drawer.idle().is_empty());
        }
    }
}

#[test]
fn of_a_long_answer_only_the_start_is_read() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("400\r\n{}\r\n", "x".repeat(1024));
    let receiver = Receiver::http(move |stream| {
        request_on(stream);
        stream.write_all(head.as_bytes()).unwrap();
        while stream.write_all(chunk.as_bytes()).is_ok() {}
    });
    let sender = Sender::new(LOCAL, vec![]);
    let sent = post(&sender, &receiver.url(), PLENTY);
    assert_eq!((sent.result, sent.http_status), (AttemptResult::Success, Some(200)));
    assert_eq!(sent.answer, "x".repeat(4096));
    assert!(sender.drawer.idle().is_empty(), "what is left unread spoils the connection");
}

#[test]
fn an_answer_becomes_text_that_is_safe_to_keep() {
    let cases: [(&[u8], &str); 7] = [
        (b"", ""),
        (b"plain\n\ttext", "plain\n\ttext"),
        (b"a\r\nb\0c\x1b[31md\x7f", "a\u{fffd}\nb\u{fffd}c\u{fffd}[31md\u{fffd}"),
        ("a\u{85}b\u{9b}".as_bytes(), "a\u{fffd}b\u{fffd}"),
        (b"a\xff\xfe", "a\u{fffd}\u{fffd}"),
        ("Zo\u{eb} \u{1f600}".as_bytes(), "Zo\u{eb} \u{1f600}"),
        (b"\x1f\x8b\x08", "\u{fffd}\u{fffd}\u{8}"),
    ];
    for (bytes, text) in cases {
        assert_eq!(readable(bytes), text.replace('\u{8}', "\u{fffd}"), "{bytes:?}");
    }
    // The end never falls inside a character.
    for before in 0..4 {
        let text = "x".repeat(before) + &"\u{1f600}".repeat(2000);
        let receiver = Receiver::answering(answer("200 OK", &text));
        let sent = post(&Sender::new(LOCAL, vec![]), &receiver.url(), PLENTY);
        assert!((4093..=4096).contains(&sent.answer.len()), "{}", sent.answer.len());
        assert!(text.starts_with(&sent.answer));
    }
    assert_eq!(readable(&[0xff; 5000]).len(), 4095);
}

#[test]
fn what_is_compressed_stays_compressed() {
    // A few kilobytes of this unpack to gigabytes.
    let bomb = [b"\x1f\x8b\x08\0\0\0\0\0\0\x03".as_slice(), &[0x42; 60_000]].concat();
    let head = format!(
        "HTTP/1.1 500 No\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        bomb.len()
    );
    let receiver = Receiver::answering([head.as_bytes(), &bomb].concat());
    let sent = post(&Sender::new(LOCAL, vec![]), &receiver.url(), PLENTY);
    assert_eq!((sent.result, sent.http_status), (AttemptResult::Status, Some(500)));
    assert!(sent.answer.len() <= 4096 && sent.answer.ends_with('B'), "kept as it came");
}

#[test]
fn a_yes_counts_whatever_happens_to_the_rest_of_the_answer() {
    let heads: [(&str, bool); 5] = [
        ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", true),
        ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", false),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n", true),
        ("HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\nno chunk\r\n", true),
        ("HTTP/1.1 204 No Content\r\n\r\n", true),
    ];
    for (head, stays_open) in heads {
        let receiver = Receiver::http(move |stream| {
            let _ = request_on(stream);
            let _ = stream.write_all(head.as_bytes());
            if stays_open {
                hold(stream);
            }
        });
        let sent = post(&Sender::new(LOCAL, vec![]), &receiver.url(), PLENTY);
        assert_eq!(sent.result, AttemptResult::Success, "{head}, stays open: {stays_open}");
        let waited = Duration::from_millis(sent.latency_ms.into());
        assert!(waited < PLENTY, "the rest is not waited for: {waited:?}");
    }
    let trickle = Receiver::http(|stream| {
        let _ = request_on(stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n");
        while stream.write_all(b"x").and_then(|()| stream.flush()).is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    let sent = post(&Sender::new(LOCAL, vec![]), &trickle.url(), SHORT);
    assert_eq!((sent.result, sent.http_status), (AttemptResult::Success, Some(200)));
}
