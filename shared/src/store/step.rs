//! A payment's step in one commit: the intent, the accounts its money moves in, an entry for each of
//! them, and the hold where there is one. All of it, or nothing.
//!
//! | step | items (each costs two write units; the intent's indexes come on top) |
//! |---|---|
//! | transfer | intent, 2 accounts, 2 entries |
//! | hold | intent, account, entry, hold |
//! | release | intent, 2 accounts, 2 entries, hold |
//! | hold given back | intent, account, entry, hold |
//! | funding, payout: each step that moves money | intent, 2 accounts, 2 entries |
//! | relay, between its legs | intent, 3 accounts, 3 entries |
//! | return with a debt | intent, 3 accounts, 3 entries |

use super::{Error, Result, Table, Write, account, hold, intent};
use crate::model::{
    Time,
    ledger::{Account, AccountId, LedgerRefusal},
    payment_intent::{PaymentIntent, wallet::Step},
};
use std::collections::BTreeMap;

/// What became of a step.
#[derive(Debug)]
pub enum Taken {
    /// The step is written, with the extra writes.
    Yes,
    /// The intent is not as it was read (or is there already): somebody else was faster.
    MovedOn,
    /// An account is not as it was read: read again, and try again.
    Stale,
    /// One of the writes that were to go along was refused.
    Extra,
    /// The money cannot move.
    Refused(LedgerRefusal),
}

impl Table {
    /// Writes a step from `before` (`None` for a new payment), together with `extra` writes.
    pub async fn take_step(
        &self,
        before: Option<&PaymentIntent>,
        step: &Step,
        accounts: &BTreeMap<AccountId, Account>,
        extra: &[Write],
        now: Time,
    ) -> Result<Taken> {
        let booked = match &step.movement {
            Some(movement) => match movement.book(accounts, now) {
                Ok(booked) => booked,
                Err(refusal) => return Ok(Taken::Refused(refusal)),
            },
            None => Vec::new(),
        };
        let item = intent::to_item(&step.intent);
        let mut writes = vec![match before {
            Some(before) => Write::Replace { item, version: before.version },
            None => Write::Insert(item),
        }];
        writes.extend(hold::write(before, &step.intent));
        let accounts_from = writes.len();
        writes.extend(account::writes(&booked));
        let extra_from = writes.len();
        writes.extend_from_slice(extra);
        match self.commit(writes).await {
            Ok(()) => Ok(Taken::Yes),
            Err(Error::Refused { index, .. }) if index < accounts_from => Ok(Taken::MovedOn),
            Err(Error::Refused { index, .. }) if index < extra_from => Ok(Taken::Stale),
            Err(Error::Refused { .. }) => Ok(Taken::Extra),
            Err(other) => Err(other),
        }
    }
}
