//! One invocation makes all the deliveries of its batch at the same time.

use crate::stack::{Stack, eventually};
use serde_json::{Value, json};

/// Messages in a full batch, as the template's mapping asks for them.
const BATCH: usize = 10;

/// Keeps the sender asleep, whatever its queue holds.
struct Asleep(&'static Stack);

impl Asleep {
    fn new(stack: &'static Stack) -> Self {
        stack.set_woken("workers-deliver-webhook", false);
        Self(stack)
    }
}

impl Drop for Asleep {
    fn drop(&mut self) {
        self.0.set_woken("workers-deliver-webhook", true);
    }
}

/// The server answers nobody until all ten are there: a sender that makes one delivery after the
/// other never gets so far.
#[test]
fn ten_deliveries_overlap_in_one_invocation() {
    let (stack, _alone) = Stack::alone();
    let tenant = stack.tenant("Busy Shop");
    let receiver = tenant.listen(&[]);
    receiver.gather(BATCH);
    let asleep = Asleep::new(stack);
    for _ in 0..BATCH {
        tenant.post("/v1/platform/webhooks/test", &json!({})).ok();
    }
    let waiting = eventually("ten deliveries in the queue", 60, || {
        let mut messages = stack.messages("webhook-delivery");
        messages.retain(|body| body.contains(&tenant.id));
        (messages.len() == BATCH).then_some(messages)
    });
    let record = |(number, body): (usize, &String)| {
        json!({
            "messageId": number.to_string(),
            "receiptHandle": "none",
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": tenant.id},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
        })
    };
    let records: Vec<Value> = waiting.iter().enumerate().map(record).collect();
    let answer = stack.invoke("workers-deliver-webhook", &json!({"Records": records}));
    assert_eq!(answer, json!({"batchItemFailures": []}));
    assert_eq!(receiver.received().len(), BATCH);
    assert_eq!(receiver.most_at_once(), BATCH, "some waited for others");
    // The queue's own messages find everything done.
    drop(asleep);
    eventually("the queue is empty", 60, || (!stack.queues().contains(&tenant.id)).then_some(()));
    assert_eq!(receiver.received().len(), BATCH, "a delivery was made twice");
}
