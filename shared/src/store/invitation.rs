//! Invitations in the table.

use super::{Consistency, Corrupt, Item, Query, Result, Table, Write, key};
use crate::model::{
    id::{InvitationId, TenantId},
    invitation::Invitation,
};

/// Invitations looked at in one read.
const MAX_READ: u32 = 500;

/// An invitation is kept this long after its end, for the list.
const KEPT_DAYS: i64 = 400;

impl Table {
    /// One invitation of this tenant.
    pub async fn invitation(
        &self,
        tenant: TenantId,
        id: InvitationId,
    ) -> Result<Option<Invitation>> {
        let item = self.get(&key::invitation(tenant, id), Consistency::Strong).await?;
        Ok(item.map(|item| from_item(tenant, &item)).transpose()?)
    }

    /// A tenant's invitations, newest first.
    pub async fn invitations(&self, tenant: TenantId) -> Result<Vec<Invitation>> {
        let query = Query {
            index: None,
            pk: key::invitations(tenant),
            from: "0".to_owned(),
            to: "~".to_owned(),
            consistency: Consistency::Strong,
            oldest_first: false,
            limit: MAX_READ,
        };
        let page = self.query(query).await?;
        let invitations = page.items.iter().map(|item| from_item(tenant, item));
        Ok(invitations.collect::<std::result::Result<_, Corrupt>>()?)
    }
}

/// The write that puts an invitation in place: an insert at version 1, a replacement above.
pub fn put(next: &Invitation) -> Write {
    Write::at_version(to_item(next), next.version)
}

fn to_item(invitation: &Invitation) -> Item {
    key::invitation(invitation.tenant, invitation.id)
        .item()
        .with("v", invitation.version)
        .with("email", invitation.email.as_str())
        .with("role", invitation.role.as_str())
        .with("hash", invitation.token_hash.as_str())
        .with_some("end", invitation.end.map(|end| end.as_str()))
        .with("by", invitation.invited_by.to_string())
        .with("crt", invitation.created_at)
        .with("exp", invitation.expires_at)
        .with("ttl", invitation.expires_at.plus_days(KEPT_DAYS).seconds())
}

/// A record as it was kept.
pub(super) fn from_item(tenant: TenantId, item: &Item) -> std::result::Result<Invitation, Corrupt> {
    Ok(Invitation {
        id: item.parse("sk")?,
        tenant,
        email: item.text("email")?.to_owned(),
        role: item.parse("role")?,
        token_hash: item.text("hash")?.to_owned(),
        end: item.parse_if_any("end")?,
        invited_by: item.parse("by")?,
        created_at: item.time("crt")?,
        expires_at: item.time("exp")?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
