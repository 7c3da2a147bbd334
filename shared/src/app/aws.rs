//! Clients of AWS services, built without what starts slowly.
//!
//! TLS by rustls with ring, HTTP/1, and an explicit trust store: parsing the system's bundle would
//! be nine tenths of a function's start. No profile files, no metadata service: Lambda hands
//! region and credentials over in the environment.

use super::config::Aws;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use std::time::Duration;

/// Root certificates of Amazon Trust Services, which all AWS endpoints chain to.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// Tries per call, the first one included. Every write is conditional, so a repeat is harmless.
const MOST_TRIES: u32 = 3;

/// One try: long enough for a first TLS handshake, short enough that three fit into a request.
const ATTEMPT: Duration = Duration::from_millis(2_500);

/// All tries of one call.
const OPERATION: Duration = Duration::from_secs(6);

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build()
}

fn http_client() -> SharedHttpClient {
    let roots = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
    let builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    match TlsContext::builder().with_trust_store(roots).build() {
        Ok(context) => builder.tls_context(context).build_https(),
        Err(_) => builder.build_https(),
    }
}

/// The settings every service client shares; each SDK crate has its own builder type.
macro_rules! client {
    ($(#[$doc:meta])* $name:ident, $sdk:ident, $service:literal) => {
        $(#[$doc])*
        #[must_use]
        pub fn $name(aws: &Aws) -> $sdk::Client {
            let mut config = $sdk::Config::builder()
                .behavior_version($sdk::config::BehaviorVersion::latest())
                .region($sdk::config::Region::new(aws.region.clone()))
                .credentials_provider(SharedCredentialsProvider::new(aws.credentials()))
                .http_client(http_client())
                .retry_config(RetryConfig::standard().with_max_attempts(MOST_TRIES))
                .timeout_config(timeouts());
            config.set_endpoint_url(Aws::endpoint($service));
            $sdk::Client::from_conf(config.build())
        }
    };
}

client!(
    /// The table.
    dynamodb, aws_sdk_dynamodb, "DYNAMODB"
);
client!(
    /// The bus.
    eventbridge, aws_sdk_eventbridge, "EVENTBRIDGE"
);
client!(
    /// The queues.
    sqs, aws_sdk_sqs, "SQS"
);
client!(
    /// The key that wraps the deployment's keys.
    kms, aws_sdk_kms, "KMS"
);
