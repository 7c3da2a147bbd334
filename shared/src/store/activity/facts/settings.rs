//! What is told of a tenant's settings and keys.

use super::{action, and_unsaid, both, changes, list, yes_or_no};
use crate::{
    model::{
        Money, Scope, Time,
        activity::{ActivityAction, TellableFacts},
        api_key::ApiKey,
        organization::Organization,
        processor_account::TenantAccounts,
        tax::settings::Settings,
        tenant::Tenant,
    },
    store::{
        Item,
        activity::told::{Before, Read, ToldAct},
        api_key as keys,
        intent::scope_of,
        organization, processor_account, tax, tenant,
    },
};

/// What one of a tenant's own records tells of.
pub(super) fn of(before: Before<'_>, new: &Item, part: &str) -> Read<Option<ToldAct>> {
    let scope = scope_of(new)?;
    match part {
        "tenant" => record(before, new, scope),
        "organization" => settings(before, new, scope),
        "tax" => tax_settings(before, new, scope),
        "accounts" => accounts(before, new, scope),
        _ => Ok(None),
    }
}

fn told(
    scope: Scope,
    action: Option<ActivityAction>,
    changes: Vec<super::FieldChange>,
) -> Option<ToldAct> {
    action.map(|action| ToldAct::new(action, scope.tenant.to_string(), changes))
}

fn record(before: Before<'_>, new: &Item, scope: Scope) -> Read<Option<ToldAct>> {
    let (old, new) = both(before, new, |item| tenant::from_item(scope, item), |_| ())?;
    let facts = |tenant: &Tenant| {
        let facts = TellableFacts::default()
            .with("name", &tenant.name)
            .with_some("allowed_origins", list(tenant.allowed_origins.iter().map(|o| o.as_str())));
        let facts = amounts(facts, "limits", tenant.limits.values());
        amounts(facts, "review", tenant.review.values())
    };
    let changes = changes(old.as_ref(), &new, facts);
    let (made, updated) =
        (ActivityAction::OrganizationCreated, ActivityAction::OrganizationUpdated);
    let action = action(before, old.as_ref(), made, updated, None, &changes);
    Ok(told(scope, action, changes))
}

fn amounts<'a>(
    facts: TellableFacts,
    name: &str,
    amounts: impl Iterator<Item = &'a Money>,
) -> TellableFacts {
    amounts.fold(facts, |facts, money| {
        facts.with(format!("{name}.{}", money.currency().code()), money.major())
    })
}

/// What was never set is not kept: the first change is one of what goes without saying.
fn settings(before: Before<'_>, new: &Item, scope: Scope) -> Read<Option<ToldAct>> {
    let read = |item: Option<&Item>| organization::from_item(scope, Time::EPOCH, item);
    let after = read(Some(new))?;
    let old = match before {
        Before::Nothing => read(None)?,
        Before::Known(old) => read(Some(old))?,
        Before::Lost => after.clone(),
    };
    let changes = changes(Some(&old), &after, organization_facts);
    let updated = ActivityAction::OrganizationUpdated;
    let action = action(before, Some(&old), updated, updated, None, &changes);
    Ok(told(scope, action, changes))
}

fn organization_facts(of: &Organization) -> TellableFacts {
    let facts = TellableFacts::default()
        .with_some("website", of.website.as_deref())
        .with_some("contact_email", of.contact_email.as_deref())
        .with_some("telegram", of.telegram.as_deref())
        .with("pricing_mode", of.pricing_mode.as_str())
        .with("default_currency", of.default_currency.code())
        .with("timezone", &of.timezone)
        .with("locale", &of.locale)
        .with("ad_hoc_lines", yes_or_no(of.ad_hoc_lines))
        .with("invoice", yes_or_no(of.invoice))
        .with("require_totp", yes_or_no(of.requires_totp()))
        .with_some("max_links", of.max_links.map(|most| most.to_string()))
        .with_some("redirect_origins", list(of.redirect_origins.iter().map(|o| o.as_str())))
        .with_some("support.email", of.support.email.as_deref())
        .with_some("support.phone", of.support.phone.as_deref())
        .with_some("support.url", of.support.url.as_deref())
        .with_some("branding.display_name", of.branding.display_name.as_deref())
        .with_some("branding.logo", of.branding.logo.as_deref())
        .with_some("branding.panel_color", of.branding.panel_color.as_deref())
        .with_some("branding.accent_color", of.branding.accent_color.as_deref())
        .with_some("branding.button_color", of.branding.button_color.as_deref())
        .with_some("messages.inactive", of.messages.inactive.as_deref())
        .with_some("messages.expired", of.messages.expired.as_deref())
        .with_some("messages.exhausted", of.messages.exhausted.as_deref())
        .with_some("messages.deleted", of.messages.deleted.as_deref());
    let facts = of.limits.iter().fold(facts, |facts, (currency, limits)| {
        let name = |end| format!("limits.{}.{end}", currency.code());
        facts.with(name("min"), limits.min.major()).with(name("max"), limits.max.major())
    });
    amounts(facts, "staff_refund_limit", of.staff_refund_limit.values())
}

