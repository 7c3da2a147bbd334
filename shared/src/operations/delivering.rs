//! From a delivery to a request at a customer's server.
//!
//! Each step may run twice: attempts are claimed by a conditional write, and the event's id stays
//! the same. A step that dies leaves its message in the queue, and the record says what is still
//! to do. A customer's dead server is state in the table, never a message that fails.

pub mod known_endpoints;

use super::{Ambient, Cause, Problem, Result};
use crate::{
    model::{
        Scope, Time,
        delivery::{AttemptResult, Delivery, DeliveryAttempt, DeliveryStatus, EventPlace},
        delivery_order::Turn,
        endpoint_health::{DeliveryOutcome, Gate, Notice, Probe},
        id::EventId,
        webhook_endpoint::{DeliverySettings, DisabledReason, WebhookEndpoint},
    },
    queue::{
        Verdict,
        sqs::{Deliver, MAX_DELAY_S, OrderPlace, Queue},
    },
    store::{
        Error, Table,
        delivery::{Claim, DeliveryKey},
        delivery_timer::DeliveryTimer,
    },
    webhook::{
        headers::{Header, OpenSecret, headers},
        retry_after,
        sender::Sent,
    },
};
use known_endpoints::{KnownEndpoint, KnownEndpoints};
use std::time::Duration;

/// How long to wait before looking again whether it is an event's turn, in seconds; each time it
/// comes round longer. Whoever settles the one before wakes it at once.
const TURNS_LOOKED_AT_S: [i64; 5] = [15, 60, 300, 900, 900];

/// An event that was never seen holds up the next ones of its object this long, in milliseconds:
/// far longer than the way to the fan-out takes.
const UNSEEN_TIMEOUT_MS: i64 = 900_000;

/// No event waits for another longer than any schedule lasts, in milliseconds.
const MAX_WAIT_MS: i64 = 8 * 86_400_000;

/// What a sender works with.
#[derive(Clone, Copy)]
pub struct Sending<'a> {
    /// Where deliveries and their attempts are kept.
    pub store: &'a Table,
    /// The queue of deliveries, to which a later attempt goes back with a delay.
    pub queue: &'a Queue,
    /// Endpoints and their health.
    pub endpoints: &'a KnownEndpoints,
    /// Time and randomness, handed in so that tests can set them.
    pub ambient: Ambient,
}

/// A message of the queue after it was parsed, with what its steps need.
struct Task<'a> {
    sending: Sending<'a>,
    deliver: Deliver,
    scope: Scope,
    of: DeliveryKey,
    now: Time,
}

/// What a message leads to.
pub enum Begun<'a> {
    /// An attempt, which is claimed: whoever holds this sends it.
    Attempt(Box<Claimed<'a>>),
    /// Nothing is to be sent now.
    Done(Verdict),
}

/// A delivery that is claimed for one attempt.
pub struct Claimed<'a> {
    task: Task<'a>,
    known: KnownEndpoint,
    delivery: Delivery,
}

/// An attempt that was made.
pub struct Made {
    /// The request as it is kept: its start, how long it took, what was answered.
    pub attempt: DeliveryAttempt,
    /// In how many seconds the receiver wants the next one, where it says so.
    pub retry_after_s: Option<i64>,
}

impl<'a> Sending<'a> {
    /// Claims the attempt that a message asks for, if one is due.
    ///
    /// # Errors
    /// The table or the queue cannot be reached, or the message is none of ours: it comes back.
    pub async fn begin(self, message: &str) -> Result<Begun<'a>> {
        let deliver: Deliver = serde_json::from_str(message)
            .map_err(|error| Problem::internal(format!("not a delivery: {error}")))?;
        let parts = deliver.parts();
        let (scope, event, endpoint) =
            parts.ok_or_else(|| Problem::internal("not a delivery of ours"))?;
        let of = DeliveryKey { event, endpoint };
        let task = Task { sending: self, deliver, scope, of, now: self.ambient.now() };
        task.begin().await
    }
}

