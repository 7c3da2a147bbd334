//! Bank accounts as they are kept within payment methods and destinations.

use super::{Corrupt, Item};
use crate::model::bank::BankSummary;

/// A bank account's summary as it is kept.
pub fn to_item(account: &BankSummary) -> Item {
    Item::new()
        .with("bank", account.routing_number.as_str())
        .with("last4", account.last4.as_str())
        .with("type", account.account_type.as_str())
        .with("name", account.holder_name.as_str())
        .with("fp", account.fingerprint.as_str())
}

/// A bank account's summary as it was kept.
pub fn from_item(item: &Item) -> Result<BankSummary, Corrupt> {
    Ok(BankSummary {
        routing_number: item.text("bank")?.to_owned(),
        last4: item.text("last4")?.to_owned(),
        account_type: item.parse("type")?,
        holder_name: item.text("name")?.to_owned(),
        fingerprint: item.text("fp")?.to_owned(),
    })
}
