//! No card number, no security code, no secret and no token in the table, the logs or the queues.

use crate::stack::{Link, Stack, target};
use serde_json::{Value, json};
use shared::processor::simulator::cards::CARDS;
use std::fs;

/// Everything that must not be found, each with what it is.
struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    fn hide_from(&self, place: &str, text: &str) {
        for (what, secret) in &self.0 {
            if let Some(at) = text.find(secret) {
                let (from, to) = (text.floor_char_boundary(at.saturating_sub(200)), at);
                panic!("{what} in {place}, after: {}", text.get(from..to).unwrap_or_default());
            }
        }
    }
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
    let wrong = json!({"client_id": tenant.client_id, "client_secret": "secret_test_guessed-one"});
    let guess = stack.anonymous("POST", "/v1/platform/auth/token").json(&wrong).send();
    assert_eq!(guess.status, 401);
    let queued = stack.queues();
    receiver.wait_for("payment_intent.succeeded", &link.id, 60);

    let mut secrets = vec![
        ("a client secret", tenant.client_secret.clone()),
        ("a client secret", stack.fact("CLIENT_SECRET").to_owned()),
        ("a guessed client secret", "secret_test_guessed-one".to_owned()),
        ("something like a client secret", "secret_test_".to_owned()),
        ("an access token", tenant.token.clone()),
        ("something like a JWT", "eyJ0eXAi".to_owned()),
        ("something like a JWT", "eyJhbGci".to_owned()),
        ("an endpoint's secret", receiver.secret.clone()),
        ("something like an endpoint's secret", "whsec_".to_owned()),
        ("a link's token", link.token().to_owned()),
        ("a link's token", challenged.token().to_owned()),
        ("a card's token", card_token),
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
    let secrets = Secrets(secrets);
    let table = stack.table();
    assert!(table.keys().any(|(pk, _)| pk.starts_with("method#")), "nothing to look at");
    for ((pk, sk), item) in table {
        secrets.hide_from(&format!("the item {pk} {sk}"), &Value::Object(item).to_string());
    }
    let logs = stack.logs();
    assert!(
        logs.keys().any(|group| group.ends_with("paylink-submit-payment")),
        "{:?}",
        logs.keys()
    );
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
