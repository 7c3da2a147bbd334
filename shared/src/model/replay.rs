//! A wish to send the events of some time again.

use super::{
    Invalid, Scope, Time,
    delivery::{Delivery, DeliveryStatusName, KEPT_DAYS},
    event::EventType,
    id::{EventId, ReplayId, WebhookEndpointId},
};

/// Clocks of callers may be ahead by this much, in seconds.
const SKEW_S: i64 = 60;

/// Events of a range of time that are to be sent to one endpoint again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// Its id.
    pub id: ReplayId,
    /// Whose.
    pub scope: Scope,
    /// To which endpoint.
    pub endpoint: WebhookEndpointId,
    /// Which events.
    pub range: ReplayRange,
    /// When it was asked for.
    pub asked_at: Time,
    /// The event it has come to.
    pub reached: Option<EventId>,
    /// Rises with every write.
    pub version: u64,
}

/// Which events to send again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayRange {
    /// From this moment on.
    pub from: Time,
    /// Up to this moment.
    pub to: Time,
    /// Only these types; every one when empty.
    pub kinds: Vec<EventType>,
    /// Leaves out what the receiver has taken.
    pub only_undelivered: bool,
}

impl ReplayRange {
    /// A range within what is kept.
    ///
    /// # Errors
    /// The field and what is wrong with it: a range that ends before it starts, lies in the
    /// future, or begins before the oldest event that is kept.
    pub fn check(self, now: Time) -> Result<Self, (&'static str, Invalid)> {
        let latest = now.plus_seconds(SKEW_S);
        let future = || Invalid::new("must not lie in the future");
        if self.from > latest {
            return Err(("from", future()));
        }
        if self.from < now.plus_days(-KEPT_DAYS) {
            let message = format!("must not be more than {KEPT_DAYS} days ago");
            return Err(("from", Invalid::new(message)));
        }
        if self.to > latest {
            return Err(("to", future()));
        }
        if self.to < self.from {
            return Err(("to", Invalid::new("must not be before from")));
        }
        Ok(self)
    }

    /// Whether an event of this type is meant. Test events are only where they are named.
    #[must_use]
    pub fn means(&self, kind: EventType) -> bool {
        match self.kinds.as_slice() {
            [] => kind != EventType::WebhookTest,
            kinds => kinds.contains(&kind),
        }
    }

    /// Whether an event is to be sent again whose delivery stands like this; `None`: there was
    /// none.
    #[must_use]
    pub fn sends(&self, delivery: Option<&Delivery>) -> bool {
        match delivery.map(|delivery| delivery.status.name()) {
            Some(DeliveryStatusName::Pending) => false,
            Some(DeliveryStatusName::Succeeded) => !self.only_undelivered,
            Some(DeliveryStatusName::Failed | DeliveryStatusName::Suppressed) | None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: Time, to: Time) -> ReplayRange {
        ReplayRange { from, to, kinds: vec![], only_undelivered: false }
    }

    #[test]
    fn ranges_lie_within_what_is_kept() {
        let now = Time::from_ms(1_795_255_200_000);
        let at = |seconds| now.plus_seconds(seconds);
        let days = |days| now.plus_days(days);
        for (from, to, refused) in [
            (days(-30), now, None),
            (at(-60), at(-60), None),
            (at(60), at(60), None),
            (days(-30).plus_ms(-1), now, Some("from")),
            (at(61), at(90), Some("from")),
            (at(-60), at(61), Some("to")),
            (at(-60), at(-61), Some("to")),
            (Time::EPOCH, now, Some("from")),
        ] {
            let found = range(from, to).check(now).err().map(|(field, _)| field);
            assert_eq!(found, refused, "{from:?} to {to:?}");
        }
    }

    #[test]
    fn test_events_are_replayed_only_where_they_are_named() {
        let now = Time::from_ms(1_795_255_200_000);
        let all = range(now, now);
        assert!(all.means(EventType::CardAdded) && !all.means(EventType::WebhookTest));
        let named = ReplayRange { kinds: vec![EventType::WebhookTest], ..all };
        assert!(named.means(EventType::WebhookTest) && !named.means(EventType::CardAdded));
    }
}
