//! The table in DynamoDB.

mod expression;
mod wire;

use super::{
    Consistency, Corrupt, Error, Item, Key, Meter, Page, Query, Result, Update, Write,
    meter::Stopwatch,
};
use crate::aws::{self, Client};
use expression::Expression;
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};
use wire::{Answer, Ask, Keys, Reason, Refusal};

/// The secondary index.
const INDEX: &str = "gsi1";

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

/// An item as a stream record holds it.
///
/// # Errors
/// A kind of attribute that this code never writes.
pub fn from_stream(image: &serde_json::Value) -> std::result::Result<Item, Corrupt> {
    Item::deserialize(image).map_err(|error| Corrupt {
        record: "a stream record".to_owned(),
        attribute: error.to_string(),
    })
}

impl Dynamo {
    /// The table of this name.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table, meter: Meter::default() }
    }

    fn about<'a>(&'a self, key: &Key) -> Ask<'a> {
        Ask { key: Some(key.item()), ..Ask::of(&self.table) }
    }

    /// Asks, and notes what it cost.
    async fn read(&self, operation: &str, ask: Ask<'_>) -> Result<Answer> {
        let (answer, stopwatch) = self.ask(operation, ask).await;
        let units = answer.as_ref().map_or(0, Answer::half_units);
        self.meter.note(&stopwatch, units, 0);
        answer.map_err(unavailable)
    }

    /// Writes, and notes what it cost.
    async fn write(&self, operation: &str, ask: Ask<'_>) -> std::result::Result<Answer, Failure> {
        let (answer, stopwatch) = self.ask(operation, ask).await;
        let units = answer.as_ref().map_or(0, Answer::half_units);
        self.meter.note(&stopwatch, 0, units);
        answer.map_err(failure)
    }

    async fn ask(
        &self,
        operation: &str,
        ask: Ask<'_>,
    ) -> (std::result::Result<Answer, aws::Error>, Stopwatch) {
        let stopwatch = Stopwatch::start();
        let ask = Ask { return_consumed_capacity: Some("TOTAL"), ..ask };
        (self.client.call(operation, &ask).await, stopwatch)
    }

    pub(super) async fn get(&self, key: &Key, consistency: Consistency) -> Result<Option<Item>> {
        let strong = consistency == Consistency::Strong;
        let ask = Ask { consistent_read: Some(strong), ..self.about(key) };
        Ok(self.read("GetItem", ask).await?.item)
    }

    pub(super) async fn get_all<const N: usize>(
        &self,
        keys: [Key; N],
        consistency: Consistency,
    ) -> Result<[Option<Item>; N]> {
        let mut found: HashMap<Key, Item> = HashMap::new();
        let mut wanted: Vec<_> = keys.iter().map(Key::item).collect();
        let consistent_read = consistency == Consistency::Strong;
        for tried in 0.. {
            if wanted.is_empty() {
                break;
            }
            if tried == MOST_TRIES {
                return Err(Error::Contended);
            }
            pause(tried).await;
            let keys = Keys { keys: wanted, consistent_read };
            let items = HashMap::from([(self.table.as_str(), keys)]);
            let ask = Ask { request_items: Some(items), ..Ask::default() };
            let answer = self.read("BatchGetItem", ask).await?;
            for item in answer.responses.into_values().flatten() {
                found.insert(Key::of(&item)?, item);
            }
            wanted = answer.unprocessed_keys.into_values().flat_map(|keys| keys.keys).collect();
        }
        Ok(keys.map(|key| found.remove(&key)))
    }

    /// Asks again where DynamoDB stopped early: one answer holds at most 1 MB.
    pub(super) async fn query(&self, query: Query) -> Result<Page> {
        let (pk, sk) = if query.index { ("gsi1pk", "gsi1sk") } else { ("pk", "sk") };
        let values = [(":pk", &query.pk), (":from", &query.from), (":to", &query.to)];
        let values = values.map(|(name, value)| (name.to_owned(), value.clone().into()));
        let values = BTreeMap::from(values);
        let mut items: Vec<Item> = Vec::new();
        let mut start = None;
        loop {
            let found = u32::try_from(items.len()).unwrap_or(u32::MAX);
            let left = query.limit.saturating_sub(found);
            let ask = Ask {
                index_name: query.index.then_some(INDEX),
                key_condition_expression: Some(format!(
                    "{pk} = :pk AND {sk} BETWEEN :from AND :to"
                )),
                expression_attribute_values: values.clone(),
                consistent_read: Some(query.consistency == Consistency::Strong && !query.index),
                scan_index_forward: Some(query.oldest_first),
                limit: Some(left),
                exclusive_start_key: start,
                ..Ask::of(&self.table)
            };
            let answer = self.read("Query", ask).await?;
            let full = answer.items.len() >= usize::try_from(left).unwrap_or(usize::MAX);
            items.extend(answer.items);
            start = answer.last_evaluated_key.filter(|key| !key.0.is_empty());
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
        let ask = Ask { item: Some(item), ..Ask::of(&self.table) }.with(condition);
        self.write("PutItem", ask).await.map(|_| ())
    }

    async fn delete(&self, key: &Key, version: u64) -> std::result::Result<(), Failure> {
        let ask = self.about(key).with(Expression::at_version(version));
        self.write("DeleteItem", ask).await.map(|_| ())
    }

    async fn update_once(&self, key: &Key, update: &Update) -> std::result::Result<Item, Failure> {
        let ask = self.about(key).with(Expression::update(update));
        let ask = Ask { return_values: Some("ALL_NEW"), ..ask };
        Ok(self.write("UpdateItem", ask).await?.attributes)
    }

    async fn transact(&self, writes: &[Write], token: &str) -> std::result::Result<(), Failure> {
        let items = writes.iter().map(|write| expression::transact_item(write, &self.table));
        let items = items.collect::<Result<Vec<_>>>().map_err(Failure::Final)?;
        let ask = Ask {
            client_request_token: Some(token),
            transact_items: Some(items),
            ..Ask::default()
        };
        self.write("TransactWriteItems", ask).await.map(|_| ())
    }
}

