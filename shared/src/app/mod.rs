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
pub mod jwt;
pub mod keys;
pub mod log;
pub mod operators;
pub mod runtime;
pub mod serve;
pub mod verifier;
pub mod work;

pub use config::Config;
pub use runtime::Exit;
