//! Disputes: a buyer's bank takes a payment back, and holds its money until that is decided.
//!
//! | from \\ reading | open | won | lost |
//! |---|---|---|---|
//! | none | open | open, won | open, lost |
//! | open | - | won | lost |
//! | won, lost | - | - | - |
//!
//! A dispute is a fact that is read from the processor's object, by whoever hears of it, in any order
//! and any number of times: a later reading never goes back. While one is open nothing of its payment
//! is refunded; what a lost one took is not refundable any more. It makes no credit note by itself.

use super::{
    Money, Scope, Surface, Time,
    event::{EventType, History},
    id::{CustomerId, DisputeId, PaymentIntentId, PaymentLinkId, TransactionId},
    invoice::InvoiceRef,
};
use strum::{IntoStaticStr, VariantArray};

/// A dispute. Its id derives from the processor's reference, so that it is kept once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// Derived from the processor's reference of it.
    pub id: DisputeId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Where the payment was made: its endpoints hear of the dispute.
    pub surface: Surface,
    /// The payment that is taken back.
    pub payment: PaymentIntentId,
    /// The submit that took the money.
    pub transaction: TransactionId,
    /// The link that was paid.
    pub link: Option<PaymentLinkId>,
    /// Whether the payment came through a link.
    pub by_link: bool,
    /// Who paid, where the payment has a customer.
    pub customer: Option<CustomerId>,
    /// The caller's own id of whoever paid.
    pub customer_own_id: Option<String>,
    /// The payment's invoice, as far as there was one when the dispute was first heard of.
    pub invoice: Option<InvoiceRef>,
    /// How much is taken back, in the payment's currency; never more than was paid.
    pub amount: Money,
    /// The processor's own reference of it.
    pub reference: String,
    /// The name of the adapter that tells of it.
    pub processor: String,
    /// Why, in the processor's words.
    pub reason: Option<String>,
    /// Where it stands; won and lost are final.
    pub status: DisputeStatus,
    /// What happened so far.
    pub history: History,
    /// When the bank opened it.
    pub opened_at: Time,
    /// When we last learned something new of it.
    pub updated_at: Time,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// Where a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum DisputeStatus {
    /// The bank holds the money until it is decided.
    Open,
    /// The money came back. Final.
    Won,
    /// The money is the buyer's for good. Final.
    Lost,
}

impl DisputeStatus {
    /// The name in the table and in events.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The status with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::VARIANTS.iter().copied().find(|status| status.as_str() == name)
    }

    /// The event that tells of its end; `None` while it is open.
    pub const fn end(self) -> Option<EventType> {
        match self {
            Self::Open => None,
            Self::Won => Some(EventType::DisputeWon),
            Self::Lost => Some(EventType::DisputeLost),
        }
    }
}

/// What the processor's object says of a dispute at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeReading {
    /// The processor's own reference of it.
    pub reference: String,
    /// How much is taken back, in the payment's currency; `None` where the processor counts it in
    /// another, or says nothing: then it is the whole payment.
    pub amount: Option<Money>,
    /// Why, in the processor's words.
    pub reason: Option<String>,
    /// Where it stands.
    pub status: DisputeStatus,
    /// When the bank opened it.
    pub opened_at: Time,
}

impl Dispute {
    /// The dispute after one more reading; `None` where that says nothing new.
    pub fn read_again(&self, reading: &DisputeReading, now: Time) -> Option<Self> {
        let end = match self.status {
            DisputeStatus::Open => reading.status.end()?,
            DisputeStatus::Won | DisputeStatus::Lost => return None,
        };
        Some(Self {
            status: reading.status,
            history: self.history.and(end, now),
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// Whether a reading says the opposite of what was decided: for people to look at.
    pub fn is_contradicted_by(&self, reading: &DisputeReading) -> bool {
        match (self.status, reading.status) {
            (DisputeStatus::Won, DisputeStatus::Lost)
            | (DisputeStatus::Lost, DisputeStatus::Won) => true,
            (DisputeStatus::Open | DisputeStatus::Won | DisputeStatus::Lost, _) => false,
        }
    }

    /// What of its amount the bank holds now, and what it has taken for good: minor units.
    pub const fn weight(&self) -> Disputed {
        let minor = self.amount.minor();
        match self.status {
            DisputeStatus::Open => Disputed { open: minor, lost: 0 },
            DisputeStatus::Won => Disputed { open: 0, lost: 0 },
            DisputeStatus::Lost => Disputed { open: 0, lost: minor },
        }
    }
}

/// What of a payment is in open disputes, and what was lost in those that are over: minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Disputed {
    /// Held by banks until it is decided.
    pub open: i64,
    /// The buyers' for good.
    pub lost: i64,
}

impl Disputed {
    /// The same after one dispute weighs differently.
    pub const fn moved(self, before: Self, after: Self) -> Self {
        Self {
            open: self.open - before.open + after.open,
            lost: self.lost - before.lost + after.lost,
        }
    }

    /// Whether no dispute leaves anything behind.
    pub const fn is_none(&self) -> bool {
        self.open == 0 && self.lost == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_read_back() {
        for status in DisputeStatus::VARIANTS {
            assert_eq!(DisputeStatus::named(status.as_str()), Some(*status));
        }
        assert_eq!(DisputeStatus::named("under_review"), None);
    }

    #[test]
    fn what_is_held_moves_to_what_is_lost_or_back() {
        let (none, open) = (Disputed::default(), Disputed { open: 400, lost: 0 });
        let held = none.moved(none, open);
        assert_eq!(held, open);
        assert!(held.moved(open, none).is_none());
        let lost = held.moved(open, Disputed { open: 0, lost: 400 });
        assert_eq!((lost.open, lost.lost), (0, 400));
    }
}
