//! Credentials of the payments and the links surface: how their text is made, and what they may do.
//!
//! `ck_test_` (payments) or `plk_test_` (links), then 26 Crockford characters of the tenant's UUID,
//! 12 that find the key, and 43 of base64url with 256 random bits. So one read, whose keys follow
//! from the text alone, brings the key together with whatever else the route needs; nothing of it
//! may be used before the hash has matched.

use super::{
    Invalid, Mode, Scope, Surface, Time,
    actor::Actor,
    id::{ApiKeyId, TenantId, crockford},
    secret::ApiKeyText,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::fmt;
use uuid::Uuid;

/// Most keys of a tenant and mode on the payments surface.
pub const MAX_PAYMENTS_KEYS: usize = 50;

/// Most active keys of a tenant and mode on the links surface.
pub const MAX_LINKS_KEYS: usize = 10;

/// How long a key is good beside the one that replaces it, in seconds.
pub const OVERLAP_S: i64 = 24 * 60 * 60;

/// Longest such time, in seconds.
pub const MAX_OVERLAP_S: i64 = 7 * OVERLAP_S;

/// What a key of the payments surface may be allowed.
pub const PAYMENTS_SCOPES: [&str; 14] = [
    "payments:read",
    "payments:write",
    "charges:write",
    "refunds:write",
    "customers:read",
    "customers:write",
    "invoices:read",
    "invoices:write",
    "webhooks:read",
    "webhooks:write",
    "api_keys:read",
    "api_keys:write",
    "tax:read",
    "tax:write",
];

/// What a key of the links surface may be allowed.
pub const LINKS_SCOPES: [&str; 5] =
    ["checkout:create", "payments:read", "payments:write", "refunds:read", "refunds:write"];

/// An API key. The secret itself is never kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// `key_...` to callers; 60 of its bits stand in the key's text and find this record.
    pub id: ApiKeyId,
    /// Whose key; fixes tenant and mode of every request.
    pub scope: Scope,
    /// The API it opens: [`Surface::Payments`] or [`Surface::Links`].
    pub surface: Surface,
    /// The caller's name for it.
    pub name: String,
    /// HMAC-SHA256 of the whole text under the deployment's pepper, in hex.
    pub secret_hash: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// The member, the other key or the operator that made it.
    pub created_by: Actor,
    /// Not good at or after this moment.
    pub expires_at: Option<Time>,
    /// Since when it is revoked.
    pub revoked_at: Option<Time>,
    /// When it was last used, right to the hour.
    pub last_used_at: Option<Time>,
    /// When it was made.
    pub created_at: Time,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// What a key is at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApiKeyStatus {
    /// Good, with no end set.
    Active,
    /// Good until a known moment.
    Expiring,
    /// Not good any more, because its `expires_at` has come.
    Expired,
    /// Not good any more, because somebody revoked it, whatever its `expires_at` says.
    Revoked,
}

/// The part of a key's text that finds its record: 60 bits of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyPlace(u64);

/// What a key's text claims; nothing of it is proven before the hash has matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedKey {
    /// Which API it is for.
    pub surface: Surface,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Where its record is: the part of the text that is no secret.
    pub place: KeyPlace,
}

/// Characters of the part of a key's text that says where its record is.
const PLACE_LEN: usize = 12;

/// Characters of a secret: 256 bits in base64url.
const SECRET_LEN: usize = 43;

