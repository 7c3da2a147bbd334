//! Problems as callers of the payments surface see them: its one table of statuses, types, codes
//! and messages.

pub use crate::http::platform::problems::retry_after_s;
use crate::model::card::FailureReason;
use crate::operations::{
    Allowance, FieldError, Problem, ProblemKind, Resource, StateRefusal, Unauthenticated, Unique,
};
use crate::webhook::payload::payments::failure_message;
use serde::Serialize;
use std::{borrow::Cow, collections::BTreeMap};

const VALIDATION: &str = "validation_error";
const AUTHENTICATION: &str = "authentication_error";
const BILLING: &str = "billing_error";
const NOT_FOUND: &str = "not_found_error";
const CONFLICT: &str = "conflict_error";
const RATE_LIMIT: &str = "rate_limit_error";
const INTERNAL: &str = "internal_error";

/// How a kind of problem is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The HTTP status.
    pub status: u16,
    /// The family, in `error.type`.
    pub kind: &'static str,
    /// The name in `error.code`.
    pub code: &'static str,
    /// What it means; the message, where a problem has none of its own.
    pub meaning: &'static str,
}

/// What `error.details` holds.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Details<'a> {
    /// Every broken field with what it must be.
    Fields(Cow<'a, [FieldError]>),
    /// Names of fields.
    Names(&'a [String]),
    /// Facts by name.
    Facts(BTreeMap<&'static str, &'a str>),
    /// What has to be known first.
    Needs {
        /// Names of fields.
        needs: Vec<&'a str>,
    },
    /// A refund that was refused.
    #[serde(rename_all = "camelCase")]
    Refund {
        /// The refund.
        refund_id: String,
        /// Why the processor refused: a code.
        failure_code: &'static str,
    },
    /// A charge that was declined.
    #[serde(rename_all = "camelCase")]
    Charge {
        /// The payment.
        payment_id: String,
        /// The attempt.
        transaction_id: String,
        /// Why the card was declined: a code.
        decline_code: &'static str,
        /// Whether the same card may be tried again.
        retryable: bool,
    },
}

/// The table: status, family, code and sentence of each kind.
#[expect(clippy::too_many_lines, reason = "one table, a row for each problem")]
pub const fn row(kind: ProblemKind) -> Row {
    let (status, kind, code, meaning) = match kind {
        ProblemKind::InvalidJson => {
            (400, VALIDATION, "invalid_json", "The body is not one JSON object.")
        }
        ProblemKind::BodyTooLarge => {
            (413, VALIDATION, "payload_too_large", "The body has more than 64 KiB.")
        }
        ProblemKind::UnsupportedMediaType => (
            415,
            VALIDATION,
            "unsupported_media_type",
            "Send the body as JSON with the header Content-Type: application/json.",
        ),
        ProblemKind::Unauthenticated | ProblemKind::InvalidClient => {
            (401, AUTHENTICATION, "unauthorized", "Send a valid API key in the header x-api-key.")
        }
        ProblemKind::Forbidden => (403, AUTHENTICATION, "forbidden", "The API key lacks a scope."),
        ProblemKind::NoRoute => (404, NOT_FOUND, "not_found", "There is no such route."),
        ProblemKind::MethodNotAllowed => {
            (405, NOT_FOUND, "method_not_allowed", "This path has other methods.")
        }
        ProblemKind::Invalid => (400, VALIDATION, "validation_error", "Some fields are not right."),
        ProblemKind::NotFound(resource) => missing(resource),
        ProblemKind::Taken(unique) => taken(unique),
        ProblemKind::Repeated => (
            409,
            CONFLICT,
            "idempotency_key_mismatch",
            "This idempotency key came before with another request.",
        ),
        ProblemKind::InProgress => (
            409,
            CONFLICT,
            "idempotency_in_progress",
            "The first request with this idempotency key is still being answered; ask again.",
        ),
        ProblemKind::Conflict => (
            409,
            CONFLICT,
            "version_conflict",
            "Somebody changed the same thing at this moment; try again.",
        ),
        ProblemKind::State(refusal) => state(refusal),
        ProblemKind::RefundExceedsRest => {
            (400, VALIDATION, "validation_error", "More is to be refunded than is left.")
        }
        ProblemKind::RefundAboveLimit => {
            (403, AUTHENTICATION, "forbidden", "You may refund less at once.")
        }
        ProblemKind::RefundFailed => {
            (402, BILLING, "refund_failed", "The processor refused the refund; nothing went back.")
        }
        ProblemKind::ChargeFailed => {
            (402, BILLING, "charge_failed", "The card was declined; nothing was charged.")
        }
        ProblemKind::AmountChanged => (
            409,
            CONFLICT,
            "amount_changed",
            "The tax has changed meanwhile; look at the amount again. Nothing was charged.",
        ),
        ProblemKind::RateLimited => {
            (429, RATE_LIMIT, "rate_limited", "Too many requests; wait as Retry-After says.")
        }
        ProblemKind::Contended => (
            429,
            RATE_LIMIT,
            "rate_limited",
            "Too many requests want the same thing at this moment; nothing was done, try again.",
        ),
        ProblemKind::Internal => (500, INTERNAL, "internal_error", "Something went wrong."),
        ProblemKind::Unavailable => {
            (503, INTERNAL, "internal_error", "Out of reach for a moment; nothing was done.")
        }
    };
    Row { status, kind, code, meaning }
}

type Cells = (u16, &'static str, &'static str, &'static str);

const fn missing(resource: Resource) -> Cells {
    let (code, meaning) = match resource {
        Resource::Customer => ("customer_not_found", "There is no customer with this id."),
        Resource::Payment | Resource::Link => {
            ("payment_not_found", "There is no payment with this id.")
        }
        Resource::Transaction => ("transaction_not_found", "There is no transaction with this id."),
        Resource::Refund => ("refund_not_found", "There is no refund with this id."),
        Resource::PaymentMethod => {
            ("payment_method_not_found", "This customer has no payment method with this id.")
        }
        Resource::Endpoint => ("webhook_not_found", "There is no webhook with this id."),
        Resource::Delivery => ("delivery_not_found", "There is no delivery with this id."),
        Resource::Invoice => ("invoice_not_found", "There is no invoice with this id."),
        Resource::CreditNote => ("credit_note_not_found", "There is no credit note with this id."),
        Resource::ApiKey => ("api_key_not_found", "There is no API key with this id."),
        // Nothing of this surface.
        Resource::MerchantAccount
        | Resource::Route
        | Resource::Destination
        | Resource::Product
        | Resource::Member
        | Resource::Invitation
        | Resource::Session
        | Resource::Picture
        | Resource::ProcessorAccount
        | Resource::Wallet => ("not_found", "There is no such thing."),
    };
    (404, NOT_FOUND, code, meaning)
}

const fn taken(unique: Unique) -> Cells {
    let meaning = match unique {
        Unique::Email => "Another customer has this e-mail address.",
        Unique::EndpointUrl => "Another webhook has this address.",
        Unique::OwnId => "Another customer has this externalId.",
        Unique::WalletName | Unique::TenantMode | Unique::MemberEmail | Unique::InvitedEmail => {
            "There is another one like it."
        }
    };
    (409, CONFLICT, "duplicate", meaning)
}

#[expect(clippy::too_many_lines, reason = "one table, a row for each refusal")]
const fn state(refusal: StateRefusal) -> Cells {
    match refusal {
        StateRefusal::PaymentNotCancelable => (
            409,
            CONFLICT,
            "payment_not_cancelable",
            "This payment is under way or over; it can no longer be called off.",
        ),
        StateRefusal::NoMerchantAccount | StateRefusal::MerchantAccountNotApproved => (
            409,
            CONFLICT,
            "provider_unsupported",
            "No processor account is set up for this organisation and mode.",
        ),
        StateRefusal::TooManyEndpoints => {
            (409, CONFLICT, "duplicate", "There are as many webhooks as there may be.")
        }
        StateRefusal::EndpointDisabled => (
            409,
            CONFLICT,
            "webhook_disabled",
            "This webhook is switched off; switch it on with isActive.",
        ),
        StateRefusal::TooManyApiKeys => {
            (409, CONFLICT, "duplicate", "There are as many API keys as there may be.")
        }
        StateRefusal::NotRefundable | StateRefusal::TooManyRefunds => (
            409,
            CONFLICT,
            "transaction_not_refundable",
            "This transaction did not succeed, or has as many refunds as it may have.",
        ),
        StateRefusal::Disputed => {
            (409, CONFLICT, "transaction_disputed", "The buyer's bank disputes this transaction.")
        }
        StateRefusal::AlreadyRefunded => {
            (409, CONFLICT, "already_refunded", "Nothing of this transaction is left to refund.")
        }
        StateRefusal::RefundInProgress => (
            409,
            CONFLICT,
            "refund_in_progress",
            "All that is left is held by refunds whose outcome is not known yet.",
        ),
        StateRefusal::NoPaymentMethod => (
            409,
            CONFLICT,
            "no_payment_method",
            "The customer has no saved card, or not the one that was named.",
        ),
        StateRefusal::ChargeInProgress => (
            409,
            CONFLICT,
            "charge_in_progress",
            "An attempt of this payment is under way; ask for it in a moment.",
        ),
        StateRefusal::NotRetryable => (
            409,
            CONFLICT,
            "transaction_not_retryable",
            "This is not the last failed attempt of a charge, or must not be tried again.",
        ),
        StateRefusal::CardNotAccepted => {
            (402, BILLING, "payment_failed", "The card cannot be used here.")
        }
        StateRefusal::InvoiceFinal => {
            (409, CONFLICT, "invoice_status_final", "This invoice's status can no longer change.")
        }
        StateRefusal::TaxUnknown => (
            402,
            BILLING,
            "payment_failed",
            "The tax that must be collected cannot be computed now; nothing was charged.",
        ),
        // States of things that other surfaces have: here they can only be lost races.
        StateRefusal::PaymentNotHeld
        | StateRefusal::PaymentNotInReview
        | StateRefusal::LinkUsed
        | StateRefusal::LinkExpired
        | StateRefusal::LinkCanceled
        | StateRefusal::ChallengeOver
        | StateRefusal::HoldExpired
        | StateRefusal::LinkDeleted
        | StateRefusal::LinkInactive
        | StateRefusal::LinkExhausted
        | StateRefusal::LinkInUse
        | StateRefusal::InvitationOver
        | StateRefusal::ResetOver
        | StateRefusal::LastOwner
        | StateRefusal::TotpEnabled
        | StateRefusal::TotpOff
        | StateRefusal::TotpRequired
        | StateRefusal::TooManyInvitations
        | StateRefusal::TooManyMembers
        | StateRefusal::SecondFactorMissing
        | StateRefusal::ForeignOrigin
        | StateRefusal::ChangedMeanwhile
        | StateRefusal::NotReauthenticated
        | StateRefusal::TooManyLinks
        | StateRefusal::TooManyProducts
        | StateRefusal::RestoreFirst
        | StateRefusal::NotDeleted
        | StateRefusal::RestorePeriodOver
        | StateRefusal::NotAcceptable
        | StateRefusal::InsufficientFunds => {
            (409, CONFLICT, "version_conflict", "Its state changed at this moment; read it again.")
        }
    }
}

/// The sentence for the caller.
pub fn message(problem: &Problem) -> Cow<'static, str> {
    match problem {
        Problem::InvalidJson(why) => format!("This is not one JSON object: {why}.").into(),
        Problem::Unauthenticated(Unauthenticated::Ambiguous) => {
            "The header x-api-key was sent with two values.".into()
        }
        Problem::Forbidden { scope } => format!("This needs an API key with {scope}.").into(),
        Problem::NoRoute { instead: Some(instead), .. } => (*instead).into(),
        Problem::NoRoute { method, .. } => format!("No route serves {method} on this path.").into(),
        Problem::MethodNotAllowed { allow } => {
            format!("This path is served with {} only.", allow.join(", ")).into()
        }
        Problem::Invalid(fields) => match fields.as_slice() {
            [one] => format!("{} {}.", one.field, one.message).into(),
            several => {
                let names: Vec<&str> = several.iter().map(|error| error.field.as_str()).collect();
                format!("Some fields are not right: {}.", names.join(", ")).into()
            }
        },
        Problem::RefundExceedsRest { left } => {
            format!("amount is more than is left to refund: {}.", left.minor()).into()
        }
        Problem::RefundAboveLimit { limit } => {
            format!("You may refund at most {} at once.", limit.minor()).into()
        }
        Problem::RefundFailed { reason, .. } => {
            format!("The refund was refused; nothing went back. {}", failure_message(*reason)).into()
        }
        Problem::ChargeFailed { reason: FailureReason::AuthenticationRequired, .. } => {
            "The issuer wants 3-D Secure, and nobody is there to pass it. Create a payment link: the \
             customer has to be there."
                .into()
        }
        Problem::ChargeFailed { reason, .. } => failure_message(*reason).into(),
        Problem::RateLimited { retry_after_s }
        | Problem::LimitReached(Allowance { reset_s: retry_after_s, .. }) => {
            format!("Too many requests; the next one counts in {retry_after_s} seconds.").into()
        }
        Problem::BodyTooLarge { .. }
        | Problem::UnsupportedMediaType
        | Problem::Unauthenticated(_)
        | Problem::NotFound(_)
        | Problem::Taken(_)
        | Problem::Repeated { .. }
        | Problem::InProgress { .. }
        | Problem::Conflict
        | Problem::Contended
        | Problem::State(_)
        | Problem::StateWith { .. }
        | Problem::AmountChanged(_)
        | Problem::Internal(_)
        | Problem::Unavailable(_) => row(problem.kind()).meaning.into(),
    }
}

/// The first input to blame.
pub fn param(problem: &Problem) -> Option<&str> {
    if matches!(problem, Problem::RefundExceedsRest { .. }) {
        return Some("amount");
    }
    let Problem::Invalid(fields) = problem else { return None };
    fields.first().map(|field| field.field.as_str())
}

/// How far the caller is from a limit, where the request was counted.
pub const fn allowance(problem: &Problem) -> Option<Allowance> {
    if let Problem::LimitReached(allowance) = problem {
        return Some(*allowance);
    }
    let Problem::ChargeFailed { allowance, .. } = problem else { return None };
    *allowance
}

/// What `error.details` holds.
pub fn details(problem: &Problem) -> Option<Details<'_>> {
    Some(match problem {
        Problem::Invalid(fields) => Details::Fields(Cow::Borrowed(fields)),
        Problem::Repeated { differing } => Details::Names(differing),
        Problem::RefundExceedsRest { left } => Details::Fields(Cow::Owned(vec![FieldError {
            field: "amount".to_owned(),
            message: format!("must be at most {}, which is what is left", left.minor()),
        }])),
        Problem::RefundFailed { refund, reason, .. } => {
            Details::Refund { refund_id: refund.payments_form(), failure_code: reason.as_str() }
        }
        Problem::ChargeFailed { payment, transaction, reason, .. } => Details::Charge {
            payment_id: payment.payments_form(),
            transaction_id: transaction.payments_form(),
            decline_code: reason.as_str(),
            retryable: reason.may_be_tried_again(),
        },
        Problem::StateWith { refusal: StateRefusal::TaxUnknown, facts } => {
            Details::Needs { needs: facts.iter().map(|(_, value)| value.as_str()).collect() }
        }
        Problem::StateWith { facts, .. } => {
            let facts = facts.iter().map(|(name, value)| (*name, value.as_str()));
            Details::Facts(facts.collect())
        }
        Problem::InvalidJson(_)
        | Problem::BodyTooLarge { .. }
        | Problem::UnsupportedMediaType
        | Problem::Unauthenticated(_)
        | Problem::Forbidden { .. }
        | Problem::NoRoute { .. }
        | Problem::MethodNotAllowed { .. }
        | Problem::NotFound(_)
        | Problem::Taken(_)
        | Problem::InProgress { .. }
        | Problem::Conflict
        | Problem::Contended
        | Problem::State(_)
        | Problem::AmountChanged(_)
        | Problem::RefundAboveLimit { .. }
        | Problem::RateLimited { .. }
        | Problem::LimitReached(_)
        | Problem::Internal(_)
        | Problem::Unavailable(_) => return None,
    })
}
