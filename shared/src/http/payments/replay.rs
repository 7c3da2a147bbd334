//! Events sent again.

use super::{Payments, field::PaymentsEvents, livemode};
use crate::{
    http::{
        Result,
        deliveries::{self, AskedReplay},
    },
    model::{Mode, Time, id::ReplayId, replay::ReplayRange},
    operations::replays::Counts,
};
use derive::{Body, View};

/// Which events to send again.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct ReplayEvents {
    /// Events from this moment on: at most 30 days ago.
    pub from: Time,
    /// Events up to this moment; now when absent.
    pub to: Option<Time>,
    /// Names or families; all but test events when absent or empty.
    #[body(default = PaymentsEvents(Vec::new()))]
    pub types: Option<PaymentsEvents>,
    /// Leaves out what the receiver has taken.
    #[body(default = false)]
    pub only_undelivered: Option<bool>,
    /// Whether the events are only counted, and nothing is sent.
    #[body(default = false)]
    pub dry_run: Option<bool>,
}

/// A replay: what it is about to send, and what it leaves alone.
#[derive(View)]
pub struct ReplayView {
    /// What every surface shows of it.
    #[view(flatten)]
    pub replay: deliveries::ReplayView<Payments>,
    /// The kind of object: always `replay`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

impl ReplayEvents {
    /// Whether events are only counted, and nothing is sent.
    pub fn is_dry(&self) -> bool {
        self.dry_run == Some(true)
    }

    /// The range that is asked for.
    ///
    /// # Errors
    /// 400 for one that is inverted, in the future, or older than what is kept.
    pub fn range(&self, now: Time) -> Result<ReplayRange> {
        let names = self.types.as_ref().map(|types| types.0.clone()).unwrap_or_default();
        let (from, to, only_undelivered) = (self.from, self.to, self.only_undelivered);
        AskedReplay { from, to, kinds: Vec::new(), names, only_undelivered }.range(now)
    }
}

/// The answer: with the replay's id, or of a dry run.
pub const fn view(counts: Counts, replay_id: Option<ReplayId>, mode: Mode) -> ReplayView {
    ReplayView {
        replay: deliveries::replay(counts, replay_id),
        object: "replay",
        livemode: livemode(mode),
    }
}
