//! What became of one event at one endpoint.

use super::{
    Invalid, Scope, Time,
    event::{EventType, NamedEvent},
    id::{EventId, WebhookEndpointId},
    retry_schedule::RetrySchedule,
};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Deliveries and their events are kept this long.
pub const KEPT_DAYS: i64 = 30;

/// A delivery that was asked for again late is kept until that round is over.
const ROUND_KEPT_DAYS: i64 = 10;

/// Attempts kept with a delivery: a whole schedule, and some more after replays.
pub const MAX_ATTEMPTS: usize = 20;

/// The place of an event among those of the same object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPlace {
    /// The id of the object that these events are about.
    pub object: String,
    /// The event's number in the object's history, which counts from 1 without gaps.
    pub sequence: u64,
}

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The event; its id stays the same over all attempts.
    pub event: EventId,
    /// Where the event is sent; the delivery fails when this endpoint is removed.
    pub endpoint: WebhookEndpointId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// The type of the event.
    pub kind: EventType,
    /// What the receiver knows it as.
    pub name: String,
    /// Its object and number there, where the endpoint asked for order: whatever wakes the delivery,
    /// its end moves the order on.
    pub place: Option<EventPlace>,
    /// Whether its endpoint is one of many, whose deliveries are listed apart.
    pub by_endpoint: bool,
    /// The bytes that are signed and sent.
    pub body: String,
    /// When the next attempt is due, or how the delivery ended.
    pub status: DeliveryStatus,
    /// What was tried lately, oldest first.
    pub attempts: Vec<DeliveryAttempt>,
    /// Attempts made in all.
    pub made: u32,
    /// Attempts made in this round: its place in the schedule.
    pub tried: u32,
    /// Whether its next attempt is made even while its endpoint is disabled: somebody wants to see
    /// whether it works again.
    pub trial: bool,
    /// When this round of the schedule began: when it was made, or last asked for again.
    pub round_at: Time,
    /// When it was made.
    pub created_at: Time,
    /// Rises with every write: one that rests on an older version is refused.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = DeliveryStatusName::unknown)]
pub enum DeliveryStatusName {
    /// Another attempt is due: [`DeliveryStatus::Pending`].
    Pending,
    /// The receiver took it: [`DeliveryStatus::Succeeded`].
    Succeeded,
    /// No attempt is due any more: [`DeliveryStatus::Failed`].
    Failed,
    /// Kept back until a replay: [`DeliveryStatus::Suppressed`].
    Suppressed,
}

/// One request to the receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryAttempt {
    /// When the request began; [`Self::ended_at`] adds how long it took.
    pub at: Time,
    /// How long it took.
    pub latency_ms: u32,
    /// Everything but [`AttemptResult::Success`] is a failure, after which it may be tried again.
    pub result: AttemptResult,
    /// The status the receiver answered.
    pub http_status: Option<u16>,
    /// The first 4 KiB of what it answered.
    pub answer: String,
    /// What was wrong and what would mend it, where more is known than the result says.
    pub cause: Option<String>,
}

/// How an attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = AttemptResult::unknown)]
pub enum AttemptResult {
    /// The receiver answered with a status of 200 to 299 in time.
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
            by_endpoint: false,
            body,
            status: DeliveryStatus::Pending(now),
            attempts: Vec::new(),
            made: 0,
            tried: 0,
            trial: false,
            round_at: now,
            created_at: now,
            version: 1,
        }
    }

    /// The delivery when there is nobody to send to any more: the endpoint was removed.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn given_up(&self) -> Self {
        self.at_status(DeliveryStatus::Failed)
    }

    /// The delivery kept back for a replay: the endpoint is disabled.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn suppressed(&self) -> Self {
        self.at_status(DeliveryStatus::Suppressed)
    }

    /// The delivery put off, without an attempt: the endpoint is paused until then.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn put_off(&self, until: Time) -> Self {
        self.at_status(DeliveryStatus::Pending(until))
    }

    /// The delivery sent again from the start of its schedule, asked for at `asked_at`. `None`
    /// when it is on its way already, or was restarted for this very wish before.
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
    #[must_use = "the value itself does not change; the next one is returned"]
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
        if attempts.len() > MAX_ATTEMPTS {
            attempts.remove(0);
        }
        let made = self.made.saturating_add(1);
        Self { attempts, made, tried, trial: false, ..self.at_status(status) }
    }

    /// When the record may be swept.
    pub fn swept_at(&self) -> Time {
        self.created_at.plus_days(KEPT_DAYS).max(self.round_at.plus_days(ROUND_KEPT_DAYS))
    }

    fn at_status(&self, status: DeliveryStatus) -> Self {
        Self { status, version: self.version.saturating_add(1), ..self.clone() }
    }
}

impl DeliveryAttempt {
    /// When it was over.
    pub fn ended_at(&self) -> Time {
        self.at.plus_ms(self.latency_ms.into())
    }
}

impl DeliveryStatus {
    /// The status without its time.
    pub const fn name(self) -> DeliveryStatusName {
        match self {
            Self::Pending(_) => DeliveryStatusName::Pending,
            Self::Succeeded => DeliveryStatusName::Succeeded,
            Self::Failed => DeliveryStatusName::Failed,
            Self::Suppressed => DeliveryStatusName::Suppressed,
        }
    }

    /// The name on the wire and in the table.
    pub fn as_str(self) -> &'static str {
        self.name().as_str()
    }

    /// When the next attempt is due, if there is to be one.
    pub const fn due(self) -> Option<Time> {
        match self {
            Self::Pending(due) => Some(due),
            Self::Succeeded | Self::Failed | Self::Suppressed => None,
        }
    }
}

impl DeliveryStatusName {
    /// Every status, in the order in which the enum lists them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name on the wire and in the table.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("must be pending, succeeded, failed or suppressed")
    }
}

impl AttemptResult {
    /// Every result, in the order in which the enum lists them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name on the wire and in the table.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("is not a result of an attempt")
    }
}

#[cfg(test)]
mod tests;
