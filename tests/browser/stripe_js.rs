//! What Stripe is to a browser, beside its API: the script, the card fields in a frame of their own, and
//! the bank's check. The books are those of the stand-in for the API.

use crate::processor::{CardKind, stripe_stand_in::StandIn};
use serde_json::{Value, json};
use shared::{app::clock, model::card::FailureReason};

const SCRIPT: &str = include_str!("stripe/stripe.js");
const FIELDS: &str = include_str!("stripe/fields.html");
const CHECK: &str = include_str!("stripe/check.html");

/// An answer to a browser: its status, what it is, and its bytes.
pub type ToBrowser = (u16, &'static str, Vec<u8>);

/// Answers a browser; `None` where somebody else is asked. `books_of` finds the stand-in of the account
/// that a publishable key names.
pub fn answer(
    method: &str,
    target: &str,
    body: &[u8],
    books_of: impl Fn(&str) -> Option<StandIn>,
) -> Option<ToBrowser> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let page = |text: &str| Some((200, "text/html; charset=utf-8", text.as_bytes().to_vec()));
    let told = |value: Value| Some((200, "application/json", value.to_string().into_bytes()));
    let asked = json_of(body);
    let text = |name: &str| asked[name].as_str().unwrap_or_default();
    match (method, path) {
        ("GET", "/dahlia/stripe.js") => Some((200, "text/javascript", SCRIPT.as_bytes().to_vec())),
        ("GET", "/frames/fields.html") => page(FIELDS),
        ("GET", "/frames/check.html") => page(CHECK),
        ("POST", "/js/payment_methods") => told(card(text("number"), &books_of(text("key"))?)),
        ("POST", "/js/checks") => {
            books_of(text("key"))?.check(text("secret"), asked["passed"] == true);
            told(json!({}))
        }
        ("GET", path) if path.starts_with("/js/payment_intents/") => {
            let pairs = || query.split('&').filter_map(|pair| pair.split_once('='));
            let field = |wanted: &str| pairs().find(|(name, _)| *name == wanted);
            let (_, key) = field("key")?;
            let (_, secret) = field("client_secret")?;
            told(json!({"status": books_of(key)?.seen_by(secret)}))
        }
        _ => None,
    }
}

fn json_of(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}

/// Numbers that Stripe publishes for tests, by <https://docs.stripe.com/testing>.
fn card(number: &str, stand_in: &StandIn) -> Value {
    let kind = match number {
        "4242424242424242" => CardKind::Pays,
        "4000000000000002" => CardKind::Declined(FailureReason::CardDeclined),
        "4000000000003220" => CardKind::AsksThenPays,
        "4000008400001629" => CardKind::AsksThenDeclined,
        _ => {
            let message = "Your card number is invalid.";
            return json!({"error": {"type": "card_error", "message": message}});
        }
    };
    json!({"id": stand_in.typed(kind, clock::now().seconds())})
}
