//! The headers of one request: what Standard Webhooks asks for on every surface, and what the
//! endpoint's surface documents besides.

use super::{payload::payments, signature};
use crate::model::{
    Surface, Time,
    delivery::Delivery,
    secret::{PrivateKey, SigningSecret},
};

/// What we call ourselves.
const USER_AGENT: &str = concat!("Paylink/", env!("CARGO_PKG_VERSION"));

/// What one secret of an endpoint signs with, opened.
#[derive(Debug)]
pub struct OpenSecret {
    /// The secret that the receiver has too, so that it can check the signature.
    pub shared: SigningSecret,
    /// The Ed25519 key, where the endpoint asked for one.
    pub private: Option<PrivateKey>,
}

/// A header: its name and its value.
pub type Header = (&'static str, String);

/// The headers of the next attempt at a delivery, sent at `now` to an endpoint of this surface.
/// Headers that hold one value keep to the first secret, which is the oldest, until it ends. `None`
/// when there is no secret, or one that cannot sign.
pub fn headers(
    surface: Surface,
    delivery: &Delivery,
    secrets: &[OpenSecret],
    now: Time,
) -> Option<Vec<Header>> {
    let (id, stamp) = (event_id(surface, delivery), now.seconds());
    let mut signatures = Vec::new();
    for secret in secrets {
        signatures.push(signature::standard(&secret.shared, &id, stamp, &delivery.body)?);
        if let Some(private) = &secret.private {
            signatures.push(signature::asymmetric(private, &id, stamp, &delivery.body)?);
        }
    }
    let oldest = &secrets.first()?.shared;
    let mut headers = vec![
        ("content-type", "application/json".to_owned()),
        ("user-agent", USER_AGENT.to_owned()),
        ("webhook-id", id),
        ("webhook-timestamp", stamp.to_string()),
        ("webhook-signature", signatures.join(" ")),
        ("webhook-attempt", delivery.made.saturating_add(1).to_string()),
    ];
    headers.extend(documented(surface, delivery, oldest, stamp));
    Some(headers)
}

/// What the surface documents.
fn documented(
    surface: Surface,
    delivery: &Delivery,
    secret: &SigningSecret,
    stamp: i64,
) -> Vec<Header> {
    let body = &delivery.body;
    match surface {
        Surface::Platform => vec![
            ("paylink-signature", signature::platform(secret, stamp, body)),
            ("paylink-signature-version", "1".to_owned()),
        ],
        Surface::Payments => vec![
            ("x-paylink-signature", signature::payments(secret, body)),
            ("x-paylink-event", delivery.name.clone()),
            ("x-paylink-event-id", event_id(surface, delivery)),
            ("x-paylink-timestamp", stamp.to_string()),
        ],
        Surface::Links => vec![
            ("x-webhook-signature", signature::links(secret, body)),
            ("x-webhook-event", delivery.name.clone()),
            ("x-webhook-delivery-id", format!("{}_{}", delivery.event, delivery.endpoint)),
            ("x-webhook-timestamp", stamp.to_string()),
        ],
    }
}

/// The event's id as the body writes it.
fn event_id(surface: Surface, delivery: &Delivery) -> String {
    match surface {
        Surface::Platform | Surface::Links => delivery.event.to_string(),
        Surface::Payments => payments::event_id(delivery.event),
    }
}

#[cfg(test)]
mod tests;
