//! The domain: pure values and transitions. Nothing here knows AWS, HTTP or how items look.

pub mod activity;
pub mod actor;
pub mod address;
pub mod amounts;
pub mod api_key;
pub mod audit;
pub mod bank;
pub mod blank;
pub mod calendar;
pub mod card;
pub mod catalog;
pub mod checkout_session;
pub mod client_network;
pub mod contrast;
pub mod credit_note;
pub mod currency;
pub mod customer;
pub mod date;
pub mod delivery;
pub mod delivery_order;
pub mod destination;
pub mod dispute;
pub mod endpoint_health;
pub mod event;
pub mod id;
pub mod invitation;
pub mod invoice;
pub mod issuer;
pub mod key_ring;
pub mod ledger;
pub mod link_figures;
pub mod link_guard;
pub mod member;
pub mod metadata;
pub mod money;
pub mod number;
pub mod organization;
pub mod origin;
pub mod password;
pub mod payment_intent;
pub mod payment_link;
pub mod payment_method;
pub mod picture;
pub mod place;
pub mod processor_account;
pub mod progress;
pub mod refund;
pub mod replay;
pub mod reset;
pub mod retry_schedule;
pub mod route;
pub mod search;
pub mod search_term;
pub mod second_factor;
pub mod secret;
pub mod session;
pub mod stripe_credentials;
pub mod stripe_poll;
pub mod submit;
pub mod surface;
pub mod tax;
pub mod tenant;
pub mod time;
pub mod time_zone;
pub mod token;
pub mod totp;
pub mod transaction;
pub mod wallet;
pub mod webhook_endpoint;
pub mod zone;

pub use amounts::Amounts;
pub use currency::Currency;
pub use id::{Id, Mode, Scope};
pub use money::Money;
pub use surface::Surface;
pub use time::Time;

/// Says in one sentence why a value is not acceptable; shown to the caller beside the field's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid(pub String);

impl Invalid {
    /// An explanation from text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}
