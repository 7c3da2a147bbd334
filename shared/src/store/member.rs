//! Members in the table, and the claim on their e-mail addresses, which leads to them.

use super::{Consistency, Corrupt, Item, Query, Result, Table, Write, key};
use crate::model::{
    id::{MemberId, TenantId},
    member::{Member, PasswordHash},
};

/// Members looked at in one read, removed ones included.
const MAX_READ: u32 = 500;

impl Table {
    /// One member of this tenant.
    pub async fn member(&self, tenant: TenantId, id: MemberId) -> Result<Option<Member>> {
        let item = self.get(&key::member(tenant, id), Consistency::Strong).await?;
        Ok(item.map(|item| from_item(tenant, &item)).transpose()?)
    }

    /// Whoever signs in with an address, in two trips; the same two for an address that nobody has,
    /// so that time tells nothing.
    pub async fn member_by_email(&self, email: &str) -> Result<Option<Member>> {
        let claim = self.get(&key::member_email(email), Consistency::Strong).await?;
        let nobody = uuid::Uuid::nil();
        let (tenant, id) = match &claim {
            Some(claim) => (claim.parse("tenant")?, claim.parse("id")?),
            None => (TenantId::from_uuid(nobody), MemberId::from_uuid(nobody)),
        };
        self.member(tenant, id).await
    }

    /// A tenant's members, the oldest first, without removed ones.
    pub async fn members(&self, tenant: TenantId) -> Result<Vec<Member>> {
        let query = Query {
            index: None,
            pk: key::members(tenant),
            from: "0".to_owned(),
            to: "~".to_owned(),
            consistency: Consistency::Strong,
            oldest_first: true,
            limit: MAX_READ,
        };
        let page = self.query(query).await?;
        let members = page.items.iter().map(|item| from_item(tenant, item));
        let mut members = members.collect::<std::result::Result<Vec<_>, Corrupt>>()?;
        members.retain(Member::is_active);
        Ok(members)
    }
}

/// The writes that make a member: itself, and the claim on the address. The second is refused where
/// somebody has it.
pub fn insert(member: &Member) -> [Write; 2] {
    let claim = key::member_email(&member.email)
        .item()
        .with("v", 1_i64)
        .with("tenant", member.tenant.to_string())
        .with("id", member.id.to_string());
    [Write::Insert(to_item(member)), Write::Insert(claim)]
}

/// The writes that change a member; `next.version` is one above what it replaces. Whoever is removed
/// gives the address up.
#[must_use = "writes change nothing until they are committed"]
pub fn replace(before: &Member, next: &Member) -> Vec<Write> {
    let item = Write::Replace { item: to_item(next), version: before.version };
    let removed = before.is_active() && !next.is_active();
    let claim = removed.then(|| Write::Remove { key: key::member_email(&next.email), version: 1 });
    [item].into_iter().chain(claim).collect()
}

fn to_item(member: &Member) -> Item {
    key::member(member.tenant, member.id)
        .item()
        .with("v", member.version)
        .with("email", member.email.as_str())
        .with("name", member.name.as_str())
        .with("role", member.role.as_str())
        .with("pass", member.password.0.as_str())
        .with("totp", member.totp_enabled)
        .with("loc", member.locale.as_str())
        .with("theme", member.theme.as_str())
        .with_some("warn", member.security_notice)
        .with_some("seen", member.last_login_at)
        .with_some("off", member.removed_at)
        .with("crt", member.created_at)
}

/// A member as it was kept.
pub fn from_item(tenant: TenantId, item: &Item) -> std::result::Result<Member, Corrupt> {
    Ok(Member {
        id: item.parse("sk")?,
        tenant,
        email: item.text("email")?.to_owned(),
        name: item.text("name")?.to_owned(),
        role: item.parse("role")?,
        password: PasswordHash(item.text("pass")?.to_owned()),
        totp_enabled: item.flag("totp"),
        locale: item.text("loc")?.to_owned(),
        theme: item.parse("theme")?,
        security_notice: item.time_if_any("warn")?,
        last_login_at: item.time_if_any("seen")?,
        removed_at: item.time_if_any("off")?,
        created_at: item.time("crt")?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
