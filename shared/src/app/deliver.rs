//! One attempt at one delivery: claims it, opens the endpoint's secrets, sends, and logs.

use super::{clock::AMBIENT, context::Deliverer, log::log_at, worker::Trouble};
use crate::{
    model::{
        Time,
        delivery::{AttemptResult, DeliveryAttempt},
    },
    operations::delivering::{Begun, Claimed, Sending},
    queue::Verdict,
};
use tracing::Level;

/// Makes one attempt at one delivery, if one is due.
///
/// # Errors
/// The table, the queue or the key service cannot be reached: the message comes back.
pub async fn attempt(context: &Deliverer, body: &str) -> Result<Verdict, Trouble> {
    let Deliverer { store, queue, endpoints, .. } = context;
    let claimed = match (Sending { store, queue, endpoints, ambient: AMBIENT }).begin(body).await? {
        Begun::Attempt(claimed) => claimed,
        Begun::Done(verdict) => return Ok(verdict),
    };
    let (endpoint, delivery) = (claimed.endpoint(), claimed.delivery());
    let secrets = context.open_secrets(endpoint, claimed.now()).await?;
    let headers = claimed.headers(&secrets)?;
    let sender = context.sender(delivery.scope.mode);
    let sent = sender.send(&endpoint.url, &headers, &delivery.body, claimed.timeout()).await;
    let made = claimed.made(sent);
    log(&claimed, &made.attempt);
    Ok(claimed.record(made).await?)
}

/// One line per attempt: what operators look for when a customer asks, and what metrics are made
/// of.
fn log(claimed: &Claimed<'_>, made: &DeliveryAttempt) {
    let delivery = claimed.delivery();
    let age_ms = |until: Time| until.ms_since(delivery.event.minted_at()).max(0);
    let failed = made.result != AttemptResult::Success;
    let class = |of| (made.result == of).then_some(1_u64);
    log_at!(
        if failed { Level::WARN } else { Level::INFO },
        tenant = %delivery.scope.tenant,
        mode = delivery.scope.mode.as_str(),
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
        commit_to_first_attempt_ms = claimed.is_prompt().then(|| age_ms(made.at)),
        "attempt"
    );
}
