//! Invoices and their numbers: 1, 2, 3 ... without a gap or a twin, whatever happens to whoever makes
//! them.

mod adjustments;
mod credit_notes;
mod numbers;
mod queue;
pub mod shop;
mod waiting;