impl Claimed<'_> {
    /// Where to send it.
    pub const fn endpoint(&self) -> &WebhookEndpoint {
        &self.known.endpoint
    }

    /// The delivery whose event is to be sent.
    pub const fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// When the attempt starts.
    pub const fn now(&self) -> Time {
        self.task.now
    }

    /// How long the receiver has for its whole answer.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.known.endpoint.settings.timeout_s.into())
    }

    /// The request's headers, signed with everything of the endpoint that signs now.
    ///
    /// # Errors
    /// A secret cannot sign.
    pub fn headers(&self, secrets: &[OpenSecret]) -> Result<Vec<Header>> {
        headers(self.known.endpoint.surface, &self.delivery, secrets, self.task.now)
            .ok_or_else(|| Problem::internal("a webhook secret has an unknown form"))
    }

    /// Whether nothing held up this first attempt: no pause, no order, no replay of something old.
    pub fn is_prompt(&self) -> bool {
        let delivery = &self.delivery;
        delivery.made == 0
            && delivery.status.due() == Some(delivery.created_at)
            && delivery.round_at == delivery.created_at
            && self.task.deliver.place.is_none()
    }

    /// The attempt as it is kept.
    pub fn made(&self, sent: Sent) -> Made {
        let attempt = DeliveryAttempt {
            at: self.task.now,
            latency_ms: sent.latency_ms,
            result: sent.result,
            http_status: sent.http_status,
            answer: sent.answer,
            cause: sent.cause,
        };
        let slowed = matches!(attempt.http_status, Some(429 | 503));
        let asked = sent.retry_after.as_deref();
        let asked = asked.filter(|_| slowed || attempt.result == AttemptResult::Status);
        let retry_after_s =
            asked.and_then(|header| retry_after::seconds(header, attempt.ended_at()));
        Made { attempt, retry_after_s }
    }

    /// Writes down what became of the attempt, and what it says about the endpoint.
    ///
    /// # Errors
    /// The table or the queue cannot be reached: the message comes back.
    pub async fn record(self, made: Made) -> Result<Verdict> {
        let Self { task, known, delivery } = self;
        let Made { attempt, retry_after_s } = made;
        let (ended_at, result, status) = (attempt.ended_at(), attempt.result, attempt.http_status);
        let schedule = known.endpoint.settings.schedule();
        let random = task.sending.ambient.byte();
        let verdict =
            task.record(&delivery.after(attempt, &schedule, retry_after_s, random)).await?;
        if known.endpoint.disabled.is_some() {
            // A trial says nothing of the endpoint: whoever asked for it switches it on.
            return Ok(verdict);
        }
        let outcome = match (result, status) {
            (AttemptResult::Success, _) => DeliveryOutcome::Delivered,
            (_, Some(429 | 503)) => DeliveryOutcome::Busy(retry_after_s),
            (AttemptResult::Timeout, _) => DeliveryOutcome::Silent,
            _ => DeliveryOutcome::Failed,
        };
        task.learn(&known, outcome, status == Some(410), ended_at).await?;
        Ok(verdict)
    }
}

