//! What a call that failed means for the store.

use super::value::{Attributes, from_attributes};
use crate::{
    aws_error::{Kind, describe},
    store::Error,
};
use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::{
        delete_item::DeleteItemError, put_item::PutItemError,
        transact_write_items::TransactWriteItemsError, update_item::UpdateItemError,
    },
    types::CancellationReason,
};

/// Why a write was not made.
#[derive(Debug)]
pub enum Failure {
    /// Another writer was at the same item: tried again after a pause.
    Conflict,
    /// The table asks to slow down: tried again after a longer pause. The text is for the log.
    Throttled(String),
    /// Not tried again: the caller gets this error.
    Final(Error),
}

/// The error of a write, which may tell the item as it was.
pub trait WriteError: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static {
    /// The item whose condition did not hold.
    fn item(&mut self) -> Option<Attributes> {
        None
    }

    /// Why each write of a canceled transaction stood in its way, or did not.
    fn reasons(&mut self) -> Vec<CancellationReason> {
        Vec::new()
    }
}

macro_rules! write_error {
    ($($error:ident),*) => {$(
        impl WriteError for $error {
            fn item(&mut self) -> Option<Attributes> {
                let Self::ConditionalCheckFailedException(exception) = self else { return None };
                exception.item.take()
            }
        }
    )*};
}

write_error!(PutItemError, DeleteItemError, UpdateItemError);

impl WriteError for TransactWriteItemsError {
    fn reasons(&mut self) -> Vec<CancellationReason> {
        let Self::TransactionCanceledException(exception) = self else { return Vec::new() };
        exception.cancellation_reasons.take().unwrap_or_default()
    }
}

/// What a call means that can only fail: a read, or a write that got no answer of its own.
pub fn fault<E>(operation: &str, error: &SdkError<E>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let text = describe(operation, error);
    match Kind::of(error) {
        Kind::Permanent => Error::Rejected(text),
        Kind::Unavailable | Kind::Throttled | Kind::Conflict | Kind::Condition | Kind::Canceled => {
            Error::Unavailable(text)
        }
    }
}

/// What a write means that was not made.
pub fn failure<E: WriteError>(operation: &str, error: SdkError<E>) -> Failure {
    let text = describe(operation, &error);
    match Kind::of(&error) {
        Kind::Conflict => Failure::Conflict,
        Kind::Throttled => Failure::Throttled(text),
        Kind::Unavailable => Failure::Final(Error::Unavailable(text)),
        Kind::Permanent => Failure::Final(Error::Rejected(text)),
        Kind::Condition => refused(0, service_error(error).and_then(|mut error| error.item())),
        Kind::Canceled => {
            canceled(service_error(error).map(|mut e| e.reasons()).unwrap_or_default(), text)
        }
    }
}

fn service_error<E>(error: SdkError<E>) -> Option<E> {
    let SdkError::ServiceError(context) = error else { return None };
    Some(context.into_err())
}

/// What a canceled transaction means. A condition that did not hold is an answer, and wins over
/// everything that stood in the way of the other writes; a write that can never be made wins over
/// one that may be tried again.
fn canceled(mut reasons: Vec<CancellationReason>, text: String) -> Failure {
    let kinds: Vec<Option<Kind>> = reasons.iter().map(kind).collect();
    let first = |wanted: Kind| kinds.iter().position(|kind| *kind == Some(wanted));
    if let Some(index) = first(Kind::Condition) {
        return refused(index, reasons.swap_remove(index).item);
    }
    let codes: Vec<&str> = reasons.iter().filter_map(CancellationReason::code).collect();
    let text = format!("{text} ({})", codes.join(", "));
    if first(Kind::Permanent).is_some() {
        Failure::Final(Error::Rejected(text))
    } else if first(Kind::Throttled).is_some() {
        Failure::Throttled(text)
    } else if first(Kind::Conflict).is_some() {
        Failure::Conflict
    } else {
        Failure::Final(Error::Unavailable(text))
    }
}

/// What one write's reason means; `None` where the write did not stand in the way.
fn kind(reason: &CancellationReason) -> Option<Kind> {
    match reason.code() {
        None | Some("None") => None,
        Some(code) => Some(Kind::of_code(code).unwrap_or(Kind::Permanent)),
    }
}

fn refused(index: usize, old: Option<Attributes>) -> Failure {
    let old = old.filter(|old| !old.is_empty()).map(from_attributes).transpose();
    Failure::Final(match old {
        Ok(old) => Error::Refused { index, old: old.map(Box::new) },
        Err(corrupt) => corrupt.into(),
    })
}
