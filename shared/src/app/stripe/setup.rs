//! What operators set up at processors.

use super::StripeAccess;
use crate::{
    app::{
        Config,
        context::{Context, key_service, table},
        keys::KeyService,
    },
    model::{
        Scope, Time,
        actor::Actor,
        customer::MerchantAccount,
        id::MerchantAccountId,
        key_ring::Purpose,
        secret::{Secret, kind},
        stripe_credentials::{
            StripeCredentials, StripeEventSecret, StripeSecretOwner, StripeSecretUse, replaced,
        },
        stripe_poll::PolledAccount,
    },
    operations::{
        Commit, Problem, Result,
        provisioning::{self, MerchantAccountWish},
        stripe_accounts::{self, StripeWish},
    },
    processor::stripe::{NAME, StripeAccount},
    store::{Consistency, Meter, Table},
};

/// The table, the deployment's keys, and the way to Stripe.
pub struct ProcessorSetup {
    /// The table, under the name that the settings give.
    pub store: Table,
    key_service: KeyService,
    stripe: StripeAccess,
}

impl Context for ProcessorSetup {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let (store, key_service) = (table(&config)?, key_service(&config)?);
        let stripe = StripeAccess::new(&config, key_service.clone());
        Ok(Self { store, key_service, stripe })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl ProcessorSetup {
    /// Puts a tenant's account at Stripe, once Stripe has said whose it is.
    ///
    /// # Errors
    /// There is no such tenant; what Stripe says against the key; another account was put before.
    pub async fn put_stripe(&self, wish: StripeWish, now: Time) -> Result<StripeCredentials> {
        wish.check()?;
        let scope = wish.scope;
        if self.store.setup(scope).await?.is_none() {
            return Err(Problem::field("tenant_id", "names no tenant of this mode"));
        }
        let asking = StripeAccount { key: wish.key.clone() };
        let account = stripe_accounts::identify(self.stripe.api(&asking, None), &wish).await?;
        self.key_service.ensure(&self.store, Purpose::Processor, now).await?;
        let before = self.store.stripe_credentials(scope, Consistency::Strong).await?;
        let owner = StripeSecretOwner { scope, used_for: StripeSecretUse::Key };
        let next = StripeCredentials {
            scope,
            account,
            sealed_key: self.stripe.seal(&self.store, owner, &wish.key).await?,
            publishable: wish.publishable,
            events: self
                .next(
                    before.as_ref().map_or(&[], |known| &known.events),
                    wish.events.as_ref(),
                    StripeSecretOwner { scope, used_for: StripeSecretUse::Events },
                    now,
                )
                .await?,
            connected_events: self
                .next(
                    before.as_ref().map_or(&[], |known| &known.connected_events),
                    wish.connected_events.as_ref(),
                    StripeSecretOwner { scope, used_for: StripeSecretUse::ConnectedEvents },
                    now,
                )
                .await?,
            saved_at: now,
            saved_by: Actor::Operator,
            version: before.as_ref().map_or(1, |known| known.version + 1),
        };
        stripe_accounts::put(&self.store, before.as_ref(), &next).await?;
        Ok(next)
    }

    /// Adds a merchant account, or changes one. One that charges with Stripe needs the tenant's account
    /// there, which must be allowed to act for the connected one that it names, and is asked what
    /// happens there from now on: what was charged goes on there whoever charges next.
    ///
    /// # Errors
    /// There is no such account at Stripe; as [`provisioning::put_merchant_account`].
    pub async fn put_merchant_account(
        &self,
        wish: MerchantAccountWish,
        new_id: MerchantAccountId,
        now: Time,
    ) -> Result<MerchantAccount> {
        provisioning::check_merchant_account(&wish)?;
        if wish.processor == NAME {
            self.check_stripe(wish.scope, wish.connected.as_deref()).await?;
            let account = PolledAccount { scope: wish.scope, connected: wish.connected.clone() };
            stripe_accounts::poll(&self.store, account, now, Commit::new).await?;
        }
        provisioning::put_merchant_account(&self.store, wish, new_id, now).await
    }

    async fn check_stripe(&self, scope: Scope, connected: Option<&str>) -> Result<()> {
        let kept = self.store.stripe_credentials(scope, Consistency::Strong).await?;
        let kept = kept.ok_or_else(|| {
            let message = "has no account of this tenant and mode: invoke operators-put-processor";
            Problem::field("processor", message)
        })?;
        let Some(connected) = connected else { return Ok(()) };
        let account = self.stripe.opened(&self.store, &kept).await?;
        stripe_accounts::check_connected(self.stripe.api(&account, Some(connected))).await
    }

    /// Secrets with one more in use. The one that is in use already replaces nothing: whoever puts an
    /// account twice keeps the overlap.
    async fn next(
        &self,
        known: &[StripeEventSecret],
        wished: Option<&Secret<kind::StripeWebhook>>,
        owner: StripeSecretOwner,
        now: Time,
    ) -> Result<Vec<StripeEventSecret>> {
        let Some(wished) = wished else { return Ok(known.to_vec()) };
        if let Some(newest) = known.last() {
            let opened = self.stripe.open(&self.store, owner, &newest.sealed).await;
            if opened.is_ok_and(|opened| opened == *wished) {
                return Ok(known.to_vec());
            }
        }
        let sealed = self.stripe.seal(&self.store, owner, wished).await?;
        Ok(replaced(known, sealed, now))
    }
}
