//! Problems as callers of the platform surface see them: its one table of statuses, codes and
//! messages. Part of the contract, so none is invented that no client needs.

use crate::operations::{
    FieldError, Problem, ProblemKind, Resource, StateRefusal, Unauthenticated, Unique,
};
use ProblemKind::{NotFound, State, Taken};
use StateRefusal as S;
use std::borrow::Cow;

/// How a kind of problem is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The HTTP status.
    pub status: u16,
    /// The name in `data.code`.
    pub code: &'static str,
    /// What it means and what to do about it; the message, where a problem has none of its own.
    pub meaning: &'static str,
}

/// Every code of the surface once, for the tables in the README and in OpenAPI.
pub const ALL: [ProblemKind; 47] = [
    ProblemKind::InvalidJson,
    ProblemKind::Unauthenticated,
    ProblemKind::InvalidClient,
    ProblemKind::Forbidden,
    ProblemKind::NoRoute,
    ProblemKind::MethodNotAllowed,
    NotFound(Resource::Customer),
    NotFound(Resource::MerchantAccount),
    NotFound(Resource::Payment),
    NotFound(Resource::Refund),
    NotFound(Resource::Route),
    NotFound(Resource::Destination),
    NotFound(Resource::PaymentMethod),
    NotFound(Resource::Wallet),
    NotFound(Resource::Endpoint),
    NotFound(Resource::Delivery),
    NotFound(Resource::Link),
    Taken(Unique::Email),
    Taken(Unique::WalletName),
    ProblemKind::Repeated,
    ProblemKind::Conflict,
    ProblemKind::InProgress,
    State(S::PaymentNotHeld),
    State(S::PaymentNotInReview),
    State(S::PaymentNotCancelable),
    State(S::NotRefundable),
    State(S::AlreadyRefunded),
    State(S::RefundInProgress),
    State(S::TooManyRefunds),
    State(S::EndpointDisabled),
    State(S::LinkUsed),
    State(S::ChallengeOver),
    State(S::LinkExpired),
    State(S::LinkCanceled),
    State(S::HoldExpired),
    ProblemKind::BodyTooLarge,
    ProblemKind::UnsupportedMediaType,
    ProblemKind::Invalid,
    ProblemKind::RefundExceedsRest,
    State(S::NoMerchantAccount),
    State(S::MerchantAccountNotApproved),
    State(S::CardNotAccepted),
    State(S::InsufficientFunds),
    ProblemKind::AmountChanged,
    ProblemKind::RateLimited,
    ProblemKind::Internal,
    ProblemKind::Unavailable,
];

/// The table: status, code and sentence of each kind.
pub const fn row(kind: ProblemKind) -> Row {
    let (status, code, meaning) = match kind {
        ProblemKind::InvalidJson => {
            (400, "invalid_json", "The body is not one JSON object, or has a name twice.")
        }
        ProblemKind::Unauthenticated => {
            (401, "unauthorized", "The token is missing, malformed, expired or not for this API.")
        }
        ProblemKind::InvalidClient => {
            (401, "invalid_client", "Client id and secret do not belong together.")
        }
        ProblemKind::Forbidden => {
            (403, "insufficient_scope", "The token lacks the scope that the message names.")
        }
        ProblemKind::NoRoute => (404, "not_found", "No such route."),
        ProblemKind::MethodNotAllowed => {
            (405, "method_not_allowed", "The path has other methods; `Allow` names them.")
        }
        NotFound(resource) => missing(resource),
        Taken(unique) => taken(unique),
        ProblemKind::Repeated => {
            (409, "idempotency_key_reused", "The key came before with another request.")
        }
        ProblemKind::Conflict => {
            (409, "conflict", "Somebody changed the same thing at this moment; try again.")
        }
        ProblemKind::InProgress => (
            409,
            "request_in_progress",
            "The first request with this key is still being answered; ask again.",
        ),
        State(refusal) => state(refusal),
        ProblemKind::BodyTooLarge => (413, "body_too_large", "The body has more than 64 KiB."),
        ProblemKind::UnsupportedMediaType => {
            (415, "unsupported_media_type", "Send JSON, and say so in Content-Type.")
        }
        ProblemKind::Invalid => {
            (422, "validation_error", "`errors` names every field that breaks a rule.")
        }
        ProblemKind::RefundExceedsRest => (
            422,
            "refund_exceeds_rest",
            "More is to be refunded than is left; the message says how much that is.",
        ),
        ProblemKind::RefundAboveLimit => {
            (403, "insufficient_scope", "You may refund less at once.")
        }
        ProblemKind::RefundFailed => (409, "refund_failed", "The refund was refused."),
        ProblemKind::ChargeFailed => (409, "charge_failed", "The card was declined."),
        ProblemKind::AmountChanged => (
            409,
            "amount_changed",
            "The tax has changed meanwhile; look at the amount again. Nothing was charged.",
        ),
        ProblemKind::RateLimited => {
            (429, "rate_limited", "Too many tries; wait as long as `Retry-After` says.")
        }
        ProblemKind::Contended => (
            429,
            "rate_limited",
            "Too many requests want the same thing at this moment; nothing was done, try again.",
        ),
        ProblemKind::Internal => {
            (500, "internal_error", "Our fault; `request_id` finds it in the logs.")
        }
        ProblemKind::Unavailable => {
            (503, "temporarily_unavailable", "Out of reach for a moment; try again.")
        }
    };
    Row { status, code, meaning }
}

