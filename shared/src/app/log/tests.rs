use super::*;
use crate::model::{Mode, Scope, id::TenantId};
use serde_json::Value;
use std::cell::RefCell;
use tracing::{error, info, subscriber::with_default, warn};

thread_local! {
    static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The lines that are written while `act` runs.
fn lines_at(level: LevelFilter, act: impl FnOnce()) -> Vec<Value> {
    let write = |line: &[u8]| WRITTEN.with_borrow_mut(|written| written.extend_from_slice(line));
    let lines =
        JsonLines { level, function: "paylink-links-workers-publish-events".to_owned(), write };
    with_default(tracing_subscriber::registry().with(lines), act);
    let written = String::from_utf8(WRITTEN.take()).unwrap();
    written.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn line(act: impl FnOnce()) -> Value {
    let mut lines = lines_at(LevelFilter::INFO, act);
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.remove(0)
}

fn scope() -> Scope {
    let tenant: TenantId = "0190a5d0-7c1e-7000-8000-000000000001".parse().unwrap();
    Scope { tenant, mode: Mode::Test }
}

#[test]
fn fields_keep_their_types_and_are_escaped() {
    let line = line(|| {
        let (absent, present): (Option<&str>, _) = (None, Some("x"));
        info!(cold = true, status = 200_u16, n = -1, absent, present, at = %Halves(5), "a \"b\"\n");
    });
    assert_eq!(line["level"], "info");
    assert_eq!(line["message"], "a \"b\"\n");
    assert_eq!(line["function"], "paylink-links-workers-publish-events");
    assert_eq!(
        (&line["cold"], &line["status"], &line["n"]),
        (&true.into(), &200.into(), &(-1).into())
    );
    assert_eq!((&line["present"], &line["at"]), (&"x".into(), &"2.5".into()));
    assert!(line.get("absent").is_none() && line.get("_aws").is_none(), "{line}");
    let stamp = line["timestamp"].as_str().unwrap();
    assert!(stamp.len() >= 20 && stamp.contains('T') && stamp.ends_with('Z'), "{stamp}");
}

#[test]
fn numbers_that_are_metrics_are_declared_as_such() {
    let line =
        line(|| info!(undelivered_age_ms = 12_u64, attempts = 1_u8, latency_ms = 3_u64, "attempt"));
    let declared = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(declared["Namespace"], "Paylink");
    assert_eq!(declared["Dimensions"], serde_json::json!([["stack"]]));
    assert_eq!(line["stack"], "paylink-links", "all functions of a stack share its metrics");
    let metrics = serde_json::json!([{"Name": "undelivered_age_ms", "Unit": "Milliseconds"}]);
    assert_eq!(declared["Metrics"], metrics);
    assert!(line["_aws"]["Timestamp"].as_i64().unwrap() > 1_700_000_000_000);
    assert_eq!((&line["undelivered_age_ms"], &line["latency_ms"]), (&12.into(), &3.into()));
}

#[test]
fn an_accounts_failures_are_counted_by_tenant_and_fault_in_whatever_function_meets_them() {
    let line = line(|| {
        invocation("r-1").in_scope(|| {
            about(scope());
            let (tenant, mode) = (scope().tenant.to_string(), "test");
            warn!(tenant, mode, fault = "key_refused", account_failures = 3_u64, "an account");
        });
    });
    let declared = &line["_aws"]["CloudWatchMetrics"][0];
    let dimensions = serde_json::json!([["stack", "tenant", "mode", "fault"]]);
    assert_eq!(declared["Dimensions"], dimensions);
    for name in ["stack", "tenant", "mode", "fault"] {
        assert!(line[name].is_string(), "{name}: {line}");
    }
    let metrics = serde_json::json!([{"Name": "account_failures", "Unit": "Count"}]);
    assert_eq!((&declared["Metrics"], &line["account_failures"]), (&metrics, &3.into()));
}

#[test]
fn a_functions_stack_is_what_stands_before_its_surface() {
    for (function, name) in [
        ("paylink-workers-reconcile-payments", "paylink"),
        ("paylink-hosted-submit-payment", "paylink"),
        ("paylink-links-hosted-submit-payment", "paylink-links"),
        ("my-payments-links-list-payment-links", "my-payments"),
        ("links-payments-refund-transaction", "links"),
        ("a-platform-workers-links-refund-transaction", "a-platform-workers"),
        ("elsewhere", "elsewhere"),
    ] {
        assert_eq!(stack(function), name, "{function}");
    }
}

#[test]
fn lines_carry_their_request_and_whose_it_is() {
    let lines = lines_at(LevelFilter::INFO, || {
        let span = invocation("r-1");
        span.in_scope(|| info!("before"));
        span.in_scope(|| {
            about(scope());
            about(scope());
            // A span of somebody else inside ours hides nothing.
            tracing::info_span!("call", table = "t").in_scope(|| warn!("within"));
        });
        info!("after");
    });
    let [before, within, after] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(before["request_id"], "r-1");
    assert!(before.get("tenant").is_none());
    assert_eq!((&within["request_id"], &within["level"]), (&"r-1".into(), &"warn".into()));
    assert_eq!(within["tenant"], scope().tenant.to_string());
    assert_eq!(within["mode"], "test");
    assert!(within.get("table").is_none());
    assert!(after.get("request_id").is_none());
}

#[test]
fn a_name_stands_once_in_a_line() {
    let mut text = String::new();
    lines_at(LevelFilter::INFO, || {
        invocation("r-1").in_scope(|| {
            about(scope());
            about(scope());
            info!(tenant = "whose it says itself", "now");
            text = WRITTEN.with_borrow(|written| String::from_utf8(written.clone()).unwrap());
        });
    });
    assert_eq!(text.matches("\"tenant\"").count(), 1, "{text}");
}

#[test]
fn levels_below_the_deployments_are_left_out_and_errors_keep_their_request() {
    let lines = lines_at(LevelFilter::ERROR, || {
        invocation("r-2").in_scope(|| {
            info!("no");
            warn!("no");
            error!("yes");
        });
    });
    assert_eq!(lines.len(), 1);
    assert_eq!((&lines[0]["message"], &lines[0]["request_id"]), (&"yes".into(), &"r-2".into()));
}

#[test]
fn a_level_may_be_chosen_at_run_time() {
    for (level, name) in [(Level::ERROR, "error"), (Level::WARN, "warn"), (Level::INFO, "info")] {
        assert_eq!(line(|| log_at!(level, n = 1, "so"))["level"], name);
    }
}

#[test]
fn half_units_are_written_without_floats() {
    assert_eq!(["0", "0.5", "1", "7.5"], [0, 1, 2, 15].map(|n| Halves(n).to_string()));
}
