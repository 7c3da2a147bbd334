//! Problems as callers of the payments surface see them: its one table of statuses, types, codes
//! and messages.

pub use crate::http::platform::problems::retry_after_s;
use crate::operations::{
    FieldError, Problem, ProblemKind, Resource, StateRefusal, Unauthenticated, Unique,
};
use serde::Serialize;
use std::borrow::Cow;

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
    /// Every broken field.
    Fields(&'a [FieldError]),
    /// Names of fields.
    Names(&'a [String]),
}

/// The table.
#[must_use]
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
        Resource::PaymentMethod => {
            ("payment_method_not_found", "This customer has no payment method with this id.")
        }
        Resource::Endpoint => ("webhook_not_found", "There is no webhook with this id."),
        Resource::Delivery => ("delivery_not_found", "There is no delivery with this id."),
        // Nothing of this surface.
        Resource::MerchantAccount | Resource::Route | Resource::Destination | Resource::Wallet => {
            ("not_found", "There is no such thing.")
        }
    };
    (404, NOT_FOUND, code, meaning)
}

const fn taken(unique: Unique) -> Cells {
    let meaning = match unique {
        Unique::Email => "Another customer has this e-mail address.",
        Unique::EndpointUrl => "Another webhook has this address.",
        Unique::WalletName | Unique::TenantMode | Unique::MemberEmail => {
            "There is another one like it."
        }
    };
    (409, CONFLICT, "duplicate", meaning)
}

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
        StateRefusal::CardNotAccepted => {
            (402, BILLING, "payment_failed", "The card cannot be used here.")
        }
        // States of things that other surfaces have: here they can only be lost races.
        StateRefusal::PaymentNotHeld
        | StateRefusal::PaymentNotInReview
        | StateRefusal::EndpointDisabled
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
        | StateRefusal::SecondFactorMissing
        | StateRefusal::ForeignOrigin
        | StateRefusal::InsufficientFunds => {
            (409, CONFLICT, "version_conflict", "Its state changed at this moment; read it again.")
        }
    }
}

/// The sentence for the caller.
#[must_use]
pub fn message(problem: &Problem) -> Cow<'static, str> {
    match problem {
        Problem::InvalidJson(why) => format!("This is not one JSON object: {why}.").into(),
        Problem::Unauthenticated(Unauthenticated::Ambiguous) => {
            "The header x-api-key was sent with two values.".into()
        }
        Problem::Forbidden { scope } => format!("This needs an API key with {scope}.").into(),
        Problem::NoRoute { method } => format!("No route serves {method} on this path.").into(),
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
        Problem::RateLimited { retry_after_s } => {
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
        | Problem::Internal(_)
        | Problem::Unavailable(_) => row(problem.kind()).meaning.into(),
    }
}

/// The first input to blame.
#[must_use]
pub fn param(problem: &Problem) -> Option<&str> {
    let Problem::Invalid(fields) = problem else { return None };
    fields.first().map(|field| field.field.as_str())
}

/// What `error.details` holds.
#[must_use]
pub fn details(problem: &Problem) -> Option<Details<'_>> {
    if let Problem::Invalid(fields) = problem {
        return Some(Details::Fields(fields));
    }
    let Problem::Repeated { differing } = problem else { return None };
    Some(Details::Names(differing))
}