const fn missing(resource: Resource) -> (u16, &'static str, &'static str) {
    let (code, meaning) = match resource {
        Resource::Customer => ("user_not_found", "No customer of yours has this id."),
        Resource::MerchantAccount => {
            ("merchant_account_not_found", "This customer has no such merchant account.")
        }
        Resource::Payment => ("payment_not_found", "No payment of yours has this id."),
        Resource::Link => ("link_not_found", "No payment link has this address."),
        Resource::Route => ("product_not_found", "No product of yours has this id."),
        Resource::Destination => {
            ("destination_not_found", "No destination of this user's payees has this id.")
        }
        Resource::PaymentMethod => {
            ("payment_method_not_found", "This user has no saved card or account with this id.")
        }
        Resource::Wallet => ("wallet_not_found", "No wallet of yours has this id."),
        Resource::Endpoint => ("webhook_not_found", "No webhook endpoint is set up."),
        Resource::Delivery => ("delivery_not_found", "No delivery of yours has this id."),
        Resource::ApiKey => ("api_key_not_found", "No API key of yours has this id."),
        Resource::Invoice => ("invoice_not_found", "No invoice of yours has this id."),
        Resource::CreditNote => ("credit_note_not_found", "No credit note of yours has this id."),
        // Nothing of this surface.
        Resource::Product
        | Resource::Member
        | Resource::Invitation
        | Resource::Session
        | Resource::ProcessorAccount
        | Resource::Picture => ("not_found", "There is no such thing."),
        Resource::Transaction => ("payment_not_found", "No payment of yours has this id."),
        Resource::Refund => ("refund_not_found", "No refund of yours has this id."),
    };
    (404, code, meaning)
}

const fn taken(unique: Unique) -> (u16, &'static str, &'static str) {
    let (code, meaning) = match unique {
        Unique::Email => ("email_taken", "Another customer of yours has this e-mail address."),
        Unique::EndpointUrl => ("conflict", "Another endpoint has this address."),
        Unique::OwnId => ("conflict", "Another customer has this id."),
        Unique::WalletName => ("wallet_name_taken", "Another wallet of this user has this name."),
        Unique::TenantMode => ("conflict", "this tenant has this mode already"),
        Unique::MemberEmail => ("email_taken", "A member has this e-mail address already."),
        Unique::InvitedEmail => ("email_taken", "This e-mail address is invited already."),
    };
    (409, code, meaning)
}

