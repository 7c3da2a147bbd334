//! What operators send, and the commands it stands for.

use super::field::{CurrencyLimits, PaymentLimitMap};
use crate::{
    http::{
        Result, cursor,
        field::{Email, Text, Whole},
        links::statistics::Day,
        platform::{
            access_token::SCOPES,
            route::{self, RouteInput},
        },
    },
    model::{
        Mode, Scope, Time,
        customer::MerchantAccountStatus,
        id::{CustomerId, MerchantAccountId, TenantId},
        key_ring::Purpose,
        origin::Origin,
        tenant::MAX_NAME,
    },
    operations::{
        Ambient, Problem,
        audit::AuditWish,
        client_secrets::MAX_OVERLAP_S,
        problem::on,
        provisioning::{MerchantAccountWish, NewTenant, TenantChanges},
        republishing::Republish,
        statistics::{DayRange, RecountWish},
    },
};
use derive::Body;

/// The list that cursors of republishing belong to.
pub const REPUBLISH_LIST: &str = "republish-events";

/// A new tenant.
#[derive(Body)]
pub struct ProvisionTenant {
    /// The tenant's name, which buyers read on pages and invoices.
    pub name: Text<1, MAX_NAME>,
    /// `test` or `live`: the two share nothing but the tenant.
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
    /// The tenant's id, a UUID.
    pub tenant_id: TenantId,
    /// `test` or `live`: the two share nothing but the tenant.
    pub mode: Mode,
    /// The tenant's name, which buyers read on pages and invoices.
    pub name: Option<Text<1, MAX_NAME>>,
    /// Who may embed the payment page; links that exist keep theirs.
    pub allowed_origins: Option<Vec<Origin>>,
    /// Largest single payment per currency, in major units; replaces all limits.
    pub currency_limits: Option<CurrencyLimits>,
    /// Ways into and out of wallets; replaces all routes.
    pub routes: Option<Vec<RouteInput>>,
    /// Payments above these amounts wait for a reviewer, per currency, in major units;
    /// replaces all thresholds.
    pub review_thresholds: Option<CurrencyLimits>,
    /// Smallest and largest payment through links per currency, in major units; replaces all of
    /// them: `{"USD": {"min": "0.50", "max": "10000.00"}}`.
    pub payment_limits: Option<PaymentLimitMap>,
    /// Most links of the links surface that are not deleted, up to 20,000.
    pub max_links: Option<Whole<1, 20_000>>,
}

/// A member who cannot sign in any more.
#[derive(Body)]
pub struct ResetMember {
    /// The tenant's id, a UUID.
    pub tenant_id: TenantId,
    /// The e-mail address of the member.
    pub email: Email,
    /// Whether the second factor goes as well: both were lost.
    #[body(default = false)]
    pub totp: Option<bool>,
}

/// A buyer whom a tenant is to know no more.
#[derive(Body)]
pub struct ErasePayer {
    /// The tenant's id, a UUID.
    pub tenant_id: TenantId,
    /// `test` or `live`: the two share nothing but the tenant.
    pub mode: Mode,
    /// The e-mail address of the buyer who is erased.
    pub email: Email,
}

/// An API key for a tenant that has lost its own.
#[derive(Body)]
pub struct CreateApiKey {
    /// The tenant's id, a UUID.
    pub tenant_id: TenantId,
    /// `test` or `live`: the two share nothing but the tenant.
    pub mode: Mode,
    /// The key's name, as lists show it.
    pub name: Text<1, 100>,
}

/// A merchant account to add or change.
#[derive(Body)]
pub struct PutMerchantAccount {
    /// The tenant's id, a UUID.
    pub tenant_id: TenantId,
    /// `test` or `live`: the two share nothing but the tenant.
    pub mode: Mode,
    /// Whose account; your own when absent, for the payments and the links surface.
    pub user_id: Option<CustomerId>,
    /// Which one to change; a new one when absent.
    pub merchant_account_id: Option<MerchantAccountId>,
    /// Whether it may take money: `pending`, `approved` or `rejected`.
    pub status: MerchantAccountStatus,
    /// What stands on the buyer's statement.
    pub descriptor: Text<1, 22>,
    /// Who charges: `stripe`, or in test mode `simulator`.
    pub processor: Text<1, 20>,
    /// The connected account that charges in the tenant's name, `acct_...`, for `stripe` only; the
    /// account of the tenant's key when absent.
    pub connected_account: Option<Text<6, 255>>,
}

