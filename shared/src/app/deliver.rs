//! From a delivery to a request at a customer's server.
//!
//! Each step may run twice: attempts are claimed by a conditional write, and the event's id stays
//! the same. A step that dies leaves its message in the queue, and the record says what is still
//! to do. A customer's dead server is state in the table, never a message that fails.

use super::{clock, context::Deliverer, endpoints::Found, log::log_at, work::Trouble};
use crate::{
    model::{
        Scope, Time,
        delivery::{AttemptResult, Delivery, DeliveryAttempt, DeliveryStatus},
        delivery_order::Turn,
        endpoint_health::{Gate, Notice, Outcome},
        id::EventId,
        webhook_endpoint::{DeliverySettings, DisabledReason, WebhookEndpoint},
    },
    queue::{
        Verdict,
        sqs::{Deliver, LONGEST_DELAY_S, Place},
    },
    store::{
        Error,
        delivery::{Claim, DeliveryKey},
        delivery_timer::DeliveryTimer,
    },
    webhook::retry_after,
};
use std::time::Duration;
use tracing::Level;

/// What we call ourselves.
const USER_AGENT: &str = concat!("Paylink/", env!("CARGO_PKG_VERSION"));

/// How long to wait before looking again whether it is an event's turn, in seconds; each time it
/// comes round longer. Whoever settles the one before wakes it at once.
const TURNS_LOOKED_AT_S: [i64; 5] = [15, 60, 300, 900, 900];

/// An event that was never seen holds up the next ones of its object this long, in milliseconds:
/// far longer than the way to the fan-out takes.
const UNSEEN_WAITED_FOR_MS: i64 = 900_000;

/// No event waits for another longer than any schedule lasts, in milliseconds.
const LONGEST_WAIT_MS: i64 = 8 * 86_400_000;

/// One message, read.
struct Task<'a> {
    context: &'a Deliverer,
    deliver: Deliver,
    scope: Scope,
    of: DeliveryKey,
    now: Time,
}

/// Makes one attempt at one delivery, if one is due.
///
/// # Errors
/// The table, the queue or the key service cannot be reached: the message comes back.
pub async fn attempt(context: &Deliverer, body: &str) -> Result<Verdict, Trouble> {
    let deliver: Deliver =
        serde_json::from_str(body).map_err(|e| format!("not a delivery: {e}"))?;
    let (scope, event, endpoint) =
        deliver.parts().ok_or_else(|| "not a delivery of ours".to_owned())?;
    let task = Task { context, deliver, scope, of: (event, endpoint), now: clock::now() };
    task.run().await
}

