//! What each surface tells its receivers: which of the domain's events, under which names, in
//! which body. One file per surface; each holds its table of names.

pub mod links;
pub mod payments;
mod payments_customer;
pub mod platform;

use super::message::{EndpointFacts, Message};
use crate::{
    digest::sha256,
    model::{
        Surface, Time,
        endpoint_health::DISABLED_AFTER_MS,
        event::{EventType, NamedEvent},
        id::{EventId, Id},
    },
};
use std::fmt;

/// An event that cannot be told: it is no event of ours, or of a kind that its surface does not
/// render.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The id as the message gives it, which may be no id of ours.
    pub id: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unreadable event {}", self.id)
    }
}

/// What an event is called at the receivers of its surface; empty when they are not told of it.
///
/// # Errors
/// An id or a type that no code of ours has written.
pub fn events(message: &Message) -> Result<Vec<NamedEvent>, Unreadable> {
    let unreadable = || Unreadable { id: message.id.clone() };
    let id: EventId = message.id.parse().map_err(|_| unreadable())?;
    let kind: EventType = message.event.parse().map_err(|_| unreadable())?;
    let named = |name, only_when_named| NamedEvent {
        id: id_at(id, message.surface, name),
        kind,
        name,
        only_when_named,
    };
    Ok(match message.surface {
        Surface::Platform if EventType::ELSEWHERE.contains(&kind) => Vec::new(),
        Surface::Platform => vec![named(kind.as_str(), false)],
        Surface::Payments => {
            payments::names(kind, &message.data).iter().map(|name| named(name, false)).collect()
        }
        Surface::Links => {
            let name = links::name(kind, &message.data);
            name.map(|name| named(name, !links::PUBLISHED.contains(&name))).into_iter().collect()
        }
    })
}

/// The body of an event for the receivers of its surface. It stays the same over all attempts.
///
/// # Errors
/// The surface does not render events like this one, or an amount cannot be written.
pub fn body(message: &Message, event: &NamedEvent) -> Result<String, Unreadable> {
    let body = match message.surface {
        Surface::Platform => platform::body(message),
        Surface::Payments => payments::body(message, event),
        Surface::Links => links::body(message, event),
    };
    body.ok_or_else(|| Unreadable { id: message.id.clone() })
}

/// An event's id at the receivers. The platform surface tells each of the domain's events once and
/// uses its id; elsewhere one may be told under several names, and the id derives from both.
fn id_at(id: EventId, surface: Surface, name: &str) -> EventId {
    match surface {
        Surface::Platform => id,
        Surface::Payments | Surface::Links => {
            Id::derive(id.minted_at(), sha256(&format!("{id}#{}#{name}", surface.as_str())))
        }
    }
}

/// What an event says about an endpoint that keeps failing.
struct EndpointTrouble<'a> {
    status: &'static str,
    reason: Option<&'a str>,
    failing_since: Option<String>,
    disabled_from: Option<String>,
}

impl<'a> EndpointTrouble<'a> {
    fn of(message: &Message, facts: &'a EndpointFacts, kind: EventType) -> Self {
        let since = facts.failing_since_ms.map(Time::from_ms);
        let disabled = kind == EventType::WebhookEndpointDisabled;
        Self {
            status: if disabled { "disabled" } else { "enabled" },
            reason: facts.reason.as_deref(),
            failing_since: since.map(Time::rfc3339),
            disabled_from: match (disabled, since) {
                (true, _) => Some(Time::from_ms(message.occurred_at_ms).rfc3339()),
                (false, since) => since.map(|since| since.plus_ms(DISABLED_AFTER_MS).rfc3339()),
            },
        }
    }
}

#[cfg(test)]
mod tests;
