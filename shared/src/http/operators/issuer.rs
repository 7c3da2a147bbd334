//! What operators send of an outside issuer.

use crate::{
    http::{Result, field::Text, platform::access_token::SCOPES},
    model::{
        id::TenantId,
        issuer::{ClaimNames, Issuer, MAX_TENANTS},
    },
    operations::{FieldError, Problem},
};
use derive::Body;

/// An outside issuer to trust, to change, or to forget.
#[derive(Body)]
pub struct PutIssuer {
    /// The issuer's name, exactly as `iss` of its tokens says it.
    pub issuer: Text<1, 500>,
    /// The audience, exactly as `aud` of its tokens says it.
    pub audience: Option<Text<1, 500>>,
    /// Where it publishes its keys: `https`.
    pub jwks_url: Option<Text<8, 2000>>,
    /// The tenants that it may speak for.
    pub tenants: Option<Vec<TenantId>>,
    /// The most that its tokens may do, whatever they say.
    pub scopes: Option<Vec<Text<1, 60>>>,
    /// The claim that holds the tenant's id; `tenant` when absent.
    pub tenant_claim: Option<Text<1, 200>>,
    /// The claim that holds the mode; `mode` when absent.
    pub mode_claim: Option<Text<1, 200>>,
    /// The claim that holds the scopes; `scope` when absent.
    pub scope_claim: Option<Text<1, 200>>,
    /// Whether the issuer of this name is forgotten.
    pub remove: Option<bool>,
}

impl PutIssuer {
    /// The issuer to trust; or the name of the one to forget.
    ///
    /// # Errors
    /// What a new issuer needs is missing, a scope is unknown, or there are too many tenants.
    pub fn command(self) -> Result<std::result::Result<Issuer, String>> {
        if self.remove == Some(true) {
            return Ok(Err(self.issuer.0));
        }
        let mut problems = Vec::new();
        let mut note = |field: &str, message: String| {
            problems.push(FieldError { field: field.to_owned(), message });
        };
        for (field, missing) in [
            ("audience", self.audience.is_none()),
            ("jwks_url", self.jwks_url.is_none()),
            ("tenants", self.tenants.as_ref().is_none_or(Vec::is_empty)),
            ("scopes", self.scopes.as_ref().is_none_or(Vec::is_empty)),
        ] {
            if missing {
                note(field, "is required".to_owned());
            }
        }
        let tenants = self.tenants.unwrap_or_default();
        if tenants.len() > MAX_TENANTS {
            note("tenants", format!("must have at most {MAX_TENANTS} entries"));
        }
        let scopes: Vec<String> =
            self.scopes.unwrap_or_default().into_iter().map(|scope| scope.0).collect();
        if let Some(unknown) = scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str())) {
            note("scopes", format!("must be of {}, not {unknown}", SCOPES.join(", ")));
        }
        if !problems.is_empty() {
            return Err(Problem::Invalid(problems));
        }
        let usual = ClaimNames::default();
        let claim = |named: Option<Text<1, 200>>, usual| named.map_or(usual, |claim| claim.0);
        Ok(Ok(Issuer {
            issuer: self.issuer.0,
            audience: self.audience.map(|text| text.0).unwrap_or_default(),
            jwks_url: self.jwks_url.map(|text| text.0).unwrap_or_default(),
            claims: ClaimNames {
                tenant: claim(self.tenant_claim, usual.tenant),
                mode: claim(self.mode_claim, usual.mode),
                scope: claim(self.scope_claim, usual.scope),
            },
            tenants,
            scopes,
            key_set: None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::body::Fields;

    fn read(json: &str) -> Result<std::result::Result<Issuer, String>> {
        Fields::from_json(json)?.read::<PutIssuer>()?.command()
    }

    #[test]
    fn an_issuer_needs_an_audience_keys_tenants_and_a_ceiling() {
        let Err(Problem::Invalid(missing)) = read(r#"{"issuer": "https://login.example"}"#) else {
            panic!("it is not whole");
        };
        let fields: Vec<&str> = missing.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["audience", "jwks_url", "tenants", "scopes"]);
        let whole = r#"{"issuer": "https://login.example", "audience": "paylink",
            "jwks_url": "https://login.example/jwks.json", "tenant_claim": "org",
            "tenants": ["3c90c3cc-0d44-4b50-8888-8dd25736052a"], "scopes": ["users:read"]}"#;
        let issuer = read(whole).unwrap().unwrap();
        assert_eq!((issuer.claims.tenant.as_str(), issuer.claims.mode.as_str()), ("org", "mode"));
        assert!(read(&whole.replace("users:read", "everything")).is_err());
        let removed = read(r#"{"issuer": "https://login.example", "remove": true}"#).unwrap();
        assert_eq!(removed, Err("https://login.example".to_owned()));
    }
}
