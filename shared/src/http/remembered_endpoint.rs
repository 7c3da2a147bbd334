//! What is remembered of an answer about a webhook endpoint whose secret it showed.

use super::{Result, reply};
use crate::{
    model::{
        secret::{OwnedSecret, Sealed, kind},
        webhook_endpoint::WebhookEndpoint,
    },
    operations::Problem,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The view without its secret, and the secret sealed: a request that comes again is answered the
/// same, and no record holds the secret open.
#[derive(Serialize, Deserialize)]
pub struct RememberedEndpoint {
    id: String,
    view: Value,
    sealed: Option<String>,
}

impl RememberedEndpoint {
    /// What to remember of an answer with this view, which also shows the newest secret if `shown`.
    pub fn text(endpoint: &WebhookEndpoint, view: &impl Serialize, shown: bool) -> String {
        let newest = endpoint.secrets.last().filter(|_| shown);
        reply::json(&Self {
            id: endpoint.id.to_string(),
            view: serde_json::to_value(view).unwrap_or_default(),
            sealed: newest.map(|secret| secret.sealed.as_str().to_owned()),
        })
    }

    /// Reads what the first answer to the same request remembered.
    ///
    /// # Errors
    /// An internal problem: it is nothing that [`RememberedEndpoint::text`] made.
    pub fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(Problem::internal)
    }

    /// Whose secret the answer showed, and the secret; `None` where it showed none.
    ///
    /// # Errors
    /// An internal problem: what was remembered names no endpoint.
    pub fn sealed(&self) -> Result<Option<OwnedSecret<kind::Signing>>> {
        let Some(sealed) = &self.sealed else { return Ok(None) };
        let owner = self.id.parse().map_err(|_| Problem::internal("an unreadable id"))?;
        Ok(Some(OwnedSecret { owner, sealed: Sealed::kept(sealed.clone()) }))
    }

    /// The answer with this as its secret.
    pub fn with_secret(mut self, secret: Value) -> Value {
        if let Some(object) = self.view.as_object_mut() {
            object.insert("secret".to_owned(), secret);
        }
        self.view
    }
}
