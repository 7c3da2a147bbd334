//! Fetches the keys of outside issuers, through the same guard as webhooks go out by.

use super::{clock, context::IssuerKeys, scheduled::RunReport};
use crate::operations::issuers::{MAX_KEY_SET, keep};
use std::time::Duration;

/// How long one issuer has for its answer.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

/// Fetches the keys of every outside issuer, and keeps those that have changed. The keys of one that
/// does not answer stay as they are, and the run says so.
pub async fn fetch(context: &IssuerKeys) -> RunReport {
    let issuers = context.store.issuers().await.map_err(|error| error.to_string())?;
    let (mut done, mut troubles) = (0, Vec::new());
    for issuer in &issuers.list {
        let fetched = context.sender.fetch(&issuer.jwks_url, MAX_KEY_SET, FETCH_TIMEOUT).await;
        let kept = match fetched {
            Ok(text) => keep(&context.store, &issuer.issuer, &text, clock::now()).await,
            Err(trouble) => Err(trouble),
        };
        match kept {
            Ok(_) => done += 1,
            Err(trouble) => troubles.push(format!("{}: {trouble}", issuer.issuer)),
        }
    }
    Ok((done, troubles))
}
