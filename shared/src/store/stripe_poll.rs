//! Accounts at Stripe whose events are asked for, in a few partitions that are swept each minute.

use super::{Consistency, Corrupt, Error, Item, Query, Result, Table, Write, key};
use crate::model::{
    Scope,
    stripe_poll::{EventWalk, PolledAccount, StripePoll},
};

impl Table {
    /// How far an account's events were read; `None` for one that nobody asks about.
    pub async fn stripe_poll(&self, account: &PolledAccount) -> Result<Option<StripePoll>> {
        let item = self.get(&key_of(account), Consistency::Strong).await?;
        Ok(item.as_ref().map(from_item).transpose()?)
    }

    /// Accounts of one shard after one that was seen. Answers whether there may be more.
    pub async fn stripe_polls(
        &self,
        shard: u8,
        seen: Option<&PolledAccount>,
        limit: u32,
    ) -> Result<(Vec<StripePoll>, bool)> {
        let query = Query {
            index: None,
            pk: key::stripe_polls(shard),
            from: seen.map_or("0".to_owned(), |seen| format!("{}!", key_of(seen).sk)),
            to: "~".to_owned(),
            consistency: Consistency::Eventual,
            oldest_first: true,
            limit,
        };
        let page = self.query(query).await?;
        let polls = page.items.iter().map(from_item);
        Ok((polls.collect::<std::result::Result<_, Corrupt>>()?, page.more))
    }

    /// Keeps what came of a look. Where somebody else has looked meanwhile, theirs counts.
    pub async fn keep_stripe_poll(&self, next: &StripePoll) -> Result<()> {
        match self.commit(vec![put(next)]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Asks about an account no more. One that was put again meanwhile stays.
    pub async fn drop_stripe_poll(&self, poll: &StripePoll) -> Result<()> {
        let write = Write::Remove { key: key_of(&poll.account), version: poll.version };
        match self.commit(vec![write]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

/// The write that puts a look in place: an insert at version 1, a replacement above.
pub fn put(next: &StripePoll) -> Write {
    let PolledAccount { scope, connected } = &next.account;
    let walk = next.walk.as_ref();
    let item = key_of(&next.account)
        .item()
        .with("v", next.version)
        .with("tenant", scope.tenant.to_string())
        .with("mode", scope.mode.as_str())
        .with_some("acct", connected.as_deref())
        .with("heard", next.heard_until)
        .with_some("began", walk.map(|walk| walk.began))
        .with_some("after", walk.map(|walk| walk.after.as_str()))
        .with("next", next.not_before)
        .with("failed", i64::from(next.failures))
        .with_some("gone", next.gone_since);
    Write::at_version(item, next.version)
}

fn key_of(account: &PolledAccount) -> key::Key {
    key::stripe_poll(account.scope, account.connected.as_deref())
}

fn from_item(item: &Item) -> std::result::Result<StripePoll, Corrupt> {
    let walk = match item.time_if_any("began")? {
        Some(began) => Some(EventWalk { began, after: item.text("after")?.to_owned() }),
        None => None,
    };
    Ok(StripePoll {
        account: PolledAccount {
            scope: Scope { tenant: item.parse("tenant")?, mode: item.parse("mode")? },
            connected: item.text_if_any("acct").map(str::to_owned),
        },
        heard_until: item.time("heard")?,
        walk,
        not_before: item.time("next")?,
        failures: item.number("failed")?,
        gone_since: item.time_if_any("gone")?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
