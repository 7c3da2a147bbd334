//! Where a payment intent stands.

use super::{Attempt, wallet::Leg};
use crate::model::{Invalid, Time, card::FailureReason, id::PaymentMethodId};
use std::str::FromStr;

/// Where an intent stands, with what belongs to that state. Payments through links and payments
/// between wallets share the names and most of the states; where the facts differ, so do these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Nobody has paid yet.
    Pending,
    /// Somebody has to look at it first; nothing is reserved and nobody was asked.
    PendingReview,
    /// A charge is under way, or its outcome is not known yet.
    Processing {
        /// The submit.
        attempt: Attempt,
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
    /// A provider is at work for a wallet.
    Moving {
        /// Which way.
        leg: Leg,
        /// Whether the provider said that it has the order.
        accepted: bool,
        /// From then on the reconciler looks after it.
        until: Time,
    },
    /// In escrow: taken from the sender, not yet the receiver's.
    Held,
    /// Money was taken.
    Succeeded {
        /// The submit.
        attempt: Attempt,
        /// The processor's reference.
        charge: String,
        /// The card that was saved, where the buyer asked for it.
        payment_method: Option<PaymentMethodId>,
    },
    /// Done between wallets, or accepted by the provider of a bank rail.
    Done {
        /// When to ask whether it has settled; none where done is the end.
        settles: Option<Time>,
    },
    /// The money has arrived for good.
    Settled,
    /// No money was taken and none will be.
    Failed {
        /// The submit.
        attempt: Attempt,
        /// Why.
        reason: FailureReason,
    },
    /// It did not work, or a bank sent it back.
    Refused {
        /// Why.
        reason: FailureReason,
    },
    /// Nobody paid, or released the money, in time.
    Expired,
    /// Called off before anybody paid; money in escrow given back.
    Canceled,
}

/// The name of a status, without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusName {
    /// See [`Status::Pending`].
    Pending,
    /// See [`Status::PendingReview`].
    PendingReview,
    /// See [`Status::Processing`] and [`Status::Moving`].
    Processing,
    /// See [`Status::RequiresAction`].
    RequiresAction,
    /// See [`Status::Held`].
    Held,
    /// See [`Status::Succeeded`] and [`Status::Done`].
    Succeeded,
    /// See [`Status::Settled`].
    Settled,
    /// See [`Status::Failed`] and [`Status::Refused`].
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
            Self::Processing { .. } | Self::Moving { .. } => StatusName::Processing,
            Self::RequiresAction { .. } => StatusName::RequiresAction,
            Self::Held => StatusName::Held,
            Self::Succeeded { .. } | Self::Done { .. } => StatusName::Succeeded,
            Self::Settled => StatusName::Settled,
            Self::Failed { .. } | Self::Refused { .. } => StatusName::Failed,
            Self::Expired => StatusName::Expired,
            Self::Canceled => StatusName::Canceled,
        }
    }

    /// The submit of a card whose outcome is still open.
    #[must_use]
    pub const fn open(&self) -> Option<&Attempt> {
        match self {
            Self::Processing { attempt, .. } | Self::RequiresAction { attempt, .. } => {
                Some(attempt)
            }
            Self::Pending
            | Self::PendingReview
            | Self::Moving { .. }
            | Self::Held
            | Self::Succeeded { .. }
            | Self::Done { .. }
            | Self::Settled
            | Self::Failed { .. }
            | Self::Refused { .. }
            | Self::Expired
            | Self::Canceled => None,
        }
    }

    /// The submit of a card that is under way or decided the outcome.
    #[must_use]
    pub const fn attempt(&self) -> Option<&Attempt> {
        match self {
            Self::Processing { attempt, .. }
            | Self::RequiresAction { attempt, .. }
            | Self::Succeeded { attempt, .. }
            | Self::Failed { attempt, .. } => Some(attempt),
            Self::Pending
            | Self::PendingReview
            | Self::Moving { .. }
            | Self::Held
            | Self::Done { .. }
            | Self::Settled
            | Self::Refused { .. }
            | Self::Expired
            | Self::Canceled => None,
        }
    }

    /// Why it failed.
    #[must_use]
    pub const fn failure(&self) -> Option<FailureReason> {
        match self {
            Self::Failed { reason, .. } | Self::Refused { reason } => Some(*reason),
            Self::Pending
            | Self::PendingReview
            | Self::Processing { .. }
            | Self::RequiresAction { .. }
            | Self::Moving { .. }
            | Self::Held
            | Self::Succeeded { .. }
            | Self::Done { .. }
            | Self::Settled
            | Self::Expired
            | Self::Canceled => None,
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
