//! What the system does, one file per capability: a command in, a model value or a [`Problem`] out.
//!
//! Plain functions over the table. Nothing here knows a surface: no body, view, envelope or status
//! number. Time is passed in as a [`Now`], ids as ids; what needs chance as well takes an
//! [`Ambient`].

pub mod activity;
pub mod adjustments;
pub mod ambient;
pub mod api_keys;
pub mod audit;
pub mod cancellations;
pub mod catalog;
pub mod charges;
pub mod checkout;
pub mod client_secrets;
pub mod commit;
pub mod completing;
pub mod customers;
pub mod dashboard;
pub mod delivering;
pub mod destinations;
pub mod disputes;
pub mod downloads;
pub mod due_deliveries;
pub mod engine;
pub mod erasing;
pub mod expiry;
pub mod fan_out;
pub mod idempotency;
pub mod invitations;
pub mod invoices;
pub mod issuers;
pub mod link_edits;
pub mod link_events;
pub mod link_guard;
pub mod link_list;
pub mod merchant_checkouts;
pub mod merchant_links;
pub mod new_payment;
pub mod numbering;
pub mod organizations;
pub mod own_account;
pub mod own_endpoints;
pub mod payment_links;
pub mod payment_methods;
pub mod payment_steps;
pub mod payments;
pub mod pictures;
pub mod problem;
pub mod provisioning;
pub mod publishing;
pub mod reconcile;
pub mod refund_facts;
pub mod refunds;
pub mod rendering;
pub mod replays;
pub mod republishing;
pub mod resets;
pub mod retries;
pub mod routes;
pub mod sales;
pub mod search;
pub mod second_factors;
pub mod sign_in;
pub mod statistics;
pub mod stripe_accounts;
pub mod stripe_events;
pub mod stripe_polls;
pub mod submits;
pub mod tax;
pub mod team;
pub mod tenant_links;
pub mod timers;
pub mod transactions;
pub mod vault;
pub mod wallets;
pub mod webhook_tests;
pub mod webhooks;

#[cfg(test)]
pub(crate) mod fixture;

pub use ambient::Ambient;
pub use commit::{Anew, Commit};
pub use idempotency::{Idempotency, IdempotentAnswer, Remember};
pub use problem::{
    Cause, FieldError, Problem, ProblemKind, Resource, StateRefusal, Unauthenticated, Unique,
};

pub use crate::store::sliding::Allowance;

use crate::model::Time;

/// What an operation returns: its value, or the problem that a surface words for its callers.
pub type Result<T> = std::result::Result<T, Problem>;

/// The clock, passed in, so that tests decide what time it is.
pub type Now<'a> = &'a (dyn Fn() -> Time + Sync);
