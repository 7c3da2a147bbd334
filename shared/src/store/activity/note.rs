//! Notes: acts that leave no trace in any record of their own, such as a list that was taken away. Each
//! is a small record, told of by the stream as all others are, and kept as long as what happened can
//! be read again.

use super::{
    changes_from, changes_to,
    told::{Read, ToldAct},
};
use crate::{
    digest::sha256,
    model::{
        Scope,
        activity::{ActivityAction, TellableFacts},
        delivery::KEPT_DAYS,
        id::Id,
    },
    store::{
        Item, Result, Table, Write,
        acting::{self, Stamp},
        key,
    },
};

impl Table {
    /// Notes what somebody did, where nothing else says so.
    pub async fn note(
        &self,
        by: Stamp,
        scope: Scope,
        action: ActivityAction,
        facts: &TellableFacts,
    ) -> Result<()> {
        let id = Id::mint(by.at, sha256::<10>(&by.nonce));
        let item = key::note(scope, id)
            .item()
            .with("v", 1_i64)
            .with("did", action.as_str())
            .with("diff", changes_to(&facts.since(&TellableFacts::default())))
            .with("ttl", by.at.plus_days(KEPT_DAYS).seconds());
        acting::by(by, self.commit(vec![Write::Insert(item)])).await
    }
}

/// What a note tells of.
pub(super) fn told(new: &Item) -> Read<ToldAct> {
    Ok(ToldAct::new(new.parse("did")?, new.text("sk")?.to_owned(), changes_from(new)?))
}
