//! Outside issuers: whose access tokens are good besides our own.

use super::{Time, id::TenantId};

/// Most outside issuers of a deployment.
pub const MAX_ISSUERS: usize = 10;

/// Most tenants that one issuer may speak for.
pub const MAX_TENANTS: usize = 500;

/// An outside issuer, with everything that bounds what its tokens can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The `iss` of its tokens, which has to be exactly this text.
    pub issuer: String,
    /// The `aud` of its tokens, which has to name exactly this text.
    pub audience: String,
    /// Where it publishes its keys.
    pub jwks_url: String,
    /// Which of its claims say what.
    pub claims: ClaimNames,
    /// The tenants that it may speak for.
    pub tenants: Vec<TenantId>,
    /// The most that its tokens may do, whatever they say.
    pub scopes: Vec<String>,
    /// The keys as they were last fetched; `None` before the first time.
    pub key_set: Option<KeySet>,
}

/// The names of the claims in which an issuer's tokens state tenant, mode and scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// Holds the tenant's id; a token without it is refused.
    pub tenant: String,
    /// Holds the mode, `test` or `live`; a token without it is refused.
    pub mode: String,
    /// Holds the scopes: one text with spaces between them, or a list.
    pub scope: String,
}

/// A key set that is kept beside its issuer, in parts of a size that an item takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet {
    /// Rises with every set that differs from the one before; names its parts.
    pub generation: u64,
    /// How many parts there are.
    pub parts: u32,
    /// The hash of the whole text, to see whether it changed.
    pub hash: String,
    /// When it was last fetched.
    pub fetched_at: Time,
}

/// The outside issuers of a deployment; one version counts the writes to all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Issuers {
    /// At most [`MAX_ISSUERS`], none of them twice.
    pub list: Vec<Issuer>,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self { tenant: "tenant".to_owned(), mode: "mode".to_owned(), scope: "scope".to_owned() }
    }
}

impl Issuer {
    /// What a token with these scopes may do: none that the issuer may not grant.
    pub fn bounded(&self, scopes: &str) -> String {
        let granted = scopes.split(' ').filter(|scope| self.scopes.iter().any(|may| may == scope));
        granted.collect::<Vec<_>>().join(" ")
    }
}

impl Issuers {
    /// The issuer with exactly this `iss`; `None` where it is not known.
    pub fn find(&self, issuer: &str) -> Option<&Issuer> {
        self.list.iter().find(|known| known.issuer == issuer)
    }

    /// With this issuer in the place of the one of its name, whose keys stay if they come from the
    /// same address; `None` where there are as many as there may be.
    pub fn with(&self, issuer: Issuer) -> Option<Self> {
        let known = self.find(&issuer.issuer).filter(|known| known.jwks_url == issuer.jwks_url);
        let key_set = issuer.key_set.clone().or(known.and_then(|known| known.key_set.clone()));
        let mut list = self.without(&issuer.issuer).list;
        list.push(Issuer { key_set, ..issuer });
        (list.len() <= MAX_ISSUERS).then(|| Self { list, version: self.version + 1 })
    }

    /// Without the issuer of this name.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn without(&self, issuer: &str) -> Self {
        let others = self.list.iter().filter(|known| known.issuer != issuer);
        Self { list: others.cloned().collect(), version: self.version + 1 }
    }
}
