//! Events sent again.

use crate::{
    http::{
        Result,
        field::{Field, Text},
        reply,
    },
    model::{
        Invalid, Time,
        event::{EventFilter, EventType},
        id::ReplayId,
        replay::ReplayRange,
        webhook_endpoint::MOST_FILTERS,
    },
    operations::{Problem, problem::on, replays::Counts},
};
use derive::{Body, View};
use serde_json::{Value, json};

/// Which events to send again.
#[derive(Body)]
pub struct ReplayEvents {
    /// Events from this moment on: at most 30 days ago.
    pub from: Time,
    /// Events up to this moment; now when absent.
    pub to: Option<Time>,
    /// Types or families; all but test events when absent or empty.
    #[body(default = EventTypes(Vec::new()))]
    pub types: Option<EventTypes>,
    /// Leaves out what the receiver has taken.
    #[body(default = false)]
    pub only_undelivered: Option<bool>,
    /// Counts, and sends nothing.
    #[body(default = false)]
    pub dry_run: Option<bool>,
    /// Makes repeating the request harmless.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
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

    fn meaning(&self) -> String {
        reply::json(&self.0.iter().map(|kind| kind.as_str()).collect::<Vec<_>>())
    }
}

impl ReplayEvents {
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

/// A replay: what it is about to send, and what it leaves alone.
#[derive(View)]
pub struct ReplayView {
    /// Its id; null for a dry run.
    pub replay_id: Option<ReplayId>,
    /// Whether events were only counted.
    pub dry_run: bool,
    /// Events that are sent (or would be).
    pub matched: u32,
    /// Of all events in the range, how many the receiver has taken,
    pub succeeded: u32,
    /// how many failed at every attempt,
    pub failed: u32,
    /// how many were kept back while the endpoint was disabled,
    pub suppressed: u32,
    /// how many are on their way already,
    pub pending: u32,
    /// and how many were never meant for this endpoint.
    pub missing: u32,
    /// Whether there are more than were counted: counting stops at 2,000 events.
    pub has_more: bool,
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
