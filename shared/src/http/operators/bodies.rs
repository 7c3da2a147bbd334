//! What operators send, and the commands it stands for.

use crate::{
    http::{
        Result, cursor,
        field::{Email, Field, Text},
        platform::{
            access_token::SCOPES,
            route::{self, RouteInput},
        },
        reply,
    },
    model::{
        Currency, Invalid, Mode, Money, Scope, Time,
        customer::MerchantAccountStatus,
        id::{CustomerId, MerchantAccountId, TenantId},
        key_ring::Purpose,
        origin::Origin,
        tenant::LONGEST_NAME,
    },
    operations::{
        Ambient, Problem,
        audit::AuditWish,
        problem::on,
        provisioning::{MerchantAccountWish, NewTenant, TenantChanges},
        republishing::Republish,
    },
};
use derive::Body;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The list that cursors of republishing belong to.
pub const REPUBLISH_LIST: &str = "republish-events";

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
    /// Who is invited as the first owner, for the links surface.
    pub owner_email: Option<Email>,
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
    /// Whose account; your own when absent, for the payments and the links surface.
    pub user_id: Option<CustomerId>,
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
    /// `signing`, `link`, `webhook` or `session`.
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
    /// Whose books to audit.
    ///
    /// # Errors
    /// A tenant without a mode, or the other way round; an account that is none.
    pub fn command(&self) -> Result<AuditWish> {
        let scope = match (self.tenant_id, self.mode) {
            (Some(tenant), Some(mode)) => Some(Scope { tenant, mode }),
            (None, None) => None,
            (Some(_), None) => return Err(Problem::field("mode", "is required with tenant_id")),
            (None, Some(_)) => {
                return Err(Problem::field("tenant_id", "is required with mode"));
            }
        };
        let after = scope.and(self.after.as_ref()).map(|text| text.0.parse()).transpose();
        Ok(AuditWish { scope, after: after.map_err(|invalid| on("after", invalid))? })
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

impl RepublishEvents {
    /// Which events to put onto the bus again.
    ///
    /// # Errors
    /// A cursor that belongs to another tenant, or is none.
    pub fn command(&self) -> Result<Republish> {
        let scope = Scope { tenant: self.tenant_id, mode: self.mode };
        let cursor = self.cursor.as_ref();
        let before = cursor.map(|text| cursor::decode(scope, REPUBLISH_LIST, &text.0));
        Ok(Republish { scope, from: self.from, to: self.to, before: before.transpose()? })
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
        found.ok_or_else(|| Invalid::new("must be signing, link, webhook or session"))
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ["signing", "link", "webhook", "session"]})
    }

    fn meaning(&self) -> String {
        self.as_str().to_owned()
    }
}

impl ProvisionTenant {
    /// The tenant to make, with new ids for itself and its routes.
    ///
    /// # Errors
    /// Routes that break a rule.
    pub fn command(self, ambient: Ambient) -> Result<NewTenant> {
        let routes =
            self.routes.map(|inputs| route::routes(inputs, self.mode, || ambient.new_id()));
        let tenant = self.tenant_id.unwrap_or_else(|| ambient.new_id());
        Ok(NewTenant {
            scope: Scope { tenant, mode: self.mode },
            name: self.name.0,
            allowed_origins: self.allowed_origins.unwrap_or_default(),
            limits: self.currency_limits.map(|limits| limits.0).unwrap_or_default(),
            review: self.review_thresholds.map(|thresholds| thresholds.0).unwrap_or_default(),
            routes: routes.transpose()?,
            scopes: SCOPES.join(" "),
        })
    }
}

impl UpdateTenant {
    /// The changes that are asked for; new routes get new ids.
    ///
    /// # Errors
    /// Routes that break a rule.
    pub fn command(self, ambient: Ambient) -> Result<TenantChanges> {
        let routes =
            self.routes.map(|inputs| route::routes(inputs, self.mode, || ambient.new_id()));
        Ok(TenantChanges {
            scope: Scope { tenant: self.tenant_id, mode: self.mode },
            name: self.name.map(|name| name.0),
            allowed_origins: self.allowed_origins,
            limits: self.currency_limits.map(|limits| limits.0),
            review: self.review_thresholds.map(|thresholds| thresholds.0),
            routes: routes.transpose()?,
        })
    }
}

impl PutMerchantAccount {
    /// The account to add or change.
    #[must_use]
    pub fn command(self) -> MerchantAccountWish {
        MerchantAccountWish {
            scope: Scope { tenant: self.tenant_id, mode: self.mode },
            customer: self.user_id,
            id: self.merchant_account_id,
            status: self.status,
            descriptor: self.descriptor.0,
            processor: self.processor.0,
        }
    }
}
