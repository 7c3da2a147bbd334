//! Deliveries verify with other people's libraries: the `standardwebhooks` crate in Rust, and the
//! Python package of that name, which the receiver of `make start` asks before it takes anything.

use crate::stack::{Stack, eventually};
use serde_json::Value;
use ureq::http::{HeaderMap, HeaderName};

/// A delivery as it arrived.
#[derive(Clone)]
struct Delivery {
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Something to do to a delivery on its way.
type Change = fn(&mut Delivery);

/// What must not get through, each with its name.
const CHANGES: [(&str, Change); 6] = [
    ("a byte of the body", |delivery| {
        let at = delivery.body.iter().position(u8::is_ascii_digit).unwrap();
        delivery.body[at] ^= 1;
    }),
    ("a byte more", |delivery| delivery.body.push(b' ')),
    ("another id", |delivery| change(delivery, "webhook-id", |id| id.replace('0', "1"))),
    ("another time", |delivery| {
        change(delivery, "webhook-timestamp", |stamp| {
            (stamp.parse::<i64>().unwrap() + 1).to_string()
        });
    }),
    ("another signature", |delivery| {
        change(delivery, "webhook-signature", |list| {
            format!("v1,{}", "A".repeat(list.len() - 4) + "=")
        });
    }),
    ("no signature", |delivery| drop(delivery.headers.remove("webhook-signature"))),
];

fn change(delivery: &mut Delivery, name: &'static str, how: fn(&str) -> String) {
    let value = how(delivery.headers[name].to_str().unwrap());
    delivery.headers.insert(name, value.parse().unwrap());
}

impl Delivery {
    /// A delivery that the Python receiver has verified and kept.
    fn kept(entry: &Value) -> Self {
        let headers = entry["headers"].as_object().unwrap().iter().map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            (name, value.as_str().unwrap().parse().unwrap())
        });
        Self { headers: headers.collect(), body: entry["text"].as_str().unwrap().into() }
    }

    fn verifies_in_rust(&self, secret: &str) -> bool {
        standardwebhooks::Webhook::new(secret).unwrap().verify(&self.body, &self.headers).is_ok()
    }

    /// Sends it to the Python receiver once more and answers its verdict.
    fn verifies_in_python(&self, stack: &'static Stack) -> bool {
        let text = String::from_utf8(self.body.clone()).unwrap();
        let url = format!("{}/webhooks", stack.shop_origin());
        let mut call = stack.call("POST", &url).text("application/json", &text);
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature", "paylink-signature"] {
            if let Some(value) = self.headers.get(name) {
                call = call.header(name, value.to_str().unwrap());
            }
        }
        match call.send().status {
            200 => true,
            400 => false,
            other => panic!("the receiver answered {other}"),
        }
    }
}

#[test]
fn deliveries_verify_with_libraries_in_two_languages_and_changed_ones_do_not() {
    let stack = Stack::get();
    let secret = stack.fact("WEBHOOK_SECRET");
    let link = stack.demo().new_link();
    let url = format!("{}/received", stack.shop_origin());
    let delivery = eventually("the event at the receiver", 30, || {
        let received = stack.call("GET", &url).send().json();
        let entries = received.as_array().unwrap().iter();
        let mut ours =
            entries.filter(|e| e["body"]["data"]["payment_intent_id"] == link.id.as_str());
        ours.next().map(Delivery::kept)
    });
    assert!(delivery.verifies_in_rust(secret));
    assert!(delivery.verifies_in_python(stack));
    for (what, make) in CHANGES {
        let mut changed = delivery.clone();
        make(&mut changed);
        assert!(!changed.verifies_in_rust(secret), "{what} gets through in Rust");
        assert!(!changed.verifies_in_python(stack), "{what} gets through in Python");
    }
}
