//! Money between wallets and the outside: nothing is made, lost or spent twice, whatever happens.
//!
//! [`model`] and [`provider`] say what should happen, in plain numbers; [`world`] is the product;
//! [`simulation`] does the same things to both. [`bank`] lets many hands work at once. [`journal`]
//! reads the books.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "the model is written apart from the code, and says only what it knows"
)]

mod bank;
mod journal;
mod life;
mod model;
mod provider;
mod simulation;
mod world;
