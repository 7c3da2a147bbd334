//! The workers on the local stack, from the committed change to the receiver: killed at random,
//! and with a dead endpoint among living ones.
//!
//! This module's name makes it the last that is started, since tests here want the stack alone.

mod fairness;
mod killer;
mod kills;
mod overlap;
