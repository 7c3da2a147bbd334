//! Sign-ins in the table.

use super::{Consistency, Corrupt, Item, Query, Result, Table, Write, key, member};
use crate::model::{
    id::{MemberId, TenantId},
    member::Member,
    session::{Session, SessionRef},
};

/// Sign-ins looked at in one read.
const MAX_READ: u32 = 1_000;

/// An ended session is kept this long, so that its tokens are told that it is over.
const ENDED_KEPT_DAYS: i64 = 8;

impl Table {
    /// A sign-in and its member at one moment: what every token leads to.
    pub async fn session_and_member(&self, place: SessionRef) -> Result<Option<(Session, Member)>> {
        let SessionRef { tenant, member, id } = place;
        let keys = [key::session(tenant, member, id), key::member(tenant, member)];
        match self.get_all(keys, Consistency::Strong).await? {
            [Some(session), Some(found)] => {
                let session = from_item(tenant, member, &session)?;
                Ok(Some((session, member::from_item(tenant, &found)?)))
            }
            _ => Ok(None),
        }
    }

    /// A member's sign-ins, newest first, ended ones included as long as they are kept.
    pub async fn sessions(&self, tenant: TenantId, member: MemberId) -> Result<Vec<Session>> {
        let query = Query {
            index: None,
            pk: key::sessions(tenant, member),
            from: "0".to_owned(),
            to: "~".to_owned(),
            consistency: Consistency::Strong,
            oldest_first: false,
            limit: MAX_READ,
        };
        let page = self.query(query).await?;
        let sessions = page.items.iter().map(|item| from_item(tenant, member, item));
        Ok(sessions.collect::<std::result::Result<_, Corrupt>>()?)
    }
}

/// The write that puts a session in place: an insert at version 1, a replacement above.
pub fn put(next: &Session) -> Write {
    Write::at_version(to_item(next), next.version)
}

fn to_item(session: &Session) -> Item {
    key::session(session.tenant, session.member, session.id)
        .item()
        .with("v", session.version)
        .with("mode", session.mode.as_str())
        .with("n", session.counter)
        .with("cookie", session.by_cookie)
        .with("dev", session.device.as_str())
        .with("net", session.network.as_str())
        .with("crt", session.created_at)
        .with("ref", session.refreshed_at)
        .with("auth", session.authenticated_at)
        .with_some("enrol", session.enrolling.then_some(true))
        .with_some("off", session.revoked_at)
        .with("ttl", session.ends_at().plus_days(ENDED_KEPT_DAYS).seconds())
}

/// A record as it was kept.
pub(super) fn from_item(
    tenant: TenantId,
    member: MemberId,
    item: &Item,
) -> std::result::Result<Session, Corrupt> {
    Ok(Session {
        id: item.parse("sk")?,
        tenant,
        member,
        mode: item.parse("mode")?,
        counter: item.number("n")?,
        by_cookie: item.flag("cookie"),
        device: item.text("dev")?.to_owned(),
        network: item.text("net")?.to_owned(),
        created_at: item.time("crt")?,
        refreshed_at: item.time("ref")?,
        authenticated_at: item.time("auth")?,
        enrolling: item.flag("enrol"),
        revoked_at: item.time_if_any("off")?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
