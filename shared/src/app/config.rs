//! What a deployment decides. The one place that reads the environment.
//!
//! | variable | meaning |
//! |---|---|
//! | `TABLE_NAME` | the table |
//! | `EVENT_BUS_NAME` | where `publish-events` publishes |
//! | `DELIVERY_QUEUE_URL` | where `fan-out-event` puts deliveries |
//! | `ADVANCE_QUEUE_URL` | where `publish-events` asks for a look at a payment |
//! | `NUMBERING_QUEUE_URL` | where `publish-events` asks for numbers of invoices |
//! | `STATISTICS_QUEUE_URL` | where `publish-events` asks for hours to be counted |
//! | `RENDERING_QUEUE_URL` | where `publish-events` asks for files of invoices |
//! | `STRIPE_EVENTS_QUEUE_URL` | where objects are asked to be read at Stripe, and accounts there for events |
//! | `DOCUMENTS_BUCKET` | where files of invoices are |
//! | `FAILED_EVENTS_QUEUE_URL` | where `publish-events` parks what it cannot publish |
//! | `KMS_KEY_ID` | wraps the deployment's keys |
//! | `ISSUER` | `iss` of access tokens |
//! | `PUBLIC_BASE_URL` | base of links; empty: the host the caller used |
//! | `DOCS_URL` | page that explains error codes; empty: none |
//! | `TRUSTED_PROXIES` | the header in which proxies before the API name callers, and their networks; empty: none |
//! | `ALLOW_LOCAL_WEBHOOKS` | `true`: endpoints may be plain http on loopback (local stack) |
//! | `WEBHOOK_CA_BUNDLE` | PEM file of authorities that receivers may chain to, besides the public ones |
//! | `WEBHOOK_NETWORKS` | networks of the operator's own that webhooks may go to; empty: none |
//! | `STRIPE_API_URL` | where Stripe is, if not at its own address (local stack) |
//! | `AWS_REGION`, `AWS_ACCESS_KEY_ID`, ... | set by Lambda |
//! | `AWS_LAMBDA_LOG_LEVEL` | the lowest level that is logged; set by Lambda, `INFO` without it |
//! | `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>` | another endpoint (local stack, tests) |
//! | `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT` | `true`: AWS endpoints of that kind |
//! | `AWS_CA_BUNDLE` | PEM file of authorities that AWS endpoints may chain to, instead of Amazon's |

use crate::{
    http::trusted_proxies::TrustedProxies, model::Invalid, processor::stripe::api::API_BASE,
};
use aws_credential_types::Credentials;
use std::env;

/// What a deployment decides.
#[derive(Debug, Clone)]
pub struct Config {
    /// Name of the deployment's one table, from `TABLE_NAME`.
    pub table: String,
    /// Where `publish-events` publishes; empty elsewhere.
    pub event_bus: String,
    /// Where `fan-out-event` puts deliveries; empty elsewhere.
    pub delivery_queue: String,
    /// Where `publish-events` asks for a look at a payment; empty elsewhere.
    pub advance_queue: String,
    /// Where `publish-events` asks for numbers of invoices; empty elsewhere.
    pub numbering_queue: String,
    /// Where `publish-events` asks for files of invoices; empty elsewhere.
    pub rendering_queue: String,
    /// Hours that are to be counted.
    pub statistics_queue: String,
    /// Where `receive-stripe-event` and `read-stripe-object` ask for an object to be read at Stripe, and
    /// `reconcile-payments` for an account to be asked for events; empty elsewhere.
    pub stripe_events_queue: String,
    /// Where files of invoices are; empty where they are not looked at.
    pub documents_bucket: String,
    /// Where `publish-events` parks what it cannot publish; empty elsewhere.
    pub failed_events_queue: String,
    /// Wraps the deployment's keys; empty where no keys are opened.
    pub kms_key: String,
    /// `iss` of access tokens.
    pub issuer: String,
    /// Base of links, without a slash at its end; `None`: the host the caller used.
    pub public_base_url: Option<String>,
    /// The page that explains error codes, each under its own anchor.
    pub docs_url: Option<String>,
    /// Proxies before the API, whose word about callers counts.
    pub trusted_proxies: TrustedProxies,
    /// Whether webhooks may go to plain http on loopback.
    pub allow_local_webhooks: bool,
    /// File of authorities that receivers may chain to, besides the public ones.
    pub webhook_ca_bundle: Option<String>,
    /// Networks of the operator's own that webhooks may go to, such as `10.20.0.0/16`, with commas.
    pub webhook_networks: String,
    /// Where Stripe is: its own address, or on the local stack a stand-in on loopback.
    pub stripe_base: String,
    /// This function, for the log.
    pub function: String,
    /// Where AWS is and who we are there.
    pub aws: Aws,
}

