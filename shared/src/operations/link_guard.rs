//! Keeps those off a link who try many cards there, or hold its uses with challenges that nobody
//! answers, and nobody else: see [`crate::model::link_guard`] for the limits.

use super::{Problem, Resource, Result};
use crate::{
    model::{
        Time,
        id::{AttemptId, PaymentLinkId},
        link_guard::{LinkRecord, NetworkRecord, OpenChallenge},
        payment_intent::PaymentIntent,
    },
    store::{Consistency, Table},
};

/// Tries against others whose submits change the same records.
const MAX_TRIES: u32 = 8;

/// A link, and the network that somebody submits a card from.
#[derive(Debug, Clone, Copy)]
pub struct GuardedPlace<'a> {
    /// The link that tries are counted for.
    pub link: PaymentLinkId,
    /// As [`crate::model::client_network::network_of`] names it.
    pub network: &'a str,
}

/// Where a payment's submit comes from, if it is one of a link that is paid many times.
pub fn place_of<'a>(payment: &PaymentIntent, network: Option<&'a str>) -> Option<GuardedPlace<'a>> {
    Some(GuardedPlace { link: payment.payment_link()?, network: network? })
}

/// Whether a card may be submitted from there now. Where the network had a decline lately, the submit
/// takes one of the places that are left: `true` says that it has to be given back.
///
/// # Errors
/// [`Problem::RateLimited`] while the network has to wait, or others are submitted that may be
/// declined.
pub async fn admit(
    store: &Table,
    place: GuardedPlace<'_>,
    attempt: AttemptId,
    now: Time,
) -> Result<bool> {
    for _ in 0..MAX_TRIES {
        let (here, anywhere) = store.link_guard(place.link, place.network).await?;
        let here = here.at(now);
        if let Some(until) = here.waits_until(&anywhere, now) {
            return Err(Problem::RateLimited { retry_after_s: seconds(until, now) });
        }
        if here.declines.is_empty() {
            return Ok(false);
        }
        let Some(mut next) = here.tried(attempt, now) else { break };
        next.version = here.version + 1;
        if store.put_network_guard(place.link, place.network, &next, now).await? {
            return Ok(true);
        }
        tokio::task::yield_now().await;
    }
    Err(Problem::RateLimited { retry_after_s: 1 })
}

fn seconds(until: Time, now: Time) -> i64 {
    until.ms_since(now).saturating_add(999).div_euclid(1000).max(1)
}

/// Notes that a submit was declined, or that its challenge was not passed.
pub async fn declined(
    store: &Table,
    place: GuardedPlace<'_>,
    attempt: AttemptId,
    now: Time,
) -> Result<()> {
    let link = store.payment_link(place.link, Consistency::Eventual).await?;
    let paid = link.map_or(0, |link| u64::from(link.uses.confirmed));
    let noted = change(store, place, attempt, now, |here, anywhere| {
        Some((here.declined(attempt, now), anywhere.declined(attempt, paid, now)))
    });
    noted.await.map(|_| ())
}

/// Notes that a submit waits for a challenge until a moment; `false` where too many do.
pub async fn opened(
    store: &Table,
    place: GuardedPlace<'_>,
    attempt: AttemptId,
    until: Time,
    now: Time,
) -> Result<bool> {
    let link = store.payment_link(place.link, Consistency::Strong).await?;
    let uses = link.ok_or(Problem::NotFound(Resource::Link))?.uses;
    // What is in progress is free until it is paid.
    let free = uses.limit.max().map(|max| max.saturating_sub(uses.confirmed));
    change(store, place, attempt, now, |here, anywhere| {
        let challenge = OpenChallenge { attempt, network: place.network.to_owned(), until };
        let here = here.opened(challenge.clone(), now)?;
        Some((here, anywhere.opened(challenge, free, now)?))
    })
    .await
}

/// Notes that the challenge of a submit was passed.
pub async fn passed(
    store: &Table,
    place: GuardedPlace<'_>,
    attempt: AttemptId,
    now: Time,
) -> Result<()> {
    let noted = change(store, place, attempt, now, |here, anywhere| {
        Some((here.answered(attempt), anywhere.answered(attempt)))
    });
    noted.await.map(|_| ())
}

/// Changes both records, against others who do; answers whether it was allowed. A challenge may be
/// answered from another network than the card was submitted from.
async fn change(
    store: &Table,
    place: GuardedPlace<'_>,
    attempt: AttemptId,
    now: Time,
    next: impl Fn(&NetworkRecord, &LinkRecord) -> Option<(NetworkRecord, LinkRecord)>,
) -> Result<bool> {
    let mut network = place.network.to_owned();
    for _ in 0..MAX_TRIES {
        let (mut here, anywhere) = store.link_guard(place.link, &network).await?;
        if let Some(began) = anywhere.network_of(attempt).filter(|began| *began != network) {
            began.clone_into(&mut network);
            (here, _) = store.link_guard(place.link, &network).await?;
        }
        let Some((mut after, mut anywhere_after)) = next(&here, &anywhere) else {
            return Ok(false);
        };
        if (&after, &anywhere_after) == (&here, &anywhere) {
            return Ok(true);
        }
        after.version = here.version + 1;
        anywhere_after.version = anywhere.version + 1;
        if store.put_link_guard(place.link, &network, &after, &anywhere_after, now).await? {
            return Ok(true);
        }
        tokio::task::yield_now().await;
    }
    // So many at once: what is noted less than it should be is noted with the next one.
    Ok(true)
}