impl<'a> Task<'a> {
    async fn begin(self) -> Result<Begun<'a>> {
        let Sending { store, endpoints, .. } = self.sending;
        let (id, version) = (self.of.endpoint, self.deliver.seen);
        let mut known = endpoints.find(store, self.scope, id, version, self.now).await?;
        // What ends a delivery is never only remembered: the endpoint may be on again.
        if known.as_ref().is_some_and(|known| known.endpoint.disabled.is_some()) {
            known = endpoints.read(store, self.scope, self.of.endpoint, self.now).await?;
        }
        let Some(known) = known else {
            return self.end(Delivery::given_up).await.map(Begun::Done);
        };
        if known.endpoint.disabled.is_some() {
            return self.begin_disabled(known).await;
        }
        if let Some(until) = self.not_its_turn(&known).await? {
            return self.later(until).await.map(Begun::Done);
        }
        let probes = match known.health.gate(self.now) {
            Gate::Shut(until) => return self.put_off(until).await.map(Begun::Done),
            gate @ (Gate::Open | Gate::Probe) => gate == Gate::Probe,
        };
        let lease_s = known.endpoint.settings.lease_s();
        let delivery = match store.claim_delivery(self.scope, self.of, lease_s, self.now).await? {
            Claim::Yes(delivery) => *delivery,
            not @ (Claim::NotBefore(_) | Claim::HeldUntil(_) | Claim::Over(_)) => {
                return self.not_claimed(&not).await.map(Begun::Done);
            }
        };
        if probes {
            let probe = Probe {
                until: self.now.plus_seconds(lease_s),
                nonce: self.sending.ambient.nonce(),
            };
            if let Gate::Shut(until) = endpoints.take_probe(store, &known, probe, self.now).await? {
                let later = delivery.put_off(self.spread(until));
                return self.record(&later).await.map(Begun::Done);
            }
        }
        Ok(Begun::Attempt(Box::new(Claimed { task: self, known, delivery })))
    }

    /// Keeps a delivery back while its endpoint is disabled, unless somebody asked to try it once.
    async fn begin_disabled(self, known: KnownEndpoint) -> Result<Begun<'a>> {
        let lease_s = known.endpoint.settings.lease_s();
        let store = self.sending.store;
        match store.claim_delivery(self.scope, self.of, lease_s, self.now).await? {
            Claim::Yes(delivery) if delivery.trial => {
                let delivery = *delivery;
                Ok(Begun::Attempt(Box::new(Claimed { task: self, known, delivery })))
            }
            Claim::Yes(delivery) => self.record(&delivery.suppressed()).await.map(Begun::Done),
            not @ (Claim::NotBefore(_) | Claim::HeldUntil(_) | Claim::Over(_)) => {
                self.not_claimed(&not).await.map(Begun::Done)
            }
        }
    }

    /// Writes a delivery's next state and sees to it that it goes on from there.
    async fn record(&self, next: &Delivery) -> Result<Verdict> {
        match self.sending.store.replace_delivery(next).await {
            Ok(()) => {}
            // The lease was lost to a duplicate, which has written what happened.
            Err(Error::Refused { .. }) => return Ok(Verdict::Retry),
            Err(other) => return Err(other.into()),
        }
        match next.status {
            DeliveryStatus::Pending(due) => self.later(due).await,
            DeliveryStatus::Succeeded | DeliveryStatus::Failed | DeliveryStatus::Suppressed => {
                self.settle(next.place.clone()).await
            }
        }
    }

    /// Ends a delivery without an attempt: there is nobody to send to.
    async fn end(&self, how: impl Fn(&Delivery) -> Delivery) -> Result<Verdict> {
        let lease_s = DeliverySettings::default().lease_s();
        let store = self.sending.store;
        match store.claim_delivery(self.scope, self.of, lease_s, self.now).await? {
            Claim::Yes(delivery) => self.record(&how(&delivery)).await,
            not @ (Claim::NotBefore(_) | Claim::HeldUntil(_) | Claim::Over(_)) => {
                self.not_claimed(&not).await
            }
        }
    }

    /// The endpoint is paused: the delivery waits, and no attempt is used up.
    async fn put_off(&self, until: Time) -> Result<Verdict> {
        let until = self.spread(until);
        let store = self.sending.store;
        match store.put_off_delivery(self.scope, self.of, until, self.now).await? {
            Claim::Yes(_) => self.later(until).await,
            not @ (Claim::NotBefore(_) | Claim::HeldUntil(_) | Claim::Over(_)) => {
                self.not_claimed(&not).await
            }
        }
    }

    async fn not_claimed(&self, claim: &Claim) -> Result<Verdict> {
        match claim {
            Claim::NotBefore(due) | Claim::HeldUntil(due) => self.later(*due).await,
            // Whoever ended it may have died before saying so.
            Claim::Yes(_) => Ok(Verdict::Done),
            Claim::Over(place) => self.settle(place.clone()).await,
        }
    }

    /// Up to a fifth later, so that what waits for one moment does not all come at once.
    fn spread(&self, until: Time) -> Time {
        let wait_ms = until.ms_since(self.now).max(0);
        let random = self.sending.ambient.byte();
        until.plus_ms(wait_ms.saturating_mul(random.into()) / (5 * 255))
    }

    /// Sees to it that the delivery is looked at again: through the queue where that can wait so
    /// long, else through a timer in the table.
    async fn later(&self, due: Time) -> Result<Verdict> {
        let now = self.sending.ambient.now();
        let wait_s = due.ms_since(now).saturating_add(999) / 1000;
        match self.deliver.once_more().filter(|_| wait_s <= MAX_DELAY_S) {
            Some(again) => {
                send(self.sending.queue, &again, wait_s.max(0)).await?;
            }
            None => {
                let place = self.deliver.place.as_ref().map(OrderPlace::place);
                self.set_timer(self.of.event, place, due.max(now)).await?;
            }
        }
        Ok(Verdict::Done)
    }

    async fn set_timer(&self, event: EventId, place: Option<EventPlace>, due: Time) -> Result<()> {
        let timer =
            DeliveryTimer { scope: self.scope, event, endpoint: self.of.endpoint, place, due };
        Ok(self.sending.store.set_delivery_timer(&timer).await?)
    }

    /// When to look again, if an event of the same object has to go first.
    async fn not_its_turn(&self, known: &KnownEndpoint) -> Result<Option<Time>> {
        let (Some(place), Some(_)) = (&self.deliver.place, known.endpoint.settings.ordered_since)
        else {
            return Ok(None);
        };
        let store = self.sending.store;
        let order = store.delivery_order(self.scope, self.of.endpoint, &place.object).await?;
        let waited_ms = self.now.ms_since(self.of.event.minted_at());
        let waits = match order.turn(place.sequence) {
            Turn::Now => false,
            Turn::AfterAnother => waited_ms < MAX_WAIT_MS,
            Turn::AfterUnseen => waited_ms < UNSEEN_TIMEOUT_MS,
        };
        let wait_s = TURNS_LOOKED_AT_S.get(usize::from(self.deliver.hops)).copied();
        Ok(waits.then(|| self.now.plus_seconds(wait_s.unwrap_or(MAX_DELAY_S))))
    }

    /// The delivery is over: the next event of the same object may go. Its record knows its place
    /// whatever woke it: its own message, a timer, a retry that somebody asked for, a replay.
    async fn settle(&self, recorded: Option<EventPlace>) -> Result<Verdict> {
        let told = || self.deliver.place.as_ref().map(OrderPlace::place);
        let Some(place) = recorded.or_else(told) else { return Ok(Verdict::Done) };
        let store = self.sending.store;
        let step =
            store.move_order(self.scope, self.of.endpoint, &place.object, self.now, |order| {
                order.settled(place.sequence)
            });
        if let Some((sequence, event)) = step.await?.next() {
            let next =
                Deliver::new(self.scope, event, self.of.endpoint).at_place(&place.object, sequence);
            match self.deliver.followed_by(next) {
                Some(next) => {
                    send(self.sending.queue, &next, 0).await?;
                }
                None => {
                    let next = EventPlace { sequence, ..place };
                    self.set_timer(event, Some(next), self.now).await?;
                }
            }
        }
        Ok(Verdict::Done)
    }

    /// What the attempt says about the endpoint: pauses, warnings, and its end.
    async fn learn(
        &self,
        known: &KnownEndpoint,
        outcome: DeliveryOutcome,
        gone: bool,
        at: Time,
    ) -> Result<()> {
        let (Sending { store, endpoints, ambient, .. }, endpoint) = (self.sending, &known.endpoint);
        if gone {
            let off = |now: &WebhookEndpoint| now.disabled(DisabledReason::Gone, at);
            return Ok(endpoints.change(store, endpoint, off).await?);
        }
        let health = endpoints.note(store, known, outcome, at, ambient.byte()).await?;
        let since = health.failing_since.unwrap_or(at);
        let changed = match (outcome, health.notice(at)) {
            (DeliveryOutcome::Delivered, _) if endpoint.warned.is_some() => {
                endpoints.change(store, endpoint, WebhookEndpoint::recovered).await
            }
            (_, Some(Notice::Warn(level))) if endpoint.warned(since, level, at).is_some() => {
                let warned = |now: &WebhookEndpoint| now.warned(since, level, at);
                endpoints.change(store, endpoint, warned).await
            }
            (_, Some(Notice::Disable)) => {
                let off = |now: &WebhookEndpoint| now.disabled(DisabledReason::Failing, at);
                endpoints.change(store, endpoint, off).await
            }
            (_, Some(Notice::Warn(_)) | None) => Ok(()),
        };
        Ok(changed?)
    }
}

/// Puts a message on the queue.
pub(super) async fn send(queue: &Queue, deliver: &Deliver, delay_s: i64) -> Result<()> {
    queue
        .deliver_in(deliver, delay_s)
        .await
        .map_err(|unsent| Problem::Unavailable(Cause::new(unsent.0)))
}

#[cfg(test)]
mod tests;
