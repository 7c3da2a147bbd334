//! `GET /v1/platform/payments` and `GET /v1/platform/payments/{payment_intent_id}`.

use super::users::{refuses_broken_queries, walk};
use crate::stack::{NOBODY, Stack, eventually, text_of};
use serde_json::{Value, json};
use shared::app::clock;

const PATH: &str = "/v1/platform/payments";

fn ids(listed: &[Value]) -> Vec<String> {
    listed.iter().map(|p| p["payment_intent_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn payments_are_listed_newest_first_in_pages_and_by_every_filter() {
    let tenant = Stack::get().tenant("Busy Shop");
    let (one, two) = (tenant.payer(), tenant.payer());
    let link = |user: &str| tenant.link(&json!({"user_id": user, "amount": "1.00"}));
    let made =
        [link(&one.user), link(&two.user), link(&one.user), link(&one.user), link(&two.user)];
    assert_eq!(made[0].pay("4242424242424242")["status"], "succeeded");
    assert_eq!(made[1].pay("4000000000000002")["status"], "failed");
    assert_eq!(made[2].pay("4000000000003220")["status"], "requires_action");
    let newest: Vec<String> = made.iter().rev().map(|link| link.id.clone()).collect();
    let of = |places: &[usize]| -> Vec<String> {
        places.iter().map(|place| newest[*place].clone()).collect()
    };
    let all = ids(&walk(&tenant, PATH, 100));
    assert_eq!(all, newest);
    for limit in [1, 2, 3, 5] {
        assert_eq!(ids(&walk(&tenant, PATH, limit)), newest, "limit {limit}");
    }
    let created =
        |place: usize| tenant.payment(&made[place])["created_at"].as_str().unwrap().to_owned();
    let (user_one, user_two) = (&one.user, &two.user);
    for (query, expected) in [
        (format!("user_id={user_one}"), of(&[1, 2, 4])),
        (format!("user_id={user_two}"), of(&[0, 3])),
        (format!("user_id={NOBODY}"), vec![]),
        ("status=pending".into(), of(&[0, 1])),
        ("status=processing".into(), of(&[2])),
        ("status=failed".into(), of(&[3])),
        ("status=succeeded".into(), of(&[4])),
        ("status=expired".into(), vec![]),
        ("status=canceled".into(), vec![]),
        ("status=settled".into(), vec![]),
        ("status=held".into(), vec![]),
        ("intent_type=card_link".into(), newest.clone()),
        ("intent_type=payout".into(), vec![]),
        (format!("created_from={}", created(2)), of(&[0, 1, 2])),
        (format!("created_to={}", created(2)), of(&[2, 3, 4])),
        (format!("created_from={}&created_to={}", created(1), created(3)), of(&[1, 2, 3])),
        (format!("user_id={user_one}&status=pending"), of(&[1])),
        ("created_to=2020-01-01T00:00:00Z".into(), vec![]),
        ("created_from=2099-01-01T00:00:00Z&created_to=2099-01-02T00:00:00Z".into(), vec![]),
    ] {
        // The list of one user comes from an index, which follows within a second.
        eventually(&format!("the list by {query}"), 3, || {
            let found = ids(&walk(&tenant, &format!("{PATH}?{query}"), 100));
            (found == expected).then_some(())
        });
        assert_eq!(ids(&walk(&tenant, &format!("{PATH}?{query}"), 1)), expected, "{query}");
    }
}

#[test]
fn broken_queries_of_payments_are_refused_and_cursors_belong_to_their_filters() {
    refuses_broken_queries(PATH);
    let stack = Stack::get();
    let tenant = stack.tenant("Query Shop");
    for (query, field) in [
        ("user_id=x", "user_id"),
        ("user_id=", "user_id"),
        ("status=paid", "status"),
        ("status=", "status"),
        ("status=requires_action", "status"),
        ("status=PENDING", "status"),
        ("intent_type=link", "intent_type"),
        ("created_from=yesterday", "created_from"),
        ("created_from=2026-02-30T00:00:00Z", "created_from"),
        ("created_from=1795233840", "created_from"),
        ("created_to=2026-01-01", "created_to"),
        ("created_from=2026-02-01T00:00:00Z&created_to=2026-01-01T00:00:00Z", "created_to"),
    ] {
        let answer = tenant.get(&format!("{PATH}?{query}"));
        assert_eq!(answer.refused(422, "validation_error"), [field], "{query}");
    }
    let user = tenant.payer().user;
    (0..2).for_each(|_| drop(tenant.link(&json!({"user_id": user, "amount": 1}))));
    let page = tenant.get(&format!("{PATH}?limit=1")).json();
    let cursor = page["pagination"]["next_cursor"].as_str().unwrap();
    tenant.get(&format!("{PATH}?limit=1&cursor={cursor}")).ok();
    for query in
        [format!("status=pending&cursor={cursor}"), format!("user_id={user}&cursor={cursor}")]
    {
        let answer = tenant.get(&format!("{PATH}?{query}"));
        assert_eq!(answer.refused(422, "validation_error"), ["cursor"], "{query}");
    }
    let foreign = stack.stranger().get(&format!("{PATH}?limit=1&cursor={cursor}"));
    assert_eq!(foreign.refused(422, "validation_error"), ["cursor"]);
}

#[test]
fn unknown_payments_are_not_found_whatever_the_id_looks_like() {
    let tenant = Stack::get().merchant();
    for id in [NOBODY, "x", "0", "..", "%2e%2e", &tenant.id, &"9".repeat(300)] {
        tenant.get(&format!("{PATH}/{id}")).refused(404, "payment_not_found");
    }
}

#[test]
fn a_paid_payment_shows_its_card_as_people_know_it_and_a_failed_one_its_reason() {
    let tenant = Stack::get().merchant();
    let paid = tenant.new_link();
    paid.pay("5555555555554444");
    let payment = tenant.payment(&paid);
    assert_eq!(payment["status"], "succeeded");
    let card = json!({"brand": "mastercard", "last4": "4444", "exp_month": 12, "exp_year": 2030});
    assert_eq!(payment["card"], card);
    assert_eq!(payment["failure_reason"], Value::Null);
    let failed = tenant.new_link();
    failed.pay("4000000000009995");
    let payment = tenant.payment(&failed);
    assert_eq!(payment["status"], "failed");
    assert_eq!(payment["failure_reason"], "insufficient_funds");
}

#[test]
fn an_unpaid_payment_reads_as_expired_from_the_very_second_its_time_is_over() {
    let stack = Stack::get();
    let tenant = stack.tenant("Late Shop");
    let link = tenant.new_link();
    let card = link.card_token("4242424242424242");
    assert_eq!(link.status(), "pending");
    // Nothing but the clock has to move: the record still says pending.
    stack.set_number(&tenant.intent_key(&link), "exp", clock::now().ms() - 1);
    assert_eq!(tenant.payment(&link)["status"], "expired");
    assert_eq!(link.status(), "expired");
    assert_eq!(link.open().status, 410);
    let expired = tenant.get(&format!("{PATH}?status=expired")).ok();
    assert_eq!(ids(expired.as_array().unwrap()), [link.id.as_str()]);
    assert_eq!(tenant.get(&format!("{PATH}?status=pending")).ok(), json!([]));
    link.submit(&card, false).refused_plainly(410, "link_expired");
    assert_eq!(stack.charges(&link.id), Vec::new());
    let item = stack.item(&tenant.intent_key(&link)).unwrap();
    assert!(matches!(text_of(&item, "st").as_str(), "pending" | "expired"));
}
