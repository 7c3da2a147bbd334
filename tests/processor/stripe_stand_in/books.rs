//! What is in the stand-in's books, for tests to compare with ours.

use super::{Payment, Refund, StandIn};
use crate::processor::Books;

impl StandIn {
    /// What is in its books of the payments with this mark.
    pub fn books(&self, mark: &str) -> Books {
        let state = self.state();
        let ours = state.payments.values().filter(|payment| payment.mark == mark);
        ours.fold(Books::NONE, |books, payment| {
            let back = state.refunds.iter().filter(|refund| refund.payment == payment.id);
            let back = back.filter(|refund| refund.status == "succeeded");
            Books {
                taken: books.taken + payment.taken,
                given_back: books.given_back + back.map(|refund| refund.amount).sum::<i64>(),
            }
        })
    }

    /// States of the payments with this mark.
    pub fn states(&self, mark: &str) -> Vec<&'static str> {
        let state = self.state();
        let ours = state.payments.values().filter(|payment| payment.mark == mark);
        ours.map(|payment| payment.status).collect()
    }

    /// The payments with this mark: which, what each has taken, and whether something is left to do.
    pub fn payments(&self, mark: &str) -> Vec<(String, i64, bool)> {
        let state = self.state();
        let ours = state.payments.values().filter(|payment| payment.mark == mark);
        let open = |payment: &Payment| matches!(payment.status, "requires_action" | "processing");
        ours.map(|payment| (payment.id.clone(), payment.taken, open(payment))).collect()
    }

    /// Refunds of the payments with this mark: which, and what each gives back or will.
    pub fn refunds(&self, mark: &str) -> Vec<(String, i64)> {
        let state = self.state();
        let gives = |refund: &&Refund| matches!(refund.status, "succeeded" | "pending");
        let ours =
            state.refunds.iter().filter(|refund| state.payments[&refund.payment].mark == mark);
        ours.filter(gives).map(|refund| (refund.id.clone(), refund.amount)).collect()
    }

    /// How often something was asked for whose path has this in it.
    pub fn asked(&self, part: &str) -> usize {
        self.state().log.iter().filter(|line| line.contains(part)).count()
    }

    /// Where the payment stands whose secret this is, as its browser may see.
    pub fn seen_by(&self, secret: &str) -> Option<&'static str> {
        let state = self.state();
        state.payments.values().find(|payment| payment.secret() == secret).map(|one| one.status)
    }

    /// The payment that Stripe has begun with this mark.
    pub fn payment_of(&self, mark: &str) -> String {
        self.state().payment_of(mark)
    }

    /// Which refund of Stripe's ours is.
    pub fn refund_of(&self, mark: &str) -> String {
        let state = self.state();
        state.refunds.iter().find(|refund| refund.mark == mark).unwrap().id.clone()
    }
}
