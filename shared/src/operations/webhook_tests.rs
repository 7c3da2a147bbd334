//! A test event whose outcome is waited for: it goes the way all events go, so that what it shows is
//! what every other event will meet.

use super::{Commit, Idempotency, Now, Problem, Result, own_endpoints};
use crate::{
    model::{
        Scope, Time,
        delivery::DeliveryAttempt,
        event::EventType,
        id::{DeliveryId, EventId},
        webhook_endpoint::WebhookEndpoint,
    },
    operations::own_endpoints::EndpointRef,
    store::{Table, delivery::DeliveryKey, webhook_endpoint},
    webhook::{message::Aggregate, payload},
};
use std::time::Duration;

/// How long the receiver's answer is waited for, in milliseconds; as long no second test of the same
/// endpoint begins.
pub const MAX_WAIT_MS: i64 = 10_000;

/// Pause between two looks at the delivery.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Tries of a test event against others who change its endpoint.
const MAX_TRIES: u32 = 4;

/// A test event on its way.
#[derive(Debug, Clone, Copy)]
pub struct WebhookTest {
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// The event and the endpoint.
    pub delivery: DeliveryKey,
    /// When the test began; the wait for its outcome is counted from here.
    pub began_at: Time,
    /// Whether the same request has asked for it before.
    pub replayed: bool,
}

impl WebhookTest {
    /// The id under which callers find the delivery.
    pub fn delivery_id(&self) -> DeliveryId {
        DeliveryId::of(self.delivery.event, self.delivery.endpoint)
    }
}

/// Sends a test event to an endpoint, unless the same request did so before.
///
/// # Errors
/// [`Problem::Repeated`]; no such endpoint; it is switched off; [`Problem::RateLimited`] while
/// another test of it is under way; [`Problem::Contended`].
pub async fn begin(
    store: &Table,
    which: EndpointRef,
    idempotency: &Idempotency,
    clock: Now<'_>,
) -> Result<WebhookTest> {
    if let Some(earlier) = idempotency.earlier(store).await? {
        let endpoint = own_endpoints::find(store, which).await?;
        let event: EventId =
            earlier.data.parse().map_err(|_| Problem::internal("a remembered test has no id"))?;
        return Ok(begun(&endpoint, event, event.minted_at(), true));
    }
    for _ in 0..MAX_TRIES {
        let known = own_endpoints::find(store, which).await?;
        own_endpoints::check_active(&known)?;
        let now = clock();
        check_none_is_open(store, &known, now).await?;
        let next = known.with_test_event(now);
        let (event, at) = newest_test(&next)
            .ok_or_else(|| Problem::internal("a test event is told under no name"))?;
        let put = Commit::new().write(webhook_endpoint::put(&next), Problem::Contended);
        match idempotency.commit(store, put, event.to_string(), now).await {
            Err(Problem::Contended) => {}
            Ok(answer) if answer.replayed => {
                let event = answer.data.parse();
                let event = event.map_err(|_| Problem::internal("a remembered test has no id"))?;
                return Ok(begun(&next, event, at, true));
            }
            Ok(_) => return Ok(begun(&next, event, at, false)),
            Err(other) => return Err(other),
        }
    }
    Err(Problem::Contended)
}

const fn begun(
    endpoint: &WebhookEndpoint,
    event: EventId,
    began_at: Time,
    replayed: bool,
) -> WebhookTest {
    let delivery = DeliveryKey { event, endpoint: endpoint.id };
    WebhookTest { scope: endpoint.scope, delivery, began_at, replayed }
}

/// The newest test event of an endpoint: its id at the receiver, and when it was asked for.
fn newest_test(endpoint: &WebhookEndpoint) -> Option<(EventId, Time)> {
    let told = Aggregate::Endpoint(Box::new(endpoint.clone())).events_after(0);
    let is_test = |kind: &str| kind == EventType::WebhookTest.as_str();
    let newest = told.into_iter().rev().find(|message| is_test(&message.event))?;
    let event = payload::events(&newest).ok()?.into_iter().next()?;
    Some((event.id, Time::from_ms(newest.occurred_at_ms)))
}

/// One test of an endpoint at a time: the one before has an outcome, or its time is over.
async fn check_none_is_open(store: &Table, endpoint: &WebhookEndpoint, now: Time) -> Result<()> {
    let Some((event, at)) = newest_test(endpoint) else { return Ok(()) };
    let left_ms = at.plus_ms(MAX_WAIT_MS).ms_since(now);
    if left_ms <= 0 {
        return Ok(());
    }
    let delivery =
        store.delivery(endpoint.scope, DeliveryKey { event, endpoint: endpoint.id }).await?;
    if delivery.is_some_and(|delivery| delivery.made > 0) {
        return Ok(());
    }
    let retry_after_s = left_ms.saturating_add(999).div_euclid(1000).max(1);
    Err(Problem::RateLimited { retry_after_s })
}

/// How the first attempt of a test went; `None` when none has ended in time.
pub async fn outcome(
    store: &Table,
    test: &WebhookTest,
    clock: Now<'_>,
) -> Result<Option<DeliveryAttempt>> {
    loop {
        let delivery = store.delivery(test.scope, test.delivery).await?;
        let first = delivery.and_then(|delivery| delivery.attempts.into_iter().next());
        if first.is_some() || clock() >= test.began_at.plus_ms(MAX_WAIT_MS) {
            return Ok(first);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

#[cfg(test)]
mod tests;