/// What a write that was not made means.
fn failure(error: aws::Error) -> Failure {
    let aws::Error::Refused(fault) = &error else { return Failure::Final(unavailable(error)) };
    let refusal = || fault.read::<Refusal>().map_err(|error| Failure::Final(unavailable(error)));
    match fault.code.as_str() {
        "ConditionalCheckFailedException" => match refusal() {
            Ok(refusal) => refused(0, refusal.item),
            Err(failure) => failure,
        },
        "TransactionCanceledException" => match refusal() {
            Ok(refusal) => canceled(refusal.cancellation_reasons)
                .unwrap_or_else(|| Failure::Final(unavailable(error))),
            Err(failure) => failure,
        },
        "TransactionConflictException" | "TransactionInProgressException" => Failure::Conflict,
        _ => Failure::Final(unavailable(error)),
    }
}

/// A refused condition is an answer, and wins over a conflict of another write.
fn canceled(mut reasons: Vec<Reason>) -> Option<Failure> {
    let is = |reason: &Reason, code| reason.code.as_deref() == Some(code);
    if let Some(index) = reasons.iter().position(|r| is(r, "ConditionalCheckFailed")) {
        return Some(refused(index, reasons.swap_remove(index).item));
    }
    reasons.iter().any(|r| is(r, "TransactionConflict")).then_some(Failure::Conflict)
}

fn refused(index: usize, old: Option<Item>) -> Failure {
    let old = old.filter(|old| !old.0.is_empty()).map(Box::new);
    Failure::Final(Error::Refused { index, old })
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

fn unavailable(error: aws::Error) -> Error {
    Error::Unavailable(error.to_string())
}
