//! Every error code of the payments surface has a test over HTTP that names it.

use super::files;
use shared::{
    http::payments::problems::row,
    operations::{ProblemKind, Resource, StateRefusal, Unique},
};
use std::collections::BTreeSet;

/// Codes that nothing reaches over HTTP on a healthy stack, or not yet, each with its reason.
const UNTESTED: [(&str, &str); 2] = [
    ("internal_error", "our own faults; unit tests of the surface say what they look like"),
    (
        "transaction_disputed",
        "disputes come from processors; `tests/checkout/disputes.rs` has them",
    ),
];

/// Where routes of this surface are called.
const FILES: [&str; 3] = ["/invoices.rs", "/tax.rs", "/vault.rs"];

fn kinds() -> Vec<ProblemKind> {
    let mut kinds = vec![
        ProblemKind::InvalidJson,
        ProblemKind::BodyTooLarge,
        ProblemKind::UnsupportedMediaType,
        ProblemKind::Unauthenticated,
        ProblemKind::Forbidden,
        ProblemKind::NoRoute,
        ProblemKind::MethodNotAllowed,
        ProblemKind::Invalid,
        ProblemKind::Taken(Unique::OwnId),
        ProblemKind::Repeated,
        ProblemKind::InProgress,
        ProblemKind::RefundFailed,
        ProblemKind::ChargeFailed,
        ProblemKind::RateLimited,
        ProblemKind::Internal,
        ProblemKind::State(StateRefusal::PaymentNotCancelable),
        ProblemKind::State(StateRefusal::NoMerchantAccount),
        ProblemKind::State(StateRefusal::EndpointDisabled),
        ProblemKind::State(StateRefusal::NotRefundable),
        ProblemKind::State(StateRefusal::Disputed),
        ProblemKind::State(StateRefusal::AlreadyRefunded),
        ProblemKind::State(StateRefusal::RefundInProgress),
        ProblemKind::State(StateRefusal::NoPaymentMethod),
        ProblemKind::State(StateRefusal::ChargeInProgress),
        ProblemKind::State(StateRefusal::NotRetryable),
        ProblemKind::State(StateRefusal::InvoiceFinal),
        ProblemKind::State(StateRefusal::TaxUnknown),
        ProblemKind::State(StateRefusal::ChangedMeanwhile),
    ];
    kinds.extend(
        [
            Resource::Customer,
            Resource::Payment,
            Resource::Transaction,
            Resource::Refund,
            Resource::Invoice,
            Resource::CreditNote,
            Resource::PaymentMethod,
            Resource::Endpoint,
            Resource::Delivery,
            Resource::ApiKey,
        ]
        .map(ProblemKind::NotFound),
    );
    kinds
}

#[test]
fn every_code_of_the_payments_surface_is_named_by_a_test_over_http() {
    let tests: String = files("tests/api", &[".rs"])
        .into_iter()
        .filter(|(path, _)| {
            path.contains("/payments_") || FILES.iter().any(|file| path.ends_with(file))
        })
        .map(|(_, text)| text)
        .collect();
    let codes: BTreeSet<&str> = kinds().into_iter().map(|kind| row(kind).code).collect();
    let excused = |code: &str| UNTESTED.iter().any(|(known, _)| *known == code);
    let untested: Vec<&str> = codes
        .into_iter()
        .filter(|code| !excused(code) && !tests.contains(&format!("\"{code}\"")))
        .collect();
    assert_eq!(untested, Vec::<&str>::new(), "no test in tests/api names these codes");
}

/// The rows of the contract's table of errors, in its order.
const CONTRACT: [&str; 36] = [
    "validation_error",
    "invalid_json",
    "unauthorized",
    "forbidden",
    "charge_failed",
    "payment_failed",
    "refund_failed",
    "payment_not_found",
    "customer_not_found",
    "transaction_not_found",
    "refund_not_found",
    "invoice_not_found",
    "credit_note_not_found",
    "payment_method_not_found",
    "webhook_not_found",
    "delivery_not_found",
    "api_key_not_found",
    "not_found",
    "method_not_allowed",
    "payment_not_cancelable",
    "no_payment_method",
    "charge_in_progress",
    "transaction_not_refundable",
    "already_refunded",
    "refund_in_progress",
    "transaction_not_retryable",
    "invoice_status_final",
    "provider_unsupported",
    "duplicate",
    "version_conflict",
    "idempotency_in_progress",
    "idempotency_key_mismatch",
    "payload_too_large",
    "unsupported_media_type",
    "rate_limited",
    "internal_error",
];

/// The codes that the table of problems has in its text: `(409, CONFLICT, "duplicate", ..)`, or the
/// first of a pair.
fn codes_in_the_table() -> BTreeSet<String> {
    let (_, text) = files("shared/src/http/payments", &[".rs"])
        .into_iter()
        .find(|(path, _)| path.ends_with("/problems.rs"))
        .unwrap();
    let parts: Vec<&str> = text.split('"').collect();
    let codes = parts.windows(2).step_by(2).filter_map(|pair| {
        let [before, literal] = pair else { return None };
        let before = before.trim_end();
        let after_type = before
            .strip_suffix(',')
            .and_then(|before| before.chars().last())
            .is_some_and(|last| last.is_ascii_uppercase());
        let code = literal.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let opens = before.strip_suffix('(').map(str::trim_end);
        let first = opens.is_some_and(|opens| opens.ends_with("=>") || opens.ends_with('{'));
        (code && (after_type || first)).then(|| (*literal).to_owned())
    });
    codes.collect()
}

#[test]
fn every_row_of_the_contract_is_in_the_table_and_every_row_of_the_table_has_a_test() {
    let codes = codes_in_the_table();
    let missing: Vec<&str> = CONTRACT.into_iter().filter(|code| !codes.contains(*code)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "rows of the contract that the table lacks");
    let tests: String = files("tests/api", &[".rs"]).into_iter().map(|(_, text)| text).collect();
    let excused = |code: &str| UNTESTED.iter().any(|(known, _)| *known == code);
    let untested: Vec<&String> = codes
        .iter()
        .filter(|code| !excused(code) && !tests.contains(&format!("\"{code}\"")))
        .collect();
    assert_eq!(untested, Vec::<&String>::new(), "no test in tests/api names these codes");
}
