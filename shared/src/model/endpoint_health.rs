//! How an endpoint is doing: what failed lately, and whether it is given a pause.
//!
//! A pause keeps events queueing without using up their attempts. When it is over one delivery
//! goes first as a probe: its success opens the way for the others, its failure begins a longer
//! pause. Nothing but failures for five days disables the endpoint; the tenant is warned before.

use super::{Scope, Time, id::WebhookEndpointId, retry_schedule::MAX_RETRY_AFTER_S};

/// Nothing but failures for this long disables an endpoint.
pub const DISABLED_AFTER_MS: i64 = 5 * 86_400_000;

/// It takes at least this many failures, however rarely something is sent.
const MIN_TO_DISABLE: u32 = 10;

/// Tenants are warned at these shares of [`DISABLED_AFTER_MS`], in percent.
const WARNED_AT_PERCENT: [i64; 3] = [50, 70, 90];

/// This many failures in a row, over at least this long or ending in silence, begin a pause.
const PAUSED_AFTER: u32 = 5;
const PAUSED_AFTER_MS: i64 = 10_000;

/// How long pauses are, each time the probe fails; in seconds.
const PAUSES_S: [i64; 9] = [10, 30, 60, 120, 300, 600, 1200, 1800, 3600];

/// While nothing changes, the record is written this often at most.
const FAILURES_WRITTEN_EVERY_MS: i64 = 30_000;
const SUCCESS_WRITTEN_EVERY_MS: i64 = 600_000;

/// What is known of one endpoint's health.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointHealth {
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// The endpoint that it is about.
    pub endpoint: WebhookEndpointId,
    /// Failures since the last success; a lower bound where several senders count.
    pub failures: u32,
    /// The first of them.
    pub failing_since: Option<Time>,
    /// The newest success, to about ten minutes.
    pub last_success: Option<Time>,
    /// The pause it is in.
    pub pause: Option<Pause>,
    /// Pauses in a row.
    pub pauses: u32,
    /// When the record was last written.
    pub written_at: Time,
    /// Rises with every write; 0 before the first.
    pub version: u64,
}

/// Nothing is sent for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Until when; then one delivery goes as a probe.
    pub until: Time,
    /// The probe that is under way.
    pub probe: Option<Probe>,
}

/// The one delivery that finds out whether the endpoint is back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// It is over then at the latest.
    pub until: Time,
    /// Random: tells the write that made this very delivery the probe from that of a duplicate.
    pub nonce: i64,
}

/// Whether a delivery may be sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// It may be sent, because the endpoint is in no pause.
    Open,
    /// It may, as the one that finds out whether the endpoint is back.
    Probe,
    /// Not before this moment.
    Shut(Time),
}

/// How an attempt went, as far as the endpoint's health goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The receiver took it: the attempt was a success.
    Delivered,
    /// It failed in any way that the two below do not name.
    Failed,
    /// Not answered in all the time it has: the longest look at an endpoint there is.
    Silent,
    /// 429 or 503: asked to slow down, perhaps for this many seconds.
    Busy(Option<i64>),
}

/// What has to be told or done about an endpoint that keeps failing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Warn the tenant; the level rises from 1 to 3.
    Warn(u8),
    /// Disable the endpoint, because everything failed for [`DISABLED_AFTER_MS`].
    Disable,
}

impl EndpointHealth {
    /// Nothing is known yet.
    pub const fn unknown(scope: Scope, endpoint: WebhookEndpointId) -> Self {
        Self {
            scope,
            endpoint,
            failures: 0,
            failing_since: None,
            last_success: None,
            pause: None,
            pauses: 0,
            written_at: Time::EPOCH,
            version: 0,
        }
    }

    /// The same without what happened before `from`: the endpoint was set up anew then.
    pub fn counted_from(self, from: Time) -> Self {
        if self.failing_since.is_none_or(|since| since >= from) {
            return self;
        }
        Self {
            last_success: self.last_success,
            written_at: self.written_at,
            version: self.version,
            ..Self::unknown(self.scope, self.endpoint)
        }
    }

    /// Whether a delivery may be sent now.
    pub fn gate(&self, now: Time) -> Gate {
        match self.pause {
            None => Gate::Open,
            Some(Pause { until, .. }) if now < until => Gate::Shut(until),
            Some(Pause { probe: Some(probe), .. }) if now < probe.until => Gate::Shut(probe.until),
            Some(_) => Gate::Probe,
        }
    }

