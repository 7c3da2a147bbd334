//! Problems without their details: what tables of statuses and codes have one row each for.

use super::{Problem, Resource, StateRefusal, Unauthenticated, Unique};

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
    /// [`Problem::RefundExceedsRest`]
    RefundExceedsRest,
    /// [`Problem::RefundAboveLimit`]
    RefundAboveLimit,
    /// [`Problem::RefundFailed`]
    RefundFailed,
    /// [`Problem::ChargeFailed`]
    ChargeFailed,
    /// [`Problem::AmountChanged`]
    AmountChanged,
    /// [`Problem::RateLimited`]
    RateLimited,
    /// [`Problem::Internal`]
    Internal,
    /// [`Problem::Unavailable`]
    Unavailable,
}

impl Problem {
    /// What a surface's table decides by.
    pub const fn kind(&self) -> ProblemKind {
        use Unauthenticated as U;
        match self {
            Self::InvalidJson(_) => ProblemKind::InvalidJson,
            Self::BodyTooLarge { .. } => ProblemKind::BodyTooLarge,
            Self::UnsupportedMediaType => ProblemKind::UnsupportedMediaType,
            Self::Unauthenticated(U::Client | U::Code | U::MalformedClient) => {
                ProblemKind::InvalidClient
            }
            Self::Unauthenticated(
                U::NoToken
                | U::InvalidToken
                | U::TokenExpired
                | U::SessionRevoked
                | U::KeyNotToken
                | U::NoKey
                | U::InvalidKey
                | U::OtherKey
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
            Self::State(refusal) | Self::StateWith { refusal, .. } => ProblemKind::State(*refusal),
            Self::RefundExceedsRest { .. } => ProblemKind::RefundExceedsRest,
            Self::RefundAboveLimit { .. } => ProblemKind::RefundAboveLimit,
            Self::RefundFailed { .. } => ProblemKind::RefundFailed,
            Self::ChargeFailed { .. } => ProblemKind::ChargeFailed,
            Self::AmountChanged(_) => ProblemKind::AmountChanged,
            Self::RateLimited { .. } | Self::LimitReached(_) => ProblemKind::RateLimited,
            Self::Internal(_) => ProblemKind::Internal,
            Self::Unavailable(_) => ProblemKind::Unavailable,
        }
    }
}
