//! Second factors in the table, one a member, and sign-ins that wait for one.

use super::{Consistency, Corrupt, Item, Result, Table, Write, key};
use crate::model::{
    id::{ChallengeId, MemberId, TenantId},
    second_factor::{SecondFactor, SignInChallenge},
    secret::Sealed,
};

impl Table {
    /// A member's second factor, confirmed or not.
    pub async fn second_factor(
        &self,
        tenant: TenantId,
        member: MemberId,
    ) -> Result<Option<SecondFactor>> {
        let item = self.get(&key::second_factor(tenant, member), Consistency::Strong).await?;
        Ok(item.map(|item| from_item(tenant, member, &item)).transpose()?)
    }

    /// A sign-in that waits for its second step.
    pub async fn sign_in_challenge(
        &self,
        tenant: TenantId,
        id: ChallengeId,
    ) -> Result<Option<SignInChallenge>> {
        let item = self.get(&key::challenge(tenant, id), Consistency::Strong).await?;
        Ok(item.map(|item| challenge(tenant, id, &item)).transpose()?)
    }
}

/// The write that puts a second factor in place: an insert at version 1, a replacement above. A code
/// that two use at the same moment is used by one of them.
pub fn put(next: &SecondFactor) -> Write {
    let item = key::second_factor(next.tenant, next.member)
        .item()
        .with("v", next.version)
        .with("secret", next.secret.as_str())
        .with("on", next.confirmed)
        .with_some("step", next.last_step)
        .with_texts("codes", next.recovery.iter().map(String::as_str));
    Write::at_version(item, next.version)
}

/// The write that takes a second factor away.
pub fn remove(known: &SecondFactor) -> Write {
    Write::Remove { key: key::second_factor(known.tenant, known.member), version: known.version }
}

/// The write that puts a waiting sign-in in place: an insert at version 1, a replacement above.
pub fn put_challenge(next: &SignInChallenge) -> Write {
    let item = key::challenge(next.tenant, next.id)
        .item()
        .with("v", next.version)
        .with("member", next.member.to_string())
        .with("hash", next.token_hash.as_str())
        .with("pw", next.password_sha256.as_str())
        .with("mode", next.mode.as_str())
        .with("net", next.network.as_str())
        .with("dev", next.browser.as_str())
        .with("cookie", next.by_cookie)
        .with("wrong", i64::from(next.wrong))
        .with("exp", next.expires_at)
        .with("ttl", next.expires_at.seconds() + 3_600);
    Write::at_version(item, next.version)
}

/// The write that uses a waiting sign-in up.
pub fn remove_challenge(used: &SignInChallenge) -> Write {
    Write::Remove { key: key::challenge(used.tenant, used.id), version: used.version }
}

/// A record as it was kept.
pub(super) fn from_item(
    tenant: TenantId,
    member: MemberId,
    item: &Item,
) -> std::result::Result<SecondFactor, Corrupt> {
    Ok(SecondFactor {
        tenant,
        member,
        secret: Sealed::kept(item.text("secret")?.to_owned()),
        confirmed: item.flag("on"),
        last_step: item.get("step").map(|_| item.number("step")).transpose()?,
        recovery: item.texts("codes")?,
        version: item.number("v")?,
    })
}

fn challenge(
    tenant: TenantId,
    id: ChallengeId,
    item: &Item,
) -> std::result::Result<SignInChallenge, Corrupt> {
    Ok(SignInChallenge {
        id,
        tenant,
        member: item.parse("member")?,
        token_hash: item.text("hash")?.to_owned(),
        password_sha256: item.text("pw")?.to_owned(),
        mode: item.parse("mode")?,
        network: item.text("net")?.to_owned(),
        browser: item.text("dev")?.to_owned(),
        by_cookie: item.flag("cookie"),
        wrong: item.number("wrong")?,
        expires_at: item.time("exp")?,
        version: item.number("v")?,
    })
}
