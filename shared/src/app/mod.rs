//! Wiring: configuration, clients, keys, clock, and the shims that run a function.
//!
//! A function's first argument says what it needs ([`context`]); what it does not name is not
//! linked into it.

pub mod audit;
pub mod aws;
pub mod call;
mod card_fields;
pub mod clock;
pub mod config;
pub mod context;
pub mod dashboard;
pub mod deliver;
pub mod hosted;
pub mod http_function;
pub mod identity;
pub mod issuer_keys;
pub mod jwt;
pub mod keys;
pub mod links;
pub mod log;
pub mod operator_function;
pub mod operators;
pub mod payments;
pub mod platform;
pub mod queue_worker;
pub mod recount;
pub mod runtime;
pub mod scheduled;
pub mod stream_worker;
pub mod stripe;
pub mod verifier;
mod worker;

pub use crate::deadline::Deadline;
pub use call::{App, Call, Opened};
pub use config::Config;
pub use identity::{Anonymous, ApiKey, Bearer, Session};
pub use std::process::ExitCode;
