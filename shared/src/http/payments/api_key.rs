//! API keys: what requests say of them, and how they are shown.

use super::{
    field::Integer,
    page::{Asked, MAX_CURSOR, Page},
};
use crate::{
    http::{
        Reply, Request, Result,
        field::{Field, PageLimit, Text},
        payments::livemode,
        reply,
        revealed::Revealed,
    },
    model::{
        Invalid, Scope, Surface, Time,
        api_key::{ApiKey, PAYMENTS_SCOPES, check_scopes},
        id::ApiKeyId,
        secret::ApiKeyText,
        secret::kind,
    },
    operations::{IdempotentAnswer, Problem, Resource, api_keys::KeyWish},
};
use derive::{Body, View};
use ring::hmac;
use serde_json::{Map, Value, json};

/// A new API key.
#[derive(Body)]
#[body(rename_all = "camelCase")]
pub struct CreateApiKey {
    /// Your own name for the key, 1 to 100 characters.
    pub name: Text<1, 100>,
    /// How many days it is good; for ever when absent.
    pub expires_in_days: Option<Integer<1, 3650>>,
    /// What it may do: nothing that the calling key may not; all that this one may when absent.
    pub scopes: Option<KeyScopes>,
}

/// Which keys to list.
#[derive(Body)]
pub struct ListApiKeys {
    /// `nextCursor` of the page before, or a time: keys made before it.
    pub cursor: Option<Text<1, MAX_CURSOR>>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
}

/// Scopes of this surface, each once, in their order.
#[derive(Debug, Clone)]
pub struct KeyScopes(pub Vec<String>);

/// An API key.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct ApiKeyView {
    /// The key's id, `key_...`.
    pub id: String,
    /// Your own name for the key, as lists show it.
    pub name: String,
    /// How the key begins: everything up to its secret.
    pub prefix: String,
    /// From when it is not good any more: RFC 3339; null for never.
    pub expires_at: Option<String>,
    /// When it was last used, right to the hour.
    pub last_used_at: Option<String>,
    /// The scopes of the key: it may do what these name, and nothing else.
    pub scopes: Vec<String>,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// The kind of object: always `api_key`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// A new API key with its text.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct NewApiKeyView {
    /// The key's id, `key_...`.
    pub id: String,
    /// Your own name for the key, as lists show it.
    pub name: String,
    /// How the key begins: everything up to its secret.
    pub prefix: String,
    /// From when it is not good any more: RFC 3339; null for never.
    pub expires_at: Option<String>,
    /// When it was last used; null for a new one.
    pub last_used_at: Option<String>,
    /// The scopes of the key: it may do what these name, and nothing else.
    pub scopes: Vec<String>,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// The kind of object: always `api_key`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
    /// The whole key: shown once; empty when the request comes again.
    pub api_key: Revealed<kind::ApiKey>,
}

impl Field for KeyScopes {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let texts = Vec::<Text<1, 40>>::read(json)?;
        let scopes: Vec<String> = texts.into_iter().map(|Text(text)| text).collect();
        check_scopes(Surface::Payments, &scopes)?;
        if scopes.is_empty() {
            return Err(Invalid::new("must name at least one scope"));
        }
        let known = PAYMENTS_SCOPES.into_iter();
        let named = known.filter(|known| scopes.iter().any(|scope| scope == known));
        Ok(Self(named.map(str::to_owned).collect()))
    }

    fn schema() -> Value {
        json!({"type": "array", "items": {"type": "string", "enum": PAYMENTS_SCOPES}, "minItems": 1})
    }

    fn meaning(&self) -> String {
        reply::json(&self.0)
    }
}

impl CreateApiKey {
    /// What the key shall be.
    pub fn command(self) -> KeyWish {
        KeyWish {
            name: self.name.0,
            days: self.expires_in_days.map(|days| days.0),
            scopes: self.scopes.map(|scopes| scopes.0),
        }
    }
}

impl ListApiKeys {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 400 for a cursor of another list.
    pub fn page(&self, key: hmac::Key, scope: Scope, now: Time) -> Result<Page> {
        let cursor = self.cursor.as_ref().map(|text| text.0.as_str());
        Page::by_time(
            key,
            scope,
            Asked { list: "api-keys".to_owned(), limit: self.limit, cursor },
            now,
        )
    }
}

/// The key that a request's path names.
pub fn in_path(req: &Request) -> Result<ApiKeyId> {
    let id = ApiKeyId::from_payments_form(req.path("id"));
    id.ok_or(Problem::NotFound(Resource::ApiKey))
}

/// A key as it is shown.
pub fn view(key: &ApiKey) -> ApiKeyView {
    ApiKeyView {
        id: key.id.payments_form(),
        name: key.name.clone(),
        prefix: key.prefix(),
        expires_at: key.expires_at.map(Time::rfc3339_ms),
        last_used_at: key.last_used_at.map(Time::rfc3339_ms),
        scopes: key.scopes.clone(),
        created_at: key.created_at.rfc3339_ms(),
        object: "api_key",
        livemode: livemode(key.scope.mode),
    }
}

/// A new key as it is remembered: without its text.
pub fn new_view(key: &ApiKey) -> String {
    let shown = view(key);
    reply::json(&NewApiKeyView {
        id: shown.id,
        name: shown.name,
        prefix: shown.prefix,
        expires_at: shown.expires_at,
        last_used_at: shown.last_used_at,
        scopes: shown.scopes,
        created_at: shown.created_at,
        object: shown.object,
        livemode: shown.livemode,
        api_key: Revealed::withheld(),
    })
}

/// The answer with the key's text, which is shown the first time only.
pub fn shown(answer: IdempotentAnswer, text: &ApiKeyText) -> Result {
    if answer.replayed {
        return Ok(answer.reply());
    }
    let mut view: Map<String, Value> =
        serde_json::from_str(&answer.data).map_err(Problem::internal)?;
    view.insert("apiKey".to_owned(), Revealed::once(text).value());
    Ok(Reply::data(&view))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_those_of_this_surface_in_any_order() {
        let read = |json: &str| KeyScopes::read(json);
        let one = read(r#"["tax:read", "payments:read", "tax:read"]"#).unwrap();
        assert_eq!(one.0, ["payments:read", "tax:read"]);
        let other = read(r#"["payments:read", "tax:read"]"#).unwrap();
        assert_eq!(one.meaning(), other.meaning());
        for json in ["[]", r#"["links:write"]"#, r#""tax:read""#, r#"[""]"#, "[5]"] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
