//! Problems as callers of the links surface see them: its one table of statuses, codes and
//! sentences.

mod fields;

pub use crate::http::platform::problems::retry_after_s;
pub use fields::{SUGGESTED, nested};

use crate::model::member::{Permission, Role};
use crate::operations::{Problem, ProblemKind, Resource, StateRefusal, Unauthenticated, Unique};
use std::borrow::Cow;

/// How a problem is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The HTTP status.
    pub status: u16,
    /// The name in `code`.
    pub code: &'static str,
    /// What it means; the sentence, where a problem has none of its own.
    pub meaning: &'static str,
}

/// How a problem is answered. What is wrong with a credential decides, too.
pub fn row(problem: &Problem) -> Row {
    let (status, code, meaning) = if let Problem::Unauthenticated(why) = problem {
        unauthenticated(*why)
    } else if is_about_a_role(problem) {
        (403, "permission_denied", "Your role may not do this.")
    } else {
        cells(problem.kind())
    };
    Row { status, code, meaning }
}

/// Whether a member's role lacks something, and not a key's scopes.
fn is_about_a_role(problem: &Problem) -> bool {
    matches!(problem, Problem::Forbidden { scope } if Permission::named(scope).is_some())
}

/// How a kind of problem is answered, for descriptions.
pub const fn row_of(kind: ProblemKind) -> Row {
    let (status, code, meaning) = cells(kind);
    Row { status, code, meaning }
}

type Cells = (u16, &'static str, &'static str);

/// The table: status, code and sentence of each kind.
const fn cells(kind: ProblemKind) -> Cells {
    match kind {
        ProblemKind::InvalidJson => (400, "invalid_json", "The body is not one JSON object."),
        ProblemKind::BodyTooLarge => (413, "body_too_large", "The body has more than 64 KiB."),
        ProblemKind::UnsupportedMediaType => (
            415,
            "unsupported_media_type",
            "Send the body as JSON with the header Content-Type: application/json.",
        ),
        ProblemKind::Unauthenticated => unauthenticated(Unauthenticated::NoToken),
        ProblemKind::InvalidClient => unauthenticated(Unauthenticated::Client),
        ProblemKind::Forbidden => (403, "scope_missing", "The API key lacks a scope."),
        ProblemKind::NoRoute => (404, "not_found", "There is no such route."),
        ProblemKind::MethodNotAllowed => {
            (405, "method_not_allowed", "This path has other methods.")
        }
        ProblemKind::Invalid => (400, "validation_error", "Some fields are not valid."),
        ProblemKind::NotFound(resource) => missing(resource),
        ProblemKind::Taken(unique) => taken(unique),
        ProblemKind::Repeated => (
            409,
            "idempotency_key_reused",
            "This idempotency key came before with another request.",
        ),
        ProblemKind::InProgress => (
            409,
            "request_in_progress",
            "The first request with this key is still being answered; ask again.",
        ),
        ProblemKind::Conflict => {
            (409, "conflict", "Somebody changed the same thing at this moment; try again.")
        }
        ProblemKind::State(refusal) => state(refusal),
        ProblemKind::RefundExceedsRest => {
            (409, "refund_exceeds_rest", "More is to be refunded than is left.")
        }
        ProblemKind::RefundAboveLimit => {
            (403, "permission_denied", "Your role may refund less at once.")
        }
        ProblemKind::RefundFailed => (409, "not_refundable", "The refund was refused."),
        ProblemKind::ChargeFailed => (409, "conflict", "The card was declined."),
        ProblemKind::AmountChanged => (
            409,
            "amount_changed",
            "The tax has changed meanwhile; look at the amount again. Nothing was charged.",
        ),
        ProblemKind::RateLimited => (429, "throttled", "Too many requests; wait a moment."),
        ProblemKind::Contended => (
            429,
            "throttled",
            "Too many requests want the same thing at this moment; nothing was done, try again.",
        ),
        ProblemKind::Internal => (500, "internal_error", "Something went wrong on our side."),
        ProblemKind::Unavailable => {
            (503, "temporarily_unavailable", "Out of reach for a moment; try again.")
        }
    }
}

