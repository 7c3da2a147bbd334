//! What was deleted lately. Deleting it again is answered as the first time, while what never was
//! there is unknown.

use super::{Consistency, Key, Result, Table, Update, Write, idempotency, key};
use crate::{
    digest::{hex, sha256},
    model::{Scope, Time},
};

impl Table {
    /// The id of what was deleted lately under this name.
    pub async fn gone(&self, scope: Scope, kind: &str, name: &str) -> Result<Option<String>> {
        let item = self.get(&place(scope, kind, name), Consistency::Strong).await?;
        Ok(item.map(|item| item.text("id").map(str::to_owned)).transpose()?)
    }
}

/// The write that notes that something is deleted: for the commit that deletes it.
pub fn note(scope: Scope, kind: &str, name: &str, id: &str, now: Time) -> Write {
    let update = Update::of_counter(place(scope, kind, name));
    let kept_until = now.plus_days(idempotency::KEPT_DAYS).seconds();
    Write::Update(update.set("id", id).set("ttl", kept_until))
}

fn place(scope: Scope, kind: &str, name: &str) -> Key {
    key::idempotency(scope, &format!("{kind}-deleted"), &hex(&sha256::<32>(name)))
}
