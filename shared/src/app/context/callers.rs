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
    },
    model::{Mode, Scope, Time, id::PaymentIntentId, key_ring::Purpose},
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
