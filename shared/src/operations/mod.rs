//! What the system does, one file per capability: a command in, a model value or a [`Problem`] out.
//!
//! Plain functions over the table. Nothing here knows a surface: no body, view, envelope or status
//! number. Time is passed in as a [`Now`], ids as ids; what needs chance as well takes an
//! [`Ambient`].

pub mod ambient;
pub mod audit;
pub mod catalog;
pub mod checkout;
pub mod commit;
pub mod customers;
pub mod delivering;
pub mod destinations;
pub mod due_deliveries;
pub mod expiry;
pub mod fan_out;
pub mod idempotency;
pub mod invitations;
pub mod merchant_checkouts;
pub mod merchant_links;
pub mod new_payment;
pub mod payment_links;
pub mod payment_methods;
pub mod payment_steps;
pub mod payments;
pub mod problem;
pub mod provisioning;
pub mod publishing;
pub mod reconcile;
pub mod replays;
pub mod republishing;
pub mod retries;
pub mod routes;
pub mod sign_in;
pub mod tenant_links;
pub mod timers;
pub mod wallet_payments;
pub mod wallets;
pub mod webhooks;

pub use ambient::Ambient;
pub use commit::Commit;
pub use idempotency::{Idempotency, IdempotentAnswer, Remember};
pub use problem::{
    Cause, FieldError, Problem, ProblemKind, Resource, StateRefusal, Unauthenticated, Unique,
};

use crate::model::Time;

/// What an operation returns.
pub type Result<T> = std::result::Result<T, Problem>;

/// The clock, passed in.
pub type Now<'a> = &'a (dyn Fn() -> Time + Sync);
