//! The table in DynamoDB.

mod expression;
mod value;

use super::{
    Consistency, Error, Index, Item, Key, Meter, Page, Query, Result, Update, Write,
    meter::Stopwatch,
};
use aws_sdk_dynamodb::{
    Client,
    error::DisplayErrorContext,
    operation::{
        delete_item::DeleteItemError, put_item::PutItemError,
        transact_write_items::TransactWriteItemsError, update_item::UpdateItemError,
    },
    types::{
        AttributeValue, CancellationReason, ConsumedCapacity, KeysAndAttributes,
        ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
    },
};
use expression::Expression;
use std::{collections::HashMap, time::Duration};

pub use value::{from_attributes, from_stream};

/// Tries of a write that collides with a twin, the first one included.
const MOST_TRIES: u32 = 4;

/// The table in DynamoDB.
pub struct Dynamo {
    client: Client,
    table: String,
    /// What was asked.
    pub meter: Meter,
}

/// A conflict with a running transaction is tried again; everything else is final.
enum Failure {
    Conflict,
    Final(Error),
}

impl Dynamo {
    /// The table of this name.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table, meter: Meter::default() }
    }

    pub(super) async fn get(&self, key: &Key, consistency: Consistency) -> Result<Option<Item>> {
        let stopwatch = Stopwatch::start();
        let output = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(attributes(key)))
            .consistent_read(consistency == Consistency::Strong)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(unavailable)?;
        self.meter.note(&stopwatch, half_units(output.consumed_capacity()), 0);
        Ok(output.item.map(from_attributes).transpose()?)
    }

    pub(super) async fn get_many(
        &self,
        keys: &[Key],
        consistency: Consistency,
    ) -> Result<Vec<Option<Item>>> {
        let mut found: HashMap<Key, Item> = HashMap::new();
        let mut wanted: Vec<_> = keys.iter().map(attributes).collect();
        for tried in 0.. {
            if wanted.is_empty() {
                break;
            }
            if tried == MOST_TRIES {
                return Err(Error::Contended);
            }
            pause(tried).await;
            let stopwatch = Stopwatch::start();
            let request = KeysAndAttributes::builder()
                .set_keys(Some(wanted))
                .consistent_read(consistency == Consistency::Strong)
                .build()
                .map_err(unavailable)?;
            let mut output = self
                .client
                .batch_get_item()
                .request_items(&self.table, request)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(unavailable)?;
            let units = output.consumed_capacity().iter().map(|one| half_units(Some(one))).sum();
            self.meter.note(&stopwatch, units, 0);
            for items in output.responses.take().unwrap_or_default().into_values() {
                for item in items {
                    let item = from_attributes(item)?;
                    found.insert(Key::of(&item)?, item);
                }
            }
            let left = output.unprocessed_keys.take().unwrap_or_default();
            wanted = left.into_values().flat_map(|keys| keys.keys).collect();
        }
        Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
    }

    /// Asks again where DynamoDB stopped early: one answer holds at most 1 MB.
    pub(super) async fn query(&self, query: Query) -> Result<Page> {
        let (pk, sk) = Index::keys(query.index);
        let mut items: Vec<Item> = Vec::new();
        let mut start = None;
        loop {
            let stopwatch = Stopwatch::start();
            let found = u32::try_from(items.len()).unwrap_or(u32::MAX);
            let left = query.limit.saturating_sub(found);
            let output = self
                .client
                .query()
                .table_name(&self.table)
                .set_index_name(query.index.map(|index| index.name().to_owned()))
                .key_condition_expression(format!("{pk} = :pk AND {sk} BETWEEN :from AND :to"))
                .expression_attribute_values(":pk", AttributeValue::S(query.pk.clone()))
                .expression_attribute_values(":from", AttributeValue::S(query.from.clone()))
                .expression_attribute_values(":to", AttributeValue::S(query.to.clone()))
                .consistent_read(query.consistency == Consistency::Strong && query.index.is_none())
                .scan_index_forward(query.oldest_first)
                .limit(i32::try_from(left).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(unavailable)?;
            self.meter.note(&stopwatch, half_units(output.consumed_capacity()), 0);
            let page = output.items.unwrap_or_default();
            let full = page.len() >= usize::try_from(left).unwrap_or(usize::MAX);
            for item in page {
                items.push(from_attributes(item)?);
            }
            start = output.last_evaluated_key.filter(|key| !key.is_empty());
            if full || start.is_none() {
                return Ok(Page { items, more: start.is_some() });
            }
        }
    }

    pub(super) async fn commit(&self, writes: &[Write]) -> Result<()> {
        // One token for all tries: a try that was committed although its answer said otherwise is
        // recognised by the next.
        let token = uuid::Uuid::from_bytes(random()).to_string();
        for tried in 0..MOST_TRIES {
            pause(tried).await;
            let result = match writes {
                [write] => self.write_one(write, &token).await,
                several => self.transact(several, &token).await,
            };
            match result {
                Ok(()) => return Ok(()),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Conflict) => {}
            }
        }
        Err(Error::Contended)
    }

    pub(super) async fn update(&self, update: Update) -> Result<Item> {
        let key = Write::Update(update.clone()).key()?;
        for tried in 0..MOST_TRIES {
            pause(tried).await;
            match self.update_once(&key, &update).await {
                Ok(item) => return Ok(item),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Conflict) => {}
            }
        }
        Err(Error::Contended)
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

    async fn put(&self, item: &Item, condition: Expression) -> std::result::Result<(), Failure> {
        let stopwatch = Stopwatch::start();
        let output = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(value::to_attributes(item)))
            .set_condition_expression(condition.condition())
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let units = output.as_ref().map_or(0, |output| half_units(output.consumed_capacity()));
        self.meter.note(&stopwatch, 0, units);
        output.map(|_| ()).map_err(|error| match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(e)) => refused(0, e.item()),
            Some(PutItemError::TransactionConflictException(_)) => Failure::Conflict,
            _ => Failure::Final(unavailable(error)),
        })
    }

    async fn delete(&self, key: &Key, version: u64) -> std::result::Result<(), Failure> {
        let stopwatch = Stopwatch::start();
        let condition = Expression::at_version(version);
        let output = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(attributes(key)))
            .set_condition_expression(condition.condition())
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let units = output.as_ref().map_or(0, |output| half_units(output.consumed_capacity()));
        self.meter.note(&stopwatch, 0, units);
        output.map(|_| ()).map_err(|error| match error.as_service_error() {
            Some(DeleteItemError::ConditionalCheckFailedException(e)) => refused(0, e.item()),
            Some(DeleteItemError::TransactionConflictException(_)) => Failure::Conflict,
            _ => Failure::Final(unavailable(error)),
        })
    }

    async fn update_once(&self, key: &Key, update: &Update) -> std::result::Result<Item, Failure> {
        let stopwatch = Stopwatch::start();
        let expression = Expression::update(update);
        let output = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(attributes(key)))
            .set_update_expression(expression.update.clone())
            .set_condition_expression(expression.condition())
            .set_expression_attribute_names(expression.names())
            .set_expression_attribute_values(expression.values())
            .return_values(ReturnValue::AllNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let units = output.as_ref().map_or(0, |output| half_units(output.consumed_capacity()));
        self.meter.note(&stopwatch, 0, units);
        let output = output.map_err(|error| match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(e)) => refused(0, e.item()),
            Some(UpdateItemError::TransactionConflictException(_)) => Failure::Conflict,
            _ => Failure::Final(unavailable(error)),
        })?;
        let item = from_attributes(output.attributes.unwrap_or_default());
        item.map_err(|corrupt| Failure::Final(corrupt.into()))
    }

    async fn transact(&self, writes: &[Write], token: &str) -> std::result::Result<(), Failure> {
        let stopwatch = Stopwatch::start();
        let items = writes.iter().map(|write| expression::transact_item(write, &self.table));
        let items = items.collect::<Result<Vec<_>>>().map_err(Failure::Final)?;
        let output = self
            .client
            .transact_write_items()
            .client_request_token(token)
            .set_transact_items(Some(items))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let capacity = output.as_ref().map_or(&[][..], |output| output.consumed_capacity());
        let units = capacity.iter().map(|one| half_units(Some(one))).sum();
        self.meter.note(&stopwatch, 0, units);
        output.map(|_| ()).map_err(|error| match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(e)) => {
                canceled(e.cancellation_reasons()).unwrap_or(Failure::Final(unavailable(error)))
            }
            Some(TransactWriteItemsError::TransactionInProgressException(_)) => Failure::Conflict,
            _ => Failure::Final(unavailable(error)),
        })
    }
}

