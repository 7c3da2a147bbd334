use super::*;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY: &str = r#"{"test": 2432232314}"#;

fn secret(text: &str) -> SigningSecret {
    SigningSecret::new(text.to_owned())
}

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
    let signature = standard(&secret(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, BODY);
    assert_eq!(signature.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
}

#[test]
fn the_standard_signature_covers_the_id_the_time_and_every_byte_of_the_body() {
    let signed = |id, at, body| standard(&secret(SECRET), id, at, body).unwrap();
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
    for text in [
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
        assert_eq!(standard(&secret(text), "evt_1", 1, "{}"), None, "{text:?}");
    }
    let of = |length| format!("{PREFIX}{}", STANDARD.encode(vec![7; length]));
    for (length, fine) in [(0, false), (23, false), (24, true), (64, true), (65, false)] {
        assert_eq!(
            standard(&secret(&of(length)), "evt_1", 1, "{}").is_some(),
            fine,
            "{length} bytes"
        );
    }
}

#[test]
fn the_own_signature_is_keyed_by_the_secret_as_shown() {
    let expected = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()),
        format!("1614265330.{BODY}").as_bytes(),
    );
    let expected = format!("t=1614265330,v1={}", hex(expected.as_ref()));
    assert_eq!(platform(&secret(SECRET), 1_614_265_330, BODY), expected);
    // The same value from another implementation.
    assert_eq!(
        expected,
        "t=1614265330,v1=2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f8964"
    );
    assert_ne!(platform(&new_secret([1; 32]), 1_614_265_330, BODY), expected);
    assert_ne!(platform(&secret(SECRET), 1_614_265_331, BODY), expected);
}

#[test]
fn a_new_secret_is_32_random_bytes_and_signs() {
    let secret = new_secret([0xff; 32]);
    assert_eq!(secret.reveal(), "whsec_//////////////////////////////////////////8=");
    assert!(standard(&secret, "evt_1", 1, "{}").is_some());
    assert_ne!(new_secret([0; 32]).reveal(), secret.reveal());
}

/// RFC 8032, section 7.1, tests 1 to 3: private key, public key, message, signature.
const RFC_8032: [[&str; 4]; 3] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
];

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

#[test]
fn the_key_pair_is_the_one_of_rfc_8032() {
    for [private, public, message, signature] in RFC_8032 {
        let seed: [u8; 32] = unhex(private).try_into().unwrap();
        let (private_key, shown) = new_pair(seed).unwrap();
        assert_eq!(shown.0, format!("whpk_{}", STANDARD.encode(unhex(public))));
        let sealed = STANDARD.decode(private_key.reveal()).unwrap();
        let pair = Ed25519KeyPair::from_seed_unchecked(&sealed).unwrap();
        assert_eq!(hex(pair.sign(&unhex(message)).as_ref()), signature);
    }
}

#[test]
fn the_asymmetric_signature_verifies_with_the_public_key_that_is_shown() {
    let (private, public) = new_pair([7; 32]).unwrap();
    let value = asymmetric(&private, "evt_1", 1_614_265_330, BODY).unwrap();
    let signature = STANDARD.decode(value.strip_prefix("v1a,").unwrap()).unwrap();
    let point = STANDARD.decode(public.0.strip_prefix("whpk_").unwrap()).unwrap();
    let key = ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, point);
    key.verify(format!("evt_1.1614265330.{BODY}").as_bytes(), &signature).unwrap();
    assert!(key.verify(format!("evt_2.1614265330.{BODY}").as_bytes(), &signature).is_err());
    assert_eq!(asymmetric(&PrivateKey::new("no key".to_owned()), "evt_1", 1, BODY), None);
}

#[test]
fn a_secret_that_a_tenant_brings_has_24_to_64_bytes() {
    assert!(own_secret(SECRET.to_owned()).is_ok());
    for (length, fine) in [(0, false), (23, false), (24, true), (64, true), (65, false)] {
        let secret = format!("{PREFIX}{}", STANDARD.encode(vec![7; length]));
        assert_eq!(own_secret(secret).is_ok(), fine, "{length} bytes");
    }
    for secret in ["", "whsec_", "whsec_mine", "secret"] {
        assert!(own_secret(secret.to_owned()).is_err(), "{secret:?}");
    }
}

#[test]
fn the_payments_and_links_surfaces_sign_the_body_alone_with_the_secret_as_shown() {
    // openssl dgst -sha256 -hmac
    let expected = "80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c";
    assert_eq!(payments(&secret(SECRET), BODY), expected);
    assert_eq!(links(&secret(SECRET), BODY), format!("sha256={expected}"));
    // RFC 4231, case 2.
    let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(payments(&secret("Jefe"), "what do ya want for nothing?"), expected);
}
