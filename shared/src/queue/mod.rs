//! Messages between workers: the bus, the queues, and what arrives in batches; and the bucket into
//! which a worker puts files.

pub mod batch;
pub mod bucket;
pub mod bus;
#[cfg(test)]
pub mod outside;
pub mod sqs;

/// What a worker says about one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Looked after; the queue forgets it.
    Done,
    /// Comes back after the visibility timeout; the queue counts, and in the end moves it to the
    /// dead-letter queue.
    Retry,
}