/// A refused condition is an answer, and wins over a conflict of another write.
fn canceled(reasons: &[CancellationReason]) -> Option<Failure> {
    let is = |reason: &CancellationReason, code| reason.code() == Some(code);
    if let Some(index) = reasons.iter().position(|r| is(r, "ConditionalCheckFailed")) {
        return Some(refused(index, reasons.get(index).and_then(CancellationReason::item)));
    }
    reasons.iter().any(|r| is(r, "TransactionConflict")).then_some(Failure::Conflict)
}

fn refused(index: usize, old: Option<&HashMap<String, AttributeValue>>) -> Failure {
    let old = old.filter(|old| !old.is_empty()).map(|old| from_attributes(old.clone()));
    match old.transpose() {
        Ok(old) => Failure::Final(Error::Refused { index, old: old.map(Box::new) }),
        Err(corrupt) => Failure::Final(corrupt.into()),
    }
}

/// Waits before a second try: up to 20, 40, 80 ms, at random, so that twins part ways.
async fn pause(tried: u32) {
    if tried > 0 {
        let most_ms = 10_u64.saturating_mul(2_u64.saturating_pow(tried));
        let ms = u64::from(u16::from_be_bytes(random())) * most_ms / 65_536;
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let _ = ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes);
    bytes
}

/// Doubled capacity units, read from the decimal text so that no float is computed with.
fn half_units(capacity: Option<&ConsumedCapacity>) -> u64 {
    let units = capacity.and_then(ConsumedCapacity::capacity_units);
    let text = units.map(|units| units.to_string()).unwrap_or_default();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
    whole.parse().unwrap_or(0_u64) * 2 + u64::from(fraction.starts_with('5'))
}

fn attributes(key: &Key) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(key.pk.clone())),
        ("sk".to_owned(), AttributeValue::S(key.sk.clone())),
    ])
}

fn unavailable(error: impl std::error::Error) -> Error {
    Error::Unavailable(DisplayErrorContext(error).to_string())
}
