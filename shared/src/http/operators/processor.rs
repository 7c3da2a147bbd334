//! An account at a processor, as operators put it.

use crate::{
    http::{Result, field::Text, links::field::Typed},
    model::{Mode, Scope, id::TenantId, stripe_credentials::StripeCredentials},
    operations::{Problem, stripe_accounts::StripeWish},
    processor::stripe::NAME,
};
use derive::Body;
use serde_json::{Value, json};

/// An account to put.
#[derive(Body)]
pub struct PutProcessor {
    /// The tenant's id.
    pub tenant_id: TenantId,
    /// `test` or `live`.
    pub mode: Mode,
    /// Where the account is: `stripe`.
    pub provider: Text<1, 20>,
    /// `sk_...`, or `rk_...` with fewer rights, of this mode.
    pub secret_key: Typed<10, 255>,
    /// `pk_...` of the same account and mode: buyers' browsers get it.
    pub publishable_key: Text<10, 255>,
    /// `whsec_...` of the account's own events; what is there stays when absent.
    pub webhook_secret: Option<Typed<10, 255>>,
    /// `whsec_...` of the events of connected accounts; what is there stays when absent.
    pub connect_webhook_secret: Option<Typed<10, 255>>,
    /// `acct_...`, where the key may not read whose it is.
    pub account_id: Option<Text<6, 255>>,
}

impl PutProcessor {
    /// The account to put.
    ///
    /// # Errors
    /// Another provider.
    pub fn command(self) -> Result<StripeWish> {
        if self.provider.0 != NAME {
            return Err(Problem::field("provider", format!("must be {NAME}")));
        }
        Ok(StripeWish {
            scope: Scope { tenant: self.tenant_id, mode: self.mode },
            key: self.secret_key.0.of_kind(),
            publishable: self.publishable_key.0,
            events: self.webhook_secret.map(|secret| secret.0.of_kind()),
            connected_events: self.connect_webhook_secret.map(|secret| secret.0.of_kind()),
            account: self.account_id.map(|account| account.0),
        })
    }
}

/// An account that was put. Its secrets are not told, not even to whoever brought them.
pub fn answer(account: &StripeCredentials) -> Value {
    json!({
        "provider": NAME,
        "mode": account.scope.mode.as_str(),
        "account_id": account.account,
        "publishable_key": account.publishable,
        "webhook_secrets": account.events.len(),
        "connect_webhook_secrets": account.connected_events.len(),
        "saved_at": account.saved_at.rfc3339(),
    })
}
