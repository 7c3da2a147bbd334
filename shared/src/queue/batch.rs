//! Batches as Lambda hands them over, and how it wants to be told which messages failed.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A batch from a queue.
#[derive(Debug, Deserialize)]
pub struct MessageBatch {
    /// The messages, in the order of their group where the queue has groups.
    #[serde(rename = "Records", default)]
    pub records: Vec<QueueMessage>,
}

/// One message from a queue.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueMessage {
    /// The queue's id of the message, by which a failure is reported.
    pub message_id: String,
    /// The text that was sent.
    #[serde(default)]
    pub body: String,
}

/// Which messages of a batch failed. Those return to the queue; the others are deleted.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failures {
    /// One entry per failed message.
    pub batch_item_failures: Vec<BatchFailure>,
}

/// One message that failed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchFailure {
    /// The queue's id of the message.
    pub item_identifier: String,
}

/// A batch from the table's stream.
#[derive(Debug, Deserialize)]
pub struct StreamBatch {
    /// The records, oldest first for each item.
    #[serde(rename = "Records", default)]
    pub records: Vec<Value>,
}
