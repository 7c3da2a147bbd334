use super::*;
use crate::{
    model::event::History,
    store::tests::{golden, id, now, put as written, scope},
};

#[test]
fn an_endpoint_is_kept_like_this() {
    let endpoint = WebhookEndpoint {
        id: id(6),
        scope: scope(),
        url: "https://shop.example/hooks".into(),
        events: vec!["payment_intent.*".parse().unwrap()],
        description: "orders".into(),
        sealed_secret: "1.sealed".into(),
        disabled_at: None,
        created_at: now(),
        updated_at: now(),
        history: History::default(),
        version: 1,
    };
    let item = written(&put(&endpoint)).clone();
    golden(
        &item,
        r#"
crt=1795255200250
events[0]="payment_intent.*"
history=[]
id="01a1fd8c-69fa-7606-8606-060606060606"
note="orders"
outbox="1"
pk="endpoint#01a1fd8c-69fa-7101-8101-010101010101#test"
secret="1.sealed"
sk="platform"
upd=1795255200250
url="https://shop.example/hooks"
v=1
12 attributes"#,
    );
    assert_eq!(from_item(scope(), &item), Ok(endpoint.clone()));
    let off = WebhookEndpoint { disabled_at: Some(now()), events: vec![], ..endpoint };
    let off = off.with_test_event(now());
    let item = written(&put(&off)).clone();
    golden(
        &item,
        r#"
crt=1795255200250
history[0].at=1795255200250
history[0].t="webhook.test"
id="01a1fd8c-69fa-7606-8606-060606060606"
note="orders"
off=1795255200250
outbox="1"
pk="endpoint#01a1fd8c-69fa-7101-8101-010101010101#test"
secret="1.sealed"
sk="platform"
upd=1795255200250
url="https://shop.example/hooks"
v=2
12 attributes"#,
    );
    assert_eq!(from_item(scope(), &item), Ok(off));
}
