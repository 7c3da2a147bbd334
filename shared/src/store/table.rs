//! The narrow waist: five verbs over a table that is either DynamoDB or memory.

use super::{
    Error, Item, Key, Meter, Result, Update, Write, acting, dynamo::Dynamo, memory::Memory,
};
use futures_util::future::try_join_all;

/// A table. Both kinds pass the same conformance suite.
pub enum Table {
    /// DynamoDB, or anything that speaks its protocol.
    Dynamo(Dynamo),
    /// A map in this process, for tests and simulations.
    Memory(Memory),
}

/// How fresh a read must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// May miss the last second; half the price.
    Eventual,
    /// Sees every finished write.
    Strong,
}

/// A secondary index. Items without its keys are not in it. What each answers stands in
/// [`super::key`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// `gsi1`: of whom or of what, newest first.
    First,
    /// `gsi2`: by time, for items whose own key is not in that order.
    Second,
    /// `gsi3`: of a link or an endpoint, by start. Holds keys only.
    Third,
    /// `gsi4`: of a link, by the time it was paid, refunded or declined. Holds keys only.
    Fourth,
}

impl Index {
    /// Its name in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "gsi1",
            Self::Second => "gsi2",
            Self::Third => "gsi3",
            Self::Fourth => "gsi4",
        }
    }

    /// Whether a read gets keys only: the items themselves take a second read by key. In exchange
    /// an index of this kind costs a write only when a key in it changes.
    pub const fn keys_only(self) -> bool {
        match self {
            Self::First | Self::Second => false,
            Self::Third | Self::Fourth => true,
        }
    }

    /// The attributes that are partition and sort key in this index.
    pub const fn keys(index: Option<Self>) -> (&'static str, &'static str) {
        match index {
            None => ("pk", "sk"),
            Some(Self::First) => ("gsi1pk", "gsi1sk"),
            Some(Self::Second) => ("gsi2pk", "gsi2sk"),
            Some(Self::Third) => ("gsi3pk", "gsi3sk"),
            Some(Self::Fourth) => ("gsi4pk", "gsi4sk"),
        }
    }
}

/// A list: one partition, a range of sort keys, newest (highest) first unless said otherwise.
#[derive(Debug, Clone)]
pub struct Query {
    /// In which index; none for the table itself.
    pub index: Option<Index>,
    /// The partition key: the index's own, where an index is named.
    pub pk: String,
    /// Lowest sort key, inclusive.
    pub from: String,
    /// Highest sort key, inclusive.
    pub to: String,
    /// How fresh; the index is always a moment behind.
    pub consistency: Consistency,
    /// Lowest sort key first.
    pub oldest_first: bool,
    /// At most this many.
    pub limit: u32,
}

/// Some items of a list.
#[derive(Debug)]
pub struct ItemPage {
    /// The items that were found, in the order that the query asks for.
    pub items: Vec<Item>,
    /// Whether the list may go on.
    pub more: bool,
}

/// Most keys in one read of several items (BatchGetItem).
pub const MAX_KEYS: usize = 100;

/// Trips of one read at the same time: as many connections as a function keeps.
const TRIPS_AT_ONCE: usize = 5;

/// Most writes in one commit (TransactWriteItems).
pub const MAX_WRITES: usize = 100;

impl Table {
    /// The item with this key; `None` where there is none.
    pub async fn get(&self, key: &Key, consistency: Consistency) -> Result<Option<Item>> {
        match self {
            Self::Dynamo(table) => table.get(key, consistency).await,
            Self::Memory(table) => {
                table.travel().await;
                Ok(table.get(key))
            }
        }
    }

    /// One item: a cheap read first, and a strong one where that finds nothing.
    pub async fn find(&self, key: &Key) -> Result<Option<Item>> {
        match self.get(key, Consistency::Eventual).await? {
            Some(item) => Ok(Some(item)),
            None => self.get(key, Consistency::Strong).await,
        }
    }

    /// Several items in one trip, in the order of the keys.
    pub async fn get_all<const N: usize>(
        &self,
        keys: [Key; N],
        consistency: Consistency,
    ) -> Result<[Option<Item>; N]> {
        let mut found = self.get_many(&keys, consistency).await?.into_iter();
        Ok(keys.map(|_| found.next().flatten()))
    }

    /// Any number of items, in the order of the keys: [`MAX_KEYS`] in a trip, a few trips at
    /// once.
    pub async fn get_many(
        &self,
        keys: &[Key],
        consistency: Consistency,
    ) -> Result<Vec<Option<Item>>> {
        if keys.len() > MAX_KEYS {
            let mut found = Vec::with_capacity(keys.len());
            for some in keys.chunks(MAX_KEYS * TRIPS_AT_ONCE) {
                let parts = some.chunks(MAX_KEYS);
                let trips = parts.map(|part| Box::pin(self.get_many(part, consistency)));
                found.extend(try_join_all(trips).await?.into_iter().flatten());
            }
            return Ok(found);
        }
        match self {
            _ if keys.is_empty() => Ok(Vec::new()),
            Self::Dynamo(table) => table.get_many(keys, consistency).await,
            Self::Memory(table) => {
                table.travel().await;
                Ok(table.get_many(keys))
            }
        }
    }

    /// Part of a list: nothing for a range that ends before it starts, and fewer than the limit
    /// only where the range holds no more.
    pub async fn query(&self, query: Query) -> Result<ItemPage> {
        if query.from > query.to {
            return Ok(ItemPage { items: Vec::new(), more: false });
        }
        match self {
            Self::Dynamo(table) => table.query(query).await,
            Self::Memory(table) => {
                table.travel().await;
                Ok(table.query(&query))
            }
        }
    }

    /// All of the writes or none. One write is a plain conditional call; more are a transaction,
    /// which costs double.
    ///
    /// # Errors
    /// [`Error::Refused`] with the first write that was refused and the item as it was.
    pub async fn commit(&self, writes: Vec<Write>) -> Result<()> {
        debug_assert!(!writes.is_empty() && writes.len() <= MAX_WRITES);
        let writes = acting::stamped(writes);
        let result = match self {
            Self::Dynamo(table) => table.commit(&writes).await,
            Self::Memory(table) => {
                table.travel().await;
                table.commit(&writes)
            }
        };
        match result {
            Err(Error::Refused { old, .. }) if already_done(&writes, old.as_deref()) => Ok(()),
            other => other,
        }
    }

    /// Changes one item and answers it as it is afterwards.
    ///
    /// # Errors
    /// [`Error::Refused`] with the item as it was.
    pub async fn update(&self, update: Update) -> Result<Item> {
        let update = acting::stamped_update(update);
        match self {
            Self::Dynamo(table) => table.update(update).await,
            Self::Memory(table) => {
                table.travel().await;
                table.update(&update)
            }
        }
    }

    /// What was asked of the table lately.
    pub fn meter(&self) -> &Meter {
        match self {
            Self::Dynamo(table) => &table.meter,
            Self::Memory(table) => &table.meter,
        }
    }
}

/// Whether a single write was refused only because it had already been done: the client sends a
/// request again when its answer got lost, and the duplicate then finds its own work.
fn already_done(writes: &[Write], old: Option<&Item>) -> bool {
    match (writes, old) {
        ([Write::Insert(item) | Write::Replace { item, .. }], Some(old)) => item == old,
        ([Write::Remove { .. }], None) => true,
        _ => false,
    }
}
