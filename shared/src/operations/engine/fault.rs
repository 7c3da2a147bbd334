//! Why a payment does not take a step.

use crate::{
    model::{
        Invalid, ledger,
        payment_intent::{self, wallet::StepRefusal},
    },
    operations::{Problem, Resource, problem::on},
    store,
};

/// Why a step is not taken: the payment's state, or the request.
#[derive(Debug)]
pub enum Objection {
    /// The payment does not allow it.
    State(StepRefusal),
    /// A payment through a link does not allow it.
    Link(payment_intent::ChargeRefusal),
    /// A field does not fit the payment.
    Field(&'static str, Invalid),
}

impl From<StepRefusal> for Objection {
    fn from(refusal: StepRefusal) -> Self {
        Self::State(refusal)
    }
}

/// Why a payment did not take a step.
#[derive(Debug)]
pub enum PaymentFault {
    /// There is no such payment.
    Missing,
    /// Its state does not allow it, or the request does not fit it.
    Objection(Objection),
    /// The money cannot move.
    Ledger(ledger::LedgerRefusal),
    /// It is there already: the same request came before.
    Duplicate,
    /// What was to be written along with it was refused.
    Extra,
    /// The table cannot be reached, or too many want the same accounts at once.
    Store(store::Error),
}

impl From<PaymentFault> for Problem {
    #[track_caller]
    fn from(fault: PaymentFault) -> Self {
        match fault {
            PaymentFault::Missing => Self::NotFound(Resource::Payment),
            PaymentFault::Objection(Objection::State(refusal)) => refusal.into(),
            PaymentFault::Objection(Objection::Link(refusal)) => refusal.into(),
            PaymentFault::Objection(Objection::Field(field, invalid)) => on(field, invalid),
            PaymentFault::Ledger(refusal) => refusal.into(),
            PaymentFault::Duplicate | PaymentFault::Extra => Self::Contended,
            PaymentFault::Store(error) => error.into(),
        }
    }
}

impl From<store::Error> for PaymentFault {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<Objection> for PaymentFault {
    fn from(objection: Objection) -> Self {
        Self::Objection(objection)
    }
}

impl From<StepRefusal> for PaymentFault {
    fn from(refusal: StepRefusal) -> Self {
        Self::Objection(refusal.into())
    }
}
