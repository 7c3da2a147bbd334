//! A link that is paid once: those of the platform and the payments surface, and each buyer's visit
//! of a shared link.
//!
//! Its only use is the payment intent that is made for it and lies in the same record, so that both
//! change in one write: the intent's status says whether the use is free, under way or taken.

use super::Limit;
use crate::model::{Time, origin::Origin, payment_intent::ChargingAccount};

/// A link that is paid once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeLink {
    /// Who charges: an account of the tenant, or on the platform surface one of its customer.
    /// Frozen when the link was made.
    pub account: ChargingAccount,
    /// Who is paid, in words that the buyer sees.
    pub payee: String,
    /// How many cards it takes until one is approved.
    pub attempts: LinkAttempts,
    /// No charge starts at or after this moment; never when absent.
    pub expires_at: Option<Time>,
    /// Who may embed the page.
    pub allowed_origins: Vec<Origin>,
    /// Where the buyer may go after paying.
    pub return_url: Option<String>,
}

/// How many submits of a card a link takes, and how many there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinkAttempts {
    /// With this many, a decline is final.
    pub limit: Limit,
    /// Submits so far; 0 before anybody has tried.
    pub made: u32,
}

impl OneTimeLink {
    /// Whether its time is over at `now`.
    pub fn is_over(&self, now: Time) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

impl LinkAttempts {
    /// Nobody has tried yet.
    pub const fn none(limit: Limit) -> Self {
        Self { limit, made: 0 }
    }

    /// Submits left before a decline is final. An unlimited link counts down from [`u32::MAX`],
    /// which no buyer lives to see the end of.
    pub fn left(self) -> u32 {
        most(self.limit) - self.made.min(most(self.limit))
    }

    /// The attempts of which `left` are left: what [`LinkAttempts::left`] said.
    pub fn with_left(limit: Limit, left: u32) -> Self {
        Self { limit, made: most(limit) - left.min(most(limit)) }
    }

    /// The same after one submit more.
    pub const fn and_one(self) -> Self {
        Self { limit: self.limit, made: self.made + 1 }
    }
}

fn most(limit: Limit) -> u32 {
    limit.max().unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_count_down_to_the_last_and_read_back() {
        let twice = LinkAttempts::none(Limit::at_most(Some(2)).unwrap());
        assert_eq!((twice.left(), twice.and_one().left()), (2, 1));
        assert_eq!(twice.and_one().and_one().left(), 0);
        let free = LinkAttempts::none(Limit::UNLIMITED);
        for attempts in [twice, twice.and_one(), free, free.and_one()] {
            assert_eq!(LinkAttempts::with_left(attempts.limit, attempts.left()), attempts);
        }
    }
}
