//! Providers of cards and bank accounts.

use super::{Capability, ready_keys};
use crate::{
    app::{
        App, Config, clock,
        keys::{Keys, hmac_key},
    },
    http::{
        Result,
        platform::{bank_account::bank_error, destination::Place},
    },
    model::{Mode, Scope, bank::Vaulted, destination::DestinationKind, key_ring::Purpose},
    operations::Problem,
    processor::simulator::{
        self, Simulator,
        bank_token::{BankAccount, tokenise},
    },
    store::Table,
};

/// The keys of what providers keep for us.
pub struct Providers(Keys);

impl Capability for Providers {
    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        ready_keys(config, store, Purpose::Vault).await.map(Self)
    }
}

impl AsRef<Self> for Providers {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl<I: Sync, C: AsRef<Providers> + Sync> App<I, C> {
    /// Who moves money outside.
    ///
    /// # Errors
    /// Its key cannot be opened.
    pub async fn provider(&self) -> Result<Simulator<'_>> {
        let (_, secret) = self.capability.as_ref().0.newest(&self.store).await?;
        Ok(Simulator { store: &self.store, key: hmac_key(&secret), may_die: true })
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
        let (_, secret) = self.capability.as_ref().0.newest(&self.store).await?;
        let made = tokenise(&hmac_key(&secret), scope.tenant, account, clock::random());
        let (token, summary) = made.map_err(|problems| bank_error(&problems))?;
        Ok(Vaulted { processor: simulator::NAME.to_owned(), token, summary })
    }
}
