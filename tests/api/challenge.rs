//! `GET` and `POST /pay/{token}/challenge`: the simulated 3-D Secure challenge.

use super::{Bad, broken_bodies, with};
use crate::stack::{Stack, Tenant};
use serde_json::{Value, json};

const APPROVED: &str = "4000000000003220";
const APPROVED_TOO: &str = "4000002500003155";
const DECLINED: &str = "4000008400001629";

fn outcome(tenant: &Tenant, number: &str, approve: bool) -> (Value, Value) {
    let stack = Stack::get();
    let link = tenant.new_link();
    let asked = link.pay(number);
    assert_eq!(asked["status"], "requires_action");
    assert_eq!(asked["challenge_path"], "challenge");
    assert_eq!(tenant.payment(&link)["status"], "processing");
    assert_eq!(link.status(), "requires_action");
    let page = link.call("GET", "/challenge").send();
    assert_eq!(page.status, 200);
    for shown in ["$12.50", "Corner Shop", &number[number.len() - 4..]] {
        assert!(page.body.contains(shown), "the bank does not show {shown}");
    }
    let policy = page.header("content-security-policy").unwrap();
    let origins = format!("frame-ancestors 'self' {} https://shop.example", stack.shop_origin());
    assert!(policy.contains(&origins), "{policy}");
    let answer = link.challenge(approve);
    assert_eq!(answer.status, 200, "{}", answer.body);
    // It ends once: neither another answer nor another card changes it.
    link.challenge(!approve).refused_plainly(409, "challenge_over");
    assert_eq!(link.call("GET", "/challenge").send().status, 409);
    let again = link.submit(&link.card_token("4242424242424242"), false);
    again.refused_plainly(409, "link_used");
    assert_eq!(stack.charges(&link.id).len(), 1);
    (answer.json(), tenant.payment(&link))
}

#[test]
fn a_challenge_that_is_passed_pays_and_one_that_is_not_does_not() {
    let tenant = Stack::get().merchant();
    for (number, approve, status, reason) in [
        (APPROVED, true, "succeeded", Value::Null),
        (APPROVED_TOO, true, "succeeded", Value::Null),
        (APPROVED, false, "failed", json!("authentication_failed")),
        (DECLINED, true, "failed", json!("card_declined")),
        (DECLINED, false, "failed", json!("authentication_failed")),
    ] {
        let (told, payment) = outcome(tenant, number, approve);
        assert_eq!(told["status"], status, "{number} {approve}");
        assert_eq!(payment["status"], status, "{number} {approve}");
        assert_eq!(payment["failure_reason"], reason, "{number} {approve}");
    }
}

#[test]
fn broken_answers_to_a_challenge_are_refused_and_end_nothing() {
    let stack = Stack::get();
    let tenant = stack.tenant("Corner Shop");
    let link = tenant.new_link();
    link.challenge(true).refused_plainly(409, "challenge_over");
    link.pay(APPROVED);
    let before = stack.quiet_items_about(&tenant.id);
    let good = json!({"approve": true});
    let mut bad = broken_bodies(&good);
    bad.push(Bad::fields("missing", "{}", &["approve"]));
    for value in [Value::Null, json!("true"), json!(1), json!([]), json!("")] {
        bad.push(Bad::fields("no answer", with(&good, "approve", value), &["approve"]));
    }
    bad.push(Bad::fields("unknown", with(&good, "status", "succeeded"), &["status"]));
    for bad in &bad {
        let answer = link.call("POST", "/challenge").text("application/json", &bad.body).send();
        bad.check_plainly(&answer);
    }
    assert_eq!(stack.quiet_items_about(&tenant.id), before);
    assert_eq!(link.challenge(true).json()["status"], "succeeded");
}

#[test]
fn twenty_answers_at_the_same_moment_end_a_challenge_once() {
    let stack = Stack::get();
    let tenant = stack.merchant();
    let link = tenant.new_link();
    link.pay(APPROVED);
    let answers: Vec<(u16, Value)> = std::thread::scope(|scope| {
        let answers: Vec<_> = (0..20)
            .map(|at| {
                let link = &link;
                scope.spawn(move || {
                    let answer = link.challenge(at % 2 == 0);
                    (answer.status, answer.json()["status"].clone())
                })
            })
            .collect();
        answers.into_iter().map(|answer| answer.join().unwrap()).collect()
    });
    let payment = tenant.payment(&link);
    for (status, told) in &answers {
        assert!(matches!(status, 200 | 409 | 429), "{answers:?}");
        assert!(*status != 200 || *told == payment["status"], "{answers:?}, but {payment}");
    }
    assert!(answers.iter().any(|(status, _)| *status == 200), "{answers:?}");
    assert_eq!(stack.charges(&link.id).len(), 1);
}