fn tax_settings(before: Before<'_>, new: &Item, scope: Scope) -> Read<Option<ToldAct>> {
    let after = tax::from_item(Some(new))?;
    let old = match before {
        Before::Nothing => Settings::default(),
        Before::Known(old) => tax::from_item(Some(old))?,
        Before::Lost => after.clone(),
    };
    let facts = |of: &Settings| {
        TellableFacts::default()
            .with("collect", of.collect.as_str())
            .with("default_tax_code", &of.default_tax_code)
            .with("business_ids", of.business_ids.as_str())
            .with("ask_address", of.ask_address.as_str())
            .with("ask_tax_id", of.ask_tax_id.as_str())
            .with("save_card", of.save_card.as_str())
            .with_some("registrations", list(of.registrations.iter().map(|one| one.country.code())))
    };
    // Addresses, numbers of tax and rates are long; who changed them is what matters.
    let unsaid = [
        ("seller", old.seller != after.seller),
        ("registrations", old.registrations != after.registrations),
        ("overrides", old.overrides != after.overrides),
        ("invoice", old.invoice != after.invoice),
    ];
    let mut changes = and_unsaid(changes(Some(&old), &after, facts), &unsaid);
    let mut named = Vec::new();
    changes.retain(|change| {
        let first = !named.contains(&change.field);
        named.push(change.field.clone());
        first
    });
    let updated = ActivityAction::TaxSettingsUpdated;
    let action = action(before, Some(&old), updated, updated, None, &changes);
    Ok(told(scope, action, changes))
}

fn accounts(before: Before<'_>, new: &Item, scope: Scope) -> Read<Option<ToldAct>> {
    let read = |item: &Item| processor_account::from_item(scope, Some(item));
    let (old, new) = both(before, new, read, |_| ())?;
    let facts = |of: &TenantAccounts| {
        of.accounts.iter().fold(TellableFacts::default(), |facts, account| {
            let name = |part| format!("{}.{part}", account.id);
            facts
                .with(name("status"), account.status.as_str())
                .with(name("processor"), &account.processor)
                .with(name("descriptor"), &account.descriptor)
        })
    };
    let changes = changes(old.as_ref(), &new, facts);
    let updated = ActivityAction::MerchantAccountsUpdated;
    let action = action(before, old.as_ref(), updated, updated, None, &changes);
    Ok(told(scope, action, changes))
}

/// What a key tells of: it is made, replaced or revoked, and never changed otherwise.
pub(super) fn api_key(before: Before<'_>, new: &Item) -> Read<ToldAct> {
    let scope = scope_of(new)?;
    let reopened = |key: &mut ApiKey| key.revoked_at = None;
    let (old, new) = both(before, new, |item| keys::from_item(scope, item), reopened)?;
    let facts = |key: &ApiKey| {
        TellableFacts::default()
            .with("name", &key.name)
            .with("surface", key.surface.as_str())
            .with_some("scopes", list(&key.scopes))
            .with_some("expires_at", key.expires_at.map(Time::rfc3339))
    };
    let action = match &old {
        None => ActivityAction::ApiKeyCreated,
        Some(old) if old.revoked_at.is_none() && new.revoked_at.is_some() => {
            ActivityAction::ApiKeyRevoked
        }
        // That it was used is noted in it, too.
        Some(_) if matches!(before, Before::Lost) && new.expires_at.is_none() => {
            ActivityAction::ApiKeyCreated
        }
        Some(_) => ActivityAction::ApiKeyRotated,
    };
    Ok(ToldAct::new(action, new.id.links_form(), changes(old.as_ref(), &new, facts)))
}
