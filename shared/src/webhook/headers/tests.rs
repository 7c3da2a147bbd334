use super::*;
use crate::{
    model::{
        Mode, Scope,
        event::{EventType, NamedEvent},
        id::{EventId, TenantId, WebhookEndpointId},
    },
    webhook::signature::{new_pair, new_secret},
};

fn at() -> Time {
    Time::from_ms(1_795_255_200_250)
}

fn delivery() -> Delivery {
    let scope = Scope { tenant: TenantId::mint(at(), [1; 10]), mode: Mode::Test };
    let event = NamedEvent::plain(EventId::mint(at(), [5; 10]), EventType::CardAdded);
    let event = NamedEvent { name: "payment.received", ..event };
    let endpoint = WebhookEndpointId::mint(at(), [6; 10]);
    Delivery::due_now(scope, &event, endpoint, r#"{"id":"x"}"#.to_owned(), at())
}

fn secret(text: &str) -> OpenSecret {
    OpenSecret { shared: SigningSecret::new(text.to_owned()), private: None }
}

/// The expected values come from another implementation.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn sent(surface: Surface) -> Vec<String> {
    let headers = headers(surface, &delivery(), &[secret(SECRET)], at().plus_seconds(5)).unwrap();
    let lines = headers.iter().filter(|(name, _)| *name != "user-agent");
    lines.map(|(name, value)| format!("{name}: {value}")).collect()
}

#[test]
fn the_platform_surface_sends_these() {
    let expected = [
        "content-type: application/json",
        "webhook-id: 01a1fd8c-69fa-7505-8505-050505050505",
        "webhook-timestamp: 1795255205",
        "webhook-signature: v1,KnNEnSEYv45Vh7mcjhF0P62zNKigsQrH8QgpO1aCutg=",
        "webhook-attempt: 1",
        "paylink-signature: t=1795255205,v1=c2c73e1ce8436df15350cf41819a48637483e3fd232cd8b4fe3e2faa4bf1c835",
        "paylink-signature-version: 1",
    ];
    assert_eq!(sent(Surface::Platform), expected);
}

#[test]
fn the_payments_surface_sends_these() {
    let expected = [
        "content-type: application/json",
        "webhook-id: evt_01a1fd8c69fa75058505050505050505",
        "webhook-timestamp: 1795255205",
        "webhook-signature: v1,AvBISfbFlXIMdBj2faKbe71SQmvVGdT/viCx4whUuH0=",
        "webhook-attempt: 1",
        "x-paylink-signature: 963391ce69913410e49bd839b533d8cca73101608f9ce3c9445045ba9da02caa",
        "x-paylink-event: payment.received",
        "x-paylink-event-id: evt_01a1fd8c69fa75058505050505050505",
        "x-paylink-timestamp: 1795255205",
    ];
    assert_eq!(sent(Surface::Payments), expected);
}

#[test]
fn the_links_surface_sends_these() {
    let expected = [
        "content-type: application/json",
        "webhook-id: 01a1fd8c-69fa-7505-8505-050505050505",
        "webhook-timestamp: 1795255205",
        "webhook-signature: v1,KnNEnSEYv45Vh7mcjhF0P62zNKigsQrH8QgpO1aCutg=",
        "webhook-attempt: 1",
        "x-webhook-signature: sha256=963391ce69913410e49bd839b533d8cca73101608f9ce3c9445045ba9da02caa",
        "x-webhook-event: payment.received",
        "x-webhook-delivery-id: 01a1fd8c-69fa-7505-8505-050505050505_01a1fd8c-69fa-7606-8606-060606060606",
        "x-webhook-timestamp: 1795255205",
    ];
    assert_eq!(sent(Surface::Links), expected);
}

#[test]
fn while_secrets_overlap_the_list_carries_all_and_single_values_the_oldest() {
    let (private, _) = new_pair([7; 32]).unwrap();
    let second = OpenSecret { shared: new_secret([1; 32]), private: Some(private) };
    let both = [secret(SECRET), second];
    for surface in Surface::ALL.iter().copied() {
        let one = headers(surface, &delivery(), &both[..1], at()).unwrap();
        let two = headers(surface, &delivery(), &both, at()).unwrap();
        for (one, two) in one.iter().zip(&two) {
            if one.0 == "webhook-signature" {
                let listed: Vec<&str> = two.1.split(' ').collect();
                assert_eq!((listed.len(), listed[0]), (3, one.1.as_str()));
                assert!(listed[1].starts_with("v1,") && listed[2].starts_with("v1a,"));
            } else {
                assert_eq!(one, two);
            }
        }
    }
}

#[test]
fn without_a_secret_that_signs_nothing_is_sent() {
    assert_eq!(headers(Surface::Platform, &delivery(), &[], at()), None);
    assert_eq!(headers(Surface::Links, &delivery(), &[secret("whsec_")], at()), None);
}
