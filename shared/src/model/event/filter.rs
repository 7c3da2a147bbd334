//! What an endpoint wants to hear of.

use super::{super::Invalid, EventType};
use std::str::FromStr;

/// Names a subscription may use besides those emitted today: the contract's full list, so that an
/// endpoint set up now also receives what later versions emit.
const ANNOUNCED: [&str; 10] = [
    "payment_link.created",
    "payment_link.completed",
    "payment_link.canceled",
    "payment_link.expired",
    "payment_link.exhausted",
    "payment.received",
    "payment.refunded",
    "invoice.created",
    "transaction.status_changed",
    "refund.status_changed",
];

/// One entry of an endpoint's `events`: a type (`card.added`) or a family (`payment_intent.*`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFilter(String);

impl EventFilter {
    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether an event of this type is wanted.
    pub fn wants(&self, kind: EventType) -> bool {
        self.wants_name(kind.as_str())
    }

    /// Whether an event of this name is wanted.
    pub fn wants_name(&self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(family) => name.starts_with(family),
            None => name == self.0,
        }
    }

    /// What an endpoint of the platform surface may want.
    pub fn platform_names() -> impl Iterator<Item = &'static str> + Clone {
        EventType::ALL.iter().map(|kind| kind.as_str()).chain(ANNOUNCED)
    }

    /// A filter as it was kept.
    pub const fn kept(text: String) -> Self {
        Self(text)
    }

    /// A name out of `names`, or a family of them.
    ///
    /// # Errors
    /// There is no such name or family.
    pub fn among<'a>(
        text: &str,
        mut names: impl Iterator<Item = &'a str>,
    ) -> Result<Self, Invalid> {
        let known = match text.strip_suffix(".*") {
            Some(family) => names
                .any(|name| name.strip_prefix(family).is_some_and(|rest| rest.starts_with('.'))),
            None => names.any(|name| name == text),
        };
        if known {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(format!("{text:?} is not an event type")))
        }
    }
}

impl FromStr for EventFilter {
    type Err = Invalid;

    /// A name of the platform surface.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::among(text, Self::platform_names())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_name_a_type_or_a_family() {
        let family: EventFilter = "payment_intent.*".parse().unwrap();
        assert!(family.wants(EventType::PaymentIntentFailed));
        assert!(!family.wants(EventType::CardAdded));
        let one: EventFilter = "card.added".parse().unwrap();
        assert!(one.wants(EventType::CardAdded));
        for text in
            ["", "*", "payment", "payment_intent", "payment_intent.", "paymentintent.*", ".*"]
        {
            assert!(text.parse::<EventFilter>().is_err(), "{text}");
        }
    }
}
