use super::*;
use crate::model::{
    Mode,
    id::{EventId, TenantId},
};

fn now() -> Time {
    Time::from_ms(1_795_255_200_000)
}

fn secret(name: &str, at: Time) -> EndpointSecret {
    EndpointSecret { sealed: Sealed::kept(name.into()), pair: None, created_at: at, ends_at: None }
}

fn endpoint() -> WebhookEndpoint {
    WebhookEndpoint {
        id: WebhookEndpointId::mint(now(), [2; 10]),
        scope: Scope { tenant: TenantId::mint(now(), [1; 10]), mode: Mode::Test },
        surface: Surface::Platform,
        url: "https://shop.example/hooks".into(),
        events: vec![],
        description: String::new(),
        settings: DeliverySettings::default(),
        secrets: vec![secret("first", now())],
        disabled: None,
        fresh_from: now(),
        warned: None,
        created_at: now(),
        updated_at: now(),
        history: History::default(),
        version: 1,
    }
}

fn signing(endpoint: &WebhookEndpoint, at: Time) -> Vec<&str> {
    endpoint.live_secrets(at).map(|secret| secret.sealed.as_str()).collect()
}

fn event(kind: EventType) -> NamedEvent {
    NamedEvent::plain(EventId::mint(now(), [3; 10]), kind)
}

#[test]
fn old_secrets_sign_beside_the_new_one_until_the_overlap_is_over() {
    let rotated = endpoint().rotated(secret("second", now()), 3600, now()).unwrap();
    assert_eq!(signing(&rotated, now()), ["first", "second"]);
    assert_eq!(signing(&rotated, now().plus_ms(3_599_999)), ["first", "second"]);
    assert_eq!(signing(&rotated, now().plus_ms(3_600_000)), ["second"]);
    let later = now().plus_seconds(60);
    let third = rotated.rotated(secret("third", later), 86_400, later).unwrap();
    assert_eq!(signing(&third, later), ["first", "second", "third"]);
    assert_eq!(
        signing(&third, now().plus_seconds(3600)),
        ["second", "third"],
        "rotating again gives the first no more time"
    );
    let over = third.rotated(secret("x", later.plus_days(9)), 60, later.plus_days(9)).unwrap();
    assert_eq!(over.secrets.len(), 2, "what has ended is forgotten");
}

#[test]
fn without_an_overlap_the_old_secrets_are_revoked_at_once() {
    let two = endpoint().rotated(secret("second", now()), 3600, now()).unwrap();
    let revoked = two.rotated(secret("third", now()), 0, now()).unwrap();
    assert_eq!(signing(&revoked, now()), ["third"]);
    assert_eq!(revoked.secrets.len(), 1);
    assert_eq!(revoked.version, 3);
}

#[test]
fn no_more_than_five_secrets_sign() {
    let mut many = endpoint();
    for _ in 1..MAX_SECRETS {
        many = many.rotated(secret("next", now()), 3600, now()).unwrap();
    }
    assert_eq!(many.rotated(secret("sixth", now()), 3600, now()), None);
    assert!(many.rotated(secret("sixth", now()), 0, now()).is_some());
}

#[test]
fn what_happens_to_an_endpoint_is_told_to_the_others() {
    let me = endpoint().id.to_string();
    for (kind, about, expected) in [
        (EventType::WebhookTest, me.as_str(), true),
        (EventType::WebhookTest, "another", false),
        (EventType::WebhookEndpointDisabled, me.as_str(), false),
        (EventType::WebhookEndpointDisabled, "another", true),
        (EventType::WebhookEndpointFailing, me.as_str(), false),
        (EventType::CardAdded, "a card", true),
    ] {
        assert_eq!(endpoint().wants(&event(kind), about), expected, "{kind:?} about {about}");
    }
    let choosy = WebhookEndpoint { events: vec!["card.added".parse().unwrap()], ..endpoint() };
    assert!(choosy.wants(&event(EventType::WebhookTest), &me), "whatever it chose");
    assert!(!choosy.wants(&event(EventType::WebhookEndpointDisabled), "another"));
}

#[test]
fn an_event_goes_by_its_surfaces_name_and_some_only_where_they_are_named() {
    let event = NamedEvent {
        name: "payment_link.exhausted",
        only_when_named: true,
        ..event(EventType::PaymentIntentSucceeded)
    };
    let names = || ["payment_link.exhausted", "webhook.test"].into_iter();
    let asking = |text| {
        let events = vec![EventFilter::among(text, names()).unwrap()];
        WebhookEndpoint { events, ..endpoint() }
    };
    assert!(!endpoint().wants(&event, "a link"), "nothing is named");
    assert!(asking("payment_link.exhausted").wants(&event, "a link"));
    assert!(asking("payment_link.*").wants(&event, "a link"));
    assert!(!asking("webhook.test").wants(&event, "a link"));
    assert!(EventFilter::among("payment_intent.*", names()).is_err());
}

#[test]
fn each_warning_is_given_once_and_a_recovery_forgets_them() {
    let since = now().plus_seconds(5);
    let warned = endpoint().warned(since, 1, now().plus_days(3)).unwrap();
    assert_eq!(warned.history.entries.len(), 1);
    assert_eq!(warned.version, 2);
    assert_eq!(warned.warned(since, 1, now().plus_days(3)), None, "a duplicate");
    let urgent = warned.warned(since, 3, now().plus_days(4)).unwrap();
    assert_eq!(urgent.warned(since, 2, now().plus_days(4)), None, "a late duplicate");
    let fine = urgent.recovered().unwrap();
    assert_eq!(fine.recovered(), None);
    assert!(fine.warned(since, 1, now().plus_days(9)).is_some());
    let moved = WebhookEndpoint { fresh_from: now().plus_days(5), ..urgent };
    assert!(moved.warned(now().plus_days(6), 1, now().plus_days(9)).is_some(), "set up anew");
}

#[test]
fn it_is_disabled_once_and_the_event_comes_with_it() {
    let off = endpoint().disabled(DisabledReason::Gone, now()).unwrap();
    assert_eq!(off.disabled, Some((now(), DisabledReason::Gone)));
    assert_eq!(off.history.entries[0].kind, EventType::WebhookEndpointDisabled);
    assert_eq!(off.disabled(DisabledReason::Failing, now()), None);
    assert_eq!(off.warned(now(), 3, now()), None);
}

#[test]
fn a_lease_outlives_the_request_and_not_the_messages_visibility() {
    for timeout_s in [3, 15, 30] {
        let settings = DeliverySettings { timeout_s, ..DeliverySettings::default() };
        assert!(settings.lease_s() > i64::from(timeout_s));
        assert!(settings.lease_s() < 270);
    }
}
