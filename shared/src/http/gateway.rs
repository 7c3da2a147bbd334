//! API Gateway's own JSON: events of a REST API (payload version 1) and what it wants back.
//!
//! Only what is used is read, which is a fraction of what a general event type would parse on
//! each request.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap};

/// One request as the gateway hands it over.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// GET, POST, ...
    pub http_method: String,
    /// The path pattern, `/pay/{token}`: safe to log, which the path itself is not.
    #[serde(default)]
    pub resource: String,
    /// One value per name; names in any case.
    #[serde(default)]
    pub headers: Option<HashMap<String, String>>,
    /// Decoded values of `{token}` and the like.
    #[serde(default)]
    pub path_parameters: Option<HashMap<String, String>>,
    /// Decoded query; for repeated names the last value.
    #[serde(default)]
    pub query_string_parameters: Option<BTreeMap<String, String>>,
    /// The body as text.
    #[serde(default)]
    pub body: Option<String>,
    /// Whether that text is base64.
    #[serde(default)]
    pub is_base64_encoded: bool,
    /// What the gateway knows about the request.
    #[serde(default)]
    pub request_context: Context,
}

/// What the gateway knows about the request.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    /// The gateway's id of the request; answered as `x-request-id`.
    #[serde(default)]
    pub request_id: String,
    /// The host the caller used.
    #[serde(default)]
    pub domain_name: Option<String>,
    /// The path with the stage in front.
    #[serde(default)]
    pub path: Option<String>,
}

/// Text that becomes a JSON string, or is one.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Body {
    /// To be escaped.
    Text(String),
    /// Escaped.
    Escaped(&'static RawValue),
}

/// What the gateway wants back.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// HTTP status.
    pub status_code: u16,
    /// One value per name.
    pub headers: BTreeMap<&'static str, String>,
    /// The body as text.
    pub body: Body,
    /// Never: every body is text.
    pub is_base64_encoded: bool,
}
