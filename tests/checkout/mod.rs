//! From an open link to its outcome: one charge, whatever happens.
//!
//! The real checkout, sweeps, simulator and stores, in this process. [`shop`] goes through a
//! payment step by step, so that a test can stop, repeat or delay any of them.

mod cards;
mod charge_documents;
mod charge_lives;
mod charge_meddler;
mod charges;
mod crashes;
mod disputes;
mod expiry;
mod link_cases;
mod link_guard;
mod link_invoices;
mod link_lives;
mod link_refunds;
mod link_search;
mod link_starts;
mod link_statistics;
mod link_taxes;
mod link_world;
mod listed_late;
mod own_links;
mod parallel;
mod payments_cases;
mod races;
mod refunds;
pub mod saver;
mod saving;
pub mod shop;
mod sick_accounts;
mod simulation;
mod stripe_cuts;
mod stripe_world;
pub mod tax_world;
mod taxes;
mod vault;
