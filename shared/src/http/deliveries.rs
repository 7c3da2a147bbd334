//! What every surface shows of deliveries and replays: one view each, in the surface's own form of
//! names, ids and times.

use super::{
    Result,
    field::{Field, Text},
    view::Naming,
};
use crate::{
    model::{
        Invalid, Time,
        delivery::{Delivery, DeliveryAttempt},
        event::{EventFilter, EventType},
        id::{EventId, ReplayId, WebhookEndpointId},
        replay::ReplayRange,
    },
    operations::{Problem, problem::on, replays::Counts},
};
use derive::View;
use serde_json::{Value, json, value::RawValue};
use std::marker::PhantomData;

/// Characters of an answer that a list shows; one delivery shows all that is kept.
const ANSWER_IN_LIST: usize = 200;

/// How a surface writes what it shows of deliveries.
pub trait Form: Naming {
    /// A moment: RFC 3339, to the second or to the millisecond.
    fn time(at: Time) -> String;

    /// The id of an event's delivery at an endpoint.
    fn delivery(event: EventId, endpoint: WebhookEndpointId) -> String;

    /// The id of an event.
    fn event(id: EventId) -> String;

    /// The id of an endpoint.
    fn endpoint(id: WebhookEndpointId) -> String;
}

/// The events that a surface's receivers get.
pub trait NamedEvents {
    /// The names of these events, as callers of the surface write them.
    const NAMES: &'static [&'static str];
}

/// The name of one of a surface's events.
pub struct EventName<F>(pub String, PhantomData<F>);

/// How much of a delivery is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Short enough that a page of them fits into an answer.
    InList,
    /// Everything, its attempts as well: a delivery that is read by itself.
    Whole,
}

/// One request to the receiver.
#[derive(View)]
#[view(named_by = F)]
pub struct AttemptView<F: Form> {
    form: PhantomData<F>,
    /// When the request was begun, in RFC 3339.
    pub at: String,
    /// `success`, `status`, `timeout`, `dns`, `connect`, `tls` or `refused`.
    pub result: &'static str,
    /// The HTTP status that the receiver answered; null where no answer came.
    pub http_status: Option<u16>,
    /// How long it took, in milliseconds.
    pub latency_ms: u32,
    /// The first 4 KiB of the answer; in a list its first 200 characters.
    pub answer: String,
    /// What was wrong and what would mend it: an expired certificate, a redirect's address. Null
    /// where the result says all.
    pub cause: Option<String>,
}

/// One event on its way to a webhook.
#[derive(View)]
#[view(named_by = F)]
pub struct DeliveryView<F: Form> {
    /// The delivery's id: it names the event and the endpoint.
    pub id: String,
    /// The event: `webhook-id` at the receiver is its UUID.
    pub event_id: String,
    /// The name of the event, as the endpoint subscribes to it.
    pub event: String,
    /// The webhook that it is sent to.
    pub webhook_id: String,
    /// `pending`, `succeeded`, `failed`, or `suppressed`: kept back for a replay.
    pub status: &'static str,
    /// When the next attempt is due: RFC 3339; null when there is none.
    pub next_attempt_at: Option<String>,
    /// How many attempts were made in all.
    pub attempt_count: u32,
    /// The last twenty of them, oldest first.
    pub attempts: Vec<AttemptView<F>>,
    /// What is sent; null in a list.
    pub payload: Option<Box<RawValue>>,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
}

/// A replay: what it is about to send, and what it leaves alone.
#[derive(View)]
#[view(named_by = F)]
pub struct ReplayView<F: Form> {
    form: PhantomData<F>,
    /// Its id; null for a dry run.
    pub replay_id: Option<ReplayId>,
    /// Whether the events were only counted, and nothing was sent.
    pub dry_run: bool,
    /// Events that are sent, or would be.
    pub matched: u32,
    /// How many of the range's events the receiver has taken.
    pub succeeded: u32,
    /// How many of the range's events failed at every attempt.
    pub failed: u32,
    /// How many of the range's events were kept back while the endpoint was disabled.
    pub suppressed: u32,
    /// How many of the range's events are on their way already.
    pub pending: u32,
    /// How many of the range's events were never meant for this endpoint.
    pub missing: u32,
    /// Whether there are more than were counted: counting stops at 2,000 events.
    pub has_more: bool,
}

/// What a caller asks to have sent again.
#[derive(Debug)]
pub struct AskedReplay {
    /// Events from this moment on.
    pub from: Time,
    /// Events up to this moment; now when absent.
    pub to: Option<Time>,
    /// Only these types; all when empty.
    pub kinds: Vec<EventType>,
    /// Only events of these names; all when empty.
    pub names: Vec<EventFilter>,
    /// Whether what the receiver has taken is left out.
    pub only_undelivered: Option<bool>,
}

impl AskedReplay {
    /// The range that is asked for.
    ///
    /// # Errors
    /// One that is inverted, in the future, or older than what is kept.
    pub fn range(self, now: Time) -> Result<ReplayRange> {
        let Self { from, to, kinds, names, only_undelivered } = self;
        let only_undelivered = only_undelivered == Some(true);
        let range = ReplayRange { from, to: to.unwrap_or(now), kinds, names, only_undelivered };
        range.check(now).map_err(|(field, invalid): (_, Invalid)| -> Problem { on(field, invalid) })
    }
}

impl<F: NamedEvents> Field for EventName<F> {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let Text(text) = Text::<1, 60>::read(json)?;
        match F::NAMES.contains(&text.as_str()) {
            true => Ok(Self(text, PhantomData)),
            false => Err(Invalid::new("is not an event of this API")),
        }
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": F::NAMES})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

/// A delivery as a surface shows it.
pub fn view<F: Form>(delivery: &Delivery, extent: Extent) -> DeliveryView<F> {
    let whole = extent == Extent::Whole;
    DeliveryView {
        id: F::delivery(delivery.event, delivery.endpoint),
        event_id: F::event(delivery.event),
        event: delivery.name.clone(),
        webhook_id: F::endpoint(delivery.endpoint),
        status: delivery.status.as_str(),
        next_attempt_at: delivery.status.due().map(F::time),
        attempt_count: delivery.made,
        attempts: attempts(delivery, extent),
        payload: whole.then(|| RawValue::from_string(delivery.body.clone()).ok()).flatten(),
        created_at: F::time(delivery.created_at),
    }
}

/// The attempts of a delivery that are kept, oldest first.
pub fn attempts<F: Form>(delivery: &Delivery, extent: Extent) -> Vec<AttemptView<F>> {
    let most = match extent {
        Extent::InList => ANSWER_IN_LIST,
        Extent::Whole => usize::MAX,
    };
    let shown = |made: &DeliveryAttempt| AttemptView {
        form: PhantomData,
        at: F::time(made.at),
        result: made.result.as_str(),
        http_status: made.http_status,
        latency_ms: made.latency_ms,
        answer: made.answer.chars().take(most).collect(),
        cause: made.cause.clone(),
    };
    delivery.attempts.iter().map(shown).collect()
}

/// The answer to a replay: with its id, or of a dry run.
pub const fn replay<F: Form>(counts: Counts, replay_id: Option<ReplayId>) -> ReplayView<F> {
    ReplayView {
        form: PhantomData,
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
