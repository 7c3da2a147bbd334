//! Wiring: configuration, clients, keys, clock, and the shims that run a function.
//!
//! A function's first argument says what it needs ([`context`]); what it does not name is not
//! linked into it.

pub mod audit;
pub mod aws;
pub mod clock;
pub mod config;
pub mod context;
pub mod deliver;
pub mod http_function;
pub mod jwt;
pub mod keys;
pub mod log;
pub mod operator_function;
pub mod operators;
pub mod queue_worker;
pub mod runtime;
pub mod scheduled;
pub mod stream_worker;
pub mod verifier;
mod worker;

pub use crate::deadline::Deadline;
pub use config::Config;
pub use std::process::ExitCode;
