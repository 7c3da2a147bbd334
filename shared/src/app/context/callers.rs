//! What functions behind an access token need, and the function that issues them.

use super::{Context, policy, ready_keys, table};
use crate::{
    app::{
        Config, clock,
        jwt::{self, Caller},
        keys::{Keys, hmac_key},
        seal,
        verifier::Verifier,
    },
    http::{
        Error, Request, Result,
        error::on,
        link_token::{self, NumberedKey},
        platform::{bank_account::bank_error, destination::Place},
    },
    model::{
        Mode, Scope, Time, bank::Vaulted, destination::DestinationKind, id::PaymentIntentId,
        key_ring::Purpose,
    },
    processor::simulator::{
        self, Simulator,
        bank_token::{BankAccount, tokenise},
    },
    store::{Meter, Table},
    webhook::{sender, signature},
};

/// The table and callers' tokens: what most functions need.
pub struct Api {
    /// The table.
    pub store: Table,
    /// The deployment's settings.
    pub config: Config,
    verifier: Verifier,
}

/// [`Api`] that also makes links.
pub struct Links {
    api: Api,
    keys: Keys,
}

/// [`Api`] that also keeps webhook secrets.
pub struct Endpoints {
    api: Api,
    keys: Keys,
}

/// [`Api`] that also hands bank accounts to their provider.
pub struct Vaults {
    api: Api,
    keys: Keys,
}

/// What issuing access tokens needs.
pub struct Issuer {
    /// The table.
    pub store: Table,
    /// The deployment's settings.
    pub config: Config,
    signing: Keys,
    pepper: Keys,
}

impl Context for Api {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let store = table(&config)?;
        let verifier = Verifier::new(&config, &store).await.map_err(|error| error.to_string())?;
        Ok(Self { store, config, verifier })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Api {
    /// The caller behind a request, if its token carries the scope.
    ///
    /// # Errors
    /// 401 without a valid token; 403 without the scope.
    pub async fn caller(&self, req: &Request, scope: &str) -> Result<Caller> {
        self.verifier.caller(&self.store, req, scope).await
    }

    /// The clock.
    #[must_use]
    pub fn now(&self) -> Time {
        clock::now()
    }
}

impl Context for Links {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let api = Api::ready(config).await?;
        let keys = ready_keys(&api.config, &api.store, Purpose::Link).await?;
        Ok(Self { api, keys })
    }

    fn meter(&self) -> Option<&Meter> {
        self.api.meter()
    }
}

impl std::ops::Deref for Links {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl Links {
    /// The address of an intent's page.
    ///
    /// # Errors
    /// The link key cannot be opened.
    pub async fn pay_url(
        &self,
        req: &Request,
        scope: Scope,
        id: PaymentIntentId,
    ) -> Result<String> {
        let (number, secret) = self.keys.newest(&self.api.store).await?;
        let key: NumberedKey = (number, hmac_key(&secret));
        let base = self.api.config.public_base_url.clone().or_else(|| req.base_url());
        let base = base.ok_or_else(|| Error::internal("the request names no host"))?;
        Ok(format!("{base}/pay/{}", link_token::encode(&key, scope, id)))
    }
}

impl Context for Endpoints {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let api = Api::ready(config).await?;
        let keys = ready_keys(&api.config, &api.store, Purpose::Webhook).await?;
        Ok(Self { api, keys })
    }

    fn meter(&self) -> Option<&Meter> {
        self.api.meter()
    }
}

impl std::ops::Deref for Endpoints {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl Endpoints {
    /// Whether webhooks may be posted to this URL: its form, and what its name resolves to now.
    /// The sender checks again when it connects.
    ///
    /// # Errors
    /// 422 naming the field `url`.
    pub async fn check_url(&self, mode: Mode, url: &str) -> Result<()> {
        let policy = policy(self.api.config.allow_local_webhooks, mode);
        sender::vet(url, policy).await.map_err(|invalid| on("url", invalid))
    }

    /// A new signing secret, sealed for one endpoint.
    ///
    /// # Errors
    /// The webhook key cannot be opened.
    pub async fn sealed_secret(&self, owner: &str) -> Result<String> {
        self.seal(owner, &signature::new_secret(clock::random())).await
    }

    async fn seal(&self, owner: &str, secret: &str) -> Result<String> {
        let (number, key) = self.keys.newest(&self.api.store).await?;
        seal::seal((number, &key), owner, secret)
            .ok_or_else(|| Error::internal("a secret could not be sealed"))
    }

    /// Opens a secret that was sealed for this endpoint.
    ///
    /// # Errors
    /// The webhook key cannot be opened, or the secret is not this endpoint's.
    pub async fn open(&self, owner: &str, sealed: &str) -> Result<String> {
        let number = seal::key_number(sealed).unwrap_or_default();
        let key = self.keys.numbered(&self.api.store, number).await?;
        key.and_then(|key| seal::open(&key, owner, sealed))
            .ok_or_else(|| Error::internal("a webhook secret could not be opened"))
    }
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
        Ok(Simulator { store: &self.api.store, key: hmac_key(&secret) })
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
            return Err(Error::field("account_number", message));
        }
        let (_, secret) = self.keys.newest(&self.api.store).await?;
        let made = tokenise(&hmac_key(&secret), scope.tenant, account, clock::random());
        let (token, summary) = made.map_err(|problems| bank_error(&problems))?;
        Ok(Vaulted { processor: simulator::NAME.to_owned(), token, summary })
    }
}

impl Context for Issuer {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        jwt::install();
        let store = table(&config)?;
        let signing = ready_keys(&config, &store, Purpose::Signing).await?;
        let pepper = ready_keys(&config, &store, Purpose::Pepper).await?;
        Ok(Self { store, config, signing, pepper })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Issuer {
    /// Whether a secret is the one behind this hash. Takes the same time whatever differs.
    ///
    /// # Errors
    /// The pepper cannot be opened.
    pub async fn secret_fits(&self, secret: &str, hash: &str) -> Result<bool> {
        let (_, pepper) = self.pepper.newest(&self.store).await?;
        let expected: Vec<u8> = hash
            .as_bytes()
            .chunks(2)
            .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        Ok(ring::hmac::verify(&hmac_key(&pepper), secret.as_bytes(), &expected).is_ok())
    }

    /// An access token.
    ///
    /// # Errors
    /// The signing key cannot be opened.
    pub async fn issue(&self, client_id: &str, caller: &Caller) -> Result<String> {
        let (number, key) = self.signing.newest(&self.store).await?;
        let kid = crate::store::key_ring::kid(number);
        let id = clock::new_id::<()>().to_string();
        jwt::issue((&kid, &key), &self.config.issuer, client_id, caller, id)
            .ok_or_else(|| Error::internal("a token could not be signed"))
    }
}