const fn unauthenticated(why: Unauthenticated) -> Cells {
    use Unauthenticated as U;
    let (code, meaning) = match why {
        U::NoToken | U::InvalidToken | U::NoTenant | U::MalformedClient => {
            ("token_required", "Sign in and send `Authorization: Token ...`.")
        }
        U::KeyNotToken => (
            "token_required",
            "API keys do not manage payment links. Sign in and send `Authorization: Token ...`.",
        ),
        U::TokenExpired => ("token_expired", "The access token is over; refresh it."),
        U::SessionRevoked => ("session_revoked", "The session was ended; sign in again."),
        U::NoKey => ("api_key_required", "Send an API key: `Authorization: Api-Key ...`."),
        U::InvalidKey => ("api_key_invalid", "The API key is unknown, expired or revoked."),
        U::OtherKey => (
            "api_key_invalid",
            "This is a key of the payments surface (`ck_...`); links have keys of their own \
             (`plk_...`).",
        ),
        U::Ambiguous => ("ambiguous_credentials", "Send one credential, once."),
        U::Code => ("invalid_credentials", "The code is wrong, was used, or came too late."),
        U::Client => ("invalid_credentials", "E-mail address and password do not belong together."),
    };
    (401, code, meaning)
}

const fn missing(resource: Resource) -> Cells {
    let (code, meaning) = match resource {
        Resource::Link => ("link_not_found", "There is no payment link with this id."),
        Resource::Payment => ("transaction_not_found", "There is no transaction with this id."),
        Resource::Endpoint => ("webhook_not_found", "There is no webhook with this id."),
        Resource::Delivery => ("delivery_not_found", "There is no delivery with this id."),
        Resource::ApiKey => ("api_key_not_found", "There is no API key with this id."),
        Resource::Product => ("product_not_found", "There is no product with this id."),
        Resource::Transaction => ("transaction_not_found", "There is no transaction with this id."),
        Resource::Refund => ("refund_not_found", "There is no refund with this id."),
        Resource::Member => ("member_not_found", "There is no member with this id."),
        Resource::Invitation => ("invitation_not_found", "There is no invitation with this id."),
        Resource::Session => ("session_not_found", "There is no session with this id."),
        Resource::Picture => ("image_not_found", "There is no image with this hash."),
        // Nothing of this surface.
        Resource::Customer
        | Resource::MerchantAccount
        | Resource::ProcessorAccount
        | Resource::Route
        | Resource::Destination
        | Resource::PaymentMethod
        | Resource::Wallet
        | Resource::Invoice
        | Resource::CreditNote => ("not_found", "There is no such thing."),
    };
    (404, code, meaning)
}

const fn taken(unique: Unique) -> Cells {
    match unique {
        Unique::Email | Unique::MemberEmail => {
            (409, "email_taken", "Somebody else has this e-mail address.")
        }
        Unique::InvitedEmail => {
            (409, "email_taken", "This address is invited already; renew that invitation.")
        }
        Unique::OwnId => (409, "conflict", "Another customer has this id."),
        Unique::EndpointUrl => (409, "conflict", "Another webhook has this address."),
        Unique::WalletName | Unique::TenantMode => {
            (409, "conflict", "There is another one like it.")
        }
    }
}

