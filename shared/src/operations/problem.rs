//! Why an operation was refused, in words of no surface. Each surface has one table that turns
//! these into its own statuses, codes and messages.

use crate::{
    model::{
        Invalid,
        customer::NoMerchantAccount,
        ledger,
        payment_intent::{self, wallet},
        wallet as wallets,
    },
    store,
};
use std::{borrow::Cow, fmt::Display, panic::Location};

/// One broken field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Its name, as the caller wrote it.
    pub field: String,
    /// What it must be.
    pub message: String,
}

/// What can be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    /// A customer of the tenant.
    Customer,
    /// A merchant account of the customer.
    MerchantAccount,
    /// A payment of the tenant.
    Payment,
    /// A payment link.
    Link,
    /// A route of the tenant; a product, to callers of the platform surface.
    Route,
    /// A destination of the customer's payees.
    Destination,
    /// A saved card or bank account of the customer.
    PaymentMethod,
    /// A wallet of the tenant.
    Wallet,
    /// The tenant's webhook endpoint.
    Endpoint,
    /// A delivery of the tenant.
    Delivery,
}

/// What must differ from all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unique {
    /// A customer's e-mail address, within the tenant.
    Email,
    /// The address of a webhook endpoint, within the tenant and the surface.
    EndpointUrl,
    /// A wallet's name, within the customer.
    WalletName,
    /// A tenant's mode: a tenant has each at most once.
    TenantMode,
    /// A member's e-mail address, within the deployment.
    MemberEmail,
}

/// Which state of which thing forbids the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StateRefusal {
    /// Nothing of the payment is in escrow.
    PaymentNotHeld,
    /// The payment does not wait for a review.
    PaymentNotInReview,
    /// The payment can no longer be canceled.
    PaymentNotCancelable,
    /// The webhook endpoint is disabled.
    EndpointDisabled,
    /// There are as many webhook endpoints as there may be.
    TooManyEndpoints,
    /// The link's one attempt is under way or over.
    LinkUsed,
    /// The link has expired.
    LinkExpired,
    /// The link was canceled.
    LinkCanceled,
    /// The link was deleted.
    LinkDeleted,
    /// The link is switched off.
    LinkInactive,
    /// The link was paid as often as it may be.
    LinkExhausted,
    /// Charges under way hold every use of the link that is left.
    LinkInUse,
    /// The challenge is over, or there never was one.
    ChallengeOver,
    /// The hold has expired; the money is back with the sender.
    HoldExpired,
    /// The customer has no approved merchant account.
    NoMerchantAccount,
    /// The merchant account that was asked for is not approved.
    MerchantAccountNotApproved,
    /// The card cannot be used here: not a test card, or not a token of this link.
    CardNotAccepted,
    /// The wallet has less to spend than was asked for.
    InsufficientFunds,
    /// The invitation is used, taken back, past its time or unknown; callers are not told which.
    InvitationOver,
    /// The mode needs a second factor, which the member does not have.
    SecondFactorMissing,
    /// A cookie came from a page of somebody else.
    ForeignOrigin,
}

/// What is wrong with a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unauthenticated {
    /// There is none.
    NoToken,
    /// It is malformed, expired, or not for this API.
    InvalidToken,
    /// It was good until its time was over.
    TokenExpired,
    /// It belongs to a session that was ended.
    SessionRevoked,
    /// An access token is expected, and there is an API key.
    KeyNotToken,
    /// An API key is expected and there is none.
    NoKey,
    /// The API key is unknown, expired or revoked.
    InvalidKey,
    /// There are several that do not agree.
    Ambiguous,
    /// Its tenant is gone.
    NoTenant,
    /// Client id and secret do not belong together.
    Client,
    /// Client id and secret cannot be read.
    MalformedClient,
}

/// What really happened and where, for the log only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// In words.
    pub text: String,
    /// Where it was noticed.
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
        /// Which.
        scope: String,
    },
    /// No route serves the request.
    NoRoute {
        /// The request's method.
        method: String,
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
    /// Too many tries.
    RateLimited {
        /// When the next one counts.
        retry_after_s: i64,
    },
    /// A fault of Paylink.
    Internal(Box<Cause>),
    /// Something that Paylink needs is out of reach for a moment.
    Unavailable(Box<Cause>),
}

/// A [`Problem`] without its details: what a surface's table decides by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// [`Problem::InvalidJson`]
    InvalidJson,
    /// [`Problem::BodyTooLarge`]
    BodyTooLarge,
    /// [`Problem::UnsupportedMediaType`]
    UnsupportedMediaType,
    /// [`Problem::Unauthenticated`] where a token is expected.
    Unauthenticated,
    /// [`Problem::Unauthenticated`] where a client's id and secret are expected.
    InvalidClient,
    /// [`Problem::Forbidden`]
    Forbidden,
    /// [`Problem::NoRoute`]
    NoRoute,
    /// [`Problem::MethodNotAllowed`]
    MethodNotAllowed,
    /// [`Problem::Invalid`]
    Invalid,
    /// [`Problem::NotFound`]
    NotFound(Resource),
    /// [`Problem::Taken`]
    Taken(Unique),
    /// [`Problem::Repeated`]
    Repeated,
    /// [`Problem::InProgress`]
    InProgress,
    /// [`Problem::Conflict`]
    Conflict,
    /// [`Problem::Contended`]
    Contended,
    /// [`Problem::State`]
    State(StateRefusal),
    /// [`Problem::RateLimited`]
    RateLimited,
    /// [`Problem::Internal`]
    Internal,
    /// [`Problem::Unavailable`]
    Unavailable,
}

