//! No card number, no security code, no secret and no token in the table, the logs or the queues.

use super::with;
use crate::stack::{Link, Stack, Tenant, target};
use serde_json::{Value, json};
use shared::{
    digest::{hex, sha256},
    processor::simulator::{banks::ACCOUNTS, cards::CARDS},
};
use std::fs;

/// Everything that must not be found, each with what it is.
struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    fn hide_from(&self, place: &str, text: &str) {
        // A refusal says what a secret begins with; another test may have been refused before.
        let text = &text.replace("must be a signing secret: whsec_", "");
        for (what, secret) in &self.0 {
            if let Some(at) = text.find(secret) {
                let (from, to) = (text.floor_char_boundary(at.saturating_sub(200)), at);
                panic!("{what} in {place}, after: {}", text.get(from..to).unwrap_or_default());
            }
        }
    }
}

/// Saves a test account, and tries to save one that could be real.
fn save_accounts(tenant: &Tenant) {
    let user = tenant.payer().user;
    for (key, number) in [("a", "000123456789"), ("b", "9876543210001")] {
        let bank = json!({
            "routing_number": "110000000", "account_number": number,
            "account_type": "checking", "account_holder_name": "Ada Example",
            "idempotency_key": key,
        });
        let expected = if key == "a" { 200 } else { 422 };
        let saved =
            tenant.post("/v1/platform/payment-methods/bank", &with(&bank, "user_id", &*user));
        assert_eq!(saved.status, expected, "{}", saved.body);
        let path = format!("/v1/platform/payees/{user}/destinations?user_id={user}");
        let added = tenant.post(&path, &with(&bank, "type", "bank"));
        assert_eq!(added.status, expected, "{}", added.body);
    }
}

/// What must never be found, whoever it is about.
fn secrets() -> Vec<(&'static str, String)> {
    let mut secrets = vec![
        ("a guessed client secret", "secret_test_guessed-one".to_owned()),
        ("something like a client secret", "secret_test_".to_owned()),
        ("something like a JWT", "eyJ0eXAi".to_owned()),
        ("something like a JWT", "eyJhbGci".to_owned()),
        ("something like an endpoint's secret", "whsec_".to_owned()),
        ("something like a card's token", "\"tok_".to_owned()),
        ("a real-looking card number", "4111111111111111".to_owned()),
        ("a security code", "\"739\"".to_owned()),
        ("a field for a security code", "\"cvc\"".to_owned()),
        ("a field for a security code", "\\\"cvc\\\"".to_owned()),
    ];
    for card in CARDS {
        secrets.push(("a card number", card.number.to_owned()));
        let grouped: Vec<&str> = (0..card.number.len())
            .step_by(4)
            .map(|at| &card.number[at..card.number.len().min(at + 4)])
            .collect();
        secrets.push(("a card number in groups", grouped.join(" ")));
    }
    let accounts = ACCOUNTS.iter().map(|account| account.number).chain(["9876543210001"]);
    for number in accounts {
        secrets.push(("a bank account's number", number.to_owned()));
        // Numbers are short enough to try them all out against a plain hash.
        for text in [number.to_owned(), format!("\"{number}\"")] {
            secrets.push(("the hash of a bank account's number", hex(&sha256::<8>(&text))));
        }
    }
    secrets
}

#[test]
fn nothing_secret_is_in_the_table_the_logs_or_the_queues() {
    let stack = Stack::get();
    let tenant = stack.tenant("Discreet Shop");
    let receiver = tenant.listen(&[]);
    // Queued for a while, so that there is something in a queue to look at.
    receiver.answer_next(&[500, 500]);
    let body = json!({
        "user_id": tenant.payer().user, "amount": "12.50", "idempotency_key": "discreet",
    });
    let link = tenant.link(&body);
    tenant.link(&body);
    let card_token = link.card_token("4242 4242 4242 4242");
    let refused = link.call("POST", "/card").json(&Link::card("4111111111111111")).send();
    assert_eq!(refused.status, 422);
    assert_eq!(link.submit(&card_token, true).json()["status"], "succeeded");
    link.open();
    let challenged = tenant.new_link();
    challenged.pay("4000000000003220");
    challenged.call("GET", "/challenge").send();
    challenged.challenge(true);
    save_accounts(&tenant);
    let wrong = json!({"client_id": tenant.client_id, "client_secret": "secret_test_guessed-one"});
    let guess = stack.anonymous("POST", "/v1/platform/auth/token").json(&wrong).send();
    assert_eq!(guess.status, 401);
    let queued = stack.queues();
    receiver.wait_for("payment_intent.succeeded", &link.id, 60);

    let mut secrets = secrets();
    secrets.extend([
        ("a client secret", tenant.client_secret.clone()),
        ("a client secret", stack.fact("CLIENT_SECRET").to_owned()),
        ("an access token", tenant.token.clone()),
        ("an endpoint's secret", receiver.secret.clone()),
        ("a link's token", link.token().to_owned()),
        ("a link's token", challenged.token().to_owned()),
        ("a card's token", card_token),
    ]);
    let secrets = Secrets(secrets);
    let table = stack.table();
    for class in ["method#", "bank_method#", "destination#"] {
        assert!(table.keys().any(|(pk, _)| pk.starts_with(class)), "no {class} to look at");
    }
    for ((pk, sk), item) in table {
        secrets.hide_from(&format!("the item {pk} {sk}"), &Value::Object(item).to_string());
    }
    let logs = stack.logs();
    let group = logs.get("/paylink/paylink/hosted");
    assert!(group.is_some_and(|text| text.contains("submit-payment")), "{:?}", logs.keys());
    for (group, text) in &logs {
        secrets.hide_from(group, text);
    }
    secrets.hide_from("the queues", &queued);
    secrets.hide_from("the queues", &stack.queues());
    let console = fs::read(target().join("stack/ministack.log")).unwrap_or_default();
    secrets.hide_from("target/stack/ministack.log", &String::from_utf8_lossy(&console));
}

#[test]
fn every_line_of_every_function_that_is_json_has_what_operators_need() {
    let stack = Stack::get();
    stack.merchant().get("/v1/platform/users").ok();
    let mut seen = 0;
    for (group, text) in stack.logs() {
        for line in text.lines().filter(|line| line.starts_with('{')) {
            let line: Value = serde_json::from_str(line).unwrap();
            assert!(line["level"].is_string() && line["timestamp"].is_string(), "{group}: {line}");
            if line["message"] != "request" {
                continue;
            }
            seen += 1;
            for name in ["request_id", "route", "status", "duration_ms", "ddb_calls", "cold"] {
                assert!(!line[name].is_null(), "{group} has no {name}: {line}");
            }
            assert!(!line.to_string().contains("panicked"), "{group}: {line}");
        }
        assert!(!text.contains("panicked at"), "{group} has a panic");
    }
    assert!(seen > 0, "no request was logged");
}
