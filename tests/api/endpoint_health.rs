//! Endpoints that fail for days. Nobody waits for them here: the records are made to look old.

use crate::stack::{Stack, Tenant, eventually, text_of};
use serde_json::{Value, json};
use shared::{app::clock, store::key};

const PATH: &str = "/v1/platform/webhooks";
const DAY_MS: i64 = 86_400_000;

/// Lets everything that was ever sent to a tenant's endpoint have failed, for so many days.
fn failing_for(stack: &'static Stack, tenant: &Tenant, days: i64) {
    let now = clock::now();
    let since = now.plus_ms(-days * DAY_MS);
    let items = stack.items_about(&tenant.id);
    let mut endpoints = items.iter().filter(|((pk, _), _)| pk.starts_with("endpoint#"));
    let (_, endpoint) = endpoints.next().unwrap();
    let id = text_of(endpoint, "id").parse().unwrap();
    stack.set_number(&key::platform_endpoint(tenant.scope()), "fresh", since.ms());
    let health = key::endpoint_health(tenant.scope(), id);
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
}

/// What the bus has carried about a tenant's endpoints.
pub fn told(stack: &'static Stack, tenant: &Tenant) -> Vec<String> {
    let items = stack.items_about(&tenant.id).into_iter();
    let events = items.filter(|((pk, _), _)| pk.starts_with("event#"));
    let kinds = events.map(|(_, item)| {
        let event: Value = serde_json::from_str(&text_of(&item, "msg")).unwrap();
        event["event"].as_str().unwrap().to_owned()
    });
    kinds.filter(|kind| kind.starts_with("webhook_endpoint.")).collect()
}

#[test]
fn a_tenant_is_told_that_its_endpoint_has_been_failing_for_days() {
    let stack = Stack::get();
    let tenant = stack.tenant("Failing Shop");
    let receiver = tenant.listen(&["payment_intent.created", "webhook_endpoint.*"]);
    failing_for(stack, &tenant, 3);
    receiver.answer_next(&[500]);
    let link = tenant.new_link();
    // The endpoint gets a pause; then the event comes again.
    receiver.wait_for_requests(2, 120);
    assert_eq!(receiver.events_of(&link.id).len(), 2);
    eventually("the endpoint is well again", 30, || {
        (tenant.get(PATH).ok()["health"]["status"] == "healthy").then_some(())
    });
    stack.quiet_items_about(&tenant.id);
    assert_eq!(told(stack, &tenant), ["webhook_endpoint.failing"], "once, and on the bus");
    assert_eq!(receiver.received().len(), 2, "an endpoint in trouble is not told of it itself");
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
    stack.quiet_items_about(&tenant.id);
    assert_eq!(told(stack, &tenant), ["webhook_endpoint.disabled"]);
    assert_eq!(receiver.received().len(), 1);
}
