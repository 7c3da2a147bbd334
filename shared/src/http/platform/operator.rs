//! What operators send to functions without HTTP.

use crate::{
    http::{
        Result,
        field::{Field, Text},
        platform::route::{self, RouteInput},
    },
    model::{
        Currency, Invalid, Mode, Money, Scope, Time,
        customer::MerchantAccountStatus,
        id::{CustomerId, MerchantAccountId, RouteId, TenantId},
        key_ring::Purpose,
        ledger::AccountId,
        origin::{MOST_ORIGINS, Origin},
        tenant::{LONGEST_NAME, Setup, Tenant},
    },
    operations::{Problem, problem::on},
    request,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

request! {
    /// A new tenant.
    ProvisionTenant {
        /// Display name, shown to buyers.
        name: required Text<1, LONGEST_NAME>,
        /// `test` or `live`.
        mode: required Mode,
        /// An existing tenant that gets its other mode; a new tenant when absent.
        tenant_id: optional TenantId,
        /// Who may embed the payment page.
        allowed_origins: optional Vec<Origin>,
        /// Largest single payment per currency, in major units: `{"USD": "10000.00"}`.
        currency_limits: optional CurrencyLimits,
        /// Ways into and out of wallets; in test mode the simulator's when absent.
        routes: objects RouteInput,
        /// Payments above these amounts wait for a reviewer, per currency, in major units.
        review_thresholds: optional CurrencyLimits,
    }
}

request! {
    /// Changes of a tenant; what is absent stays.
    UpdateTenant {
        /// Which tenant.
        tenant_id: required TenantId,
        /// `test` or `live`.
        mode: required Mode,
        /// Display name, shown to buyers.
        name: optional Text<1, LONGEST_NAME>,
        /// Who may embed the payment page; links that exist keep theirs.
        allowed_origins: optional Vec<Origin>,
        /// Largest single payment per currency, in major units; replaces all limits.
        currency_limits: optional CurrencyLimits,
        /// Ways into and out of wallets; replaces all routes.
        routes: objects RouteInput,
        /// Payments above these amounts wait for a reviewer, per currency, in major units;
        /// replaces all thresholds.
        review_thresholds: optional CurrencyLimits,
    }
}

request! {
    /// A merchant account to add or change.
    PutMerchantAccount {
        /// Which tenant.
        tenant_id: required TenantId,
        /// `test` or `live`.
        mode: required Mode,
        /// Whose account.
        user_id: required CustomerId,
        /// Which one to change; a new one when absent.
        merchant_account_id: optional MerchantAccountId,
        /// `pending`, `approved` or `rejected`.
        status: required MerchantAccountStatus,
        /// What stands on the buyer's statement.
        descriptor: required Text<1, 22>,
        /// Who charges: `simulator`, in test mode only.
        processor: required Text<1, 20>,
    }
}

request! {
    /// Which keys to rotate.
    RotateKeys {
        /// `signing`, `link` or `webhook`.
        purpose: required Purpose,
    }
}

request! {
    /// Whose ledger to audit: one tenant's, or all when nothing is said.
    AuditLedger {
        /// Which tenant.
        tenant_id: optional TenantId,
        /// `test` or `live`; needed with `tenant_id`.
        mode: optional Mode,
        /// Where to go on: `next.after` of a run that did not come to its end.
        after: optional Text<1, 120>,
    }
}

impl AuditLedger {
    /// Whose books; all when `None`.
    ///
    /// # Errors
    /// 422 for a tenant without a mode, or the other way round.
    pub fn scope(&self) -> Result<Option<Scope>> {
        match (self.tenant_id, self.mode) {
            (Some(tenant), Some(mode)) => Ok(Some(Scope { tenant, mode })),
            (None, None) => Ok(None),
            (Some(_), None) => Err(Problem::field("mode", "is required with tenant_id")),
            (None, Some(_)) => Err(Problem::field("tenant_id", "is required with mode")),
        }
    }

    /// The account after which to go on.
    ///
    /// # Errors
    /// 422 for what is no account.
    pub fn after(&self) -> Result<Option<AccountId>> {
        let parsed = self.after.as_ref().map(|text| text.0.parse());
        parsed.transpose().map_err(|invalid| on("after", invalid))
    }
}

request! {
    /// Events to publish again, from the records themselves.
    RepublishEvents {
        /// Which tenant.
        tenant_id: required TenantId,
        /// `test` or `live`.
        mode: required Mode,
        /// Events from this moment on.
        from: required Time,
        /// Events up to this moment; now when absent.
        to: optional Time,
        /// `next_cursor` of the answer before.
        cursor: optional Text<1, 200>,
    }
}

/// Largest single payment per currency.
#[derive(Debug)]
pub struct CurrencyLimits(pub BTreeMap<Currency, Money>);

impl Field for CurrencyLimits {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let example = || Invalid::new("must be an object such as {\"USD\": \"10000.00\"}");
        let texts: BTreeMap<String, String> = serde_json::from_str(json).map_err(|_| example())?;
        let limits = texts.iter().map(|(code, amount)| {
            let currency: Currency = code.parse()?;
            Ok((currency, Money::parse_major(amount, currency)?))
        });
        limits.collect::<std::result::Result<_, Invalid>>().map(Self)
    }

    fn schema() -> Value {
        json!({"type": "object", "additionalProperties": {"type": "string"}})
    }
}

