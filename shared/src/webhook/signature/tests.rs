use super::*;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY: &str = r#"{"test": 2432232314}"#;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_mac_is_hmac_sha256() {
    // RFC 4231, cases 1, 2, 6 and 7.
    let long = [0xaa; 131];
    let cases: [(&[u8], &str, &str); 4] = [
        (
            &[0x0b; 20],
            "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe",
            "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            &long,
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            &long,
            "This is a test using a larger than block-size key and a larger than block-size data. \
             The key needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for (key, data, expected) in cases {
        assert_eq!(hex(mac(key, &[data]).as_ref()), expected);
        let (head, tail) = data.split_at(5);
        assert_eq!(hex(mac(key, &[head, tail]).as_ref()), expected, "in two parts");
    }
}

#[test]
fn the_standard_signature_is_the_one_standard_webhooks_publishes() {
    let signature = standard(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, BODY);
    assert_eq!(signature.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
}

#[test]
fn the_standard_signature_covers_the_id_the_time_and_every_byte_of_the_body() {
    let signed = |id, at, body| standard(SECRET, id, at, body).unwrap();
    let all = [
        signed("evt_1", 1, "{}"),
        signed("evt_2", 1, "{}"),
        signed("evt_1", 2, "{}"),
        signed("evt_1", 1, "{} "),
        signed("evt_1", 1, "{}\u{e9}"),
        signed("evt_1", 1, ""),
        signed("evt_1", -1, "{}"),
    ];
    for (at, one) in all.iter().enumerate() {
        assert_eq!(all.iter().position(|other| other == one), Some(at));
    }
}

#[test]
fn what_is_not_a_signing_secret_signs_nothing() {
    for secret in [
        "",
        "whsec_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa_w",
        " whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
    ] {
        assert_eq!(standard(secret, "evt_1", 1, "{}"), None, "{secret:?}");
    }
    let of = |length| format!("{PREFIX}{}", STANDARD.encode(vec![7; length]));
    for (length, fine) in [(0, false), (23, false), (24, true), (64, true), (65, false)] {
        assert_eq!(standard(&of(length), "evt_1", 1, "{}").is_some(), fine, "{length} bytes");
    }
}

#[test]
fn the_own_signature_is_keyed_by_the_secret_as_shown() {
    let expected = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()),
        format!("1614265330.{BODY}").as_bytes(),
    );
    let expected = format!("t=1614265330,v1={}", hex(expected.as_ref()));
    assert_eq!(paylink(SECRET, 1_614_265_330, BODY), expected);
    // The same value from another implementation.
    assert_eq!(
        expected,
        "t=1614265330,v1=2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f8964"
    );
    assert_ne!(paylink(&new_secret([1; 32]), 1_614_265_330, BODY), expected);
    assert_ne!(paylink(SECRET, 1_614_265_331, BODY), expected);
}

#[test]
fn a_new_secret_is_32_random_bytes_and_signs() {
    let secret = new_secret([0xff; 32]);
    assert_eq!(secret, "whsec_//////////////////////////////////////////8=");
    assert!(standard(&secret, "evt_1", 1, "{}").is_some());
    assert_ne!(new_secret([0; 32]), secret);
}
