//! API keys of an organisation: what requests say of them, and how they are shown.

use super::{
    field::{Count, Line, Moment},
    list::{Next, Page},
    payment_link::created_by,
};
use crate::{
    http::{
        Reply, Request, Result,
        body::Body as _,
        field::{Field, PageLimit, Text},
        reply,
        revealed::Revealed,
    },
    model::{
        Invalid, Scope, Surface, Time,
        api_key::{ApiKey, ApiKeyStatus, LINKS_SCOPES, MAX_OVERLAP_S, check_scopes},
        id::ApiKeyId,
        place::{Place, page_of, sortable},
        secret::ApiKeyText,
        secret::kind,
    },
    operations::{IdempotentAnswer, Problem, Resource, api_keys::Rotation},
};
use derive::{Body, View};
use serde_json::{Map, Value, json};

/// A new API key.
#[derive(Body)]
pub struct CreateApiKey {
    /// Your own name for the key, 1 to 60 characters.
    pub name: Line<1, 60>,
    /// What it may do; everything when empty or absent.
    #[body(default = LinkScopes(Vec::new()))]
    pub scopes: Option<LinkScopes>,
    /// From when it is not good any more, RFC 3339 with its zone; never when absent.
    pub expires_at: Option<Moment>,
}

/// A key to be replaced.
#[derive(Body)]
pub struct RotateApiKey {
    /// Which one; may be left out while there is one.
    #[body(meaning = id_meaning)]
    pub id: Option<Text<1, 40>>,
    /// Seconds for which the old one stays good: a day when absent.
    #[body(default = Count(86_400))]
    pub overlap_seconds: Option<Count<0, 604_800>>,
}

/// Which keys to list.
#[derive(Body)]
pub struct ListApiKeys {
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Line<1, 1000>>,
}

/// Scopes of this surface, each once, in their order.
#[derive(Debug, Clone)]
pub struct LinkScopes(pub Vec<String>);

impl Field for LinkScopes {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let texts = Vec::<Text<1, 40>>::read(json)?;
        let scopes: Vec<String> = texts.into_iter().map(|Text(text)| text).collect();
        check_scopes(Surface::Links, &scopes)?;
        let named = LINKS_SCOPES.into_iter().filter(|known| scopes.iter().any(|own| own == known));
        Ok(Self(named.map(str::to_owned).collect()))
    }

    fn schema() -> Value {
        json!({"type": "array", "items": {"type": "string", "enum": LINKS_SCOPES}})
    }

    fn meaning(&self) -> String {
        reply::json(&self.0)
    }
}

impl CreateApiKey {
    /// The record of the key that is asked for, over the one of a key that may do everything.
    ///
    /// # Errors
    /// An end that is not ahead.
    pub fn over(self, whole: ApiKey, now: Time) -> Result<ApiKey> {
        let expires_at = self.expires_at.map(|Moment(end)| end);
        if expires_at.is_some_and(|end| end <= now) {
            return Err(Problem::field("expires_at", "must lie ahead"));
        }
        let scopes = self.scopes.map(|scopes| scopes.0).filter(|scopes| !scopes.is_empty());
        Ok(ApiKey {
            name: self.name.0,
            scopes: scopes.unwrap_or(whole.scopes),
            expires_at,
            ..whole
        })
    }
}

/// What an id of a key means, in any case.
fn id_meaning(id: &Text<1, 40>) -> String {
    ApiKeyId::from_links_form(&id.0).map_or_else(|| id.0.clone(), |id| id.to_string())
}

impl RotateApiKey {
    /// Which key is to be replaced, and when it ends.
    pub fn command(&self) -> Result<Rotation> {
        let id = self.id.as_ref().map(|id| id_of(&id.0)).transpose()?;
        let overlap_s = self.overlap_seconds.map(|seconds| i64::from(seconds.0));
        debug_assert!(overlap_s.is_none_or(|seconds| seconds <= MAX_OVERLAP_S));
        Ok(Rotation { id, overlap_s })
    }
}

/// An API key.
#[derive(View)]
pub struct ApiKeyView {
    /// The key's id, `key_...`: no secret, and of no use for calls.
    pub id: String,
    /// Your own name for the key, as lists show it.
    pub name: String,
    /// How the key begins: everything up to its secret.
    pub prefix: String,
    /// The scopes of the key: it may do what these name, and nothing else.
    pub scopes: Vec<String>,
    /// `active`, `expiring` or `revoked`, which says too that its time is over.
    pub status: &'static str,
    /// The member who made it, `mem_...`, or `operator`.
    pub created_by: String,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// The day of its last use.
    pub last_used_at: Option<String>,
    /// When it ends, in RFC 3339; null where it does not end by time.
    pub expires_at: Option<String>,
}

