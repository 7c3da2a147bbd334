//! What functions need that hand cards and bank accounts to their provider, or ask it for money.

use super::{Api, Context, ready_keys};
use crate::{
    app::{
        Config, clock,
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
    store::Meter,
};

/// [`Api`] that also talks to providers.
pub struct Vaults {
    api: Api,
    keys: Keys,
}

impl Context for Vaults {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let api = Api::ready(config).await?;
        let keys = ready_keys(&api.config, &api.store, Purpose::Vault).await?;
        Ok(Self { api, keys })
    }

    fn meter(&self) -> Option<&Meter> {
        self.api.meter()
    }
}

impl std::ops::Deref for Vaults {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl Vaults {
    /// Who moves money outside.
    ///
    /// # Errors
    /// Its key cannot be opened.
    pub async fn provider(&self) -> Result<Simulator<'_>> {
        let (_, secret) = self.keys.newest(&self.api.store).await?;
        Ok(Simulator { store: &self.api.store, key: hmac_key(&secret), may_die: true })
    }

    /// Settles with the provider where a payee takes money.
    ///
    /// # Errors
    /// As [`Vaults::vault`].
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
        let (_, secret) = self.keys.newest(&self.api.store).await?;
        let made = tokenise(&hmac_key(&secret), scope.tenant, account, clock::random());
        let (token, summary) = made.map_err(|problems| bank_error(&problems))?;
        Ok(Vaulted { processor: simulator::NAME.to_owned(), token, summary })
    }
}
