//! What charges a card for a link.

use super::{Capability, LinkKeys, Providers};
use crate::{app::Config, store::Table};

/// Tokens of links, and providers.
pub struct Checkout {
    links: LinkKeys,
    providers: Providers,
}

impl Capability for Checkout {
    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        let links = LinkKeys::ready(config, store).await?;
        Ok(Self { links, providers: Providers::ready(config, store).await? })
    }
}

impl AsRef<LinkKeys> for Checkout {
    fn as_ref(&self) -> &LinkKeys {
        &self.links
    }
}

impl AsRef<Providers> for Checkout {
    fn as_ref(&self) -> &Providers {
        &self.providers
    }
}
