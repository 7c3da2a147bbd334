//! Paylink's library: everything that is not a 15 to 40 line function.
//!
//! Modules know only those to their left:
//! `model` <- `store` <- `processor`, `webhook`, `queue` <- `operations` <- `http` <- `app` <-
//! `functions`.
//!
//! - [`model`]: what is true about links, payments and events. No I/O, no clock, no randomness.
//! - [`store`]: the one table: keys, a closed set of writes, items.
//! - [`processor`]: who charges cards.
//! - [`webhook`]: what customers' servers receive, and how it is signed and sent.
//! - [`queue`]: messages between workers.
//! - [`operations`]: what the system does: a command in, a value or a problem out.
//! - [`http`]: requests and replies of each surface; bodies, views and tables of problems.
//! - [`digest`]: hashes, for all of them; [`mac`]: tokens that prove that we made them; [`url`]: parts
//!   of addresses; [`aws_error`]: what errors of AWS services mean.
//! - [`deadline`]: when the invocation that is being served must be over.
//! - [`app`]: configuration, clients, keys, clock, and the shims that run a function.

pub mod app;
pub mod aws_error;
pub mod deadline;
pub mod digest;
pub mod http;
pub mod mac;
pub mod model;
pub mod operations;
pub mod processor;
pub mod queue;
pub mod store;
pub mod url;
pub mod webhook;
