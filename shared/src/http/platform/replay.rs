//! Events sent again.

use super::Platform;
use crate::{
    http::{
        Result,
        deliveries::{self, AskedReplay},
        event_filters,
        field::{Field, Text},
        reply,
    },
    model::{
        Invalid, Time,
        event::{EventFilter, EventType},
        id::ReplayId,
        replay::ReplayRange,
    },
    operations::replays::Counts,
};
use derive::Body;
use serde_json::Value;

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
    /// Whether the events are only counted, and nothing is sent.
    #[body(default = false)]
    pub dry_run: Option<bool>,
    /// Makes repeating the request harmless, as the header `Idempotency-Key` does: the two must
    /// agree.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// Types of events that exist, named one by one or by family.
#[derive(Debug, Clone)]
pub struct EventTypes(pub Vec<EventType>);

impl Field for EventTypes {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let filters = event_filters::read(json, EventFilter::platform_names())?;
        let named = |kind: &EventType| filters.iter().any(|filter| filter.wants(*kind));
        let kinds: Vec<EventType> = EventType::ALL.into_iter().filter(named).collect();
        if kinds.is_empty() && !filters.is_empty() {
            return Err(Invalid::new("must name an event that has happened already"));
        }
        Ok(Self(kinds))
    }

    fn schema() -> Value {
        // Some may be subscribed to before any has happened; those cannot be sent again.
        event_filters::schema(EventType::ALL.iter().map(|kind| kind.as_str()))
    }

    fn meaning(&self) -> String {
        reply::json(&self.0.iter().map(|kind| kind.as_str()).collect::<Vec<_>>())
    }
}

impl ReplayEvents {
    /// Whether events are only counted, and nothing is sent.
    pub fn is_dry(&self) -> bool {
        self.dry_run == Some(true)
    }

    /// The range that is asked for.
    ///
    /// # Errors
    /// 422 for one that is inverted, in the future, or older than what is kept.
    pub fn range(&self, now: Time) -> Result<ReplayRange> {
        let kinds = self.types.as_ref().map(|types| types.0.clone()).unwrap_or_default();
        let (from, to, only_undelivered) = (self.from, self.to, self.only_undelivered);
        AskedReplay { from, to, kinds, names: Vec::new(), only_undelivered }.range(now)
    }
}

/// A replay: what it is about to send, and what it leaves alone.
pub type ReplayView = deliveries::ReplayView<Platform>;

/// The answer to the tenant: with the replay's id, or of a dry run.
pub const fn view(counts: Counts, replay_id: Option<ReplayId>) -> ReplayView {
    deliveries::replay(counts, replay_id)
}
