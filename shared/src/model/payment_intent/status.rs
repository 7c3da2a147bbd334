//! Where a payment intent stands.

use super::{Attempt, wallet::Leg};
use crate::model::{
    Invalid, Time, card::FailureReason, event::EventType, id::PaymentMethodId, invoice::InvoiceRef,
    refund::Refundable,
};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Where an intent stands, with what belongs to that state. Payments through links and payments
/// between wallets share the ten states; the kind of work is inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Nobody has paid yet.
    Pending,
    /// Somebody has to look at it first; nothing is reserved and nobody was asked.
    PendingReview,
    /// A processor or provider is at work, or its outcome is not known yet.
    Processing {
        /// What it was asked for.
        work: Work,
        /// From then on the reconciler looks after it.
        until: Time,
    },
    /// The buyer has to pass a challenge.
    RequiresAction {
        /// The submit that waits for the challenge.
        attempt: Attempt,
        /// Not passed by then: failed.
        until: Time,
    },
    /// In escrow: taken from the sender, not yet the receiver's.
    Held,
    /// Money was taken, moved, or accepted by the provider of a bank rail.
    Succeeded(Success),
    /// The money has arrived for good.
    Settled,
    /// It did not work, and will not; or a bank sent it back.
    Failed {
        /// The submit, where a card was charged.
        attempt: Option<Attempt>,
        /// Why no money moved.
        reason: FailureReason,
    },
    /// Nobody paid, or released the money, in time.
    Expired,
    /// Called off before anybody paid; money in escrow given back.
    Canceled,
}

/// What a processor or provider is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// To charge a card.
    Card(Attempt),
    /// To move money for a wallet.
    Order {
        /// Which way the money goes.
        leg: Leg,
        /// Whether the provider said that it has the order.
        accepted: bool,
    },
}

/// How a payment succeeded.
#[allow(clippy::large_enum_variant, reason = "nearly all of them are charges of a card")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Success {
    /// A card was charged.
    Card(CardSuccess),
    /// Money moved between wallets, or a bank's provider accepted the order.
    Moved {
        /// When to ask whether it has settled; none where this is the end.
        settles: Option<Time>,
    },
}

/// A charge of a card that took its money, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSuccess {
    /// The submit that took the money.
    pub attempt: Attempt,
    /// The processor's reference of the charge, which refunds have to name.
    pub charge: String,
    /// The card that was saved, where the buyer asked for it.
    pub payment_method: Option<PaymentMethodId>,
    /// Its invoice, once there is one, and what receivers were told before.
    pub invoicing: Invoicing,
    /// What of it went back, and may still go back.
    pub refundable: Refundable,
}

/// The invoice of a payment, and what was told of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Invoicing {
    /// The invoice, once it has a number.
    pub invoice: Option<Box<InvoiceRef>>,
    /// Whether receivers were told that the payment is complete before there was an invoice.
    pub told_without: bool,
}

/// The name of a status, without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = StatusName::unknown)]
pub enum StatusName {
    /// See [`Status::Pending`].
    Pending,
    /// See [`Status::PendingReview`].
    PendingReview,
    /// See [`Status::Processing`].
    Processing,
    /// See [`Status::RequiresAction`].
    RequiresAction,
    /// See [`Status::Held`].
    Held,
    /// See [`Status::Succeeded`].
    Succeeded,
    /// See [`Status::Settled`].
    Settled,
    /// See [`Status::Failed`].
    Failed,
    /// See [`Status::Expired`].
    Expired,
    /// See [`Status::Canceled`].
    Canceled,
}

impl Status {
    /// The status without the data that belongs to it.
    pub const fn name(&self) -> StatusName {
        match self {
            Self::Pending => StatusName::Pending,
            Self::PendingReview => StatusName::PendingReview,
            Self::Processing { .. } => StatusName::Processing,
            Self::RequiresAction { .. } => StatusName::RequiresAction,
            Self::Held => StatusName::Held,
            Self::Succeeded(_) => StatusName::Succeeded,
            Self::Settled => StatusName::Settled,
            Self::Failed { .. } => StatusName::Failed,
            Self::Expired => StatusName::Expired,
            Self::Canceled => StatusName::Canceled,
        }
    }

    /// The submit of a card whose outcome is still open.
    pub const fn open(&self) -> Option<&Attempt> {
        if let Self::Processing { work: Work::Card(attempt), .. }
        | Self::RequiresAction { attempt, .. } = self
        {
            Some(attempt)
        } else {
            None
        }
    }

    /// The submit of a card that is under way or decided the outcome.
    pub const fn attempt(&self) -> Option<&Attempt> {
        if let Self::Succeeded(Success::Card(CardSuccess { attempt, .. }))
        | Self::Failed { attempt: Some(attempt), .. } = self
        {
            Some(attempt)
        } else {
            self.open()
        }
    }

    /// Why it failed; `None` for every other status.
    pub const fn failure(&self) -> Option<FailureReason> {
        if let Self::Failed { reason, .. } = self { Some(*reason) } else { None }
    }

    /// The charge of a card that paid; `None` for every other status.
    pub const fn charged(&self) -> Option<&CardSuccess> {
        if let Self::Succeeded(Success::Card(paid)) = self { Some(paid) } else { None }
    }

    /// The card that was saved when it succeeded.
    pub const fn saved_method(&self) -> Option<PaymentMethodId> {
        if let Some(paid) = self.charged() { paid.payment_method } else { None }
    }
}

impl StatusName {
    /// Every status, in the order in which they are declared.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name in the table and in events.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("is not a status")
    }
}

/// The status an intent has right after an event; `None` where the event does not say.
pub const fn after(kind: EventType) -> Option<StatusName> {
    match kind {
        EventType::PaymentIntentCreated | EventType::PaymentLinkFailed => Some(StatusName::Pending),
        EventType::PaymentIntentPendingReview => Some(StatusName::PendingReview),
        EventType::PaymentIntentProcessing => Some(StatusName::Processing),
        EventType::PaymentIntentRequiresAction => Some(StatusName::RequiresAction),
        EventType::PaymentIntentHeld => Some(StatusName::Held),
        EventType::PaymentIntentSucceeded
        | EventType::PaymentIntentRefundsChanged
        | EventType::PaymentIntentInvoiced
        | EventType::PaymentIntentInvoiceLate => Some(StatusName::Succeeded),
        EventType::PaymentIntentSettled => Some(StatusName::Settled),
        EventType::PaymentIntentFailed | EventType::PaymentIntentReturned => {
            Some(StatusName::Failed)
        }
        EventType::PaymentIntentExpired => Some(StatusName::Expired),
        EventType::PaymentIntentCanceled => Some(StatusName::Canceled),
        EventType::PaymentIntentReleased
        | EventType::LedgerDifferenceFound
        | EventType::PaymentLinkExhausted
        | EventType::PaymentLinkExpired
        | EventType::CardAdded
        | EventType::WebhookTest
        | EventType::WebhookEndpointFailing
        | EventType::WebhookEndpointDisabled
        | EventType::RefundCreated
        | EventType::RefundSucceeded
        | EventType::RefundFailed
        | EventType::DisputeOpened
        | EventType::DisputeWon
        | EventType::DisputeLost
        | EventType::InvoiceCreated
        | EventType::InvoiceVoided
        | EventType::CreditNoteCreated
        | EventType::CustomerCreated
        | EventType::CustomerUpdated => None,
    }
}
