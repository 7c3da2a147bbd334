//! What operators send, and the commands it stands for.

use crate::{
    http::{
        Result, cursor,
        field::{Field, Text},
        platform::{
            access_token::SCOPES,
            route::{self, RouteInput},
        },
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
    request,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The list that cursors of republishing belong to.
pub const REPUBLISH_LIST: &str = "republish-events";

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
