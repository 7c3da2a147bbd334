//! What customers' servers receive: messages on the bus, bodies, signatures, and the sender.

pub mod customer_facts;
pub mod egress;
pub mod headers;
pub mod message;
pub mod payload;
pub mod retry_after;
pub mod sealing;
pub mod sender;
pub mod signature;
