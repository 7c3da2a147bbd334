//! The order in which one object's events reach an endpoint that asked for it.
//!
//! The fan-out tells of each event whether the endpoint wants it, in whatever order events come;
//! the sender tells when a delivery is over. An event goes when all before it are settled: over,
//! or not wanted. So an unsubscribed type is no gap, and a late one is waited for.

use super::{Scope, id::EventId, id::WebhookEndpointId};
use std::collections::BTreeMap;

/// Events known ahead of the one that is waited for; with more, the oldest is not waited for.
pub const MAX_AHEAD: usize = 100;

/// Where the events of one object stand at one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryOrder {
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// The endpoint that it is about.
    pub endpoint: WebhookEndpointId,
    /// The id of the object whose events are kept in order.
    pub object: String,
    /// Everything up to this number is settled.
    pub settled: u64,
    /// What is known beyond, by its number; `None` is settled, out of turn.
    pub ahead: BTreeMap<u64, Option<EventId>>,
    /// Rises with every write; 0 before the first.
    pub version: u64,
}

/// Whether it is an event's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The event may be sent, because all before it are settled.
    Now,
    /// The delivery of one before is not over.
    AfterAnother,
    /// One before has not been seen yet; it is on its way, or was lost before the fan-out.
    AfterUnseen,
}

impl DeliveryOrder {
    /// Nothing is known of this object yet.
    pub const fn unknown(scope: Scope, endpoint: WebhookEndpointId, object: String) -> Self {
        Self { scope, endpoint, object, settled: 0, ahead: BTreeMap::new(), version: 0 }
    }

    /// Events before this number happened before the endpoint asked for order.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn starting_at(&self, sequence: u64) -> Self {
        let settled = self.settled.max(sequence.saturating_sub(1));
        Self { settled, ..self.clone() }.moved_on()
    }

    /// An event is on its way. One that is settled stays so: the fan-out may run twice.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn opened(&self, sequence: u64, event: EventId) -> Self {
        let mut next = self.clone();
        if sequence > next.settled {
            next.ahead.entry(sequence).or_insert(Some(event));
        }
        next.moved_on()
    }

    /// An event's delivery is over, or the event is not wanted.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn settled(&self, sequence: u64) -> Self {
        let mut next = self.clone();
        if sequence > next.settled {
            next.ahead.insert(sequence, None);
        }
        next.moved_on()
    }

    /// Whether it is this event's turn.
    pub fn turn(&self, sequence: u64) -> Turn {
        if sequence <= self.settled.saturating_add(1) {
            return Turn::Now;
        }
        match self.ahead.get(&self.settled.saturating_add(1)) {
            Some(_) => Turn::AfterAnother,
            None => Turn::AfterUnseen,
        }
    }

    /// The event whose turn it is, if it is known.
    pub fn next(&self) -> Option<(u64, EventId)> {
        let sequence = self.settled.saturating_add(1);
        self.ahead.get(&sequence).copied().flatten().map(|event| (sequence, event))
    }

    /// Takes settled numbers off the front.
    fn moved_on(mut self) -> Self {
        let settled = self.settled;
        self.ahead.retain(|number, _| *number > settled);
        if self.ahead.len() > MAX_AHEAD
            && let Some((oldest, _)) = self.ahead.pop_first()
        {
            self.settled = oldest;
        }
        while let Some(None) = self.ahead.get(&self.settled.saturating_add(1)) {
            self.settled = self.settled.saturating_add(1);
            self.ahead.remove(&self.settled);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Mode, Time, id::TenantId};

    fn order() -> DeliveryOrder {
        let now = Time::from_ms(1_795_255_200_000);
        let scope = Scope { tenant: TenantId::mint(now, [1; 10]), mode: Mode::Test };
        DeliveryOrder::unknown(scope, WebhookEndpointId::mint(now, [2; 10]), "intent".into())
    }

    fn event(n: u8) -> EventId {
        EventId::mint(Time::from_ms(1_795_255_200_000), [n; 10])
    }

    #[test]
    fn an_event_waits_until_the_one_before_is_over() {
        let two = order().opened(1, event(1)).opened(2, event(2));
        assert_eq!((two.turn(1), two.turn(2)), (Turn::Now, Turn::AfterAnother));
        let over = two.settled(1);
        assert_eq!((over.turn(2), over.next()), (Turn::Now, Some((2, event(2)))));
    }

    #[test]
    fn what_comes_out_of_order_still_leaves_in_order() {
        let late = order().opened(2, event(2));
        assert_eq!(late.turn(2), Turn::AfterUnseen);
        let both = late.opened(1, event(1));
        assert_eq!((both.turn(2), both.next()), (Turn::AfterAnother, Some((1, event(1)))));
        assert_eq!(both.settled(1).turn(2), Turn::Now);
    }

    #[test]
    fn an_unwanted_event_is_no_gap_wherever_it_stands() {
        let gap = order().settled(2).opened(3, event(3)).opened(1, event(1));
        assert_eq!(gap.turn(3), Turn::AfterAnother);
        let over = gap.settled(1);
        assert_eq!((over.settled, over.turn(3)), (2, Turn::Now));
        assert!(over.settled(3).ahead.is_empty());
    }

    #[test]
    fn events_from_before_the_wish_for_order_are_not_waited_for() {
        let middle = order().opened(6, event(6)).opened(5, event(5)).starting_at(5);
        assert_eq!((middle.turn(5), middle.turn(6)), (Turn::Now, Turn::AfterAnother));
        assert_eq!(middle.settled(5).starting_at(5).turn(6), Turn::Now, "said twice");
    }

    #[test]
    fn a_fan_out_that_runs_again_opens_nothing_that_is_over() {
        let over = order().opened(1, event(1)).settled(1).opened(2, event(2));
        let again = over.opened(1, event(1)).opened(2, event(2));
        assert_eq!(again, over);
        let out_of_turn = order().opened(2, event(2)).settled(2);
        assert_eq!(out_of_turn.opened(2, event(2)), out_of_turn);
    }

    #[test]
    fn it_never_grows_without_bound() {
        let mut order = order();
        for number in 2..500 {
            order = order.opened(number, event(1));
            assert!(order.ahead.len() <= MAX_AHEAD);
        }
        assert_eq!(order.turn(399), Turn::Now, "what was not waited for any longer");
    }
}