impl Task<'_> {
    async fn run(&self) -> Result<Verdict, Trouble> {
        let context = self.context;
        let wanted = (self.of.1, self.deliver.seen);
        let found = context.endpoints.find(&context.store, self.scope, wanted, self.now).await;
        let Some(found) = found.map_err(trouble)? else {
            return self.end(Delivery::given_up).await;
        };
        if found.endpoint.disabled.is_some() {
            return self.end(Delivery::suppressed).await;
        }
        if let Some(until) = self.not_its_turn(&found).await? {
            return self.later(until).await;
        }
        let probes = match found.health.gate(self.now) {
            Gate::Shut(until) => return self.put_off(until).await,
            gate @ (Gate::Open | Gate::Probe) => gate == Gate::Probe,
        };
        let lease_s = found.endpoint.settings.lease_s();
        let claim = context.store.claim_delivery(self.scope, self.of, lease_s, self.now).await;
        let delivery = match claim.map_err(trouble)? {
            Claim::Yes(delivery) => *delivery,
            not @ (Claim::NotBefore(_) | Claim::HeldUntil(_) | Claim::Over) => {
                return self.not_claimed(&not).await;
            }
        };
        if probes {
            let until = self.now.plus_seconds(lease_s);
            let gate = context.endpoints.take_probe(&context.store, &found, until, self.now).await;
            if let Gate::Shut(until) = gate.map_err(trouble)? {
                return self.record(&delivery.put_off(self.spread(until))).await;
            }
        }
        self.send(&found, &delivery).await
    }

    /// Sends, and writes down what became of it.
    async fn send(&self, found: &Found, delivery: &Delivery) -> Result<Verdict, Trouble> {
        let (made, retry_after_s) = self.request(found, delivery).await?;
        let (ended_at, result, status) = (made.ended_at(), made.result, made.http_status);
        self.log(delivery, &made);
        let random = u8::from_be_bytes(clock::random());
        let schedule = found.endpoint.settings.schedule();
        let next = delivery.after(made, &schedule, retry_after_s, random);
        let verdict = self.record(&next).await?;
        let outcome = match (result, status) {
            (AttemptResult::Success, _) => Outcome::Delivered,
            (_, Some(429 | 503)) => Outcome::Busy(retry_after_s),
            (AttemptResult::Timeout, _) => Outcome::Silent,
            _ => Outcome::Failed,
        };
        self.learn(found, outcome, status == Some(410), ended_at).await?;
        Ok(verdict)
    }

    /// One request, signed, and what the receiver asked for in its answer.
    async fn request(
        &self,
        found: &Found,
        delivery: &Delivery,
    ) -> Result<(DeliveryAttempt, Option<i64>), Trouble> {
        let (id, stamp) = (delivery.event.to_string(), self.now.seconds());
        let signed = self.context.sign(&found.endpoint, &id, self.now, &delivery.body).await?;
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("user-agent", USER_AGENT.to_owned()),
            ("webhook-id", id),
            ("webhook-timestamp", stamp.to_string()),
            ("webhook-signature", signed.list),
            ("webhook-attempt", delivery.made.saturating_add(1).to_string()),
            ("paylink-signature", signed.own),
            ("paylink-signature-version", "1".to_owned()),
        ];
        let timeout = Duration::from_secs(found.endpoint.settings.timeout_s.into());
        let sender = self.context.sender(self.scope.mode);
        let sent = sender.send(&found.endpoint.url, &headers, &delivery.body, timeout).await;
        let asked = sent.retry_after.as_deref();
        let made = DeliveryAttempt {
            at: self.now,
            latency_ms: sent.latency_ms,
            result: sent.result,
            http_status: sent.http_status,
            answer: sent.answer,
        };
        let slowed = matches!(made.http_status, Some(429 | 503));
        let asked = asked.filter(|_| slowed || made.result == AttemptResult::Status);
        let asked = asked.and_then(|header| retry_after::seconds(header, made.ended_at()));
        Ok((made, asked))
    }

    /// Writes a delivery's next state and sees to it that it goes on from there.
    async fn record(&self, next: &Delivery) -> Result<Verdict, Trouble> {
        match self.context.store.replace_delivery(next).await {
            Ok(()) => {}
            // The lease was lost to a twin, which has written what happened.
            Err(Error::Refused { .. }) => return Ok(Verdict::Retry),
            Err(other) => return Err(trouble(other)),
        }
        match next.status {
            DeliveryStatus::Pending(due) => self.later(due).await,
            DeliveryStatus::Succeeded | DeliveryStatus::Failed | DeliveryStatus::Suppressed => {
                self.settle().await
            }
        }
    }

    /// Ends a delivery without an attempt: there is nobody to send to.
    async fn end(&self, how: impl Fn(&Delivery) -> Delivery) -> Result<Verdict, Trouble> {
        let lease_s = DeliverySettings::default().lease_s();
        let store = &self.context.store;
        let claim = store.claim_delivery(self.scope, self.of, lease_s, self.now).await;
        match claim.map_err(trouble)? {
            Claim::Yes(delivery) => self.record(&how(&delivery)).await,
            not @ (Claim::NotBefore(_) | Claim::HeldUntil(_) | Claim::Over) => {
                self.not_claimed(&not).await
            }
        }
    }

    /// The endpoint is paused: the delivery waits, and no attempt is used up.
    async fn put_off(&self, until: Time) -> Result<Verdict, Trouble> {
        let until = self.spread(until);
        let store = &self.context.store;
        let done = store.put_off_delivery(self.scope, self.of, until, self.now).await;
        match done.map_err(trouble)? {
            Claim::Yes(_) => self.later(until).await,
            not @ (Claim::NotBefore(_) | Claim::HeldUntil(_) | Claim::Over) => {
                self.not_claimed(&not).await
            }
        }
    }

    async fn not_claimed(&self, claim: &Claim) -> Result<Verdict, Trouble> {
        match claim {
            Claim::NotBefore(due) | Claim::HeldUntil(due) => self.later(*due).await,
            // Whoever ended it may have died before saying so.
            Claim::Yes(_) | Claim::Over => self.settle().await,
        }
    }

    /// Up to a fifth later, so that what waits for one moment does not all come at once.
    fn spread(&self, until: Time) -> Time {
        let wait_ms = until.ms_since(self.now).max(0);
        let random = u8::from_be_bytes(clock::random());
        until.plus_ms(wait_ms.saturating_mul(random.into()) / (5 * 255))
    }

    /// Sees to it that the delivery is looked at again: through the queue where that can wait so
    /// long, else through a timer in the table.
    async fn later(&self, due: Time) -> Result<Verdict, Trouble> {
        let now = clock::now();
        let wait_s = due.ms_since(now).saturating_add(999) / 1000;
        match self.deliver.once_more().filter(|_| wait_s <= LONGEST_DELAY_S) {
            Some(again) => {
                let sent = self.context.queue.deliver_in(&again, wait_s.max(0)).await;
                sent.map_err(|unsent| unsent.0)?;
            }
            None => {
                let place = self.deliver.place.as_ref();
                let place = place.map(|place| (place.object.clone(), place.sequence));
                self.set_timer(self.of.0, place, due.max(now)).await?;
            }
        }
        Ok(Verdict::Done)
    }

    async fn set_timer(
        &self,
        event: EventId,
        place: Option<(String, u64)>,
        due: Time,
    ) -> Result<(), Trouble> {
        let timer = DeliveryTimer { scope: self.scope, event, endpoint: self.of.1, place, due };
        self.context.store.set_delivery_timer(&timer).await.map_err(trouble)
    }

    /// When to look again, if an event of the same object has to go first.
    async fn not_its_turn(&self, found: &Found) -> Result<Option<Time>, Trouble> {
        let (Some(place), Some(_)) = (&self.deliver.place, found.endpoint.settings.ordered_since)
        else {
            return Ok(None);
        };
        let store = &self.context.store;
        let order = store.delivery_order(self.scope, self.of.1, &place.object).await;
        let waited_ms = self.now.ms_since(self.of.0.minted_at());
        let waits = match order.map_err(trouble)?.turn(place.sequence) {
            Turn::Now => false,
            Turn::AfterAnother => waited_ms < LONGEST_WAIT_MS,
            Turn::AfterUnseen => waited_ms < UNSEEN_WAITED_FOR_MS,
        };
        let wait_s = TURNS_LOOKED_AT_S.get(usize::from(self.deliver.hops)).copied();
        Ok(waits.then(|| self.now.plus_seconds(wait_s.unwrap_or(LONGEST_DELAY_S))))
    }

    /// The delivery is over: the next event of the same object may go.
    async fn settle(&self) -> Result<Verdict, Trouble> {
        let Some(place) = &self.deliver.place else { return Ok(Verdict::Done) };
        let store = &self.context.store;
        let Place { object, sequence } = place;
        let step = store
            .move_order(self.scope, self.of.1, object, self.now, |order| order.settled(*sequence));
        if let Some((sequence, event)) = step.await.map_err(trouble)?.next() {
            let next = Deliver::new(self.scope, event, self.of.1).at_place(object, sequence);
            match self.deliver.followed_by(next) {
                Some(next) => {
                    let sent = self.context.queue.deliver_in(&next, 0).await;
                    sent.map_err(|unsent| unsent.0)?;
                }
                None => self.set_timer(event, Some((object.clone(), sequence)), self.now).await?,
            }
        }
        Ok(Verdict::Done)
    }

    /// What the attempt says about the endpoint: pauses, warnings, and its end.
    async fn learn(
        &self,
        found: &Found,
        outcome: Outcome,
        gone: bool,
        at: Time,
    ) -> Result<(), Trouble> {
        let (context, endpoint) = (self.context, &found.endpoint);
        if gone {
            let off = |now: &WebhookEndpoint| now.disabled(DisabledReason::Gone, at);
            return context.endpoints.change(&context.store, endpoint, off).await.map_err(trouble);
        }
        let random = u8::from_be_bytes(clock::random());
        let noted = context.endpoints.note(&context.store, found, (outcome, at), random).await;
        let health = noted.map_err(trouble)?;
        let since = health.failing_since.unwrap_or(at);
        let changed = match (outcome, health.notice(at)) {
            (Outcome::Delivered, _) if endpoint.warned.is_some() => {
                context.endpoints.change(&context.store, endpoint, WebhookEndpoint::recovered).await
            }
            (_, Some(Notice::Warn(level))) if endpoint.warned(since, level, at).is_some() => {
                let warned = |now: &WebhookEndpoint| now.warned(since, level, at);
                context.endpoints.change(&context.store, endpoint, warned).await
            }
            (_, Some(Notice::Disable)) => {
                let off = |now: &WebhookEndpoint| now.disabled(DisabledReason::Failing, at);
                context.endpoints.change(&context.store, endpoint, off).await
            }
            (_, Some(Notice::Warn(_)) | None) => Ok(()),
        };
        changed.map_err(trouble)
    }
}

