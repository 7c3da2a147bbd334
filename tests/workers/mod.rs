//! The workers on the local stack, from the committed change to the receiver: killed at random,
//! with a dead endpoint among living ones, and flooded.
//!
//! This module's name makes it the last that is started, since tests here want the stack alone.

mod fairness;
mod invoices;
mod killer;
mod kills;
mod overlap;
mod seldom;
mod uses;
mod wallets;
