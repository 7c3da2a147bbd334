//! Clients of AWS services: the official SDK, set up for a short life. Lambda hands region and
//! credentials over in the environment; there are no profile files and no metadata service to
//! look into.

pub mod connections;

use super::config::Aws;
use crate::deadline::Deadline;
use crate::queue::bucket::Bucket;
use aws_runtime::user_agent::UserAgentInterceptor;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        behavior_version::BehaviorVersion,
        http::{SharedHttpClient, SharedHttpConnector},
        interceptors::{
            Intercept, SharedInterceptor, context::BeforeSerializationInterceptorContextRef,
            disable_interceptor, dyn_dispatch_hint,
        },
        stalled_stream_protection::StalledStreamProtectionConfig,
    },
};
use aws_smithy_types::{config_bag::ConfigBag, retry::RetryConfig, timeout::TimeoutConfig};
use std::{fs, sync::OnceLock, time::Duration};

/// How often a call is tried, and how long it may take. Every write is conditional and every
/// message may come twice, so a repeat is harmless.
#[derive(Debug, Clone, Copy)]
pub struct CallLimits {
    /// Tries per call, the first one included.
    pub attempts: u32,
    /// Longest pause before the second try; doubled before each further one.
    pub initial_backoff: Duration,
    /// Longest time of one try, a first TLS handshake included.
    pub attempt: Duration,
    /// All tries of one call.
    pub operation: Duration,
}

impl CallLimits {
    /// A try is long enough for a first TLS handshake, short enough that two fit into a request.
    pub const DEFAULT: Self = Self {
        attempts: 3,
        initial_backoff: Duration::from_millis(50),
        attempt: Duration::from_millis(2_500),
        operation: Duration::from_secs(6),
    };
}

/// What all clients have in common.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Where AWS is and who we are there.
    pub aws: Aws,
    /// The connections that all clients share.
    pub http: SharedHttpClient,
    /// How often and how long.
    pub limits: CallLimits,
}

/// Shared by all clients of the process: certificates are read once, and connections are few.
static HTTP: OnceLock<Result<SharedHttpClient, String>> = OnceLock::new();

impl Clients {
    /// Clients over the connections of this process.
    ///
    /// # Errors
    /// The file of authorities cannot be read or holds no certificate.
    pub fn of_process(aws: &Aws) -> Result<Self, String> {
        let http = HTTP.get_or_init(|| match &aws.ca_bundle {
            None => connections::http_client(None),
            Some(path) => {
                let unreadable = |error| format!("AWS_CA_BUNDLE {path}: {error}");
                let bundle = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
                connections::http_client(Some(&bundle)).map_err(unreadable)
            }
        });
        Ok(Self { aws: aws.clone(), http: http.clone()?, limits: CallLimits::DEFAULT })
    }
}

/// The settings that all services share; each SDK crate has a builder type of its own. A client
/// is linked only into functions that construct it.
macro_rules! client {
    ($(#[$doc:meta])* $name:ident, $sdk:ident) => {
        $(#[$doc])*
        pub fn $name(aws: &Aws) -> Result<$sdk::Client, String> {
            Clients::of_process(aws)?.$name()
        }

        impl Clients {
            $(#[$doc])*
            pub fn $name(&self) -> Result<$sdk::Client, String> {
                let Self { aws, http, limits } = self;
                let mut config = $sdk::Config::builder()
                    .behavior_version(BehaviorVersion::v2026_01_12())
                    .region($sdk::config::Region::new(aws.region.clone()))
                    .credentials_provider(aws.credentials.clone())
                    .http_client(http.clone())
                    // Bodies are small, and attempts have a limit.
                    .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
                    .retry_config(limits.retries())
                    .timeout_config(limits.timeouts())
                    .use_fips(aws.fips)
                    .use_dual_stack(aws.dual_stack);
                config.set_endpoint_url(aws.endpoints.of(&aws.endpoints.$name)?);
                config.push_interceptor(SharedInterceptor::permanent(PerCall { limits: *limits }));
                Ok($sdk::Client::from_conf(config.build()))
            }
        }
    };
}

client!(
    /// A client of DynamoDB, where the table is.
    dynamodb,
    aws_sdk_dynamodb
);
client!(
    /// A client of EventBridge, where events are published.
    eventbridge,
    aws_sdk_eventbridge
);
client!(
    /// A client of SQS, for all queues of the deployment.
    sqs,
    aws_sdk_sqs
);
client!(
    /// The key that wraps the deployment's keys.
    kms,
    aws_sdk_kms
);

/// The bucket of documents.
pub fn documents(aws: &Aws, name: &str) -> Result<Bucket, String> {
    Ok(Bucket {
        name: name.to_owned(),
        region: aws.region.clone(),
        credentials: aws.credentials.clone(),
        endpoint: aws.endpoints.of(&aws.endpoints.s3)?,
        fips: aws.fips,
        dual_stack: aws.dual_stack,
    })
}

/// What sends requests that no client of a service makes.
///
/// # Errors
/// The file of authorities cannot be read or holds no certificate.
pub fn connector(aws: &Aws) -> Result<SharedHttpConnector, String> {
    let bundle = aws
        .ca_bundle
        .as_ref()
        .map(|path| fs::read(path).map_err(|error| format!("AWS_CA_BUNDLE {path}: {error}")));
    connections::http_connector(bundle.transpose()?.as_deref())
}

impl CallLimits {
    fn retries(&self) -> RetryConfig {
        RetryConfig::standard()
            .with_max_attempts(self.attempts)
            .with_initial_backoff(self.initial_backoff)
    }

    /// Within the deadline of the invocation, where there is one.
    fn timeouts(&self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .operation_attempt_timeout(Deadline::limit(self.attempt))
            .operation_timeout(Deadline::limit(self.operation))
            .build()
    }
}

/// What is decided anew for each call. It shares the deadline of the invocation it is made in: a call
/// that outlived it would take the answer along. The user agent is left out, which is built and signed
/// on each call: a fifteenth of its instructions.
#[derive(Debug)]
struct PerCall {
    limits: CallLimits,
}

#[dyn_dispatch_hint]
impl Intercept for PerCall {
    fn name(&self) -> &'static str {
        "PerCall"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let off = disable_interceptor::<UserAgentInterceptor>("built anew on each call");
        config.interceptor_state().store_put(off);
        if Deadline::limit(self.limits.operation) < self.limits.operation {
            config.interceptor_state().store_put(self.limits.timeouts());
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests;
