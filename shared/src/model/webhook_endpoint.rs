//! Customers' servers that want to be told.

use super::{
    Scope, Surface, Time,
    event::{EndpointDetail, EventDetail, EventFilter, EventType, History, NamedEvent},
    id::WebhookEndpointId,
    retry_schedule::RetrySchedule,
    secret::{PublicKey, Sealed, kind},
};
use strum::{EnumString, IntoStaticStr};

/// An address events are posted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// Names the endpoint to its tenant.
    pub id: WebhookEndpointId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Through which surface it was registered: it gets the events of what was made there.
    pub surface: Surface,
    /// The address that deliveries are posted to; a new one sets `fresh_from` again.
    pub url: String,
    /// Which events; every one when empty.
    pub events: Vec<EventFilter>,
    /// The caller's own note.
    pub description: String,
    /// How deliveries are made.
    pub settings: DeliverySettings,
    /// What signs, oldest first; the last one is the newest.
    pub secrets: Vec<EndpointSecret>,
    /// Since when and why it is switched off.
    pub disabled: Option<(Time, DisabledReason)>,
    /// Its health counts from this moment: it was set up, moved or switched on again then.
    pub fresh_from: Time,
    /// Since when it has been failing, and how often the tenant was warned of that.
    pub warned: Option<(Time, u8)>,
    /// When it was first set up.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// Test events asked for, warnings, and being disabled.
    pub history: History,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// How an endpoint wants its deliveries made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliverySettings {
    /// Seconds a receiver has for its whole answer.
    pub timeout_s: u32,
    /// An own schedule; the usual one when `None`.
    pub schedule: Option<RetrySchedule>,
    /// Since when the events of one object arrive in their order; `None`: in any order.
    pub ordered_since: Option<Time>,
}

/// What signs deliveries: a shared secret and, where asked for, an Ed25519 key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointSecret {
    /// The shared secret, sealed under the deployment's webhook key.
    pub sealed: Sealed<kind::Signing>,
    /// The Ed25519 key that signs too; `None` where only the shared secret signs.
    pub pair: Option<SigningPair>,
    /// When it began to sign.
    pub created_at: Time,
    /// When it stops, once there is a newer one.
    pub ends_at: Option<Time>,
}

/// An Ed25519 key pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningPair {
    /// The private key, sealed like the secret.
    pub sealed: Sealed<kind::Private>,
    /// The public key as it is shown.
    pub public: PublicKey,
}

/// Why an endpoint was switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString)]
#[strum(serialize_all = "snake_case", parse_err_ty = super::Invalid, parse_err_fn = DisabledReason::unknown)]
pub enum DisabledReason {
    /// It answered `410 Gone`.
    Gone,
    /// Nothing but failures for five days.
    Failing,
    /// Its tenant switched it off.
    Requested,
}

/// Longest description of an endpoint, in characters.
pub const MAX_DESCRIPTION: usize = 255;

/// Most entries in `events`.
pub const MAX_FILTERS: usize = 50;

/// Seconds a receiver has, unless its endpoint says otherwise within these limits.
pub const TIMEOUT_S: u32 = 15;
/// Shortest time that an endpoint may give a receiver to answer, in seconds.
pub const MIN_TIMEOUT_S: i64 = 3;
/// Longest time that an endpoint may give a receiver to answer, in seconds.
pub const MAX_TIMEOUT_S: i64 = 30;

/// What reading and writing takes around one request, generously. With the longest timeout it is
/// still shorter than the queue's visibility timeout, so a dead sender's message finds its
/// delivery free.
const AROUND_A_REQUEST_S: u32 = 10;

/// Most secrets that sign at the same time.
pub const MAX_SECRETS: usize = 5;

/// Longest time an old secret goes on signing beside a new one, and the usual one, in seconds.
pub const MAX_OVERLAP_S: i64 = 7 * 86_400;
/// How long an old secret goes on signing where the caller does not say, in seconds: one day.
pub const OVERLAP_S: i64 = 86_400;

impl Default for DeliverySettings {
    fn default() -> Self {
        Self { timeout_s: TIMEOUT_S, schedule: None, ordered_since: None }
    }
}

impl DeliverySettings {
    /// Nobody else sends while an attempt holds this lease, in seconds.
    pub fn lease_s(&self) -> i64 {
        i64::from(self.timeout_s.saturating_add(AROUND_A_REQUEST_S))
    }

    /// The schedule that counts.
    pub fn schedule(&self) -> RetrySchedule {
        self.schedule.clone().unwrap_or_default()
    }
}

