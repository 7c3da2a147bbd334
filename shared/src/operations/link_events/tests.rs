use super::*;
use crate::{
    model::{
        Currency, Money,
        actor::Actor,
        payment_link::{Limit, LinkDetails, LinkEdit, LinkUses, ReturnAddresses, Sells},
    },
    store::{
        Value as Attribute,
        memory::Memory,
        payment_link::{confirm_use, give_back_use, insert, reserve_use, to_item},
        tests::{now, scope},
        timer::TimerKind,
    },
};
use serde_json::json;

fn link(max: u32, expires_at: Option<Time>) -> PaymentLink {
    PaymentLink {
        id: crate::model::Id::from_uuid(uuid::Uuid::from_u128(7)),
        scope: scope(),
        surface: Surface::Links,
        sells: Sells::Amount(Money::from_minor(1_000, Currency::USD)),
        account: None,
        uses: LinkUses::none(Limit::at_most(Some(max)).unwrap()),
        attempts: Limit::UNLIMITED,
        expires_at,
        active: true,
        deleted_at: None,
        edits: 0,
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

async fn world(link: &PaymentLink) -> Table {
    let details = LinkDetails {
        name: "Autumn".into(),
        metadata: None,
        snapshot: None,
        addresses: ReturnAddresses::default(),
        created_by: Actor::Operator,
        cloned_from: None,
        version: 1,
    };
    let store = Table::Memory(Memory::default());
    store.commit(insert(link, &details).to_vec()).await.unwrap();
    store
}

fn image(item: &Item) -> Value {
    let typed = item.0.iter().map(|(name, value)| {
        let value = if let Attribute::S(text) = value {
            json!({"S": text})
        } else if let Attribute::N(number) = value {
            json!({"N": number.to_string()})
        } else {
            panic!("{name}: {value:?}")
        };
        (name.clone(), value)
    });
    Value::Object(typed.collect())
}

/// The stream's record of one change.
fn record(before: Option<&Item>, after: &Item) -> Value {
    let mut change = json!({
        "NewImage": image(after),
        "ApproximateCreationDateTime": 1_795_255_260.5,
    });
    if let Some(before) = before {
        change["OldImage"] = image(before);
    }
    json!({"eventName": "MODIFY", "dynamodb": change})
}

async fn kept(store: &Table, link: &PaymentLink) -> Item {
    let found = store.get(&key::payment_link(link.id), Consistency::Strong).await.unwrap();
    found.unwrap()
}

/// Does something with the link, and returns the record of it.
async fn changed(store: &Table, link: &PaymentLink, writes: Vec<Write>) -> Value {
    let before = kept(store, link).await;
    store.commit(writes).await.unwrap();
    record(Some(&before), &kept(store, link).await)
}

async fn told(store: &Table, record: &Value) -> Vec<Message> {
    of_record(store, record).await.unwrap()
}

#[tokio::test]
async fn the_last_use_is_told_once_when_it_is_paid_and_not_when_it_is_held() {
    let link = link(2, None);
    let store = world(&link).await;
    let step = async |update| changed(&store, &link, vec![Write::Update(update)]).await;
    let quiet = [
        step(reserve_use(link.id, now())).await,
        step(reserve_use(link.id, now())).await,
        step(confirm_use(link.id)).await,
        step(give_back_use(link.id)).await,
        step(reserve_use(link.id, now())).await,
    ];
    for record in &quiet {
        assert!(told(&store, record).await.is_empty(), "{record}");
    }
    let last = step(confirm_use(link.id)).await;
    let first = told(&store, &last).await;
    let [message] = first.as_slice() else { panic!("{first:?}") };
    assert_eq!((message.event.as_str(), message.sequence), ("payment_link.exhausted", 7));
    let again = told(&store, &last).await;
    assert_eq!(again[0].id, message.id, "the record comes twice: the same event");
    let events = crate::webhook::payload::events(message).unwrap();
    assert!(events[0].only_when_named);
    let body = crate::webhook::payload::body(message, &events[0]).unwrap();
    let body: Value = serde_json::from_str(&body).unwrap();
    for (field, value) in [
        ("event", json!("payment_link.exhausted")),
        ("payment_link_id", json!(link.id.to_string())),
        ("name", json!("Autumn")),
        ("status", json!("exhausted")),
        ("max_uses", json!(2)),
        ("uses", json!(2)),
        ("expires_at", json!(null)),
        ("test_mode", json!(true)),
    ] {
        assert_eq!(body[field], value, "{field}: {body}");
    }
}

#[tokio::test]
async fn a_lowered_limit_makes_a_link_exhausted_and_a_raised_one_wakes_it_for_another_time() {
    let mut link = link(3, None);
    let store = world(&link).await;
    for update in [reserve_use(link.id, now()), confirm_use(link.id)] {
        store.commit(vec![Write::Update(update)]).await.unwrap();
    }
    let mut ids = Vec::new();
    for (max, exhausted) in [(1, true), (2, false), (1, true)] {
        link = payment_link::from_item(&kept(&store, &link).await).unwrap();
        let uses = Limit::at_most(Some(max));
        let edit = LinkEdit { uses, ..LinkEdit::default() };
        let next = link.edit(edit, now()).unwrap();
        let writes = payment_link::edit(&link, &next, None, false);
        let messages = told(&store, &changed(&store, &link, writes).await).await;
        assert_eq!(messages.len(), usize::from(exhausted), "{max}");
        ids.extend(messages.into_iter().map(|message| message.id));
    }
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn the_end_of_a_link_is_told_once_within_the_sweep_after_it() {
    let end = now().plus_seconds(60);
    let link = link(2, Some(end));
    let store = world(&link).await;
    assert!(told(&store, &record(None, &to_item(&link))).await.is_empty(), "its timer is set");
    let sweep = async |at: Time| {
        let clock = move || at;
        crate::operations::expiry::expire_links(&store, &clock).await.unwrap()
    };
    assert_eq!(sweep(now()).await.0, 0, "not yet");
    let before = kept(&store, &link).await;
    assert_eq!(sweep(end.plus_seconds(1)).await.0, 1);
    let after = kept(&store, &link).await;
    let ended = record(Some(&before), &after);
    let messages = told(&store, &ended).await;
    let [message] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(message.event, "payment_link.expired");
    assert_eq!(told(&store, &ended).await[0].id, message.id);
    assert_eq!(sweep(end.plus_seconds(70)).await.0, 0, "the timer is gone");
    assert!(told(&store, &record(Some(&after), &after)).await.is_empty());
}

#[tokio::test]
async fn a_link_that_was_extended_deleted_or_switched_off_does_not_end() {
    let end = now().plus_seconds(60);
    let start = link(2, Some(end));
    let off = LinkEdit { active: Some(false), ..LinkEdit::default() };
    let later = LinkEdit { expires_at: Some(Some(end.plus_days(1))), ..LinkEdit::default() };
    for next in
        [start.edit(off, now()).unwrap(), start.edit(later, now()).unwrap(), start.delete(now())]
    {
        let store = world(&start).await;
        told(&store, &record(None, &to_item(&start))).await;
        store.commit(payment_link::edit(&start, &next, None, false)).await.unwrap();
        let before = kept(&store, &start).await;
        let clock = move || end.plus_seconds(1);
        crate::operations::expiry::expire_links(&store, &clock).await.unwrap();
        assert_eq!(kept(&store, &start).await, before);
        let left = store.due_timers(TimerKind::Link, 3, None, end.plus_seconds(2), 10).await;
        assert!(left.unwrap().is_empty(), "looked after");
    }
}

#[tokio::test]
async fn what_is_no_link_of_this_surface_makes_no_event() {
    let own = PaymentLink { surface: Surface::Payments, ..link(1, None) };
    let store = world(&own).await;
    let before = kept(&store, &own).await;
    for update in [reserve_use(own.id, now()), confirm_use(own.id)] {
        store.commit(vec![Write::Update(update)]).await.unwrap();
    }
    let after = kept(&store, &own).await;
    assert!(told(&store, &record(Some(&before), &after)).await.is_empty());
    let removed = json!({"eventName": "REMOVE", "dynamodb": {"OldImage": image(&after)}});
    assert!(told(&store, &removed).await.is_empty());
}
