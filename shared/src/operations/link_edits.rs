//! What members do with a link that is there: look, edit, delete, restore, copy.
//!
//! Payments never stand in the way of an edit, nor an edit in that of a payment: each writes only what
//! it changes, under guards of its own.

use super::{
    Commit, FieldError, IdempotentAnswer, Problem, Remember, Resource, Result, StateRefusal,
    merchant_links::{self, MadeMerchantLink, NewLine},
};
use crate::{
    model::{
        Scope, Surface, Time,
        actor::Actor,
        id::PaymentLinkId,
        link_figures::LinkFigures,
        metadata::Metadata,
        payment_link::{
            Limit, LinkDetails, LinkEdit, LinkEditRefusal, LinkUses, MAX_LIFE_DAYS, PaymentLink,
            check_expiry,
        },
    },
    store::{
        Consistency, Error, Table, Write,
        catalog::Assortment,
        payment_link,
        tally::{Tallied, one_less},
    },
};

/// Times that an edit is decided anew when somebody edited the same part meanwhile.
const MAX_TRIES: u32 = 3;

/// What a member changes of a link; absent parts stay.
#[derive(Debug, Clone, Default)]
pub struct LinkChange {
    /// The seller's new name for it; `None` keeps the old one.
    pub name: Option<String>,
    /// Other data; `Some(None)` clears it.
    pub metadata: Option<Option<Metadata>>,
    /// Whether it is on, when it ends, how often it may be paid.
    pub edit: LinkEdit,
}

/// A copy to be made; absent parts are those of the link.
#[derive(Debug)]
pub struct LinkCopy {
    /// The id that the copy gets.
    pub id: PaymentLinkId,
    /// The seller's name for the copy; the link's own when `None`.
    pub name: Option<String>,
    /// Its end; `Some(None)` for none. When absent, the link's own if it is far enough ahead.
    pub expires_at: Option<Option<Time>>,
    /// How often it may be paid.
    pub uses: Option<Limit>,
    /// Switches the link on or off; unchanged when absent.
    pub active: Option<bool>,
    /// Replaces what the seller attached; `Some(None)` takes it away.
    pub metadata: Option<Option<Metadata>>,
    /// Where buyers may go after paying.
    pub success_url: Option<Option<String>>,
    /// Whether it sells the products as they are today.
    pub refresh: bool,
    /// The member or server that asks for the copy.
    pub created_by: Actor,
}

/// A link of an organisation, deleted ones too.
///
/// # Errors
/// It has none with this id.
pub async fn find(store: &Table, scope: Scope, id: PaymentLinkId) -> Result<MadeMerchantLink> {
    let found = store.link_with_details(id, Consistency::Strong).await?;
    let ours = |link: &PaymentLink| link.scope == scope && link.surface == Surface::Links;
    match found {
        Some((link, details)) if ours(&link) => Ok(MadeMerchantLink { link, details }),
        Some(_) | None => Err(Problem::NotFound(Resource::Link)),
    }
}

/// What came of a link, as it was last counted; nothing, as of its beginning, before that.
pub async fn figures(store: &Table, link: &PaymentLink) -> Result<LinkFigures> {
    let row = store.link_row(link).await?;
    let counted = row.and_then(|row| row.figures);
    Ok(counted.unwrap_or_else(|| LinkFigures::none(link.created_at)))
}