/// A new API key with its text.
#[derive(View)]
pub struct NewApiKeyView {
    /// The key's id, `key_...`: no secret, and of no use for calls.
    pub id: String,
    /// Your own name for the key, as lists show it.
    pub name: String,
    /// How the key begins: everything up to its secret.
    pub prefix: String,
    /// The scopes of the key: it may do what these name, and nothing else.
    pub scopes: Vec<String>,
    /// `active`, or `expiring` where it was made with an end.
    pub status: &'static str,
    /// The member who made it, `mem_...`, or `operator`.
    pub created_by: String,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// Always null: a key that was just made has called nothing yet.
    pub last_used_at: Option<String>,
    /// When it ends, in RFC 3339; null where it does not end by time.
    pub expires_at: Option<String>,
    /// The whole key, shown once: null when the request comes again.
    pub raw_key: Option<Revealed<kind::ApiKey>>,
}

/// A page of keys.
#[derive(View)]
pub struct ApiKeyList {
    /// The keys of this page, newest first.
    pub results: Vec<ApiKeyView>,
    /// The address of the next page; null at the end.
    pub next: Option<String>,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
    /// Always null: lists go on, not back.
    pub previous: Option<String>,
}

impl ListApiKeys {
    /// The page that is asked for.
    ///
    /// # Errors
    /// A cursor of another list.
    pub fn page(&self, scope: Scope) -> Result<Page> {
        Page::of(scope, "api-keys", &self.meaning(), self.limit, self.cursor.as_ref())
    }
}

/// A page of keys, with where the next one is.
pub fn list(keys: Vec<ApiKey>, page: &Page, req: &Request, base: &str, now: Time) -> Reply {
    let place = |key: &ApiKey| Place { key: sortable(key.created_at.ms()), id: *key.id.uuid() };
    let found = page_of(keys, place, true, page.after.as_ref(), page.limit);
    let Next { url, cursor, .. } = page.next(req, base, found.next.as_ref(), None);
    Reply::json(&ApiKeyList {
        results: found.entries.iter().map(|key| view(key, now)).collect(),
        next: url,
        next_cursor: cursor,
        previous: None,
    })
}

/// The key that a request's path names.
pub fn in_path(req: &Request) -> Result<ApiKeyId> {
    id_of(req.path("id"))
}

fn id_of(text: &str) -> Result<ApiKeyId> {
    ApiKeyId::from_links_form(text).ok_or(Problem::NotFound(Resource::ApiKey))
}

/// A key as it is shown.
pub fn view(key: &ApiKey, now: Time) -> ApiKeyView {
    ApiKeyView {
        id: key.id.links_form(),
        name: key.name.clone(),
        prefix: key.prefix(),
        scopes: key.scopes.clone(),
        status: match key.status_at(now) {
            ApiKeyStatus::Active => "active",
            ApiKeyStatus::Expiring => "expiring",
            ApiKeyStatus::Expired | ApiKeyStatus::Revoked => "revoked",
        },
        created_by: created_by(key.created_by),
        created_at: key.created_at.rfc3339(),
        last_used_at: key.last_used_at.map(|at| at.rfc3339().chars().take(10).collect()),
        expires_at: key.expires_at.map(Time::rfc3339),
    }
}

/// A new key as it is remembered: without its text.
pub fn new_view(key: &ApiKey, now: Time) -> String {
    let shown = view(key, now);
    reply::json(&NewApiKeyView {
        id: shown.id,
        name: shown.name,
        prefix: shown.prefix,
        scopes: shown.scopes,
        status: shown.status,
        created_by: shown.created_by,
        created_at: shown.created_at,
        last_used_at: shown.last_used_at,
        expires_at: shown.expires_at,
        raw_key: None,
    })
}

/// The answer with the key's text, which is shown the first time only.
pub fn shown(answer: &IdempotentAnswer, text: &ApiKeyText) -> Result {
    let mut view: Map<String, Value> =
        serde_json::from_str(&answer.data).map_err(Problem::internal)?;
    if !answer.replayed {
        view.insert("raw_key".to_owned(), Revealed::once(text).value());
    }
    Ok(answer.mark(Reply::json(&view)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_those_of_this_surface_in_any_order() {
        let read = |json: &str| LinkScopes::read(json);
        let one = read(r#"["refunds:write", "payments:read", "refunds:write"]"#).unwrap();
        assert_eq!(one.0, ["payments:read", "refunds:write"]);
        assert!(read("[]").unwrap().0.is_empty());
        for json in [r#"["tax:read"]"#, r#""payments:read""#, r#"[""]"#, "[5]"] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
