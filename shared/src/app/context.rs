//! What functions need, made ready during init. Each function names the smallest one that serves.

use super::{
    Config, aws, clock,
    jwt::{self, Caller},
    keys::{self, KeyService, Keys, hmac_key},
    log, seal,
    verifier::Verifier,
};
use crate::{
    http::{
        Code, Error, Request, Result,
        error::on,
        link_token::{self, NumberedKey},
    },
    model::{
        Mode, Scope, Time, id::PaymentIntentId, key_ring::Purpose,
        webhook_endpoint::WebhookEndpoint,
    },
    processor::simulator::Simulator,
    queue::{bus::Bus, sqs::Queue},
    store::{Meter, Table, dynamo::Dynamo},
    webhook::{
        egress::Policy,
        sender::{self, Sender},
    },
};

/// Something a function needs.
pub trait Context: Sized + Send + Sync + 'static {
    /// Makes it ready.
    fn ready(config: Config) -> impl Future<Output = std::result::Result<Self, String>> + Send;

    /// What was asked of the table, where there is one.
    fn meter(&self) -> Option<&Meter> {
        None
    }
}

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

/// What the buyer's page needs: the table, and the keys of link tokens.
pub struct Pages {
    /// The table.
    pub store: Table,
    links: Keys,
}

/// [`Pages`] that also talks to processors.
pub struct Checkout {
    pages: Pages,
    vault: Keys,
}

/// What `publish-events` needs.
pub struct Publisher {
    /// The table, for timers.
    pub store: Table,
    /// The bus.
    pub bus: Bus,
    /// Where records go that cannot be published.
    pub failed: Queue,
}

/// What `fan-out-event` needs.
pub struct FanOut {
    /// The table.
    pub store: Table,
    /// Where deliveries go.
    pub queue: Queue,
}

/// What `deliver-webhook` needs.
pub struct Deliverer {
    /// The table.
    pub store: Table,
    /// Where later attempts go.
    pub queue: Queue,
    sender: Sender,
    live_sender: Sender,
    keys: Keys,
}

/// The table alone.
pub struct Records {
    /// The table.
    pub store: Table,
}

/// The table and processors.
pub struct Reconciler {
    /// The table.
    pub store: Table,
    vault: Keys,
}

/// What operators' functions need.
pub struct Operator {
    /// The table.
    pub store: Table,
    /// Makes keys.
    pub key_service: KeyService,
    /// The deployment's settings.
    pub config: Config,
}

/// Nothing at all.
pub struct Nothing;

fn table(config: &Config) -> Table {
    Table::Dynamo(Dynamo::new(aws::dynamodb(&config.aws), config.table.clone()))
}

/// Plain http and loopback are for test mode, and only where the deployment allows them.
const fn policy(allow_local: bool, mode: Mode) -> Policy {
    match mode {
        Mode::Test => Policy { allow_local },
        Mode::Live => Policy { allow_local: false },
    }
}

fn key_service(config: &Config) -> KeyService {
    KeyService::new(aws::kms(&config.aws), config.kms_key.clone())
}

async fn ready_keys(
    config: &Config,
    store: &Table,
    purpose: Purpose,
) -> std::result::Result<Keys, String> {
    let keys = Keys::new(purpose, key_service(config));
    keys.warm(store).await.map_err(|error| error.to_string())?;
    Ok(keys)
}

impl From<keys::Error> for Error {
    #[track_caller]
    fn from(error: keys::Error) -> Self {
        match error {
            keys::Error::Store(error) => error.into(),
            keys::Error::NoKeys(_) | keys::Error::Kms(_) => Self::internal(error),
        }
    }
}

impl Context for Nothing {
    async fn ready(_: Config) -> std::result::Result<Self, String> {
        Ok(Self)
    }
}