impl Task<'_> {
    /// One line per attempt: what operators look for when a customer asks, and what metrics are
    /// made of.
    fn log(&self, delivery: &Delivery, made: &DeliveryAttempt) {
        // Only what nothing held up: not a pause, an order, or a replay of something old.
        let (made_at, due) = (delivery.created_at, delivery.status.due());
        let first = delivery.made == 0
            && due == Some(made_at)
            && delivery.round_at == made_at
            && self.deliver.place.is_none();
        let age_ms = |until: Time| until.ms_since(delivery.event.minted_at()).max(0);
        let failed = made.result != AttemptResult::Success;
        let class = |of| (made.result == of).then_some(1_u64);
        log_at!(
            if failed { Level::WARN } else { Level::INFO },
            tenant = %self.scope.tenant,
            mode = self.scope.mode.as_str(),
            endpoint = %delivery.endpoint,
            event = %delivery.event,
            "type" = delivery.kind.as_str(),
            attempt = delivery.made.saturating_add(1),
            result = made.result.as_str(),
            http_status = made.http_status,
            latency_ms = made.latency_ms,
            attempts = 1_u64,
            failures = u64::from(failed),
            failures_status = class(AttemptResult::Status),
            failures_timeout = class(AttemptResult::Timeout),
            failures_dns = class(AttemptResult::Dns),
            failures_connect = class(AttemptResult::Connect),
            failures_tls = class(AttemptResult::Tls),
            failures_refused = class(AttemptResult::Refused),
            undelivered_age_ms = failed.then(|| age_ms(made.ended_at())),
            commit_to_delivered_ms = (!failed).then(|| age_ms(made.ended_at())),
            commit_to_first_attempt_ms = first.then(|| age_ms(made.at)),
            "attempt"
        );
    }
}

fn trouble(error: Error) -> Trouble {
    error.to_string()
}