/// Where AWS is and who we are there.
#[derive(Clone)]
pub struct Aws {
    /// Region of all services, from `AWS_REGION`, which Lambda sets.
    pub region: String,
    /// The environment's. They need no refresh: Lambda replaces the process first.
    pub credentials: Credentials,
    /// File of authorities to trust instead of Amazon's.
    pub ca_bundle: Option<String>,
    /// Whether endpoints with validated cryptography (FIPS 140) are called.
    pub fips: bool,
    /// Whether endpoints that also speak IPv6 are called.
    pub dual_stack: bool,
    /// Other endpoints than AWS's own.
    pub endpoints: Endpoints,
}

/// Endpoints to call instead of AWS's own: a local stack, a test, a VPC endpoint.
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    /// Of every service that has none of its own here.
    pub all: Option<String>,
    /// DynamoDB's, from `AWS_ENDPOINT_URL_DYNAMODB`; `all` counts when `None`.
    pub dynamodb: Option<String>,
    /// EventBridge's, from `AWS_ENDPOINT_URL_EVENTBRIDGE`; `all` counts when `None`.
    pub eventbridge: Option<String>,
    /// The key service's, from `AWS_ENDPOINT_URL_KMS`; `all` counts when `None`.
    pub kms: Option<String>,
    /// The bucket's, from `AWS_ENDPOINT_URL_S3`; `all` counts when `None`.
    pub s3: Option<String>,
    /// The queues', from `AWS_ENDPOINT_URL_SQS`; `all` counts when `None`.
    pub sqs: Option<String>,
}

impl std::fmt::Debug for Aws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Aws").field("region", &self.region).finish_non_exhaustive()
    }
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// One sentence naming every variable that is missing.
    pub fn from_env() -> Result<Self, String> {
        let mut missing = Vec::new();
        let mut needed = |name: &'static str| {
            some(name).unwrap_or_else(|| {
                missing.push(name);
                String::new()
            })
        };
        let table = needed("TABLE_NAME");
        let issuer = needed("ISSUER");
        let aws = Aws {
            region: needed("AWS_REGION"),
            credentials: Credentials::new(
                needed("AWS_ACCESS_KEY_ID"),
                needed("AWS_SECRET_ACCESS_KEY"),
                some("AWS_SESSION_TOKEN"),
                None,
                "environment",
            ),
            ca_bundle: some("AWS_CA_BUNDLE"),
            fips: is_true("AWS_USE_FIPS_ENDPOINT"),
            dual_stack: is_true("AWS_USE_DUALSTACK_ENDPOINT"),
            endpoints: Endpoints::from_env(),
        };
        if !missing.is_empty() {
            return Err(format!("missing in the environment: {}", missing.join(", ")));
        }
        let trusted_proxies = some("TRUSTED_PROXIES").unwrap_or_default().parse();
        let trusted_proxies =
            trusted_proxies.map_err(|why: Invalid| format!("TRUSTED_PROXIES: {}", why.0))?;
        Ok(Self {
            table,
            event_bus: some("EVENT_BUS_NAME").unwrap_or_default(),
            delivery_queue: some("DELIVERY_QUEUE_URL").unwrap_or_default(),
            advance_queue: some("ADVANCE_QUEUE_URL").unwrap_or_default(),
            numbering_queue: some("NUMBERING_QUEUE_URL").unwrap_or_default(),
            statistics_queue: some("STATISTICS_QUEUE_URL").unwrap_or_default(),
            rendering_queue: some("RENDERING_QUEUE_URL").unwrap_or_default(),
            stripe_events_queue: some("STRIPE_EVENTS_QUEUE_URL").unwrap_or_default(),
            documents_bucket: some("DOCUMENTS_BUCKET").unwrap_or_default(),
            failed_events_queue: some("FAILED_EVENTS_QUEUE_URL").unwrap_or_default(),
            kms_key: some("KMS_KEY_ID").unwrap_or_default(),
            issuer,
            public_base_url: some("PUBLIC_BASE_URL").map(|url| url.trim_end_matches('/').into()),
            docs_url: some("DOCS_URL"),
            trusted_proxies,
            allow_local_webhooks: some("ALLOW_LOCAL_WEBHOOKS").as_deref() == Some("true"),
            webhook_ca_bundle: some("WEBHOOK_CA_BUNDLE"),
            webhook_networks: some("WEBHOOK_NETWORKS").unwrap_or_default(),
            stripe_base: stripe_base(some("STRIPE_API_URL"))?,
            function: some("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
            aws,
        })
    }
}

