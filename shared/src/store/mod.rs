//! The one table: keys ([`key`]), a closed set of writes ([`write`]), and one file per entity.
//!
//! Every read starts from a [`crate::model::Scope`] or a secret that stands for one. There is no
//! unconditional put, no scan, and no list without a limit.

pub mod account;
pub mod acting;
pub mod activity;
pub mod api_key;
pub mod audit;
pub mod bank;
pub mod card_payment;
pub mod catalog;
pub mod checkout_session;
pub mod client;
pub mod credit_note;
pub mod customer;
pub mod delivery;
pub mod delivery_order;
pub mod delivery_timer;
pub mod destination;
pub mod dispute;
pub mod document;
pub mod dynamo;
pub mod erasure;
pub mod event;
pub mod found;
pub mod gone;
pub mod hold;
pub mod idempotency;
pub mod intent;
pub mod invitation;
pub mod invoice;
pub mod issuer;
pub mod item;
pub mod key;
pub mod key_ring;
pub mod link_guard;
pub mod list;
pub mod member;
pub mod memory;
pub mod meter;
pub mod occurrence;
pub mod organization;
pub mod payment_link;
pub mod payment_method;
pub mod picture;
pub mod processor_account;
pub mod processor_event;
pub mod refund;
pub mod registry;
pub mod replay;
pub mod reset;
pub mod route;
pub mod second_factor;
pub mod series;
pub mod session;
pub mod sliding;
pub mod statistics;
pub mod step;
pub mod stripe_credentials;
pub mod stripe_poll;
pub mod submit;
pub mod table;
pub mod tally;
pub mod tax;
pub mod tenant;
pub mod throttle;
pub mod timer;
pub mod turn;
pub mod wallet;
pub mod webhook_endpoint;
pub mod write;

pub use item::{Corrupt, Item, Value};
pub use key::Key;
pub use meter::Meter;
pub use table::{Consistency, Index, ItemPage, Query, Table};
pub use write::{Guard, Update, Write};

/// Why the store did not do what was asked.
#[derive(Debug)]
pub enum Error {
    /// A condition did not hold. An answer, not a fault: never retried.
    Refused {
        /// Which write of the commit.
        index: usize,
        /// The item as it was, for the precise reason. Boxed: refusals are rare, items are not
        /// small.
        old: Option<Box<Item>>,
    },
    /// Duplicates collided and kept colliding over all tries.
    Contended,
    /// The table could not be reached or did not answer in time.
    Unavailable(String),
    /// The table refuses the call as it is: access denied, no such table, an invalid request.
    /// Trying again does not help.
    Rejected(String),
    /// A record that this code cannot have written.
    Corrupt(Corrupt),
}

impl From<Corrupt> for Error {
    fn from(corrupt: Corrupt) -> Self {
        Self::Corrupt(corrupt)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused { index, .. } => write!(f, "write {index} was refused"),
            Self::Contended => f.write_str("too many writers at once"),
            Self::Unavailable(cause) => write!(f, "the table cannot be reached: {cause}"),
            Self::Rejected(cause) => write!(f, "the table refuses the call: {cause}"),
            Self::Corrupt(corrupt) => write!(f, "unreadable record: {corrupt}"),
        }
    }
}

/// What every function of the store answers.
pub type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
pub(crate) mod tests;
