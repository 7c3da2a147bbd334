//! Cards saved for later.

use super::{
    Scope, Time,
    card::CardSummary,
    event::{EventType, History},
    id::{CustomerId, PaymentMethodId},
};

/// A vaulted card: the processor's token and what people recognise it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentMethod {
    /// Its id, derived from customer and card: saving the same card twice keeps one.
    pub id: PaymentMethodId,
    /// Whose record.
    pub scope: Scope,
    /// Whose card.
    pub customer: CustomerId,
    /// Brand, last digits, expiry, fingerprint.
    pub card: CardSummary,
    /// Who vaulted it.
    pub processor: String,
    /// The processor's token for charging it again.
    pub token: String,
    /// When it was saved.
    pub created_at: Time,
    /// `card.added`.
    pub history: History,
}

impl PaymentMethod {
    /// A card saved at `now`.
    #[must_use]
    pub fn saved(
        id: PaymentMethodId,
        owner: (Scope, CustomerId),
        card: CardSummary,
        vault: (String, String),
        now: Time,
    ) -> Self {
        Self {
            id,
            scope: owner.0,
            customer: owner.1,
            card,
            processor: vault.0,
            token: vault.1,
            created_at: now,
            history: History::starting(EventType::CardAdded, now),
        }
    }
}
