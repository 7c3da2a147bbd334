//! The table in DynamoDB.

mod consumed;
mod expression;
mod failure;
mod value;

use super::{
    Consistency, Corrupt, Error, Index, Item, ItemPage, Key, Meter, Query, Result, Update, Write,
    meter::Stopwatch,
};
use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::{
        AttributeValue, KeysAndAttributes, ReturnConsumedCapacity::Total, ReturnValue,
        ReturnValuesOnConditionCheckFailure::AllOld,
    },
};
use consumed::Consumed;
use expression::{Expression, incomplete, transact_item};
use failure::{Failure, WriteError, failure, fault};
use serde::Deserialize;
use std::{
    collections::{BTreeSet, HashMap},
    pin::Pin,
    time::Duration,
};
use value::{from_attributes, key_attributes, to_attributes};

/// Tries of a write that meets another writer or is throttled, the first one included.
const MAX_TRIES: u32 = 4;

/// Longest pause before the second try, in milliseconds; doubled before each further one.
const PAUSE_MS: u64 = 20;

/// So many times longer is the pause where the table asks to slow down.
const THROTTLED: u64 = 8;

/// The table in DynamoDB.
pub struct Dynamo {
    client: Client,
    table: String,
    /// Counts calls, and the capacity units that they consumed.
    pub meter: Meter,
}

/// A call under way. The SDK's futures are large, and every one of ours that waits for one would
/// hold it, and be held by the next.
type Sending<F> = Pin<Box<F>>;

/// An item as a stream record holds it.
pub fn from_stream(image: &serde_json::Value) -> std::result::Result<Item, Corrupt> {
    Item::deserialize(image).map_err(|error| Corrupt {
        record: "a stream record".to_owned(),
        attribute: error.to_string(),
    })
}