#[expect(clippy::too_many_lines, reason = "one table, a row for each refusal")]
const fn state(refusal: StateRefusal) -> (u16, &'static str, &'static str) {
    match refusal {
        S::PaymentNotHeld => (409, "payment_not_held", "Nothing of this payment is in escrow."),
        S::PaymentNotInReview => {
            (409, "payment_not_in_review", "This payment does not wait for a review.")
        }
        S::PaymentNotCancelable => {
            (409, "payment_not_cancelable", "This payment can no longer be called off.")
        }
        S::EndpointDisabled => {
            (409, "webhook_disabled", "The endpoint is disabled; post it again to enable it.")
        }
        S::TooManyApiKeys => (409, "conflict", "There are as many API keys as there may be."),
        S::TooManyEndpoints => (409, "conflict", "There are as many endpoints as there may be."),
        // States of things that other surfaces have.
        S::TooManyLinks
        | S::ResetOver
        | S::LastOwner
        | S::TotpEnabled
        | S::TotpOff
        | S::TotpRequired
        | S::TooManyInvitations
        | S::TooManyMembers
        | S::TooManyProducts
        | S::RestoreFirst
        | S::NotDeleted
        | S::RestorePeriodOver
        | S::NotAcceptable => (409, "conflict", "Its state forbids this; read it again."),
        S::LinkUsed => {
            (409, "link_used", "A card was submitted already; the page shows what becomes of it.")
        }
        S::ChallengeOver => (409, "challenge_over", "The card's challenge is over."),
        S::LinkExpired => (410, "link_expired", "The link's time is over; nothing was charged."),
        S::LinkDeleted => (410, "link_deleted", "The link was deleted; nothing was charged."),
        S::LinkInactive => (410, "link_inactive", "The link is off; nothing was charged."),
        S::LinkExhausted => {
            (410, "link_exhausted", "The link was used as often as it can be; nothing was charged.")
        }
        S::LinkInUse => (
            409,
            "link_in_use",
            "Somebody is paying with the last use of the link; nothing was charged, try again.",
        ),
        S::InvitationOver => (410, "invitation_over", "The invitation is over."),
        S::SecondFactorMissing => {
            (403, "totp_enrollment_required", "This mode needs a second factor.")
        }
        S::ChangedMeanwhile => (412, "changed_meanwhile", "Somebody edited it meanwhile."),
        S::NotReauthenticated => {
            (403, "reauthentication_required", "Give the password or a code again first.")
        }
        S::InvoiceFinal => (409, "wrong_status", "The invoice's status can no longer change."),
        S::TaxUnknown => {
            (503, "temporarily_unavailable", "The tax cannot be computed now; nothing was charged.")
        }
        S::ForeignOrigin => (403, "origin_not_allowed", "This came from another web site."),
        S::LinkCanceled => (410, "link_canceled", "The link was called off; nothing was charged."),
        S::HoldExpired => {
            (410, "hold_expired", "The time in escrow is over; the money is back with the sender.")
        }
        S::NoMerchantAccount => {
            (422, "no_merchant_account", "This customer has no approved merchant account.")
        }
        S::MerchantAccountNotApproved => {
            (422, "merchant_account_not_approved", "The pinned merchant account is not approved.")
        }
        S::NotRefundable => {
            (409, "payment_not_refundable", "No card was charged for this payment.")
        }
        S::Disputed => (409, "payment_disputed", "The buyer's bank disputes this payment."),
        S::AlreadyRefunded => (409, "already_refunded", "All of this payment went back already."),
        S::RefundInProgress => {
            (409, "refund_in_progress", "All that is left is held by refunds under way.")
        }
        S::TooManyRefunds => {
            (409, "too_many_refunds", "This payment has as many refunds as it may have.")
        }
        S::NoPaymentMethod => (409, "no_payment_method", "This user has no such saved card."),
        S::ChargeInProgress => (409, "charge_in_progress", "The card is being charged."),
        S::NotRetryable => (409, "payment_not_retryable", "This cannot be charged again."),
        S::CardNotAccepted => (422, "card_not_accepted", "The card cannot be used here."),
        S::InsufficientFunds => (
            422,
            "insufficient_funds",
            "The wallet does not have that much to spend; nothing was moved.",
        ),
    }
}

