//! What shows the bank's check of a card, where the processor's script does.

use super::{Capability, LinkKeys, key_service};
use crate::{
    app::{App, Config, stripe::StripeAccess},
    processor::Processors,
    store::Table,
};

/// Tokens of links, and processors whose scripts show checks.
pub struct Checks {
    links: LinkKeys,
    stripe: StripeAccess,
}

impl Capability for Checks {
    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        let stripe = StripeAccess::new(config, key_service(config)?);
        Ok(Self { links: LinkKeys::ready(config, store).await?, stripe })
    }
}

impl AsRef<LinkKeys> for Checks {
    fn as_ref(&self) -> &LinkKeys {
        &self.links
    }
}

impl<I> App<I, Checks> {
    /// The processors whose scripts show checks.
    pub fn showing_processors(&self) -> Processors<'_> {
        Processors::only(self.capability.stripe.adapter(&self.store))
    }
}
