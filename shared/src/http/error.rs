//! Errors as callers see them. The one place that knows which refusal is which status.

use crate::{
    model::{
        Invalid,
        customer::NoMerchantAccount,
        ledger,
        payment_intent::{Refusal, wallet},
    },
    store,
};
use std::{borrow::Cow, panic::Location};

/// Every error of the API: part of the contract, so none is invented that no client needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// The body is not a JSON object, or has duplicate names.
    InvalidJson,
    /// No valid credential.
    Unauthorized,
    /// Client id or secret is wrong.
    InvalidClient,
    /// The credential lacks the scope.
    InsufficientScope,
    /// No such route.
    NotFound,
    /// No such customer of this tenant.
    UserNotFound,
    /// No such merchant account of this customer.
    MerchantAccountNotFound,
    /// No such payment of this tenant.
    PaymentNotFound,
    /// No such route of this tenant.
    ProductNotFound,
    /// No such destination of this customer's payees.
    DestinationNotFound,
    /// No such saved card or bank account of this customer.
    PaymentMethodNotFound,
    /// No such wallet of this tenant.
    WalletNotFound,
    /// The tenant has no webhook endpoint.
    WebhookNotFound,
    /// No such delivery of this tenant.
    DeliveryNotFound,
    /// No such payment link.
    LinkNotFound,
    /// The e-mail address belongs to another customer.
    EmailTaken,
    /// Another wallet of the customer has this name.
    WalletNameTaken,
    /// The same idempotency key came with another request.
    IdempotencyKeyReused,
    /// Somebody else changed the same thing at the same moment.
    Conflict,
    /// The first request with this key is still being answered.
    RequestInProgress,
    /// Nothing of the payment is in escrow.
    PaymentNotHeld,
    /// The payment does not wait for a review.
    PaymentNotInReview,
    /// The payment can no longer be called off.
    PaymentNotCancelable,
    /// The webhook endpoint is disabled.
    WebhookDisabled,
    /// The link's one attempt is under way or over.
    LinkUsed,
    /// The challenge is over or was never asked for.
    ChallengeOver,
    /// The link's time is over.
    LinkExpired,
    /// The link was called off.
    LinkCanceled,
    /// The hold's time is over; the money is back with the sender.
    HoldExpired,
    /// The body is larger than 64 KiB.
    BodyTooLarge,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// A field breaks a rule; `errors` names all of them.
    ValidationError,
    /// The customer has no approved merchant account.
    NoMerchantAccount,
    /// The pinned merchant account is not approved.
    MerchantAccountNotApproved,
    /// The card cannot be used here: not a test card, or not a token of this link.
    CardNotAccepted,
    /// The wallet does not have that much to spend.
    InsufficientFunds,
    /// Too many tries.
    RateLimited,
    /// Our fault.
    InternalError,
    /// Out of reach for a moment.
    TemporarilyUnavailable,
}

