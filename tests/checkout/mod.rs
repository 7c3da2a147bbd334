//! From an open link to its outcome: one charge, whatever happens.
//!
//! The real checkout, sweeps, simulator and stores, in this process. [`shop`] goes through a
//! payment step by step, so that a test can stop, repeat or delay any of them.

mod cards;
mod crashes;
mod expiry;
mod own_links;
mod parallel;
mod races;
mod saving;
mod shop;
mod simulation;