/// Which keys to rotate, or which one to end.
#[derive(Body)]
pub struct RotateKeys {
    /// `signing`, `link`, `webhook`, `session`, `pepper` or `processor`.
    pub purpose: Purpose,
    /// The number of a key that ends at once, with all that it made; without it, a new key replaces
    /// the one in use.
    pub revoke: Option<Whole<1, 255>>,
}

/// A client that gets a new secret.
#[derive(Body)]
pub struct PutClient {
    /// The client's id, the public half of its credentials. It never changes.
    pub client_id: Text<5, 120>,
    /// Seconds for which the secret before goes on being good, at most 30 days; a day when absent,
    /// and 0 ends it at once.
    pub overlap_seconds: Option<Whole<0, MAX_OVERLAP_S>>,
}

impl RotateKeys {
    /// The number of the key that ends at once.
    pub fn revoked(&self) -> Option<u8> {
        self.revoke.as_ref().and_then(|number| u8::try_from(number.0).ok())
    }
}

impl PutClient {
    /// For how many seconds the secret before goes on being good.
    pub fn overlap_s(&self) -> i64 {
        self.overlap_seconds.as_ref().map_or(86_400, |seconds| seconds.0)
    }
}

/// Whose ledger to audit: one tenant's, or all when nothing is said.
#[derive(Body)]
pub struct AuditLedger {
    /// The tenant's id, a UUID.
    pub tenant_id: Option<TenantId>,
    /// `test` or `live`; needed with `tenant_id`.
    pub mode: Option<Mode>,
    /// Where to go on: `next.after` of a run that did not come to its end.
    pub after: Option<Text<1, 120>>,
    /// Whether every entry is read again, and not only those since the audit before.
    pub full: Option<bool>,
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
        let after = after.map_err(|invalid| on("after", invalid))?;
        Ok(AuditWish { scope, after, full: self.full == Some(true) })
    }
}

/// Statistics to count again.
#[derive(Body)]
pub struct RecountStatistics {
    /// Which tenant; all of them when absent.
    pub tenant_id: Option<TenantId>,
    /// `test` or `live`; needed with `tenant_id`.
    pub mode: Option<Mode>,
    /// The first day, in the tenant's zone; the last two days that are over when absent.
    pub from: Option<Day>,
    /// The last day, which is counted too.
    pub to: Option<Day>,
}

impl RecountStatistics {
    /// What to count.
    ///
    /// # Errors
    /// A tenant without a mode, a first day without a last one, or the other way round.
    pub fn command(&self) -> Result<RecountWish> {
        let scope = match (self.tenant_id, self.mode) {
            (Some(tenant), Some(mode)) => Some(Scope { tenant, mode }),
            (None, None) => None,
            (Some(_), None) => return Err(Problem::field("mode", "is required with tenant_id")),
            (None, Some(_)) => {
                return Err(Problem::field("tenant_id", "is required with mode"));
            }
        };
        let days = match (self.from, self.to) {
            (Some(from), Some(to)) if from.0 <= to.0 => {
                Some(DayRange { first: from.0, last: to.0 })
            }
            (Some(_), Some(_)) => return Err(Problem::field("to", "must not be before from")),
            (None, None) => None,
            (Some(_), None) => return Err(Problem::field("to", "is required with from")),
            (None, Some(_)) => return Err(Problem::field("from", "is required with to")),
        };
        Ok(RecountWish { scope, days })
    }
}

/// Events to publish again, from the records themselves.
#[derive(Body)]
pub struct RepublishEvents {
    /// The tenant's id, a UUID.
    pub tenant_id: TenantId,
    /// `test` or `live`: the two share nothing but the tenant.
    pub mode: Mode,
    /// Only events from this moment on, in RFC 3339.
    pub from: Time,
    /// Events up to this moment; now when absent.
    pub to: Option<Time>,
    /// The `next_cursor` of the answer before, to go on there.
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

impl ProvisionTenant {
    /// The tenant to make, with new ids for itself and its routes.
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
            payment_limits: self.payment_limits.map(|limits| limits.0),
            max_links: self.max_links.and_then(|count| u32::try_from(count.0).ok()),
        })
    }
}

impl CreateApiKey {
    /// The tenant and mode that the key is for.
    pub const fn scope(&self) -> Scope {
        Scope { tenant: self.tenant_id, mode: self.mode }
    }
}

impl PutMerchantAccount {
    /// The account to add or change.
    pub fn command(self) -> MerchantAccountWish {
        MerchantAccountWish {
            scope: Scope { tenant: self.tenant_id, mode: self.mode },
            customer: self.user_id,
            id: self.merchant_account_id,
            status: self.status,
            descriptor: self.descriptor.0,
            processor: self.processor.0,
            connected: self.connected_account.map(|account| account.0),
        }
    }
}