impl Field for MerchantAccountStatus {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        Text::<1, 20>::read(json)?.0.parse()
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ["pending", "approved", "rejected"]})
    }
}

impl Field for Purpose {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let text = Text::<1, 20>::read(json)?.0;
        let found = Self::ALL.into_iter().find(|p| p.as_str() == text && p.rotates());
        found.ok_or_else(|| Invalid::new("must be signing, link or webhook"))
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ["signing", "link", "webhook"]})
    }
}

/// At most ten origins.
///
/// # Errors
/// 422 when there are more.
pub fn bounded(origins: Vec<Origin>) -> Result<Vec<Origin>> {
    if origins.len() > MOST_ORIGINS {
        let message = format!("must have at most {MOST_ORIGINS} entries");
        return Err(Problem::field("allowed_origins", message));
    }
    Ok(origins)
}

impl UpdateTenant {
    /// Whose settings.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        Scope { tenant: self.tenant_id, mode: self.mode }
    }

    /// The tenant with these changes; `mint` makes the ids of new routes.
    ///
    /// # Errors
    /// 422 for too many origins, or routes that break a rule.
    pub fn applied(self, known: &Setup, mint: impl FnMut() -> RouteId) -> Result<Setup> {
        let tenant = &known.tenant;
        let routes = match self.routes {
            Some(inputs) => route::routes(inputs, self.mode, mint)?,
            None => known.routes.clone(),
        };
        let review = self.review_thresholds.map(|thresholds| thresholds.0);
        let tenant = Tenant {
            name: self.name.map_or_else(|| tenant.name.clone(), |name| name.0),
            allowed_origins: match self.allowed_origins {
                Some(origins) => bounded(origins)?,
                None => tenant.allowed_origins.clone(),
            },
            limits: self.currency_limits.map_or_else(|| tenant.limits.clone(), |limits| limits.0),
            review: review.unwrap_or_else(|| tenant.review.clone()),
            version: tenant.version.saturating_add(1),
            ..tenant.clone()
        };
        Ok(Setup { tenant, routes })
    }
}

/// A tenant as operators see it.
#[must_use]
pub fn tenant_view(Setup { tenant, routes }: &Setup) -> Value {
    let origins: Vec<&str> = tenant.allowed_origins.iter().map(Origin::as_str).collect();
    json!({
        "tenant_id": tenant.scope.tenant.to_string(),
        "mode": tenant.scope.mode.as_str(),
        "name": tenant.name,
        "allowed_origins": origins,
        "currency_limits": majors(&tenant.limits),
        "review_thresholds": majors(&tenant.review),
        "routes": routes.iter().map(route::operator_view).collect::<Vec<Value>>(),
        "created_at": tenant.created_at.rfc3339(),
    })
}

fn majors(amounts: &BTreeMap<Currency, Money>) -> BTreeMap<String, String> {
    amounts.values().map(|money| (money.currency().to_string(), money.major())).collect()
}
