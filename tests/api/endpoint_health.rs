//! Endpoints that fail for days. Nobody waits for them here: the records are made to look old.

use crate::stack::{Stack, Tenant, eventually, text_of};
use serde_json::{Value, json};
use shared::{app::clock, store::key};

const PATH: &str = "/v1/platform/webhooks";
const DAY_MS: i64 = 86_400_000;

/// Lets everything that was ever sent to a tenant's endpoint have failed, for so many days.
/// Answers the endpoint's id.
fn failing_for(stack: &'static Stack, tenant: &Tenant, days: i64) -> String {
    let now = clock::now();
    let since = now.plus_ms(-days * DAY_MS);
    let items = stack.items_about(&tenant.id);
    let mut endpoints = items.iter().filter(|((pk, _), _)| pk.starts_with("endpoint#"));
    let ((_, slot), endpoint) = endpoints.next().unwrap();
    let id = text_of(endpoint, "id");
    stack.set_number(&key::endpoint(tenant.scope(), slot), "fresh", since.ms());
    let health = key::endpoint_health(tenant.scope(), id.parse().unwrap());
    let number = |number: i64| json!({"N": number.to_string()});
    let health = json!({
        "pk": {"S": health.pk},
        "sk": {"S": health.sk},
        "v": number(1),
        "fails": number(50),
        "since": number(since.ms()),
        "pauses": number(0),
        "upd": number(now.ms()),
        "ttl": number(now.plus_ms(DAY_MS).seconds()),
    });
    stack.put(health.as_object().unwrap());
    id
}

#[test]
fn a_tenant_is_told_that_its_endpoint_has_been_failing_for_days() {
    let stack = Stack::get();
    let tenant = stack.tenant("Failing Shop");
    let receiver = tenant.listen(&["payment_intent.created", "webhook_endpoint.*"]);
    let id = failing_for(stack, &tenant, 3);
    receiver.answer_next(&[500]);
    let link = tenant.new_link();
    // The endpoint gets a pause; then it is told of itself, and of the payment once more.
    let received = receiver.wait_for_requests(3, 120);
    let bodies = received.iter().map(|one| one.verified(&receiver.secret));
    let told: Vec<Value> =
        bodies.filter(|body| body["event"] == "webhook_endpoint.failing").collect();
    assert_eq!((told.len(), &told[0]["data"]["webhook_endpoint_id"]), (1, &json!(id)));
    assert!(told[0]["data"]["disabled_from"].is_string(), "{told:?}");
    assert_eq!(receiver.events_of(&link.id).len(), 2);
    eventually("the endpoint is well again", 30, || {
        (tenant.get(PATH).ok()["health"]["status"] == "healthy").then_some(())
    });
    stack.quiet_items_about(&tenant.id);
    assert_eq!(receiver.received().len(), 3, "the news came once");
}

#[test]
fn an_endpoint_that_has_failed_for_five_days_is_switched_off_and_its_events_are_kept() {
    let stack = Stack::get();
    let tenant = stack.tenant("Forgotten Shop");
    let receiver = tenant.listen(&["payment_intent.created"]);
    failing_for(stack, &tenant, 6);
    receiver.answer_next(&[500]);
    tenant.new_link();
    eventually("the endpoint is switched off", 30, || {
        (tenant.get(PATH).ok()["status"] == "disabled").then_some(())
    });
    assert_eq!(tenant.get(PATH).ok()["disabled_reason"], "failing");
    tenant.new_link();
    eventually("the next event is kept back", 30, || {
        let listed = tenant.get(&format!("{PATH}/deliveries?status=suppressed")).ok();
        (listed.as_array()?.len() == 1).then_some(())
    });
    assert_eq!(receiver.received().len(), 1);
}
