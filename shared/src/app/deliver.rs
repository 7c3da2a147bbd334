//! One attempt at one delivery: claims it, opens the endpoint's secrets, sends, and logs.

use super::{clock::AMBIENT, context::Deliverer, log::Line, work::Trouble};
use crate::{
    model::{
        Time,
        delivery::{AttemptResult, DeliveryAttempt},
    },
    operations::delivering::{Begun, Claimed, Sending},
    queue::Verdict,
};

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
    log(context, &claimed, &made.attempt);
    Ok(claimed.record(made).await?)
}

/// One line per attempt: what operators look for when a customer asks, and what metrics are made
/// of.
fn log(context: &Deliverer, claimed: &Claimed<'_>, made: &DeliveryAttempt) {
    let delivery = claimed.delivery();
    let age_ms = |until: Time| until.ms_since(delivery.event.minted_at()).max(0);
    let failed = made.result != AttemptResult::Success;
    let mut metrics = vec![("attempts", "Count"), ("failures", "Count")];
    let mut line = Line::new(if failed { "warn" } else { "info" }, "attempt")
        .with("function", context.function.as_str())
        .with("tenant", delivery.scope.tenant.to_string())
        .with("mode", delivery.scope.mode.as_str())
        .with("endpoint", delivery.endpoint.to_string())
        .with("event", delivery.event.to_string())
        .with("type", delivery.kind.as_str())
        .with("attempt", delivery.made.saturating_add(1))
        .with("result", made.result.as_str())
        .with_some("http_status", made.http_status)
        .with("latency_ms", made.latency_ms)
        .with("attempts", 1)
        .with("failures", i32::from(failed));
    if failed {
        line = line.with(failure_metric(made.result), 1);
        line = line.with("undelivered_age_ms", age_ms(made.ended_at()));
        metrics.push((failure_metric(made.result), "Count"));
        metrics.push(("undelivered_age_ms", "Milliseconds"));
    } else {
        line = line.with("commit_to_delivered_ms", age_ms(made.ended_at()));
        metrics.push(("commit_to_delivered_ms", "Milliseconds"));
    }
    if claimed.is_prompt() {
        line = line.with("commit_to_first_attempt_ms", age_ms(made.at));
        metrics.push(("commit_to_first_attempt_ms", "Milliseconds"));
    }
    line.metrics(&metrics).write();
}

/// The metric that counts failures of one class.
const fn failure_metric(result: AttemptResult) -> &'static str {
    match result {
        AttemptResult::Success => "failures_none",
        AttemptResult::Status => "failures_status",
        AttemptResult::Timeout => "failures_timeout",
        AttemptResult::Dns => "failures_dns",
        AttemptResult::Connect => "failures_connect",
        AttemptResult::Tls => "failures_tls",
        AttemptResult::Refused => "failures_refused",
    }
}
