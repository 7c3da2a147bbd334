use super::*;
use crate::{
    model::{Id, Mode, event::EventType},
    webhook::{message::Aggregate, payload},
};
use serde_json::{Value, json};

fn now() -> Time {
    Time::from_ms(1_795_255_200_250)
}

fn scope() -> Scope {
    Scope { tenant: Id::mint(now(), [1; 10]), mode: Mode::Test }
}

fn asked(body: &Value) -> Result<Customer> {
    item(&body.to_string(), Id::mint(now(), [2; 10]), scope(), Some("key-1"))
}

fn ada() -> Value {
    json!({
        "email": "Ada@Example.com", "externalId": "user_1", "fullName": "Ada",
        "taxDocument": "CHE-100.155.212 MWST", "taxExempt": "exempt", "exemptionReason": "Diplomat",
        "address": {"line1": "1", "city": "Bern", "postalCode": "3000", "country": "ch",
            "region": "ch-be", "state": ""},
        "metadata": {"a": 1.0},
    })
}

#[test]
fn an_event_says_what_get_says() {
    let customer = asked(&ada()).unwrap();
    let later = now().plus_seconds(60);
    let next = customer.changed(|next| next.name.clear(), later).unwrap();
    let told: Vec<Value> = Aggregate::Customer(Box::new(next.clone()))
        .events_after(0)
        .iter()
        .map(|message| {
            let events = payload::events(message).unwrap();
            let [event] = events.as_slice() else { panic!("{events:?}") };
            serde_json::from_str(&payload::body(message, event).unwrap()).unwrap()
        })
        .collect();
    let names: Vec<&str> = told.iter().map(|body| body["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["customer.created", "customer.updated"]);
    for (body, (shown, sequence)) in told.iter().zip([(customer, 1), (next, 2)]) {
        let mut shown = serde_json::to_value(view(&shown)).unwrap();
        shown["sequence"] = sequence.into();
        shown["idempotencyKey"] = "key-1".into();
        assert_eq!(body["data"], shown);
    }
}

#[test]
fn customers_of_other_surfaces_are_not_told_of_there() {
    let customer = asked(&ada()).unwrap();
    for surface in [Surface::Platform, Surface::Links] {
        let other = Customer { surface, ..customer.clone() };
        let [message] = &Aggregate::Customer(Box::new(other)).events_after(0)[..] else { panic!() };
        assert_eq!(message.event, EventType::CustomerCreated.as_str());
        assert_eq!(payload::events(message), Ok(vec![]));
    }
}

#[test]
fn two_names_of_one_field_must_agree() {
    let both = |one: &str, other: &str| {
        let body = json!({"email": "a@example.com", "id": one, "externalId": other});
        asked(&body).map(|customer| customer.profile.own_id)
    };
    assert_eq!(both("a", "a"), Ok(Some("a".to_owned())));
    let Err(Problem::Invalid(fields)) = both("a", "b") else { panic!() };
    assert_eq!(fields[0].field, "id");
    let customer = asked(&ada()).unwrap();
    assert_eq!(customer.profile.address.unwrap().region.as_deref(), Some("BE"));
}

#[test]
fn a_change_names_what_it_changes_and_null_clears() {
    let change = |body: Value| {
        let mut fields = Fields::from_json(&body.to_string()).unwrap();
        let mut customer = asked(&ada()).unwrap();
        fields.read::<UpdateCustomer>().map(|change| {
            change.apply(&mut customer);
            customer
        })
    };
    assert_eq!(change(json!({})), asked(&ada()));
    let cleared = change(json!({"externalId": null, "fullName": null, "metadata": null})).unwrap();
    assert_eq!((cleared.profile.own_id, cleared.name.as_str()), (None, ""));
    assert_eq!(cleared.profile.metadata, None);
    let renamed = change(json!({"id": "user_2", "email": "B@example.com"})).unwrap();
    assert_eq!(renamed.profile.own_id.as_deref(), Some("user_2"));
    assert_eq!(renamed.email, "b@example.com");
    for (body, field) in [
        (json!({"email": null}), "email"),
        (json!({"taxExempt": null}), "taxExempt"),
        (json!({"id": "a", "externalId": null}), "id"),
    ] {
        let Err(Problem::Invalid(fields)) = change(body) else { panic!("{field}") };
        assert_eq!(fields[0].field, field);
    }
}