impl Dynamo {
    /// The table of this name.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table, meter: Meter::default() }
    }

    /// Waits for the answer of a read, and notes what it cost.
    async fn read<O: Consumed, E: ProvideErrorMetadata + std::error::Error + 'static>(
        &self,
        operation: &str,
        sending: Sending<impl Future<Output = std::result::Result<O, SdkError<E>>>>,
    ) -> Result<O> {
        let stopwatch = Stopwatch::start();
        let answer = sending.await;
        self.meter.note(&stopwatch, answer.as_ref().map_or(0, Consumed::half_units), 0);
        answer.map_err(|error| fault(operation, &error))
    }

    /// Waits for the answer of a write, and notes what it cost.
    async fn write<O: Consumed, E: WriteError>(
        &self,
        operation: &str,
        sending: Sending<impl Future<Output = std::result::Result<O, SdkError<E>>>>,
    ) -> std::result::Result<O, Failure> {
        let stopwatch = Stopwatch::start();
        let answer = sending.await;
        self.meter.note(&stopwatch, 0, answer.as_ref().map_or(0, Consumed::half_units));
        answer.map_err(|error| failure(operation, error))
    }

    pub(super) async fn get(&self, key: &Key, consistency: Consistency) -> Result<Option<Item>> {
        let request = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key_attributes(key)))
            .consistent_read(consistency == Consistency::Strong)
            .return_consumed_capacity(Total);
        let answer = self.read("GetItem", Box::pin(request.send())).await?;
        Ok(answer.item.map(from_attributes).transpose()?)
    }

    pub(super) async fn get_many(
        &self,
        keys: &[Key],
        consistency: Consistency,
    ) -> Result<Vec<Option<Item>>> {
        let mut found: HashMap<Key, Item> = HashMap::new();
        // DynamoDB refuses a key that is there twice.
        let once: BTreeSet<&Key> = keys.iter().collect();
        let mut wanted: Vec<_> = once.into_iter().map(key_attributes).collect();
        for tried in 0.. {
            if wanted.is_empty() {
                break;
            }
            if tried == MAX_TRIES {
                return Err(Error::Contended);
            }
            pause(tried, 1).await;
            let keys = KeysAndAttributes::builder()
                .set_keys(Some(wanted))
                .consistent_read(consistency == Consistency::Strong);
            let request = self
                .client
                .batch_get_item()
                .request_items(&self.table, keys.build().map_err(incomplete)?)
                .return_consumed_capacity(Total);
            let answer = self.read("BatchGetItem", Box::pin(request.send())).await?;
            for attributes in answer.responses.unwrap_or_default().into_values().flatten() {
                let item = from_attributes(attributes)?;
                found.insert(Key::of(&item)?, item);
            }
            let left = answer.unprocessed_keys.unwrap_or_default();
            wanted = left.into_values().flat_map(|keys| keys.keys).collect();
        }
        Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
    }

    /// Asks again where DynamoDB stopped early: one answer holds at most 1 MB.
    pub(super) async fn query(&self, query: Query) -> Result<ItemPage> {
        let (pk, sk) = Index::keys(query.index);
        // An index is always a moment behind, and says so when it is asked for more.
        let strong = query.consistency == Consistency::Strong && query.index.is_none();
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .set_index_name(query.index.map(|index| index.name().to_owned()))
            .key_condition_expression(format!("{pk} = :pk AND {sk} BETWEEN :from AND :to"))
            .expression_attribute_values(":pk", AttributeValue::S(query.pk))
            .expression_attribute_values(":from", AttributeValue::S(query.from))
            .expression_attribute_values(":to", AttributeValue::S(query.to))
            .consistent_read(strong)
            .scan_index_forward(query.oldest_first)
            .return_consumed_capacity(Total);
        let mut items: Vec<Item> = Vec::new();
        let mut start = None;
        loop {
            let found = u32::try_from(items.len()).unwrap_or(u32::MAX);
            let left = query.limit.saturating_sub(found);
            let request = request
                .clone()
                .limit(i32::try_from(left).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start);
            let answer = self.read("Query", Box::pin(request.send())).await?;
            let page = answer.items.unwrap_or_default();
            let full = page.len() >= usize::try_from(left).unwrap_or(usize::MAX);
            for attributes in page {
                items.push(from_attributes(attributes)?);
            }
            start = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if full || start.is_none() {
                return Ok(ItemPage { items, more: start.is_some() });
            }
        }
    }

    pub(super) async fn commit(&self, writes: &[Write]) -> Result<()> {
        // One token for all tries: a try that was committed although its answer said otherwise is
        // recognised by the next.
        let token = uuid::Uuid::from_bytes(random()).to_string();
        let mut tries = Tries(0);
        loop {
            let result = match writes {
                [write] => self.write_one(write, &token).await,
                several => self.transact(several, &token).await,
            };
            if let Some(outcome) = tries.outcome(result).await {
                return outcome;
            }
        }
    }

    pub(super) async fn update(&self, update: Update) -> Result<Item> {
        let key = Write::Update(update.clone()).key()?;
        let mut tries = Tries(0);
        loop {
            let result = self.update_once(&key, &update).await;
            if let Some(outcome) = tries.outcome(result).await {
                return outcome;
            }
        }
    }

    async fn write_one(&self, write: &Write, token: &str) -> std::result::Result<(), Failure> {
        match write {
            Write::Insert(item) => self.put(item, Expression::absent()).await,
            Write::Replace { item, version } => {
                self.put(item, Expression::at_version(*version)).await
            }
            Write::Remove { key, version } => self.delete(key, *version).await,
            Write::Update(update) => {
                let key = write.key().map_err(Failure::Final)?;
                self.update_once(&key, update).await.map(|_| ())
            }
            Write::Check { .. } => self.transact(std::slice::from_ref(write), token).await,
        }
    }

    async fn put(
        &self,
        item: &Item,
        mut condition: Expression,
    ) -> std::result::Result<(), Failure> {
        let request = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_attributes(item)))
            .set_condition_expression(condition.condition())
            .set_expression_attribute_names(condition.take_names())
            .set_expression_attribute_values(condition.take_values())
            .return_values_on_condition_check_failure(AllOld)
            .return_consumed_capacity(Total);
        self.write("PutItem", Box::pin(request.send())).await.map(|_| ())
    }

    async fn delete(&self, key: &Key, version: u64) -> std::result::Result<(), Failure> {
        let mut condition = Expression::at_version(version);
        let request = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key_attributes(key)))
            .set_condition_expression(condition.condition())
            .set_expression_attribute_names(condition.take_names())
            .set_expression_attribute_values(condition.take_values())
            .return_values_on_condition_check_failure(AllOld)
            .return_consumed_capacity(Total);
        self.write("DeleteItem", Box::pin(request.send())).await.map(|_| ())
    }

    async fn update_once(&self, key: &Key, update: &Update) -> std::result::Result<Item, Failure> {
        let mut expression = Expression::update(update);
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key_attributes(key)))
            .set_update_expression(expression.update.take())
            .set_condition_expression(expression.condition())
            .set_expression_attribute_names(expression.take_names())
            .set_expression_attribute_values(expression.take_values())
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(AllOld)
            .return_consumed_capacity(Total);
        let answer = self.write("UpdateItem", Box::pin(request.send())).await?;
        let item = from_attributes(answer.attributes.unwrap_or_default());
        item.map_err(|corrupt| Failure::Final(corrupt.into()))
    }

    async fn transact(&self, writes: &[Write], token: &str) -> std::result::Result<(), Failure> {
        let items = writes.iter().map(|write| transact_item(write, &self.table));
        let items = items.collect::<Result<Vec<_>>>().map_err(Failure::Final)?;
        let request = self
            .client
            .transact_write_items()
            .client_request_token(token)
            .set_transact_items(Some(items))
            .return_consumed_capacity(Total);
        self.write("TransactWriteItems", Box::pin(request.send())).await.map(|_| ())
    }
}

/// Counts the tries of a write.
struct Tries(u32);

impl Tries {
    /// How the write ended; `None`, after a pause, where it is to be tried again.
    async fn outcome<T>(&mut self, result: std::result::Result<T, Failure>) -> Option<Result<T>> {
        let (error, slower) = match result {
            Ok(done) => return Some(Ok(done)),
            Err(Failure::Final(error)) => return Some(Err(error)),
            Err(Failure::Conflict) => (Error::Contended, 1),
            Err(Failure::Throttled(cause)) => (Error::Unavailable(cause), THROTTLED),
        };
        self.0 += 1;
        if self.0 == MAX_TRIES {
            return Some(Err(error));
        }
        pause(self.0, slower).await;
        None
    }
}

/// Waits before a second try, at random, so that duplicates part ways.
async fn pause(tried: u32, slower: u64) {
    if tried > 0 {
        let ms = u64::from(u16::from_be_bytes(random())) * longest_pause_ms(tried, slower) / 65_536;
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

fn longest_pause_ms(tried: u32, slower: u64) -> u64 {
    let doubled = 2_u64.saturating_pow(tried.saturating_sub(1));
    (PAUSE_MS * slower).saturating_mul(doubled)
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let _ = ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes);
    bytes
}

#[cfg(test)]
mod tests;
