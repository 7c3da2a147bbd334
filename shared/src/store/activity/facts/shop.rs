//! What is told of links, products, webhooks and money.

use super::{action, and_unsaid, both, changes, list, yes_or_no};
use crate::{
    model::{
        Time,
        activity::{ActivityAction, TellableFacts},
        catalog::Product,
        event::EventType,
        id::{DeliveryId, WebhookEndpointId},
        payment_intent::StatusName,
        webhook_endpoint::WebhookEndpoint,
    },
    store::{
        Item,
        activity::told::{Before, Read, ToldAct},
        catalog, delivery as deliveries, intent,
        intent::scope_of,
        payment_link::{LinkRow, row_from_item},
        refund as refunds, replay as replays, webhook_endpoint as webhooks,
    },
};

/// What a link tells of, by its row on the list: everything that an edit can change stands there.
pub(super) fn link(before: Before<'_>, new: &Item) -> Read<Option<ToldAct>> {
    let (old, new) = both(before, new, row_from_item, |row| row.deleted_at = None)?;
    let facts = |row: &LinkRow| {
        TellableFacts::default()
            .with("name", &row.name)
            .with("is_active", yes_or_no(row.active))
            .with("currency", row.currency.code())
            .with_some("expires_at", row.expires_at.map(Time::rfc3339))
            .with_some("max_uses", row.limit.max().map(|max| max.to_string()))
            .with_some("cloned_from", row.cloned_from.map(|id| id.to_string()))
    };
    let metadata = old.as_ref().is_some_and(|old| old.metadata != new.metadata);
    let changes = and_unsaid(changes(old.as_ref(), &new, facts), &[("metadata", metadata)]);
    let named = old.as_ref().and_then(|old| match (old.deleted_at, new.deleted_at) {
        (None, Some(_)) => Some(ActivityAction::PaymentLinkDeleted),
        (Some(_), None) => Some(ActivityAction::PaymentLinkRestored),
        (Some(_), Some(_)) | (None, None) => None,
    });
    let (made, updated) = (ActivityAction::PaymentLinkCreated, ActivityAction::PaymentLinkUpdated);
    let action = action(before, old.as_ref(), made, updated, named, &changes);
    Ok(action.map(|action| ToldAct::new(action, new.id.to_string(), changes)))
}

/// What a product tells of.
pub(super) fn product(before: Before<'_>, new: &Item) -> Read<Option<ToldAct>> {
    let scope = scope_of(new)?;
    let reopened = |product: &mut Product| product.archived_at = None;
    let (old, new) = both(before, new, |item| catalog::from_item(scope, item), reopened)?;
    let facts = |of: &Product| {
        let facts = TellableFacts::default()
            .with("name", &of.offer.name)
            .with_some("description", of.offer.description.as_deref())
            .with_some("tax_code", of.offer.tax_code.as_deref())
            .with_some("tax_rate", of.offer.tax_rate.map(|rate| rate.to_string()))
            .with_some("sku", of.sku.as_deref())
            .with_some("image", of.offer.image.as_deref())
            .with_some("image_url", of.image_url.as_deref())
            .with("is_active", yes_or_no(of.active));
        of.offer.prices.iter().fold(facts, |facts, price| {
            facts.with(format!("prices.{}", price.currency().code()), price.major())
        })
    };
    let metadata = old.as_ref().is_some_and(|old| old.metadata != new.metadata);
    let changes = and_unsaid(changes(old.as_ref(), &new, facts), &[("metadata", metadata)]);
    let named = old.as_ref().and_then(|old| match (old.archived_at, new.archived_at) {
        (None, Some(_)) => Some(ActivityAction::ProductArchived),
        (Some(_), None) => Some(ActivityAction::ProductRestored),
        (Some(_), Some(_)) | (None, None) => None,
    });
    let (made, updated) = (ActivityAction::ProductCreated, ActivityAction::ProductUpdated);
    let action = action(before, old.as_ref(), made, updated, named, &changes);
    Ok(action.map(|action| ToldAct::new(action, new.id.links_form(), changes)))
}

