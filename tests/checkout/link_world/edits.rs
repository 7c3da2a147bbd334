//! What members of the organisation do to its links.

use super::{World, now};
use crate::random::Random;
use shared::{
    model::{
        Time,
        actor::Actor,
        id::{Id, PaymentLinkId},
        link_figures::LinkFigures,
        payment_link::{Limit, LinkEdit},
    },
    operations::{
        Idempotency, Result,
        link_edits::{self, LinkChange, LinkCopy},
        merchant_links::MadeMerchantLink,
    },
};

impl World {
    pub async fn patch(
        &self,
        link: PaymentLinkId,
        active: Option<bool>,
        max: Option<Option<u32>>,
        expires_at: Option<Option<Time>>,
    ) -> Result<()> {
        let uses = max.map(|max| Limit::at_most(max).unwrap());
        let edit = LinkEdit { active, expires_at, uses };
        let change = LinkChange { edit, name: None, metadata: None };
        let found = link_edits::find(&self.table, self.scope, link).await?;
        link_edits::change(&self.table, found, &change, false, now()).await.map(|_| ())
    }

    pub async fn delete(&self, link: PaymentLinkId) -> Result<()> {
        let found = link_edits::find(&self.table, self.scope, link).await?;
        link_edits::delete(&self.table, found, false, now()).await
    }

    pub async fn restore(&self, link: PaymentLinkId) -> Result<()> {
        let found = link_edits::find(&self.table, self.scope, link).await?;
        let once = Idempotency::new(self.scope, "restore", None, std::iter::empty());
        let shown = |made: &(MadeMerchantLink, LinkFigures)| made.0.link.id.to_string();
        link_edits::restore(&self.table, found, once.remember(&shown), now()).await.map(|_| ())
    }

    /// Another link that sells the same, with the frozen lines or with the products of today.
    pub async fn copy(
        &mut self,
        link: PaymentLinkId,
        uses: Option<Option<u32>>,
        refresh: bool,
        random: &mut Random,
    ) -> PaymentLinkId {
        let id = PaymentLinkId::from_uuid(*Id::<()>::mint(now(), random.bytes()).uuid());
        let copy = LinkCopy {
            id,
            name: None,
            expires_at: None,
            uses: uses.map(|max| Limit::at_most(max).unwrap()),
            active: None,
            metadata: None,
            success_url: None,
            refresh,
            created_by: Actor::Operator,
        };
        let found = link_edits::find(&self.table, self.scope, link).await.unwrap();
        let once = Idempotency::new(self.scope, "clone", None, std::iter::empty());
        let shown = |made: &MadeMerchantLink| made.link.id.to_string();
        link_edits::copy(&self.table, found, copy, once.remember(&shown), now()).await.unwrap();
        self.links.push(id);
        id
    }
}
