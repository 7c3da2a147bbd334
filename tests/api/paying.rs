//! Paying: what each test card does, and that a link is charged at most once.

use crate::stack::{Answer, Link, Stack, text_of};
use serde_json::{Value, json};
use shared::processor::simulator::cards::{Behaviour, CARDS};

#[test]
fn every_test_card_does_what_is_published_about_it() {
    let stack = Stack::get();
    let tenant = stack.merchant();
    for card in CARDS {
        let (status, reason) = match card.behaviour {
            Behaviour::Approve
            | Behaviour::DeclineLater(_)
            | Behaviour::LoseLater
            | Behaviour::RefundsLate { .. }
            | Behaviour::Twice => ("succeeded", None),
            Behaviour::Decline(reason) => ("failed", Some(reason.as_str())),
            // These have tests of their own.
            Behaviour::Challenge
            | Behaviour::ChallengeAlways
            | Behaviour::ChallengeThenDecline
            | Behaviour::Late
            | Behaviour::Lost
            | Behaviour::Dies { .. } => continue,
        };
        let link = tenant.new_link();
        let told = link.pay(card.number);
        assert_eq!(told["status"], status, "{}", card.number);
        let payment = tenant.payment(&link);
        assert_eq!(payment["status"], status, "{}", card.number);
        assert_eq!(payment["failure_reason"].as_str(), reason, "{}", card.number);
        assert_eq!(payment["card"]["brand"], card.brand, "{}", card.number);
        let charges = stack.charges(&link.id);
        assert_eq!(charges.len(), 1, "{}", card.number);
        assert_eq!(charges[0]["amt"]["N"], "1250");
        assert_eq!(text_of(&charges[0], "cur"), "USD");
        if let Some(reason) = reason {
            // All declines read the same: it helps nobody to guess why.
            let sentence = match reason {
                "processing_error" => "The card could not be processed.",
                _ => "The card was declined.",
            };
            assert_eq!(told["message"], sentence, "{}", card.number);
        }
    }
}

#[test]
fn what_is_charged_is_what_was_recorded_and_the_return_address_comes_with_success() {
    let stack = Stack::get();
    let tenant = stack.merchant();
    let user = tenant.payer().user;
    let link = tenant.link(&json!({
        "user_id": user, "amount": "1999", "currency": "JPY",
        "return_url": "https://shop.example/thanks?order=17",
    }));
    assert_eq!(link.call("GET", "/status").send().json()["return_url"], Value::Null);
    let told = link.pay("4242424242424242");
    assert_eq!(told["return_url"], "https://shop.example/thanks?order=17");
    let charges = stack.charges(&link.id);
    assert_eq!((charges.len(), &charges[0]["amt"]["N"]), (1, &json!("1999")));
    assert_eq!(text_of(&charges[0], "cur"), "JPY");
}

#[test]
fn a_card_is_saved_only_when_asked_for_and_only_on_success() {
    let stack = Stack::get();
    let tenant = stack.tenant("Saving Shop");
    let payer = tenant.payer();
    let body = json!({"user_id": payer.user, "amount": "12.50"});
    let methods = || {
        let items = stack.quiet_items_about(&tenant.id).into_iter();
        let items = items.filter(|((pk, _), _)| pk.starts_with("method#"));
        items.map(|(_, item)| item).collect::<Vec<_>>()
    };
    let pay = |number: &str, save: bool| {
        let link = tenant.link(&body);
        link.submit(&link.card_token(number), save);
        tenant.payment(&link)["payment_method_id"].clone()
    };
    assert_eq!(pay("4242424242424242", false), Value::Null);
    assert_eq!(pay("4000000000000002", true), Value::Null);
    assert_eq!(methods().len(), 0);
    let saved = pay("4242424242424242", true);
    assert!(saved.is_string());
    let kept = methods();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0]["card"]["M"]["last4"]["S"], "4242");
    // The same card again is the same method; another card is another one.
    assert_eq!(pay("4242424242424242", true), saved);
    assert_eq!(methods().len(), 1);
    assert_ne!(pay("5555555555554444", true), saved);
    assert_eq!(methods().len(), 2);
}

#[test]
fn a_used_link_refuses_another_card_and_repeats_its_outcome_for_the_same_submit() {
    let stack = Stack::get();
    let tenant = stack.merchant();
    for (number, status) in [("4242424242424242", "succeeded"), ("4000000000000002", "failed")] {
        let link = tenant.new_link();
        let (first, second) = (link.card_token(number), link.card_token("5555555555554444"));
        assert_eq!(link.submit(&first, false).json()["status"], status);
        assert_eq!(link.submit(&first, false).json()["status"], status);
        link.submit(&second, false).refused_plainly(409, "link_used");
        assert_eq!(tenant.payment(&link)["status"], status);
        assert_eq!(stack.charges(&link.id).len(), 1);
    }
}

/// All submits at the same moment; one of the tokens each.
fn race(link: &Link, tokens: &[String], submits: usize) -> Vec<Answer> {
    std::thread::scope(|scope| {
        let submits: Vec<_> = tokens
            .iter()
            .cycle()
            .take(submits)
            .map(|token| scope.spawn(move || link.submit(token, true)))
            .collect();
        submits.into_iter().map(|submit| submit.join().unwrap()).collect()
    })
}

#[test]
fn two_hundred_submits_at_the_same_moment_charge_once() {
    let stack = Stack::get();
    let tenant = stack.tenant("Stampede Shop");
    let receiver = tenant.listen(&["payment_intent.succeeded", "payment_intent.failed"]);
    let link = tenant.new_link();
    // One token submitted by many, and other cards among them.
    let same = link.card_token("4242424242424242");
    let mut tokens = vec![same; 6];
    tokens.extend(["5555555555554444", "4000000000002206"].map(|number| link.card_token(number)));
    let answers = race(&link, &tokens, 200);
    let payment = tenant.payment(&link);
    assert_eq!(payment["status"], "succeeded");
    let charges = stack.charges(&link.id);
    assert_eq!(charges.len(), 1, "{charges:?}");
    assert_eq!(text_of(&charges[0], "is"), "approved");
    let mut told = std::collections::BTreeMap::<String, usize>::new();
    for answer in &answers {
        let json = answer.json();
        let what = json["status"].as_str().or(json["code"].as_str()).unwrap_or("?").to_owned();
        *told.entry(format!("{} {what}", answer.status)).or_default() += 1;
    }
    // Whoever was told that too many want the same has done nothing.
    let expected = ["200 succeeded", "200 processing", "409 link_used", "429 rate_limited"];
    assert!(told.keys().all(|what| expected.contains(&what.as_str())), "{told:?}");
    assert!(told.contains_key("200 succeeded"), "{told:?}");
    receiver.wait_for("payment_intent.succeeded", &link.id, 30);
    stack.quiet_items_about(&tenant.id);
    assert_eq!(receiver.received().len(), 1, "more than one outcome was told");
}

#[test]
fn thirty_submits_with_thirty_cards_charge_one_of_them() {
    let stack = Stack::get();
    let tenant = stack.merchant();
    let link = tenant.new_link();
    let tokens: Vec<String> = (0..30).map(|_| link.card_token("4242424242424242")).collect();
    let answers = race(&link, &tokens, 30);
    let paid = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(paid, 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        let why = if answer.status == 429 { "rate_limited" } else { "link_used" };
        assert!(matches!(answer.status, 409 | 429), "{}", answer.body);
        answer.refused_plainly(answer.status, why);
    }
    assert_eq!(stack.charges(&link.id).len(), 1);
}