/// What a webhook tells of. Of its address only the host is said, since some put a secret into the rest.
pub(super) fn webhook(before: Before<'_>, new: &Item) -> Read<Option<ToldAct>> {
    let scope = scope_of(new)?;
    let reopened = |endpoint: &mut WebhookEndpoint| endpoint.disabled = None;
    let (old, new) = both(before, new, |item| webhooks::from_item(scope, item), reopened)?;
    let facts = |of: &WebhookEndpoint| {
        let waits = of.settings.schedule.iter().flat_map(|schedule| schedule.waits_s());
        TellableFacts::default()
            .with("url", host(&of.url))
            .with("surface", of.surface.as_str())
            .with_some("events", list(of.events.iter().map(|event| event.as_str())))
            .with("timeout_seconds", of.settings.timeout_s.to_string())
            .with_some("retry_schedule", list(waits.map(u32::to_string)))
            .with("ordered", yes_or_no(of.settings.ordered_since.is_some()))
            .with("ed25519", yes_or_no(of.asymmetric()))
    };
    let changed = changes(old.as_ref(), &new, facts);
    let same_host = !changed.iter().any(|change| change.field == "url");
    let differs =
        |of: &dyn Fn(&WebhookEndpoint) -> &str| old.as_ref().is_some_and(|old| of(old) != of(&new));
    let unsaid = [
        ("url", same_host && differs(&|endpoint| &endpoint.url)),
        ("description", differs(&|endpoint| &endpoint.description)),
    ];
    let changes = and_unsaid(changed, &unsaid);
    let newest = |of: &WebhookEndpoint| of.secrets.last().map(|secret| secret.sealed.clone());
    let named = old.as_ref().and_then(|old| match (old.disabled, new.disabled) {
        (None, Some(_)) => Some(ActivityAction::WebhookDisabled),
        (Some(_), None) => Some(ActivityAction::WebhookEnabled),
        (Some(_), Some(_)) | (None, None) if newest(old) != newest(&new) => {
            Some(ActivityAction::WebhookSecretRotated)
        }
        (Some(_), Some(_)) | (None, None) if is_tested(old, &new) => {
            Some(ActivityAction::WebhookTested)
        }
        (Some(_), Some(_)) | (None, None) => None,
    });
    let (made, updated) = (ActivityAction::WebhookCreated, ActivityAction::WebhookUpdated);
    let action = action(before, old.as_ref(), made, updated, named, &changes);
    Ok(action.map(|action| ToldAct::new(action, new.id.links_form(), changes)))
}

/// Whether a test event was asked for between the two.
fn is_tested(old: &WebhookEndpoint, new: &WebhookEndpoint) -> bool {
    let number = |of: &WebhookEndpoint| (of.history.dropped, of.history.entries.len());
    let newest = new.history.entries.last().map(|newest| newest.kind);
    newest == Some(EventType::WebhookTest) && number(old) != number(new)
}

/// What a delivery tells of that somebody asked for once more.
pub(super) fn resent(new: &Item) -> Read<ToldAct> {
    let delivery = deliveries::from_item(scope_of(new)?, new)?;
    let id = DeliveryId::of(delivery.event, delivery.endpoint);
    let facts =
        TellableFacts::default().with("delivery_id", id.links_form()).with("event", &delivery.name);
    let changes = facts.since(&TellableFacts::default());
    let webhook = delivery.endpoint.links_form();
    Ok(ToldAct::new(ActivityAction::WebhookEventResent, webhook, changes))
}

/// Scheme, host and port of an address.
fn host(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}")
}

/// What is noted of a webhook that is gone.
pub(super) fn deleted_webhook(new: &Item) -> Read<ToldAct> {
    let id: WebhookEndpointId = new.parse("id")?;
    Ok(ToldAct::new(ActivityAction::WebhookDeleted, id.links_form(), Vec::new()))
}

/// What a replay tells of: events of some time were asked for again.
pub(super) fn replay(new: &Item) -> Read<ToldAct> {
    let replay = replays::from_item(new)?;
    let facts = TellableFacts::default()
        .with("from", replay.range.from.rfc3339())
        .with("to", replay.range.to.rfc3339())
        .with("only_undelivered", yes_or_no(replay.range.only_undelivered));
    let changes = facts.since(&TellableFacts::default());
    Ok(ToldAct::new(ActivityAction::WebhookEventsReplayed, replay.endpoint.links_form(), changes))
}

/// What a refund tells of when it is asked for; what became of it is told by events. The time is its
/// own, so that it is told of once also where the stream was lost.
pub(super) fn refund(before: Before<'_>, new: &Item) -> Read<Option<ToldAct>> {
    if matches!(before, Before::Known(_)) {
        return Ok(None);
    }
    let refund = refunds::from_item(scope_of(new)?, new)?;
    let facts = TellableFacts::default()
        .with("amount", refund.amount.major())
        .with("currency", refund.amount.currency().code())
        .with("transaction_id", refund.payment.links_form());
    let changes = facts.since(&TellableFacts::default());
    let told = ToldAct::new(ActivityAction::RefundCreated, refund.id.links_form(), changes);
    Ok(Some(ToldAct { at: Some(refund.created_at), ..told }))
}

/// What a payment tells of that was called off, and was not before.
pub(super) fn canceled(before: Before<'_>, new: &Item) -> Read<Option<ToldAct>> {
    let over = |item: &Item| item.text_if_any("st") == Some(StatusName::Canceled.as_str());
    if matches!(before, Before::Known(old) if over(old)) {
        return Ok(None);
    }
    let payment = intent::from_item(scope_of(new)?, new)?;
    let total = payment.amounts.total();
    let facts = TellableFacts::default()
        .with("amount", total.major())
        .with("currency", total.currency().code());
    let changes = facts.since(&TellableFacts::default());
    let told = ToldAct::new(ActivityAction::TransactionCanceled, payment.id.links_form(), changes);
    Ok(Some(told))
}
