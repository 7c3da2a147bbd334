//! Merchant accounts: `card_processing_id` on this surface.

use crate::model::{
    customer::{Customer, MerchantAccount},
    id::MerchantAccountId,
};
use derive::View;

/// A merchant account of a user.
#[derive(View)]
pub struct MerchantAccountView {
    /// The account's id, which links name as `card_processing_id`.
    pub id: MerchantAccountId,
    /// `pending`, `approved` or `rejected`; only approved ones charge.
    pub status: &'static str,
    /// What stands on the buyer's statement.
    pub descriptor: String,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// Whether it charges when no account is pinned.
    pub is_default: bool,
}

/// A customer's accounts as this surface shows them, oldest first.
pub fn views(customer: &Customer) -> Vec<MerchantAccountView> {
    let default = customer.default_account().map(|account| account.id);
    let mut accounts: Vec<&MerchantAccount> = customer.merchant_accounts.iter().collect();
    accounts.sort_by_key(|account| (account.created_at, account.id));
    let views = accounts.into_iter().map(|account| MerchantAccountView {
        id: account.id,
        status: account.status.as_str(),
        descriptor: account.descriptor.clone(),
        created_at: account.created_at.rfc3339(),
        is_default: Some(account.id) == default,
    });
    views.collect()
}
