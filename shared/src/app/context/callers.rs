//! What functions behind an access token need, and the function that issues them.

use super::{Context, networks, policy, ready_keys, table};
use crate::{
    app::{
        Config, aws, clock,
        jwt::{self, Caller},
        keys::{Keys, hmac_key},
        seal,
        verifier::Verifier,
    },
    http::{
        Request, Result,
        link_token::{self, NumberedKey},
        platform::webhook_endpoint::Remembered,
    },
    model::{
        Mode, Scope, Time,
        id::PaymentIntentId,
        key_ring::Purpose,
        webhook_endpoint::{SigningPair, SigningSecret},
    },
    operations::{IdempotentAnswer, Problem, problem::on},
    queue::sqs::Queue,
    store::{Meter, Table},
    webhook::{egress::Network, sender, signature},
};
use serde_json::Value;

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
    networks: &'static [Network],
}

/// [`Api`] that also sends deliveries again.
pub struct Resender {
    api: Api,
    /// Where deliveries go.
    pub queue: Queue,
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
        let base = base.ok_or_else(|| Problem::internal("the request names no host"))?;
        Ok(format!("{base}/pay/{}", link_token::encode(&key, scope, id)))
    }
}

impl Context for Endpoints {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let api = Api::ready(config).await?;
        let keys = ready_keys(&api.config, &api.store, Purpose::Webhook).await?;
        let networks = networks(&api.config)?;
        Ok(Self { api, keys, networks })
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
        let policy = policy(self.api.config.allow_local_webhooks, self.networks, mode);
        sender::vet(url, policy).await.map_err(|invalid| on("url", invalid))
    }

    /// A secret to sign with, sealed for one endpoint: the one that the tenant brings along, or a
    /// new one; with a new Ed25519 key where that is asked for.
    ///
    /// # Errors
    /// The webhook key cannot be opened.
    pub async fn signing_secret(
        &self,
        owner: &str,
        own: Option<&str>,
        with_pair: bool,
    ) -> Result<SigningSecret> {
        let shared = match own {
            Some(own) => own.to_owned(),
            None => signature::new_secret(clock::random()),
        };
        let sealed = self.seal(owner, &shared).await?;
        let pair = if with_pair { Some(self.signing_pair(owner).await?) } else { None };
        Ok(SigningSecret { sealed, pair, created_at: clock::now(), ends_at: None })
    }

    /// A new Ed25519 key, sealed for one endpoint.
    ///
    /// # Errors
    /// The webhook key cannot be opened.
    pub async fn signing_pair(&self, owner: &str) -> Result<SigningPair> {
        let pair = signature::new_pair(clock::random());
        let (private, public) =
            pair.ok_or_else(|| Problem::internal("no key pair could be made"))?;
        Ok(SigningPair { sealed: self.seal(owner, &private).await?, public })
    }

    async fn seal(&self, owner: &str, secret: &str) -> Result<String> {
        let (number, key) = self.keys.newest(&self.api.store).await?;
        seal::seal((number, &key), owner, secret)
            .ok_or_else(|| Problem::internal("a secret could not be sealed"))
    }

    /// Opens a secret that was sealed for this endpoint.
    async fn open(&self, owner: &str, sealed: &str) -> Result<String> {
        let number = seal::key_number(sealed).unwrap_or_default();
        let key = self.keys.numbered(&self.api.store, number).await?;
        key.and_then(|key| seal::open(&key, owner, sealed))
            .ok_or_else(|| Problem::internal("a webhook secret could not be opened"))
    }
}

impl Endpoints {
    /// A remembered answer with the secret it showed.
    ///
    /// # Errors
    /// The webhook key cannot be opened.
    pub async fn reveal(&self, answer: &IdempotentAnswer) -> Result<Value> {
        let remembered = Remembered::read(&answer.data)?;
        let secret = match &remembered.sealed {
            Some(sealed) => self.open(&remembered.id, sealed).await?,
            None => String::new(),
        };
        Ok(remembered.view(secret))
    }
}

impl Context for Resender {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let queue = Queue::new(aws::sqs(&config.aws)?, config.delivery_queue.clone());
        Ok(Self { api: Api::ready(config).await?, queue })
    }

    fn meter(&self) -> Option<&Meter> {
        self.api.meter()
    }
}

impl std::ops::Deref for Resender {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
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
            .ok_or_else(|| Problem::internal("a token could not be signed"))
    }
}