impl ApiKey {
    /// What it is at `now`.
    pub fn status_at(&self, now: Time) -> ApiKeyStatus {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => ApiKeyStatus::Revoked,
            (None, Some(end)) if end <= now => ApiKeyStatus::Expired,
            (None, Some(_)) => ApiKeyStatus::Expiring,
            (None, None) => ApiKeyStatus::Active,
        }
    }

    /// Whether it opens anything at `now`.
    pub fn good_at(&self, now: Time) -> bool {
        match self.status_at(now) {
            ApiKeyStatus::Active | ApiKeyStatus::Expiring => true,
            ApiKeyStatus::Expired | ApiKeyStatus::Revoked => false,
        }
    }

    /// Whether it may do what a route asks for. `payments:write` of the links surface contains
    /// refunds, as each write scope contains reading the same.
    pub fn may(&self, scope: &str) -> bool {
        let has = |scope: &str| self.scopes.iter().any(|own| own == scope);
        let write = scope.strip_suffix(":read").map(|family| format!("{family}:write"));
        has(scope)
            || write.is_some_and(|write| has(&write))
            || (self.surface == Surface::Links
                && scope.starts_with("refunds:")
                && (has("payments:write") || (scope == "refunds:read" && has("payments:read"))))
    }

    /// The first of some scopes that this key lacks, and so cannot grant.
    pub fn lacks<'a>(&self, scopes: &'a [String]) -> Option<&'a str> {
        scopes.iter().map(String::as_str).find(|scope| !self.may(scope))
    }

    /// What may be shown of it: everything up to the secret.
    pub fn prefix(&self) -> String {
        prefix(self.surface, self.scope, KeyPlace::of(self.id))
    }

    /// Ends it now; a second time changes nothing.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn revoke(&self, now: Time) -> Self {
        match self.revoked_at {
            Some(_) => self.clone(),
            None => Self { revoked_at: Some(now), version: self.version + 1, ..self.clone() },
        }
    }

    /// Lets it end at a moment, when a new one takes over; never later than it would have.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn end_by(&self, end: Time) -> Self {
        let expires_at = self.expires_at.map_or(end, |own| own.min(end));
        Self { expires_at: Some(expires_at), version: self.version + 1, ..self.clone() }
    }
}

impl KeyPlace {
    /// The place of a key.
    pub fn of(id: ApiKeyId) -> Self {
        let bits = id.uuid().as_u128() & 0x0FFF_FFFF_FFFF_FFFF;
        Self(u64::try_from(bits).unwrap_or(0))
    }
}

impl fmt::Display for KeyPlace {
    /// Twelve of `[0-9a-z]`, as they stand in the key's text right behind the tenant.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crockford::encode(self.0.into(), PLACE_LEN).to_lowercase())
    }
}

impl ClaimedKey {
    /// Reads the text of a key.
    pub fn parse(text: &str) -> Option<Self> {
        let (tag, rest) = text.split_once('_')?;
        let surface = match tag {
            "ck" => Surface::Payments,
            "plk" => Surface::Links,
            _ => return None,
        };
        let (mode, rest) = rest.split_once('_')?;
        let mode: Mode = mode.parse().ok()?;
        let (tenant, rest) = rest.split_at_checked(crockford::UUID_LEN)?;
        let (place, secret) = rest.split_at_checked(PLACE_LEN)?;
        let (tenant, bits) = (crockford::decode(tenant)?, crockford::decode(place)?);
        let tenant = TenantId::from_uuid(Uuid::from_u128(tenant));
        let whole = secret.len() == SECRET_LEN && URL_SAFE_NO_PAD.decode(secret).is_ok();
        let place = KeyPlace(u64::try_from(bits).ok()?);
        whole.then_some(Self { surface, scope: Scope { tenant, mode }, place })
    }
}

/// The whole text of a new key: shown once, never kept.
pub fn text(surface: Surface, scope: Scope, id: ApiKeyId, secret: [u8; 32]) -> ApiKeyText {
    let prefix = prefix(surface, scope, KeyPlace::of(id));
    ApiKeyText::new(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(secret)))
}

fn prefix(surface: Surface, scope: Scope, place: KeyPlace) -> String {
    let tag = match surface {
        Surface::Links => "plk",
        Surface::Payments | Surface::Platform => "ck",
    };
    let tenant = crockford::encode(scope.tenant.uuid().as_u128(), crockford::UUID_LEN);
    format!("{tag}_{}_{tenant}{place}", scope.mode)
}

