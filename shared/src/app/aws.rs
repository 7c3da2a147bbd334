//! Clients of AWS services. Lambda hands region and credentials over in the environment; there are
//! no profile files and no metadata service to look into.

use super::{clock, config::Aws};
use crate::aws::{Client, DYNAMODB, EVENTBRIDGE, KMS, SQS, Service, Trust, trust};
use std::{fs, sync::OnceLock};

/// Shared by all clients of the process, so that certificates are read once.
static TRUST: OnceLock<Result<Trust, String>> = OnceLock::new();

/// The table.
///
/// # Errors
/// Says which setting is wrong.
pub fn dynamodb(aws: &Aws) -> Result<Client, String> {
    client(aws, &DYNAMODB, "DYNAMODB")
}

/// The bus.
///
/// # Errors
/// Says which setting is wrong.
pub fn eventbridge(aws: &Aws) -> Result<Client, String> {
    client(aws, &EVENTBRIDGE, "EVENTBRIDGE")
}

/// The queues.
///
/// # Errors
/// Says which setting is wrong.
pub fn sqs(aws: &Aws) -> Result<Client, String> {
    client(aws, &SQS, "SQS")
}

/// The key that wraps the deployment's keys.
///
/// # Errors
/// Says which setting is wrong.
pub fn kms(aws: &Aws) -> Result<Client, String> {
    client(aws, &KMS, "KMS")
}

fn client(aws: &Aws, service: &'static Service, variable: &str) -> Result<Client, String> {
    let trust = TRUST.get_or_init(|| match &aws.ca_bundle {
        None => trust(None),
        Some(path) => trust(Some(&fs::read(path).map_err(|error| format!("{path}: {error}"))?)),
    });
    let place = (Aws::endpoint(variable), trust.as_ref().map_err(Clone::clone)?);
    Client::new(service, (&aws.region, aws.credentials.clone()), place, clock::now)
}
