//! The numbering queue as SQS keeps it: one message of a group at a time, in order; what fails comes
//! back five times and then goes to the dead-letter queue.

use shared::{
    app::clock::AMBIENT,
    model::{
        Scope,
        id::{PaymentIntentId, RefundId},
    },
    operations::numbering::number_message,
    queue::sqs::Number,
    store::Table,
};
use std::collections::{HashMap, VecDeque};

/// How often a message is received before it is put aside: the template says the same.
pub const MAX_RECEIVES: u32 = 5;

/// The queue with its dead letters.
#[derive(Default)]
pub struct NumberingQueue {
    groups: HashMap<String, VecDeque<(String, u32)>>,
    /// What could not be done.
    pub dead: Vec<String>,
    /// Why.
    pub troubles: Vec<String>,
}

impl NumberingQueue {
    /// Asks for a payment's invoice.
    pub fn ask(&mut self, scope: Scope, payment: PaymentIntentId) {
        let number = Number::payment(scope, payment);
        let body = serde_json::to_string(&number).unwrap();
        self.groups.entry(number.group()).or_default().push_back((body, 0));
    }

    /// Asks for a refund's credit note.
    pub fn ask_credit(&mut self, scope: Scope, refund: RefundId) {
        let number = Number::refund(scope, refund);
        let body = serde_json::to_string(&number).unwrap();
        self.groups.entry(number.group()).or_default().push_back((body, 0));
    }

    /// Puts the dead letters back, as an operator does.
    pub fn redrive(&mut self) {
        for body in std::mem::take(&mut self.dead) {
            let number: Number = serde_json::from_str(&body).unwrap();
            self.groups.entry(number.group()).or_default().push_back((body, 0));
        }
    }

    /// Works until nothing is left.
    pub async fn work(&mut self, table: &Table) {
        for group in self.groups.values_mut() {
            while let Some((body, received)) = group.pop_front() {
                if let Err(trouble) = number_message(table, &body, AMBIENT).await {
                    self.troubles.push(trouble);
                    match received + 1 {
                        MAX_RECEIVES => self.dead.push(body),
                        again => group.push_front((body, again)),
                    }
                }
            }
        }
    }
}
