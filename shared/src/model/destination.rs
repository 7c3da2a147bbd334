//! Where payees take money: a customer's address book.

use super::{
    Scope, Time,
    bank::{BankSummary, Vaulted},
    id::{CustomerId, DestinationId, PayeeId},
    secret::ProcessorToken,
};

/// One place where a payee takes money. Never changes: another account is another destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Names this one place for good: a changed account is added under another id.
    pub id: DestinationId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// The customer in whose address book it stands.
    pub customer: CustomerId,
    /// Who is paid; an id of the caller's own choice.
    pub payee: PayeeId,
    /// The bank account or address that money goes to.
    pub kind: DestinationKind,
    /// The caller's own word for it.
    pub label: Option<String>,
    /// When it was added.
    pub created_at: Time,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// Where money is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DestinationKind {
    /// A bank account, of which only the provider's token and a summary are kept.
    Bank {
        /// The provider's token for it.
        token: ProcessorToken,
        /// The name of the adapter whose provider made the token; only that provider can pay to it.
        processor: String,
        /// What people recognise it by.
        summary: BankSummary,
    },
    /// An e-mail address, in lower case, whose owner collects the money.
    Email {
        /// The address in lower case; it is also this place's fingerprint.
        address: String,
    },
}

impl From<Vaulted> for DestinationKind {
    fn from(Vaulted { processor, token, summary }: Vaulted) -> Self {
        Self::Bank { token, processor, summary }
    }
}

impl DestinationKind {
    /// Tells this place from another without giving the account away.
    pub fn fingerprint(&self) -> &str {
        match self {
            Self::Bank { summary, .. } => &summary.fingerprint,
            Self::Email { address } => address,
        }
    }
}