/// The sentence for the caller.
pub fn message(problem: &Problem) -> Cow<'static, str> {
    match problem {
        Problem::InvalidJson(why) => why.clone(),
        Problem::BodyTooLarge { max_bytes } => {
            format!("the body may have at most {max_bytes} bytes").into()
        }
        Problem::UnsupportedMediaType => {
            "send the body as JSON with the header Content-Type: application/json".into()
        }
        Problem::Unauthenticated(Unauthenticated::NoToken) => {
            "send the header Authorization: Bearer <access token>".into()
        }
        Problem::Unauthenticated(Unauthenticated::InvalidToken | Unauthenticated::TokenExpired) => {
            "the access token is malformed, expired, or not for this API".into()
        }
        Problem::Unauthenticated(Unauthenticated::MalformedClient) => {
            "the Authorization header is not HTTP Basic".into()
        }
        Problem::Forbidden { scope } => {
            format!("this needs an access token with the scope {scope}").into()
        }
        Problem::NoRoute { method, .. } => format!("no route serves {method} on this path").into(),
        Problem::MethodNotAllowed { allow } => {
            format!("this path is served with {} only", allow.join(", ")).into()
        }
        Problem::Invalid(fields) => match fields.as_slice() {
            [one] => format!("the field {} is not acceptable", one.field).into(),
            several => {
                let names: Vec<&str> = several.iter().map(|error| error.field.as_str()).collect();
                format!("these fields are not acceptable: {}", names.join(", ")).into()
            }
        },
        Problem::Repeated { differing } => format!(
            "this idempotency key came before with another request; these fields differ: {}",
            differing.join(", ")
        )
        .into(),
        Problem::RefundExceedsRest { left } => {
            format!("{} {} is left to refund", left.major(), left.currency().code()).into()
        }
        Problem::RefundAboveLimit { limit } => {
            format!("you may refund {} {} at once", limit.major(), limit.currency().code()).into()
        }
        Problem::RateLimited { retry_after_s } => {
            format!("too many failed tries; the next one counts in {retry_after_s} seconds").into()
        }
        Problem::Unauthenticated(
            Unauthenticated::NoTenant
            | Unauthenticated::SessionRevoked
            | Unauthenticated::KeyNotToken
            | Unauthenticated::NoKey
            | Unauthenticated::InvalidKey
            | Unauthenticated::OtherKey
            | Unauthenticated::Ambiguous
            | Unauthenticated::Client
            | Unauthenticated::Code,
        )
        | Problem::NotFound(_)
        | Problem::Taken(_)
        | Problem::InProgress { .. }
        | Problem::Conflict
        | Problem::Contended
        | Problem::State(_)
        | Problem::StateWith { .. }
        | Problem::RefundFailed { .. }
        | Problem::ChargeFailed { .. }
        | Problem::AmountChanged(_)
        | Problem::LimitReached(_)
        | Problem::Internal(_)
        | Problem::Unavailable(_) => row(problem.kind()).meaning.into(),
    }
}

/// Every broken field, for `data.errors`.
pub fn fields(problem: &Problem) -> Vec<FieldError> {
    match problem {
        Problem::Invalid(fields) => fields.clone(),
        Problem::Repeated { differing } => {
            let fields = differing.iter().map(|field| FieldError {
                field: field.clone(),
                message: "differs from the first request with this key".to_owned(),
            });
            fields.collect()
        }
        Problem::RefundExceedsRest { left } => vec![FieldError {
            field: "amount".to_owned(),
            message: format!("is more than is left to refund: {}", left.major()),
        }],
        Problem::State(S::InsufficientFunds) => vec![FieldError {
            field: "amount".to_owned(),
            message: "is more than the wallet can spend".to_owned(),
        }],
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
        | Problem::StateWith { .. }
        | Problem::RefundAboveLimit { .. }
        | Problem::RefundFailed { .. }
        | Problem::ChargeFailed { .. }
        | Problem::AmountChanged(_)
        | Problem::RateLimited { .. }
        | Problem::LimitReached(_)
        | Problem::Internal(_)
        | Problem::Unavailable(_) => Vec::new(),
    }
}

/// Seconds for `Retry-After`, where trying again makes sense.
pub const fn retry_after_s(problem: &Problem) -> Option<i64> {
    match problem {
        Problem::InProgress { retry_after_s } | Problem::RateLimited { retry_after_s } => {
            Some(*retry_after_s)
        }
        Problem::LimitReached(allowance) => Some(allowance.reset_s),
        Problem::Contended | Problem::Unavailable(_) => Some(1),
        Problem::State(S::LinkInUse) => Some(60),
        Problem::State(S::ChargeInProgress) => Some(10),
        Problem::InvalidJson(_)
        | Problem::BodyTooLarge { .. }
        | Problem::UnsupportedMediaType
        | Problem::Unauthenticated(_)
        | Problem::Forbidden { .. }
        | Problem::NoRoute { .. }
        | Problem::MethodNotAllowed { .. }
        | Problem::Invalid(_)
        | Problem::NotFound(_)
        | Problem::Taken(_)
        | Problem::Repeated { .. }
        | Problem::Conflict
        | Problem::State(_)
        | Problem::StateWith { .. }
        | Problem::RefundExceedsRest { .. }
        | Problem::RefundAboveLimit { .. }
        | Problem::RefundFailed { .. }
        | Problem::ChargeFailed { .. }
        | Problem::AmountChanged(_)
        | Problem::Internal(_) => None,
    }
}