#[expect(clippy::too_many_lines, reason = "one table, a row for each refusal")]
const fn state(refusal: StateRefusal) -> Cells {
    match refusal {
        StateRefusal::LinkUsed => {
            (410, "link_exhausted", "The link was used as often as it can be.")
        }
        StateRefusal::LinkExpired => (410, "link_expired", "The link's time is over."),
        StateRefusal::LinkCanceled => (410, "link_inactive", "The link is switched off."),
        StateRefusal::LinkDeleted => (410, "link_deleted", "The link was deleted."),
        StateRefusal::LinkInactive => (410, "link_inactive", "The link is switched off."),
        StateRefusal::LinkExhausted => {
            (410, "link_exhausted", "The link was used as often as it can be.")
        }
        StateRefusal::LinkInUse => {
            (409, "link_in_use", "Somebody is paying right now; look again in a minute.")
        }
        StateRefusal::InvitationOver => (410, "invitation_over", "This invitation is over."),
        StateRefusal::ResetOver => (410, "reset_over", "This reset is over; ask for a new one."),
        StateRefusal::TotpEnabled => {
            (409, "totp_already_enabled", "A second factor is on; take it away first.")
        }
        StateRefusal::TotpOff => (409, "conflict", "No second factor is on."),
        StateRefusal::TotpRequired => {
            (403, "permission_denied", "The organisation asks for a second factor.")
        }
        StateRefusal::LastOwner => {
            (409, "last_owner", "Somebody has to be the owner; make somebody else one first.")
        }
        StateRefusal::TooManyInvitations => {
            (409, "limit_reached", "There are as many open invitations as there may be.")
        }
        StateRefusal::TooManyMembers => (
            409,
            "limit_reached",
            "There are as many members, invited ones counted, as there may be.",
        ),
        StateRefusal::SecondFactorMissing => (
            403,
            "totp_enrollment_required",
            "Your organisation asks for a second factor; enrol one first.",
        ),
        StateRefusal::ChangedMeanwhile => {
            (412, "changed_meanwhile", "Somebody edited it meanwhile; read it again.")
        }
        StateRefusal::NotReauthenticated => (
            403,
            "reauthentication_required",
            "Give your password or a code again, then try once more.",
        ),
        StateRefusal::InvoiceFinal => {
            (409, "wrong_status", "The invoice's status can no longer change.")
        }
        StateRefusal::TaxUnknown => (
            503,
            "temporarily_unavailable",
            "The tax cannot be computed now; nothing was charged, try again.",
        ),
        StateRefusal::ForeignOrigin => {
            (403, "origin_not_allowed", "This request came from a page of another web site.")
        }
        StateRefusal::EndpointDisabled => (409, "webhook_disabled", "The webhook is disabled."),
        StateRefusal::TooManyApiKeys => {
            (409, "limit_reached", "There are as many API keys as there may be.")
        }
        StateRefusal::TooManyEndpoints => {
            (409, "limit_reached", "There are as many webhooks as there may be.")
        }
        StateRefusal::TooManyLinks => {
            (409, "limit_reached", "There are as many links as there may be; delete some first.")
        }
        StateRefusal::TooManyProducts => (
            409,
            "limit_reached",
            "There are as many products as there may be; archive some first.",
        ),
        StateRefusal::RestoreFirst => (409, "conflict", "It is deleted; restore it first."),
        StateRefusal::NotDeleted => (409, "not_deleted", "It is not deleted."),
        StateRefusal::RestorePeriodOver => {
            (409, "restore_period_over", "It was deleted more than 90 days ago; clone it instead.")
        }
        StateRefusal::NotAcceptable => (
            406,
            "not_acceptable",
            "Pictures other than SVG need the header `Accept: image/png`, with such a type first.",
        ),
        StateRefusal::PaymentNotCancelable => {
            (409, "not_cancelable", "This can no longer be called off.")
        }
        StateRefusal::NoMerchantAccount | StateRefusal::MerchantAccountNotApproved => (
            409,
            "payments_not_enabled",
            "No processor account is set up for this organisation and mode.",
        ),
        StateRefusal::NotRefundable | StateRefusal::Disputed | StateRefusal::TooManyRefunds => {
            (409, "not_refundable", "This transaction cannot be refunded.")
        }
        StateRefusal::AlreadyRefunded | StateRefusal::RefundInProgress => {
            (409, "refund_exceeds_rest", "0.00 is left to refund.")
        }
        // States of things that other surfaces have.
        StateRefusal::PaymentNotHeld
        | StateRefusal::PaymentNotInReview
        | StateRefusal::ChallengeOver
        | StateRefusal::HoldExpired
        | StateRefusal::CardNotAccepted
        | StateRefusal::NoPaymentMethod
        | StateRefusal::ChargeInProgress
        | StateRefusal::NotRetryable
        | StateRefusal::InsufficientFunds => {
            (409, "conflict", "Its state forbids this; read it again.")
        }
    }
}

/// The sentence for the caller.
pub fn detail(problem: &Problem) -> Cow<'static, str> {
    match problem {
        Problem::InvalidJson(why) => format!("This is not one JSON object: {why}.").into(),
        Problem::Forbidden { scope } => forbidden(scope).into(),
        Problem::NoRoute { method, .. } => format!("No route serves {method} on this path.").into(),
        Problem::MethodNotAllowed { allow } => {
            format!("This path is served with {} only.", allow.join(", ")).into()
        }
        Problem::Repeated { differing } => format!(
            "This idempotency key came before with another request; these fields differ: {}.",
            differing.join(", ")
        )
        .into(),
        Problem::RefundExceedsRest { left } => {
            format!("{} {} is left to refund.", left.major(), left.currency().code()).into()
        }
        Problem::RefundAboveLimit { limit } => {
            let (most, currency) = (limit.major(), limit.currency());
            format!("Your role may refund at most {most} {currency} at once.").into()
        }
        Problem::RateLimited { retry_after_s } => {
            format!("Too many requests; the next one counts in {retry_after_s} seconds.").into()
        }
        Problem::BodyTooLarge { .. }
        | Problem::UnsupportedMediaType
        | Problem::Unauthenticated(_)
        | Problem::Invalid(_)
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
        | Problem::Unavailable(_) => row(problem).meaning.into(),
    }
}

/// What is needed: a role, on routes of members; a scope, on routes of API keys.
fn forbidden(scope: &str) -> String {
    let Some(permission) = Permission::named(scope) else {
        return format!("This needs an API key with {scope}.");
    };
    let roles = Role::ALL.iter().copied().filter(|role| role.may(permission));
    let roles: Vec<&str> = roles.map(Role::as_str).collect();
    format!("This takes another role: {}.", roles.join(", "))
}

#[cfg(test)]
mod tests;
