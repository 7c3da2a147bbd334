//! What errors of AWS services mean. The one table from their codes to what a caller can do.

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::{error::Error, fmt::Write};

/// What an error means for the call that met it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A condition of the call did not hold: an answer, not a fault.
    Condition,
    /// A transaction was canceled; its reasons say why, each with a code of its own.
    Canceled,
    /// Another writer was at the same item; the same call may succeed in a moment.
    Conflict,
    /// The service asks to slow down; the same call may succeed after a longer pause.
    Throttled,
    /// No answer, or one about the service's own health; the same call may succeed later.
    Unavailable,
    /// The service refuses the call as it is: access denied, no such table, an invalid request.
    /// The same call fails again.
    Permanent,
}

/// Codes of exceptions and of cancellation reasons. A code that is not listed is judged by the
/// status of its answer.
const CODES: [(&str, Kind); 20] = [
    ("ConditionalCheckFailedException", Kind::Condition),
    ("ConditionalCheckFailed", Kind::Condition),
    ("TransactionCanceledException", Kind::Canceled),
    ("TransactionConflictException", Kind::Conflict),
    ("TransactionConflict", Kind::Conflict),
    ("TransactionInProgressException", Kind::Conflict),
    ("ProvisionedThroughputExceededException", Kind::Throttled),
    ("ProvisionedThroughputExceeded", Kind::Throttled),
    ("ThrottlingException", Kind::Throttled),
    ("ThrottlingError", Kind::Throttled),
    ("Throttling", Kind::Throttled),
    ("ThrottledException", Kind::Throttled),
    ("RequestThrottled", Kind::Throttled),
    ("RequestThrottledException", Kind::Throttled),
    ("RequestLimitExceeded", Kind::Throttled),
    ("TooManyRequestsException", Kind::Throttled),
    ("InternalServerError", Kind::Unavailable),
    ("RequestTimeout", Kind::Unavailable),
    ("RequestTimeoutException", Kind::Unavailable),
    ("ReplicatedWriteConflictException", Kind::Conflict),
];

impl Kind {
    /// What a code means, where the table lists it.
    pub fn of_code(code: &str) -> Option<Self> {
        CODES.iter().find(|(listed, _)| *listed == code).map(|(_, kind)| *kind)
    }

    /// What an error of a call means.
    pub fn of<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Self {
        match error {
            SdkError::ServiceError(context) => {
                let by_status = || match context.raw().status().as_u16() {
                    429 => Self::Throttled,
                    500.. => Self::Unavailable,
                    _ => Self::Permanent,
                };
                context.err().code().and_then(Self::of_code).unwrap_or_else(by_status)
            }
            SdkError::ConstructionFailure(_) => Self::Permanent,
            SdkError::DispatchFailure(failure) if failure.is_user() => Self::Permanent,
            SdkError::TimeoutError(_)
            | SdkError::DispatchFailure(_)
            | SdkError::ResponseError(_)
            | _ => Self::Unavailable,
        }
    }
}

/// An error in one line, for the log: the operation, then the service's own words or how the call
/// failed. It never quotes an answer, which may hold a secret.
pub fn describe<E>(operation: &str, error: &SdkError<E, HttpResponse>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let SdkError::ServiceError(context) = error {
        let status = context.raw().status().as_u16();
        let code = context.err().code().unwrap_or("without a code");
        let message = context.err().message().unwrap_or_default();
        return format!("{operation}: {status} {code}: {message}");
    }
    let mut text = format!("{operation}: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        // Writing into a text never fails.
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
