//! What the system does, one file per capability: a command in, a model value or a [`Problem`] out.
//!
//! Nothing here knows a surface: no body, view, envelope or status number.

pub mod problem;

pub use problem::{
    Cause, FieldError, Problem, ProblemKind, Resource, StateRefusal, Unauthenticated, Unique,
};

/// What an operation returns.
pub type Result<T> = std::result::Result<T, Problem>;