impl Endpoints {
    fn from_env() -> Self {
        Self {
            all: some("AWS_ENDPOINT_URL"),
            dynamodb: some("AWS_ENDPOINT_URL_DYNAMODB"),
            eventbridge: some("AWS_ENDPOINT_URL_EVENTBRIDGE"),
            kms: some("AWS_ENDPOINT_URL_KMS"),
            s3: some("AWS_ENDPOINT_URL_S3"),
            sqs: some("AWS_ENDPOINT_URL_SQS"),
        }
    }

    /// A service's own endpoint, or that of all.
    ///
    /// # Errors
    /// It is no `http` or `https` URL.
    pub fn of(&self, own: &Option<String>) -> Result<Option<String>, String> {
        let Some(url) = own.as_ref().or(self.all.as_ref()) else { return Ok(None) };
        let usable = url.parse::<hyper::Uri>().is_ok_and(|uri| {
            let place = uri.authority();
            matches!(uri.scheme_str(), Some("http" | "https"))
                && place.is_some_and(|at| at.port_u16().is_some() || at.as_str() == at.host())
        });
        if usable { Ok(Some(url.clone())) } else { Err(format!("{url} is no endpoint")) }
    }
}

/// What the log needs before anything else is known: the lowest level that is written, as Lambda
/// names it, and this function's name.
pub fn log_settings() -> (String, String) {
    let text = |name| some(name).unwrap_or_default();
    (text("AWS_LAMBDA_LOG_LEVEL"), text("AWS_LAMBDA_FUNCTION_NAME"))
}

/// Where Stripe is. Keys go there, so that nobody but Stripe gets them who is not on this machine.
fn stripe_base(set: Option<String>) -> Result<String, String> {
    let Some(base) = set else { return Ok(API_BASE.to_owned()) };
    let port = base.strip_prefix("http://127.0.0.1:").and_then(|port| port.parse::<u16>().ok());
    if base == API_BASE || port.is_some() {
        return Ok(base);
    }
    Err(format!("STRIPE_API_URL: {base} is neither {API_BASE} nor http://127.0.0.1:<port>"))
}

/// A variable that is set to something.
fn some(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A variable that switches something on.
fn is_true(name: &str) -> bool {
    some(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_stripe_go_to_stripe_or_stay_on_this_machine() {
        let read = |text: &str| stripe_base(Some(text.to_owned()));
        assert_eq!(stripe_base(None).as_deref(), Ok(API_BASE));
        assert!(read(API_BASE).is_ok() && read("http://127.0.0.1:4242").is_ok());
        for other in [
            "https://api.stripe.com.example.com",
            "http://127.0.0.1:4242@example.com",
            "http://127.0.0.1.example.com:80",
            "http://api.stripe.com",
            "https://example.com",
        ] {
            assert!(read(other).is_err(), "{other}");
        }
    }
}
