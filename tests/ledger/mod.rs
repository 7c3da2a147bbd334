//! Money between wallets and the outside: nothing is made, lost or spent twice, whatever happens.
//!
//! [`model`] and [`provider`] say what should happen, in plain numbers; [`world`] is the product;
//! [`simulation`] does the same things to both. [`bank`] lets many hands work at once. [`journal`]
//! reads the books.

mod bank;
mod journal;
mod life;
mod model;
mod provider;
mod simulation;
mod world;
