//! The table as its stream tells it: looking again costs what has changed, and not the table.

use super::{
    Stack,
    aws::{Attributes, Snapshot, text_of},
};
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};

/// What the table held when its stream was last read, and where to read on.
struct Mirror {
    items: Snapshot,
    changes: Changes,
}

/// Every change of the table, in order, from some moment on.
pub struct Changes(Value);

static MIRROR: Mutex<Option<Mirror>> = Mutex::new(None);

impl Stack {
    /// The items that fit, as they are now.
    pub fn items_where(
        &'static self,
        fits: impl Fn(&(String, String), &Attributes) -> bool,
    ) -> Snapshot {
        let mut mirror = MIRROR.lock().unwrap_or_else(PoisonError::into_inner);
        // One that broke while it was read is made anew.
        let mut now = mirror.take().unwrap_or_else(|| Mirror::of(self));
        now.follow(self);
        let found = now.items.iter().filter(|(key, item)| fits(key, item));
        let found = found.map(|(key, item)| (key.clone(), item.clone())).collect();
        *mirror = Some(now);
        found
    }
}

impl Changes {
    /// Those from here on.
    pub fn from_now(stack: &'static Stack) -> Self {
        let table = stack.dynamodb("DescribeTable", json!({}));
        let stream = &table["Table"]["LatestStreamArn"];
        let streams = json!({"StreamArn": stream});
        let shards = stack.aws("DynamoDBStreams_20120810.DescribeStream", &streams);
        let from = json!({
            "StreamArn": stream,
            "ShardId": shards["StreamDescription"]["Shards"][0]["ShardId"],
            "ShardIteratorType": "LATEST",
        });
        let mut iterator = stack.aws("DynamoDBStreams_20120810.GetShardIterator", &from);
        Self(iterator["ShardIterator"].take())
    }

    /// The next of them; none when nothing has changed since.
    pub fn next(&mut self, stack: &'static Stack) -> Vec<Value> {
        let from = json!({"ShardIterator": self.0});
        let mut page = stack.aws("DynamoDBStreams_20120810.GetRecords", &from);
        self.0 = page["NextShardIterator"].take();
        let records = page["Records"].as_array_mut().unwrap();
        records.iter_mut().map(|record| record["dynamodb"].take()).collect()
    }
}

impl Mirror {
    /// The stream from here on, and then the table: what happens in between is told twice.
    fn of(stack: &'static Stack) -> Self {
        let changes = Changes::from_now(stack);
        Self { changes, items: stack.table() }
    }

    fn follow(&mut self, stack: &'static Stack) {
        loop {
            let changes = self.changes.next(stack);
            if changes.is_empty() {
                return;
            }
            for change in changes {
                self.apply(change);
            }
        }
    }

    fn apply(&mut self, mut change: Value) {
        let keys = change["Keys"].as_object().unwrap();
        let key = (text_of(keys, "pk"), text_of(keys, "sk"));
        match change["NewImage"].take() {
            Value::Object(item) => self.items.insert(key, item),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => self.items.remove(&key),
        };
    }
}
