//! What operators send to functions without HTTP, and what these answer.

pub mod answers;
pub mod bodies;
pub mod field;
pub mod issuer;
pub mod processor;