    /// The health with this probe under way.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn probing(&self, probe: Probe, now: Time) -> Self {
        let pause = self.pause.map(|pause| Pause { probe: Some(probe), ..pause });
        Self { pause, ..self.written(now) }
    }

    /// The health after one more attempt that ended at `at`. `random` spreads pauses, so that
    /// endpoints behind one broken server do not come back in step.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn after(&self, outcome: DeliveryOutcome, at: Time, random: u8) -> Self {
        let asked_s = match outcome {
            DeliveryOutcome::Delivered => {
                return Self {
                    failures: 0,
                    failing_since: None,
                    last_success: Some(at),
                    pause: None,
                    pauses: 0,
                    ..self.clone()
                };
            }
            DeliveryOutcome::Failed | DeliveryOutcome::Silent => None,
            DeliveryOutcome::Busy(asked_s) => Some(asked_s.unwrap_or(0)),
        };
        let failures = self.failures.saturating_add(1);
        let failing_since = self.failing_since.unwrap_or(at);
        let failing = Self { failures, failing_since: Some(failing_since), ..self.clone() };
        let long =
            outcome == DeliveryOutcome::Silent || at.ms_since(failing_since) >= PAUSED_AFTER_MS;
        let worn = failures >= PAUSED_AFTER && long;
        match self.pause {
            // Sent before the pause began; it has nothing new to say.
            Some(pause) if at < pause.until => failing,
            None if asked_s.is_none() && !worn => failing,
            Some(_) | None => {
                let until = at.plus_ms(self.pause_ms(asked_s, random));
                let pause = Some(Pause { until, probe: None });
                Self { pause, pauses: self.pauses.saturating_add(1), ..failing }
            }
        }
    }

    /// Milliseconds of the next pause: the next step of the ladder with up to half as much again,
    /// or what the receiver asked for where that is longer.
    fn pause_ms(&self, asked_s: Option<i64>, random: u8) -> i64 {
        let step = usize::try_from(self.pauses).unwrap_or(usize::MAX);
        let last = PAUSES_S.len().saturating_sub(1);
        let pause_s = PAUSES_S.get(step.min(last)).copied().unwrap_or_default();
        let own_ms = pause_s.saturating_mul(1000 + i64::from(random) * 500 / 255);
        let asked_ms = asked_s.unwrap_or(0).clamp(0, MAX_RETRY_AFTER_S).saturating_mul(1000);
        own_ms.max(asked_ms)
    }

    /// What has to be told or done, right after a failure at `at`.
    pub fn notice(&self, at: Time) -> Option<Notice> {
        let failing_ms = at.ms_since(self.failing_since?);
        if self.failures < MIN_TO_DISABLE {
            return None;
        }
        if failing_ms >= DISABLED_AFTER_MS {
            return Some(Notice::Disable);
        }
        let reached = |percent: &i64| failing_ms.saturating_mul(100) >= percent * DISABLED_AFTER_MS;
        let level = WARNED_AT_PERCENT.iter().filter(|percent| reached(percent)).count();
        u8::try_from(level).ok().filter(|level| *level > 0).map(Notice::Warn)
    }

    /// When it will be disabled if everything goes on failing.
    pub fn disabled_from(&self) -> Option<Time> {
        self.failing_since.map(|since| since.plus_ms(DISABLED_AFTER_MS))
    }

    /// Whether `next` is worth a write at `now`: what changed its state is, and so are the failures
    /// up to a pause, which different senders meet. What only counts on is from time to time.
    pub fn worth_writing(&self, next: &Self, now: Time) -> bool {
        let few = next.failures > self.failures && next.failures <= PAUSED_AFTER;
        let changed = few
            || self.pause != next.pause
            || self.failing_since.is_some() != next.failing_since.is_some();
        let every = match next.failing_since {
            Some(_) => FAILURES_WRITTEN_EVERY_MS,
            None => SUCCESS_WRITTEN_EVERY_MS,
        };
        changed || now.ms_since(self.written_at) >= every
    }

    /// The record as it is written now.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn written(&self, now: Time) -> Self {
        Self { written_at: now, version: self.version.saturating_add(1), ..self.clone() }
    }
}

#[cfg(test)]
mod tests;