impl Code {
    /// Every code, for the table in the README.
    pub const ALL: [Self; 39] = [
        Self::InvalidJson,
        Self::Unauthorized,
        Self::InvalidClient,
        Self::InsufficientScope,
        Self::NotFound,
        Self::UserNotFound,
        Self::MerchantAccountNotFound,
        Self::PaymentNotFound,
        Self::ProductNotFound,
        Self::DestinationNotFound,
        Self::PaymentMethodNotFound,
        Self::WalletNotFound,
        Self::WebhookNotFound,
        Self::DeliveryNotFound,
        Self::LinkNotFound,
        Self::EmailTaken,
        Self::WalletNameTaken,
        Self::IdempotencyKeyReused,
        Self::Conflict,
        Self::RequestInProgress,
        Self::PaymentNotHeld,
        Self::PaymentNotInReview,
        Self::PaymentNotCancelable,
        Self::WebhookDisabled,
        Self::LinkUsed,
        Self::ChallengeOver,
        Self::LinkExpired,
        Self::LinkCanceled,
        Self::HoldExpired,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::ValidationError,
        Self::NoMerchantAccount,
        Self::MerchantAccountNotApproved,
        Self::CardNotAccepted,
        Self::InsufficientFunds,
        Self::RateLimited,
        Self::InternalError,
        Self::TemporarilyUnavailable,
    ];

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidJson => 400,
            Self::Unauthorized | Self::InvalidClient => 401,
            Self::InsufficientScope => 403,
            Self::NotFound
            | Self::UserNotFound
            | Self::MerchantAccountNotFound
            | Self::PaymentNotFound
            | Self::ProductNotFound
            | Self::DestinationNotFound
            | Self::PaymentMethodNotFound
            | Self::WalletNotFound
            | Self::WebhookNotFound
            | Self::DeliveryNotFound
            | Self::LinkNotFound => 404,
            Self::EmailTaken
            | Self::WalletNameTaken
            | Self::IdempotencyKeyReused
            | Self::Conflict
            | Self::RequestInProgress
            | Self::PaymentNotHeld
            | Self::PaymentNotInReview
            | Self::PaymentNotCancelable
            | Self::WebhookDisabled
            | Self::LinkUsed
            | Self::ChallengeOver => 409,
            Self::LinkExpired | Self::LinkCanceled | Self::HoldExpired => 410,
            Self::BodyTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::ValidationError
            | Self::NoMerchantAccount
            | Self::MerchantAccountNotApproved
            | Self::CardNotAccepted
            | Self::InsufficientFunds => 422,
            Self::RateLimited => 429,
            Self::InternalError => 500,
            Self::TemporarilyUnavailable => 503,
        }
    }

    /// The name in `data.code`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidJson => "invalid_json",
            Self::Unauthorized => "unauthorized",
            Self::InvalidClient => "invalid_client",
            Self::InsufficientScope => "insufficient_scope",
            Self::NotFound => "not_found",
            Self::UserNotFound => "user_not_found",
            Self::MerchantAccountNotFound => "merchant_account_not_found",
            Self::DestinationNotFound => "destination_not_found",
            Self::ProductNotFound => "product_not_found",
            Self::PaymentNotFound => "payment_not_found",
            Self::PaymentMethodNotFound => "payment_method_not_found",
            Self::WalletNotFound => "wallet_not_found",
            Self::WebhookNotFound => "webhook_not_found",
            Self::DeliveryNotFound => "delivery_not_found",
            Self::LinkNotFound => "link_not_found",
            Self::EmailTaken => "email_taken",
            Self::WalletNameTaken => "wallet_name_taken",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::PaymentNotCancelable => "payment_not_cancelable",
            Self::PaymentNotInReview => "payment_not_in_review",
            Self::PaymentNotHeld => "payment_not_held",
            Self::RequestInProgress => "request_in_progress",
            Self::Conflict => "conflict",
            Self::WebhookDisabled => "webhook_disabled",
            Self::LinkUsed => "link_used",
            Self::ChallengeOver => "challenge_over",
            Self::LinkExpired => "link_expired",
            Self::HoldExpired => "hold_expired",
            Self::LinkCanceled => "link_canceled",
            Self::BodyTooLarge => "body_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::ValidationError => "validation_error",
            Self::NoMerchantAccount => "no_merchant_account",
            Self::MerchantAccountNotApproved => "merchant_account_not_approved",
            Self::InsufficientFunds => "insufficient_funds",
            Self::CardNotAccepted => "card_not_accepted",
            Self::RateLimited => "rate_limited",
            Self::InternalError => "internal_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }

    /// What it means and what to do about it: the line in the README's table.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::InvalidJson => "The body is not one JSON object, or has a name twice.",
            Self::Unauthorized => "The token is missing, malformed, expired or not for this API.",
            Self::InvalidClient => "Client id and secret do not belong together.",
            Self::InsufficientScope => "The token lacks the scope that the message names.",
            Self::NotFound => "No such route.",
            Self::UserNotFound => "No customer of yours has this id.",
            Self::MerchantAccountNotFound => "This customer has no such merchant account.",
            Self::DestinationNotFound => "No destination of this user's payees has this id.",
            Self::ProductNotFound => "No product of yours has this id.",
            Self::PaymentNotFound => "No payment of yours has this id.",
            Self::WalletNotFound => "No wallet of yours has this id.",
            Self::PaymentMethodNotFound => "This user has no saved card or account with this id.",
            Self::WebhookNotFound => "No webhook endpoint is set up.",
            Self::DeliveryNotFound => "No delivery of yours has this id.",
            Self::LinkNotFound => "No payment link has this address.",
            Self::EmailTaken => "Another customer of yours has this e-mail address.",
            Self::WalletNameTaken => "Another wallet of this user has this name.",
            Self::IdempotencyKeyReused => "The key came before with another request.",
            Self::PaymentNotCancelable => "This payment can no longer be called off.",
            Self::PaymentNotInReview => "This payment does not wait for a review.",
            Self::PaymentNotHeld => "Nothing of this payment is in escrow.",
            Self::RequestInProgress => {
                "The first request with this key is still being answered; ask again."
            }
            Self::Conflict => "Somebody changed the same thing at this moment; try again.",
            Self::WebhookDisabled => "The endpoint is disabled; post it again to enable it.",
            Self::LinkUsed => "The link was used; its page shows the outcome.",
            Self::ChallengeOver => "The card's challenge is over.",
            Self::LinkExpired => "The link's time is over; nothing was charged.",
            Self::HoldExpired => "The time in escrow is over; the money is back with the sender.",
            Self::LinkCanceled => "The link was called off; nothing was charged.",
            Self::BodyTooLarge => "The body has more than 64 KiB.",
            Self::UnsupportedMediaType => "Send JSON, and say so in Content-Type.",
            Self::ValidationError => "`errors` names every field that breaks a rule.",
            Self::NoMerchantAccount => "This customer has no approved merchant account.",
            Self::MerchantAccountNotApproved => "The pinned merchant account is not approved.",
            Self::InsufficientFunds => {
                "The wallet does not have that much to spend; nothing was moved."
            }
            Self::CardNotAccepted => "The card cannot be used here.",
            Self::RateLimited => "Too many tries; wait as long as `Retry-After` says.",
            Self::InternalError => "Our fault; `request_id` finds it in the logs.",
            Self::TemporarilyUnavailable => "Out of reach for a moment; try again.",
        }
    }
}