/// Checks the scopes of a new key.
///
/// # Errors
/// One that this surface does not have.
pub fn check_scopes(surface: Surface, scopes: &[String]) -> Result<(), Invalid> {
    let known: &[&str] = match surface {
        Surface::Payments => &PAYMENTS_SCOPES,
        Surface::Links => &LINKS_SCOPES,
        Surface::Platform => &[],
    };
    match scopes.iter().find(|scope| !known.contains(&scope.as_str())) {
        Some(unknown) => Err(Invalid::new(format!("{unknown:?} is not a scope"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Time {
        Time::from_ms(1_795_255_200_250)
    }

    fn key(surface: Surface, scopes: &[&str]) -> ApiKey {
        ApiKey {
            id: ApiKeyId::mint(now(), [0xAB; 10]),
            scope: Scope { tenant: TenantId::mint(now(), [1; 10]), mode: Mode::Test },
            surface,
            name: "Server".into(),
            secret_hash: String::new(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            created_by: Actor::Operator,
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
            created_at: now(),
            version: 1,
        }
    }

    #[test]
    fn a_keys_text_leads_to_its_record() {
        for (surface, start) in [(Surface::Payments, "ck_test_"), (Surface::Links, "plk_test_")] {
            let key = key(surface, &[]);
            let text = text(surface, key.scope, key.id, [7; 32]);
            let text = text.reveal();
            assert_eq!(text.len(), start.len() + 26 + 12 + 43);
            assert!(text.starts_with(start) && text.starts_with(&key.prefix()));
            let claimed = ClaimedKey::parse(text).unwrap();
            let place = KeyPlace::of(key.id);
            assert_eq!(claimed, ClaimedKey { surface, scope: key.scope, place });
            let shown = place.to_string();
            assert_eq!(shown.len(), 12);
            assert!(shown.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()));
        }
    }

    #[test]
    fn texts_of_another_form_are_no_keys() {
        let good = text(
            Surface::Payments,
            key(Surface::Payments, &[]).scope,
            key(Surface::Payments, &[]).id,
            [7; 32],
        );
        let good = good.reveal();
        for text in [
            "",
            "ck_",
            "ck_test_",
            &good[..good.len() - 1],
            &format!("{good}A"),
            &good.replace("ck_", "sk_"),
            &good.replace("_test_", "_demo_"),
            &good.replace("_test_", "_TEST_"),
            &good.replace("ck_test_0", "ck_test_U"),
            &"é".repeat(60),
        ] {
            assert_eq!(ClaimedKey::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_key_ends_by_the_clock_or_when_revoked() {
        let key = key(Surface::Payments, &[]);
        assert_eq!(key.status_at(now()), ApiKeyStatus::Active);
        let ends = key.end_by(now().plus_seconds(60));
        assert_eq!(ends.status_at(now()), ApiKeyStatus::Expiring);
        assert!(ends.good_at(now().plus_ms(59_999)) && !ends.good_at(now().plus_seconds(60)));
        assert_eq!(ends.end_by(now().plus_days(1)).expires_at, ends.expires_at);
        let revoked = key.revoke(now());
        assert!(!revoked.good_at(now()));
        assert_eq!(revoked.revoke(now().plus_days(1)), revoked);
    }

    #[test]
    fn a_key_grants_no_more_than_it_has() {
        let payments = key(Surface::Payments, &["payments:write", "tax:read"]);
        assert!(payments.may("payments:read") && payments.may("payments:write"));
        assert!(!payments.may("tax:write") && !payments.may("refunds:write"));
        let wanted = ["tax:read", "tax:write"].map(String::from);
        assert_eq!(payments.lacks(&wanted), Some("tax:write"));
        let links = key(Surface::Links, &["payments:write"]);
        assert!(links.may("refunds:write") && links.may("refunds:read"));
        assert!(key(Surface::Links, &["payments:read"]).may("refunds:read"));
        assert!(!key(Surface::Links, &["payments:read"]).may("refunds:write"));
        assert!(check_scopes(Surface::Links, &wanted).is_err());
        assert!(check_scopes(Surface::Payments, &wanted).is_ok());
    }
}
