//! Routes: the ways money takes into and out of wallets. A tenant has a list of them; the platform
//! surface calls them products.

use super::{Currency, Invalid, Money, id::RouteId};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// Most routes of one tenant.
pub const MOST_ROUTES: usize = 20;

/// What kind of road it is outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rail {
    /// Card networks: the answer comes at once and is final.
    Card,
    /// Bank transfers (ACH): accepted first, settled or returned days later.
    Ach,
    /// Payouts that a payee collects through an e-mail.
    Email,
}

/// One way in, out, or through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its id.
    pub id: RouteId,
    /// What people call it.
    pub name: String,
    /// How money comes in; none for payouts.
    pub pull: Option<Rail>,
    /// How money goes out; none for fundings.
    pub push: Option<Rail>,
    /// Who runs it: an adapter's name, never shown to callers.
    pub processor: String,
    /// The currencies it serves, with the least and the most of one payment.
    pub limits: BTreeMap<Currency, Limits>,
    /// From when on pulled money can be spent; cards always at once.
    pub spendable: Spendable,
}

/// The least and the most of one payment, both inclusive, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// At least this.
    pub minimum: i64,
    /// At most this.
    pub maximum: i64,
}

/// When money that a bank pull brings can be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spendable {
    /// As soon as the provider has accepted it: quick, and a return may leave a debt.
    AtSucceeded,
    /// When it has arrived for good.
    AtSettled,
}

/// What a payment does, named as callers name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntentType {
    /// From outside into a wallet.
    Funding,
    /// From a wallet to the outside.
    Payout,
    /// From wallet to wallet.
    Transfer,
    /// From outside to the outside, through a wallet.
    Relay,
}

impl IntentType {
    /// Every type.
    pub const ALL: [Self; 4] = [Self::Funding, Self::Payout, Self::Transfer, Self::Relay];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Funding => "funding",
            Self::Payout => "payout",
            Self::Transfer => "transfer",
            Self::Relay => "relay",
        }
    }
}

impl FromStr for IntentType {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| Invalid::new("must be funding, payout, transfer or relay"))
    }
}

impl Rail {
    /// Every rail.
    pub const ALL: [Self; 3] = [Self::Card, Self::Ach, Self::Email];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Ach => "ach",
            Self::Email => "email",
        }
    }
}

impl FromStr for Rail {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|rail| rail.as_str() == text);
        found.ok_or_else(|| Invalid::new("must be card, ach or email"))
    }
}

impl fmt::Display for Rail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Route {
    /// The one type of payment it serves; none for a route that goes nowhere.
    #[must_use]
    pub const fn serves(&self) -> Option<IntentType> {
        match (self.pull, self.push) {
            (Some(_), None) => Some(IntentType::Funding),
            (None, Some(_)) => Some(IntentType::Payout),
            (Some(_), Some(_)) => Some(IntentType::Relay),
            (None, None) => None,
        }
    }

    /// Whether a payment of this amount may go this way.
    ///
    /// # Errors
    /// A currency it does not serve, or less or more than its limits.
    pub fn allows(&self, amount: Money) -> Result<(), Invalid> {
        let currency = amount.currency();
        let limits = self.limits.get(&currency).ok_or_else(|| {
            Invalid::new(format!("is in {currency}, which this product does not serve"))
        })?;
        let major = |minor| Money::from_minor(minor, currency).major();
        if amount.minor() < limits.minimum {
            let least = major(limits.minimum);
            return Err(Invalid::new(format!("is below this product's minimum of {least}")));
        }
        if amount.minor() > limits.maximum {
            let most = major(limits.maximum);
            return Err(Invalid::new(format!("is above this product's maximum of {most}")));
        }
        Ok(())
    }
}