impl Context for Records {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        Ok(Self { store: table(&config) })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Context for Api {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let store = table(&config);
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
        self.seal(owner, &crate::webhook::signature::new_secret(clock::random())).await
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
        let store = table(&config);
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

impl Context for Pages {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let store = table(&config);
        let links = ready_keys(&config, &store, Purpose::Link).await?;
        Ok(Self { store, links })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Pages {
    /// The intent a link token stands for. A forged token costs no read of an intent.
    ///
    /// # Errors
    /// 404 for a token that is not ours.
    pub async fn link(&self, token: &str) -> Result<(Scope, PaymentIntentId)> {
        let unknown = || Error::of(Code::LinkNotFound);
        let number = link_token::key_number(token).ok_or_else(unknown)?;
        let key = self.links.numbered(&self.store, number).await?.ok_or_else(unknown)?;
        let (scope, id) = link_token::decode(&hmac_key(&key), token).ok_or_else(unknown)?;
        log::about(scope);
        Ok((scope, id))
    }

    /// The clock.
    #[must_use]
    pub fn now(&self) -> Time {
        clock::now()
    }
}

impl Context for Checkout {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let pages = Pages::ready(config.clone()).await?;
        let vault = ready_keys(&config, &pages.store, Purpose::Vault).await?;
        Ok(Self { pages, vault })
    }

    fn meter(&self) -> Option<&Meter> {
        self.pages.meter()
    }
}

impl std::ops::Deref for Checkout {
    type Target = Pages;

    fn deref(&self) -> &Pages {
        &self.pages
    }
}

impl Checkout {
    /// The simulator.
    ///
    /// # Errors
    /// Its key cannot be opened.
    pub async fn simulator(&self) -> Result<Simulator<'_>> {
        let (_, key) = self.vault.newest(&self.pages.store).await?;
        Ok(Simulator { store: &self.pages.store, key: hmac_key(&key) })
    }
}

impl Context for Reconciler {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let store = table(&config);
        let vault = ready_keys(&config, &store, Purpose::Vault).await?;
        Ok(Self { store, vault })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Reconciler {
    /// The simulator.
    ///
    /// # Errors
    /// Its key cannot be opened.
    pub async fn simulator(&self) -> std::result::Result<Simulator<'_>, keys::Error> {
        let (_, key) = self.vault.newest(&self.store).await?;
        Ok(Simulator { store: &self.store, key: hmac_key(&key) })
    }
}

impl Context for Publisher {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        Ok(Self {
            store: table(&config),
            bus: Bus::new(aws::eventbridge(&config.aws), config.event_bus.clone()),
            failed: Queue::new(aws::sqs(&config.aws), config.failed_events_queue.clone()),
        })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Context for FanOut {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let queue = Queue::new(aws::sqs(&config.aws), config.delivery_queue.clone());
        Ok(Self { store: table(&config), queue })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Context for Deliverer {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let store = table(&config);
        let keys = ready_keys(&config, &store, Purpose::Webhook).await?;
        let allow_local = config.allow_local_webhooks;
        Ok(Self {
            queue: Queue::new(aws::sqs(&config.aws), config.delivery_queue.clone()),
            sender: Sender::new(policy(allow_local, Mode::Test), Vec::new()),
            live_sender: Sender::new(policy(allow_local, Mode::Live), Vec::new()),
            store,
            keys,
        })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Deliverer {
    /// What sends requests of this mode.
    #[must_use]
    pub const fn sender(&self, mode: Mode) -> &Sender {
        match mode {
            Mode::Test => &self.sender,
            Mode::Live => &self.live_sender,
        }
    }

    /// The signing secret of an endpoint.
    ///
    /// # Errors
    /// The webhook key cannot be opened, or the secret is not this endpoint's.
    pub async fn secret(&self, endpoint: &WebhookEndpoint) -> std::result::Result<String, String> {
        let number = seal::key_number(&endpoint.sealed_secret).unwrap_or_default();
        let key = self.keys.numbered(&self.store, number).await.map_err(|e| e.to_string())?;
        key.and_then(|key| seal::open(&key, &endpoint.id.to_string(), &endpoint.sealed_secret))
            .ok_or_else(|| "a webhook secret could not be opened".to_owned())
    }
}

impl Context for Operator {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let (store, key_service) = (table(&config), key_service(&config));
        Ok(Self { store, key_service, config })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}
