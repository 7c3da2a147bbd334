//! An organisation's settings for its links.

use super::{Commit, Problem, Result, merchant_links::Seller};
use crate::{
    model::{
        Currency, Invalid, Money, Scope, Time, member::Role, organization::Organization,
        tax::place::Country, tenant::Tenant, zone::Zone,
    },
    store::{Consistency, Table, organization, tenant},
};
use std::collections::BTreeMap;

/// How often an organisation was edited, by its members or by operators.
pub const fn edits(seller: &Seller) -> u64 {
    seller.organization.version + seller.tenant.version
}

/// The most that a member in this role may refund at once, by currency; no bound where absent.
pub async fn refund_limits(
    store: &Table,
    scope: Scope,
    role: Role,
    now: Time,
) -> Result<BTreeMap<Currency, Money>> {
    match role {
        Role::Staff => Ok(store.organization(scope, now).await?.staff_refund_limit),
        // Viewers refund nothing: their role lacks the permission.
        Role::Owner | Role::Admin | Role::Viewer => Ok(BTreeMap::new()),
    }
}

/// Keeps settings that were made out of those that `before` has; with another name, where there is
/// one. A name is the same in both modes.
///
/// # Errors
/// Somebody else edited them at this moment.
pub async fn change(
    store: &Table,
    before: Seller,
    after: Organization,
    name: Option<String>,
    now: Time,
) -> Result<Seller> {
    let Seller { tenant: known, organization: old, accounts, tax } = before;
    let name = name.filter(|name| *name != known.name);
    if after == old && name.is_none() {
        return Ok(Seller { tenant: known, organization: old, accounts, tax });
    }
    let after = after.after_zone_of(&old, now);
    let organization = Organization { updated_at: now, version: old.version + 1, ..after };
    let renamed = match &name {
        Some(_) => store.tenant_in_all_modes(known.scope.tenant).await?,
        None => Vec::new(),
    };
    let writes =
        name.iter().flat_map(|name| renamed.iter().flat_map(|tenant| tenant::rename(tenant, name)));
    let settings = [organization::put(&organization)];
    let commit = Commit::new().all(settings, &Problem::Contended).all(writes, &Problem::Contended);
    commit.run(store).await?;
    let tenant = match name {
        Some(name) => Tenant { name, version: known.version + 1, ..known },
        None => known,
    };
    Ok(Seller { tenant, organization, accounts, tax })
}

/// Where an organisation is established, as its tax settings say.
pub async fn country(store: &Table, scope: Scope) -> Result<Option<Country>> {
    let settings = store.tax_settings(scope, Consistency::Eventual).await?;
    Ok(settings.seller_place().map(|place| place.country))
}

/// The time zone of an organisation's days and exports.
pub async fn zone(store: &Table, scope: Scope, now: Time) -> Result<Zone> {
    let organization = store.organization(scope, now).await?;
    organization.timezone.parse().map_err(|Invalid(why)| Problem::internal(why))
}

/// An organisation with all that its members see of it.
///
/// # Errors
/// The tenant is gone.
pub async fn find(store: &Table, scope: Scope) -> Result<Seller> {
    super::merchant_links::seller(store, scope, Consistency::Strong).await
}
