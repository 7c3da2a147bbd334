//! Problems as callers of the links surface see them: its one table of statuses, codes and
//! sentences.

pub use crate::http::platform::problems::retry_after_s;
use crate::model::member::{Permission, Role};
use crate::operations::{Problem, ProblemKind, Resource, StateRefusal, Unauthenticated, Unique};
use serde_json::{Map, Value};
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
#[must_use]
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
#[must_use]
pub const fn row_of(kind: ProblemKind) -> Row {
    let (status, code, meaning) = cells(kind);
    Row { status, code, meaning }
}

type Cells = (u16, &'static str, &'static str);

/// The table.
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
        U::Ambiguous => ("ambiguous_credentials", "Send one credential, once."),
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
        // Nothing of this surface.
        Resource::Customer
        | Resource::MerchantAccount
        | Resource::Route
        | Resource::Destination
        | Resource::PaymentMethod
        | Resource::Wallet => ("not_found", "There is no such thing."),
    };
    (404, code, meaning)
}

const fn taken(unique: Unique) -> Cells {
    match unique {
        Unique::Email | Unique::MemberEmail => {
            (409, "email_taken", "Somebody else has this e-mail address.")
        }
        Unique::EndpointUrl => (409, "conflict", "Another webhook has this address."),
        Unique::WalletName | Unique::TenantMode => {
            (409, "conflict", "There is another one like it.")
        }
    }
}

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
        StateRefusal::SecondFactorMissing => (
            403,
            "totp_enrollment_required",
            "This mode needs a second factor; work in test mode until yours is on.",
        ),
        StateRefusal::ForeignOrigin => {
            (403, "origin_not_allowed", "This request came from a page of another web site.")
        }
        StateRefusal::EndpointDisabled => (409, "webhook_disabled", "The webhook is disabled."),
        StateRefusal::TooManyEndpoints => {
            (409, "limit_reached", "There are as many webhooks as there may be.")
        }
        StateRefusal::PaymentNotCancelable => {
            (409, "not_cancelable", "This can no longer be called off.")
        }
        StateRefusal::NoMerchantAccount | StateRefusal::MerchantAccountNotApproved => (
            409,
            "payments_not_enabled",
            "No processor account is set up for this organisation and mode.",
        ),
        // States of things that other surfaces have.
        StateRefusal::PaymentNotHeld
        | StateRefusal::PaymentNotInReview
        | StateRefusal::ChallengeOver
        | StateRefusal::HoldExpired
        | StateRefusal::CardNotAccepted
        | StateRefusal::InsufficientFunds => {
            (409, "conflict", "Its state forbids this; read it again.")
        }
    }
}

/// The sentence for the caller.
#[must_use]
pub fn detail(problem: &Problem) -> Cow<'static, str> {
    match problem {
        Problem::InvalidJson(why) => format!("This is not one JSON object: {why}.").into(),
        Problem::Forbidden { scope } => forbidden(scope).into(),
        Problem::NoRoute { method } => format!("No route serves {method} on this path.").into(),
        Problem::MethodNotAllowed { allow } => {
            format!("This path is served with {} only.", allow.join(", ")).into()
        }
        Problem::Repeated { differing } => format!(
            "This idempotency key came before with another request; these fields differ: {}.",
            differing.join(", ")
        )
        .into(),
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
        | Problem::Internal(_)
        | Problem::Unavailable(_) => row(problem).meaning.into(),
    }
}

/// What is needed: a role, on routes of members; a scope, on routes of API keys.
fn forbidden(scope: &str) -> String {
    let Some(permission) = Permission::named(scope) else {
        return format!("This needs an API key with {scope}.");
    };
    let roles = Role::ALL.into_iter().filter(|role| role.may(permission));
    let roles: Vec<&str> = roles.map(Role::as_str).collect();
    format!("This takes another role: {}.", roles.join(", "))
}

/// Deepest nesting of a body, and longest list whose elements are told apart. Names of unknown fields
/// are the caller's: what looks like a deeper path is taken as a plain name.
const MOST: usize = 100;

/// What is wrong with each field, in lists that are nested like the request.
#[must_use]
pub fn nested(problem: &Problem) -> Map<String, Value> {
    let mut root = Map::new();
    if let Problem::Invalid(fields) = problem {
        for error in fields {
            let message = Value::from(sentence(&error.message));
            let place = place(&mut root, &error.field);
            if let Value::Array(messages) = place {
                messages.push(message);
            } else {
                *place = Value::Array(vec![message]);
            }
        }
    }
    root
}

/// A step into the body.
enum Step<'a> {
    Member(&'a str),
    Element(usize),
}

/// `products[1].quantity` as steps; `None` for what is no such path.
fn steps(path: &str) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (name, indices) = part.split_once('[').unwrap_or((part, ""));
        steps.push(Step::Member(name));
        for index in indices.split_terminator(['[', ']']).filter(|text| !text.is_empty()) {
            let index = index.parse().ok().filter(|index| *index < MOST)?;
            steps.push(Step::Element(index));
        }
    }
    (steps.len() <= MOST).then_some(steps)
}

/// Where the messages of a field belong: made where it is not there yet.
fn place<'a>(root: &'a mut Map<String, Value>, path: &str) -> &'a mut Value {
    let path = if path.is_empty() { "non_field_errors" } else { path };
    let mut steps = steps(path).unwrap_or_else(|| vec![Step::Member(path)]).into_iter();
    let first = match steps.next() {
        Some(Step::Member(name)) => name,
        Some(Step::Element(_)) | None => path,
    };
    steps.fold(root.entry(first).or_insert(Value::Null), into)
}

fn into<'a>(value: &'a mut Value, step: Step<'_>) -> &'a mut Value {
    match step {
        Step::Member(name) => {
            if !value.is_object() {
                *value = Value::Object(Map::new());
            }
            &mut value[name]
        }
        Step::Element(index) => {
            if !value.is_array() {
                *value = Value::Array(Vec::new());
            }
            // Those before it that have nothing wrong are empty objects.
            if let Value::Array(list) = &mut *value
                && list.len() <= index
            {
                list.resize_with(index.saturating_add(1), || Value::Object(Map::new()));
            }
            &mut value[index]
        }
    }
}

/// A message as a sentence of its own.
fn sentence(message: &str) -> String {
    if message == "is required" {
        return "This field is required.".to_owned();
    }
    let mut letters = message.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    let end = if message.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{end}", first.unwrap_or_default(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_callers_make_up_cost_no_more_than_they_are_long() {
        for name in ["a[4000000000]".to_owned(), "a.".repeat(30_000), "a[".repeat(9), "[1]".into()]
        {
            let map = nested(&Problem::field(&name, "is not a field of this request"));
            assert!(Value::Object(map).to_string().len() < 70_000);
        }
    }
}
