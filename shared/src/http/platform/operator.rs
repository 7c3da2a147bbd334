//! What operators send to functions without HTTP.

use crate::{
    http::{
        Result,
        field::{Field, Text},
        platform::route::{self, RouteInput},
        reply,
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
};
use derive::Body;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A new tenant.
#[derive(Body)]
pub struct ProvisionTenant {
    /// Display name, shown to buyers.
    pub name: Text<1, LONGEST_NAME>,
    /// `test` or `live`.
    pub mode: Mode,
    /// An existing tenant that gets its other mode; a new tenant when absent.
    pub tenant_id: Option<TenantId>,
    /// Who may embed the payment page.
    pub allowed_origins: Option<Vec<Origin>>,
    /// Largest single payment per currency, in major units: `{"USD": "10000.00"}`.
    pub currency_limits: Option<CurrencyLimits>,
    /// Ways into and out of wallets; in test mode the simulator's when absent.
    pub routes: Option<Vec<RouteInput>>,
    /// Payments above these amounts wait for a reviewer, per currency, in major units.
    pub review_thresholds: Option<CurrencyLimits>,
}

/// Changes of a tenant; what is absent stays.
#[derive(Body)]
pub struct UpdateTenant {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// `test` or `live`.
    pub mode: Mode,
    /// Display name, shown to buyers.
    pub name: Option<Text<1, LONGEST_NAME>>,
    /// Who may embed the payment page; links that exist keep theirs.
    pub allowed_origins: Option<Vec<Origin>>,
    /// Largest single payment per currency, in major units; replaces all limits.
    pub currency_limits: Option<CurrencyLimits>,
    /// Ways into and out of wallets; replaces all routes.
    pub routes: Option<Vec<RouteInput>>,
    /// Payments above these amounts wait for a reviewer, per currency, in major units;
    /// replaces all thresholds.
    pub review_thresholds: Option<CurrencyLimits>,
}

/// A merchant account to add or change.
#[derive(Body)]
pub struct PutMerchantAccount {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// `test` or `live`.
    pub mode: Mode,
    /// Whose account.
    pub user_id: CustomerId,
    /// Which one to change; a new one when absent.
    pub merchant_account_id: Option<MerchantAccountId>,
    /// `pending`, `approved` or `rejected`.
    pub status: MerchantAccountStatus,
    /// What stands on the buyer's statement.
    pub descriptor: Text<1, 22>,
    /// Who charges: `simulator`, in test mode only.
    pub processor: Text<1, 20>,
}

/// Which keys to rotate.
#[derive(Body)]
pub struct RotateKeys {
    /// `signing`, `link` or `webhook`.
    pub purpose: Purpose,
}

/// Whose ledger to audit: one tenant's, or all when nothing is said.
#[derive(Body)]
pub struct AuditLedger {
    /// Which tenant.
    pub tenant_id: Option<TenantId>,
    /// `test` or `live`; needed with `tenant_id`.
    pub mode: Option<Mode>,
    /// Where to go on: `next.after` of a run that did not come to its end.
    pub after: Option<Text<1, 120>>,
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

/// Events to publish again, from the records themselves.
#[derive(Body)]
pub struct RepublishEvents {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// `test` or `live`.
    pub mode: Mode,
    /// Events from this moment on.
    pub from: Time,
    /// Events up to this moment; now when absent.
    pub to: Option<Time>,
    /// `next_cursor` of the answer before.
    pub cursor: Option<Text<1, 200>>,
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

    fn meaning(&self) -> String {
        let limits = self.0.iter().map(|(currency, limit)| (currency.code(), limit.minor()));
        reply::json(&limits.collect::<BTreeMap<_, _>>())
    }
}

impl Field for MerchantAccountStatus {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        Text::<1, 20>::read(json)?.0.parse()
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ["pending", "approved", "rejected"]})
    }

    fn meaning(&self) -> String {
        self.as_str().to_owned()
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

    fn meaning(&self) -> String {
        self.as_str().to_owned()
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
