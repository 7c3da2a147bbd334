//! Why an operation was refused, in words of no surface. Each surface has one table that turns
//! these into its own statuses, codes and messages.

mod kind;
mod reasons;
mod refusals;

pub use kind::ProblemKind;
pub use reasons::{Resource, StateRefusal, Unauthenticated, Unique};

use super::Allowance;
use crate::{
    model::{
        Invalid, Money,
        card::FailureReason,
        id::{PaymentIntentId, RefundId, TransactionId},
    },
    store,
};
use std::{borrow::Cow, fmt::Display, panic::Location};

/// One broken field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Its name, as the caller wrote it.
    pub field: String,
    /// What it must be, as the end of a sentence that begins with its name.
    pub message: String,
}

/// What really happened and where, for the log only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// What happened, in words for people who read the log.
    pub text: String,
    /// The line of code that noticed it.
    pub at: &'static Location<'static>,
}

impl Cause {
    /// A cause that is noticed where this is called. Boxed: problems travel a lot.
    #[track_caller]
    pub fn new(text: impl Display) -> Box<Self> {
        Box::new(Self { text: text.to_string(), at: Location::caller() })
    }
}

/// Why an operation was refused or failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a refusal that is not returned refuses nothing"]
pub enum Problem {
    /// The body is not one JSON object, or cannot be read; says why.
    InvalidJson(Cow<'static, str>),
    /// The body is too large.
    BodyTooLarge {
        /// How large it may be.
        max_bytes: usize,
    },
    /// The body is of a media type that is not served.
    UnsupportedMediaType,
    /// There is no valid credential.
    Unauthenticated(Unauthenticated),
    /// The credential lacks a scope.
    Forbidden {
        /// The scope that the credential lacks.
        scope: String,
    },
    /// No route serves the request.
    NoRoute {
        /// The request's method, such as `PUT`.
        method: String,
        /// What there is instead, where somebody may well have looked for it.
        instead: Option<&'static str>,
    },
    /// The path is served, but not with this method.
    MethodNotAllowed {
        /// The methods it is served with.
        allow: Vec<&'static str>,
    },
    /// These fields break a rule: all of them at once.
    Invalid(Vec<FieldError>),
    /// There is no such thing, or it belongs to somebody else.
    NotFound(Resource),
    /// Another one has this already.
    Taken(Unique),
    /// The idempotency key came before with another request.
    Repeated {
        /// Names of the fields that differ.
        differing: Vec<String>,
    },
    /// The first request with this key is still being answered.
    InProgress {
        /// When asking again makes sense.
        retry_after_s: i64,
    },
    /// Somebody else changed the same thing at the same moment: it may be tried again.
    Conflict,
    /// Too many want the same thing at the same moment: nothing was done, and it may be tried again.
    Contended,
    /// The state of something forbids it.
    State(StateRefusal),
    /// The same with facts that callers of some surfaces are told.
    StateWith {
        /// Which state of which thing.
        refusal: StateRefusal,
        /// Names of fields with their values, which an answer may show.
        facts: Vec<(&'static str, String)>,
    },
    /// More is to be refunded than is left.
    RefundExceedsRest {
        /// What may still be refunded, in the payment's currency.
        left: Money,
    },
    /// More is to be refunded than this caller may refund at once.
    RefundAboveLimit {
        /// The most this caller may refund at once, in the currency of the payment.
        limit: Money,
    },
    /// The processor refused to give the money back; nothing went back.
    RefundFailed {
        /// The refund, which is kept as failed.
        refund: RefundId,
        /// Why the processor refused.
        reason: FailureReason,
        /// Whether an earlier request was told the same.
        replayed: bool,
    },
    /// The processor said no to a charge of a saved card; nothing was charged.
    ChargeFailed {
        /// The payment that stands for the charge.
        payment: PaymentIntentId,
        /// The attempt that was declined; a retry names it.
        transaction: TransactionId,
        /// Why the processor refused.
        reason: FailureReason,
        /// Whether an earlier request was told the same.
        replayed: bool,
        /// How far the caller is from the limit, where this request was counted.
        allowance: Option<Allowance>,
    },
    /// What the buyer has seen is not what would be charged: nothing was done.
    AmountChanged(Box<super::tax::Taxed>),
    /// There were too many tries in too short a time.
    RateLimited {
        /// When the next one counts.
        retry_after_s: i64,
    },
    /// The same where callers are told how many there may be.
    LimitReached(Allowance),
    /// A fault of Paylink.
    Internal(Box<Cause>),
    /// Something that Paylink needs is out of reach for a moment.
    Unavailable(Box<Cause>),
}

impl Problem {
    /// A [`Problem::Invalid`] with one broken field.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    /// A fault of Paylink, with its cause for the log.
    #[track_caller]
    pub fn internal(cause: impl Display) -> Self {
        Self::Internal(Cause::new(cause))
    }

    /// What really happened, where the fault is Paylink's. For the log only.
    pub const fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Internal(cause) | Self::Unavailable(cause) => Some(cause),
            Self::InvalidJson(_)
            | Self::BodyTooLarge { .. }
            | Self::UnsupportedMediaType
            | Self::Unauthenticated(_)
            | Self::Forbidden { .. }
            | Self::NoRoute { .. }
            | Self::MethodNotAllowed { .. }
            | Self::Invalid(_)
            | Self::NotFound(_)
            | Self::Taken(_)
            | Self::Repeated { .. }
            | Self::InProgress { .. }
            | Self::Conflict
            | Self::Contended
            | Self::State(_)
            | Self::StateWith { .. }
            | Self::RefundExceedsRest { .. }
            | Self::RefundAboveLimit { .. }
            | Self::RefundFailed { .. }
            | Self::ChargeFailed { .. }
            | Self::AmountChanged(_)
            | Self::RateLimited { .. }
            | Self::LimitReached(_) => None,
        }
    }

    /// Whether it is Paylink's fault and not the caller's.
    pub const fn is_ours(&self) -> bool {
        self.cause().is_some()
    }
}

/// For logs; callers read what their surface's table says.
impl Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.cause() {
            Some(cause) => f.write_str(&cause.text),
            None => write!(f, "{:?}", self.kind()),
        }
    }
}

impl From<store::Error> for Problem {
    #[track_caller]
    fn from(error: store::Error) -> Self {
        match &error {
            store::Error::Unavailable(_) => Self::Unavailable(Cause::new(error)),
            store::Error::Contended | store::Error::Refused { .. } => Self::Contended,
            store::Error::Corrupt(_) | store::Error::Rejected(_) => Self::internal(error),
        }
    }
}

impl From<store::Corrupt> for Problem {
    #[track_caller]
    fn from(corrupt: store::Corrupt) -> Self {
        store::Error::Corrupt(corrupt).into()
    }
}

impl From<StateRefusal> for Problem {
    fn from(refusal: StateRefusal) -> Self {
        Self::State(refusal)
    }
}

/// Attaches a field's name to what the model says about its value.
pub fn on(field: &str, invalid: Invalid) -> Problem {
    Problem::field(field, invalid.0)
}
