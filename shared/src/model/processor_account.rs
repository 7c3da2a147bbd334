//! Accounts at processors: who charges. A tenant has its own; on the platform surface each customer
//! may have some as well. The same rule chooses among either.

use super::{
    Invalid, Scope,
    customer::{MAX_MERCHANT_ACCOUNTS, MerchantAccount, MerchantAccountStatus, NoMerchantAccount},
    id::{CustomerId, MerchantAccountId},
    payment_intent::ChargingAccount,
};
use std::{fmt, str::FromStr};

/// Whose merchant account charges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountOwner {
    /// The tenant's own: payments and links surfaces.
    Tenant,
    /// A customer's: platform surface.
    Customer(CustomerId),
}

/// A merchant account as it is frozen into what it charges for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessorAccount {
    /// The tenant or the customer who owns the account.
    pub owner: AccountOwner,
    /// The account and its adapter.
    pub account: ChargingAccount,
}

/// The merchant accounts of a tenant in one mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantAccounts {
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// At most [`MAX_MERCHANT_ACCOUNTS`].
    pub accounts: Vec<MerchantAccount>,
    /// Rises with every write; 0 before the first.
    pub version: u64,
}

impl TenantAccounts {
    /// A tenant without accounts: it cannot take payments yet.
    pub const fn none(scope: Scope) -> Self {
        Self { scope, accounts: Vec::new(), version: 0 }
    }

    /// Whether the tenant can charge at all (`payments_enabled`).
    pub fn payments_enabled(&self) -> bool {
        default_account(&self.accounts).is_some()
    }

    /// The account that charges: the pinned one, or else the default.
    ///
    /// # Errors
    /// See [`NoMerchantAccount`].
    pub fn charging_account(
        &self,
        pinned: Option<MerchantAccountId>,
    ) -> Result<&MerchantAccount, NoMerchantAccount> {
        charging_account(&self.accounts, pinned)
    }

    /// The record with an account added, or changed where it has one with this id.
    ///
    /// # Errors
    /// There are [`MAX_MERCHANT_ACCOUNTS`] already.
    pub fn with_account(&self, account: MerchantAccount) -> Result<Self, Invalid> {
        let accounts = with_account(&self.accounts, account)?;
        Ok(Self { accounts, version: self.version.saturating_add(1), ..*self })
    }
}

/// The account that charges: the pinned one, or else the default.
///
/// # Errors
/// See [`NoMerchantAccount`].
pub fn charging_account(
    accounts: &[MerchantAccount],
    pinned: Option<MerchantAccountId>,
) -> Result<&MerchantAccount, NoMerchantAccount> {
    let Some(id) = pinned else {
        return default_account(accounts).ok_or(NoMerchantAccount::NoneApproved);
    };
    let account = accounts.iter().find(|account| account.id == id);
    let account = account.ok_or(NoMerchantAccount::Unknown)?;
    match account.status {
        MerchantAccountStatus::Approved => Ok(account),
        MerchantAccountStatus::Pending | MerchantAccountStatus::Rejected => {
            Err(NoMerchantAccount::NotApproved)
        }
    }
}

/// The oldest approved account, ties broken by id.
pub fn default_account(accounts: &[MerchantAccount]) -> Option<&MerchantAccount> {
    default_among(accounts, |_| true)
}

/// The same among those that are fit for something.
pub fn default_among(
    accounts: &[MerchantAccount],
    is_fit: impl Fn(&MerchantAccount) -> bool,
) -> Option<&MerchantAccount> {
    let approved =
        accounts.iter().filter(|account| account.status == MerchantAccountStatus::Approved);
    approved
        .filter(|account| is_fit(account))
        .min_by_key(|account| (account.created_at, account.id))
}

/// The accounts with one added, or changed where there is one with this id. The age of an account
/// stays.
///
/// # Errors
/// There are [`MAX_MERCHANT_ACCOUNTS`] already.
pub fn with_account(
    accounts: &[MerchantAccount],
    account: MerchantAccount,
) -> Result<Vec<MerchantAccount>, Invalid> {
    let mut next = accounts.to_vec();
    match next.iter_mut().find(|known| known.id == account.id) {
        Some(known) => *known = MerchantAccount { created_at: known.created_at, ..account },
        None if accounts.len() >= MAX_MERCHANT_ACCOUNTS => {
            let most = MAX_MERCHANT_ACCOUNTS;
            return Err(Invalid::new(format!("has {most} merchant accounts already")));
        }
        None => next.push(account),
    }
    Ok(next)
}

impl fmt::Display for AccountOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tenant => f.write_str("tenant"),
            Self::Customer(id) => write!(f, "{id}"),
        }
    }
}

impl FromStr for AccountOwner {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "tenant" => Ok(Self::Tenant),
            id => id.parse().map(Self::Customer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Mode, Time, id::TenantId};

    fn account(n: u8, status: MerchantAccountStatus) -> MerchantAccount {
        MerchantAccount {
            id: MerchantAccountId::mint(Time::from_ms(0), [n; 10]),
            status,
            descriptor: "SHOP".into(),
            processor: "simulator".into(),
            connected: None,
            created_at: Time::from_ms(i64::from(n)),
        }
    }

    #[test]
    fn a_tenant_takes_payments_from_its_first_approved_account_on() {
        let tenant = TenantId::mint(Time::from_ms(0), [1; 10]);
        let none = TenantAccounts::none(Scope { tenant, mode: Mode::Test });
        assert!(!none.payments_enabled());
        let asked = none.with_account(account(1, MerchantAccountStatus::Pending)).unwrap();
        assert!(!asked.payments_enabled());
        let approved = asked.with_account(account(1, MerchantAccountStatus::Approved)).unwrap();
        assert!(approved.payments_enabled());
        assert_eq!((approved.accounts.len(), approved.version), (1, 2));
        assert_eq!(
            approved.charging_account(None).unwrap().id,
            account(1, MerchantAccountStatus::Pending).id
        );
    }

    #[test]
    fn there_is_room_for_twenty() {
        let full: Vec<_> = (0..20).map(|n| account(n, MerchantAccountStatus::Pending)).collect();
        assert!(with_account(&full, account(3, MerchantAccountStatus::Approved)).is_ok());
        assert!(with_account(&full, account(20, MerchantAccountStatus::Approved)).is_err());
    }

    #[test]
    fn owners_read_back() {
        let id = CustomerId::mint(Time::from_ms(0), [4; 10]);
        for owner in [AccountOwner::Tenant, AccountOwner::Customer(id)] {
            assert_eq!(owner.to_string().parse(), Ok(owner));
        }
    }
}