/// Edits a link. `exact` refuses when somebody else edited it since it was found.
///
/// # Errors
/// An end too far ahead, fewer uses than are taken, a link that is deleted; somebody else edited the
/// same part, time and again.
pub async fn change(
    store: &Table,
    found: MadeMerchantLink,
    change: &LinkChange,
    exact: bool,
    now: Time,
) -> Result<MadeMerchantLink> {
    if change.edit.expires_at.flatten().is_some_and(|end| end > now.plus_days(MAX_LIFE_DAYS)) {
        return Err(Problem::field("expires_at", "must be at most 5 years ahead"));
    }
    let mut before = found;
    for _ in 0..MAX_TRIES {
        let Some(after) = decide(&before, change, now)? else { return Ok(before) };
        let details = (after.details != before.details).then_some(&after.details);
        let writes = payment_link::edit(&before.link, &after.link, details, exact);
        match store.commit(writes).await {
            Ok(()) => return Ok(after),
            Err(Error::Refused { .. } | Error::Contended) => {}
            Err(other) => return Err(other.into()),
        }
        let known = before.link.edits;
        before = find(store, before.link.scope, before.link.id).await?;
        if exact && before.link.edits != known {
            return Err(Problem::State(StateRefusal::ChangedMeanwhile));
        }
    }
    Err(Problem::Contended)
}

/// The link after a change; `None` when it is like that already.
fn decide(
    before: &MadeMerchantLink,
    change: &LinkChange,
    now: Time,
) -> Result<Option<MadeMerchantLink>> {
    let MadeMerchantLink { link, details } = before;
    let edited = link.edit(change.edit, now).map_err(edit_problem)?;
    let named = LinkDetails {
        name: change.name.clone().unwrap_or_else(|| details.name.clone()),
        metadata: change.metadata.clone().unwrap_or_else(|| details.metadata.clone()),
        ..details.clone()
    };
    let same = (edited.active, edited.expires_at, edited.uses)
        == (link.active, link.expires_at, link.uses);
    if same && named == *details {
        return Ok(None);
    }
    let details = if named == *details {
        named
    } else {
        LinkDetails { version: details.version + 1, ..named }
    };
    Ok(Some(MadeMerchantLink { link: edited, details }))
}

fn edit_problem(refusal: LinkEditRefusal) -> Problem {
    match refusal {
        LinkEditRefusal::Deleted => StateRefusal::RestoreFirst.into(),
        LinkEditRefusal::NotDeleted => StateRefusal::NotDeleted.into(),
        LinkEditRefusal::RestorePeriodOver => StateRefusal::RestorePeriodOver.into(),
        LinkEditRefusal::TooFewUses { confirmed, in_progress } => {
            let least = confirmed + in_progress;
            let why =
                format!("{confirmed} paid and {in_progress} in progress; {least} is the least.");
            Problem::field("max_uses", why)
        }
    }
}

/// Deletes a link; a second time changes nothing. Charges under way are honoured.
///
/// # Errors
/// Somebody else edited it, where `exact`.
pub async fn delete(store: &Table, found: MadeMerchantLink, exact: bool, now: Time) -> Result<()> {
    let mut before = found.link;
    for _ in 0..MAX_TRIES {
        if before.deleted_at.is_some() {
            return Ok(());
        }
        let mut writes = payment_link::edit(&before, &before.delete(now), None, exact);
        writes.push(Write::Update(one_less(before.scope, Tallied::Links)));
        match store.commit(writes).await {
            Ok(()) => return Ok(()),
            Err(Error::Refused { .. } | Error::Contended) => {}
            Err(other) => return Err(other.into()),
        }
        let known = before.edits;
        before = find(store, before.scope, before.id).await?.link;
        if exact && before.deleted_at.is_none() && before.edits != known {
            return Err(Problem::State(StateRefusal::ChangedMeanwhile));
        }
    }
    Err(Problem::Contended)
}

/// Brings a deleted link back as it was.
///
/// # Errors
/// It is not deleted, or was deleted too long ago; there are as many links as there may be.
pub async fn restore(
    store: &Table,
    found: MadeMerchantLink,
    remember: Remember<'_, (MadeMerchantLink, LinkFigures)>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    let MadeMerchantLink { link: before, details } = found;
    let link = before.restore(now).map_err(edit_problem)?;
    let organization = store.organization(link.scope, now).await?;
    let writes = payment_link::edit(&before, &link, None, false);
    let commit = Commit::new().all(writes, &Problem::Contended);
    let more = merchant_links::one_more_link(&organization);
    let commit = commit.write(more, StateRefusal::TooManyLinks.into());
    let figures = figures(store, &link).await?;
    remember.commit(store, commit, &(MadeMerchantLink { link, details }, figures), now).await
}

