//! Cards and bank accounts saved for later.

use super::{
    Scope, Time,
    bank::BankSummary,
    card::CardSummary,
    event::{EventType, History},
    id::{CustomerId, PaymentMethodId},
};

/// A vaulted card or bank account: the processor's token and what people recognise it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentMethod {
    /// Its id, derived from customer and card or account: saving the same one twice keeps one.
    pub id: PaymentMethodId,
    /// Whose record.
    pub scope: Scope,
    /// Whose card or account.
    pub customer: CustomerId,
    /// What it is.
    pub detail: MethodDetail,
    /// Who vaulted it.
    pub processor: String,
    /// The processor's token for using it again.
    pub token: String,
    /// When it was saved.
    pub created_at: Time,
    /// `card.added`; bank accounts have no events.
    pub history: History,
}

/// What was vaulted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MethodDetail {
    /// A card: brand, last digits, expiry, fingerprint.
    Card(CardSummary),
    /// A bank account: bank, last digits, type, holder, fingerprint.
    Bank(BankSummary),
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
        let history = History::starting(EventType::CardAdded, now);
        Self { history, ..Self::of(id, owner, MethodDetail::Card(card), vault, now) }
    }

    /// A bank account saved at `now`.
    #[must_use]
    pub fn bank(
        id: PaymentMethodId,
        owner: (Scope, CustomerId),
        account: BankSummary,
        vault: (String, String),
        now: Time,
    ) -> Self {
        Self::of(id, owner, MethodDetail::Bank(account), vault, now)
    }

    fn of(
        id: PaymentMethodId,
        (scope, customer): (Scope, CustomerId),
        detail: MethodDetail,
        (processor, token): (String, String),
        created_at: Time,
    ) -> Self {
        let history = History::default();
        Self { id, scope, customer, detail, processor, token, created_at, history }
    }

    /// The card, where it is one.
    #[must_use]
    pub const fn card(&self) -> Option<&CardSummary> {
        match &self.detail {
            MethodDetail::Card(card) => Some(card),
            MethodDetail::Bank(_) => None,
        }
    }

    /// The bank account, where it is one.
    #[must_use]
    pub const fn account(&self) -> Option<&BankSummary> {
        match &self.detail {
            MethodDetail::Bank(account) => Some(account),
            MethodDetail::Card(_) => None,
        }
    }
}
