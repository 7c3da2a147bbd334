//! What was done, out of the records that say who changed them last. Of several changes of one record
//! while nobody read the stream the last one comes back, and not what it was before; what a worker has
//! replaced since, replays that have ended and webhooks that are gone tell nothing any more.

use crate::{
    model::{
        Scope, Time,
        payment_intent::{PaymentIntent, StatusName},
    },
    operations::{Result, activity::keep_again},
    store::{Consistency, Table, key},
};

/// Of settings, keys, the team and what is sold.
pub(super) async fn of_settings(store: &Table, scope: Scope, from: Time, to: Time) -> Result<u32> {
    let tenant = scope.tenant;
    let mut partitions = vec![
        key::tenant_parts(scope),
        key::api_keys(scope),
        key::endpoints(scope),
        key::listed_links(scope),
        key::products(scope),
        key::members(tenant),
        key::invitations(tenant),
        key::resets(tenant),
        key::notes(scope),
    ];
    let members = store.members(tenant).await?;
    partitions.extend(members.iter().map(|member| key::sessions(tenant, member.id)));
    let mut kept: u32 = 0;
    for partition in partitions {
        for record in store.acted_on(partition).await? {
            kept = kept.saturating_add(keep_again(store, &record, from, to).await?);
        }
    }
    Ok(kept)
}

/// Of a payment: whether somebody called it off.
pub(super) async fn of_payment(
    store: &Table,
    payment: &PaymentIntent,
    from: Time,
    to: Time,
) -> Result<u32> {
    let canceled = payment.status.name() == StatusName::Canceled;
    if !canceled || payment.updated_at < from || payment.wallet_terms().is_some() {
        return Ok(0);
    }
    let key = key::intent(payment.scope, payment.id);
    match store.get(&key, Consistency::Strong).await? {
        Some(record) => keep_again(store, &record, from, to).await,
        None => Ok(0),
    }
}
