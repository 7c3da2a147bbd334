//! Payment links: something a buyer opens to pay, on every surface.
//!
//! A link of the links surface ([`PaymentLink`]) can be paid many times and counts its uses; links of
//! the other two surfaces ([`OneTimeLink`]) are paid once and lie in one record with their payment
//! intent.
//!
//! | step | uses confirmed | in progress | when |
//! |---|---|---|---|
//! | reserve | | +1 | a card is submitted |
//! | confirm | +1 | -1 | the processor approved |
//! | give back | | -1 | declined, not answered, never reached the processor |
//!
//! Confirmed and in progress together never pass the limit. A paid charge is never turned away: only
//! reserving asks whether the link is still there.

pub mod one_time;
pub mod uses;

pub use one_time::{LinkAttempts, OneTimeLink};
pub use uses::{Limit, LinkUses};

use super::{
    Invalid, Money, Scope, Surface, Time, actor::Actor, catalog::Snapshot, id::PaymentLinkId,
    metadata::Metadata, processor_account::ProcessorAccount,
};
use strum::IntoStaticStr;

/// How long a deleted link can be restored, in days.
pub const RESTORABLE_DAYS: i64 = 90;

/// How far ahead a link may end, in days: five years.
pub const MAX_LIFE_DAYS: i64 = 5 * 366;

/// Most uses that a link may be limited to; one without a limit has more.
pub const MAX_USES: u32 = 1_000_000;

/// A payment link: who is paid, and on which conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentLink {
    /// On the links surface this id is the secret: whoever knows it can open the link.
    pub id: PaymentLinkId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Through which API it was made.
    pub surface: Surface,
    /// What the buyer pays for.
    pub sells: Sells,
    /// Who charges; not fixed when absent: the tenant's default at the time.
    pub account: Option<ProcessorAccount>,
    /// How often it may be paid, and how often it was.
    pub uses: LinkUses,
    /// Submits of one buyer's visit before a decline is final.
    pub attempts: Limit,
    /// No charge starts at or after this moment; never when absent.
    pub expires_at: Option<Time>,
    /// Whether the seller has the link switched on; nothing can be paid while it is off.
    pub active: bool,
    /// Since when it is deleted.
    pub deleted_at: Option<Time>,
    /// Rises when somebody edits it, not when somebody pays.
    pub edits: u64,
    /// When it was made.
    pub created_at: Time,
    /// When somebody last edited it.
    pub updated_at: Time,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// What a link sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sells {
    /// One amount, fixed when the link was made.
    Amount(Money),
    /// The frozen lines in its [`LinkDetails`].
    Snapshot,
}

/// What a link says and carries. It is kept beside the counters, so that counting stays cheap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkDetails {
    /// The seller's name for it; no buyer sees it.
    pub name: String,
    /// The seller's own data, copied to every payment.
    pub metadata: Option<Metadata>,
    /// The frozen lines; none for a link on one amount.
    pub snapshot: Option<Snapshot>,
    /// Where buyers may go afterwards.
    pub addresses: ReturnAddresses,
    /// The member or server that made it.
    pub created_by: Actor,
    /// The link it was copied from.
    pub cloned_from: Option<PaymentLinkId>,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// Where a buyer may go when a visit ends. Checked where they enter: http(s), no user info.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReturnAddresses {
    /// Where the buyer may go after paying; `None` when the seller gave no address.
    pub success: Option<String>,
    /// When the visit ended without a payment.
    pub failed: Option<String>,
    /// Where the buyer may go after giving up; `None` when the seller gave no address.
    pub cancel: Option<String>,
}

/// What a link is at one moment: the first that holds, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum LinkStatus {
    /// Gone, until it is restored.
    Deleted,
    /// The seller switched it off.
    Inactive,
    /// Its end has come: `expires_at` is now or earlier.
    Expired,
    /// Paid as often as it may be.
    Exhausted,
    /// None of the above. Charges under way may still hold every use.
    Active,
}

/// Why a link cannot be paid right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkRefusal {
    /// It was deleted; a seller can restore it for some time.
    Deleted,
    /// It is switched off.
    Inactive,
    /// Its time is over.
    Expired,
    /// It was paid as often as it may be.
    Exhausted,
    /// Every free use is held by a charge under way; one of them may still fail.
    InUse,
}

/// Why a link cannot be edited so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkEditRefusal {
    /// It is deleted: restore it first.
    Deleted,
    /// It is not deleted.
    NotDeleted,
    /// It was deleted too long ago.
    RestorePeriodOver,
    /// Fewer uses than are paid or being paid.
    TooFewUses {
        /// How many uses are paid.
        confirmed: u32,
        /// How many uses are held by charges under way.
        in_progress: u32,
    },
}

/// What somebody changes of a link; absent parts stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinkEdit {
    /// Whether buyers can start a checkout from it.
    pub active: Option<bool>,
    /// Another end; `Some(None)` lifts it.
    pub expires_at: Option<Option<Time>>,
    /// Another limit on uses.
    pub uses: Option<Limit>,
}

