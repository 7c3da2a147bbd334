//! Providers of cards and bank accounts.

use super::{Capability, key_service};
use crate::{
    app::{
        App, Config, clock,
        keys::{Keys, hmac_key},
        stripe::StripeAccess,
    },
    http::{
        Result,
        platform::{bank_account::bank_error, destination::Place},
    },
    model::{Mode, Scope, bank::Vaulted, destination::DestinationKind, key_ring::Purpose},
    operations::Problem,
    processor::{
        Processors,
        simulator::bank_token::{BankAccount, vault},
    },
    store::Table,
};
use ring::hmac;

/// The keys of what providers keep for us, and the way to Stripe.
pub struct Providers {
    vault: Keys,
    stripe: StripeAccess,
}

impl Capability for Providers {
    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        let service = key_service(config)?;
        let vault = Keys::new(Purpose::Vault, service.clone());
        vault.warm(store).await.map_err(|error| error.to_string())?;
        Ok(Self { vault, stripe: StripeAccess::new(config, service) })
    }
}

impl AsRef<Self> for Providers {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl<I: Sync, C: AsRef<Providers> + Sync> App<I, C> {
    /// Who charges cards, and gives back what was charged.
    pub async fn processors(&self) -> Result<Processors<'_>> {
        let stripe = &self.capability.as_ref().stripe;
        Ok(self.wallet_processors().await?.with(stripe.adapter(&self.store)))
    }

    /// Who moves money between wallets and the outside. Functions that charge no card do without
    /// what only cards need.
    pub async fn wallet_processors(&self) -> Result<Processors<'_>> {
        Ok(Processors::embedded(&self.store, self.vault_key().await?, true))
    }

    /// The key of the embedded vault, for whoever hands something over to it.
    pub async fn vault_key(&self) -> Result<hmac::Key> {
        let (_, secret) = self.capability.as_ref().vault.newest(&self.store).await?;
        Ok(hmac_key(&secret))
    }

    /// Settles with the provider where a payee takes money.
    ///
    /// # Errors
    /// As [`App::vault`].
    pub async fn place(&self, scope: Scope, place: &Place) -> Result<DestinationKind> {
        match place {
            Place::Bank(account) => Ok(self.vault(scope, account).await?.into()),
            Place::Email(address) => Ok(DestinationKind::Email { address: address.clone() }),
        }
    }

    /// Hands a bank account to the provider; what comes back is all that is kept of it.
    ///
    /// # Errors
    /// 422 naming the account's fields; the vault key cannot be opened.
    pub async fn vault(&self, scope: Scope, account: &BankAccount) -> Result<Vaulted> {
        if scope.mode == Mode::Live {
            let message = "cannot be saved: no provider of bank accounts serves live mode";
            return Err(Problem::field("account_number", message));
        }
        let made = vault(&self.vault_key().await?, scope.tenant, account, clock::random());
        made.map_err(|problems| bank_error(&problems))
    }
}