/// One broken field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Its name, as the caller wrote it.
    pub field: String,
    /// What it must be.
    pub message: String,
}

/// An error on its way to the caller: one message for them, one cause for the log.
#[derive(Debug)]
pub struct Error {
    /// Which.
    pub code: Code,
    /// A sentence for the caller.
    pub message: Cow<'static, str>,
    /// Every broken field.
    pub fields: Vec<FieldError>,
    /// Seconds for `Retry-After`.
    pub retry_after_s: Option<i64>,
    /// What really happened and where, for the log only. Boxed: errors travel a lot.
    pub cause: Option<Box<(String, &'static Location<'static>)>>,
}

impl Error {
    /// An error with its own sentence.
    #[must_use]
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), fields: vec![], retry_after_s: None, cause: None }
    }

    /// An error whose code says it all.
    #[must_use]
    pub fn of(code: Code) -> Self {
        Self::new(code, code.meaning())
    }

    /// One broken field.
    #[must_use]
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::fields(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    /// Several broken fields at once.
    #[must_use]
    pub fn fields(fields: Vec<FieldError>) -> Self {
        let names: Vec<&str> = fields.iter().map(|error| error.field.as_str()).collect();
        let message = match names.as_slice() {
            [one] => format!("the field {one} is not acceptable"),
            several => format!("these fields are not acceptable: {}", several.join(", ")),
        };
        Self { fields, ..Self::new(Code::ValidationError, message) }
    }

    /// Too many tries.
    #[must_use]
    pub fn rate_limited(seconds: i64) -> Self {
        let message = format!("too many failed tries; the next one counts in {seconds} seconds");
        Self { retry_after_s: Some(seconds), ..Self::new(Code::RateLimited, message) }
    }

    /// Our fault: constant text outside, the cause in the log.
    #[must_use]
    #[track_caller]
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let cause = Some(Box::new((cause.to_string(), Location::caller())));
        Self { cause, ..Self::of(Code::InternalError) }
    }
}

impl From<store::Error> for Error {
    #[track_caller]
    fn from(error: store::Error) -> Self {
        let code = match &error {
            store::Error::Contended | store::Error::Unavailable(_) => Code::TemporarilyUnavailable,
            store::Error::Refused { .. } => Code::Conflict,
            store::Error::Corrupt(_) | store::Error::Rejected(_) => Code::InternalError,
        };
        let retry_after_s = matches!(code, Code::TemporarilyUnavailable).then_some(1);
        let cause = Some(Box::new((error.to_string(), Location::caller())));
        Self { cause, retry_after_s, ..Self::of(code) }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::of(match refusal {
            Refusal::Expired => Code::LinkExpired,
            Refusal::Canceled => Code::LinkCanceled,
            Refusal::Used => Code::LinkUsed,
            Refusal::NotUnderWay | Refusal::NotDue => Code::ChallengeOver,
        })
    }
}

impl From<wallet::Refusal> for Error {
    fn from(refusal: wallet::Refusal) -> Self {
        Self::of(match refusal {
            wallet::Refusal::NotHeld => Code::PaymentNotHeld,
            wallet::Refusal::HoldExpired => Code::HoldExpired,
            wallet::Refusal::MoreThanHeld { .. } => {
                return Self::field("amount", "is more than is left in escrow");
            }
            wallet::Refusal::NotInReview => Code::PaymentNotInReview,
            wallet::Refusal::NotCancelable => Code::PaymentNotCancelable,
            wallet::Refusal::OutOfTurn | wallet::Refusal::NotDue => Code::Conflict,
        })
    }
}

impl From<ledger::Refusal> for Error {
    fn from(refusal: ledger::Refusal) -> Self {
        match refusal {
            ledger::Refusal::InsufficientFunds(_) => {
                let fields = Self::field("amount", "is more than the wallet can spend").fields;
                Self { fields, ..Self::of(Code::InsufficientFunds) }
            }
            ledger::Refusal::TooLarge(_) => {
                Self::field("amount", "makes a balance larger than any that can be kept")
            }
            ledger::Refusal::NoAccount(_) => Self::of(Code::WalletNotFound),
        }
    }
}

impl From<NoMerchantAccount> for Error {
    fn from(refusal: NoMerchantAccount) -> Self {
        Self::of(match refusal {
            NoMerchantAccount::Unknown => Code::MerchantAccountNotFound,
            NoMerchantAccount::NotApproved => Code::MerchantAccountNotApproved,
            NoMerchantAccount::NoneApproved => Code::NoMerchantAccount,
        })
    }
}

/// Attaches a field's name to what the model says about its value.
#[must_use]
pub fn on(field: &str, invalid: Invalid) -> Error {
    Error::field(field, invalid.0)
}
