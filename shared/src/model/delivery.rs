//! What became of one event at one endpoint.

use super::{
    Invalid, Scope, Time,
    event::{EventType, NamedEvent},
    id::{EventId, WebhookEndpointId},
    retry_schedule::RetrySchedule,
};
use std::str::FromStr;

/// Deliveries and their events are kept this long.
pub const KEPT_DAYS: i64 = 30;

/// A delivery that was asked for again late is kept until that round is over.
const ROUND_KEPT_DAYS: i64 = 10;

/// Attempts kept with a delivery: a whole schedule, and some more after replays.
pub const MOST_ATTEMPTS: usize = 20;

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The event; its id stays the same over all attempts.
    pub event: EventId,
    /// The endpoint.
    pub endpoint: WebhookEndpointId,
    /// Whose.
    pub scope: Scope,
    /// What happened.
    pub kind: EventType,
    /// What the receiver knows it as.
    pub name: String,
    /// Its object and number there, where the endpoint asked for order: whatever wakes the delivery,
    /// its end moves the order on.
    pub place: Option<(String, u64)>,
    /// The bytes that are signed and sent.
    pub body: String,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// What was tried lately, oldest first.
    pub attempts: Vec<DeliveryAttempt>,
    /// Attempts made in all.
    pub made: u32,
    /// Attempts made in this round: its place in the schedule.
    pub tried: u32,
    /// When this round of the schedule began: when it was made, or last asked for again.
    pub round_at: Time,
    /// When it was made.
    pub created_at: Time,
    /// Rises with every write.
    pub version: u64,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// The next attempt is due then.
    Pending(Time),
    /// The receiver took it.
    Succeeded,
    /// All attempts failed, or the endpoint is gone.
    Failed,
    /// Kept back because the endpoint is disabled; a replay sends it.
    Suppressed,
}

/// A status without its time, as it stands in filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatusName {
    /// [`DeliveryStatus::Pending`].
    Pending,
    /// [`DeliveryStatus::Succeeded`].
    Succeeded,
    /// [`DeliveryStatus::Failed`].
    Failed,
    /// [`DeliveryStatus::Suppressed`].
    Suppressed,
}

/// One request to the receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryAttempt {
    /// When it started.
    pub at: Time,
    /// How long it took.
    pub latency_ms: u32,
    /// How it went.
    pub result: AttemptResult,
    /// The status the receiver answered.
    pub http_status: Option<u16>,
    /// The first 4 KiB of what it answered.
    pub answer: String,
    /// What was wrong and what would mend it, where more is known than the result says.
    pub cause: Option<String>,
}

/// How an attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptResult {
    /// 2xx in time.
    Success,
    /// Another status; redirects are not followed.
    Status,
    /// No full answer in time.
    Timeout,
    /// The name does not resolve.
    Dns,
    /// Nobody listens, or the connection broke.
    Connect,
    /// The certificate or the handshake is not fine.
    Tls,
    /// The address is not allowed.
    Refused,
}

impl Delivery {
    /// A delivery that is due at once.
    #[must_use]
    pub fn due_now(
        scope: Scope,
        event: &NamedEvent,
        endpoint: WebhookEndpointId,
        body: String,
        now: Time,
    ) -> Self {
        Self {
            event: event.id,
            endpoint,
            scope,
            kind: event.kind,
            name: event.name.to_owned(),
            place: None,
            body,
            status: DeliveryStatus::Pending(now),
            attempts: Vec::new(),
            made: 0,
            tried: 0,
            round_at: now,
            created_at: now,
            version: 1,
        }
    }

    /// The delivery when there is nobody to send to any more: the endpoint was removed.
    #[must_use]
    pub fn given_up(&self) -> Self {
        self.at_status(DeliveryStatus::Failed)
    }

    /// The delivery kept back for a replay: the endpoint is disabled.
    #[must_use]
    pub fn suppressed(&self) -> Self {
        self.at_status(DeliveryStatus::Suppressed)
    }

