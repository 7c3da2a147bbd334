//! Events sent again.

use crate::{
    http::{
        Result,
        field::{Field, Text},
    },
    model::{
        Invalid, Time,
        event::{EventFilter, EventType},
        id::ReplayId,
        replay::ReplayRange,
        webhook_endpoint::MOST_FILTERS,
    },
    operations::{Problem, problem::on, replays::Counts},
    request, view,
};
use serde_json::{Value, json};

request! {
    /// Which events to send again.
    ReplayEvents {
        /// Events from this moment on: at most 30 days ago.
        from: required Time,
        /// Events up to this moment; now when absent.
        to: optional Time,
        /// Types or families; all but test events when absent or empty.
        types: optional EventTypes,
        /// Leaves out what the receiver has taken.
        only_undelivered: optional bool,
        /// Counts, and sends nothing.
        dry_run: optional bool,
        /// Makes repeating the request harmless.
        idempotency_key: optional Text<1, 120>,
    }
}

/// Types of events that exist, named one by one or by family.
#[derive(Debug, Clone)]
pub struct EventTypes(pub Vec<EventType>);

impl Field for EventTypes {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let texts = Vec::<Text<1, 60>>::read(json)?;
        if texts.len() > MOST_FILTERS {
            return Err(Invalid::new(format!("must have at most {MOST_FILTERS} entries")));
        }
        let filters = texts.iter().map(|text| text.0.parse::<EventFilter>());
        let filters = filters.collect::<std::result::Result<Vec<_>, _>>()?;
        let named = |kind: &EventType| filters.iter().any(|filter| filter.wants(*kind));
        let kinds: Vec<EventType> = EventType::ALL.into_iter().filter(named).collect();
        if kinds.is_empty() && !filters.is_empty() {
            return Err(Invalid::new("must name an event that has happened already"));
        }
        Ok(Self(kinds))
    }

    fn schema() -> Value {
        json!({"type": "array", "items": {"type": "string"}, "maxItems": MOST_FILTERS})
    }
}

impl ReplayEvents {
    /// The idempotency key in the body.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.idempotency_key.as_ref().map(|key| key.0.as_str())
    }

    /// Whether to count only.
    #[must_use]
    pub fn is_dry(&self) -> bool {
        self.dry_run == Some(true)
    }

    /// The range that is asked for.
    ///
    /// # Errors
    /// 422 for one that is inverted, in the future, or older than what is kept.
    pub fn range(&self, now: Time) -> Result<ReplayRange> {
        let range = ReplayRange {
            from: self.from,
            to: self.to.unwrap_or(now),
            kinds: self.types.as_ref().map(|types| types.0.clone()).unwrap_or_default(),
            only_undelivered: self.only_undelivered == Some(true),
        };
        range.check(now).map_err(|(field, invalid): (_, Invalid)| -> Problem { on(field, invalid) })
    }
}

view! {
    /// A replay: what it is about to send, and what it leaves alone.
    ReplayView {
        /// Its id; null for a dry run.
        replay_id: Option<ReplayId>,
        /// Whether events were only counted.
        dry_run: bool,
        /// Events that are sent (or would be).
        matched: u32,
        /// Of all events in the range, how many the receiver has taken,
        succeeded: u32,
        /// how many failed at every attempt,
        failed: u32,
        /// how many were kept back while the endpoint was disabled,
        suppressed: u32,
        /// how many are on their way already,
        pending: u32,
        /// and how many were never meant for this endpoint.
        missing: u32,
        /// Whether there are more than were counted: counting stops at 2,000 events.
        has_more: bool,
    }
}

/// The answer to the tenant: with the replay's id, or of a dry run.
#[must_use]
pub const fn view(counts: Counts, replay_id: Option<ReplayId>) -> ReplayView {
    ReplayView {
        replay_id,
        dry_run: replay_id.is_none(),
        matched: counts.matched,
        succeeded: counts.succeeded,
        failed: counts.failed,
        suppressed: counts.suppressed,
        pending: counts.pending,
        missing: counts.missing,
        has_more: counts.more,
    }
}