impl PaymentLink {
    /// What it is at `now`.
    pub fn status_at(&self, now: Time) -> LinkStatus {
        match self.open_at(now) {
            Err(LinkRefusal::Deleted) => LinkStatus::Deleted,
            Err(LinkRefusal::Inactive) => LinkStatus::Inactive,
            Err(LinkRefusal::Expired) => LinkStatus::Expired,
            Ok(()) | Err(LinkRefusal::Exhausted | LinkRefusal::InUse) => {
                if self.uses.exhausted() {
                    LinkStatus::Exhausted
                } else {
                    LinkStatus::Active
                }
            }
        }
    }

    /// Whether a buyer can start now: the first reason against it.
    ///
    /// # Errors
    /// See [`LinkRefusal`].
    pub fn available_at(&self, now: Time) -> Result<(), LinkRefusal> {
        self.open_at(now)?;
        self.uses.reserve().map(|_| ())
    }

    fn open_at(&self, now: Time) -> Result<(), LinkRefusal> {
        match self.expires_at {
            _ if self.deleted_at.is_some() => Err(LinkRefusal::Deleted),
            _ if !self.active => Err(LinkRefusal::Inactive),
            Some(end) if end <= now => Err(LinkRefusal::Expired),
            Some(_) | None => Ok(()),
        }
    }

    /// Takes a use for a charge that starts now.
    ///
    /// # Errors
    /// See [`LinkRefusal`]; the first that holds.
    pub fn reserve(&self, now: Time) -> Result<Self, LinkRefusal> {
        self.open_at(now)?;
        Ok(self.counting(self.uses.reserve()?))
    }

    /// A charge under way was approved, whatever has become of the link; `None` when none is under
    /// way.
    pub fn confirm(&self) -> Option<Self> {
        self.uses.confirm().map(|uses| self.counting(uses))
    }

    /// A charge under way took no money; `None` when none is under way.
    pub fn give_back(&self) -> Option<Self> {
        self.uses.give_back().map(|uses| self.counting(uses))
    }

    /// The link after an edit. Lifting a limit or an end wakes an exhausted or expired link.
    ///
    /// # Errors
    /// [`LinkEditRefusal::Deleted`], [`LinkEditRefusal::TooFewUses`].
    pub fn edit(&self, edit: LinkEdit, now: Time) -> Result<Self, LinkEditRefusal> {
        if self.deleted_at.is_some() {
            return Err(LinkEditRefusal::Deleted);
        }
        let uses = edit.uses.map_or(Ok(self.uses), |limit| self.uses.under(limit))?;
        let active = edit.active.unwrap_or(self.active);
        let expires_at = edit.expires_at.unwrap_or(self.expires_at);
        Ok(Self { uses, active, expires_at, ..self.edited(now) })
    }

    /// Deletes it; a second time changes nothing.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn delete(&self, now: Time) -> Self {
        match self.deleted_at {
            Some(_) => self.clone(),
            None => Self { deleted_at: Some(now), ..self.edited(now) },
        }
    }

    /// Brings a deleted link back as it was.
    ///
    /// # Errors
    /// [`LinkEditRefusal::NotDeleted`], [`LinkEditRefusal::RestorePeriodOver`].
    pub fn restore(&self, now: Time) -> Result<Self, LinkEditRefusal> {
        let deleted_at = self.deleted_at.ok_or(LinkEditRefusal::NotDeleted)?;
        if now > deleted_at.plus_days(RESTORABLE_DAYS) {
            return Err(LinkEditRefusal::RestorePeriodOver);
        }
        Ok(Self { deleted_at: None, ..self.edited(now) })
    }

    /// Whether its becoming exhausted has to be told: it is now, and was not before this step.
    pub fn became_exhausted(&self, before: &Self) -> bool {
        self.uses.exhausted() && !before.uses.exhausted()
    }

    fn counting(&self, uses: LinkUses) -> Self {
        Self { uses, version: self.version + 1, ..self.clone() }
    }

    fn edited(&self, now: Time) -> Self {
        Self { edits: self.edits + 1, updated_at: now, version: self.version + 1, ..self.clone() }
    }
}

/// Checks the end of a new link: 60 seconds to five years ahead.
///
/// # Errors
/// Sooner or later than that.
pub fn check_expiry(expires_at: Time, now: Time) -> Result<(), Invalid> {
    let ahead = expires_at.ms_since(now);
    if ahead < 60_000 {
        return Err(Invalid::new("must be at least 60 seconds ahead"));
    }
    if expires_at > now.plus_days(MAX_LIFE_DAYS) {
        return Err(Invalid::new("must be at most 5 years ahead"));
    }
    Ok(())
}

impl LinkStatus {
    /// The name on the wire and in list rows.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests;
