//! What functions behind an access token need, and the function that issues them.

use super::{Context, networks, policy, ready_keys, table};
use crate::{
    app::{
        Config, aws, clock,
        jwt::{self, Caller},
        keys::{Keys, hmac_key},
        verifier::Verifier,
    },
    http::{
        Request, Result,
        link_token::{self, NumberedKey},
    },
    model::{
        Mode, Scope, Time,
        id::{PaymentIntentId, WebhookEndpointId},
        key_ring::Purpose,
        secret::{ClientSecret, Sealed, Secret, SigningSecret},
        webhook_endpoint::{EndpointSecret, SigningPair},
    },
    operations::{Problem, problem::on},
    queue::sqs::Queue,
    store::{Meter, Table},
    webhook::{egress::Network, sealing, sender, signature},
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
    networks: &'static [Network],
}

/// [`Api`] that also retries deliveries.
pub struct Retrier {
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
        owner: WebhookEndpointId,
        own: Option<&SigningSecret>,
        with_pair: bool,
    ) -> Result<EndpointSecret> {
        let sealed = match own {
            Some(own) => self.seal(owner, own).await?,
            None => self.seal(owner, &signature::new_secret(clock::random())).await?,
        };
        let pair = if with_pair { Some(self.signing_pair(owner).await?) } else { None };
        Ok(EndpointSecret { sealed, pair, created_at: clock::now(), ends_at: None })
    }

    /// A new Ed25519 key, sealed for one endpoint.
    async fn signing_pair(&self, owner: WebhookEndpointId) -> Result<SigningPair> {
        let pair = signature::new_pair(clock::random());
        let (private, public) =
            pair.ok_or_else(|| Problem::internal("no key pair could be made"))?;
        Ok(SigningPair { sealed: self.seal(owner, &private).await?, public })
    }

    async fn seal<K>(&self, owner: WebhookEndpointId, secret: &Secret<K>) -> Result<Sealed<K>> {
        let (number, key) = self.keys.newest(&self.api.store).await?;
        sealing::seal((number, &key), owner, secret, clock::random())
            .ok_or_else(|| Problem::internal("a secret could not be sealed"))
    }

    /// Opens a secret and whose it is, for the one answer that shows it.
    ///
    /// # Errors
    /// The webhook key cannot be opened, or the secret is not this endpoint's.
    pub async fn reveal<K>(
        &self,
        sealed: Option<(WebhookEndpointId, Sealed<K>)>,
    ) -> Result<Option<Secret<K>>> {
        let Some((owner, sealed)) = sealed else { return Ok(None) };
        let number = sealed.key_number().unwrap_or_default();
        let key = self.keys.numbered(&self.api.store, number).await?;
        let secret = key.and_then(|key| sealing::open(&key, owner, &sealed));
        let unopened = || Problem::internal("a webhook secret could not be opened");
        secret.ok_or_else(unopened).map(Some)
    }
}

impl Context for Retrier {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let queue = Queue::new(aws::sqs(&config.aws)?, config.delivery_queue.clone());
        Ok(Self { api: Api::ready(config).await?, queue })
    }

    fn meter(&self) -> Option<&Meter> {
        self.api.meter()
    }
}

impl std::ops::Deref for Retrier {
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
    pub async fn secret_fits(&self, secret: &ClientSecret, hash: &str) -> Result<bool> {
        let (_, pepper) = self.pepper.newest(&self.store).await?;
        let expected: Vec<u8> = hash
            .as_bytes()
            .chunks(2)
            .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        Ok(ring::hmac::verify(&hmac_key(&pepper), secret.reveal().as_bytes(), &expected).is_ok())
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