    /// The delivery put off, without an attempt: the endpoint is paused until then.
    #[must_use]
    pub fn put_off(&self, until: Time) -> Self {
        self.at_status(DeliveryStatus::Pending(until))
    }

    /// The delivery sent again from the start of its schedule, asked for at `asked_at`. `None`
    /// when it is on its way already, or was restarted for this very wish before.
    #[must_use]
    pub fn restarted(&self, asked_at: Time, now: Time) -> Option<Self> {
        let on_its_way = matches!(self.status, DeliveryStatus::Pending(_));
        if on_its_way || self.round_at >= asked_at {
            return None;
        }
        let next = self.at_status(DeliveryStatus::Pending(now));
        Some(Self { tried: 0, round_at: asked_at, ..next })
    }

    /// The delivery after one more attempt. `random` spreads the next one's time;
    /// `retry_after_s` is what the receiver asked for.
    #[must_use]
    pub fn after(
        &self,
        attempt: DeliveryAttempt,
        schedule: &RetrySchedule,
        retry_after_s: Option<i64>,
        random: u8,
    ) -> Self {
        let tried = self.tried.saturating_add(1);
        let gone = attempt.http_status == Some(410);
        let wait = schedule.wait_ms(tried, retry_after_s, random).filter(|_| !gone);
        let status = match (attempt.result, wait) {
            (AttemptResult::Success, _) => DeliveryStatus::Succeeded,
            (_, Some(wait_ms)) => DeliveryStatus::Pending(attempt.ended_at().plus_ms(wait_ms)),
            (_, None) => DeliveryStatus::Failed,
        };
        let mut attempts = self.attempts.clone();
        attempts.push(attempt);
        if attempts.len() > MOST_ATTEMPTS {
            attempts.remove(0);
        }
        Self { attempts, made: self.made.saturating_add(1), tried, ..self.at_status(status) }
    }

    /// When the record may be swept.
    #[must_use]
    pub fn swept_at(&self) -> Time {
        self.created_at.plus_days(KEPT_DAYS).max(self.round_at.plus_days(ROUND_KEPT_DAYS))
    }

    fn at_status(&self, status: DeliveryStatus) -> Self {
        Self { status, version: self.version.saturating_add(1), ..self.clone() }
    }
}

impl DeliveryAttempt {
    /// When it was over.
    #[must_use]
    pub fn ended_at(&self) -> Time {
        self.at.plus_ms(self.latency_ms.into())
    }
}

impl DeliveryStatus {
    /// The status without its time.
    #[must_use]
    pub const fn name(self) -> DeliveryStatusName {
        match self {
            Self::Pending(_) => DeliveryStatusName::Pending,
            Self::Succeeded => DeliveryStatusName::Succeeded,
            Self::Failed => DeliveryStatusName::Failed,
            Self::Suppressed => DeliveryStatusName::Suppressed,
        }
    }

    /// The name on the wire and in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.name().as_str()
    }

    /// When the next attempt is due, if there is to be one.
    #[must_use]
    pub const fn due(self) -> Option<Time> {
        match self {
            Self::Pending(due) => Some(due),
            Self::Succeeded | Self::Failed | Self::Suppressed => None,
        }
    }
}

impl DeliveryStatusName {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Succeeded, Self::Failed, Self::Suppressed];

    /// The name on the wire and in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Suppressed => "suppressed",
        }
    }
}

impl FromStr for DeliveryStatusName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| Invalid::new("must be pending, succeeded, failed or suppressed"))
    }
}

impl AttemptResult {
    /// Every result.
    pub const ALL: [Self; 7] = [
        Self::Success,
        Self::Status,
        Self::Timeout,
        Self::Dns,
        Self::Connect,
        Self::Tls,
        Self::Refused,
    ];

    /// The name on the wire and in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Status => "status",
            Self::Timeout => "timeout",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Refused => "refused",
        }
    }
}

impl FromStr for AttemptResult {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|result| result.as_str() == text);
        found.ok_or_else(|| Invalid::new("is not a result of an attempt"))
    }
}

#[cfg(test)]
mod tests;
