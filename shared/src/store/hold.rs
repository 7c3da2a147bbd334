//! Money in escrow: one item per hold, under the wallet it came from, the first to expire first.
//!
//! A hold past its time still stands here until somebody writes that down; a read counts it as back
//! with the sender already, so that a balance is right from the very second.

use super::{Consistency, Corrupt, Item, Key, Query, Result, Table, Write, key};
use crate::model::{
    Scope, Time,
    id::{PaymentIntentId, WalletId},
    ledger::{Account, AccountId},
    payment_intent::PaymentIntent,
};

/// Holds looked at in one read: more than that past their time are a matter for the sweep.
pub const MAX_HOLDS: u32 = 100;

/// A hold past its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueHold {
    /// The payment whose money is held.
    pub intent: PaymentIntentId,
    /// Minor units still in escrow.
    pub left: i64,
}

impl Table {
    /// A wallet's holds past their time, the longest first.
    pub async fn due_holds(&self, s: Scope, wallet: WalletId, now: Time) -> Result<Vec<DueHold>> {
        let query = Query {
            index: None,
            pk: key::holds(s, wallet),
            from: "0".to_owned(),
            to: key::due_until(now),
            consistency: Consistency::Strong,
            oldest_first: true,
            limit: MAX_HOLDS,
        };
        let page = self.query(query).await?;
        let holds = page.items.iter().map(from_item);
        Ok(holds.collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// A wallet as it reads at `now`: what was held past its time is back.
    pub async fn wallet_at(&self, s: Scope, id: WalletId, now: Time) -> Result<Option<Account>> {
        let Some(account) = self.account(s, AccountId::Wallet(id)).await? else {
            return Ok(None);
        };
        if account.balance.pending_out == 0 {
            return Ok(Some(account));
        }
        let due = self.due_holds(s, id, now).await?;
        Ok(Some(without_due(account, &due)))
    }
}

/// The account with what is past its time given back.
pub fn without_due(mut account: Account, due: &[DueHold]) -> Account {
    for hold in due {
        let out = &mut account.balance.pending_out;
        *out -= hold.left;
    }
    account
}

/// The write that a payment's step from `before` to `after` means for its hold: made when money goes
/// into escrow, changed when part of it leaves, removed when nothing is left.
#[must_use = "writes change nothing until they are committed"]
pub fn write(before: Option<&PaymentIntent>, after: &PaymentIntent) -> Option<Write> {
    let left = |intent: &PaymentIntent| {
        let hold = intent.wallet_terms()?.hold?;
        let held = intent.status.name() == crate::model::payment_intent::StatusName::Held;
        held.then(|| hold.left(intent.amount().minor()))
    };
    let key = key_of(after)?;
    let version = |intent: &PaymentIntent| intent.version;
    match (before.and_then(|before| Some((left(before)?, version(before)))), left(after)) {
        (None, None) => None,
        (None, Some(left)) => Some(Write::Insert(to_item(&key, after, left))),
        (Some((_, version)), Some(left)) => {
            Some(Write::Replace { item: to_item(&key, after, left), version })
        }
        (Some((_, version)), None) => Some(Write::Remove { key, version }),
    }
}

fn key_of(intent: &PaymentIntent) -> Option<Key> {
    let terms = intent.wallet_terms()?;
    Some(key::hold(intent.scope, terms.wallet, terms.hold?.expires_at, intent.id))
}

/// Its version is that of the intent whose money it is: the two change together.
fn to_item(key: &Key, intent: &PaymentIntent, left: i64) -> Item {
    key.item().with("v", intent.version).with("id", intent.id.to_string()).with("left", left)
}

fn from_item(item: &Item) -> std::result::Result<DueHold, Corrupt> {
    Ok(DueHold { intent: item.parse("id")?, left: item.number("left")? })
}

#[cfg(test)]
mod tests;
