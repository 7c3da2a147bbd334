//! Certificates and names.

use super::world::*;
use crate::model::delivery::AttemptResult;
use rustls::{ServerConnection, StreamOwned, version::TLS12};
use std::{io::Write, sync::Arc};

#[test]
fn tls_needs_a_certificate_for_this_name_that_is_valid_today() {
    let (ours, other) = (Authority::new(), Authority::new());
    let fine = || ours.server("hooks.example.com", 4000);
    let mut http2_only = fine();
    http2_only.alpn_protocols = vec![b"h2".to_vec()];
    let cases = [
        ("fine", fine(), AttemptResult::Success),
        ("wildcard", ours.server("*.example.com", 4000), AttemptResult::Success),
        ("TLS 1.2", ours.server_of("hooks.example.com", 4000, &[&TLS12]), AttemptResult::Success),
        ("another name", ours.server("hooks.example.org", 4000), AttemptResult::Tls),
        ("its address only", ours.server("93.184.216.34", 4000), AttemptResult::Tls),
        ("expired", ours.server("hooks.example.com", 2020), AttemptResult::Tls),
        ("unknown authority", other.server("hooks.example.com", 4000), AttemptResult::Tls),
        ("HTTP/2 only", http2_only, AttemptResult::Tls),
    ];
    for (case, config, result) in cases {
        let receiver =
            Receiver::https(config, |stream| serve(stream, answer("200 OK", "ok").as_bytes()));
        let world = World::with(&receiver);
        let sender = world.sender(STRICT, ours.roots());
        let sent = post(&sender, "https://hooks.example.com/", PLENTY);
        assert_eq!(sent.result, result, "{case}");
        assert_eq!(sent.http_status.is_some(), result == AttemptResult::Success, "{case}");
        let cause = sent.cause.unwrap_or_default();
        let mends = match case {
            "another name" | "its address only" => "it must name hooks.example.com",
            "expired" => "has expired: renew it",
            "unknown authority" => "not publicly trusted",
            "HTTP/2 only" => "must offer HTTP/1.1",
            "TLS 1.1 only" => "must offer TLS 1.2 or 1.3",
            _ => "",
        };
        assert!(cause.contains(mends) && cause.is_empty() == mends.is_empty(), "{case}: {cause}");
        assert_eq!(world.connected(), [address(PUBLIC)], "{case}");
    }
    // Nobody speaks TLS there.
    let receiver = Receiver::answering(answer("200 OK", ""));
    let plain = Receiver::http(|stream| {
        stream.write_all(answer("200 OK", "").as_bytes()).unwrap();
        hold(stream);
    });
    let closing = Receiver::http(|_| ());
    for (receiver, timeout, result) in [
        (receiver, SHORT, AttemptResult::Timeout),
        (plain, PLENTY, AttemptResult::Tls),
        (closing, PLENTY, AttemptResult::Tls),
    ] {
        let sender = World::with(&receiver).sender(STRICT, ours.roots());
        assert_eq!(post(&sender, "https://hooks.example.com/", timeout).result, result);
    }
}

#[test]
fn the_name_is_told_in_tls_and_in_the_host_header() {
    let (tell, told) = std::sync::mpsc::channel();
    let ours = Authority::new();
    let config = Arc::new(ours.server("hooks.example.com", 4000));
    let receiver = Receiver::http(move |mut stream| {
        let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        while connection.is_handshaking() {
            connection.complete_io(&mut stream).unwrap();
        }
        let name = connection.server_name().map(str::to_owned);
        let protocol = connection.alpn_protocol().map(<[u8]>::to_vec);
        let mut stream = StreamOwned::new(connection, stream);
        tell.send((name, protocol, request_on(&mut stream))).unwrap();
        // Ends without TLS's goodbye, as some servers do.
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nok").unwrap();
    });
    let world = World::with(&receiver);
    world.name("hooks.example.com", &[&["93.184.216.34:8443"]]);
    world.route("93.184.216.34:8443", receiver.address);
    let sender = world.sender(STRICT, ours.roots());
    let sent = post(&sender, "https://hooks.example.com:8443/", PLENTY);
    assert_eq!((sent.result, sent.answer.as_str()), (AttemptResult::Success, "ok"));
    let (name, protocol, request) = told.recv().unwrap();
    assert_eq!(name.as_deref(), Some("hooks.example.com"));
    assert_eq!(protocol, None, "offered, but this server does not care");
    assert!(request.unwrap().contains("\r\nhost: hooks.example.com:8443\r\n"));
}

#[test]
fn over_tls_every_status_arrives_with_what_it_asks_for() {
    let authority = Authority::new();
    for (status, header, asked) in [
        ("200 OK", "", None),
        ("302 Found", "location: https://elsewhere.example/\r\n", None),
        ("404 Not Found", "", None),
        ("410 Gone", "", None),
        ("429 Too Many Requests", "retry-after: 120\r\n", Some("120")),
        (
            "503 Service Unavailable",
            "Retry-After: Sat, 21 Nov 2026 10:00:00 GMT\r\n",
            Some("Sat, 21 Nov 2026 10:00:00 GMT"),
        ),
        ("503 Service Unavailable", "retry-after: \u{e9}\r\n", None),
    ] {
        let bytes = format!("HTTP/1.1 {status}\r\n{header}content-length: 0\r\n\r\n");
        let config = authority.server("hooks.example.com", 4000);
        let receiver = Receiver::https(config, move |stream| serve(stream, bytes.as_bytes()));
        let sender = World::with(&receiver).sender(STRICT, authority.roots());
        let sent = post(&sender, "https://hooks.example.com/", PLENTY);
        assert_eq!(sent.http_status.unwrap().to_string(), status[..3]);
        assert_eq!(sent.retry_after.as_deref(), asked, "{status}");
    }
}
