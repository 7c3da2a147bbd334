//! What is kept of declines and open challenges of a link: one record for the link, and one for each
//! network that had any. They are swept an hour after the last of them.

use super::{Consistency, Corrupt, Error, Item, Key, Result, Table, Value, Write, key};
use crate::model::{
    Time,
    id::PaymentLinkId,
    link_guard::{LinkRecord, NetworkRecord, OpenChallenge, OpenTry},
};

/// Records are kept this long after their last change, in seconds.
const KEPT_S: i64 = 3600;

impl Table {
    /// What a network did at a link lately, and what happened there at all, in one trip.
    pub async fn link_guard(
        &self,
        link: PaymentLinkId,
        network: &str,
    ) -> Result<(NetworkRecord, LinkRecord)> {
        let keys = [place(link, network), place(link, "")];
        let [here, anywhere] = self.get_all(keys, Consistency::Strong).await?;
        let here = here.map(|item| network_from_item(&item)).transpose()?;
        let anywhere = anywhere.map(|item| link_from_item(&item)).transpose()?;
        Ok((here.unwrap_or_default(), anywhere.unwrap_or_default()))
    }

    /// Writes both down, if nobody else has meanwhile: `false` where somebody has.
    pub async fn put_link_guard(
        &self,
        link: PaymentLinkId,
        network: &str,
        here: &NetworkRecord,
        anywhere: &LinkRecord,
        now: Time,
    ) -> Result<bool> {
        let ttl = now.plus_seconds(KEPT_S).seconds();
        let here = network_to_item(place(link, network), here).with("ttl", ttl);
        let anywhere = link_to_item(place(link, ""), anywhere).with("ttl", ttl);
        self.commit_guard(vec![here, anywhere]).await
    }

    /// Writes down what a network does, if nobody else has meanwhile: `false` where somebody has.
    pub async fn put_network_guard(
        &self,
        link: PaymentLinkId,
        network: &str,
        here: &NetworkRecord,
        now: Time,
    ) -> Result<bool> {
        let ttl = now.plus_seconds(KEPT_S).seconds();
        let here = network_to_item(place(link, network), here).with("ttl", ttl);
        self.commit_guard(vec![here]).await
    }

    async fn commit_guard(&self, items: Vec<Item>) -> Result<bool> {
        let writes = items.into_iter().map(|item| {
            let version = item.number("v").unwrap_or(1);
            Write::at_version(item, version)
        });
        match self.commit(writes.collect()).await {
            Ok(()) => Ok(true),
            Err(Error::Refused { .. } | Error::Contended) => Ok(false),
            Err(other) => Err(other),
        }
    }
}

fn place(link: PaymentLinkId, network: &str) -> Key {
    key::throttle("link", &format!("{link}#{network}"))
}

fn network_to_item(key: Key, record: &NetworkRecord) -> Item {
    let declines = record.declines.iter().map(|at| Value::N(at.ms()));
    key.item()
        .with("v", record.version)
        .with("dec", Value::L(declines.collect()))
        .with("open", open_to_value(&record.open))
        .with("try", Value::L(record.trying.iter().map(try_to_value).collect()))
        .with_some("until", record.paused_until)
}

fn network_from_item(item: &Item) -> std::result::Result<NetworkRecord, Corrupt> {
    let Some(Value::L(declines)) = item.get("dec") else { return Err(item.corrupt("dec")) };
    let declines = declines.iter().map(|value| match value {
        Value::N(ms) => Ok(Time::from_ms(*ms)),
        Value::S(_) | Value::Bool(_) | Value::L(_) | Value::M(_) => Err(item.corrupt("dec")),
    });
    Ok(NetworkRecord {
        declines: declines.collect::<std::result::Result<_, _>>()?,
        open: open_from_item(item)?,
        trying: trying_from_item(item)?,
        paused_until: item.time_if_any("until")?,
        version: item.number("v")?,
    })
}

fn link_to_item(key: Key, record: &LinkRecord) -> Item {
    key.item()
        .with("v", record.version)
        .with("dec", record.declines)
        .with("paid", record.paid_before)
        .with("open", open_to_value(&record.open))
        .with_some("since", record.since)
        .with_some("until", record.surge_until)
}

fn link_from_item(item: &Item) -> std::result::Result<LinkRecord, Corrupt> {
    Ok(LinkRecord {
        since: item.time_if_any("since")?,
        declines: item.number("dec")?,
        paid_before: item.number("paid")?,
        open: open_from_item(item)?,
        surge_until: item.time_if_any("until")?,
        version: item.number("v")?,
    })
}

fn try_to_value(one: &OpenTry) -> Value {
    Value::M(Item::new().with("att", one.attempt.to_string()).with("until", one.until))
}

fn trying_from_item(item: &Item) -> std::result::Result<Vec<OpenTry>, Corrupt> {
    // Records that are older than this field.
    if item.get("try").is_none() {
        return Ok(Vec::new());
    }
    let trying = item.items("try")?.into_iter();
    trying
        .map(|one| Ok(OpenTry { attempt: one.parse("att")?, until: one.time("until")? }))
        .collect()
}

fn open_to_value(open: &[OpenChallenge]) -> Value {
    let open = open.iter().map(|one| {
        let item = Item::new()
            .with("att", one.attempt.to_string())
            .with("net", one.network.as_str())
            .with("until", one.until);
        Value::M(item)
    });
    Value::L(open.collect())
}

fn open_from_item(item: &Item) -> std::result::Result<Vec<OpenChallenge>, Corrupt> {
    let open = item.items("open")?.into_iter().map(|one| {
        Ok(OpenChallenge {
            attempt: one.parse("att")?,
            network: one.text("net")?.to_owned(),
            until: one.time("until")?,
        })
    });
    open.collect()
}
