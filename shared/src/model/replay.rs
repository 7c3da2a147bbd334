//! A wish to send the events of some time again.

use super::{
    Invalid, Scope, Time,
    delivery::{Delivery, DeliveryStatusName, KEPT_DAYS},
    event::{EventFilter, EventType},
    id::{EventId, ReplayId, WebhookEndpointId},
};

/// Clocks of callers may be ahead by this much, in seconds.
const SKEW_S: i64 = 60;

/// Events of a range of time that are to be sent to one endpoint again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// Names this request to send events again.
    pub id: ReplayId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// The endpoint that gets the events again.
    pub endpoint: WebhookEndpointId,
    /// The events that are sent again.
    pub range: ReplayRange,
    /// When it was asked for.
    pub asked_at: Time,
    /// The event it has come to.
    pub reached: Option<EventId>,
    /// Rises with every write: one that rests on an older version is refused.
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
    /// Only events of these names, where their surface's differ from their types; every one when
    /// empty.
    pub names: Vec<EventFilter>,
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

    /// Whether an event of this type and name is meant. Test events are only where they are named.
    pub fn means(&self, kind: EventType, name: &str) -> bool {
        if !self.names.is_empty() {
            return self.names.iter().any(|filter| filter.wants_name(name));
        }
        match self.kinds.as_slice() {
            [] => kind != EventType::WebhookTest,
            kinds => kinds.contains(&kind),
        }
    }

    /// Whether an event is to be sent again whose delivery stands like this; `None`: there was
    /// none.
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
        ReplayRange { from, to, kinds: vec![], names: vec![], only_undelivered: false }
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
        let means = |range: &ReplayRange, kind: EventType| range.means(kind, kind.as_str());
        assert!(means(&all, EventType::CardAdded) && !means(&all, EventType::WebhookTest));
        let named = ReplayRange { kinds: vec![EventType::WebhookTest], ..all.clone() };
        assert!(means(&named, EventType::WebhookTest) && !means(&named, EventType::CardAdded));
        let names = vec![EventFilter::kept("payment_link.*".into())];
        let by_name = ReplayRange { names, ..all };
        assert!(by_name.means(EventType::PaymentIntentSucceeded, "payment_link.completed"));
        assert!(!by_name.means(EventType::CardAdded, "payment_method.attached"));
    }
}
