//! What became of one event at one endpoint.

use super::{
    Invalid, Scope, Time,
    event::EventType,
    id::{EventId, WebhookEndpointId},
};
use std::str::FromStr;

/// Seconds before each attempt, counted from the one before. This is the whole schedule: after
/// the last one the delivery is `failed`, and says so.
pub const SCHEDULE_S: [i64; 3] = [0, 5, 60];

/// How far an attempt's time may be off, in percent, so that failed deliveries do not come back
/// in step.
const JITTER_PERCENT: i64 = 20;

/// Nobody else sends while an attempt holds the lease: the request's 15 seconds and what writing
/// takes. Shorter than the queue's visibility timeout, so a dead sender's message finds it free.
pub const LEASE_S: i64 = 25;

/// Deliveries and their events are kept this long.
pub const KEPT_DAYS: i64 = 30;

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
    /// The bytes that are signed and sent.
    pub body: String,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// What was tried, oldest first.
    pub attempts: Vec<DeliveryAttempt>,
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
    /// The delivery when there is nobody to send to any more: the endpoint was removed, or switched
    /// off.
    #[must_use]
    pub fn given_up(&self) -> Self {
        let version = self.version.saturating_add(1);
        Self { status: DeliveryStatus::Failed, version, ..self.clone() }
    }

    /// The delivery after one more attempt. `random` spreads the next one's time.
    #[must_use]
    pub fn after(&self, attempt: DeliveryAttempt, random: u8) -> Self {
        let tried = self.attempts.len().saturating_add(1);
        let gone = attempt.http_status == Some(410);
        let status = match (attempt.result, SCHEDULE_S.get(tried)) {
            (AttemptResult::Success, _) => DeliveryStatus::Succeeded,
            (_, Some(wait_s)) if !gone => {
                let ended = attempt.at.plus_ms(attempt.latency_ms.into());
                DeliveryStatus::Pending(ended.plus_ms(jittered_ms(*wait_s, random)))
            }
            (_, Some(_) | None) => DeliveryStatus::Failed,
        };
        let mut attempts = self.attempts.clone();
        attempts.push(attempt);
        Self { status, attempts, version: self.version.saturating_add(1), ..self.clone() }
    }
}

/// `wait_s` give or take [`JITTER_PERCENT`], in milliseconds.
fn jittered_ms(wait_s: i64, random: u8) -> i64 {
    let percent = 100 - JITTER_PERCENT + i64::from(random) * 2 * JITTER_PERCENT / 255;
    wait_s.saturating_mul(10).saturating_mul(percent)
}

impl DeliveryStatus {
    /// The name on the wire and in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending(_) => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

impl AttemptResult {
    const ALL: [Self; 7] = [
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
mod tests {
    use super::*;
    use crate::model::{Mode, id::TenantId};

    fn delivery() -> Delivery {
        let now = Time::from_ms(1_795_255_200_000);
        Delivery {
            event: EventId::mint(now, [1; 10]),
            endpoint: WebhookEndpointId::mint(now, [2; 10]),
            scope: Scope { tenant: TenantId::mint(now, [3; 10]), mode: Mode::Test },
            kind: EventType::CardAdded,
            body: "{}".into(),
            status: DeliveryStatus::Pending(now),
            attempts: vec![],
            created_at: now,
            version: 1,
        }
    }

    fn attempt(result: AttemptResult, http_status: Option<u16>) -> DeliveryAttempt {
        let at = Time::from_ms(1_795_255_200_000);
        DeliveryAttempt { at, latency_ms: 100, result, http_status, answer: String::new() }
    }

    #[test]
    fn failures_are_tried_again_on_the_schedule_and_then_end() {
        let failed = attempt(AttemptResult::Status, Some(500));
        let due = |d: &Delivery| match d.status {
            DeliveryStatus::Pending(due) => Some(due.ms_since(failed.at)),
            DeliveryStatus::Succeeded | DeliveryStatus::Failed => None,
        };
        let first = delivery().after(failed.clone(), 0);
        assert_eq!(due(&first), Some(100 + 4_000));
        assert_eq!(due(&delivery().after(failed.clone(), 255)), Some(100 + 6_000));
        let second = first.after(failed.clone(), 0);
        assert_eq!(due(&second), Some(100 + 48_000));
        let third = second.after(failed.clone(), 0);
        assert_eq!(third.status, DeliveryStatus::Failed);
        assert_eq!(third.attempts.len(), 3);
    }

    #[test]
    fn success_and_gone_end_at_once() {
        let fine = delivery().after(attempt(AttemptResult::Success, Some(204)), 0);
        assert_eq!(fine.status, DeliveryStatus::Succeeded);
        let gone = delivery().after(attempt(AttemptResult::Status, Some(410)), 0);
        assert_eq!(gone.status, DeliveryStatus::Failed);
    }
}