impl WebhookEndpoint {
    /// Whether an event of this endpoint's surface, about the object with this id, is posted here.
    /// A test event goes to the endpoint that is tried; what happens to an endpoint, to the others.
    pub fn wants(&self, event: &NamedEvent, about: &str) -> bool {
        let about_me = about == self.id.to_string();
        if event.kind == EventType::WebhookTest {
            return about_me;
        }
        let named = || self.events.iter().any(|filter| filter.wants_name(event.name));
        let unasked = self.events.is_empty() && !event.only_when_named;
        !about_me && (unasked || named())
    }

    /// The endpoint with one more test event to send.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn with_test_event(&self, now: Time) -> Self {
        self.clone().with_event(self, EventType::WebhookTest, now)
    }

    /// The endpoint after a warning that it has been failing since `since`; `None` when the tenant
    /// was warned as urgently already.
    pub fn warned(&self, since: Time, level: u8, now: Time) -> Option<Self> {
        let known = self.warned.filter(|(known, _)| *known >= self.fresh_from);
        let told = known.is_some_and(|(_, told)| told >= level);
        if told || self.disabled.is_some() {
            return None;
        }
        let next = Self { warned: Some((since, level)), ..self.clone() };
        Some(next.with_event(self, EventType::WebhookEndpointFailing, now))
    }

    /// The endpoint after recovering: the next trouble is warned of anew. `None` when there was no
    /// warning.
    pub fn recovered(&self) -> Option<Self> {
        self.warned?;
        let next = Self { warned: None, version: self.version.saturating_add(1), ..self.clone() };
        Some(next.keeping_events(self))
    }

    /// The endpoint switched off; `None` when it is off already.
    pub fn disabled(&self, reason: DisabledReason, now: Time) -> Option<Self> {
        if self.disabled.is_some() {
            return None;
        }
        let next = Self { disabled: Some((now, reason)), updated_at: now, ..self.clone() };
        Some(next.with_event(self, EventType::WebhookEndpointDisabled, now))
    }

    /// The endpoint with a new secret. The ones before go on signing for `overlap_s` seconds, not
    /// longer than they would have; with 0 they stop at once. `None` when too many would sign.
    pub fn rotated(&self, new: EndpointSecret, overlap_s: i64, now: Time) -> Option<Self> {
        let ends = now.plus_seconds(overlap_s);
        let mut secrets: Vec<EndpointSecret> = self
            .live_secrets(now)
            .filter(|_| overlap_s > 0)
            .map(|old| EndpointSecret {
                ends_at: Some(old.ends_at.map_or(ends, |before| before.min(ends))),
                ..old.clone()
            })
            .collect();
        if secrets.len() >= MAX_SECRETS {
            return None;
        }
        secrets.push(new);
        let version = self.version.saturating_add(1);
        Some(Self { secrets, updated_at: now, version, ..self.clone() })
    }

    /// The secrets that sign at `now`, oldest first.
    pub fn live_secrets(&self, now: Time) -> impl Iterator<Item = &EndpointSecret> {
        self.secrets.iter().filter(move |secret| secret.ends_at.is_none_or(|ends| ends > now))
    }

    /// Whether deliveries are signed with Ed25519 as well.
    pub fn asymmetric(&self) -> bool {
        self.secrets.last().is_some_and(|newest| newest.pair.is_some())
    }

    fn with_event(self, before: &Self, kind: EventType, now: Time) -> Self {
        let next = self.keeping_events(before);
        Self {
            history: next.history.and(kind, now),
            version: before.version.saturating_add(1),
            ..next
        }
    }

    /// The endpoint after it was `before`: events that it would tell otherwise from now on keep what
    /// they said.
    pub fn keeping_events(self, before: &Self) -> Self {
        let history = before.history.fixed(|kind| {
            let said = before.detail(kind);
            (self.detail(kind) != said).then_some(said)
        });
        Self { history, ..self }
    }

    /// What an event says of this endpoint as it is.
    pub fn detail(&self, kind: EventType) -> EventDetail {
        let of_trouble = kind != EventType::WebhookTest;
        let reason = self.disabled.filter(|_| kind == EventType::WebhookEndpointDisabled);
        EventDetail::Endpoint(EndpointDetail {
            url: self.url.clone(),
            failing_since: self.warned.filter(|_| of_trouble).map(|(since, _)| since),
            reason: reason.map(|(_, reason)| reason),
        })
    }
}

impl DisabledReason {
    /// The name on the wire and in the table.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> super::Invalid {
        super::Invalid::new("must be gone, failing or requested")
    }
}

#[cfg(test)]
mod tests;
