//! What messages say of a payment besides the event's own submit: of those before, and of refunds.

use super::CardFacts;
use crate::model::{dispute::Disputed, refund::Standing};
use serde::{Deserialize, Serialize};

/// What of a payment went back, before and right after an event.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct RefundsFacts {
    /// How much had gone back before the event.
    pub before: StandingFacts,
    /// How much has gone back right after the event.
    pub after: StandingFacts,
}

/// What of a payment went back, is on its way back, and may still go back: minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingFacts {
    /// What has gone back so far.
    pub refunded: i64,
    /// What refunds hold whose outcome is not known.
    pub pending: i64,
    /// What neither went back nor is on its way.
    pub left: i64,
    /// What banks hold until a dispute is decided.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub disputed: i64,
    /// What was lost in disputes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lost: i64,
}

/// Keeps what is usual out of messages; serde hands a reference over.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
pub(super) const fn is_zero(number: &i64) -> bool {
    *number == 0
}

impl From<Standing> for StandingFacts {
    fn from(standing: Standing) -> Self {
        let Standing { refunded, pending, left, disputed } = standing;
        Self { refunded, pending, left, disputed: disputed.open, lost: disputed.lost }
    }
}

impl From<StandingFacts> for Standing {
    fn from(facts: StandingFacts) -> Self {
        let StandingFacts { refunded, pending, left, disputed, lost } = facts;
        Self { refunded, pending, left, disputed: Disputed { open: disputed, lost } }
    }
}

/// A submit that was declined and left its payment payable.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeclinedFacts {
    /// The id of the submit that was declined.
    pub attempt: String,
    /// When it was declined: milliseconds since 1970.
    pub at_ms: i64,
    /// Why the submit was declined.
    pub reason: String,
    /// The card that was declined.
    pub card: CardFacts,
}
