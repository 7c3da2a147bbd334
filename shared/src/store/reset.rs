//! Resets of passwords in the table, one a member. One that was used is gone.

use super::{Consistency, Corrupt, Item, Result, Table, Write, key, member};
use crate::model::{
    id::{MemberId, TenantId},
    member::Member,
    reset::PasswordReset,
};

/// A reset is kept this long after its end, in seconds: it says who made it.
const KEPT_S: i64 = 86_400;

impl Table {
    /// A member's reset, where there is one.
    pub async fn reset(&self, tenant: TenantId, id: MemberId) -> Result<Option<PasswordReset>> {
        let item = self.get(&key::reset(tenant, id), Consistency::Strong).await?;
        Ok(item.map(|item| from_item(tenant, id, &item)).transpose()?)
    }

    /// A member's reset and the member, at one moment.
    pub async fn reset_and_member(
        &self,
        tenant: TenantId,
        id: MemberId,
    ) -> Result<Option<(PasswordReset, Member)>> {
        let keys = [key::reset(tenant, id), key::member(tenant, id)];
        match self.get_all(keys, Consistency::Strong).await? {
            [Some(reset), Some(found)] => {
                let reset = from_item(tenant, id, &reset)?;
                Ok(Some((reset, member::from_item(tenant, &found)?)))
            }
            _ => Ok(None),
        }
    }
}

/// The write that puts a reset in place: an insert at version 1, a replacement above.
pub fn put(next: &PasswordReset) -> Write {
    let item = key::reset(next.tenant, next.member)
        .item()
        .with("v", next.version)
        .with("hash", next.token_hash.as_str())
        .with("totp", next.removes_totp)
        .with("by", next.made_by.to_string())
        .with("exp", next.expires_at)
        .with("ttl", next.expires_at.seconds() + KEPT_S);
    Write::at_version(item, next.version)
}

/// The write that uses a reset up: it opens nothing a second time.
pub fn remove(used: &PasswordReset) -> Write {
    Write::Remove { key: key::reset(used.tenant, used.member), version: used.version }
}

/// A record as it was kept.
pub(super) fn from_item(
    tenant: TenantId,
    member: MemberId,
    item: &Item,
) -> std::result::Result<PasswordReset, Corrupt> {
    Ok(PasswordReset {
        tenant,
        member,
        token_hash: item.text("hash")?.to_owned(),
        removes_totp: item.flag("totp"),
        made_by: item.parse("by")?,
        expires_at: item.time("exp")?,
        version: item.number("v")?,
    })
}
