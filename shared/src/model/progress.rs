//! What a processor says about something it was asked to do: one vocabulary for charges of cards,
//! money fetched or sent for wallets, and money given back.

use super::{Time, card::FailureReason, secret::ProcessorToken};

/// What a processor says about a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It has the task, and will know more then.
    Accepted {
        /// The earliest moment at which asking again makes sense.
        ask_at: Time,
    },
    /// The buyer has to pass a challenge first.
    ChallengeNeeded,
    /// Money moved; a bank may still send it back until it has settled.
    Succeeded(Receipt),
    /// Money moved, and no bank can send it back any more.
    Settled,
    /// No money moved, and none can move any more.
    Declined(FailureReason),
    /// Money moved, and the bank sent it back.
    Returned(FailureReason),
    /// The processor does not know the task's key.
    Absent,
    /// Nobody knows yet: no answer came, or the processor is still at work.
    Unknown,
}

/// What a processor tells of money that moved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    /// Its reference, for its books and for refunds.
    pub reference: Option<String>,
    /// Its token for charging the same card again.
    pub vault_token: Option<ProcessorToken>,
    /// When to ask whether it has settled; none where this is the end.
    pub settles: Option<Time>,
}

impl Progress {
    /// Money moved, and there is no more to tell than when it settles.
    pub const fn moved(settles: Option<Time>) -> Self {
        Self::Succeeded(Receipt { reference: None, vault_token: None, settles })
    }

    /// The same where a key that the processor does not know is closed: then nothing moved, and
    /// nothing can move any more.
    pub fn closed(self) -> Self {
        match self {
            Self::Absent => Self::Declined(FailureReason::ProcessorUnavailable),
            known @ (Self::Accepted { .. }
            | Self::ChallengeNeeded
            | Self::Succeeded(_)
            | Self::Settled
            | Self::Declined(_)
            | Self::Returned(_)
            | Self::Unknown) => known,
        }
    }
}
