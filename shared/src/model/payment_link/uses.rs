//! How often a link may be paid, and how often it was: never more confirmed and in progress together
//! than the limit.

use super::{LinkEditRefusal, LinkRefusal};
use std::num::NonZeroU32;

/// How often something may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limit(Option<NonZeroU32>);

/// How often a link may be paid, was paid, and is being paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinkUses {
    /// How often it may be paid.
    pub limit: Limit,
    /// How often it was.
    pub confirmed: u32,
    /// Uses held by charges whose outcome is not known yet.
    pub in_progress: u32,
}

impl Limit {
    /// A single use or submit.
    pub const ONE: Self = Self(Some(NonZeroU32::MIN));

    /// As often as one likes.
    pub const UNLIMITED: Self = Self(None);

    /// At most this often; `None` for no limit. Zero is no limit that makes sense, and gives `None`.
    pub fn at_most(max: Option<u32>) -> Option<Self> {
        match max {
            Some(max) => NonZeroU32::new(max).map(|max| Self(Some(max))),
            None => Some(Self::UNLIMITED),
        }
    }

    /// The number; `None` when unlimited.
    pub fn max(self) -> Option<u32> {
        self.0.map(NonZeroU32::get)
    }
}

impl LinkUses {
    /// The uses of a new link: none paid, none under way.
    pub const fn none(limit: Limit) -> Self {
        Self { limit, confirmed: 0, in_progress: 0 }
    }

    /// Free uses; `None` when unlimited.
    pub fn left(&self) -> Option<u32> {
        self.limit.max().map(|max| max - self.taken().min(max))
    }

    /// Whether it was paid as often as it may be, and nothing under way can change that.
    pub fn exhausted(&self) -> bool {
        self.left() == Some(0) && self.in_progress == 0
    }

    /// Takes a use for a charge.
    ///
    /// # Errors
    /// [`LinkRefusal::Exhausted`], [`LinkRefusal::InUse`].
    pub fn reserve(&self) -> Result<Self, LinkRefusal> {
        match self.left() {
            Some(0) if self.in_progress == 0 => Err(LinkRefusal::Exhausted),
            Some(0) => Err(LinkRefusal::InUse),
            Some(_) | None => Ok(Self { in_progress: self.in_progress + 1, ..*self }),
        }
    }

    /// A charge under way was approved; `None` when none is under way.
    pub fn confirm(&self) -> Option<Self> {
        let in_progress = self.in_progress.checked_sub(1)?;
        Some(Self { in_progress, confirmed: self.confirmed + 1, ..*self })
    }

    /// A charge under way took no money; `None` when none is under way.
    pub fn give_back(&self) -> Option<Self> {
        let in_progress = self.in_progress.checked_sub(1)?;
        Some(Self { in_progress, ..*self })
    }

    /// The same under another limit.
    ///
    /// # Errors
    /// [`LinkEditRefusal::TooFewUses`].
    pub fn under(&self, limit: Limit) -> Result<Self, LinkEditRefusal> {
        let Self { confirmed, in_progress, .. } = *self;
        match limit.max() {
            Some(max) if max < self.taken() => {
                Err(LinkEditRefusal::TooFewUses { confirmed, in_progress })
            }
            Some(_) | None => Ok(Self { limit, ..*self }),
        }
    }

    const fn taken(&self) -> u32 {
        self.confirmed + self.in_progress
    }
}