impl Problem {
    /// One broken field.
    #[must_use]
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    /// A fault of Paylink, with its cause for the log.
    #[must_use]
    #[track_caller]
    pub fn internal(cause: impl Display) -> Self {
        Self::Internal(Cause::new(cause))
    }

    /// What a surface's table decides by.
    #[must_use]
    pub const fn kind(&self) -> ProblemKind {
        use Unauthenticated as U;
        match self {
            Self::InvalidJson(_) => ProblemKind::InvalidJson,
            Self::BodyTooLarge { .. } => ProblemKind::BodyTooLarge,
            Self::UnsupportedMediaType => ProblemKind::UnsupportedMediaType,
            Self::Unauthenticated(U::Client | U::MalformedClient) => ProblemKind::InvalidClient,
            Self::Unauthenticated(
                U::NoToken
                | U::InvalidToken
                | U::TokenExpired
                | U::SessionRevoked
                | U::KeyNotToken
                | U::NoKey
                | U::InvalidKey
                | U::Ambiguous
                | U::NoTenant,
            ) => ProblemKind::Unauthenticated,
            Self::Forbidden { .. } => ProblemKind::Forbidden,
            Self::NoRoute { .. } => ProblemKind::NoRoute,
            Self::MethodNotAllowed { .. } => ProblemKind::MethodNotAllowed,
            Self::Invalid(_) => ProblemKind::Invalid,
            Self::NotFound(resource) => ProblemKind::NotFound(*resource),
            Self::Taken(unique) => ProblemKind::Taken(*unique),
            Self::Repeated { .. } => ProblemKind::Repeated,
            Self::InProgress { .. } => ProblemKind::InProgress,
            Self::Conflict => ProblemKind::Conflict,
            Self::Contended => ProblemKind::Contended,
            Self::State(refusal) => ProblemKind::State(*refusal),
            Self::RateLimited { .. } => ProblemKind::RateLimited,
            Self::Internal(_) => ProblemKind::Internal,
            Self::Unavailable(_) => ProblemKind::Unavailable,
        }
    }

    /// What really happened, where the fault is Paylink's. For the log only.
    #[must_use]
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
            | Self::RateLimited { .. } => None,
        }
    }

    /// Whether it is Paylink's fault and not the caller's.
    #[must_use]
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
            store::Error::Contended => Self::Contended,
            store::Error::Refused { .. } => Self::Conflict,
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

impl From<payment_intent::Refusal> for Problem {
    fn from(refusal: payment_intent::Refusal) -> Self {
        use payment_intent::Refusal;
        Self::State(match refusal {
            Refusal::NoBuyer => return Self::field("email", "is required: who pays?"),
            // Whoever knows the time says how long.
            Refusal::Slow { .. } => return Self::RateLimited { retry_after_s: 1 },
            Refusal::Expired => StateRefusal::LinkExpired,
            Refusal::Canceled => StateRefusal::LinkCanceled,
            Refusal::Used => StateRefusal::LinkUsed,
            Refusal::NotUnderWay | Refusal::NotDue => StateRefusal::ChallengeOver,
        })
    }
}

impl From<wallet::Refusal> for Problem {
    fn from(refusal: wallet::Refusal) -> Self {
        use wallet::Refusal;
        Self::State(match refusal {
            Refusal::NotHeld => StateRefusal::PaymentNotHeld,
            Refusal::HoldExpired => StateRefusal::HoldExpired,
            Refusal::MoreThanHeld { .. } => {
                return Self::field("amount", "is more than is left in escrow");
            }
            Refusal::NotInReview => StateRefusal::PaymentNotInReview,
            Refusal::NotCancelable => StateRefusal::PaymentNotCancelable,
            Refusal::OutOfTurn | Refusal::NotDue => return Self::Conflict,
        })
    }
}

impl From<ledger::Refusal> for Problem {
    fn from(refusal: ledger::Refusal) -> Self {
        match refusal {
            ledger::Refusal::InsufficientFunds(_) => Self::State(StateRefusal::InsufficientFunds),
            ledger::Refusal::TooLarge(_) => {
                Self::field("amount", "makes a balance larger than any that can be kept")
            }
            ledger::Refusal::NoAccount(_) => Self::NotFound(Resource::Wallet),
        }
    }
}

impl From<wallets::Refusal> for Problem {
    fn from(refusal: wallets::Refusal) -> Self {
        use wallets::Refusal;
        match refusal {
            Refusal::NameTaken => Self::Taken(Unique::WalletName),
            Refusal::Unknown => Self::NotFound(Resource::Wallet),
            Refusal::TooMany => {
                Self::field("user_id", format!("has {} wallets already", wallets::MOST_WALLETS))
            }
            Refusal::StaysPrimary => {
                Self::field("primary", "stays true until another wallet is made primary")
            }
        }
    }
}

impl From<NoMerchantAccount> for Problem {
    fn from(refusal: NoMerchantAccount) -> Self {
        match refusal {
            NoMerchantAccount::Unknown => Self::NotFound(Resource::MerchantAccount),
            NoMerchantAccount::NotApproved => Self::State(StateRefusal::MerchantAccountNotApproved),
            NoMerchantAccount::NoneApproved => Self::State(StateRefusal::NoMerchantAccount),
        }
    }
}

/// Attaches a field's name to what the model says about its value.
#[must_use]
pub fn on(field: &str, invalid: Invalid) -> Problem {
    Problem::field(field, invalid.0)
}
