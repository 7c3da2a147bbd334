//! Commands to try an operation with: its committed event, as curl sends it.

use super::Operation;
use serde_json::Value;
use std::{fs, path::Path};

/// What stands in the events for what only a stack has, and the variable that has it after
/// `. target/local/token`. The longest first: one may stand within another.
const FACTS: [(&str, &str); 24] = [
    ("pay_01936d5e8f0080008000000000000004", "$PAYMENT_ID"),
    ("01936d5e-8f00-4000-8000-00000000000b", "$LINK_UUID"),
    ("01936d5e-8f00-7000-8000-000000000001", "$TENANT_ID"),
    ("01936d5e-8f00-7000-8000-000000000002", "$USER_ID"),
    ("01936d5e-8f00-7000-8000-000000000003", "$MERCHANT_ACCOUNT_ID"),
    ("01936d5e-8f00-7000-8000-000000000004", "$PAYMENT_INTENT_ID"),
    ("01936d5e-8f00-7000-8000-000000000005", "${EVENT_ID}"),
    ("01936d5e-8f00-7000-8000-000000000006", "$WEBHOOK_ENDPOINT_ID"),
    ("01936d5e-8f00-7000-8000-000000000007", "$WALLET_ID"),
    ("01936d5e-8f00-7000-8000-000000000008", "$SAVINGS_WALLET_ID"),
    ("01936d5e-8f00-8000-8000-00000000000a", "$BANK_METHOD_ID"),
    ("prod_01JDPNX3R00000000000000009", "$PRODUCT_ID"),
    ("key_01JDPNX3R0000000000000000A", "$LINKS_API_KEY_ID"),
    ("TX01JDPNX3R0R02000000000004X", "$TRANSACTION_ID"),
    ("wh_01JDPNX3R0R020000000000052", "$LINKS_WEBHOOK_ID"),
    ("MERCHANT_PASSWORD", "$MERCHANT_PASSWORD"),
    ("MERCHANT_EMAIL", "$MERCHANT_EMAIL"),
    ("MERCHANT_TOKEN", "$MERCHANT_TOKEN"),
    ("CLIENT_SECRET", "$CLIENT_SECRET"),
    ("LINKS_API_KEY", "$LINKS_API_KEY"),
    ("REFRESH_TOKEN", "$MERCHANT_REFRESH_TOKEN"),
    ("ACCESS_TOKEN", "$ACCESS_TOKEN"),
    ("CARD_TOKEN", "$CARD_TOKEN"),
    ("CLIENT_ID", "$CLIENT_ID"),
];

/// Headers that a command needs; the rest of an event's is the gateway's.
const SENT: [&str; 6] =
    ["authorization", "x-api-key", "api-key", "content-type", "idempotency-key", "accept"];

/// The event of an operation's function; the payment page's stand in the platform's description.
fn event(surface: &str, operation: &Operation<'_>) -> Value {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    // One function serves a method and another that means the same.
    let name = operation.id().trim_end_matches("_by_put").replace('_', "-");
    let files = [surface, "hosted"].map(|folder| events.join(format!("{folder}-{name}.json")));
    let text = files.iter().find_map(|file| fs::read_to_string(file).ok());
    serde_json::from_str(&text.unwrap_or_else(|| panic!("no event of {name}"))).unwrap()
}

/// One command, a line for each part.
pub fn curl(surface: &str, operation: &Operation<'_>) -> String {
    let event = event(surface, operation);
    let method = operation.method.to_uppercase();
    let body = event["body"].as_str().filter(|body| !body.is_empty());
    let usual = if body.is_some() { "POST" } else { "GET" };
    let mut lines = vec![if method == usual {
        format!("curl -s \"{}\"", address(&event))
    } else {
        format!("curl -s -X {method} \"{}\"", address(&event))
    }];
    for (name, value) in event["headers"].as_object().unwrap() {
        let value = value.as_str().unwrap();
        let lower = name.to_lowercase();
        if !SENT.contains(&lower.as_str()) || value == "*/*" {
            continue;
        }
        lines.push(match (lower.as_str(), value.contains("BASIC_CREDENTIALS")) {
            ("authorization", true) => "-u \"$CLIENT_ID:$CLIENT_SECRET\"".to_owned(),
            ("authorization" | "x-api-key" | "api-key", _) => {
                format!("-H \"{name}: {}\"", with_facts(value).replace(" API_KEY", " $API_KEY"))
            }
            _ => format!("-H '{name}: {value}'"),
        });
    }
    if let Some(body) = body {
        lines.push(format!("-d {}", quoted(body)));
    }
    let command = lines.join(" \\\n  ");
    command.replace("x-api-key: API_KEY", "x-api-key: $API_KEY")
}

fn address(event: &Value) -> String {
    let path = event["path"].as_str().unwrap();
    let mut address = match path.strip_prefix("/pay/LINK_TOKEN") {
        Some(rest) => format!("$PAY_URL{rest}"),
        None => format!("$BASE_URL{}", with_facts(path)),
    };
    let query = event["queryStringParameters"].as_object();
    for (i, (name, value)) in query.into_iter().flatten().enumerate() {
        let sign = if i == 0 { '?' } else { '&' };
        let value = value.as_str().unwrap().replace('+', "%2B").replace(' ', "%20");
        address += &format!("{sign}{name}={}", with_facts(&value));
    }
    address
}

fn with_facts(text: &str) -> String {
    FACTS.iter().fold(text.to_owned(), |text, (sample, fact)| {
        // A name that a longer one has in it is no fact of its own there.
        if text.contains(&format!("${sample}")) || text.contains(&format!("_{sample}")) {
            return text;
        }
        text.replace(sample, fact)
    })
}

/// A body as one word of a shell, in which facts are filled in.
fn quoted(body: &str) -> String {
    let whole = body.replace('\'', "'\\''");
    let facts = FACTS.iter().fold(whole, |text, (sample, fact)| {
        if text.contains(&format!("${sample}")) {
            return text;
        }
        text.replace(sample, &format!("'\"{fact}\"'"))
    });
    format!("'{facts}'")
}