/// What fields of a copy mean that are left out: what the link says.
fn copied_by_default<'a>(
    remember: Remember<'a, MadeMerchantLink>,
    link: &PaymentLink,
    details: &LinkDetails,
) -> Remember<'a, MadeMerchantLink> {
    const NONE: &str = "\u{0}null";
    let text = |text: Option<String>| text.unwrap_or_else(|| NONE.to_owned());
    remember
        .by_default("name", &details.name)
        .by_default("is_active", &link.active.to_string())
        .by_default("max_uses", &text(link.uses.limit.max().map(|max| max.to_string())))
        .by_default("expires_at", &text(link.expires_at.map(|end| end.ms().to_string())))
        .by_default("metadata", &text(details.metadata.as_ref().map(Metadata::canonical)))
        .by_default("success_url", &text(details.addresses.success.clone()))
}

/// Makes a link that sells the same: with the frozen lines as they are, or with the products as they
/// are today.
///
/// # Errors
/// Every line that cannot be sold any more, at once; totals outside the organisation's limits, or that
/// its processor does not charge; an end too near or too far; there are as many links as there may be.
pub async fn copy(
    store: &Table,
    found: MadeMerchantLink,
    copy: LinkCopy,
    remember: Remember<'_, MadeMerchantLink>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    let MadeMerchantLink { link, details } = found;
    let remember = copied_by_default(remember, &link, &details);
    let mut snapshot = details.snapshot;
    let refreshed = snapshot.as_ref().filter(|_| copy.refresh);
    let wanted: Vec<NewLine> =
        refreshed.iter().flat_map(|frozen| frozen.lines.iter().map(NewLine::like)).collect();
    let ids = merchant_links::product_ids(&wanted);
    let Assortment { organization, accounts, products } =
        store.assortment(link.scope, &ids, now).await?;
    let mut problems: Vec<FieldError> = Vec::new();
    if let Some(Err(invalid)) = copy.expires_at.flatten().map(|end| check_expiry(end, now)) {
        problems.push(merchant_links::field("expires_at", invalid.0));
    }
    if let Some(frozen) = snapshot.as_mut().filter(|_| copy.refresh) {
        frozen.lines = merchant_links::lines(&products, &wanted, frozen.currency, &mut problems);
    }
    if !problems.is_empty() {
        return Err(Problem::Invalid(problems));
    }
    let check = |sold| merchant_links::check_bounds(sold, &organization, &accounts);
    snapshot.as_ref().map_or(Ok(()), check)?;
    let still_ahead = link.expires_at.filter(|end| check_expiry(*end, now).is_ok());
    let mut addresses = details.addresses;
    addresses.success = copy.success_url.unwrap_or(addresses.success);
    let made = MadeMerchantLink {
        link: PaymentLink {
            id: copy.id,
            uses: LinkUses::none(copy.uses.unwrap_or(link.uses.limit)),
            expires_at: copy.expires_at.unwrap_or(still_ahead),
            active: copy.active.unwrap_or(link.active),
            deleted_at: None,
            edits: 0,
            created_at: now,
            updated_at: now,
            version: 1,
            ..link
        },
        details: LinkDetails {
            name: copy.name.unwrap_or(details.name),
            metadata: copy.metadata.unwrap_or(details.metadata),
            snapshot,
            addresses,
            created_by: copy.created_by,
            cloned_from: Some(link.id),
            version: 1,
        },
    };
    let writes = payment_link::insert(&made.link, &made.details);
    remember.commit(store, merchant_links::insertion(writes, &organization), &made, now).await
}

#[cfg(test)]
mod tests;
