//! Card fields that a processor shows on a payment's page.

use super::App;
use crate::{
    http::Result,
    model::{Money, payment_intent::PaymentIntent},
    processor::{PaymentFields, registry},
};

impl<I, C> App<I, C> {
    /// The card fields of a payment's page where its processor shows them; `None` where the page has its
    /// own. They are read only where they are shown.
    pub async fn card_fields(
        &self,
        payment: &PaymentIntent,
        due: Money,
    ) -> Result<Option<PaymentFields>> {
        let Some(account) = payment.charging_account() else { return Ok(None) };
        let base = &self.config.stripe_base;
        Ok(registry::payment_fields(&self.store, base, payment.scope, account, due).await?)
    }
}
