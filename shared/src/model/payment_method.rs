//! Cards and bank accounts saved for later.

use super::{
    Scope, Surface, Time,
    bank::BankSummary,
    card::CardSummary,
    event::{EventType, History},
    id::{CustomerId, PaymentIntentId, PaymentMethodId},
    secret::ProcessorToken,
};

/// A vaulted card or bank account: the processor's token and what people recognise it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentMethod {
    /// Its id, derived from customer and card or account: saving the same one twice keeps one.
    pub id: PaymentMethodId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Through which API's payment it was saved: its receivers hear of it.
    pub surface: Surface,
    /// The customer whose card or bank account it is.
    pub customer: CustomerId,
    /// The caller's own id of that customer when it was saved, for receivers of the event.
    pub customer_own_id: Option<String>,
    /// The card or bank account, as far as people may see it: never the whole number.
    pub detail: MethodDetail,
    /// The name of the adapter whose processor keeps it; only that processor can charge it.
    pub processor: String,
    /// The processor's token for using it again.
    pub token: ProcessorToken,
    /// When it was saved.
    pub created_at: Time,
    /// What the buyer has agreed to; nothing where no text was shown.
    pub consent: Option<Consent>,
    /// `card.added`; bank accounts have no events.
    pub history: History,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// Version of the text by which a buyer agrees that a card is saved. Another text is another version.
pub const CONSENT_VERSION: u32 = 1;

/// The language of that text.
pub const CONSENT_LANGUAGE: &str = "en";

/// Cards of one customer that are kept.
pub const MAX_CARDS: usize = 20;

/// What a buyer has agreed to, and with which payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The version of the text that the buyer agreed to.
    pub version: u32,
    /// The language in which the text was shown.
    pub language: String,
    /// When it was agreed to.
    pub at: Time,
    /// The payment that saved the card.
    pub payment: PaymentIntentId,
    /// The processor's reference of that payment's charge: charges without the buyer refer to it.
    pub charge: String,
}

/// The kind of payment method, with what people recognise it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MethodDetail {
    /// A card: brand, last digits, expiry, fingerprint.
    Card(CardSummary),
    /// A bank account: bank, last digits, type, holder, fingerprint.
    Bank(BankSummary),
}

/// Whose payment method it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MethodOwner {
    /// The tenant and its mode.
    pub scope: Scope,
    /// The customer within that scope.
    pub customer: CustomerId,
}

/// Where a processor keeps what was vaulted.
#[derive(Debug, Clone)]
pub struct VaultPlace {
    /// The name of the processor's adapter.
    pub processor: String,
    /// The processor's token for it.
    pub token: ProcessorToken,
}

impl PaymentMethod {
    /// A card saved at `now`.
    pub fn saved(
        id: PaymentMethodId,
        owner: MethodOwner,
        card: CardSummary,
        vault: VaultPlace,
        now: Time,
    ) -> Self {
        let history = History::starting(EventType::CardAdded, now);
        Self { history, ..Self::of(id, owner, MethodDetail::Card(card), vault, now) }
    }

    /// A bank account saved at `now`.
    pub fn bank(
        id: PaymentMethodId,
        owner: MethodOwner,
        account: BankSummary,
        vault: VaultPlace,
        now: Time,
    ) -> Self {
        Self::of(id, owner, MethodDetail::Bank(account), vault, now)
    }

    fn of(
        id: PaymentMethodId,
        owner: MethodOwner,
        detail: MethodDetail,
        vault: VaultPlace,
        created_at: Time,
    ) -> Self {
        Self {
            id,
            scope: owner.scope,
            surface: Surface::Platform,
            customer: owner.customer,
            customer_own_id: None,
            detail,
            processor: vault.processor,
            token: vault.token,
            created_at,
            consent: None,
            history: History::default(),
            version: 1,
        }
    }

    /// The same card saved once more: with its new expiry, token and consent. It is the same one to
    /// its owner, so nobody is told.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn saved_again(&self, new: &Self) -> Self {
        Self {
            detail: new.detail.clone(),
            processor: new.processor.clone(),
            token: new.token.clone(),
            consent: new.consent.clone(),
            version: self.version.saturating_add(1),
            ..self.clone()
        }
    }

    /// The card, where it is one.
    pub const fn card(&self) -> Option<&CardSummary> {
        match &self.detail {
            MethodDetail::Card(card) => Some(card),
            MethodDetail::Bank(_) => None,
        }
    }

    /// The bank account, where it is one.
    pub const fn account(&self) -> Option<&BankSummary> {
        match &self.detail {
            MethodDetail::Bank(account) => Some(account),
            MethodDetail::Card(_) => None,
        }
    }
}
