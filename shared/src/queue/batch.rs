//! Batches as Lambda hands them over, and its way of naming the messages that failed.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A batch from a queue.
#[derive(Debug, Deserialize)]
pub struct Messages {
    /// The messages.
    #[serde(rename = "Records", default)]
    pub records: Vec<QueueMessage>,
}

/// One message from a queue.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueMessage {
    /// The queue's id of it.
    pub message_id: String,
    /// What was sent.
    #[serde(default)]
    pub body: String,
}

/// Which messages of a batch failed.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failures {
    /// They come back; the rest does not.
    pub batch_item_failures: Vec<Failure>,
}

/// One that failed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The queue's id of it.
    pub item_identifier: String,
}

/// A batch from the table's stream.
#[derive(Debug, Deserialize)]
pub struct StreamBatch {
    /// The records, oldest first per item.
    #[serde(rename = "Records", default)]
    pub records: Vec<Value>,
}
