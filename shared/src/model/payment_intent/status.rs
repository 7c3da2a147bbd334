//! Where a payment intent stands.

use super::{Attempt, wallet::Leg};
use crate::model::{Invalid, Time, card::FailureReason, event::EventType, id::PaymentMethodId};
use std::str::FromStr;

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
        /// The submit.
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
        /// Why.
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
        /// Which way.
        leg: Leg,
        /// Whether the provider said that it has the order.
        accepted: bool,
    },
}

/// How a payment succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Success {
    /// A card was charged.
    Card {
        /// The submit.
        attempt: Attempt,
        /// The processor's reference.
        charge: String,
        /// The card that was saved, where the buyer asked for it.
        payment_method: Option<PaymentMethodId>,
    },
    /// Money moved between wallets, or a bank's provider accepted the order.
    Moved {
        /// When to ask whether it has settled; none where this is the end.
        settles: Option<Time>,
    },
}

/// The name of a status, without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// Its name.
    #[must_use]
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
    #[must_use]
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
    #[must_use]
    pub const fn attempt(&self) -> Option<&Attempt> {
        if let Self::Succeeded(Success::Card { attempt, .. })
        | Self::Failed { attempt: Some(attempt), .. } = self
        {
            Some(attempt)
        } else {
            self.open()
        }
    }

    /// Why it failed.
    #[must_use]
    pub const fn failure(&self) -> Option<FailureReason> {
        if let Self::Failed { reason, .. } = self { Some(*reason) } else { None }
    }

    /// The card that was saved when it succeeded.
    #[must_use]
    pub const fn saved_method(&self) -> Option<PaymentMethodId> {
        if let Self::Succeeded(Success::Card { payment_method, .. }) = self {
            *payment_method
        } else {
            None
        }
    }
}

impl StatusName {
    /// Every status.
    pub const ALL: [Self; 10] = [
        Self::Pending,
        Self::PendingReview,
        Self::Processing,
        Self::RequiresAction,
        Self::Held,
        Self::Succeeded,
        Self::Settled,
        Self::Failed,
        Self::Expired,
        Self::Canceled,
    ];

    /// The name in the table and in events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::PendingReview => "pending_review",
            Self::Processing => "processing",
            Self::RequiresAction => "requires_action",
            Self::Held => "held",
            Self::Succeeded => "succeeded",
            Self::Settled => "settled",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Canceled => "canceled",
        }
    }
}

impl FromStr for StatusName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| Invalid::new("is not a status"))
    }
}

/// The status an intent has right after an event; `None` where the event does not say.
#[must_use]
pub const fn after(kind: EventType) -> Option<StatusName> {
    match kind {
        EventType::PaymentIntentCreated | EventType::PaymentLinkFailed => Some(StatusName::Pending),
        EventType::PaymentIntentPendingReview => Some(StatusName::PendingReview),
        EventType::PaymentIntentProcessing => Some(StatusName::Processing),
        EventType::PaymentIntentRequiresAction => Some(StatusName::RequiresAction),
        EventType::PaymentIntentHeld => Some(StatusName::Held),
        EventType::PaymentIntentSucceeded => Some(StatusName::Succeeded),
        EventType::PaymentIntentSettled => Some(StatusName::Settled),
        EventType::PaymentIntentFailed | EventType::PaymentIntentReturned => {
            Some(StatusName::Failed)
        }
        EventType::PaymentIntentExpired => Some(StatusName::Expired),
        EventType::PaymentIntentCanceled => Some(StatusName::Canceled),
        EventType::PaymentIntentReleased
        | EventType::LedgerDifferenceFound
        | EventType::CardAdded
        | EventType::WebhookTest
        | EventType::WebhookEndpointFailing
        | EventType::WebhookEndpointDisabled
        | EventType::RefundCreated
        | EventType::RefundSucceeded
        | EventType::RefundFailed => None,
    }
}
